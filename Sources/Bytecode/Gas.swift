// What work costs beyond the fixed gas of its instruction: by the size of what it touches, and
// before it is done. One unit is about a nanosecond and a half, the time of the cheapest
// instruction. The machine charges with these functions and the bound of a transition is computed
// with them, so the two agree.

package import Interface
import Primitives

@frozen @usableFromInline
package enum Gas {
  /// Entering a function with arguments that take so many words of the arena.
  @inlinable package static func call(argumentWords: Int) -> Int { 20 + memory(words: argumentWords) }

  /// Words of the arena cost one unit for 16 bytes, so memory cannot run out before gas.
  @inlinable package static func memory(words: Int) -> Int { (words + 1) / 2 }

  /// The words of an integer object of so many limbs: a header, then the limbs.
  @inlinable package static func integerWords(limbs: Int) -> Int { limbs + 1 }

  /// The words of a text object of so many bytes: its size, then the bytes.
  @inlinable package static func textWords(size: Int) -> Int { 1 + (size + 7) / 8 }

  /// Sum, difference or comparison of wide integers, the result's memory included.
  @inlinable package static func linear(_ a: Int, _ b: Int) -> Int {
    12 + a + b + memory(words: integerWords(limbs: max(a, b) + 1))
  }

  /// Product of wide integers.
  @inlinable package static func product(_ a: Int, _ b: Int) -> Int {
    16 + 2 * a * b + memory(words: integerWords(limbs: a + b))
  }

  /// Quotient or rest of wide integers: quotient and rest each take memory.
  @inlinable package static func quotient(_ a: Int, _ b: Int) -> Int {
    40 + 4 * (a + 1) * b + memory(words: integerWords(limbs: a + 1) + integerWords(limbs: b + 1))
  }

  /// Comparing two texts of these sizes.
  @inlinable package static func text(_ a: Int, _ b: Int) -> Int { (a + b) / 16 }

  /// Dividing what a vault holds. Of the targets so many are under keys, each of which is compared with the others.
  @inlinable package static func split(shares: Int, targets: Int, keys: Int) -> Int {
    40 * shares + 20 * targets + keys * (20 + keys)
  }

  /// Accounts among which an even share is divided.
  @inlinable package static func accounts(_ count: Int) -> Int { 20 * count }

  /// Paying out what a vault holds under so many keys, all to one place or each to its own.
  @inlinable package static func holdings(_ count: Int) -> Int { 60 * count }

  /// The SHA-256 of so many bytes, its memory included.
  @inlinable package static func sha256(size: Int) -> Int { 100 + 2 * size + memory(words: textWords(size: 32)) }

  /// The SM3 of so many bytes, its memory included.
  @inlinable package static func sm3(size: Int) -> Int { 600 + 4 * size + memory(words: textWords(size: 32)) }

  /// Going through so many days with so many holidays.
  @inlinable package static func days(_ count: Int, holidays: Int) -> Int { count + holidays }

  /// Recording an event of so many words at rest.
  @inlinable package static func event(words: Int) -> Int { 2 * words }

  /// Between an integer of so many limbs and its decimal digits.
  @inlinable package static func decimal(limbs: Int) -> Int {
    20 * limbs + 10 * limbs * limbs + memory(words: 8 * limbs + 4)
  }

  /// Going once through so many bytes of a text.
  @inlinable package static func pass(size: Int) -> Int { size / 8 }

  /// Making an object of so many words, of which most are copied from elsewhere.
  @inlinable package static func copy(words: Int) -> Int { memory(words: words) }

  /// Looking a key up among so many, where comparing two costs this much.
  @inlinable package static func search(count: Int, key: Int) -> Int {
    2 * (Int.bitWidth - count.leadingZeroBitCount) * key
  }

  /// Moving so many words to make room or close a gap.
  @inlinable package static func shift(words: Int) -> Int { words / 8 }

  /// Taking values out of so many words at rest. Where structures lie inside each other, each word
  /// comes to lie under as many objects as types may be deep.
  @inlinable package static func wake(words: Int) -> Int { 5 * words }

  /// Laying values down in so many words at rest.
  @inlinable package static func rest(words: Int) -> Int { 2 * words }

  /// The capacity that a full collection grows to.
  @inlinable package static func grown(_ capacity: Int, most: Int) -> Int { min(most, max(4, 2 * capacity)) }

  /// The limbs of an integer of so many bits; at least one.
  @inlinable package static func limbs(bits: Int) -> Int { max(1, (bits + 63) / 64) }
}

