import Primitives

/// The name that a sender gave a transaction.
struct Reference {
  /// The digest of the sender and the name.
  let key: Digest
  let transaction: Digest
}

extension Reference: LedgerRow {
  typealias Index = HashIndex<Reference>
  typealias Change = Never

  static let table = Table.reference

  func key(at place: Int) -> Digest { key }
}

extension Reference: Canonical {
  func encode(to writer: inout CanonicalWriter) {
    writer.write(key)
    writer.write(transaction)
  }

  init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    key = try reader.readDigest()
    transaction = try reader.readDigest()
  }
}
