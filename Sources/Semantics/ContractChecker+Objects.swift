import Interface
import Primitives
import Source
import Syntax

/// Structures, enumerations, optionals and collections.
extension ContractChecker {
  // MARK: Members and elements

  /// `ruling.share`, or the case `Ruling.Partial`.
  mutating func memberAccess(
    _ object: Expression, _ name: Identifier, expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression {
    if case .type(let owner) = object.kind {
      return wrap(name, [], of: Identifier(text: owner, span: object.span), expecting: expected, at: span)
    }
    return member(name, of: expression(object), at: span)
  }

  mutating func member(_ name: Identifier, of object: TypedExpression, at span: Span) -> TypedExpression {
    guard case .structure(let type, let members)? = definition(object.type) else {
      if object.type == .error { return object }
      return refuse(.noSuchOperation, "\(describe(object.type)) has no members", at: name.span)
    }
    if let index = members.firstIndex(where: { $0.name == name.text }) {
      return TypedExpression(.member(object, index), ExpressionType(members[index].type), span)
    }
    reportUnknown("member of `\(type)`", name, known: members.map(\.name))
    return .error(at: span)
  }

  mutating func element(_ object: Expression, _ key: Expression, at span: Span) -> TypedExpression {
    if case .name(let name) = object.kind, case .vault(let vault)? = context.scope.meaning(of: name) {
      let place = PlaceName(name: Identifier(text: name, span: object.span), key: key, span: span)
      guard case .entry(_, let key) = vaultPlace(place) else { return .error(at: span) }
      if context.surroundings == .opening { return value(of: .vault(vault), at: place.name) }
      return TypedExpression(
        .balanceOfKey(vault: vault, key), .value(.amount(currency: interface.vaults[vault].currency)), span)
    }
    let checked = expression(object)
    switch definition(checked.type) {
    case .list(let element, _, _):
      return TypedExpression(.element(checked, integer(key)), ExpressionType(element), span)
    case .map(let keyType, let value, _):
      return TypedExpression(.element(checked, resting(key, as: keyType)), ExpressionType(value), span)
    case .structure, .enumeration, .optional, .set, nil: return mismatch(checked, wanted: "a list or a map")
    }
  }

  // MARK: Structures, enumerations, optionals

  /// `Milestone(share: 30%, due: 2026-02-01)`
  mutating func make(_ name: Identifier, _ arguments: [Argument], at span: Span) -> TypedExpression {
    guard let type = declaredType(named: name.text, at: name.span), case .composite(let index) = type,
      case .structure(_, let members) = interface.types[index]
    else { return .error(at: span) }
    let values = values(of: arguments, members.map(\.name), members.map(\.type), of: name, at: name.span)
    return TypedExpression(.make(values), .value(type), span)
  }

  /// Arguments of what bears this name, each held against the type of its parameter; none where they do not fit.
  mutating func values(
    of arguments: [Argument], _ labels: [String], _ types: [ValueType], of name: Identifier, at span: Span
  ) -> [TypedExpression] {
    zip(inOrder(arguments, labels, of: name.text, at: span) ?? [], types).map { resting($0, as: $1) }
  }

  /// A case of an enumeration or optional with its values; `owner` is the enumeration where the source names it.
  mutating func wrap(
    _ name: Identifier, _ arguments: [Argument], of owner: Identifier? = nil, expecting expected: ExpressionType?,
    at span: Span
  ) -> TypedExpression {
    if owner == nil, name.text == "Some", arguments.count == 1, !isCase(name, of: expected) {
      return some(arguments, at: span)
    }
    guard let index = enumeration(of: name, owner, expecting: expected), let payloads = interface.types[index].payloads
    else { return .error(at: span) }
    guard let number = number(of: name, in: index) else { return .error(at: span) }
    let values = values(of: arguments, payloadNames(index, number), payloads[number], of: name, at: span)
    return TypedExpression(.wrap(case: number, values), .value(.composite(index)), span)
  }

  /// Of `Some`, of which nobody says what it is an optional of: it has the type of its value.
  private mutating func some(_ arguments: [Argument], at span: Span) -> TypedExpression {
    let value = expression(arguments[0].value)
    guard let type = keptType(value) else { return .error(at: span) }
    let index = intern(.optional(type))
    _ = inOrder(arguments, payloadNames(index, 1), of: "Some", at: span)
    return TypedExpression(.wrap(case: 1, [resting(value, as: type)]), .value(.composite(index)), span)
  }

  /// A case with its values under another type of optional.
  mutating func retyped(
    wrap checked: TypedExpression, _ number: Int, _ values: [TypedExpression], expecting expected: ExpressionType
  ) -> TypedExpression {
    guard expected != checked.type, case .optional? = definition(checked.type),
      case .optional(let type)? = definition(expected)
    else { return checked }
    return TypedExpression(.wrap(case: number, values.map { resting($0, as: type) }), expected, checked.span)
  }

  private func isCase(_ name: Identifier, of type: ExpressionType?) -> Bool {
    if case .value(.composite(let index))? = type { caseNames(index).contains(name.text) } else { false }
  }

  /// The enumeration or optional that a case belongs to.
  private mutating func enumeration(of name: Identifier, _ owner: Identifier?, expecting expected: ExpressionType?)
    -> Int?
  {
    if let owner {
      guard declarations.enumerations[owner.text] != nil else {
        reportUnknown("enumeration", owner, known: declarations.enumerations.keys.sorted())
        return nil
      }
      guard case .composite(let index)? = declaredType(named: owner.text, at: owner.span) else { return nil }
      return index
    }
    if case .value(.composite(let index))? = expected, isCase(name, of: expected) { return index }
    if expected == .error { return nil }
    if name.text == "Some" || name.text == "None" {
      return refuse(.typeMismatch, "nothing here says what `\(name.text)` is an optional of", at: name.span)
    }
    let owners = declarations.enumerationsByCase[name.text] ?? []
    if owners.count == 1, case .composite(let index)? = declaredType(named: owners[0], at: name.span) { return index }
    if owners.count > 1 {
      report(
        .unknownName, "`\(name.text)` is a case of several enumerations", at: name.span,
        notes: ["say which: \(owners.map { "`\($0).\(name.text)`" }.joined(separator: " or "))"])
    } else if owners.isEmpty {
      reportUnknown(
        "case or structure", name,
        known: (Array(declarations.enumerationsByCase.keys) + Array(declarations.structures.keys)).sorted())
    }
    return nil
  }

  private mutating func number(of name: Identifier, in index: Int) -> Int? {
    if let number = caseNames(index).firstIndex(of: name.text) { return number }
    reportUnknown("case", name, known: caseNames(index))
    return nil
  }

  func caseNames(_ index: Int) -> [String] {
    switch interface.types[index] {
    case .enumeration(_, let cases): cases.map(\.name)
    case .optional: ["None", "Some"]
    case .structure, .list, .set, .map: []
    }
  }

  private func payloadNames(_ index: Int, _ number: Int) -> [String] {
    switch interface.types[index] {
    case .enumeration(let name, _): declarations.enumerations[name]?.cases[number].parameters.map(\.name.text) ?? []
    case .optional: number == 0 ? [] : ["value"]
    case .structure, .list, .set, .map: []
    }
  }

  // MARK: Patterns

  /// The places of the patterns in the order of the cases; nil, with a diagnostic, where a case is
  /// missing, doubled or none.
  mutating func cases(of subject: TypedExpression, _ patterns: [Pattern], at span: Span) -> [Int]? {
    guard let index = variant(subject) else { return nil }
    let names = caseNames(index)
    var places = [Int?](repeating: nil, count: names.count)
    for (place, pattern) in patterns.enumerated() {
      guard let number = number(of: pattern.name, in: index) else { return nil }
      if let first = places[number] {
        reportDuplicate(pattern.name, first: patterns[first].name)
        return nil
      }
      places[number] = place
    }
    let missing = zip(names, places).filter { $0.1 == nil }.map { "`\($0.0)`" }
    if missing.isEmpty { return places.compactMap { $0 } }
    return refuse(
      .unhandledCase, "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") not handled", at: span,
      notes: ["a `match` has a `case` for every case"])
  }

