package import Primitives

/// Published code, as it was received.
package struct PublishedModule: Hashable, Sendable {
  package let id: Digest
  package let bytes: [UInt8]
}

extension PublishedModule: LedgerRow {
  typealias Index = HashIndex<PublishedModule>
  typealias Change = Never

  static let table = Table.module

  func key(at place: Int) -> Digest { id }
}

extension PublishedModule: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(bytes: bytes) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    bytes = try reader.readBytes()
    id = Digest(sha256: bytes)
  }
}
