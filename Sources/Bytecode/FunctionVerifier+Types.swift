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
  func extreme(isMin: Bool, _ b: UInt16, _ c: UInt16, at pc: Int) throws(ModuleFault) -> IntegerRange? {
    guard case .value(.int(let x)) = try type(b, at: pc), case .value(.int(let y)) = try type(c, at: pc) else {
      return nil
    }
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
    case (.value(let inner), .value(let outer)): outer.includes(inner)
    case (_, .wide(let room)): from.bits.map { $0 <= room } ?? false
    case (.value, .loopCounter), (.wide, .value), (.wide, .loopCounter), (.loopCounter, _): from == to
    }
  }

  /// Two amounts of one currency, or, for equality, two percents.
  func demandSameCurrency(_ b: UInt16, _ c: UInt16, at pc: Int) throws(ModuleFault) {
    let (x, y) = (try type(b, at: pc), try type(c, at: pc))
    try demand(x == y || (x.isA(.percent, in: []) && y.isA(.percent, in: [])), at: pc)
  }

  func constant(_ value: Value, is type: RegisterType) -> Bool {
    switch (value, type) {
    case (.int(let value), .wide(let bits)): value.bitWidth <= bits
    case (_, .value(.composite)), (.party, _), (_, .wide), (_, .loopCounter): false
    case (_, .value(let type)): type.admits(value)
    }
  }

  /// Whether a constant lies in the arena.
  func isObject(_ value: Value) -> Bool {
    switch value {
    case .int(let value): SmallInteger.word(value) == nil
    case .text, .bytes, .sequence, .variant: true
    case .bool, .percent, .amount, .duration, .time, .party: false
    }
  }

  // MARK: The agreement's state

  /// The type of the term or field that begins at a word of the state.
  func slotType(_ slot: UInt16, at pc: Int) throws(ModuleFault) -> ValueType {
    let items = basis.itemAtWord
    guard Int(slot) < items.count, items[Int(slot)] >= 0 else { throw fault(.operand, pc) }
    return slots[items[Int(slot)]].type
  }

  func demandField(_ field: Int, beginsAt slot: UInt16, at pc: Int) throws(ModuleFault) {
    let place = slots[module.interface.terms.count + field]
    try demand(place.slot == Int(slot) && place.type.wordsAtRest > 0, at: pc)
  }

  /// Whether the instruction is the one that loads or stores the type at this word.
  func opcode(_ opcode: Opcode, moves slot: UInt16, at pc: Int) throws(ModuleFault) -> Bool {
    let type = try slotType(slot, at: pc)
    // Nothing but `raise` changes it.
    if case .counter = type { return opcode == .loadInt }
    let moves = type.layout.moves
    return type.layout != .object && (opcode == moves.load || opcode == moves.store)
  }
}
