package import Primitives

/// A currency by its ISO 4217 code, with the decimals of its minor unit. So far four of them; the payments contract brings the whole table.
package struct Currency: Hashable, Sendable {
  package let code: String
  package let decimals: Int
  /// How a Chinese sentence calls it behind a number.
  package let chineseName: String

  package static let all = [
    Currency(code: "CNY", decimals: 2, chineseName: "元"),
    Currency(code: "EUR", decimals: 2, chineseName: "欧元"),
    Currency(code: "JPY", decimals: 0, chineseName: "日元"),
    Currency(code: "USD", decimals: 2, chineseName: "美元"),
  ]

  /// Its place in `all`.
  package var index: Int {
    guard let index = Currency.all.firstIndex(of: self) else { preconditionFailure("every currency comes from the table") }
    return index
  }

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
