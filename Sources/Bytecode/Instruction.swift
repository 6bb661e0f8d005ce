public import Primitives

/// One instruction, eight bytes: opcode, gas, three operands. The gas of a block stands in the
/// instruction that ends it; everywhere else it is 0.
@frozen @usableFromInline
package struct Instruction: Hashable, Sendable {
  @usableFromInline package var opcode: Opcode
  @usableFromInline package var gas: UInt8
  @usableFromInline package var a: UInt16
  @usableFromInline package var b: UInt16
  @usableFromInline package var c: UInt16

  package init(_ opcode: Opcode, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, gas: UInt8 = 0) {
    self.opcode = opcode
    self.gas = gas
    self.a = a
    self.b = b
    self.c = c
  }

  /// The operands with what they are.
  package var operands: Operands { Operands(self) }

  /// Where it may lead besides to the instruction behind it.
  package var target: Int? {
    let row = opcode.row
    return row.a == .target ? Int(a) : row.b == .target ? Int(b) : nil
  }

  /// The term or field that its slot or item operand names: by the word at which it begins, or by
  /// its place among terms and fields, counted terms first.
  package var stateOperand: StateOperand? {
    for (kind, value) in operands {
      if kind == .slot { return .word(Int(value)) }
      if kind == .item { return .item(Int(value)) }
    }
    return nil
  }

  package enum StateOperand {
    case word(Int)
    case item(Int)
  }

  /// An instruction's three operands, without a list of them being made.
  package struct Operands: RandomAccessCollection {
    private let instruction: Instruction
    private let row: OpcodeRow

    fileprivate init(_ instruction: Instruction) {
      self.instruction = instruction
      row = instruction.opcode.row
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { 3 }

    package subscript(index: Int) -> (kind: Operand, value: UInt16) {
      switch index {
      case 0: (row.a, instruction.a)
      case 1: (row.b, instruction.b)
      default: (row.c, instruction.c)
      }
    }
  }
}

extension Instruction: Canonical {
  @usableFromInline package func encode(to writer: inout CanonicalWriter) {
    // The five one behind the other, written at once: a module is mostly these.
    writer.write(UInt64(opcode.rawValue) | UInt64(gas) << 8 | UInt64(a) << 16 | UInt64(b) << 32 | UInt64(c) << 48)
  }

  @usableFromInline package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let opcode = Opcode(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    let gas = try reader.read(UInt8.self)
    self.init(
      opcode, try reader.read(UInt16.self), try reader.read(UInt16.self), try reader.read(UInt16.self), gas: gas)
  }
}
