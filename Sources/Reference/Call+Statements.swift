import Interface
import Primitives
import Semantics

extension Call {
  /// Where the statements lead; nil where control reaches their end.
  mutating func run(_ statements: [CheckedStatement]) throws(Failed) -> Ending? {
    for statement in statements {
      if let ending = try run(statement) { return ending }
    }
    return nil
  }

  private mutating func run(_ statement: CheckedStatement) throws(Failed) -> Ending? {
    switch statement.kind {
    case .pay(let source, let target): try pay(from: source, to: target, at: statement.span)
    case .payEach(let vault): host.payEach(vault: vault)
    case .split(let source, let shares, let otherwise):
      do throws(Failed) {
        try split(source, shares, at: statement.span)
      } catch {
        guard let otherwise, error.isAnswerable else { throw error }
        return try run(otherwise)
      }
    case .emit(let event, let arguments): try emit(event, arguments)
    case .define(let local, let value): frame.locals[local] = try evaluate(value)
    case .require(let condition): try require(condition)
    case .raise(let field, let otherwise):
      guard case .counter(let most) = contract.interface.fields[field].type else {
        preconditionFailure("only a counter is raised")
      }
      let count = value(ofField: field).asInteger
      if count < Integer(most) {
        store(.int(count + Integer(1)), in: field)
      } else if let otherwise {
        return try run(otherwise)
      } else {
        throw .trap(.counter, at: statement.span)
      }
    case .choose(let branches, let otherwise):
      for branch in branches where try truth(branch.condition) { return try run(branch.body) }
      return try run(otherwise)
    case .match(let subject, let cases):
      let (number, payload) = try evaluate(subject).asCase
      bind(payload, to: cases[number].locals)
      return try run(cases[number].body)
    case .loop(let local, let collection, let body):
      for element in members(try evaluate(collection).asElements, of: definition(collection)) {
        frame.locals[local] = element
        if let ending = try run(body) { return ending }
      }
    case .assign(let field, let value): store(try evaluate(value), in: field)
    case .assignElement(let field, let key, let value):
      let (key, value) = (try evaluate(key), try evaluate(value))
      try storeElement(value, for: key, in: field, at: statement.span)
    case .enter(let state, let parameters):
      let values = try evaluate(parameters.map(\.value))
      for (parameter, value) in zip(parameters, values) { store(value, in: parameter.field) }
      return .enters(state: state)
    }
    return nil
  }

  private mutating func emit(_ event: Int, _ arguments: [TypedExpression]) throws(Failed) {
    let values = try evaluate(arguments)
    let words = zip(values, contract.interface.events[event].parameters).flatMap {
      Resting.words($0, as: $1.type, in: types)
    }
    words.withUnsafeBufferPointer { host.emit(event: event, arguments: $0) }
  }

  /// What a case carries, under the names that the source gives it.
  mutating func bind(_ payload: [Value], to locals: [Int?]) {
    for (value, local) in zip(payload, locals) {
      if let local { frame.locals[local] = value }
    }
  }
}
