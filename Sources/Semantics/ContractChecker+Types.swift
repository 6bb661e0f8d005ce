import Interface
import Primitives
import Source
import Syntax

/// From the names of types to types. A type that is made of others is listed once, behind its parts.
extension ContractChecker {
  // MARK: Currencies

  mutating func declareCurrencies(of contract: Contract) {
    reportDuplicates(in: contract.generics.map(\.name))
    checkSize(of: contract.name)
    for (index, generic) in contract.generics.enumerated() {
      checkSize(of: generic.name)
      check(bound: generic)
      currencyParameters[generic.name.text] = index
      interface.currencies.append(.parameter(generic.name.text))
    }
    context.bindings = currencyParameters
  }

  mutating func check(bound generic: Generic) {
    if generic.bound.text != "Currency" {
      report(
        .unknownName, "`\(generic.bound.text)` is nothing a parameter can be; only `Currency` is",
        at: generic.bound.span,
        fixes: [.init("write", replacing: generic.bound.span, with: "Currency")])
    }
    if Currency.named(generic.name.text) != nil {
      report(
        .duplicateName, "`\(generic.name.text)` is a currency already; a parameter needs a name of its own",
        at: generic.name.span)
    }
  }

  /// The index of a currency, by the name of a parameter or a code.
  mutating func currency(_ name: Identifier) -> Int? {
    if let bound = context.bindings[name.text] { return bound }
    guard let currency = Currency.named(name.text) else {
      reportUnknown("currency", name, known: context.bindings.keys.sorted() + Currency.all.map(\.code))
      return nil
    }
    if let index = interface.currencies.firstIndex(of: .fixed(currency)) { return index }
    interface.currencies.append(.fixed(currency))
    if contract != nil {
      reportLimit("currencies", interface.currencies.count, limits.currencies, at: name.span)
    }
    return interface.currencies.count - 1
  }

  func currencyName(_ index: Int) -> String { interface.currencies[index].name }

  /// The one currency argument of `Amount<C>` and `Money<C>`.
  mutating func currencyArgument(of type: TypeName) -> Int? {
    if type.arguments.count == 1, let name = currencyName(type.arguments[0]) { return currency(name) }
    return refuse(.typeMismatch, "`\(type.name.text)` takes one currency: `\(type.name.text)<C>`", at: type.span)
  }

  /// The name of a currency between `<` and `>`, which has nothing about it.
  private func currencyName(_ argument: TypeName.Argument) -> Identifier? {
    guard case .type(let type) = argument, type.arguments.isEmpty, !type.isOptional, type.qualifier == nil else {
      return nil
    }
    return type.name
  }

  // MARK: Types

  static let knownTypes = [
    "Amount", "Bool", "Bytes", Calendar.name, "Counter", "Duration", "Hash", "Int", "List", "Map", "Party", "Percent",
    "Rate", "Ratio", "Set", "Text", "Time",
  ]

  /// The type that a name stands for; nil after a diagnostic. Only a field may be a counter.
  mutating func valueType(_ type: TypeName, ofField isField: Bool = false) -> ValueType? {
    if let qualifier = type.qualifier {
      return refuse(.unknownName, "there is nothing called `\(qualifier.text)` that has types", at: qualifier.span)
    }
    guard let plain = plainType(type) else { return nil }
    if case .counter = plain, !isField || type.isOptional {
      return refuse(.typeNotAllowedHere, "a counter is a field of its own", at: type.span)
    }
    return type.isOptional ? .composite(intern(.optional(plain))) : plain
  }

  private mutating func plainType(_ type: TypeName) -> ValueType? {
    switch type.name.text {
    case "Amount": return currencyArgument(of: type).map { .amount(currency: $0) }
    case "Money":
      return refuse(
        .moneyIsNotAValue, "`Money` is the type of a vault; this is a number of units at most", at: type.span,
        fixes: [.init("write", replacing: type.name.span, with: "Amount")])
    case "Int": return integerType(type)
    case "Text":
      return bound(
        of: type, limits.textScalars, "a text's bound lies between 1 and \(limits.textScalars) characters: `Text<64>`"
      ).map {
        .text(max: $0)
      }
    case "Bytes":
      return bound(of: type, limits.bytesSize, "the bound of bytes lies between 1 and \(limits.bytesSize): `Bytes<32>`")
        .map { .bytes(max: $0) }
    case "Counter":
      return bound(of: type, limits.vaultKeys, "a counter's end lies between 1 and \(limits.vaultKeys): `Counter<3>`")
        .map { .counter(most: $0) }
    case "Rate": return rateType(type)
    case "List", "Set", "Map": return collectionType(type)
    case "Bool": return withoutArguments(type, .bool)
    case "Percent": return withoutArguments(type, .percent)
    case "Ratio": return withoutArguments(type, .ratio(isPercent: false))
    case "Duration": return withoutArguments(type, .duration)
    case "Time": return withoutArguments(type, .time)
    case "Party": return withoutArguments(type, .party)
    case "Hash": return withoutArguments(type, .bytes(max: 32))
    case Calendar.name: return withoutArguments(type, calendarType())
    case "Item", "Quote":
      return refuse(
        .noBuiltIn, "`\(type.name.text)` comes with the built-in contracts, which there are not yet", at: type.span)
    default: return namedType(type)
    }
  }

