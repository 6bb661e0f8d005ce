import Interface
import Primitives
import Source
import Syntax

/// A function with its currencies chosen: each choice is a function of the module.
struct FunctionInstance: Hashable {
  let name: String
  /// In the order of the function's currency parameters.
  let currencies: [Int]
}

extension ContractChecker {
  mutating func call(_ callee: Expression, _ arguments: [Argument], expecting expected: ExpressionType?, at span: Span)
    -> TypedExpression?
  {
    switch callee.kind {
    case .name(let text):
      let name = Identifier(text: text, span: callee.span)
      if let function = declarations.functions[text] { return call(function, name, arguments, at: span) }
      return builtIn(name, arguments, expecting: expected, at: span)
    case .type(let text):
      let name = Identifier(text: text, span: callee.span)
      if declarations.structures[text] != nil || text == "Calendar" { return make(name, arguments, at: span) }
      return wrap(name, arguments, expecting: expected, at: span)
    case .member(let object, let name):
      if case .type(let owner) = object.kind {
        return wrap(name, arguments, of: Identifier(text: owner, span: object.span), expecting: expected, at: span)
      }
      return method(object, name, arguments, at: span)
    default:
      diagnostics.report(.noSuchOperation, "this cannot be called", at: callee.span)
      return nil
    }
  }

  // MARK: Functions of the language

  static let builtIns = ["count", "max", "min", "sha256", "sm3", "sum"]

