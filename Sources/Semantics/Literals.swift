package import Interface
import Primitives
import Source
import Syntax

/// Literals to values. Each reports what does not fit and answers nil.
struct Literals: Reporting {
  static func integer(_ digits: String) -> Integer? {
    // Beyond this no integer of the language reaches; GMP is not asked to read a megabyte of digits.
    digits.utf8.count <= 1300 ? Integer(decimal: digits) : nil
  }

  /// What a name within a literal stands for: a constant that was declared before, or an account, by its number.
  enum Named {
    case constant(Expression)
    case party(UInt64)
  }

  /// Answers what a name stands for where a value of this type is wanted; nil, with a diagnostic or
  /// without, where it stands for nothing.
  typealias Names = (Identifier, ValueType, inout Diagnostics) -> Named?

  /// The types and currencies of a contract in an agreement.
  private let types: [TypeDefinition]
  private let currencies: [Currency]
  private let names: Names
  var diagnostics: Diagnostics

  /// A literal of the type. Values outside the type's range pass where `isExact` is false: a test
  /// may show that the ledger refuses them.
  static func value(
    _ tree: Expression, as type: ValueType, in types: [TypeDefinition], currencies: [Currency], isExact: Bool,
    names: Names,
    _ diagnostics: inout Diagnostics
  ) -> Value? {
    let value = withoutActuallyEscaping(names) { names in
      var literals = Literals(types: types, currencies: currencies, names: names, diagnostics: diagnostics)
      defer { diagnostics = literals.diagnostics }
      return literals.value(tree, as: type)
    }
    guard let value else { return nil }
    if isExact && !type.admits(value, in: types) {
      return diagnostics.refuse(
        .valueOutOfRange, "this is no value of `\(type.spelling(in: types, currencies.map(\.code)))`", at: tree.span)
    }
    return value
  }

  private mutating func value(_ tree: Expression, as type: ValueType) -> Value? {
    let (kept, leftOut) = (diagnostics.all.count, diagnostics.leftOut)
    if let value = plain(tree, as: type) { return value }
    // Where nothing was said about a part, the whole does not fit.
    if diagnostics.all.count == kept && diagnostics.leftOut == leftOut {
      report(
        .typeMismatch, "a literal of the type `\(type.spelling(in: types, currencies.map(\.code)))` was wanted",
        at: tree.span)
    }
    return nil
  }

  private mutating func plain(_ tree: Expression, as type: ValueType) -> Value? {
    switch (type, tree.kind) {
    case (_, .name(let text)):
      switch names(Identifier(text: text, span: tree.span), type, &diagnostics) {
      case .constant(let constant): return plain(constant, as: type)
      case .party(let row): return .party(row)
      case nil: return nil
      }
    case (.bool, .bool(let truth)): return .bool(truth)
    case (.int, .int(let digits)), (.counter, .int(let digits)): return Literals.integer(digits).map { .int($0) }
    case (.int, .negate(let inner)):
      if case .int(let digits) = inner.kind { return Literals.integer("-" + digits).map { .int($0) } }
      return nil
    case (.ratio, .percent(let digits)):
      return percent(digits, at: tree.span).map { .percent($0) }
    case (.ratio, .binary(.divide, let dividend, let divisor)):
      return quotient(dividend, divisor, at: tree.span)
    case (.amount, .int("0")): return .amount(.zero)
    case (.amount(let index), .amount):
      guard let money = literalMoney(tree) else { return nil }
      if money.currency == currencies[index] { return .amount(money.amount) }
      return refuse(
        .currencyMismatch, "this is \(money.currency.code); the agreement deals in \(currencies[index].code)",
        at: tree.span)
    case (.rate(let currency, let other), .rate(let digits, let ofName, let perName)):
      guard let of = fixedCurrency(ofName), let per = fixedCurrency(perName) else {
        return nil
      }
      if (of, per) == (currencies[currency], currencies[other]) {
        return rate(digits, of: of, per: per, at: tree.span).map { .percent($0) }
      }
      return refuse(
        .currencyMismatch,
        "this is \(of.code) per \(per.code); the agreement asks for \(currencies[currency].code) per \(currencies[other].code)",
        at: tree.span)
    case (.duration, .duration(let digits, let unit)):
      return duration(digits, unit, at: tree.span).map { .duration($0) }
    case (.time, .time(let text)): return time(text, at: tree.span).map { .time($0) }
    case (.text, .string(let text)): return .text(Array(text.utf8))
    case (.bytes, .string(let text)): return .bytes(Array(text.utf8))
    case (.bytes, .call(let function, let arguments)): return digest(function, arguments)
    case (.composite(let index), _): return composite(tree, as: types[index])
    case (.bool, _), (.int, _), (.counter, _), (.ratio, _), (.amount, _), (.rate, _), (.duration, _),
      (.time, _), (.text, _), (.bytes, _), (.party, _):
      return nil
    }
  }

