// The canonical encoding: fixed little-endian integers, ULEB128 lengths, fields in declared order,
// as in BCS (Binary Canonical Serialization). A value has exactly one encoding, and the reader
// refuses every other one, so decoding and encoding again gives the same bytes.

@usableFromInline
package protocol Canonical {
  func encode(to writer: inout CanonicalWriter)
  init(from reader: inout CanonicalReader) throws(CanonicalFault)
}

/// Why bytes are not the encoding of a value.
@frozen @usableFromInline
package enum CanonicalFault: String, Error, Sendable, CaseIterable {
  case truncated = "the bytes end inside a value"
  case trailing = "bytes follow the value"
  case overlongLength = "a length is not written in its shortest form"
  case excessiveLength = "a length exceeds the bytes that are there or the limit of its list"
  case unknownCase = "a number names no case of its type"
  case notCanonical = "a value is not in its canonical form"
  case invalidText = "a text is not UTF-8"
}

@usableFromInline
package struct CanonicalWriter {
  @usableFromInline package var bytes: [UInt8] = []

  package init() {}

  @inlinable
  package mutating func write<T: FixedWidthInteger>(_ value: T) {
    // One or two bytes, which most numbers have, are sooner appended than handed over as a buffer.
    if T.bitWidth <= 16 {
      bytes.append(UInt8(truncatingIfNeeded: value))
      if T.bitWidth == 16 { bytes.append(UInt8(truncatingIfNeeded: value >> 8)) }
    } else {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  @usableFromInline
  package mutating func write(length: Int) {
    precondition(length >= 0 && length <= Int(UInt32.max), "a length is counted, never computed from input")
    var rest = UInt32(length)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  @usableFromInline
  package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  package mutating func write(bytes value: [UInt8]) {
    write(length: value.count)
    bytes.append(contentsOf: value)
  }

  package mutating func write(_ text: String) {
    write(length: text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func write(_ digest: Digest) { digest.encode(to: &bytes) }

  /// Bytes whose number the reader knows.
  package mutating func write(raw value: [UInt8]) { bytes.append(contentsOf: value) }

  @inlinable
  package mutating func write<T: Canonical>(_ value: T) { value.encode(to: &self) }

  @inlinable
  package mutating func write<T: Canonical>(_ values: [T]) {
    write(length: values.count)
    for value in values { value.encode(to: &self) }
  }

  /// Places in a list, two bytes each.
  package mutating func write(indices: [Int]) {
    write(length: indices.count)
    for index in indices { write(UInt16(index)) }
  }

  @inlinable
  package mutating func write<T: Canonical>(_ value: T?) {
    write(value != nil)
    value?.encode(to: &self)
  }
}

@usableFromInline
package struct CanonicalReader {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  @inlinable var remaining: Int { bytes.count - position }

  /// The byte that comes next, not yet read.
  package var next: UInt8? { remaining > 0 ? bytes[position] : nil }

  package func finish() throws(CanonicalFault) {
    guard remaining == 0 else { throw .trailing }
  }

  @inlinable
  package mutating func read<T: FixedWidthInteger>(_ type: T.Type) throws(CanonicalFault) -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw .truncated }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: T.self) }
    position += size
    return T(littleEndian: value)
  }

  package mutating func readLength(max: Int = Int(UInt32.max)) throws(CanonicalFault) -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try read(UInt8.self)
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        guard byte != 0 || shift == 0 else { throw .overlongLength }
        break
      }
      shift += 7
      guard shift < 35 else { throw .overlongLength }
    }
    // Every element takes at least one byte: no list is longer than the bytes that are left.
    guard value <= UInt64(max), value <= UInt64(remaining) else { throw .excessiveLength }
    return Int(value)
  }

  package mutating func readBool() throws(CanonicalFault) -> Bool {
    switch try read(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw .unknownCase
    }
  }

  package mutating func readBytes() throws(CanonicalFault) -> [UInt8] {
    let count = try readLength()
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// The next `count` bytes.
  package mutating func read(raw count: Int) throws(CanonicalFault) -> [UInt8] {
    guard count <= remaining else { throw .truncated }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  package mutating func readText() throws(CanonicalFault) -> String {
    guard let text = String(validating: try readBytes(), as: UTF8.self) else { throw .invalidText }
    return text
  }

  package mutating func readDigest() throws(CanonicalFault) -> Digest {
    guard remaining >= Digest.size else { throw .truncated }
    defer { position += Digest.size }
    return Digest(bytes, at: position)
  }

  package mutating func read<T: Canonical>(_ type: T.Type) throws(CanonicalFault) -> T { try T(from: &self) }

  package mutating func readList<T: Canonical>(of type: T.Type, max: Int = Int(UInt32.max)) throws(CanonicalFault)
    -> [T]
  {
    var values: [T] = []
    for _ in 0..<(try readLength(max: max)) { values.append(try T(from: &self)) }
    return values
  }

  package mutating func readIndices() throws(CanonicalFault) -> [Int] {
    var indices: [Int] = []
    for _ in 0..<(try readLength()) { indices.append(Int(try read(UInt16.self))) }
    return indices
  }

  package mutating func readOptional<T: Canonical>(_ type: T.Type) throws(CanonicalFault) -> T? {
    try readBool() ? try T(from: &self) : nil
  }
}

extension Canonical {
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter()
    writer.write(self)
    return writer.bytes
  }

  /// Of all the bytes.
  package init(canonicalBytes bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    try self.init(from: &reader)
    try reader.finish()
  }
}

extension String: Canonical {
  @usableFromInline package func encode(to writer: inout CanonicalWriter) { writer.write(self) }
  @usableFromInline package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self = try reader.readText()
  }
}

extension Integer: Canonical {
  /// A sign, then the magnitude's limbs; zero has none and is not negative.
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(sign < 0)
    let limbs = limbs
    writer.write(length: limbs.count)
    for limb in limbs { writer.write(limb) }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let isNegative = try reader.readBool()
    var limbs: [UInt64] = []
    for _ in 0..<(try reader.readLength(max: 64)) { limbs.append(try reader.read(UInt64.self)) }
    guard limbs.last != 0, !isNegative || !limbs.isEmpty else { throw .notCanonical }
    self.init(limbs: limbs, isNegative: isNegative)
  }
}
