package import Interface

extension Opcode {
  /// The instruction that stores a value of this shape in a field.
  package static func storing(_ shape: ValueType.Shape) -> Opcode {
    switch shape {
    case .word: .store
    case .integer(let isSmall): isSmall ? .storeInt : .storeWide
    case .pair: .storePair
    case .object: .storeObject
    }
  }

  /// The instruction that loads a term or field of this shape.
  package static func loading(_ shape: ValueType.Shape) -> Opcode {
    switch shape {
    case .word: .load
    case .integer(let isSmall): isSmall ? .loadInt : .loadWide
    case .pair: .loadPair
    case .object: .loadObject
    }
  }
}
