import Interface

/// How a value lies in a slot or two, and what hangs on it.
@frozen @usableFromInline
package struct Shape: Sendable {
  @frozen @usableFromInline
  package enum Kind: UInt8, Sendable {
    /// One word: a truth value or a duration.
    case word
    /// An integer that rests in one word.
    case smallInt
    /// An integer that rests in five words.
    case int
    /// Two words, the low one first.
    case amount
    /// Numerator and denominator of a percent or a ratio.
    case fraction
    /// A text or bytes.
    case string
    case structure
    case variant
    case list
    case set
    case map
  }

  @usableFromInline package let kind: Kind
  @usableFromInline package let slots: UInt8
  /// Where it begins among its neighbours: in its object, or in an entry of its map.
  @usableFromInline package let offset: UInt16
  /// Of a composite type its place in `Image.composites`.
  @usableFromInline package let composite: Int32

  init(_ kind: Kind, slots: Int = 1, offset: Int = 0, composite: Int = -1) {
    self.kind = kind
    self.slots = UInt8(slots)
    self.offset = UInt16(offset)
    self.composite = Int32(composite)
  }

  init(_ type: ValueType, offset: Int = 0, in types: [TypeDefinition]) {
    switch type {
    case .bool, .duration: self.init(.word, offset: offset)
    case .int(let range): self.init(range.isSmall ? .smallInt : .int, offset: offset)
    case .percent, .ratio: self.init(.fraction, slots: 2, offset: offset)
    case .amount: self.init(.amount, slots: 2, offset: offset)
    case .text, .bytes: self.init(.string, offset: offset)
    case .composite(let index):
      switch types[index] {
      case .structure: self.init(.structure, offset: offset, composite: index)
      case .enumeration, .optional: self.init(.variant, offset: offset, composite: index)
      case .list: self.init(.list, offset: offset, composite: index)
      case .set: self.init(.set, offset: offset, composite: index)
      case .map: self.init(.map, offset: offset, composite: index)
      }
    }
  }

  /// Whether whoever holds it holds it alone.
  @inlinable package var isCollection: Bool { kind == .list || kind == .set || kind == .map }
}

/// What a composite type is made of: runs of shapes. A structure has one run, an enumeration one for each case; a list or a set has its element, a map key and
/// value.
@frozen @usableFromInline
package struct CompositeImage: Sendable {
  @usableFromInline package let firstRun: Int32
  /// Slots of one element, or of an entry.
  @usableFromInline package let stride: Int32
  @usableFromInline package let least: Int32
  @usableFromInline package let most: Int32
}

/// Shapes one behind the other, and the slots that they take together.
@frozen @usableFromInline
package struct RunImage: Sendable {
  @usableFromInline package let first: Int32
  @usableFromInline package let count: Int32
  @usableFromInline package let slots: Int32
}

@frozen @usableFromInline
package struct FunctionImage: Sendable {
  @usableFromInline nonisolated(unsafe) package let code: UnsafePointer<Instruction>
  /// Of each slot the shape of the register that begins there.
  @usableFromInline nonisolated(unsafe) package let shapes: UnsafePointer<Shape>
  @usableFromInline package let slotCount: Int32
  /// Slots of the parameters.
  @usableFromInline package let argumentSlots: Int32
  /// Slots of the value that a called function gives.
  @usableFromInline package let resultSlots: Int32
}

@frozen @usableFromInline
package struct ShareImage: Sendable {
  @frozen @usableFromInline
  package enum Kind: UInt8, Sendable {
    case part
    case rest
    case evenly
  }

  @usableFromInline package let kind: Kind
  @usableFromInline package let isCapped: Bool
  @usableFromInline package let slot: UInt16
  @usableFromInline package let firstTarget: Int32
  @usableFromInline package let targetCount: Int32
}

/// Shares one behind the other, and what dividing by them costs.
@frozen @usableFromInline
package struct SplitImage: Sendable {
  @usableFromInline package let first: Int32
  @usableFromInline package let count: Int32
  @usableFromInline package let gas: Int32
}

/// A field among the agreement's words.
@frozen @usableFromInline
package struct FieldImage: Sendable {
  @usableFromInline package let slot: UInt16
  @usableFromInline package let words: UInt16
}

/// The memory behind an image.
final class ImageStorage: @unchecked Sendable {
  private var blocks: [UnsafeMutableRawPointer] = []
  deinit { for block in blocks { block.deallocate() } }

  func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    memory.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(memory))
    return UnsafePointer(memory)
  }
}

