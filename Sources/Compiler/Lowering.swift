// From the checked tree to bytecode, one function for each entry. Nothing is rearranged or optimized: what the source says from left to right is what the
// machine does, so a reader can follow the one in the other.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

/// The compiled module, and where in the source each instruction comes from. The spans travel beside the module and are no part of its identity.
struct Lowering {
  private let contract: CheckedContract
  private var pool = Pool()
  private var functions: [Function] = []
  private var spans: [[Span]] = []
  /// The first function that is too large, by the span of what it does.
  private var tooLarge: Span?

  static func lower(_ contract: CheckedContract, sourceHash: Digest) -> Result<(Module, [[Span]]), TooLarge> {
    var lowering = Lowering(contract: contract)
    for entry in contract.interface.entries { lowering.lower(entry) }
    if let span = lowering.tooLarge { return .failure(TooLarge(span: span)) }
    let module = Module(
      protocolNumber: .current, sourceHash: sourceHash, interface: contract.interface, constants: lowering.pool.constants,
      splits: lowering.pool.splits,
      functions: lowering.functions)
    return .success((module, lowering.spans))
  }

  struct TooLarge: Error {
    let span: Span
  }

  private init(contract: CheckedContract) { self.contract = contract }

  private mutating func lower(_ entry: Entry) {
    var lowering = FunctionLowering(contract: contract, pool: pool)
    for type in contract.interface.parameterTypes(of: entry) { lowering.addParameter(type) }
    let span: Span
    switch entry {
    case .bound(let term, let number): span = lowering.lower(returning: contract.bounds[term][number])
    case .invariant(let index): span = lowering.lower(returning: contract.invariants[index])
    case .due(let index):
      guard let due = contract.transitions[index].due else { preconditionFailure("a deadline has a due time") }
      span = lowering.lower(returning: due)
    case .body(let index):
      span = contract.transitions[index].span
      lowering.lower(contract.transitions[index])
    }
    pool = lowering.pool
    let limits = ProtocolNumber.current.limits
    let isPoolWithinLimits = pool.constants.count <= limits.constants && pool.splits.count <= limits.splits
    guard isPoolWithinLimits, let (function, functionSpans) = lowering.builder.finish(limits: limits) else {
      tooLarge = tooLarge ?? span
      return
    }
    functions.append(function)
    spans.append(functionSpans)
  }
}

/// Lowers one function.
struct FunctionLowering {
  typealias Register = FunctionBuilder.Register

  let contract: CheckedContract
  var pool: Pool
  var builder = FunctionBuilder()
  private var parameters: [Register] = []
  private var locals: [Int: Register] = [:]
  let slots: [(type: ValueType, slot: Int)]

  init(contract: CheckedContract, pool: Pool) {
    self.contract = contract
    self.pool = pool
    slots = contract.interface.slots
  }

  func parameter(_ index: Int) -> Register { parameters[index] }

  func local(_ index: Int) -> Register {
    guard let register = locals[index] else { preconditionFailure("the checker binds a `let` before it is read") }
    return register
  }

  mutating func addParameter(_ type: ValueType) { parameters.append(builder.permanent(RegisterType(type))) }

  mutating func lower(returning value: TypedExpression) -> Span {
    let register = evaluate(value)
    builder.emit(.return, register.operand, at: value.span)
    return value.span
  }

  mutating func lower(_ transition: CheckedTransition) {
    for condition in transition.conditions { require(condition) }
    for deposit in transition.deposits {
      let amount = evaluate(deposit.amount)
      builder.emit(.ask, PlaceOperand(deposit.place).number, amount.operand, UInt16(deposit.currency), at: deposit.amount.span)
      builder.release(amount)
    }
    if transition.due == nil { builder.emit(.settle, at: transition.span) }
    if lower(transition.body) { builder.emit(.stay, at: transition.span) }
  }

  private mutating func require(_ condition: TypedExpression) {
    let register = evaluate(condition)
    builder.emit(.require, register.operand, at: condition.span)
    builder.release(register)
  }

