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
    -> TypedExpression
  {
    switch callee.kind {
    case .name(let text):
      let name = Identifier(text: text, span: callee.span)
      if let function = declarations.functions[text] { return call(function, name, arguments, at: span) }
      return call(languageFunction: name, arguments, expecting: expected, at: span)
    case .type(let text):
      let name = Identifier(text: text, span: callee.span)
      if declarations.structures[text] != nil { return make(name, arguments, at: span) }
      if let function = LanguageFunction.named(text, .type).first {
        return call(function, [], name, arguments, at: span)
      }
      return wrap(name, arguments, expecting: expected, at: span)
    case .member(let object, let name):
      if case .type(let owner) = object.kind {
        return wrap(name, arguments, of: Identifier(text: owner, span: object.span), expecting: expected, at: span)
      }
      return call(name, of: object, arguments, at: span)
    default:
      return refuse(.noSuchOperation, "this cannot be called", at: callee.span)
    }
  }

  // MARK: Functions of the contract

  private mutating func call(
    _ function: FunctionDeclaration, _ name: Identifier, _ arguments: [Argument], at span: Span
  ) -> TypedExpression {
    usedFunctions.insert(function.name.text)
    guard let ordered = inOrder(arguments, function.parameters.map(\.name.text), of: name.text, at: name.span),
      !brokenFunctions.contains(function.name.text)
    else { return .error(at: span) }
    // What a currency parameter is follows from the arguments, one after the other.
    var chosen: [String: Int] = [:]
    var values: [TypedExpression] = []
    for (tree, parameter) in zip(ordered, function.parameters) {
      let open = function.generics.filter { chosen[$0.name.text] == nil && mentions(parameter.type, $0.name.text) }
      if open.isEmpty {
        guard let type = type(parameter.type, with: chosen) else { return .error(at: span) }
        values.append(resting(tree, as: type))
        continue
      }
      let value = expression(tree)
      if value.type == .error { return value }
      infer(parameter.type, value.type, &chosen, function)
      if let missing = open.first(where: { chosen[$0.name.text] == nil }) {
        return refuse(
          .typeMismatch, "nothing here says which currency `\(missing.name.text)` is", at: value.span,
          describe(value.type))
      }
      guard let type = type(parameter.type, with: chosen) else { return .error(at: span) }
      values.append(resting(value, as: type))
    }
    for generic in function.generics where chosen[generic.name.text] == nil {
      return refuse(.typeMismatch, "nothing here says which currency `\(generic.name.text)` is", at: name.span)
    }
    guard let index = instance(of: function, chosen, at: name) else { return .error(at: span) }
    context.callDepth = max(context.callDepth, functionDepths[index])
    if context.callDepth + 1 > limits.callDepth {
      return refuse(.limitExceeded, "functions call each other more than \(limits.callDepth) deep", at: name.span)
    }
    return TypedExpression(
      .call(index, values, canTrap: functions[index].canTrap), ExpressionType(functions[index].type), span)
  }

  /// The type that a name stands for while currency parameters are these.
  private mutating func type(_ name: TypeName, with chosen: [String: Int]) -> ValueType? {
    naming(chosen.isEmpty ? currencyParameters : chosen) { $0.valueType(name) }
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
    switch (name.name.text, type.plain) {
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
      report(
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
      return refuse(.limitExceeded, "more than \(functions.count) functions are called", at: name.span)
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
    let outer = context
    defer { context = outer }
    context = Context(.function, bindings: function.generics.isEmpty ? currencyParameters : chosen)
    calling.append(function.name.text)
    defer { calling.removeLast() }
    reportLimit("parameters", function.parameters.count, limits.parameters, at: function.name.span)
    let parameters = declare(function.parameters)
    guard let type = valueType(function.type) else { return (nil, 0) }
    var bindings: [(local: Int, value: TypedExpression)] = []
    for binding in function.bindings {
      let value = expression(binding.value)
      bindings.append((declareLocal(binding.name, value.type), value))
    }
    let result = resting(function.result, as: type)
    // Where something is wrong, a use may have been passed over: then nothing is said.
    if !result.hasError && !bindings.contains(where: { $0.value.hasError }) { leave(to: 0) }
    return (
      CheckedFunction(
        name: function.name.text, parameters: parameters.map(\.type), type: type, bindings: bindings, result: result,
        span: function.name.span),
      context.callDepth + 1
    )
  }

  /// Checks a function by itself, with the first currencies as its parameters, which are called like them.
  mutating func check(_ function: FunctionDeclaration) {
    reportBuiltIn(function.name)
    reportDuplicates(in: function.generics.map(\.name))
    var chosen: [String: Int] = [:]
    for (index, generic) in function.generics.enumerated() {
      check(bound: generic)
      chosen[generic.name.text] = index
      interface.currencies[index] = .parameter(generic.name.text)
    }
    _ = instance(of: function, chosen, at: function.name)
  }
}
