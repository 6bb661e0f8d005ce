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

  /// An integer result of this range goes into the register.
  func demand(range: IntegerRange, in slot: UInt16, at pc: Int) throws(ModuleFault) {
    if !fits(.int(range), try type(slot, at: pc)) { throw fault(.width, pc) }
  }

  /// The range of the smaller or greater of two integers that have one.
  private func extreme(isMin: Bool, _ b: UInt16, _ c: UInt16, at pc: Int) throws(ModuleFault) -> IntegerRange? {
    guard case .int(let x) = try type(b, at: pc), case .int(let y) = try type(c, at: pc) else { return nil }
    return isMin
      ? IntegerRange(min(x.low, y.low), min(x.high, y.high)) : IntegerRange(max(x.low, y.low), max(x.high, y.high))
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
      try demand(RegisterType(slotType(i.b, at: pc)) == type(i.a, at: pc), at: pc)
      try demand(opcode(i.opcode, moves: i.b, at: pc), at: pc)
    case .store, .storePair, .storeInt, .storeWide:
      try demand(fits(type(i.b, at: pc), RegisterType(slotType(i.a, at: pc))), at: pc)
      try demand(opcode(i.opcode, moves: i.a, at: pc), at: pc)
      try demandField(Int(i.c), beginsAt: i.a, at: pc)
    case .raise:
      guard case .counter = try slotType(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demandField(Int(i.c), beginsAt: i.a, at: pc)
    case .count:
      guard case .counter(let bound) = try type(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demand(module.constants[Int(i.c)] == .int(Integer(bound)), at: pc)
    case .balance:
      try demand(type(i.a, at: pc) == .amount(currency: module.interface.vaults[Int(i.b)].currency), at: pc)
    case .powerInt, .shiftLeftInt, .shiftRightInt:
      // The exponent's range says how wide the result may be.
      guard case .int(let range) = try type(i.c, at: pc), range.low.sign >= 0, let most = range.high.int,
        most <= limits.integerBits
      else {
        throw fault(.width, pc)
      }
      let width = try bits(i.b, at: pc)
      try demand(
        bits: i.opcode == .powerInt ? max(1, width * most) : i.opcode == .shiftLeftInt ? width + most : width, in: i.a,
        at: pc)
    case .minInt, .maxInt:
      if let range = try extreme(isMin: i.opcode == .minInt, i.b, i.c, at: pc) {
        try demand(range: range, in: i.a, at: pc)
      } else {
        try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)), in: i.a, at: pc)
      }
    case .gcdInt: try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)), in: i.a, at: pc)
    case .addRatio, .subtractRatio, .multiplyRatio, .divideRatio, .ratioOfInts:
      try demand(type(i.a, at: pc) == .ratio, at: pc)
    case .narrowRatio: try demand(type(i.a, at: pc) == .percent, at: pc)
    case .addInt, .subtractInt: try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)) + 1, in: i.a, at: pc)
    case .multiplyInt: try demand(bits: bits(i.b, at: pc) + bits(i.c, at: pc), in: i.a, at: pc)
    case .divideIntDown, .divideIntUp, .divideIntHalfEven: try demand(bits: bits(i.b, at: pc) + 1, in: i.a, at: pc)
    case .moduloInt: try demand(bits: bits(i.c, at: pc), in: i.a, at: pc)
    case .narrow:
      guard case .int(let range) = try type(i.a, at: pc), Int(i.c) + 1 < module.constants.count else {
        throw fault(.operandType, pc)
      }
      try demand(
        module.constants[Int(i.c)] == .int(range.low) && module.constants[Int(i.c) + 1] == .int(range.high), at: pc)
    case .equalWord:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b == c && [.bool, .duration, .time, .account].contains(b), at: pc)
    case .lessDuration, .lessOrEqualDuration: try demand(type(i.b, at: pc) == type(i.c, at: pc), at: pc)
    case .intOfDuration: try demand(bits: Integer(Int(Duration.max.milliseconds)).bitWidth, in: i.a, at: pc)
    case .intOfAmount: try demand(bits: Integer(Amount.max.units).bitWidth, in: i.a, at: pc)
    case .endOfDay: try demand(isCalendar(type(i.b, at: pc)), at: pc)
    case .sha256, .sm3:
      guard case .bytes(let max) = try type(i.a, at: pc), max >= Digest.size else { throw fault(.width, pc) }
    case .balanceOfKey:
      let vault = module.interface.vaults[Int(i.b)]
      guard let key = vault.key else { throw fault(.operandType, pc) }
      try demand(type(i.a, at: pc) == .amount(currency: vault.currency), at: pc)
      try demand(fits(type(i.c, at: pc), RegisterType(key.type)), at: pc)
    case .countKeys:
      guard let key = module.interface.vaults[Int(i.b)].key else { throw fault(.operandType, pc) }
      try demand(count: key.most, in: i.a, at: pc)
    case .payEach: try demand(module.interface.vaults[Int(i.a)].key?.type == .party, at: pc)
    case .equalPair: try demandSameCurrency(i.b, i.c, at: pc)
    case .lessAmount, .lessOrEqualAmount, .lessPercent, .lessOrEqualPercent: try demandSameCurrency(i.b, i.c, at: pc)
    case .addAmount, .subtractAmount:
      try demandSameCurrency(i.b, i.c, at: pc)
      try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .timesAmount: try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
      if case .rate(let currency, let other) = try type(i.c, at: pc) {
        try demand(type(i.b, at: pc) == .amount(currency: other), at: pc)
        try demand(type(i.a, at: pc) == .amount(currency: currency), at: pc)
      } else {
        try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
      }
    case .equalText, .lessText:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b.isA(.text, in: []) == c.isA(.text, in: []), at: pc)
    case .ask:
      try demand(type(i.b, at: pc) == .amount(currency: Int(i.c)), at: pc)
      if let vault = try place(i.a, at: pc).vault {
        try demand(module.interface.vaults[vault].currency == Int(i.c), at: pc)
      }
    case .pay:
      let (source, target) = (try place(i.a, at: pc), try place(i.b, at: pc))
      if let from = source.vault, let to = target.vault {
        let vaults = module.interface.vaults
        try demand(source != target && vaults[from].currency == vaults[to].currency, at: pc)
      }
    case .return:
      guard let resultType else { throw fault(.notHere, pc) }
      try demand(fits(type(i.a, at: pc), resultType), at: pc)
      // Two registers would hold the same collection.
      if isCollection(resultType), isParameter(Int(i.a)) || isLoopedThrough(Int(i.a), at: pc) {
        throw fault(.changing, pc)
      }
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
    case (.bool, .bool), (.duration, .duration), (.percent, .ratio), (.amount, .amount), (.time, .time): true
    case (.percent(let value), .rate): value.numerator > 0
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
    case .bool, .percent, .amount, .duration, .time, .party: false
    }
  }

  /// A structure of a set of weekdays, a set of times and minutes, in this order.
  private func isCalendar(_ type: RegisterType) -> Bool {
    let types = module.interface.types
    guard case .composite(let index) = type, case .structure(_, let members) = types[index], members.count == 3 else {
      return false
    }
    guard case .composite(let weekend) = members[0].type, case .set(.int(let days), let most) = types[weekend],
      most <= 7
    else { return false }
    guard case .composite(let holidays) = members[1].type, case .set(.time, _) = types[holidays] else { return false }
    guard case .int(let minutes) = members[2].type else { return false }
    return days == IntegerRange(Integer(1), Integer(7)) && minutes.low >= Integer(-1440)
      && minutes.high <= Integer(1440)
  }

  // MARK: The agreement's state

  /// The type of the term or field that begins at a word of the state.
  private func slotType(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> ValueType {
    let items = basis.itemAtWord
    guard Int(slot) < items.count, items[Int(slot)] >= 0 else { throw fault(.operand, pc) }
    return slots[items[Int(slot)]].type
  }

  private func demandField(_ field: Int, beginsAt slot: UInt16, at pc: Int) throws(ModuleFault) {
    let place = slots[module.interface.terms.count + field]
    try demand(place.slot == Int(slot) && place.type.wordsAtRest > 0, at: pc)
  }

  /// Whether the instruction is the one that loads or stores the type at this word.
  private func opcode(_ opcode: Opcode, moves slot: UInt16, at pc: Int) throws(ModuleFault) -> Bool {
    switch try slotType(slot, at: pc) {
    case .bool, .duration, .time, .party: opcode == .load || opcode == .store
    case .int(let range):
      range.isSmall ? opcode == .loadInt || opcode == .storeInt : opcode == .loadWide || opcode == .storeWide
    // Nothing but `raise` changes it.
    case .counter: opcode == .loadInt
    case .percent, .ratio, .amount, .rate: opcode == .loadPair || opcode == .storePair
    case .text, .bytes, .composite: false
    }
  }
}
