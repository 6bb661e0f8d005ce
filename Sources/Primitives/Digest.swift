import COpenSSL

/// Thirty-two bytes of a SHA-256 or an SM3 digest, as four words of eight bytes each, the first
/// byte highest: comparing words compares bytes.
package struct Digest: Hashable, Sendable, Comparable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  package static let size = 32
  /// Thirty-two zeros, which stand for nothing: no input is known to have this digest.
  package static let zero = Digest(0, 0, 0, 0)

  private init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  private init(loading bytes: UnsafeRawPointer) {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    self.init(word(0), word(1), word(2), word(3))
  }

  /// Nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Digest.size else { return nil }
    self = bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return .zero }
      return Digest(loading: base)
    }
  }

  /// The 32 bytes from `offset` on, which must be there.
  init(_ bytes: [UInt8], at offset: Int) {
    precondition(offset + Digest.size <= bytes.count, "a digest's bytes are there")
    self = bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return .zero }
      return Digest(loading: base + offset)
    }
  }

  package init(sha256 input: [UInt8]) { self = input.withUnsafeBufferPointer { Digest(sha256: $0) } }

  package init(sha256 input: UnsafeBufferPointer<UInt8>) {
    self = withUnsafeTemporaryAllocation(byteCount: Digest.size, alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an allocation of 32 bytes has an address") }
      sha256_digest(input.baseAddress, input.count, base.assumingMemoryBound(to: UInt8.self))
      return Digest(loading: base)
    }
  }

  package init(sm3 input: UnsafeBufferPointer<UInt8>) {
    self = withUnsafeTemporaryAllocation(byteCount: Digest.size, alignment: 8) { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an allocation of 32 bytes has an address") }
      guard sm3_digest(input.baseAddress, input.count, base.assumingMemoryBound(to: UInt8.self)) == 1 else {
        preconditionFailure("Debian's OpenSSL has SM3")
      }
      return Digest(loading: base)
    }
  }

  /// Writes its bytes.
  package func copy(to bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: first.bigEndian, as: UInt64.self)
    bytes.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt64.self)
    bytes.storeBytes(of: fourth.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// The digest of a tag and two digests: how trees join their halves.
  package init(tag: UInt8, _ left: Digest, _ right: Digest) {
    self = withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Digest.size, alignment: 8) { buffer in
      buffer[0] = tag
      func store(_ digest: Digest, at offset: Int) {
        buffer.storeBytes(of: digest.first.bigEndian, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: digest.second.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: digest.third.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: digest.fourth.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
      }
      store(left, at: 1)
      store(right, at: 1 + Digest.size)
      return Digest(sha256: UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self)))
    }
  }

  package var bytes: [UInt8] {
    [first, second, third, fourth].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }
  }

  /// A bit by its place, the highest of the first byte being 0.
  package func bit(_ index: Int) -> Bool {
    let word =
      switch index >> 6 {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    return word >> (63 - UInt64(index & 63)) & 1 == 1
  }

  package static func < (a: Digest, b: Digest) -> Bool {
    if a.first != b.first { return a.first < b.first }
    if a.second != b.second { return a.second < b.second }
    if a.third != b.third { return a.third < b.third }
    return a.fourth < b.fourth
  }

  func encode(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)) {
      bytes.append(contentsOf: $0)
    }
  }
}

extension Digest: CustomStringConvertible {
  package var description: String {
    [first, second, third, fourth].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  /// 64 hexadecimal digits in lower case; nil for anything else.
  package init?(hexadecimal: String) {
    let digits = Array(hexadecimal.utf8)
    guard digits.count == 2 * Digest.size else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, digit) in digits.enumerated() {
      guard let value = Digest.value(ofDigit: digit) else { return nil }
      words[index / 16] = words[index / 16] << 4 | UInt64(value)
    }
    self.init(words[0], words[1], words[2], words[3])
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Digest: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(self) }
  package init(from reader: inout CanonicalReader) throws(CanonicalFault) { self = try reader.readDigest() }
}