  /// `1/3`
  private mutating func quotient(_ dividend: Expression, _ divisor: Expression, at span: Span) -> Value? {
    guard case .int(let above) = dividend.kind, case .int(let below) = divisor.kind, let n = Literals.integer(above),
      let d = Literals.integer(below)
    else { return nil }
    if let ratio = Percent(n, outOf: d) { return .percent(ratio) }
    let reason = d.sign == 0 ? "nothing is divided by zero" : "this, reduced, has a part of 2^63 or more"
    return refuse(.valueOutOfRange, reason, at: span)
  }

  /// `sha256("secret")`
  private func digest(_ function: Expression, _ arguments: [Argument]) -> Value? {
    guard arguments.count == 1, case .string(let text) = arguments[0].value.kind, case .name(let name) = function.kind
    else { return nil }
    return LanguageFunction.named(name).first?.row.literal?(Array(text.utf8))
  }

  // MARK: Of parts

  private mutating func composite(_ tree: Expression, as type: TypeDefinition) -> Value? {
    switch type {
    case .structure(let name, let members):
      guard case .call(let function, let arguments) = tree.kind, case .type(name) = function.kind,
        let ordered = inOrder(arguments, members.map(\.name), of: name, at: tree.span)
      else { return nil }
      return values(ordered, as: members.map(\.type)).map { .sequence($0) }
    case .enumeration(let name, let cases):
      guard let (number, arguments) = variant(tree, of: name, cases.map(\.name)) else { return nil }
      return payload(arguments, as: cases[number].payload, of: cases[number].name, at: tree.span).map {
        .variant(number, $0)
      }
    case .optional(let inner):
      guard let (number, arguments) = variant(tree, of: nil, ["None", "Some"]) else { return nil }
      return payload(arguments, as: number == 0 ? [] : [inner], of: number == 0 ? "None" : "Some", at: tree.span).map {
        .variant(number, $0)
      }
    case .list(let element, _, _):
      guard let elements = elements(tree, as: element) else { return nil }
      return .sequence(elements)
    case .set(let element, _):
      guard let elements = elements(tree, as: element) else { return nil }
      let sorted = elements.sorted(by: Value.precedes)
      guard zip(sorted, sorted.dropFirst()).allSatisfy(Value.precedes) else {
        return refuse(.duplicateName, "an element of this set stands here twice", at: tree.span)
      }
      return .sequence(sorted)
    case .map(let key, let element, _): return map(tree, key, element).map { .sequence($0) }
    }
  }

  private mutating func values(_ trees: [Expression], as types: [ValueType]) -> [Value]? {
    zip(trees, types).all { value($0, as: $1) }
  }

  private mutating func elements(_ tree: Expression, as type: ValueType) -> [Value]? {
    guard case .list(let arguments) = tree.kind else { return nil }
    for argument in arguments {
      if let label = argument.label {
        report(.wrongArguments, "the elements of a list have no names", at: label.span)
      }
    }
    return values(arguments.map(\.value), as: Array(repeating: type, count: arguments.count))
  }

