package import Primitives

extension Transaction {
  /// The operator's leave to stamp blocks until this time, however long after their parents.
  package struct Advance: Hashable, Sendable {
    package let until: Time
  }
}

extension Transaction.Operation {
  package static func advance(until: Time, signer: Int) -> Self {
    .advance(Transaction.Advance(until: until), signer: signer)
  }
}

extension Transaction.Advance: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(until) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) { until = try reader.read(Time.self) }
}
