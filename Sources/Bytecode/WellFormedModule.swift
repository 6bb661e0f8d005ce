package import Interface
package import Primitives

/// A module that the verifier has passed: the only thing that the machine runs. `Verifier.verify` is its one maker.
package struct WellFormedModule: Sendable {
  package let module: Module
  /// SHA-256 of the canonical bytes.
  package let id: Digest
  /// For each function, which register begins at which slot.
  package let registers: [RegisterLayout]
  /// How large values of the module's types can be.
  package let measures: TypeMeasures
  /// What each split table comes to.
  package let splits: [SplitMeasure]
  /// Of each function, for each of its instructions that can trap the target of the innermost
  /// answer around it, and 0 for the others. Empty of a function without answers.
  private let answers: [[UInt16]]
  /// The module as the machine reads it.
  package let image: Image
  private let storage = ImageStorage()
  /// Four words for each constant. The first two are its value, or in the first the place of its
  /// object in `objects`, an integer's place marked as in a register. Of an integer the third and
  /// fourth are what the word of a small one is compared with where the constant is an end of a
  /// range: below the low end is what is less than the third, above the high end what is not less
  /// than the fourth.
  package let constantWords: [UInt64]
  /// Wide integers and texts among the constants, as they lie in the arena.
  package let objects: [UInt64]
  /// Of each entry the words of the arena that its arguments take at most.
  private let argumentWords: [Int]
  private let boundFunctions: [Int]
  private let openingFunction: Int
  private let bodyFunctions: [Int]
  private let invariantFunctions: Int

  init(verified module: Module, _ registers: [RegisterLayout], id: Digest) {
    self.module = module
    self.id = id
    self.registers = registers
    measures = TypeMeasures(module.interface.types)
    var words: [UInt64] = []
    var objects: [UInt64] = []
    for constant in module.constants {
      switch constant {
      case .sequence, .variant, .party:
        preconditionFailure("the verifier admits no accounts and no constants of composite types")
      case .time(let value): words += [UInt64(bitPattern: value.milliseconds), 0, 0, 0]
      case .bool(let value): words += [value ? 1 : 0, 0, 0, 0]
      case .duration(let value): words += [UInt64(bitPattern: value.milliseconds), 0, 0, 0]
      case .percent(let value): words += [value.numerator, value.denominator, 0, 0]
      case .amount(let value): words += [UInt64(truncatingIfNeeded: value.units), UInt64(value.units >> 64), 0, 0]
      case .int(let value):
        if let small = SmallInteger.word(value) {
          words += [small, 0, small, small + 1]
        } else {
          // Beyond every small integer on one side.
          let end = UInt64(bitPattern: value.sign < 0 ? Int64.min : Int64.max)
          words += [UInt64(objects.count) << 1 | 1, 0, end, end]
          objects += IntegerObject.words(value)
        }
      case .text(let bytes), .bytes(let bytes):
        words += [UInt64(objects.count), 0, 0, 0]
        objects += Resting.packed(bytes)
      }
    }
    constantWords = words
    self.objects = objects
    splits = SplitMeasure.measures(module.splits, module.protocolNumber.limits).map { measure in
      guard let measure else { preconditionFailure("the verifier admits no split that is too large") }
      return measure
    }
    answers = module.functions.map { function in
      function.answers.isEmpty ? [] : function.answerTargets.map { UInt16($0 ?? 0) }
    }
    let (interface, measures) = (module.interface, measures)
    argumentWords = interface.entries.map {
      interface.parameterTypes(of: $0).reduce(0) { $0 + measures.wholeWords(of: $1) }
    }
    image = Image(module, registers, splits: splits, answers: answers, constants: words, objects: objects, in: storage)

    var next = 0
    var bounds: [Int] = []
    for term in module.interface.terms {
      bounds.append(next)
      next += term.boundCount
    }
    openingFunction = next
    if module.interface.hasOpening { next += 1 }
    var bodies: [Int] = []
    for index in module.interface.transitions.indices {
      next += module.interface.transitions[index].trigger.isAutomatic ? 2 : 1
      bodies.append(next - 1)
    }
    boundFunctions = bounds
    bodyFunctions = bodies
    invariantFunctions = next
  }

  /// The function of an entry; the contract must have it.
  package func function(of entry: Entry) -> Int {
    switch entry {
    case .bound(let term, let number): boundFunctions[of: term] + number
    case .opening: openingFunction
    case .due(let transition): bodyFunctions[of: transition] - 1
    case .body(let transition): bodyFunctions[of: transition]
    case .invariant(let index): invariantFunctions + index
    case .view(let index): invariantFunctions + module.interface.invariants.count + index
    }
  }

  /// The words of the arena that the arguments of a function take at most where it is an entry's;
  /// nil of one that others call.
  func argumentWords(ofEntry function: Int) -> Int? { function < argumentWords.count ? argumentWords[function] : nil }

  /// Where a trap of this instruction leads within its function; nil where it is not answered there.
  package func target(answering instruction: Int, in function: Int) -> Int? {
    let answers = answers[function]
    return answers.isEmpty || answers[instruction] == 0 ? nil : Int(answers[instruction])
  }
}

/// An integer of 63 bits in one word: `v << 1`, so that its lowest bit is 0. A word whose lowest
/// bit is 1 is the place of an object in the arena.
package enum SmallInteger {
  /// Every magnitude of so many bits has the small form.
  package static let bits = 62

  package static func word(_ value: Integer) -> UInt64? {
    guard let int = value.int, int >= -(1 << 62), int < 1 << 62 else { return nil }
    return UInt64(bitPattern: Int64(int)) << 1
  }
}

/// An integer in the arena, where it has no small form: a header (limb count << 1 | sign), then the limbs, least first.
package enum IntegerObject {
  package static func words(_ value: Integer) -> [UInt64] {
    let limbs = value.limbs
    return [UInt64(limbs.count) << 1 | (value.sign < 0 ? 1 : 0)] + limbs
  }
}

/// Which register begins at which slot of a frame.
package struct RegisterLayout: Sendable {
  package let types: [RegisterType]
  /// Of each register, its first slot.
  package let starts: [Int]
  package let slotCount: Int
  /// Of each slot, the register that begins there, or -1.
  private let registerAtSlot: [Int]

  package init(_ types: [RegisterType]) {
    self.types = types
    var starts: [Int] = []
    var atSlot: [Int] = []
    starts.reserveCapacity(types.count)
    atSlot.reserveCapacity(2 * types.count)
    for (index, type) in types.enumerated() {
      starts.append(atSlot.count)
      atSlot.append(index)
      if type.slots == 2 { atSlot.append(-1) }
    }
    self.starts = starts
    slotCount = atSlot.count
    registerAtSlot = atSlot
  }

  package func register(at slot: Int) -> Int? {
    slot < slotCount && registerAtSlot[slot] >= 0 ? registerAtSlot[slot] : nil
  }

  package func type(at slot: Int) -> RegisterType? { register(at: slot).map { types[$0] } }
}
