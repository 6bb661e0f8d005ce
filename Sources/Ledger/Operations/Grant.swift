package import Primitives

extension Transaction {
  /// Credit to pay gas from, given by the signer to an account, which appears if it is new.
  package struct Grant: Hashable, Sendable {
    package let to: AccountID
    package let credit: UInt64

    package struct Result: Hashable, Sendable {
      package let from: AccountRow
      package let to: AccountRow
      package let credit: UInt64

      package init(from: AccountRow, to: AccountRow, credit: UInt64) {
        self.from = from
        self.to = to
        self.credit = credit
      }
    }
  }
}

extension Transaction.Operation {
  package static func grant(to: AccountID, credit: UInt64, signer: Int) -> Self {
    .grant(Transaction.Grant(to: to, credit: credit), signer: signer)
  }
}

extension Transaction.Grant: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(to)
    writer.write(credit)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(to: try reader.read(AccountID.self), credit: try reader.read(UInt64.self))
  }
}

extension Transaction.Grant.Result: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(from)
    writer.write(to)
    writer.write(credit)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      from: try reader.read(AccountRow.self), to: try reader.read(AccountRow.self),
      credit: try reader.read(UInt64.self))
  }
}
