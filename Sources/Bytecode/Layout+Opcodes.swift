package import Interface

extension ValueType.Layout {
  /// The instructions that load a term or field of this layout into a register, and store one from it.
  package var moves: (load: Opcode, store: Opcode) {
    switch self {
    case .word: (.load, .store)
    case .integer(isSmall: true): (.loadInt, .storeInt)
    case .integer: (.loadWide, .storeWide)
    case .pair: (.loadPair, .storePair)
    case .object: (.loadObject, .storeObject)
    }
  }
}