  /// Whether control reaches the end.
  private mutating func lower(_ body: [CheckedStatement]) -> Bool { body.allSatisfy { lower($0) } }

  private mutating func lower(_ statement: CheckedStatement) -> Bool {
    switch statement.kind {
    case .pay(let vault, to: let place): builder.emit(.pay, UInt16(vault), PlaceOperand(place).number, at: statement.span)
    case .split(let vault, let shares): lower(split: vault, shares, at: statement.span)
    case .emit(let event, let values): lower(emit: event, values, at: statement.span)
    case .define(let local, let value):
      let register = builder.permanent(registerType(of: value))
      locals[local] = evaluate(value, into: register)
    case .require(let condition): require(condition)
    case .choose(let branches, let otherwise): return lower(branches, otherwise: otherwise, at: statement.span)
    case .assign(let field, let value): lower(assign: field, value, at: statement.span)
    case .enter(let state):
      builder.emit(.enter, UInt16(state), at: statement.span)
      return false
    }
    return true
  }

  private mutating func lower(_ branches: [CheckedBranch], otherwise: [CheckedStatement], at span: Span) -> Bool {
    let end = builder.label()
    var reachesEnd = false
    for branch in branches {
      let next = builder.label()
      let condition = evaluate(branch.condition)
      builder.branch(unless: condition, to: next, at: branch.condition.span)
      builder.release(condition)
      if lower(branch.body) {
        builder.jump(to: end, at: span)
        reachesEnd = true
      }
      builder.place(next)
    }
    if lower(otherwise) {
      // A label needs a block to end before it; falling through is a jump to the next instruction.
      builder.jump(to: end, at: span)
      reachesEnd = true
    }
    if reachesEnd { builder.place(end) }
    return reachesEnd
  }

  private mutating func lower(split vault: Int, _ shares: [CheckedShare], at span: Span) {
    var used: [Register] = []
    let table = shares.map { share -> SplitShare in
      switch share.portion {
      case .part(let value):
        used.append(evaluate(value))
        return SplitShare(.part(register: used[used.count - 1].slot), to: share.targets)
      case .upTo(let value):
        used.append(evaluate(value))
        return SplitShare(.upTo(register: used[used.count - 1].slot), to: share.targets)
      case .rest: return SplitShare(.rest, to: share.targets)
      case .evenly: return SplitShare(.evenly, to: share.targets)
      }
    }
    builder.emit(.split, UInt16(vault), UInt16(truncatingIfNeeded: pool.split(table)), at: span)
    for register in used { builder.release(register) }
  }

  private mutating func lower(emit event: Int, _ values: [TypedExpression], at span: Span) {
    let registers = builder.consecutive(contract.interface.events[event].parameters.map { RegisterType($0.type) })
    for (value, register) in zip(values, registers) { _ = evaluate(value, into: register) }
    builder.emit(.emit, UInt16(event), registers.first?.operand ?? 0, at: span)
  }

  private mutating func lower(assign field: Int, _ value: TypedExpression, at span: Span) {
    let (type, slot) = slots[contract.interface.terms.count + field]
    let register = evaluate(value, into: builder.temporary(RegisterType(type)))
    builder.emit(Opcode.storing(type), UInt16(slot), register.operand, UInt16(field), at: span)
    builder.release(register)
  }
}

extension Opcode {
  static func storing(_ type: ValueType) -> Opcode {
    switch type {
    case .bool, .duration: .store
    case .int(let range): range.isSmall ? .storeInt : .storeWide
    case .percent, .ratio, .amount: .storePair
    case .text, .bytes, .composite: preconditionFailure("a text does not rest in the state")
    }
  }

  static func loading(_ type: ValueType) -> Opcode {
    switch type {
    case .bool, .duration: .load
    case .int(let range): range.isSmall ? .loadInt : .loadWide
    case .percent, .ratio, .amount: .loadPair
    case .text, .bytes, .composite: preconditionFailure("a text does not rest in the state")
    }
  }
}
