import Interface
package import Primitives

extension Module: Canonical {
  /// `ERN` and a zero, so that a file is known for what it is.
  package static let magic: [UInt8] = [0x45, 0x52, 0x4E, 0x00]

  package func encode(to writer: inout CanonicalWriter) {
    for byte in Module.magic { writer.write(byte) }
    writer.write(protocolNumber.number)
    writer.write(sourceHash)
    writer.write(importHashes)
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
    let importHashes = try reader.readList(of: Digest.self)
    let interface = try reader.read(ContractInterface.self)
    let constants = try reader.readList(of: Value.self)
    var splits: [[SplitShare]] = []
    for _ in 0..<(try reader.readLength()) { splits.append(try reader.readList(of: SplitShare.self)) }
    self.init(
      protocolNumber: protocolNumber, sourceHash: sourceHash, importHashes: importHashes, interface: interface,
      constants: constants, splits: splits,
      functions: try reader.readList(of: Function.self))
  }
}

extension Function: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(registers)
    writer.write(code)
    writer.write(signature)
    writer.write(answers)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      registers: try reader.readList(of: RegisterType.self), code: try reader.readList(of: Instruction.self),
      signature: try reader.readOptional(Signature.self), answers: try reader.readList(of: Answer.self))
  }
}

extension Answer: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(first))
    writer.write(UInt16(end))
    writer.write(UInt16(target))
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      first: Int(try reader.read(UInt16.self)), end: Int(try reader.read(UInt16.self)),
      target: Int(try reader.read(UInt16.self)))
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
    case .value(let type): writer.write(type)
    case .wide(let bits):
      writer.write(UInt8(0x80))
      writer.write(UInt16(bits))
    case .loopCounter(let bound):
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
      self = .loopCounter(bound: bound)
    default:
      let type = try reader.read(ValueType.self)
      // In a register a counter of the state is an integer like any other.
      if case .counter = type { throw .notCanonical }
      self = .value(type)
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
    switch targets {
    case .places(let places):
      writer.write(UInt8(0))
      writer.write(indices: places.map { Int($0.number) })
    case .split(let table):
      writer.write(UInt8(1))
      writer.write(UInt16(table))
    case .list(let register):
      writer.write(UInt8(2))
      writer.write(UInt16(register))
    }
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
    switch try reader.read(UInt8.self) {
    case 0:
      var places: [PlaceOperand] = []
      for number in try reader.readIndices() {
        guard let place = PlaceOperand(number: UInt16(number)) else { throw .notCanonical }
        places.append(place)
      }
      self.init(portion, to: .places(places))
    case 1: self.init(portion, to: .split(Int(try reader.read(UInt16.self))))
    case 2: self.init(portion, to: .list(register: Int(try reader.read(UInt16.self))))
    default: throw .unknownCase
    }
  }
}