  /// The enumeration or optional that a value is of; nil after a diagnostic.
  private mutating func variant(_ subject: TypedExpression) -> Int? {
    if case .value(.composite(let index)) = subject.type, interface.types[index].payloads != nil { return index }
    return mismatch(subject, wanted: "an enumeration or an optional")
  }

  /// Declares what a pattern names.
  mutating func bind(_ pattern: Pattern, of subject: TypedExpression) -> [Int?] {
    guard let payloads = definition(subject.type)?.payloads, case .value(.composite(let index)) = subject.type,
      let number = caseNames(index).firstIndex(of: pattern.name.text)
    else { return [] }
    let payload = payloads[number]
    if pattern.bindings.isEmpty { return Array(repeating: nil, count: payload.count) }
    guard pattern.bindings.count == payload.count else {
      for name in pattern.bindings where name.text != "_" { _ = declareLocal(name, .error) }
      report(
        .wrongArguments,
        "`\(pattern.name.text)` has \(counted(payload.count, "value")), and this names \(pattern.bindings.count)",
        at: pattern.name.span)
      return []
    }
    // `_` is no name.
    return zip(pattern.bindings, payload).map { $0.text == "_" ? nil : declareLocal($0, ExpressionType($1)) }
  }

  mutating func isCase(_ subject: Expression, _ name: Identifier, at span: Span) -> TypedExpression {
    let checked = expression(subject)
    guard let index = variant(checked), let number = number(of: name, in: index) else { return .error(at: span) }
    return TypedExpression(.isCase(checked, number), .bool, span)
  }

