package import Primitives

/// A currency by its ISO 4217 code, with the decimals of its minor unit. So far four of them; the
/// payments contract brings the whole table.
package struct Currency: Hashable, Sendable {
  /// Its place in the table.
  package let index: Int

  private static let table: [(code: String, decimals: Int, chineseName: String)] = [
    ("CNY", 2, "元"),
    ("EUR", 2, "欧元"),
    ("JPY", 0, "日元"),
    ("USD", 2, "美元"),
  ]

  package static let all = table.indices.map { Currency(index: $0) }

  package var code: String { Currency.table[index].code }
  package var decimals: Int { Currency.table[index].decimals }
  /// How a Chinese sentence calls it behind a number.
  package var chineseName: String { Currency.table[index].chineseName }

  /// The currency of a code, compared byte by byte.
  package static func named(_ code: String) -> Currency? { all.first { $0.code.utf8.elementsEqual(code.utf8) } }
}

extension Currency: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(code) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let currency = Currency.named(try reader.readText()) else { throw .unknownCase }
    self = currency
  }
}

/// So much of a currency, as an account holds it or a transaction lets it go.
package struct CurrencyAmount: Hashable, Sendable {
  package let amount: Amount
  package let currency: Currency

  package init(_ amount: Amount, _ currency: Currency) {
    self.amount = amount
    self.currency = currency
  }
}

extension CurrencyAmount: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(amount)
    writer.write(currency)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(try reader.read(Amount.self), try reader.read(Currency.self))
  }
}
