import COpenSSL

/// A SHA-256 digest.
package struct Digest: Hashable, Sendable {
  /// Always 32.
  package let bytes: [UInt8]

  /// Nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Digest.size else { return nil }
    self.bytes = bytes
  }

  package init(sha256 input: [UInt8]) {
    bytes = [UInt8](unsafeUninitializedCapacity: Digest.size) { buffer, count in
      _ = SHA256(input, input.count, buffer.baseAddress)
      count = Digest.size
    }
  }

  package static let size = 32
}

extension Digest: CustomStringConvertible {
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