  private mutating func withoutArguments(_ type: TypeName, _ value: ValueType) -> ValueType? {
    if type.arguments.isEmpty { return value }
    return refuse(.typeMismatch, "`\(type.name.text)` takes no arguments", at: type.span)
  }

  private mutating func integerType(_ type: TypeName) -> ValueType? {
    if type.arguments.isEmpty { return .int(.whole) }
    if type.arguments.count == 1, case .range(let low, let high) = type.arguments[0],
      let lowest = Literals.integer(low.text)
    {
      let highest = high.map { Literals.integer($0.text) } ?? IntegerRange.whole.high
      if let highest, let range = IntegerRange(lowest, highest) { return .int(range) }
    }
    return refuse(
      .valueOutOfRange, "an integer's range runs upwards and stays below 2^255: `Int<0..3500>`", at: type.span)
  }

  /// The one number between `<` and `>`.
  private mutating func bound(of type: TypeName, _ most: Int, _ rule: String) -> Int? {
    if type.arguments.count == 1, case .bound(let bound) = type.arguments[0],
      let number = Literals.integer(bound.text)?.int,
      (1...most).contains(number)
    {
      return number
    }
    return refuse(.valueOutOfRange, rule, at: type.span)
  }

  private mutating func rateType(_ type: TypeName) -> ValueType? {
    guard type.arguments.count == 2, let first = currencyName(type.arguments[0]),
      let second = currencyName(type.arguments[1])
    else {
      return refuse(.typeMismatch, "`Rate` takes two currencies: `Rate<A, B>`", at: type.span)
    }
    guard let a = currency(first), let b = currency(second) else { return nil }
    if a == b {
      return refuse(.currencyMismatch, "a rate lies between two currencies; this is one", at: type.span)
    }
    return .rate(of: a, per: b)
  }

  private mutating func collectionType(_ type: TypeName) -> ValueType? {
    let name = type.name.text
    let partCount = name == "Map" ? 2 : 1
    guard type.arguments.count == partCount + 1 else { return malformed(type) }
    var parts: [ValueType] = []
    for argument in type.arguments.prefix(partCount) {
      guard case .type(let part) = argument else { return malformed(type) }
      guard let part = valueType(part) else { return nil }
      parts.append(part)
    }
    let (low, high): (Identifier?, Identifier)
    switch type.arguments[partCount] {
    case .bound(let bound): (low, high) = (nil, bound)
    case .range(let least, let most?): (low, high) = (least, most)
    case .type, .range: return malformed(type)
    }
    guard let most = Literals.integer(high.text)?.int, (1...limits.elements).contains(most) else {
      return refuse(.valueOutOfRange, "a collection's bound lies between 1 and \(limits.elements)", at: high.span)
    }
    switch name {
    case "List":
      guard let least = low.map({ Literals.integer($0.text)?.int }) ?? 0, (0...most).contains(least) else {
        return malformed(type)
      }
      return .composite(intern(.list(parts[0], least: least, most: most)))
    default:
      if low != nil { return malformed(type) }
      guard isKey(parts[0], type) else { return nil }
      return .composite(intern(name == "Set" ? .set(parts[0], most: most) : .map(parts[0], parts[1], most: most)))
    }
  }

  private mutating func malformed(_ type: TypeName) -> ValueType? {
    let example =
      type.name.text == "List"
      ? "List<Percent, 1..7>" : type.name.text == "Set" ? "Set<Party, 20>" : "Map<Party, Int<0..100>, 20>"
    return refuse(
      .typeMismatch, "a `\(type.name.text)` is written like `\(example)`: what it holds, and how many at most",
      at: type.span)
  }

