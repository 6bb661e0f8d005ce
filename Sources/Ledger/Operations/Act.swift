package import Interface
package import Primitives

extension Transaction {
  /// An action of an agreement.
  package struct Call: Hashable, Sendable {
    package var agreement: AgreementNumber
    /// The stay that the caller has seen; 0: whichever.
    package var visit: UInt64
    package var action: String
    /// Accounts among them by their rows, which never change once a block has made them.
    package var arguments: [Value]
    /// Exactly what the caller parts with, at most one sum of each currency, by code. Of an action
    /// that needs several, what it will part with once all agree.
    package var letGo: [CurrencyAmount]

    package init(agreement: AgreementNumber, visit: UInt64, action: String, arguments: [Value], letGo: [CurrencyAmount])
    {
      self.agreement = agreement
      self.visit = visit
      self.action = action
      self.arguments = arguments
      self.letGo = letGo
    }
  }
}

extension Transaction.Call: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(agreement)
    writer.write(visit)
    writer.write(action)
    writer.write(arguments)
    writer.write(letGo)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      agreement: try reader.read(AgreementNumber.self), visit: try reader.read(UInt64.self),
      action: try reader.readText(), arguments: try reader.readList(of: Value.self),
      letGo: try reader.readList(of: CurrencyAmount.self))
    guard Characters.isName(action), letGo.isByCurrency else { throw .notCanonical }
  }
}
