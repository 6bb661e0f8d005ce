package import Interface
package import Primitives

extension Module: Canonical {
  /// `ERN` and a zero, so that a file is known for what it is.
  package static let magic: [UInt8] = [0x45, 0x52, 0x4E, 0x00]

  package func encode(to writer: inout CanonicalWriter) {
    for byte in Module.magic { writer.write(byte) }
    writer.write(protocolNumber.number)
    writer.write(sourceHash)
    writer.write(interface)
    writer.write(constants)
    writer.write(length: splits.count)
    for split in splits { writer.write(split) }
    writer.write(functions)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    for byte in Module.magic where try reader.read(UInt8.self) != byte { throw .notCanonical }
    guard let protocolNumber = ProtocolNumber(try reader.read(UInt16.self)) else { throw .unknownCase }
    let sourceHash = try reader.readDigest()
    let interface = try reader.read(ContractInterface.self)
    let constants = try reader.readList(of: Value.self)
    var splits: [[SplitShare]] = []
    for _ in 0..<(try reader.readLength()) { splits.append(try reader.readList(of: SplitShare.self)) }
    self.init(
      protocolNumber: protocolNumber, sourceHash: sourceHash, interface: interface, constants: constants, splits: splits,
      functions: try reader.readList(of: Function.self))
  }
}

extension Function: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(registers)
    writer.write(code)
    writer.write(signature)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      registers: try reader.readList(of: RegisterType.self), code: try reader.readList(of: Instruction.self),
      signature: try reader.readOptional(Signature.self))
  }
}

extension Function.Signature: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(parameterCount))
    writer.write(result)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(parameterCount: Int(try reader.read(UInt16.self)), result: try reader.read(RegisterType.self))
  }
}

extension RegisterType: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .bool, .int, .percent, .ratio, .amount, .duration, .text, .bytes, .composite:
      if let type = valueType { writer.write(type) }
    case .wide(let bits):
      writer.write(UInt8(0x80))
      writer.write(UInt16(bits))
    case .counter(let bound):
      writer.write(UInt8(0x81))
      writer.write(UInt64(bound))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch reader.next {
    case 0x80:
      _ = try reader.read(UInt8.self)
      self = .wide(bits: Int(try reader.read(UInt16.self)))
    case 0x81:
      _ = try reader.read(UInt8.self)
      guard let bound = Int(exactly: try reader.read(UInt64.self)) else { throw .notCanonical }
      self = .counter(bound: bound)
    default: self.init(try reader.read(ValueType.self))
    }
  }
}

extension SplitShare: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch portion {
    case .part(let register):
      writer.write(UInt8(0))
      writer.write(UInt16(register))
    case .upTo(let register):
      writer.write(UInt8(1))
      writer.write(UInt16(register))
    case .rest: writer.write(UInt8(2))
    case .evenly: writer.write(UInt8(3))
    }
    writer.write(indices: targets.map { Int(PlaceOperand($0).number) })
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let portion: Portion
    switch try reader.read(UInt8.self) {
    case 0: portion = .part(register: Int(try reader.read(UInt16.self)))
    case 1: portion = .upTo(register: Int(try reader.read(UInt16.self)))
    case 2: portion = .rest
    case 3: portion = .evenly
    default: throw .unknownCase
    }
    self.init(portion, to: try reader.readIndices().map { PlaceOperand(number: UInt16($0)).place })
  }
}

/// A place in 16 bits: a party's index with the highest bit set, or a vault's without.
@frozen @usableFromInline
package struct PlaceOperand: Hashable, Sendable {
  @usableFromInline package let number: UInt16

  package init(_ place: Place) {
    switch place {
    case .vault(let index): number = UInt16(index)
    case .party(let index): number = UInt16(index) | 0x8000
    }
  }

  @inlinable package init(number: UInt16) { self.number = number }

  package var place: Place { number & 0x8000 == 0 ? .vault(Int(number)) : .party(Int(number & 0x7FFF)) }
}