  private mutating func isKey(_ type: ValueType, _ name: TypeName) -> Bool {
    if type.isKey(in: interface.types) { return true }
    return refuse(
      .typeNotAllowedHere,
      "\(describe(ExpressionType(type))) cannot be looked up: its values have no order that a collection could keep",
      at: name.span)
  }

  // MARK: Declared types

  private mutating func namedType(_ type: TypeName) -> ValueType? {
    let name = type.name.text
    guard type.arguments.isEmpty else {
      return declarations.type(name) == nil ? unknown(type) : withoutArguments(type, .bool)
    }
    if let known = declaredTypes[name] { return known }
    if resolving.contains(name) {
      return refuse(
        .typeNotAllowedHere, "`\(name)` contains itself", at: type.span,
        notes: ["every value has a size; this one would have none"])
    }
    guard declarations.type(name) != nil else { return unknown(type) }
    guard resolving.count < limits.typeDepth else {
      return refuse(
        .limitExceeded, "types lie inside each other more than \(limits.typeDepth) deep", at: type.span)
    }
    resolving.append(name)
    defer { resolving.removeLast() }
    let resolved = naming(currencyParameters) { checker in
      checker.declarations.structures[name].flatMap { checker.structure($0) }
        ?? checker.declarations.enumerations[name].flatMap { checker.enumeration($0) }
    }
    if let resolved { declaredTypes[name] = resolved }
    return resolved
  }

  /// Runs `body` with these currency parameters, and restores those that were there.
  mutating func naming<Answer>(_ currencies: [String: Int], _ body: (inout ContractChecker) -> Answer) -> Answer {
    let outer = context.bindings
    context.bindings = currencies
    defer { context.bindings = outer }
    return body(&self)
  }

  private mutating func unknown(_ type: TypeName) -> ValueType? {
    let declared = (Array(declarations.structures.keys) + Array(declarations.enumerations.keys)).sorted()
    reportUnknown("type", type.name, known: ContractChecker.knownTypes + declared)
    return nil
  }

  /// A type that was declared by this name, whatever stands in it.
  mutating func declaredType(named name: String, at span: Span) -> ValueType? {
    let own = declarations.type(name)
    if let own { reportBuiltInType(own) }
    if name == Calendar.name { return calendarType() }
    return own == nil
      ? nil
      : valueType(
        TypeName(qualifier: nil, name: Identifier(text: name, span: span), arguments: [], isOptional: false, span: span)
      )
  }

  /// The types of the language keep their names, and so do the cases of an optional.
  private mutating func reportBuiltInType(_ name: Identifier) {
    guard
      ContractChecker.knownTypes.contains(name.text)
        || ["Money", "Item", "Quote", "Currency", "Some", "None"].contains(name.text)
    else { return }
    report(
      .duplicateName, "`\(name.text)` is a name of the language; this needs one of its own", at: name.span,
      notes: ["a name means one thing: there is no overloading and no shadowing"])
  }

  private mutating func structure(_ declaration: StructureDeclaration) -> ValueType? {
    checkSize(of: declaration.name)
    reportLimit("members", declaration.members.count, limits.parameters, at: declaration.name.span)
    if declaration.members.isEmpty {
      return refuse(
        .wrongArguments, "`\(declaration.name.text)` has no members, so there is only one of it",
        at: declaration.name.span)
    }
    return check(declaration.members).map {
      .composite(intern(.structure(name: declaration.name.text, $0)))
    }
  }

  private mutating func enumeration(_ declaration: EnumerationDeclaration) -> ValueType? {
    checkSize(of: declaration.name)
    reportLimit("cases", declaration.cases.count, limits.cases, at: declaration.name.span)
    reportDuplicates(in: declaration.cases.map(\.name))
    var cases: [TypeDefinition.Case] = []
    for item in declaration.cases {
      checkSize(of: item.name)
      reportLimit("values", item.parameters.count, limits.parameters, at: item.name.span)
      guard let payload = check(item.parameters) else { return nil }
      cases.append(.init(name: item.name.text, payload: payload.map(\.type)))
    }
    return .composite(intern(.enumeration(name: declaration.name.text, cases)))
  }

  mutating func calendarType() -> ValueType {
    if let known = declaredTypes[Calendar.name] { return known }
    let members = LanguageFunction.calendar.row.parameters.map {
      ContractInterface.Parameter(name: $0.label ?? "", type: type(of: $0.kind))
    }
    let calendar = ValueType.composite(intern(.structure(name: Calendar.name, members)))
    declaredTypes[Calendar.name] = calendar
    return calendar
  }

