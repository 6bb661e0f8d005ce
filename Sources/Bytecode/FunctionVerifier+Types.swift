import Interface
import Primitives

extension FunctionVerifier {
  func type(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> RegisterType {
    guard let type = layout.type(at: Int(slot)) else { throw fault(.operand, pc) }
    return type
  }

  func demand(_ condition: Bool, at pc: Int) throws(ModuleFault) {
    if !condition { throw fault(.operandType, pc) }
  }

  /// An integer result of at most `bits` goes into the register.
  func demand(bits: Int, in slot: UInt16, at pc: Int) throws(ModuleFault) {
    guard case .wide(let room) = try type(slot, at: pc), bits <= room else { throw fault(.width, pc) }
  }

  func bits(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> Int {
    guard let bits = try type(slot, at: pc).bits else { throw fault(.operandType, pc) }
    return bits
  }

  /// Whether every value of `from` is one of `to`.
  func fits(_ from: RegisterType, _ to: RegisterType) -> Bool {
    switch (from, to) {
    case (.int(let inner), .int(let outer)): outer.contains(inner.low) && outer.contains(inner.high)
    case (.int, .wide(let room)), (.wide, .wide(let room)): (from.bits ?? .max) <= room
    case (.percent, .ratio): true
    case (.text(let short), .text(let long)), (.bytes(let short), .bytes(let long)): short <= long
    default: from == to
    }
  }

  /// The rules that the operands' kinds do not tell. Every case that is not named has none.
  func checkTypes(_ i: Instruction, at pc: Int) throws(ModuleFault) {
    switch i.opcode {
    case .copy, .copyPair: try demand(fits(type(i.b, at: pc), type(i.a, at: pc)), at: pc)
    case .immediate:
      let value = Integer(Int(Int16(bitPattern: i.b)))
      try demand(constant(.int(value), is: type(i.a, at: pc)), at: pc)
    case .constant, .constantPair, .constantWide:
      let value = module.constants[Int(i.b)]
      try demand(constant(value, is: type(i.a, at: pc)), at: pc)
      try demand(isObject(value) == (i.opcode == .constantWide), at: pc)
    case .load, .loadPair, .loadInt, .loadWide:
      try demand(slotType(i.b, at: pc) == type(i.a, at: pc), at: pc)
      try demand(opcode(i.opcode, moves: i.b, at: pc), at: pc)
    case .store, .storePair, .storeInt, .storeWide:
      try demand(fits(type(i.b, at: pc), slotType(i.a, at: pc)), at: pc)
      try demand(opcode(i.opcode, moves: i.a, at: pc), at: pc)
      let terms = module.interface.terms.count
      try demand(slots[terms + Int(i.c)].slot == Int(i.a) && slots[terms + Int(i.c)].type.wordsAtRest > 0, at: pc)
    case .count:
      guard case .counter(let bound) = try type(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demand(module.constants[Int(i.c)] == .int(Integer(bound)), at: pc)
    case .balance: try demand(type(i.a, at: pc) == .amount(currency: module.interface.vaults[Int(i.b)].currency), at: pc)
    case .powerInt, .shiftLeftInt, .shiftRightInt:
      // The exponent's range says how wide the result may be.
      guard case .int(let range) = try type(i.c, at: pc), range.low.sign >= 0, let most = range.high.int, most <= limits.integerBits else {
        throw fault(.width, pc)
      }
      let width = try bits(i.b, at: pc)
      try demand(bits: i.opcode == .powerInt ? max(1, width * most) : i.opcode == .shiftLeftInt ? width + most : width, in: i.a, at: pc)
    case .gcdInt, .minInt, .maxInt: try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)), in: i.a, at: pc)
    case .addRatio, .subtractRatio, .multiplyRatio, .divideRatio, .ratioOfInts: try demand(type(i.a, at: pc) == .ratio, at: pc)
    case .narrowRatio: try demand(type(i.a, at: pc) == .percent, at: pc)
    case .addInt, .subtractInt: try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)) + 1, in: i.a, at: pc)
    case .multiplyInt: try demand(bits: bits(i.b, at: pc) + bits(i.c, at: pc), in: i.a, at: pc)
    case .divideIntDown, .divideIntUp, .divideIntHalfEven: try demand(bits: bits(i.b, at: pc) + 1, in: i.a, at: pc)
    case .moduloInt: try demand(bits: bits(i.c, at: pc), in: i.a, at: pc)
    case .narrow:
      guard case .int(let range) = try type(i.a, at: pc), Int(i.c) + 1 < module.constants.count else { throw fault(.operandType, pc) }
      try demand(module.constants[Int(i.c)] == .int(range.low) && module.constants[Int(i.c) + 1] == .int(range.high), at: pc)
    case .equalWord:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b == c && (b == .bool || b == .duration), at: pc)
    case .equalPair: try demandSameCurrency(i.b, i.c, at: pc)
    case .lessAmount, .lessOrEqualAmount: try demandSameCurrency(i.b, i.c, at: pc)
    case .addAmount, .subtractAmount:
      try demandSameCurrency(i.b, i.c, at: pc)
      try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .timesAmount, .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven: try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .equalText, .lessText:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b.isA(.text, in: []) == c.isA(.text, in: []), at: pc)
    case .ask:
      try demand(type(i.b, at: pc) == .amount(currency: Int(i.c)), at: pc)
      if case .vault(let vault) = PlaceOperand(number: i.a).place { try demand(module.interface.vaults[vault].currency == Int(i.c), at: pc) }
    case .pay:
      if case .vault(let target) = PlaceOperand(number: i.b).place {
        let vaults = module.interface.vaults
        try demand(target != Int(i.a) && vaults[target].currency == vaults[Int(i.a)].currency, at: pc)
      }
    case .return:
      guard let resultType else { throw fault(.notHere, pc) }
      try demand(fits(type(i.a, at: pc), resultType), at: pc)
      // Two registers would hold the same collection.
      if isCollection(resultType), isParameter(Int(i.a)) || isLoopedThrough(Int(i.a), at: pc) { throw fault(.changing, pc) }
    default: break
    }
  }

  /// Two amounts of one currency, or, for equality, two percents.
  private func demandSameCurrency(_ b: UInt16, _ c: UInt16, at pc: Int) throws(ModuleFault) {
    let (x, y) = (try type(b, at: pc), try type(c, at: pc))
    try demand(x == y || (x.isA(.percent, in: []) && y.isA(.percent, in: [])), at: pc)
  }

  private func constant(_ value: Value, is type: RegisterType) -> Bool {
    switch (value, type) {
    case (.bool, .bool), (.duration, .duration), (.percent, .ratio), (.amount, .amount): true
    case (.int(let value), .int(let range)): range.contains(value)
    case (.int(let value), .wide(let bits)): value.bitWidth <= bits
    case (.percent(let value), .percent): value.isAtRest
    case (.text, .text(let max)): ValueType.text(max: max).admits(value)
    case (.bytes(let bytes), .bytes(let max)): bytes.count <= max
    default: false
    }
  }

  /// Whether a constant lies in the arena.
  private func isObject(_ value: Value) -> Bool {
    switch value {
    case .int(let value): SmallInteger.word(value) == nil
    case .text, .bytes, .sequence, .variant: true
    case .bool, .percent, .amount, .duration: false
    }
  }

  // MARK: The agreement's state

  /// The type of the term or field that begins at a word of the state.
  private func slotType(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> RegisterType {
    guard let found = slots.first(where: { $0.slot == Int(slot) && $0.type.wordsAtRest > 0 }) else { throw fault(.operand, pc) }
    return RegisterType(found.type)
  }

  /// Whether the instruction is the one that loads or stores the type at this word.
  private func opcode(_ opcode: Opcode, moves slot: UInt16, at pc: Int) throws(ModuleFault) -> Bool {
    switch try slotType(slot, at: pc) {
    case .bool, .duration: opcode == .load || opcode == .store
    case .int(let range): range.isSmall ? opcode == .loadInt || opcode == .storeInt : opcode == .loadWide || opcode == .storeWide
    case .percent, .ratio, .amount: opcode == .loadPair || opcode == .storePair
    case .wide, .text, .bytes, .composite, .counter: false
    }
  }
}
