import Interface
import Primitives
import Semantics
import Source

extension Call {
  mutating func truth(_ expression: TypedExpression) throws(Failed) -> Bool { try evaluate(expression).asBool }

  /// All of them, in order.
  mutating func evaluate(_ expressions: [TypedExpression]) throws(Failed) -> [Value] {
    var result: [Value] = []
    for expression in expressions { result.append(try evaluate(expression)) }
    return result
  }

  mutating func evaluate(_ expression: TypedExpression) throws(Failed) -> Value {
    let span = expression.span
    switch expression.kind {
    case .error: preconditionFailure("a contract with an error is not run")
    case .constant(let value): return value
    case .term(let index): return value(ofItem: index.index)
    case .field(let index): return value(ofField: index)
    case .parameter(let index): return frame.arguments[index]
    case .local(let index):
      guard let value = frame.locals[index] else { preconditionFailure("the checker binds a local before it is read") }
      return value

    case .balance(let vault): return .amount(host.balance(ofVault: vault))
    case .balanceOfKey(let vault, let key): return .amount(host.balance(ofVault: vault, key: try word(ofKey: key)))
    case .keyCount(let vault): return .int(Integer(host.keyCount(ofVault: vault)))
    case .isEmpty(let vault, nil): return .bool(host.balance(ofVault: vault) == .zero)
    case .isEmpty(let vault, let key?): return .bool(host.balance(ofVault: vault, key: try word(ofKey: key)) == .zero)
    case .now: return .time(host.now)
    case .opened: return .time(host.opened)
    case .caller: return .party(host.caller)
    case .party(let party): return .party(host.account(ofParty: party))

    case .not(let inner): return .bool(try !truth(inner))
    case .and(let left, let right): return .bool(try truth(left) ? try truth(right) : false)
    case .or(let left, let right): return .bool(try truth(left) ? true : try truth(right))
    case .negate(let inner): return .int(-(try evaluate(inner).asInteger))
    case .arithmetic(let operation, let left, let right):
      let (a, b) = (try evaluate(left), try evaluate(right))
      return try compute(operation, a, b, at: span)
    case .convert(let conversion, let inner): return try convert(try evaluate(inner), conversion, at: span)
    case .compare(let comparison, let left, let right):
      let (a, b) = (try evaluate(left), try evaluate(right))
      return .bool(comparison.holds(a, b))
    case .narrow(let inner, let range):
      let value = try evaluate(inner).asInteger
      if !range.contains(value) { throw .trap(.range, at: span) }
      return .int(value)

    case .choose(let condition, let first, let second):
      return try truth(condition) ? try evaluate(first) : try evaluate(second)
    case .match(let subject, let cases):
      let (number, payload) = try evaluate(subject).asCase
      bind(payload, to: cases[number].locals)
      return try evaluate(cases[number].body)
    case .answered(let first, let second):
      do throws(Failed) {
        return try evaluate(first)
      } catch {
        guard error.isAnswerable else { throw error }
        return try evaluate(second)
      }
    case .call(let function, let arguments, canTrap: _):
      return try call(contract.functions[function], try evaluate(arguments))

    case .make(let members): return .sequence(try evaluate(members))
    case .member(let structure, let index): return try evaluate(structure).asElements[index]
    case .replace(let structure, let index, let value):
      var members = try evaluate(structure).asElements
      members[index] = try evaluate(value)
      return .sequence(members)
    case .wrap(let number, let payload): return .variant(number, try evaluate(payload))
    case .isCase(let inner, let number): return .bool(try evaluate(inner).asCase.number == number)

    case .collect(let elements): return .sequence(try evaluate(elements))
    case .element(let collection, let key):
      let (elements, key) = (try evaluate(collection).asElements, try evaluate(key))
      return try element(of: elements, definition(collection), key, at: span)
    case .contains(let collection, let element):
      let (elements, element) = (try evaluate(collection).asElements, try evaluate(element))
      return .bool(contains(elements, of: definition(collection), element))
    case .with(let collection, let added):
      var elements = try evaluate(collection).asElements
      for key in added { elements = try with(elements, of: definition(collection), [try evaluate(key)], at: span) }
      return .sequence(elements)
    case .withEntry(let collection, let key, let value):
      let elements = try evaluate(collection).asElements
      return .sequence(try with(elements, of: definition(collection), try evaluate([key, value]), at: span))
    case .function(let function, let arguments):
      return try call(function, try evaluate(arguments), of: arguments.map(\.type), at: span)

    case .concatenate(let pieces): return .text(try evaluate(pieces).flatMap(\.asBytes))
    }
  }

  private mutating func call(_ function: CheckedFunction, _ arguments: [Value]) throws(Failed) -> Value {
    let caller = frame
    frame = Frame(arguments: arguments)
    // Also on the way out to whoever answers a trap.
    defer { frame = caller }
    for (local, value) in function.bindings { frame.locals[local] = try evaluate(value) }
    return try evaluate(function.result)
  }
}