  /// The place of a type in the contract's list.
  mutating func intern(_ type: TypeDefinition) -> Int {
    if let index = typeIndexes[type] { return index }
    typeIndexes[type] = interface.types.count
    interface.types.append(type)
    return interface.types.count - 1
  }

  /// Whether what is listed stays within the limits; says so where not.
  mutating func checkTypeSizes() {
    if contract != nil {
      reportLimit("types made of others", interface.types.count, limits.types, at: nameSpan)
    }
    guard diagnostics.isEmpty else { return }
    let measures = TypeMeasures(interface.types)
    for (index, type) in interface.types.enumerated() where measures.wholeWords[index] > limits.valueWords {
      report(
        .limitExceeded,
        "a value of \(describe(.value(.composite(index)))) may take \(measures.wholeWords[index] == Int.max ? "more words than can be counted" : "\(measures.wholeWords[index]) words"); at most \(limits.valueWords) are allowed",
        at: span(ofType: type))
      return
    }
    for (index, type) in interface.types.enumerated() where measures.depths[index] > limits.typeDepth {
      report(
        .limitExceeded, "types lie inside each other more than \(limits.typeDepth) deep", at: span(ofType: type))
      return
    }
  }

  private func span(ofType type: TypeDefinition) -> Span {
    switch type {
    case .structure(let name, _), .enumeration(let name, _): declarations.type(name)?.span ?? nameSpan
    case .optional, .list, .set, .map: nameSpan
    }
  }

  // MARK: Types of expressions

  func definition(_ type: ExpressionType) -> TypeDefinition? {
    if case .value(.composite(let index)) = type { interface.types[index] } else { nil }
  }

  func describe(_ type: ExpressionType) -> String {
    switch type.plain {
    case .bool: "a truth value"
    case .int, .counter: "an integer"
    case .ratio(let isPercent): isPercent ? "a percent" : "a ratio"
    case .amount(let currency): "an `Amount<\(currencyName(currency))>`"
    case .rate(let currency, let other): "a `Rate<\(currencyName(currency)), \(currencyName(other))>`"
    case .duration: "a duration"
    case .time: "a time"
    case .text: "a text"
    case .bytes: "bytes"
    case .party: "a party"
    case .composite(let index):
      switch interface.types[index] {
      case .structure(let name, _), .enumeration(let name, _): "a `\(name)`"
      case .optional(let type): "\(describe(ExpressionType(type))) or nothing"
      case .list: "a list"
      case .set: "a set"
      case .map: "a map"
      }
    case nil: preconditionFailure("nothing more is said about an error")
    }
  }

  /// The type under which a value of an expression can lie in a list; nil where an integer is too wide for that.
  func restingType(_ type: ExpressionType) -> ValueType? {
    switch type {
    case .value(let type): return type
    case .wide(let bits):
      guard bits <= Limits.integerBitsAtRest else { return nil }
      let bound = Integer.power(ofTwo: bits) - Integer(1)
      return IntegerRange(-bound, bound).map { .int($0) }
    case .error: return nil
    }
  }

  /// The type under which a value is kept; nil after a diagnostic.
  mutating func keptType(_ value: TypedExpression) -> ValueType? {
    if value.type == .error { return nil }
    return restingType(value.type)
      ?? refuse(
        .tooWide, "this integer may be wider than the \(Limits.integerBitsAtRest) bits that are kept", at: value.span)
  }

  /// The type that has the values of both; nil where there is none.
  func join(_ a: ExpressionType, _ b: ExpressionType) -> ExpressionType? {
    switch (a.plain, b.plain) {
    case (nil, _), (_, nil): return .error
    case (.int, .int): return .integers(a, b, min, max)
    case (.ratio(let x), .ratio(let y)): return .value(.ratio(isPercent: x && y))
    case (.text(let x), .text(let y)): return .value(.text(max: max(x, y)))
    case (.bytes(let x), .bytes(let y)): return .value(.bytes(max: max(x, y)))
    default: return a == b ? a : nil
    }
  }
}

extension ExpressionType {
  /// An integer between what is made of both lower and of both upper ends; where one has no range, as wide as both.
  static func integers(
    _ a: ExpressionType, _ b: ExpressionType, _ low: (Integer, Integer) -> Integer,
    _ high: (Integer, Integer) -> Integer
  ) -> ExpressionType {
    if let x = a.range, let y = b.range, let range = IntegerRange(low(x.low, y.low), high(x.high, y.high)) {
      return .value(.int(range))
    }
    return .wide(bits: max(a.bits ?? 0, b.bits ?? 0))
  }
}
