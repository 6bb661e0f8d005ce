import Interface

/// How a value lies in a slot or two, and what hangs on it.
@frozen @usableFromInline
package struct Shape: Sendable {
  @frozen @usableFromInline
  package enum Kind: UInt8, Sendable {
    /// One word: a truth value, a duration, a time or an account.
    case word
    /// An integer that rests in one word.
    case smallInt
    /// An integer that rests in five words.
    case int
    /// Two words, the low one first.
    case amount
    /// Numerator and denominator of a percent, a ratio or a rate.
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
    case .bool, .duration, .time, .party: self.init(.word, offset: offset)
    case .int(let range): self.init(range.isSmall ? .smallInt : .int, offset: offset)
    case .counter: self.init(.smallInt, offset: offset)
    case .ratio, .rate: self.init(.fraction, slots: 2, offset: offset)
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

/// What a composite type is made of: runs of shapes. A structure has one run, an enumeration one
/// for each case; a list or a set has its element, a map key and value.
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
    /// All that is left, divided among the targets.
    case rest
  }

  @frozen @usableFromInline
  package enum Target: UInt8, Sendable {
    /// So many places, one behind the other.
    case places
    /// Another table.
    case split
    /// The accounts of the list in a slot.
    case list
  }

  @usableFromInline package let kind: Kind
  @usableFromInline package let isCapped: Bool
  @usableFromInline package let target: Target
  @usableFromInline package let slot: UInt16
  /// A place among the targets, a table, or a slot.
  @usableFromInline package let first: Int32
  @usableFromInline package let count: Int32
}

/// Shares one behind the other, and what dividing by them costs with what lies inside them.
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
  /// How far a counter counts.
  @usableFromInline package let most: UInt32
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

/// A verified module laid out for the machine: flat tables of trivial structs that never change and
/// are reached by pointers, so that a running call touches no array and counts no reference. The
/// tables live as long as the module.
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
  /// Under how many keys each vault may hold something.
  @usableFromInline nonisolated(unsafe) package let keysMax: UnsafePointer<Int32>
  /// Of each function, for each of its instructions where its trap leads; 0 where it is not
  /// answered. Nil of a function without answers.
  @usableFromInline nonisolated(unsafe) package let answers: UnsafePointer<UnsafePointer<UInt16>?>
  @usableFromInline package let wordCount: Int

  init(
    _ module: Module, _ registers: [RegisterLayout], splits measures: [SplitMeasure], answers: [[UInt16]],
    constants: [UInt64], objects: [UInt64],
    in storage: ImageStorage
  ) {
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
        return CompositeImage(
          firstRun: Int32(first), stride: runs[first].slots, least: Int32(least), most: Int32(type.most ?? 0))
      })
    events = storage.copy(interface.events.map { run($0.parameters.map(\.type)) })
    self.runs = storage.copy(runs)
    self.shapes = storage.copy(shapes)

    // The instructions of all functions lie in one block, and so do the shapes of their registers.
    var instructions: [Instruction] = []
    instructions.reserveCapacity(module.functions.reduce(0) { $0 + $1.code.count })
    var slotShapes: [Shape] = []
    slotShapes.reserveCapacity(registers.reduce(0) { $0 + $1.slotCount })
    for function in module.functions {
      instructions += function.code
      for type in function.registers {
        slotShapes.append(type.valueType.map { Shape($0, in: types) } ?? Shape(.int))
        // No register begins at the second slot of a pair.
        if type.slots == 2 { slotShapes.append(Shape(.word)) }
      }
    }
    let (code, slotBlock) = (storage.copy(instructions), storage.copy(slotShapes))
    let entries = interface.entries
    var (nextCode, nextSlot) = (0, 0)
    functions = storage.copy(
      module.functions.indices.map { index in
        let signature = module.functions[index].signature
        let parameterCount =
          index < entries.count ? interface.parameterTypes(of: entries[index]).count : signature?.parameterCount ?? 0
        let slotCount = registers[index].slotCount
        defer {
          nextCode += module.functions[index].code.count
          nextSlot += slotCount
        }
        // Parameters come first: they take the slots before the first other register.
        let argumentSlots =
          parameterCount < registers[index].starts.count ? registers[index].starts[parameterCount] : slotCount
        return FunctionImage(
          code: code + nextCode, shapes: slotBlock + nextSlot, slotCount: Int32(slotCount),
          argumentSlots: Int32(argumentSlots),
          resultSlots: Int32(signature?.result.slots ?? 1))
      })

    self.answers = storage.copy(answers.map { $0.isEmpty ? nil : storage.copy($0) })

    var shares: [ShareImage] = []
    var targets: [UInt16] = []
    splits = storage.copy(
      zip(module.splits, measures).map { split, measure in
        let first = shares.count
        for share in split {
          let (target, start, count): (ShareImage.Target, Int, Int)
          switch share.targets {
          case .places(let places):
            (target, start, count) = (.places, targets.count, places.count)
            targets += places.map(\.number)
          case .split(let table): (target, start, count) = (.split, table, 1)
          case .list(let register): (target, start, count) = (.list, register, 1)
          }
          func image(_ kind: ShareImage.Kind, isCapped: Bool = false, slot: Int = 0) -> ShareImage {
            ShareImage(
              kind: kind, isCapped: isCapped, target: target, slot: UInt16(slot), first: Int32(start),
              count: Int32(count))
          }
          switch share.portion {
          case .part(let register): shares.append(image(.part, slot: register))
          case .upTo(let register): shares.append(image(.part, isCapped: true, slot: register))
          case .rest, .evenly: shares.append(image(.rest))
          }
        }
        return SplitImage(first: Int32(first), count: Int32(split.count), gas: Int32(measure.gas))
      })
    self.shares = storage.copy(shares)
    self.targets = storage.copy(targets)

    let slots = interface.slots
    fields = storage.copy(
      slots.dropFirst(interface.terms.count).map { type, slot in
        let most = if case .counter(let most) = type { most } else { 0 }
        return FieldImage(slot: UInt16(slot), words: UInt16(type.wordsAtRest), most: UInt32(most))
      })
    keysMax = storage.copy(interface.vaults.map { Int32($0.key?.most ?? 0) })
    items = storage.copy(slots.map { Shape($0.type, in: types) })
    wordCount = interface.wordCount
  }
}
