import Interface
import Primitives
import Source
import Syntax

/// Calls of the functions of the language, as `LanguageFunction` lists them.
extension ContractChecker {
  mutating func call(
    languageFunction name: Identifier, _ arguments: [Argument], expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression {
    if let label = arguments.lazy.compactMap(\.label).first {
      return refuse(.wrongArguments, "the arguments of `\(name.text)` have no names", at: label.span)
    }
    let known = LanguageFunction.named(name.text)
    guard let first = known.first else {
      let names = declarations.functions.keys.sorted() + LanguageFunction.reserved
      if context.scope.meaning(of: name.text) != .error { reportUnknown("function", name, known: names) }
      return .error(at: span)
    }
    let functions = known.filter { $0.row.parameters.count == arguments.count }
    if functions.isEmpty {
      let wanted = first.row.parameters.count
      return refuse(
        .wrongArguments,
        "`\(name.text)` got \(counted(arguments.count, "argument")); \(wanted) \(wanted == 1 ? "was" : "were") wanted",
        at: name.span, notes: known.map(\.row.parameters.count).filter { $0 != wanted }.map { "or \($0)" })
    }
    if functions == [.count], case .name(let text) = arguments[0].value.kind,
      case .vault(let vault)? = context.scope.meaning(of: text)
    {
      return count(vault, Identifier(text: text, span: arguments[0].value.span), at: span)
    }
    var values: [TypedExpression] = []
    for (argument, parameter) in zip(arguments, functions[0].row.parameters) {
      values.append(value(argument.value, of: parameter.kind, expecting: values.last?.type ?? expected))
    }
    return call(functions, values, at: span)
  }

  /// How many keys of a vault hold something.
  private mutating func count(_ vault: VaultID, _ name: Identifier, at span: Span) -> TypedExpression {
    if reference(name).type == .error { return .error(at: span) }
    guard let key = interface.vaults[vault].key else {
      return refuse(.noSuchOperation, "`\(name.text)` is one vault; there is nothing to count", at: name.span)
    }
    return TypedExpression(.keyCount(vault: vault), .value(.int(IntegerRange(0...key.most))), span)
  }

  /// `banking.endOf(day: 5, after: now)`
  mutating func call(_ name: Identifier, of object: Expression, _ arguments: [Argument], at span: Span)
    -> TypedExpression
  {
    if case .name(let text) = object.kind, context.scope.meaning(of: text) == nil {
      return refuse(
        .noBuiltIn, "there is no built-in contract `\(text)`, nor anything else of this name", at: object.span)
    }
    let checked = expression(object)
    if checked.type == .error { return checked }
    guard let function = LanguageFunction.named(name.text, .member).first,
      checked.type == ExpressionType(type(of: function.row.parameters[0].kind))
    else {
      return refuse(
        .noSuchOperation, "\(describe(checked.type)) has no `\(name.text)` that could be called", at: name.span)
    }
    return call(function, [checked], name, arguments, at: span)
  }

  /// A function whose arguments may carry labels, behind those that are known already.
  mutating func call(
    _ function: LanguageFunction, _ known: [TypedExpression], _ name: Identifier, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    let parameters = function.row.parameters.dropFirst(known.count)
    guard let ordered = inOrder(arguments, parameters.compactMap(\.label), of: name.text, at: name.span) else {
      return .error(at: span)
    }
    return call([function], known + zip(ordered, parameters).map { value($0, of: $1.kind, expecting: nil) }, at: span)
  }

  /// Of functions that share a name, the one that is defined for these arguments.
  private mutating func call(_ functions: [LanguageFunction], _ arguments: [TypedExpression], at span: Span)
    -> TypedExpression
  {
    let types = arguments.map(\.type)
    if types.contains(.error) { return .error(at: span) }
    for function in functions {
      guard let type = type(of: function, types) else { continue }
      // What goes through a collection becomes a function of the module.
      if case .elements? = function.row.parameters.first?.kind { context.callDepth = max(context.callDepth, 1) }
      return within(TypedExpression(.function(function, arguments), type, span))
    }
    let described = types.map { describe($0) }
    return refuse(
      .noSuchOperation,
      described.count == 1
        ? "this is not defined for \(described[0]) of such elements"
        : "`\(functions[0].row.name)` is not defined for \(described.joined(separator: " and "))", at: span)
  }

  /// The call with other types of arguments, where what is expected of it is expected of them.
  mutating func retyped(
    _ checked: TypedExpression, _ function: LanguageFunction, _ arguments: [TypedExpression],
    expecting expected: ExpressionType
  ) -> TypedExpression {
    guard function.row.parameters.first?.kind == .number else { return checked }
    var values: [TypedExpression] = []
    for argument in arguments {
      values.append(retyped(argument, expecting: values.last?.type ?? expected))
    }
    return call([function], values, at: checked.span)
  }

  // MARK: Types

  /// An argument as a parameter takes it.
  private mutating func value(
    _ tree: Expression, of parameter: LanguageFunction.Parameter, expecting expected: ExpressionType?
  ) -> TypedExpression {
    switch parameter {
    case .value, .set, .calendar: return resting(tree, as: type(of: parameter))
    case .integer: return integer(tree)
    case .number: return expression(tree, expecting: expected)
    case .bytes, .countable, .elements:
      let checked = expression(tree)
      switch (parameter, checked.type.plain, definition(checked.type)) {
      case (.bytes, .text, _), (.bytes, .bytes, _), (.countable, .text, _), (.countable, .bytes, _),
        (.countable, _, .list), (.countable, _, .set), (.countable, _, .map), (.elements, _, .list),
        (.elements, _, .set):
        return checked
      default: return mismatch(checked, wanted: parameter.noun)
      }
    }
  }

  /// The type of a parameter that takes values of one type.
  mutating func type(of parameter: LanguageFunction.Parameter) -> ValueType {
    switch parameter {
    case .value(let type): return type
    case .set(let type, let most): return .composite(intern(.set(type, most: most)))
    case .calendar: return calendarType()
    case .integer, .number, .bytes, .countable, .elements: preconditionFailure("it takes values of several types")
    }
  }

  /// What a function gives for arguments of these types; nil where it is not defined for them.
  private mutating func type(of function: LanguageFunction, _ arguments: [ExpressionType]) -> ExpressionType? {
    let row = function.row
    var elements: (type: ValueType, most: Int)?
    if case .elements(let wanted)? = row.parameters.first?.kind {
      switch definition(arguments[0]) {
      case .list(let type, _, let most)?, .set(let type, let most)?: elements = wanted.admit(type) ? (type, most) : nil
      case .structure, .enumeration, .optional, .map, nil: break
      }
      if elements == nil { return nil }
    }
    switch (row.gives, elements?.type) {
    case (.value(let type), _): return ExpressionType(type)
    case (.calendar, _): return ExpressionType(calendarType())
    case (.size, _): return countType(arguments[0])
    case (.sum, .int(let range)?): return .wide(bits: range.bits + Integer(elements?.most ?? 0).bitWidth)
    case (.element, let type?): return ExpressionType(type)
    case (.smaller, _), (.greater, _): return extreme(arguments[0], arguments[1], isSmaller: row.gives == .smaller)
    case (.sum, _), (.element, nil): preconditionFailure("a sum or an element is one of elements")
    }
  }

  /// The type of the smaller or the greater of two.
  private func extreme(_ a: ExpressionType, _ b: ExpressionType, isSmaller: Bool) -> ExpressionType? {
    switch (a.plain, b.plain) {
    case (.int, .int):
      let taken: (Integer, Integer) -> Integer = { isSmaller ? min($0, $1) : max($0, $1) }
      return .integers(a, b, taken, taken)
    // The smaller of a percent and any ratio is a percent.
    case (.ratio(let x), .ratio(let y)): return .value(.ratio(isPercent: isSmaller ? x || y : x && y))
    case (.amount, .amount), (.duration, .duration), (.time, .time): return a == b ? a : nil
    default: return nil
    }
  }
}