/// A verified module laid out for the machine: flat tables of trivial structs that never change and are reached by pointers, so that a running call touches
/// no array and counts no reference. The tables live as long as the module.
@frozen @usableFromInline
package struct Image: Sendable {
  // The pointers are only read, and what they point to is written once.
  @usableFromInline nonisolated(unsafe) package let functions: UnsafePointer<FunctionImage>
  @usableFromInline nonisolated(unsafe) package let constants: UnsafePointer<UInt64>
  @usableFromInline nonisolated(unsafe) package let objects: UnsafePointer<UInt64>
  @usableFromInline nonisolated(unsafe) package let composites: UnsafePointer<CompositeImage>
  @usableFromInline nonisolated(unsafe) package let runs: UnsafePointer<RunImage>
  @usableFromInline nonisolated(unsafe) package let shapes: UnsafePointer<Shape>
  @usableFromInline nonisolated(unsafe) package let splits: UnsafePointer<SplitImage>
  @usableFromInline nonisolated(unsafe) package let shares: UnsafePointer<ShareImage>
  /// Places, as operands have them.
  @usableFromInline nonisolated(unsafe) package let targets: UnsafePointer<UInt16>
  /// Of each event the run of its values.
  @usableFromInline nonisolated(unsafe) package let events: UnsafePointer<RunImage>
  @usableFromInline nonisolated(unsafe) package let fields: UnsafePointer<FieldImage>
  /// Of each term and field.
  @usableFromInline nonisolated(unsafe) package let items: UnsafePointer<Shape>
  @usableFromInline package let wordCount: Int

  init(_ module: Module, _ registers: [RegisterLayout], constants: [UInt64], objects: [UInt64], in storage: ImageStorage) {
    let interface = module.interface
    let types = interface.types
    self.constants = storage.copy(constants)
    self.objects = storage.copy(objects)

    var shapes: [Shape] = []
    func run(_ parts: [ValueType]) -> RunImage {
      let first = shapes.count
      var offset = 0
      for part in parts {
        shapes.append(Shape(part, offset: offset, in: types))
        offset += part.slots
      }
      return RunImage(first: Int32(first), count: Int32(parts.count), slots: Int32(offset))
    }
    var runs: [RunImage] = []
    composites = storage.copy(
      types.map { type in
        let first = runs.count
        if let payloads = type.payloads { runs += payloads.map(run) } else { runs.append(run(type.parts)) }
        let least = if case .list(_, let least, _) = type { least } else { 0 }
        return CompositeImage(firstRun: Int32(first), stride: runs[first].slots, least: Int32(least), most: Int32(type.most ?? 0))
      })
    events = storage.copy(interface.events.map { run($0.parameters.map(\.type)) })
    self.runs = storage.copy(runs)
    self.shapes = storage.copy(shapes)

    let entries = interface.entries
    functions = storage.copy(
      module.functions.enumerated().map { index, function in
        let layout = registers[index]
        var shapes = [Shape](repeating: Shape(.word), count: layout.slotCount)
        for (register, start) in layout.starts.enumerated() {
          shapes[start] = function.registers[register].valueType.map { Shape($0, in: types) } ?? Shape(.int)
        }
        let parameterCount = index < entries.count ? interface.parameterTypes(of: entries[index]).count : function.signature?.parameterCount ?? 0
        return FunctionImage(
          code: storage.copy(function.code), shapes: storage.copy(shapes), slotCount: Int32(layout.slotCount),
          argumentSlots: Int32(function.registers.prefix(parameterCount).reduce(0) { $0 + $1.slots }),
          resultSlots: Int32(function.signature?.result.slots ?? 1))
      })

    var shares: [ShareImage] = []
    var targets: [UInt16] = []
    splits = storage.copy(
      module.splits.map { split in
        let first = shares.count
        for share in split {
          let firstTarget = Int32(targets.count)
          targets += share.targets.map { PlaceOperand($0).number }
          func image(_ kind: ShareImage.Kind, isCapped: Bool = false, slot: Int = 0) -> ShareImage {
            ShareImage(kind: kind, isCapped: isCapped, slot: UInt16(slot), firstTarget: firstTarget, targetCount: Int32(share.targets.count))
          }
          switch share.portion {
          case .part(let register): shares.append(image(.part, slot: register))
          case .upTo(let register): shares.append(image(.part, isCapped: true, slot: register))
          case .rest: shares.append(image(.rest))
          case .evenly: shares.append(image(.evenly))
          }
        }
        return SplitImage(first: Int32(first), count: Int32(split.count), gas: Int32(SplitShare.gas(split)))
      })
    self.shares = storage.copy(shares)
    self.targets = storage.copy(targets)

    let slots = interface.slots
    fields = storage.copy(
      slots.dropFirst(interface.terms.count).map { FieldImage(slot: UInt16($0.slot), words: UInt16($0.type.wordsAtRest)) })
    items = storage.copy(slots.map { Shape($0.type, in: types) })
    wordCount = interface.wordCount
  }
}
