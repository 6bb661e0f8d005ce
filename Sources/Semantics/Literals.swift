package import Interface
import Primitives
import Source
import Syntax

/// Literals to values. Each reports what does not fit and answers nil.
struct Literals {
  static func integer(_ digits: String) -> Integer? {
    // Beyond this no integer of the language reaches; GMP is not asked to read a megabyte of digits.
    digits.utf8.count <= 1300 ? Integer(decimal: digits) : nil
  }

  static func amount(_ digits: String, _ currency: Currency, at span: Span, _ diagnostics: inout Diagnostics) -> Amount? {
    let parts = digits.split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    if fraction.utf8.count > currency.decimals {
      let decimals = currency.decimals == 0 ? "no decimals" : "\(currency.decimals) decimals"
      diagnostics.report(
        .valueOutOfRange, "`\(digits) \(currency.code)` has \(counted(fraction.utf8.count, "decimal")); \(currency.code) has \(decimals)", at: span)
      return nil
    }
    let padding = String(repeating: "0", count: currency.decimals - fraction.utf8.count)
    guard let units = integer(String(parts[0]) + fraction + padding), let amount = Amount(units: units) else {
      diagnostics.report(.valueOutOfRange, "this amount is above the largest one, 2^127 - 1 minor units", at: span)
      return nil
    }
    return amount
  }

  static func percent(_ digits: String, at span: Span, _ diagnostics: inout Diagnostics) -> Percent? {
    let parts = digits.split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let denominator = "100" + String(repeating: "0", count: min(fraction.utf8.count, 40))
    guard let n = integer(String(parts[0]) + fraction), let d = integer(denominator), fraction.utf8.count <= 40, let percent = Percent(n, outOf: d)
    else {
      diagnostics.report(.valueOutOfRange, "`\(digits)%` as a reduced fraction has a part of 2^63 or more", at: span)
      return nil
    }
    return percent
  }

  static func duration(_ digits: String, _ unit: TimeUnit, at span: Span, _ diagnostics: inout Diagnostics) -> Duration? {
    guard let count = integer(digits), let duration = Duration(milliseconds: count * Integer(unit.milliseconds)) else {
      diagnostics.report(.valueOutOfRange, "`\(digits) \(unit.rawValue)s` is more than 100 years, the longest duration", at: span)
      return nil
    }
    return duration
  }

  // MARK: By their trees

  static func money(_ tree: Expression, _ diagnostics: inout Diagnostics) -> CurrencyAmount? {
    if case .amount(let digits, let name) = tree.kind {
      guard let currency = Currency.named(name.text) else {
        reportUnknown("currency", name, known: Currency.all.map(\.code), &diagnostics)
        return nil
      }
      return amount(digits, currency, at: tree.span, &diagnostics).map { CurrencyAmount($0, currency) }
    }
    diagnostics.report(.typeMismatch, "an amount such as `100.00 CNY` was wanted", at: tree.span)
    return nil
  }

  /// A literal of the type. Values outside the type's range pass where `isExact` is false: a test may show that the ledger refuses them.
  static func value(
    _ tree: Expression, as type: ValueType, currencies: [Currency], isExact: Bool, _ diagnostics: inout Diagnostics
  ) -> Value? {
    var value: Value?
    switch (type, tree.kind) {
    case (.bool, .bool(let truth)): value = .bool(truth)
    case (.int, .int(let digits)): value = integer(digits).map { .int($0) }
    case (.int, .negate(let inner)): if case .int(let digits) = inner.kind { value = integer("-" + digits).map { .int($0) } }
    case (.percent, .percent(let digits)): value = percent(digits, at: tree.span, &diagnostics).map { .percent($0) }
    case (.duration, .duration(let digits, let unit)): value = duration(digits, unit, at: tree.span, &diagnostics).map { .duration($0) }
    case (.text, .string(let text)): value = .text(Array(text.utf8))
    case (.amount, .int("0")): value = .amount(.zero)
    case (.amount(let index), .amount):
      guard let money = money(tree, &diagnostics) else { return nil }
      if money.currency != currencies[index] {
        diagnostics.report(
          .currencyMismatch, "this is \(money.currency.code); the agreement deals in \(currencies[index].code)", at: tree.span)
        return nil
      }
      value = .amount(money.amount)
    default: break
    }
    guard let value else {
      diagnostics.report(.typeMismatch, "a literal of the type `\(type.name)` was wanted", at: tree.span)
      return nil
    }
    if isExact && !type.admits(value) {
      diagnostics.report(.valueOutOfRange, "this is no value of `\(type.name)`", at: tree.span)
      return nil
    }
    return value
  }
}

/// Values as people write them outside of a source, on a command line: the language's own literals, and texts without quotes.
package enum Written {
  /// What was wrong, in words.
  package struct Fault: Error {
    package let message: String
  }

  package static func value(_ text: String, as type: ValueType, currencies: [Currency]) throws(Fault) -> Value {
    if case .text = type {
      let value = Value.text(Array(text.utf8))
      guard type.admits(value) else { throw Fault(message: "the text is longer than the contract takes") }
      return value
    }
    return try literal(text) { Literals.value($0, as: type, currencies: currencies, isExact: true, &$1) }
  }

  /// `100.00 CNY`
  package static func money(_ text: String) throws(Fault) -> CurrencyAmount { try literal(text) { Literals.money($0, &$1) } }

  private static func literal<T>(_ text: String, _ read: (Expression, inout Diagnostics) -> T?) throws(Fault) -> T {
    var (tree, diagnostics) = Parser.parseExpression(SourceText(path: "", bytes: Array(text.utf8)))
    if let tree, let value = read(tree, &diagnostics) { return value }
    throw Fault(message: diagnostics.all.first?.message ?? "this is no value")
  }
}
