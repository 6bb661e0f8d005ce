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
  /// The module as the machine reads it.
  package let image: Image
  private let storage = ImageStorage()
  /// Four words for each constant. The first two are its value, or in the first the place of its object in `objects`, an integer's place marked as in a
  /// register. Of an integer the third and fourth are what the word of a small one is compared with where the constant is an end of a range: below the low
  /// end is what is less than the third, above the high end what is not less than the fourth.
  package let constantWords: [UInt64]
  /// Wide integers and texts among the constants, as they lie in the arena.
  package let objects: [UInt64]
  private let boundFunctions: [Int]
  private let bodyFunctions: [Int]
  private let invariantFunctions: Int

  init(verified module: Module, id: Digest) {
    self.module = module
    self.id = id
    registers = module.functions.map { RegisterLayout($0.registers) }
    measures = TypeMeasures(module.interface.types)
    var words: [UInt64] = []
    var objects: [UInt64] = []
    for constant in module.constants {
      switch constant {
      case .sequence, .variant: preconditionFailure("the verifier admits no constants of composite types")
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
    image = Image(module, registers, constants: words, objects: objects, in: storage)

    var next = 0
    var bounds: [Int] = []
    for term in module.interface.terms {
      bounds.append(next)
      next += term.boundCount
    }
    var bodies: [Int] = []
    for transition in module.interface.transitions {
      next += transition.trigger.isAutomatic ? 2 : 1
      bodies.append(next - 1)
    }
    boundFunctions = bounds
    bodyFunctions = bodies
    invariantFunctions = next
  }

  /// The function of an entry; the contract must have it.
  package func function(of entry: Entry) -> Int {
    switch entry {
    case .bound(let term, let number): boundFunctions[term] + number
    case .due(let transition): bodyFunctions[transition] - 1
    case .body(let transition): bodyFunctions[transition]
    case .invariant(let index): invariantFunctions + index
    }
  }
}

/// An integer of 63 bits in one word: `v << 1`, so that its lowest bit is 0. A word whose lowest bit is 1 is the place of an object in the arena.
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
    for (index, type) in types.enumerated() {
      starts.append(atSlot.count)
      atSlot.append(index)
      if type.slots == 2 { atSlot.append(-1) }
    }
    self.starts = starts
    slotCount = atSlot.count
    registerAtSlot = atSlot
  }

  package func register(at slot: Int) -> Int? { slot < slotCount && registerAtSlot[slot] >= 0 ? registerAtSlot[slot] : nil }

  package func type(at slot: Int) -> RegisterType? { register(at: slot).map { types[$0] } }
}
