// What work costs beyond the fixed gas of its instruction: by the size of what it touches, and before it is done. One unit is about a nanosecond and a half,
// the time of the cheapest instruction. The machine charges with these functions and the bound of a transition is computed with them, so the two agree.

import Interface

package enum Gas {
  /// Entering a function with arguments that take so many words of the arena.
  package static func call(argumentWords: Int) -> Int { 20 + memory(words: argumentWords) }

  /// Words of the arena cost one unit for 16 bytes, so memory cannot run out before gas.
  package static func memory(words: Int) -> Int { (words + 1) / 2 }

  /// The words of an integer object of so many limbs: a header, then the limbs.
  package static func integerWords(limbs: Int) -> Int { limbs + 1 }

  /// The words of a text object of so many bytes: its size, then the bytes.
  package static func textWords(size: Int) -> Int { 1 + (size + 7) / 8 }

  /// Sum, difference or comparison of wide integers, the result's memory included.
  package static func linear(_ a: Int, _ b: Int) -> Int { 12 + a + b + memory(words: integerWords(limbs: max(a, b) + 1)) }

  /// Product of wide integers.
  package static func product(_ a: Int, _ b: Int) -> Int { 16 + 2 * a * b + memory(words: integerWords(limbs: a + b)) }

  /// Quotient or rest of wide integers: quotient and rest each take memory.
  package static func quotient(_ a: Int, _ b: Int) -> Int {
    40 + 4 * (a + 1) * b + memory(words: integerWords(limbs: a + 1) + integerWords(limbs: b + 1))
  }

  /// Comparing two texts of these sizes.
  package static func text(_ a: Int, _ b: Int) -> Int { (a + b) / 16 }

  /// Dividing a vault.
  package static func split(shares: Int, targets: Int) -> Int { 40 * shares + 20 * targets }

  /// Recording an event of so many words.
  package static func event(words: Int) -> Int { 2 * words }

  /// The limbs of an integer of so many bits; at least one.
  package static func limbs(bits: Int) -> Int { max(1, (bits + 63) / 64) }
}

extension SplitShare {
  /// What one table costs.
  package static func gas(_ shares: [SplitShare]) -> Int { Gas.split(shares: shares.count, targets: shares.reduce(0) { $0 + $1.targets.count }) }
}

extension RegisterType {
  /// The most words of the arena that a value of this type takes.
  package var arenaWordsMax: Int {
    switch self {
    case .int(let range): range.isSmall ? 0 : Gas.integerWords(limbs: Gas.limbs(bits: range.bits))
    case .wide(let bits): Gas.integerWords(limbs: Gas.limbs(bits: bits))
    case .text(let max): Gas.textWords(size: 4 * max)
    case .bool, .percent, .ratio, .amount, .duration, .counter: 0
    }
  }

  /// The words that an event of this value records, at most.
  package var eventWordsMax: Int { max(slots, arenaWordsMax) }
}

extension WellFormedModule {
  /// The most that entering a function costs.
  package func callGasMax(_ function: Int) -> Int {
    let count = module.interface.parameterTypes(of: module.interface.entries[function]).count
    return Gas.call(argumentWords: module.functions[function].registers.prefix(count).reduce(0) { $0 + $1.arenaWordsMax })
  }

  /// The most that an instruction costs beyond its fixed gas.
  package func variableGasMax(_ instruction: Instruction, in function: Int) -> Int {
    func bits(_ slot: UInt16) -> Int {
      guard let bits = registers[function].type(at: Int(slot))?.bits else {
        preconditionFailure("the verifier gives integers to what computes with them")
      }
      return bits
    }
    func limbs(_ slot: UInt16) -> Int { Gas.limbs(bits: bits(slot)) }
    // Where operands and result always have the small form, size costs nothing.
    func isSmall(_ slots: UInt16...) -> Bool { slots.allSatisfy { bits($0) <= SmallInteger.bits } }
    switch instruction.opcode {
    case .addInt, .subtractInt:
      return max(bits(instruction.b), bits(instruction.c)) < SmallInteger.bits ? 0 : Gas.linear(limbs(instruction.b), limbs(instruction.c))
    case .equalInt, .lessInt, .lessOrEqualInt:
      return isSmall(instruction.b, instruction.c) ? 0 : Gas.linear(limbs(instruction.b), limbs(instruction.c))
    case .narrow: return isSmall(instruction.b) ? 0 : Gas.linear(limbs(instruction.b), 4)
    case .multiplyInt:
      return bits(instruction.b) + bits(instruction.c) <= SmallInteger.bits ? 0 : Gas.product(limbs(instruction.b), limbs(instruction.c))
    case .divideIntDown, .divideIntUp, .divideIntHalfEven, .moduloInt:
      return isSmall(instruction.b, instruction.c) ? 0 : Gas.quotient(limbs(instruction.b), limbs(instruction.c))
    case .loadWide: return Gas.memory(words: 5)
    case .constantWide: return Gas.memory(words: registers[function].type(at: Int(instruction.a))?.arenaWordsMax ?? 0)
    case .equalText:
      func size(_ slot: UInt16) -> Int { 8 * (registers[function].type(at: Int(slot))?.arenaWordsMax ?? 0) }
      return Gas.text(size(instruction.b), size(instruction.c))
    case .split: return SplitShare.gas(module.splits[Int(instruction.b)])
    case .emit:
      return Gas.event(
        words: module.interface.events[Int(instruction.a)].parameters.reduce(0) { $0 + RegisterType($1.type).eventWordsMax })
    case .next, .jump, .branch, .count, .loop, .again, .enter, .stay, .return, .require, .copy, .copyPair, .immediate, .constant, .constantPair,
      .load,
      .loadPair, .loadInt, .store, .storePair, .storeInt, .storeWide, .balance, .not, .equalWord, .lessDuration, .lessOrEqualDuration, .addDuration,
      .subtractDuration, .timesDuration, .equalPair, .lessAmount, .lessOrEqualAmount, .addAmount, .subtractAmount, .timesAmount, .scaleAmountDown,
      .scaleAmountUp, .scaleAmountHalfEven, .lessPercent, .lessOrEqualPercent, .ask, .settle, .pay:
      return 0
    }
  }
}