  // MARK: Collections

  mutating func isEmpty(_ subject: Expression, at span: Span) -> TypedExpression {
    switch subject.kind {
    case .name(let name):
      if case .vault(let vault)? = context.scope.meaning(of: name) {
        if reference(Identifier(text: name, span: subject.span)).type == .error { return .error(at: span) }
        return TypedExpression(.isEmpty(vault: vault, key: nil), .bool, span)
      }
    case .element(let object, let key):
      if case .name(let name) = object.kind, case .vault? = context.scope.meaning(of: name) {
        let place = PlaceName(name: Identifier(text: name, span: object.span), key: key, span: subject.span)
        guard case .entry(let vault, let key) = vaultPlace(place) else { return .error(at: span) }
        return TypedExpression(.isEmpty(vault: vault, key: key), .bool, span)
      }
    default: break
    }
    let checked = expression(subject)
    switch definition(checked.type) {
    case .list, .set, .map:
      return TypedExpression(
        .compare(
          .equal, TypedExpression(.function(.count, [checked]), countType(checked.type), span),
          constant(.int(.zero), ExpressionType(of: .zero), span)), .bool, span)
    case .optional: return TypedExpression(.isCase(checked, 0), .bool, span)
    case .structure, .enumeration, nil: return mismatch(checked, wanted: "a vault, a collection or an optional")
    }
  }

  /// The type of the number of parts.
  func countType(_ type: ExpressionType) -> ExpressionType {
    let most =
      switch type.plain {
      case .text(let max), .bytes(let max): max
      default: definition(type)?.most ?? 0
      }
    return .value(.int(IntegerRange(0...most)))
  }

  mutating func contains(_ element: Expression, in collection: Expression, at span: Span) -> TypedExpression {
    if case .list(let arguments) = collection.kind {
      // What is looked for says what the list is made of.
      let element = expression(element)
      let list = list(arguments, joining: element, at: collection.span)
      guard let part = definition(list.type)?.parts.first else { return .error(at: span) }
      return TypedExpression(.contains(list, rest(element, as: part)), .bool, span)
    }
    let checked = expression(collection)
    let part: ValueType
    switch definition(checked.type) {
    case .list(let type, _, _), .set(let type, _), .map(let type, _, _): part = type
    case .structure, .enumeration, .optional, nil: return mismatch(checked, wanted: "a list, a set or a map")
    }
    // An integer that is outside of the range is simply not there.
    let element = expression(element, expecting: ExpressionType(part))
    if case .int = part, element.type.bits != nil, restingType(element.type) == nil {
      return refuse(.tooWide, "this integer is wider than any in the collection", at: element.span)
    }
    let key = rest(element, as: part)
    let isThere = TypedExpression(.contains(checked, key), .bool, span)
    // What does not fit is not there. What traps by itself still does: then nothing is answered.
    guard case .narrow = key.kind, !checked.canTrap, !element.canTrap else { return isThere }
    return TypedExpression(.answered(isThere, constant(.bool(false), .bool, span)), .bool, span)
  }

  mutating func with(
    _ collection: Expression, _ key: Expression, _ value: Expression?, expecting expected: ExpressionType?,
    at span: Span
  ) -> TypedExpression {
    let checked = expression(collection, expecting: expected)
    switch (definition(checked.type), value) {
    case (.list, nil), (.set, nil): return with(checked, [key], at: span) { $0.resting($1, as: $2) }
    case (.map(let keyType, let valueType, _), let value?):
      let (key, value) = (resting(key, as: keyType), resting(value, as: valueType))
      return TypedExpression(.withEntry(checked, key: key, value: value), checked.type, span)
    case (.map, nil):
      return refuse(.wrongArguments, "a map gets a key with a value: `prices with item: 3.00 CNY`", at: span)
    case (.list, .some), (.set, .some):
      return refuse(
        .wrongArguments, "\(describe(checked.type)) gets one value; only a map gets a key with a value", at: span)
    default: return mismatch(checked, wanted: "a list, a set or a map")
    }
  }

