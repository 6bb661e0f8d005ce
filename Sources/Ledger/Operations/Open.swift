package import Interface
package import Primitives

extension Transaction {
  /// An agreement to open; those of its parties that sign the transaction consent by signing.
  package struct Opening: Hashable, Sendable {
    package var module: Digest
    package var currencies: [Currency]
    package var parties: [AccountID]
    package var terms: [Value]
    /// The digest of the summary that was shown; of the empty text where there is none.
    package var summary: Digest

    package init(module: Digest, currencies: [Currency], parties: [AccountID], terms: [Value], summary: Digest) {
      self.module = module
      self.currencies = currencies
      self.parties = parties
      self.terms = terms
      self.summary = summary
    }
  }
}

extension Transaction.Opening: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(module)
    writer.write(currencies)
    writer.write(parties)
    writer.write(terms)
    writer.write(summary)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      module: try reader.readDigest(), currencies: try reader.readList(of: Currency.self),
      parties: try reader.readList(of: AccountID.self), terms: try reader.readList(of: Value.self),
      summary: try reader.readDigest())
  }
}
