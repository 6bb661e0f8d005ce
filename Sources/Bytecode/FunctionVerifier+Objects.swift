import Interface
import Primitives

/// What is demanded of instructions on texts, bytes, and values that are made of others; and the
/// three rules that let collections be changed where they lie although values are never shared: a
/// register's collection is its own, since whatever puts one into a register or an object copies
/// it; a parameter is not changed, because the caller holds the same one; and a loop's collection
/// stays as it is until the loop ends.
extension FunctionVerifier {
  func definition(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> TypeDefinition {
    guard case .value(.composite(let index)) = try type(slot, at: pc) else { throw fault(.operandType, pc) }
    return module.interface.types[index]
  }

  func isCollection(_ type: RegisterType) -> Bool {
    if case .value(.composite(let index)) = type { module.interface.types[index].isCollection } else { false }
  }

  func isParameter(_ slot: Int) -> Bool { layout.register(at: slot).map { $0 < parameters.count } ?? false }

  // MARK: Loops over collections

  /// The collection that a loop goes through: that of the `each` right before it.
  private func collection(ofLoop loop: Int) -> Int? {
    guard loop > 0 else { return nil }
    let before = function.code[loop - 1]
    return before.opcode == .each && before.a == function.code[loop].a ? Int(before.b) : nil
  }

  /// Whether the instruction stands in a loop through the collection in this register.
  func isLoopedThrough(_ slot: Int, at pc: Int) -> Bool {
    var loop = loopOf[pc]
    while loop >= 0 {
      if collection(ofLoop: loop) == slot { return true }
      loop = loopOf[loop]
    }
    return false
  }

  func isOpen(counter: UInt16, through slot: UInt16, at pc: Int) -> Bool {
    var loop = loopOf[pc]
    while loop >= 0 {
      if function.code[loop].a == counter { return collection(ofLoop: loop) == Int(slot) }
      loop = loopOf[loop]
    }
    return false
  }

  func checkChangeable(_ slot: Int, at pc: Int) throws(ModuleFault) {
    if isParameter(slot) || isLoopedThrough(slot, at: pc) { throw fault(.changing, pc) }
  }

  // MARK: Several operands

  /// The types of the values in an operand's consecutive registers.
  func types(of values: Operand.Values, _ i: Instruction, at pc: Int) throws(ModuleFault) -> [RegisterType] {
    switch values {
    case .eventValues:
      guard Int(i.a) < module.interface.events.count else { throw fault(.operand, pc) }
      return module.interface.events[Int(i.a)].parameters.map { RegisterType($0.type) }
    case .arguments:
      guard let signature = module.functions[Int(i.a)].signature,
        signature.parameterCount <= module.functions[Int(i.a)].registers.count
      else {
        throw fault(.call, pc)
      }
      return Array(module.functions[Int(i.a)].registers.prefix(signature.parameterCount))
    case .members:
      guard case .structure(_, let members) = try definition(i.a, at: pc) else { throw fault(.operandType, pc) }
      return members.map { RegisterType($0.type) }
    case .payload:
      guard let payloads = try definition(i.a, at: pc).payloads, Int(i.c) < payloads.count else {
        throw fault(.operandType, pc)
      }
      return payloads[Int(i.c)].map { RegisterType($0) }
    case .elements:
      guard case .list(let element, let least, let most) = try definition(i.a, at: pc) else {
        try demand(i.c == 0, at: pc)
        return []
      }
      try demand((least...most).contains(Int(i.c)) && Int(i.c) <= limits.parameters, at: pc)
      return Array(repeating: RegisterType(element), count: Int(i.c))
    case .dayAndTime:
      guard let days = IntegerRange(Integer(1), Integer(1000)) else { preconditionFailure("1 is less than 1000") }
      return [.int(days), .time]
    }
  }

  // MARK: Types

  func demand(_ part: ValueType, fitsInto slot: UInt16, at pc: Int) throws(ModuleFault) {
    try demand(fits(RegisterType(part), type(slot, at: pc)), at: pc)
  }

  func demand(_ slot: UInt16, fitsInto part: ValueType, at pc: Int) throws(ModuleFault) {
    try demand(fits(type(slot, at: pc), RegisterType(part)), at: pc)
  }

  func element(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> ValueType {
    guard case .list(let element, _, _) = try definition(slot, at: pc) else { throw fault(.operandType, pc) }
    return element
  }

  /// The key of a set or map.
  func key(_ type: TypeDefinition, at pc: Int) throws(ModuleFault) -> ValueType {
    switch type {
    case .set(let key, _), .map(let key, _, _): return key
    case .structure, .enumeration, .optional, .list: throw fault(.operandType, pc)
    }
  }

  /// The map that a term or field is.
  func map(_ item: UInt16, at pc: Int) throws(ModuleFault) -> (key: ValueType, value: ValueType, most: Int) {
    guard case .composite(let index) = slots[Int(item)].type,
      case .map(let key, let value, let most) = module.interface.types[index]
    else {
      throw fault(.operandType, pc)
    }
    return (key, value, most)
  }

  func demandField(_ item: UInt16, at pc: Int) throws(ModuleFault) {
    try demand(Int(item) >= module.interface.terms.count, at: pc)
  }

  /// A number from 0 to `count` goes into the register.
  func demand(count: Int, in slot: UInt16, at pc: Int) throws(ModuleFault) {
    guard let range = IntegerRange(.zero, Integer(count)) else { throw fault(.width, pc) }
    try demand(range: range, in: slot, at: pc)
  }
}