  /// A list or set with elements that `check` holds against the type of its elements.
  mutating func with<Element>(
    _ collection: TypedExpression, _ elements: [Element], at span: Span,
    _ check: (inout ContractChecker, Element, ValueType) -> TypedExpression
  ) -> TypedExpression {
    guard let part = definition(collection.type)?.parts.first else { return collection }
    return TypedExpression(.with(collection, elements.map { check(&self, $0, part) }), collection.type, span)
  }

  mutating func list(_ elements: [Argument], expecting expected: ExpressionType?, at span: Span) -> TypedExpression {
    for element in elements {
      if let label = element.label {
        return refuse(.wrongArguments, "the elements of a list have no names", at: label.span)
      }
    }
    if let expected {
      switch definition(expected) {
      case .list, .set: return collect(elements.map(\.value), as: expected, at: span) { $0.resting($1, as: $2) }
      case .map where elements.isEmpty: return TypedExpression(.collect([]), expected, span)
      case .map, .structure, .enumeration, .optional, nil: break
      }
    }
    if elements.isEmpty {
      if expected == .error { return .error(at: span) }
      return refuse(.typeMismatch, "nothing here says what this list is a list of", at: span)
    }
    return list(elements, joining: nil, at: span)
  }

  /// A list or set of such elements as `check` makes of each.
  private mutating func collect<Element>(
    _ elements: [Element], as type: ExpressionType, at span: Span,
    _ check: (inout ContractChecker, Element, ValueType) -> TypedExpression
  ) -> TypedExpression {
    let empty = TypedExpression(.collect([]), type, span)
    let count = counted(elements.count, "element")
    switch definition(type) {
    case .list(let part, let least, let most):
      guard (least...most).contains(elements.count) else {
        return refuse(
          .valueOutOfRange, "this list has \(count); between \(least) and \(most) were wanted", at: span)
      }
      return TypedExpression(.collect(elements.map { check(&self, $0, part) }), type, span)
    case .set(_, let most):
      guard elements.count <= most else {
        return refuse(.valueOutOfRange, "this set has \(count); at most \(most) were wanted", at: span)
      }
      if elements.isEmpty { return empty }
      var literals: Set<Value> = []
      return with(empty, elements, at: span) { checker, element, part in
        let key = check(&checker, element, part)
        if let literal = checker.constantValue(key), !literals.insert(literal).inserted {
          return checker.refuse(
            .duplicateName, "this stands in the set already; a set has each element once", at: key.span)
        }
        return key
      }
    case .map, .structure, .enumeration, .optional, nil: preconditionFailure("only lists and sets have elements")
    }
  }

  /// A list that was made of what stands in it, as one of another type, or as a set.
  mutating func retyped(
    collect checked: TypedExpression, _ elements: [TypedExpression], expecting expected: ExpressionType
  ) -> TypedExpression {
    guard case .list? = definition(checked.type) else { return checked }
    switch definition(expected) {
    case .list, .set: return collect(elements, as: expected, at: checked.span) { $0.resting($1, as: $2) }
    case .map, .structure, .enumeration, .optional, nil: return checked
    }
  }

  /// A list of the type that all its elements have, and `other` with them.
  private mutating func list(_ elements: [Argument], joining other: TypedExpression?, at span: Span) -> TypedExpression
  {
    guard elements.count <= limits.elements else {
      return refuse(.valueOutOfRange, "a list has at most \(limits.elements) elements", at: span)
    }
    var checked: [TypedExpression] = []
    var type = other?.type
    for element in elements {
      let value = expression(element.value, expecting: type)
      let before = type ?? value.type
      guard let joined = join(before, value.type) else {
        return refuse(
          .typeMismatch, "this is \(describe(value.type)), and \(describe(before)) stands beside it", at: value.span,
          describe(value.type))
      }
      type = joined
      checked.append(value)
    }
    if type == .error { return .error(at: span) }
    guard let type, let part = restingType(type) else {
      return refuse(
        .tooWide, "these integers may be wider than the \(Limits.integerBitsAtRest) bits that a list holds", at: span)
    }
    let index = intern(.list(part, least: elements.count, most: max(1, elements.count)))
    return TypedExpression(.collect(checked.map { rest($0, as: part) }), .value(.composite(index)), span)
  }
}