  private mutating func builtIn(
    _ name: Identifier, _ arguments: [Argument], expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression? {
    for argument in arguments {
      if let label = argument.label {
        diagnostics.report(.wrongArguments, "the arguments of `\(name.text)` have no names", at: label.span)
        return nil
      }
    }
    switch name.text {
    case "min" where arguments.count == 2, "max" where arguments.count == 2:
      return extreme(name.text == "min", arguments[0].value, arguments[1].value, expecting: expected, at: span)
    case "count", "sum", "min", "max", "sha256", "sm3":
      guard arguments.count == 1 else {
        diagnostics.report(
          .wrongArguments, "`\(name.text)` got \(counted(arguments.count, "argument")); 1 was wanted", at: name.span,
          notes: name.text == "min" || name.text == "max" ? ["or 2, to take one of them"] : [])
        return nil
      }
    default:
      let known = declarations.functions.keys.sorted() + ContractChecker.builtIns
      if !misdeclared.contains(name.text) { reportUnknown("function", name, known: known, &diagnostics) }
      return nil
    }
    let argument = arguments[0].value
    switch name.text {
    case "count": return count(argument, at: span)
    case "sum": return fold(.sum, argument, at: span)
    case "min": return fold(.min, argument, at: span)
    case "max": return fold(.max, argument, at: span)
    default: return hash(name.text == "sm3" ? .sm3 : .sha256, argument, at: span)
    }
  }

  private mutating func count(_ argument: Expression, at span: Span) -> TypedExpression? {
    if case .name(let name) = argument.kind, case .vault(let vault)? = scope.meaning(of: name) {
      guard value(of: .vault(vault), at: Identifier(text: name, span: argument.span)) != nil else { return nil }
      _ = scope.use(name)
      guard let key = interface.vaults[vault].key else {
        diagnostics.report(.noSuchOperation, "`\(name)` is one vault; there is nothing to count", at: argument.span)
        return nil
      }
      let range = IntegerRange(.zero, Integer(key.most))
      return TypedExpression(
        kind: .keyCount(vault: vault), type: .int(bits: range?.bits ?? 1, range: range), span: span)
    }
    guard let checked = expression(argument) else { return nil }
    switch (checked.type, definition(checked.type)) {
    case (.text, _), (.bytes, _), (_, .list), (_, .set), (_, .map):
      return TypedExpression(kind: .count(checked), type: countType(checked.type), span: span)
    default:
      reportMismatch(checked, wanted: "a collection, a vault with keys, or a text")
      return nil
    }
  }

  private mutating func hash(_ conversion: Conversion, _ argument: Expression, at span: Span) -> TypedExpression? {
    guard let checked = expression(argument) else { return nil }
    switch checked.type {
    case .text, .bytes: return TypedExpression(kind: .convert(conversion, checked), type: .bytes(max: 32), span: span)
    default:
      reportMismatch(checked, wanted: "bytes or a text")
      return nil
    }
  }

  private mutating func fold(_ fold: Fold, _ argument: Expression, at span: Span) -> TypedExpression? {
    guard let checked = expression(argument) else { return nil }
    let (part, most): (ValueType, Int)
    switch definition(checked.type) {
    case .list(let type, _, let bound), .set(let type, let bound): (part, most) = (type, bound)
    default:
      reportMismatch(checked, wanted: "a list or a set")
      return nil
    }
    callDepth = max(callDepth, 1)
    switch (fold, part) {
    case (.sum, .int(let range)):
      let bits = range.bits + Integer(most).bitWidth
      return within(TypedExpression(kind: .fold(fold, checked), type: .int(bits: bits, range: nil), span: span))
    case (.sum, .amount), (.min, .amount), (.max, .amount), (.min, .int), (.max, .int), (.min, .percent),
      (.max, .percent), (.min, .ratio), (.max, .ratio), (.min, .duration), (.max, .duration), (.min, .time),
      (.max, .time):
      return TypedExpression(kind: .fold(fold, checked), type: ExpressionType(part), span: span)
    default:
      diagnostics.report(
        .noSuchOperation, "this is not defined for \(describe(checked.type)) of such elements", at: span)
      return nil
    }
  }

  /// The smaller or greater of two.
  private mutating func extreme(
    _ isMin: Bool, _ first: Expression, _ second: Expression, expecting expected: ExpressionType?, at span: Span
  ) -> TypedExpression? {
    let a = expression(first, expecting: expected)
    guard let b = expression(second, expecting: a?.type), let a else { return nil }
    return extreme(isMin, a, b, at: span)
  }

  mutating func extreme(_ isMin: Bool, _ a: TypedExpression, _ b: TypedExpression, at span: Span) -> TypedExpression? {
    switch (a.type, b.type) {
    case (.int(let x, let first), .int(let y, let second)):
      var range: IntegerRange?
      if let first, let second {
        range =
          isMin
          ? IntegerRange(min(first.low, second.low), min(first.high, second.high))
          : IntegerRange(max(first.low, second.low), max(first.high, second.high))
      }
      return TypedExpression(
        kind: .arithmetic(isMin ? .intMin : .intMax, a, b), type: .int(bits: max(x, y), range: range), span: span)
    case (.percent(let x), .percent(let y)):
      // The smaller of a percent and any ratio is a percent.
      return chosen(isMin, a, b, .percent(isAtRest: isMin ? x || y : x && y), at: span)
    case (.amount(let x), .amount(let y)) where x == y: return chosen(isMin, a, b, a.type, at: span)
    case (.duration, .duration), (.time, .time): return chosen(isMin, a, b, a.type, at: span)
    default:
      diagnostics.report(
        .noSuchOperation, "`\(isMin ? "min" : "max")` is not defined for \(describe(a.type)) and \(describe(b.type))",
        at: span)
      return nil
    }
  }

  /// Both are evaluated once, as locals, and one is taken.
  private mutating func chosen(
    _ isMin: Bool, _ a: TypedExpression, _ b: TypedExpression, _ type: ExpressionType, at span: Span
  ) -> TypedExpression? {
    TypedExpression(kind: .extreme(isMin: isMin, a, b), type: type, span: span)
  }

  /// `banking.endOf(day: 5, after: now)`
  private mutating func method(_ object: Expression, _ name: Identifier, _ arguments: [Argument], at span: Span)
    -> TypedExpression?
  {
    if case .name(let text) = object.kind, scope.meaning(of: text) == nil, !misdeclared.contains(text) {
      diagnostics.report(
        .noBuiltIn, "there is no built-in contract `\(text)`, nor anything else of this name", at: object.span)
      return nil
    }
    guard let checked = expression(object) else { return nil }
    guard name.text == "endOf", case .structure("Calendar", _)? = definition(checked.type) else {
      diagnostics.report(
        .noSuchOperation, "\(describe(checked.type)) has no `\(name.text)` that could be called", at: name.span)
      return nil
    }
    guard let ordered = inOrder(arguments, ["day", "after"], of: "`endOf`", at: name.span, &diagnostics) else {
      return nil
    }
    guard let range = IntegerRange(Integer(1), Integer(1000)) else { return nil }
    guard let day = resting(ordered[0], as: .int(range)), let after = resting(ordered[1], as: .time) else { return nil }
    return TypedExpression(kind: .endOfDay(calendar: checked, day: day, after: after), type: .time, span: span)
  }

  // MARK: Functions of the contract

  private mutating func call(
    _ function: FunctionDeclaration, _ name: Identifier, _ arguments: [Argument], at span: Span
  ) -> TypedExpression? {
    usedFunctions.insert(function.name.text)
    guard
      let ordered = inOrder(
        arguments, function.parameters.map(\.name.text), of: "`\(name.text)`", at: name.span, &diagnostics)
    else {
      return nil
    }
    if brokenFunctions.contains(function.name.text) { return nil }
    // What a currency parameter is follows from the arguments, one after the other.
    var chosen: [String: Int] = [:]
    var values: [TypedExpression] = []
    for (tree, parameter) in zip(ordered, function.parameters) {
      let open = function.generics.filter { chosen[$0.name.text] == nil && mentions(parameter.type, $0.name.text) }
      guard !open.isEmpty else {
        guard let type = type(parameter.type, with: chosen), let value = resting(tree, as: type) else { return nil }
        values.append(value)
        continue
      }
      guard let value = expression(tree) else { return nil }
      infer(parameter.type, value.type, &chosen, function)
      if let missing = open.first(where: { chosen[$0.name.text] == nil }) {
        diagnostics.report(
          .typeMismatch, "nothing here says which currency `\(missing.name.text)` is", at: value.span,
          describe(value.type))
        return nil
      }
      guard let type = type(parameter.type, with: chosen), let value = resting(value, as: type) else { return nil }
      values.append(value)
    }
    for generic in function.generics where chosen[generic.name.text] == nil {
      diagnostics.report(.typeMismatch, "nothing here says which currency `\(generic.name.text)` is", at: name.span)
      return nil
    }
    guard let index = instance(of: function, chosen, at: name) else { return nil }
    callDepth = max(callDepth, functionDepths[index])
    if callDepth + 1 > limits.callDepth {
      diagnostics.report(.limitExceeded, "functions call each other more than \(limits.callDepth) deep", at: name.span)
      return nil
    }
    return TypedExpression(
      kind: .call(index, values, canTrap: functions[index].canTrap), type: ExpressionType(functions[index].type),
      span: span)
  }

  /// The type that a name stands for while currency parameters are these.
  private mutating func type(_ name: TypeName, with chosen: [String: Int]) -> ValueType? {
    let outer = bindings
    bindings = chosen.isEmpty ? currencyParameters : chosen
    defer { bindings = outer }
    return valueType(name)
  }

  private func mentions(_ type: TypeName, _ generic: String) -> Bool {
    if type.name.text == generic { return true }
    return type.arguments.contains { if case .type(let inner) = $0 { mentions(inner, generic) } else { false } }
  }

  private func infer(
    _ name: TypeName, _ type: ExpressionType, _ chosen: inout [String: Int], _ function: FunctionDeclaration
  ) {
    func bind(_ argument: TypeName.Argument, _ currency: Int) {
      guard case .type(let name) = argument, function.generics.contains(where: { $0.name.text == name.name.text })
      else { return }
      if chosen[name.name.text] == nil { chosen[name.name.text] = currency }
    }
    switch (name.name.text, type) {
    case ("Amount", .amount(let currency)): if let first = name.arguments.first { bind(first, currency) }
    case ("Rate", .rate(let of, let per)):
      guard name.arguments.count == 2 else { return }
      bind(name.arguments[0], of)
      bind(name.arguments[1], per)
    case (_, .composite(let index)):
      let parts: [ValueType]
      switch interface.types[index] {
      case .optional(let part):
        return infer(
          TypeName(qualifier: nil, name: name.name, arguments: name.arguments, isOptional: false, span: name.span),
          ExpressionType(part), &chosen,
          function)
      case .list(let part, _, _), .set(let part, _): parts = [part]
      case .map(let key, let value, _): parts = [key, value]
      case .structure, .enumeration: return
      }
      for (argument, part) in zip(name.arguments, parts) {
        if case .type(let inner) = argument { infer(inner, ExpressionType(part), &chosen, function) }
      }
    default: break
    }
  }

  /// The function with these currencies, checked when it is first called so; nil after a diagnostic.
  private mutating func instance(of function: FunctionDeclaration, _ chosen: [String: Int], at name: Identifier) -> Int?
  {
    let instance = FunctionInstance(
      name: function.name.text, currencies: function.generics.map { chosen[$0.name.text] ?? 0 })
    if let known = instances[instance] { return known }
    if calling.contains(function.name.text) {
      diagnostics.report(
        .recursion, "`\(function.name.text)` calls itself", at: name.span,
        calling.count > 1 ? "by way of \(calling.map { "`\($0)`" }.joined(separator: ", "))" : "",
        notes: ["every call must end, and this one need not"])
      brokenFunctions.insert(function.name.text)
      return nil
    }
    let before = diagnostics.all.count
    let (checked, depth) = body(of: function, chosen)
    guard let checked, diagnostics.all.count == before else {
      brokenFunctions.insert(function.name.text)
      return nil
    }
    if contract != nil && functions.count == limits.functions / 2 {
      diagnostics.report(.limitExceeded, "more than \(functions.count) functions are called", at: name.span)
      return nil
    }
    instances[instance] = functions.count
    functions.append(checked)
    functionDepths.append(depth)
    return functions.count - 1
  }

  /// A function's body sees its parameters, and nothing of the contract.
  private mutating func body(of function: FunctionDeclaration, _ chosen: [String: Int]) -> (
    CheckedFunction?, depth: Int
  ) {
    let outer = (scope, surroundings, localCount, callDepth, bindings, loopDepth, misdeclared)
    defer { (scope, surroundings, localCount, callDepth, bindings, loopDepth, misdeclared) = outer }
    (scope, surroundings, localCount, callDepth, loopDepth, misdeclared) = (Scope(), .function, 0, 0, 0, [])
    bindings = function.generics.isEmpty ? currencyParameters : chosen
    calling.append(function.name.text)
    defer { calling.removeLast() }
    reportLimit("parameters", function.parameters.count, limits.parameters, at: function.name.span, &diagnostics)
    let parameters = check(function.parameters)
    guard parameters.count == function.parameters.count, let type = valueType(function.type) else { return (nil, 0) }
    if case .counter = type {
      diagnostics.report(.typeNotAllowedHere, "a counter is a field of its own", at: function.type.span)
      return (nil, 0)
    }
    for (index, parameter) in function.parameters.enumerated() {
      scope.declare(parameter.name, .parameter(index, parameters[index].type), &diagnostics)
    }
    var bindings: [(local: Int, value: TypedExpression)] = []
    for binding in function.bindings {
      guard let value = expression(binding.value), let local = declareLocal(binding.name, value.type) else {
        misdeclared.insert(binding.name.text)
        return (nil, 0)
      }
      bindings.append((local, value))
    }
    let result = resting(function.result, as: type)
    if result != nil { leave(to: 0) }
    guard let result else { return (nil, 0) }
    return (
      CheckedFunction(
        name: function.name.text, parameters: parameters.map(\.type), type: type, bindings: bindings, result: result,
        span: function.name.span),
      callDepth + 1
    )
  }

  /// Checks a function by itself, with the first currencies as its parameters, which are called like them.
  mutating func check(_ function: FunctionDeclaration) {
    reportBuiltIn(function.name)
    reportDuplicates(in: function.generics.map(\.name), &diagnostics)
    var chosen: [String: Int] = [:]
    for (index, generic) in function.generics.enumerated() {
      check(bound: generic)
      chosen[generic.name.text] = index
      interface.currencies[index] = .parameter(generic.name.text)
    }
    _ = instance(of: function, chosen, at: function.name)
  }
}