/// What a split's shares come to, those of the tables inside it counted as often as they are named.
package struct SplitMeasure: Sendable {
  package private(set) var shares = 0
  package private(set) var targets = 0
  /// Targets under a vault's key.
  package private(set) var keyCount = 0
  /// Tables inside each other, counted from 1.
  package private(set) var depth = 1
  /// The registers of the lists whose accounts are targets.
  package private(set) var lists: [Int] = []

  package var gas: Int { Gas.split(shares: shares, targets: targets, keys: keyCount) }
  package var size: Int { shares + targets + lists.count }

  /// Of each table of a module; a table names only earlier ones. Nil for one that names another, or
  /// is larger than the limits allow.
  package static func measures(_ tables: [[SplitShare]], _ limits: Limits) -> [SplitMeasure?] {
    var measures: [SplitMeasure?] = []
    for table in tables { measures.append(SplitMeasure(table, measures, limits)) }
    return measures
  }

  private init?(_ table: [SplitShare], _ earlier: [SplitMeasure?], _ limits: Limits) {
    for share in table {
      shares += 1
      switch share.targets {
      case .places(let places):
        targets += places.count
        keyCount += places.count { if case .entry = $0 { true } else { false } }
      case .list(let register): lists.append(register)
      case .split(let index):
        guard index < earlier.count, let inner = earlier[index] else { return nil }
        shares += inner.shares
        targets += inner.targets
        keyCount += inner.keyCount
        lists += inner.lists
        depth = max(depth, 1 + inner.depth)
      }
      guard size <= limits.splitSize, depth <= limits.splitDepth else { return nil }
    }
  }
}

extension WellFormedModule {
  private func type(_ slot: UInt16, in function: Int) -> RegisterType {
    guard let type = registers[function].type(at: Int(slot)) else {
      preconditionFailure("the verifier gives every operand its register")
    }
    return type
  }

  /// The most words that a value takes as it rests.
  private func restWordsMax(_ type: ValueType) -> Int {
    type.wordsAtRest > 0 ? type.wordsAtRest : measures.wholeWords(of: type)
  }

  /// The most words of the arena that a value takes with everything below it.
  private func wholeWordsMax(_ type: RegisterType) -> Int {
    if case .wide(let bits) = type { return Gas.integerWords(limbs: Gas.limbs(bits: bits)) }
    return type.valueType.map { measures.wholeWords(of: $0) } ?? 0
  }

  /// What copying a value costs when it is put somewhere: nothing but for collections, which are not shared.
  private func copyMax(_ type: ValueType) -> Int {
    guard case .composite(let index) = type, module.interface.types[index].isCollection else { return 0 }
    return Gas.copy(words: measures.ownWords[index])
  }

  private func composite(_ slot: UInt16, in function: Int) -> (index: Int, definition: TypeDefinition) {
    guard case .value(.composite(let index)) = type(slot, in: function) else {
      preconditionFailure("the verifier gives objects to what works on them")
    }
    return (index, module.interface.types[index])
  }

  /// What comparing two keys costs at most.
  private func keyMax(_ type: ValueType) -> Int { 2 + measures.wholeWords(of: type) }

  private func map(_ item: UInt16) -> (key: ValueType, value: ValueType) {
    guard let parts = module.interface.slots[Int(item)].type.mapParts(in: module.interface.types) else {
      preconditionFailure("the verifier gives maps to what works on entries")
    }
    return parts
  }

  /// The most that entering a function costs, as the ledger does it.
  package func callGasMax(_ function: Int) -> Int {
    argumentWords(ofEntry: function).map { Gas.call(argumentWords: $0) } ?? 0
  }