  /// The case that `Partial(30%)`, `Ruling.Partial(30%)` or `None` names, with its arguments.
  private mutating func variant(_ tree: Expression, of enumeration: String?, _ cases: [String]) -> (Int, [Argument])? {
    var (named, arguments) = (tree, [Argument]())
    if case .call(let function, let given) = tree.kind { (named, arguments) = (function, given) }
    let name: Identifier
    switch named.kind {
    case .type(let text): name = Identifier(text: text, span: named.span)
    case .member(let object, let member):
      guard let enumeration, case .type(enumeration) = object.kind else { return nil }
      name = member
    default: return nil
    }
    if let number = cases.firstIndex(of: name.text) { return (number, arguments) }
    reportUnknown("case", name, known: cases)
    return nil
  }

  private mutating func payload(_ arguments: [Argument], as types: [ValueType], of name: String, at span: Span)
    -> [Value]?
  {
    guard arguments.count == types.count else {
      return refuse(
        .wrongArguments,
        "`\(name)` got \(counted(arguments.count, "argument")); \(types.isEmpty ? "none" : "\(types.count)") "
          + "\(types.count == 1 ? "was" : "were") wanted", at: span)
    }
    return values(arguments.map(\.value), as: types)
  }

  /// `[]`, and entries behind it: `[] with alice: 3.00 CNY`. Where the keys are parties, also
  /// `[alice: 3.00 CNY, bob: 2.00 CNY]`.
  private mutating func map(_ tree: Expression, _ key: ValueType, _ element: ValueType) -> [Value]? {
    var entries: [(key: Expression, value: Expression)] = []
    var base = tree
    while case .with(let map, let key, let value?) = base.kind {
      entries.insert((key, value), at: 0)
      base = map
    }
    guard case .list(let arguments) = base.kind else { return nil }
    var listed: [(key: Expression, value: Expression)] = []
    for argument in arguments {
      guard let label = argument.label else { return nil }
      listed.append((Expression(kind: .name(label.text), span: label.span, depth: 1), argument.value))
    }
    var pairs: [(key: Value, value: Value)] = []
    for entry in listed + entries {
      guard let name = value(entry.key, as: key), let content = value(entry.value, as: element) else { return nil }
      pairs.append((name, content))
    }
    pairs.sort { Value.precedes($0.key, $1.key) }
    guard zip(pairs, pairs.dropFirst()).allSatisfy({ Value.precedes($0.key, $1.key) }) else {
      return refuse(.duplicateName, "a key of this map stands here twice", at: tree.span)
    }
    return pairs.flatMap { [$0.key, $0.value] }
  }
}

/// Values as people write them outside of a source, on a command line: the language's own literals,
/// and texts without quotes.
package enum Written {
  /// What was wrong, in words.
  package struct Fault: Error {
    package let message: String
  }

  /// `types` are those of the contract; `party` knows the accounts that a name may stand for, by their rows.
  package static func value(
    _ text: String, as type: ValueType, in types: [TypeDefinition], currencies: [Currency],
    party: (String) -> UInt64? = { _ in nil }
  ) throws(Fault) -> Value {
    if case .text = type {
      let value = Value.text(Array(text.utf8))
      guard type.admits(value) else { throw Fault(message: "the text is longer than the contract takes") }
      return value
    }
    return try literal(text) { tree, diagnostics in
      Literals.value(
        tree, as: type, in: types, currencies: currencies, isExact: true,
        names: { name, type, diagnostics in
          guard case .party = type else { return nil }
          if let row = party(name.text) { return .party(row) }
          return diagnostics.refuse(.unknownName, "there is no account `\(name.text.prefix(64))`", at: name.span)
        }, &diagnostics)
    }
  }

  /// `100.00 CNY`
  package static func money(_ text: String) throws(Fault) -> CurrencyAmount {
    try literal(text) { $1.literalMoney($0) }
  }

  private static func literal<T>(_ text: String, _ read: (Expression, inout Diagnostics) -> T?) throws(Fault) -> T {
    var (tree, diagnostics) = Parser.parseExpression(SourceText(path: "", bytes: Array(text.utf8)))
    if let tree, let value = read(tree, &diagnostics) { return value }
    throw Fault(message: diagnostics.all.first?.message ?? "this is no value")
  }
}

