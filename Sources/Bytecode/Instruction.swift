package import Primitives

/// One instruction, eight bytes: opcode, gas, three operands. The gas of a block stands in the instruction that ends it; everywhere else it is 0.
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
  package var operands: [(kind: Operand, value: UInt16)] {
    let row = opcode.row
    return [(row.a, a), (row.b, b), (row.c, c)]
  }
}

extension Instruction: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(opcode.rawValue)
    writer.write(gas)
    writer.write(a)
    writer.write(b)
    writer.write(c)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let opcode = Opcode(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    let gas = try reader.read(UInt8.self)
    self.init(opcode, try reader.read(UInt16.self), try reader.read(UInt16.self), try reader.read(UInt16.self), gas: gas)
  }
}
