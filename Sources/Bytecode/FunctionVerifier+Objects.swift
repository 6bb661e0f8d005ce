import Interface
import Primitives

/// What is demanded of instructions on texts, bytes, and values that are made of others; and the
/// three rules that let collections be changed where they lie although values are never shared: a
/// register's collection is its own, since whatever puts one into a register or an object copies
/// it; a parameter is not changed, because the caller holds the same one; and a loop's collection
/// stays as it is until the loop ends.
extension FunctionVerifier {
  private func definition(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> TypeDefinition {
    guard case .composite(let index) = try type(slot, at: pc) else { throw fault(.operandType, pc) }
    return module.interface.types[index]
  }

  func isCollection(_ type: RegisterType) -> Bool {
    if case .composite(let index) = type { module.interface.types[index].isCollection } else { false }
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

  private func isOpen(counter: UInt16, through slot: UInt16, at pc: Int) -> Bool {
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

  /// The types of the values that begin at the instruction's second operand.
  func manyTypes(_ i: Instruction, at pc: Int) throws(ModuleFault) -> [RegisterType] {
    switch i.opcode {
    case .call:
      guard let signature = module.functions[Int(i.a)].signature,
        signature.parameterCount <= module.functions[Int(i.a)].registers.count
      else {
        throw fault(.call, pc)
      }
      return Array(module.functions[Int(i.a)].registers.prefix(signature.parameterCount))
    case .make:
      guard case .structure(_, let members) = try definition(i.a, at: pc) else { throw fault(.operandType, pc) }
      return members.map { RegisterType($0.type) }
    case .wrap:
      guard let payloads = try definition(i.a, at: pc).payloads, Int(i.c) < payloads.count else {
        throw fault(.operandType, pc)
      }
      return payloads[Int(i.c)].map { RegisterType($0) }
    case .collect:
      guard case .list(let element, let least, let most) = try definition(i.a, at: pc) else {
        try demand(i.c == 0, at: pc)
        return []
      }
      try demand((least...most).contains(Int(i.c)) && Int(i.c) <= limits.parameters, at: pc)
      return Array(repeating: RegisterType(element), count: Int(i.c))
    case .endOfDay:
      guard let days = IntegerRange(Integer(1), Integer(1000)) else { preconditionFailure("1 is less than 1000") }
      return [.int(days), .time]
    default: preconditionFailure("only these read many registers")
    }
  }

  // MARK: Types

  private func demand(_ part: ValueType, fitsInto slot: UInt16, at pc: Int) throws(ModuleFault) {
    try demand(fits(RegisterType(part), type(slot, at: pc)), at: pc)
  }

  private func demand(_ slot: UInt16, fitsInto part: ValueType, at pc: Int) throws(ModuleFault) {
    try demand(fits(type(slot, at: pc), RegisterType(part)), at: pc)
  }

  private func element(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> ValueType {
    guard case .list(let element, _, _) = try definition(slot, at: pc) else { throw fault(.operandType, pc) }
    return element
  }

  /// The key of a set or map.
  private func key(_ type: TypeDefinition, at pc: Int) throws(ModuleFault) -> ValueType {
    switch type {
    case .set(let key, _), .map(let key, _, _): return key
    case .structure, .enumeration, .optional, .list: throw fault(.operandType, pc)
    }
  }

  /// The map that a term or field is.
  private func map(_ item: UInt16, at pc: Int) throws(ModuleFault) -> (key: ValueType, value: ValueType, most: Int) {
    guard case .composite(let index) = slots[Int(item)].type,
      case .map(let key, let value, let most) = module.interface.types[index]
    else {
      throw fault(.operandType, pc)
    }
    return (key, value, most)
  }

  private func demandField(_ item: UInt16, at pc: Int) throws(ModuleFault) {
    try demand(Int(item) >= module.interface.terms.count, at: pc)
  }

  /// A number from 0 to `count` goes into the register.
  func demand(count: Int, in slot: UInt16, at pc: Int) throws(ModuleFault) {
    guard let range = IntegerRange(.zero, Integer(count)) else { throw fault(.width, pc) }
    try demand(range: range, in: slot, at: pc)
  }

  /// The rules beyond the operands' kinds. `before` is what the instruction before has found out.
  mutating func checkObjects(_ i: Instruction, at pc: Int, _ before: Probe) throws(ModuleFault) {
    switch i.opcode {
    case .call:
      guard let result = module.functions[Int(i.a)].signature?.result else { throw fault(.call, pc) }
      try demand(fits(result, type(i.c, at: pc)), at: pc)

    // Texts and bytes
    case .textOfInt:
      // 0.30103 digits for each bit, one begun, and a sign.
      guard case .text(let max) = try type(i.a, at: pc), try bits(i.b, at: pc) * 30103 / 100_000 + 2 <= max else {
        throw fault(.width, pc)
      }
    case .intOfText:
      guard case .text(let max) = try type(i.b, at: pc) else { throw fault(.operandType, pc) }
      // 3.322 bits for each digit.
      try demand(bits: max * 3322 / 1000 + 1, in: i.a, at: pc)
    case .concatenate:
      switch (try type(i.b, at: pc), try type(i.c, at: pc), try type(i.a, at: pc)) {
      case (.text(let x), .text(let y), .text(let room)), (.bytes(let x), .bytes(let y), .bytes(let room)):
        guard x + y <= room else { throw fault(.width, pc) }
      default: throw fault(.operandType, pc)
      }
    case .sizeOf:
      switch try type(i.b, at: pc) {
      case .text(let max): try demand(count: 4 * max, in: i.a, at: pc)
      case .bytes(let max): try demand(count: max, in: i.a, at: pc)
      default: throw fault(.operandType, pc)
      }
    case .scalarCount:
      guard case .text(let max) = try type(i.b, at: pc) else { throw fault(.operandType, pc) }
      try demand(count: max, in: i.a, at: pc)

    // Structures, enumerations, optionals
    case .member, .replace:
      guard case .structure(_, let members) = try definition(i.opcode == .member ? i.b : i.a, at: pc),
        Int(i.c) < members.count
      else {
        throw fault(.operandType, pc)
      }
      let type = members[Int(i.c)].type
      if i.opcode == .member {
        try demand(type, fitsInto: i.a, at: pc)
      } else {
        try demand(i.b, fitsInto: type, at: pc)
      }
    case .match:
      guard let payloads = try definition(i.a, at: pc).payloads, Int(i.c) < payloads.count else {
        throw fault(.operandType, pc)
      }
      probed = .matched(register: i.a, case: Int(i.c))
    case .payload:
      guard case .matched(let register, let number) = before, register == i.b else { throw fault(.taking, pc) }
      guard let payloads = try definition(i.b, at: pc).payloads, Int(i.c) < payloads[number].count else {
        throw fault(.operandType, pc)
      }
      try demand(payloads[number][Int(i.c)], fitsInto: i.a, at: pc)
      // No type contains itself, so this has not written the register that was matched.
      probed = before

    // Lists, sets, maps
    case .fillList:
      let element = try element(i.a, at: pc)
      try demand(i.b, fitsInto: element, at: pc)
      try demand(!isCollection(RegisterType(element)), at: pc)
    case .countOf: try demand(count: definition(i.b, at: pc).most ?? 0, in: i.a, at: pc)
    case .getElement, .getElementPair, .getElementObject:
      let element = try element(i.b, at: pc)
      try demand(element, fitsInto: i.a, at: pc)
      try demand(isCollection(RegisterType(element)) == (i.opcode == .getElementObject), at: pc)
    case .setElement, .setElementPair, .setElementObject:
      let element = try element(i.a, at: pc)
      try demand(i.c, fitsInto: element, at: pc)
      try demand(isCollection(RegisterType(element)) == (i.opcode == .setElementObject), at: pc)
    case .appendElement: try demand(i.b, fitsInto: element(i.a, at: pc), at: pc)
    case .removeElement: break
    case .insertKey, .removeKey: try demand(i.b, fitsInto: key(definition(i.a, at: pc), at: pc), at: pc)
    case .insertEntry:
      guard case .map(let key, let value, _) = try definition(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demand(i.b, fitsInto: key, at: pc)
      try demand(i.c, fitsInto: value, at: pc)
    case .hasKey: try demand(i.c, fitsInto: key(definition(i.b, at: pc), at: pc), at: pc)
    case .find:
      switch try definition(i.a, at: pc) {
      case .list(let element, _, _):
        _ = try bits(i.c, at: pc)
        probed = .found(element)
      case .map(let key, let value, _):
        try demand(i.c, fitsInto: key, at: pc)
        probed = .found(value)
      case .structure, .enumeration, .optional, .set: throw fault(.operandType, pc)
      }
    case .found:
      guard case .found(let type) = before else { throw fault(.taking, pc) }
      try demand(type, fitsInto: i.a, at: pc)
    case .each:
      guard case .counter(let bound) = try type(i.a, at: pc), let most = try definition(i.b, at: pc).most, bound >= most
      else {
        throw fault(.operandType, pc)
      }
      guard pc + 1 < function.code.count, function.code[pc + 1].opcode == .loop, function.code[pc + 1].a == i.a else {
        throw fault(.loop, pc)
      }
    case .item:
      guard isOpen(counter: i.c, through: i.b, at: pc) else { throw fault(.taking, pc) }
      switch try definition(i.b, at: pc) {
      case .list(let part, _, _), .set(let part, _), .map(let part, _, _): try demand(part, fitsInto: i.a, at: pc)
      case .structure, .enumeration, .optional: throw fault(.operandType, pc)
      }
    case .itemValue:
      guard isOpen(counter: i.c, through: i.b, at: pc) else { throw fault(.taking, pc) }
      guard case .map(_, let value, _) = try definition(i.b, at: pc) else { throw fault(.operandType, pc) }
      try demand(value, fitsInto: i.a, at: pc)
    case .copyObject: try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .copy: try demand(!isCollection(type(i.a, at: pc)), at: pc)
    case .equalObject:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(fits(b, c) || fits(c, b), at: pc)

    // The agreement's state
    case .loadObject: try demand(RegisterType(slots[Int(i.b)].type) == type(i.a, at: pc), at: pc)
    case .storeObject:
      try demandField(i.a, at: pc)
      let type = slots[Int(i.a)].type
      if case .composite(let index) = type, case .map = module.interface.types[index] { throw fault(.operandType, pc) }
      try demand(i.b, fitsInto: type, at: pc)
    case .countEntries: try demand(count: map(i.b, at: pc).most, in: i.a, at: pc)
    case .findEntry:
      let map = try map(i.a, at: pc)
      try demand(i.c, fitsInto: map.key, at: pc)
      probed = .found(map.value)
    case .setEntry:
      try demandField(i.a, at: pc)
      let map = try map(i.a, at: pc)
      try demand(i.b, fitsInto: map.key, at: pc)
      try demand(i.c, fitsInto: map.value, at: pc)
    case .removeEntry:
      try demandField(i.a, at: pc)
      try demand(i.b, fitsInto: map(i.a, at: pc).key, at: pc)
    default: break
    }
  }
}
