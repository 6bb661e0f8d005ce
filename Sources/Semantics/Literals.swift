import Interface
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
}
