package import Interface
package import Primitives

/// How a ledger begins: everything that was not brought about by an event. Its digest is the
/// ledger's name, the chain id.
package struct Genesis: Hashable, Sendable {
  package struct Allocation: Hashable, Sendable {
    package let account: AccountID
    package let credit: UInt64
    /// At most one sum of each currency, by code.
    package let holdings: [CurrencyAmount]

    package init(account: AccountID, credit: UInt64, holdings: [CurrencyAmount]) {
      self.account = account
      self.credit = credit
      self.holdings = holdings
    }
  }

  package let protocolNumber: ProtocolNumber
  package let time: Time
  /// Whether its clock is moved by hand and its money is for play.
  package let isDevelopment: Bool
  /// Who may allow blocks to be stamped further ahead.
  package let operatorAccount: AccountID
  /// What a unit of gas costs, in units of credit; 0 where work is free.
  package let gasPrice: UInt64
  /// Whom the ledger begins with. No currency's sum exceeds the largest amount.
  package let allocations: [Allocation]

  package init(time: Time, isDevelopment: Bool, operatorAccount: AccountID, gasPrice: UInt64, allocations: [Allocation])
  {
    protocolNumber = .current
    self.time = time
    self.isDevelopment = isDevelopment
    self.operatorAccount = operatorAccount
    self.gasPrice = gasPrice
    self.allocations = allocations
  }

  private static let tag = Array("earnest genesis\0".utf8)
  /// So that no transaction's price leaves 64 bits.
  private static let gasPriceMax: UInt64 = 1_000_000_000

  /// What it gives out of each currency.
  package func issue(of currency: Currency) -> Amount? {
    allocations.flatMap(\.holdings).filter { $0.currency == currency }.reduce(Amount.zero) { $0?.adding($1.amount) }
  }
}

extension Genesis: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(raw: Genesis.tag)
    writer.write(protocolNumber.number)
    writer.write(time)
    writer.write(isDevelopment)
    writer.write(operatorAccount)
    writer.write(gasPrice)
    writer.write(allocations)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard try reader.read(raw: Genesis.tag.count) == Genesis.tag else { throw .notCanonical }
    guard let protocolNumber = ProtocolNumber(try reader.read(UInt16.self)) else { throw .unknownCase }
    self.protocolNumber = protocolNumber
    time = try reader.read(Time.self)
    isDevelopment = try reader.readBool()
    operatorAccount = try reader.read(AccountID.self)
    gasPrice = try reader.read(UInt64.self)
    guard gasPrice <= Genesis.gasPriceMax else { throw .notCanonical }
    allocations = try reader.readList(of: Allocation.self)
    let accounts = allocations.map(\.account)
    guard Set(accounts).count == accounts.count, Currency.all.allSatisfy({ issue(of: $0) != nil }) else {
      throw .notCanonical
    }
    let credits = allocations.reduce(UInt128(0)) { $0 + UInt128($1.credit) }
    guard credits <= UInt128(UInt64.max) else { throw .notCanonical }
  }
}

extension Genesis.Allocation: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(account)
    writer.write(credit)
    writer.write(holdings)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    account = try reader.read(AccountID.self)
    credit = try reader.read(UInt64.self)
    holdings = try reader.readList(of: CurrencyAmount.self)
    guard zip(holdings, holdings.dropFirst()).allSatisfy({ $0.currency.index < $1.currency.index }) else {
      throw .notCanonical
    }
  }
}
