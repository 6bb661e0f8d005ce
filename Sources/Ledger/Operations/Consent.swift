package import Primitives

extension Transaction {
  /// A party's consent to an agreement.
  package struct Consent: Hashable, Sendable {
    package let agreement: AgreementNumber
    /// What the party agrees to: `Agreement.subject`.
    package let subject: Digest

    package struct Result: Hashable, Sendable {
      package let agreement: AgreementNumber
      package let party: AccountRow

      package init(agreement: AgreementNumber, party: AccountRow) {
        self.agreement = agreement
        self.party = party
      }
    }
  }
}

extension Transaction.Operation {
  package static func consent(_ agreement: AgreementNumber, subject: Digest, signer: Int) -> Self {
    .consent(Transaction.Consent(agreement: agreement, subject: subject), signer: signer)
  }
}

extension Transaction.Consent: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(agreement)
    writer.write(subject)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(agreement: try reader.read(AgreementNumber.self), subject: try reader.readDigest())
  }
}

extension Transaction.Consent.Result: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(agreement)
    writer.write(party)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(agreement: try reader.read(AgreementNumber.self), party: try reader.read(AccountRow.self))
  }
}
