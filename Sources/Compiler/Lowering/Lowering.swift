// From the checked tree to bytecode, one function for each entry and each function that is called.
// Nothing is rearranged or optimized: what the source says from left to right is what the machine
// does, so a reader can follow the one in the other.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

/// The compiled module, and where in the source each instruction comes from. The spans travel
/// beside the module and are no part of its identity.
struct Lowering {
  private let contract: CheckedContract
  private let pool: Pool
  private let limits = ProtocolNumber.current.limits
  /// Lowers the functions, one after the other.
  private var function: FunctionLowering
  private var functions: [Function] = []
  private var spans: [[Span]] = []
  /// Of each function, those that it calls.
  private var calls: [[Int]] = []

  static func lower(_ contract: CheckedContract, sourceHash: Digest, importHashes: [Digest] = []) -> Result<
    (Module, [[Span]]), TooLarge
  > {
    var lowering = Lowering(contract)
    let entries = contract.interface.entries
    let count = entries.count + contract.functions.count
    lowering.functions.reserveCapacity(count)
    lowering.spans.reserveCapacity(count)
    lowering.calls.reserveCapacity(count)
    for entry in entries { lowering.lower(entry) }
    // In the tree a function calls only earlier ones, in the module only later ones.
    for function in contract.functions.reversed() { lowering.lower(function) }
    for fold in lowering.pool.folds { lowering.append(fold.function, fold.spans, calling: []) }
    lowering.checkCalls()
    if let span = lowering.pool.tooLarge { return .failure(TooLarge(span: span)) }
    let module = Module(
      protocolNumber: .current, sourceHash: sourceHash, importHashes: importHashes, interface: contract.interface,
      constants: lowering.pool.constants, splits: lowering.pool.splits, functions: lowering.functions)
    return .success((module, lowering.spans))
  }

  struct TooLarge: Error {
    let span: Span
  }

  private init(_ contract: CheckedContract) {
    self.contract = contract
    pool = Pool(contract)
    function = FunctionLowering(pool)
  }

  private mutating func lower(_ entry: Entry) {
    function.reset()
    for type in contract.interface.parameterTypes(of: entry) { function.addParameter(RegisterType(type)) }
    let span: Span
    switch entry {
    case .bound, .invariant, .due, .view:
      guard let type = contract.interface.resultType(of: entry) else {
        preconditionFailure("these entries have a value")
      }
      let value = value(of: entry)
      span = value.span
      function.lower(returning: value, as: RegisterType(type))
    case .opening:
      span = contract.spans.contract
      function.lower(opening: contract.derived, at: span)
    case .body(let index):
      span = contract.transitions[of: index].span
      function.lower(contract.transitions[of: index])
    }
    finish(at: span)
  }

  private func value(of entry: Entry) -> TypedExpression {
    switch entry {
    case .bound(let term, let number): return contract.bounds[of: term][number]
    case .invariant(let index): return contract.invariants[index]
    case .view(let index): return contract.views[index]
    case .due(let index):
      guard let due = contract.transitions[of: index].due else {
        preconditionFailure("what comes by itself has a due time")
      }
      return due
    case .opening, .body: preconditionFailure("a body has no value")
    }
  }

  private mutating func lower(_ checked: CheckedFunction) {
    function.reset()
    for type in checked.parameters { function.addParameter(RegisterType(type)) }
    let result = RegisterType(checked.type)
    function.lower(checked.bindings, returning: checked.result, as: result)
    finish(Function.Signature(parameterCount: checked.parameters.count, result: result), at: checked.span)
  }

  private mutating func finish(_ signature: Function.Signature? = nil, at span: Span) {
    let isPoolWithinLimits = pool.constants.count <= limits.constants && pool.splits.count <= limits.splits
    guard isPoolWithinLimits, case (var finished, let spans)? = function.builder.finish(limits: limits) else {
      pool.report(tooLarge: span)
      return
    }
    finished.signature = signature
    append(finished, spans, calling: function.builder.calls)
  }

  private mutating func append(_ function: Function, _ spans: [Span], calling called: [Int]) {
    functions.append(function)
    self.spans.append(spans)
    calls.append(called)
  }

  /// Folds are calls too, so there may be more functions, and deeper in each other, than the source has.
  private func checkCalls() {
    // Where a function is missing, numbers say nothing.
    if pool.tooLarge != nil { return }
    if functions.count > limits.functions { pool.report(tooLarge: contract.spans.contract) }
    var depths = [Int](repeating: 1, count: functions.count)
    for index in functions.indices.reversed() {
      for called in calls[index] { depths[index] = max(depths[index], 1 + depths[called]) }
      if depths[index] > limits.callDepth { pool.report(tooLarge: spans[index][0]) }
    }
  }
}