/// Literals by themselves.
extension Reporting {
  mutating func amount(_ digits: String, _ currency: Currency, at span: Span) -> Amount? {
    let parts = digits.split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    if fraction.utf8.count > currency.decimals {
      let decimals = currency.decimals == 0 ? "no decimals" : "\(currency.decimals) decimals"
      return refuse(
        .valueOutOfRange,
        "`\(digits) \(currency.code)` has \(counted(fraction.utf8.count, "decimal")); \(currency.code) has \(decimals)",
        at: span)
    }
    let padding = String(repeating: "0", count: currency.decimals - fraction.utf8.count)
    guard let units = Literals.integer(String(parts[0]) + fraction + padding), let amount = Amount(units: units) else {
      return refuse(
        .valueOutOfRange, "this amount is above the largest one, 2^127 - 1 minor units", at: span)
    }
    return amount
  }

  mutating func percent(_ digits: String, at span: Span) -> Percent? {
    if let percent = fraction(digits, times: Integer(1), outOf: Integer(100)) { return percent }
    return refuse(
      .valueOutOfRange, "`\(digits)%` as a reduced fraction has a part of 2^63 or more", at: span)
  }

  /// `7.2345 CNY per USD`: so many minor units of one currency for a minor unit of the other.
  mutating func rate(
    _ digits: String, of currency: Currency, per other: Currency, at span: Span
  ) -> Percent? {
    guard let rate = fraction(digits, times: powerOfTen(currency.decimals), outOf: powerOfTen(other.decimals)) else {
      return refuse(
        .valueOutOfRange,
        "`\(digits) \(currency.code) per \(other.code)` in minor units is a fraction with a part of 2^63 or more",
        at: span)
    }
    if rate.numerator > 0 { return rate }
    return refuse(.valueOutOfRange, "this rate is zero; whatever is converted would be gone", at: span)
  }

  mutating func duration(_ digits: String, _ unit: TimeUnit, at span: Span) -> Duration? {
    guard let count = Literals.integer(digits),
      let duration = Duration(milliseconds: count * Integer(unit.milliseconds))
    else {
      return refuse(
        .valueOutOfRange, "`\(digits) \(unit.rawValue)s` is more than 100 years, the longest duration", at: span)
    }
    return duration
  }

  mutating func time(_ text: String, at span: Span) -> Time? {
    if let time = Time(text: text) { return time }
    return refuse(.valueOutOfRange, "there is no such day or time of day, or it is before 1970", at: span)
  }

  mutating func fixedCurrency(_ name: Identifier) -> Currency? {
    if let currency = Currency.named(name.text) { return currency }
    reportUnknown("currency", name, known: Currency.all.map(\.code))
    return nil
  }

  private func powerOfTen(_ exponent: Int) -> Integer {
    (0..<exponent).reduce(Integer(1)) { power, _ in power * Integer(10) }
  }

  /// A decimal number times a factor, divided; nil where a part, reduced, is 2^63 or more.
  private func fraction(_ digits: String, times factor: Integer, outOf divisor: Integer) -> Percent? {
    let parts = digits.split(separator: ".")
    let decimals = parts.count > 1 ? String(parts[1]) : ""
    guard decimals.utf8.count <= 40, let number = Literals.integer(String(parts[0]) + decimals) else { return nil }
    return Percent(number * factor, outOf: divisor * powerOfTen(decimals.utf8.count))
  }

  mutating func literalMoney(_ tree: Expression) -> CurrencyAmount? {
    if case .amount(let digits, let name) = tree.kind {
      guard let currency = fixedCurrency(name) else { return nil }
      return amount(digits, currency, at: tree.span).map { CurrencyAmount($0, currency) }
    }
    return refuse(.typeMismatch, "an amount such as `100.00 CNY` was wanted", at: tree.span)
  }
}
