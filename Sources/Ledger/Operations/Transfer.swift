package import Interface
package import Primitives

extension Transaction {
  /// A payment from the signer to an account, which appears if it is new.
  package struct Transfer: Hashable, Sendable {
    package let to: AccountID
    package let sum: CurrencyAmount
  }
}

extension Transaction.Operation {
  package static func transfer(to: AccountID, _ sum: CurrencyAmount, signer: Int) -> Self {
    .transfer(Transaction.Transfer(to: to, sum: sum), signer: signer)
  }
}

extension Transaction.Transfer: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(to)
    writer.write(sum)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(to: try reader.read(AccountID.self), sum: try reader.read(CurrencyAmount.self))
  }
}