  /// The most that an instruction costs beyond its fixed gas; of a `call`, what is called is not counted.
  package func variableGasMax(_ instruction: Instruction, in function: Int) -> Int {
    let i = instruction
    func type(_ slot: UInt16) -> RegisterType { self.type(slot, in: function) }
    func bits(_ slot: UInt16) -> Int {
      guard let bits = type(slot).bits else {
        preconditionFailure("the verifier gives integers to what computes with them")
      }
      return bits
    }
    func limbs(_ slot: UInt16) -> Int { Gas.limbs(bits: bits(slot)) }
    // Where operands and result always have the small form, size costs nothing.
    func isSmall(_ slots: UInt16...) -> Bool { slots.allSatisfy { bits($0) <= SmallInteger.bits } }
    func size(_ slot: UInt16) -> Int { 8 * wholeWordsMax(type(slot)) }
    func own(_ slot: UInt16) -> Int { measures.ownWords[composite(slot, in: function).index] }
    func copies(_ types: [ValueType]) -> Int { types.reduce(0) { $0 + copyMax($1) } }
    /// Looking up a key, of which a list has none.
    func search(_ slot: UInt16) -> Int {
      let definition = composite(slot, in: function).definition
      if case .list = definition { return 0 }
      return Gas.search(count: definition.most ?? 0, key: keyMax(definition.parts[0]))
    }
    switch i.opcode {
    case .addInt, .subtractInt:
      return max(bits(i.b), bits(i.c)) < SmallInteger.bits ? 0 : Gas.linear(limbs(i.b), limbs(i.c))
    case .equalInt, .lessInt, .lessOrEqualInt, .minInt, .maxInt:
      return isSmall(i.b, i.c) ? 0 : Gas.linear(limbs(i.b), limbs(i.c))
    case .narrow: return isSmall(i.b) ? 0 : Gas.linear(limbs(i.b), 4)
    case .multiplyInt: return bits(i.b) + bits(i.c) <= SmallInteger.bits ? 0 : Gas.product(limbs(i.b), limbs(i.c))
    case .divideIntDown, .divideIntUp, .divideIntHalfEven, .moduloInt:
      return isSmall(i.b, i.c) ? 0 : Gas.quotient(limbs(i.b), limbs(i.c))
    case .textOfInt: return Gas.decimal(limbs: limbs(i.b))
    case .loadWide: return Gas.memory(words: 5)
    case .constantWide: return Gas.memory(words: wholeWordsMax(type(i.a)))
    case .equalText, .lessText: return Gas.text(size(i.b), size(i.c))
    case .scalarCount: return Gas.pass(size: size(i.b))
    case .concatenate: return Gas.copy(words: wholeWordsMax(type(i.b)) + wholeWordsMax(type(i.c)))
    case .make:
      guard case .structure(_, let members) = composite(i.a, in: function).definition else { return 0 }
      return Gas.copy(words: own(i.a)) + copies(members.map(\.type))
    case .wrap:
      let payload = composite(i.a, in: function).definition.payloads?[Int(i.c)] ?? []
      return Gas.copy(words: own(i.a)) + copies(payload)
    case .member, .payload, .item, .itemValue, .getElementObject: return type(i.a).valueType.map { copyMax($0) } ?? 0
    case .found:
      // Out of the state, the value is also decoded.
      return type(i.a).valueType.map { copyMax($0) + Gas.wake(words: restWordsMax($0)) } ?? Gas.wake(words: 5)
    case .replace:
      guard case .structure(_, let members) = composite(i.a, in: function).definition else { return 0 }
      return Gas.copy(words: own(i.a)) + copyMax(members[Int(i.c)].type)
    case .collect:
      guard case .list(let element, _, _) = composite(i.a, in: function).definition else { return Gas.copy(words: 1) }
      return Gas.copy(words: 1 + Int(i.c) * element.slots) + Int(i.c) * copyMax(element)
    case .fillList: return Gas.copy(words: own(i.a))
    case .setElementObject, .copyObject: return Gas.copy(words: own(i.opcode == .copyObject ? i.b : i.c))
    case .appendElement: return Gas.copy(words: own(i.a)) + copies(composite(i.a, in: function).definition.parts)
    case .removeElement: return Gas.shift(words: own(i.a))
    case .hasKey: return search(i.b)
    case .find: return search(i.a)
    case .removeKey: return search(i.a) + Gas.shift(words: own(i.a))
    case .insertKey, .insertEntry:
      return search(i.a) + Gas.shift(words: own(i.a)) + Gas.copy(words: own(i.a))
        + copies(composite(i.a, in: function).definition.parts)
    case .equalObject: return 2 + 2 * (wholeWordsMax(type(i.b)) + wholeWordsMax(type(i.c)))
    case .loadObject:
      let whole = Gas.wake(words: 1 + wholeWordsMax(type(i.a)))
      guard case .value(.composite(let index)) = type(i.a),
        case .map(let key, let value, let most) = module.interface.types[index]
      else { return whole }
      // Every entry is put in its place among the others.
      let stride = key.slots + value.slots
      return whole + Gas.rest(words: 1 + most * stride) + most
        * (Gas.wake(words: restWordsMax(key) + restWordsMax(value)) + Gas.search(count: most, key: keyMax(key))
          + Gas.shift(words: most * stride))
    case .storeObject: return Gas.rest(words: wholeWordsMax(type(i.b)))
    case .findEntry: return Gas.rest(words: restWordsMax(map(i.a).key)) + Gas.copy(words: restWordsMax(map(i.a).value))
    case .setEntry: return Gas.rest(words: restWordsMax(map(i.a).key) + restWordsMax(map(i.a).value))
    case .removeEntry: return Gas.rest(words: restWordsMax(map(i.a).key))
    case .split:
      let measure = splits[Int(i.b)]
      return measure.lists.reduce(measure.gas) { sum, register in
        sum + Gas.accounts(composite(UInt16(register), in: function).definition.most ?? 0)
      }
    case .pay:
      guard case .vault(let vault)? = PlaceOperand(number: i.a) else { return 0 }
      return Gas.holdings(module.interface.vaults[vault].key?.most ?? 0)
    case .payEach: return Gas.holdings(module.interface.vaults[Int(i.a)].key?.most ?? 0)
    case .endOfDay:
      guard case .structure(_, let members) = composite(i.b, in: function).definition,
        case .composite(let holidays) = members[Calendar.Member.holidays.rawValue].type,
        case .value(.int(let range)) = type(i.c), let last = range.high.int
      else { preconditionFailure("the verifier gives calendars to what counts working days") }
      let most = module.interface.types[holidays].most ?? 0
      // Each week has a working day, unless that is a holiday.
      return Gas.days(min(WorkingDays.daysMax, 7 * (last + most + 1)), holidays: most)
    case .intOfAmount: return Gas.memory(words: Gas.integerWords(limbs: 2))
    case .sha256: return Gas.sha256(size: size(i.b))
    case .sm3: return Gas.sm3(size: size(i.b))
    case .emit:
      return Gas.event(words: module.interface.events[Int(i.a)].parameters.reduce(0) { $0 + restWordsMax($1.type) })
    case .next, .jump, .branch, .count, .loop, .again, .enter, .stay, .return, .require, .copy, .copyPair, .immediate,
      .constant, .constantPair, .load, .loadPair, .loadInt, .store, .storePair, .storeInt, .storeWide, .balance, .not,
      .equalWord, .lessDuration, .lessOrEqualDuration, .addDuration, .subtractDuration, .timesDuration, .equalPair,
      .lessAmount, .lessOrEqualAmount, .addAmount, .subtractAmount, .timesAmount, .scaleAmountDown, .scaleAmountUp,
      .scaleAmountHalfEven, .lessPercent, .lessOrEqualPercent, .ask, .settle, .call, .fail, .ratioOfInts, .addRatio,
      .subtractRatio, .multiplyRatio, .divideRatio, .narrowRatio, .sizeOf, .match, .countOf, .getElement,
      .getElementPair, .setElement, .setElementPair, .each, .countEntries, .now, .opened, .caller, .account, .addTime,
      .subtractFromTime, .subtractTime, .intOfDuration, .payer, .balanceOfKey, .countKeys, .empty, .raise:
      return 0
    }
  }
}
