import Bytecode
import Interface
import Primitives
import Semantics
import Source

/// Lowers one function. What it is made of is grouped as the language is: statements, money,
/// expressions, conditions, objects, collections.
struct FunctionLowering {
  typealias Register = FunctionBuilder.Register
  typealias Label = FunctionBuilder.Label

  let pool: Pool
  /// The contract's types.
  let types: [TypeDefinition]
  var builder = FunctionBuilder()
  /// Where what is answered by an `else` goes on when it fails: of the innermost one around what is being lowered.
  var handler: Label?
  private var parameters: [Register] = []
  /// By the local's number.
  private var locals: [Register?] = []
  /// The locals that can be read, the last bound last.
  private var bound: [Int] = []

  init(_ pool: Pool) {
    self.pool = pool
    types = pool.types
  }

  /// Begins another function.
  mutating func reset() {
    builder.reset()
    handler = nil
    parameters.clear()
    locals.clear()
    bound.clear()
  }

  var interface: ContractInterface { pool.contract.interface }

  // MARK: Names

  mutating func addParameter(_ type: RegisterType) { parameters.append(builder.lasting(type)) }

  func parameter(_ index: Int) -> Register { parameters[index] }

  func isParameter(_ register: Register) -> Bool { parameters.contains(register) }

  func local(_ index: Int) -> Register {
    guard index < locals.count, let register = locals[index] else {
      preconditionFailure("the checker binds a local before it is read")
    }
    return register
  }

  /// The register of a local, which keeps it until `unbind`.
  mutating func bind(_ local: Int, _ type: RegisterType) -> Register {
    let register = builder.lasting(type)
    while locals.count <= local { locals.append(nil) }
    locals[local] = register
    bound.append(local)
    return register
  }

  /// A place that `unbind` comes back to.
  var boundCount: Int { bound.count }

  /// Forgets the locals that were bound since there were so many.
  mutating func unbind(to count: Int) {
    while bound.count > count {
      let local = bound.removeLast()
      builder.free(self.local(local))
      locals[local] = nil
    }
  }

  // MARK: Registers

  func isCollection(_ type: RegisterType) -> Bool {
    if case .value(.composite(let index)) = type { types[index].isCollection } else { false }
  }

  /// Where a result of this type is written: into the destination where the types agree, otherwise
  /// into a temporary, which `deliver` moves on.
  mutating func target(_ type: RegisterType, _ destination: Register?) -> Register {
    if let destination, destination.type == type { return destination }
    return builder.temporary(type)
  }

  /// The value in the destination where there is one; otherwise where it lies.
  mutating func deliver(_ register: Register, _ destination: Register?, at span: Span) -> Register {
    guard let destination, destination != register else { return register }
    let (from, to) = (register.operand, destination.operand)
    switch (register.type, destination.type) {
    // The checker has seen to it that these values lie in the range, but their registers do not show that.
    case (.wide, .value(.int(let range))):
      builder.emit(.narrow, to, from, UInt16(truncatingIfNeeded: pool.range(range)), at: span)
    case (.value(.ratio(isPercent: false)), .percent): builder.emit(.narrowRatio, to, from, at: span)
    case (let type, _) where type.slots == 2: builder.emit(.copyPair, to, from, at: span)
    case (let type, _) where isCollection(type): builder.emit(.copyObject, to, from, at: span)
    default: builder.emit(.copy, to, from, at: span)
    }
    builder.release(register)
    return destination
  }

  /// One instruction that writes a value of this type; b and c are operands that are no registers.
  mutating func result(
    _ opcode: Opcode, _ type: RegisterType, _ b: Int = 0, _ c: Int = 0, into destination: Register?, at span: Span
  ) -> Register {
    let target = target(type, destination)
    builder.emit(opcode, target.operand, UInt16(truncatingIfNeeded: b), UInt16(truncatingIfNeeded: c), at: span)
    return deliver(target, destination, at: span)
  }

  /// The same of one register; c is no register.
  mutating func result(
    _ opcode: Opcode, _ type: RegisterType, of b: Register, _ c: Int = 0, into destination: Register?, at span: Span
  ) -> Register {
    // An instruction reads its operands before it writes its result.
    builder.release(b)
    return result(opcode, type, b.slot, c, into: destination, at: span)
  }

  /// The same of two registers.
  mutating func result(
    _ opcode: Opcode, _ type: RegisterType, of b: Register, and c: Register, into destination: Register?, at span: Span
  ) -> Register {
    builder.release(b)
    builder.release(c)
    return result(opcode, type, b.slot, c.slot, into: destination, at: span)
  }
}

extension RegisterType {
  init(_ type: ExpressionType) {
    switch type {
    case .value(let type): self = .value(type)
    case .wide(let bits): self = .wide(bits: bits)
    case .error: preconditionFailure("a contract with an error is not lowered")
    }
  }
}
