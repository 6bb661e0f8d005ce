// The reference interpreter: walks the checked tree with GMP's mpz numbers, and says what a contract means as plainly as can be. It is slow and meters
// nothing. Its control flow and arithmetic are its own; it shares with the machine the `Host`, and how values rest in the state (`Resting`). Every test runs
// both engines and compares them.

package import Interface
import Primitives
package import Semantics
package import Source

package struct Interpreter: Engine {
  package init() {}

  package func interface(of contract: CheckedContract) -> ContractInterface { contract.interface }

  package func run<H: Host>(_ entry: Entry, of contract: CheckedContract, arguments: [Value], gas: Int, host: inout H) -> Execution<Span> {
    var call = Call(contract: contract, arguments: arguments, host: host)
    defer { host = call.host }
    do throws(Failed) {
      return Execution(try call.run(entry), at: nil, gas: 0)
    } catch {
      return Execution(.fails(error.failure), at: error.span, gas: 0)
    }
  }
}

/// A failure on its way out of the tree.
private struct Failed: Error {
  let failure: Failure
  let span: Span

  static func trap(_ trap: Trap, at span: Span) -> Failed { Failed(failure: .trapped(trap), span: span) }
}

private struct Call<H: Host> {
  let contract: CheckedContract
  let arguments: [Value]
  var host: H
  private var locals: [Int: Value] = [:]
  /// The agreement's words as this call sees them.
  private var words: [UInt64]

  init(contract: CheckedContract, arguments: [Value], host: H) {
    self.contract = contract
    self.arguments = arguments
    self.host = host
    words = Array(repeating: 0, count: contract.interface.wordCount)
    words.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { host.copyWords(to: base) } }
  }

  mutating func run(_ entry: Entry) throws(Failed) -> Ending {
    switch entry {
    case .bound(let term, let number): return .returns(try evaluate(contract.bounds[term][number]))
    case .invariant(let index): return .returns(try evaluate(contract.invariants[index]))
    case .due(let index):
      guard let due = contract.transitions[index].due else { preconditionFailure("only a deadline has a due time") }
      return .returns(try evaluate(due))
    case .body(let index):
      let transition = contract.transitions[index]
      for condition in transition.conditions { try require(condition) }
      for deposit in transition.deposits { host.ask(try amount(deposit.amount), currency: deposit.currency, to: deposit.place) }
      if transition.due == nil, let refusal = host.settle() { throw Failed(failure: .refused(refusal), span: transition.span) }
      return try run(transition.body) ?? .stays
    }
  }

  private mutating func require(_ condition: TypedExpression) throws(Failed) {
    if try !truth(condition) { throw Failed(failure: .refused(.guardUnmet), span: condition.span) }
  }

  // MARK: Statements

  /// Where the statements lead; nil where control reaches their end.
  private mutating func run(_ statements: [CheckedStatement]) throws(Failed) -> Ending? {
    for statement in statements {
      if let ending = try run(statement) { return ending }
    }
    return nil
  }

  private mutating func run(_ statement: CheckedStatement) throws(Failed) -> Ending? {
    switch statement.kind {
    case .pay(let vault, to: let place): move(host.balance(ofVault: vault), from: vault, to: place)
    case .split(let vault, let shares): try split(vault, shares, at: statement.span)
    case .emit(let event, let values):
      var words: [UInt64] = []
      for (value, parameter) in zip(values, contract.interface.events[event].parameters) {
        words += Resting.words(try evaluate(value), as: parameter.type)
      }
      words.withUnsafeBufferPointer { host.emit(event: event, arguments: $0) }
    case .define(let local, let value): locals[local] = try evaluate(value)
    case .require(let condition): try require(condition)
    case .choose(let branches, let otherwise):
      for branch in branches where try truth(branch.condition) { return try run(branch.body) }
      return try run(otherwise)
    case .assign(let field, let value):
      let (type, slot) = contract.interface.slots[contract.interface.terms.count + field]
      let new = Resting.words(try evaluate(value), as: type)
      words.replaceSubrange(slot..<(slot + new.count), with: new)
      new.withUnsafeBufferPointer { host.setWords($0, at: slot) }
    case .enter(let state): return .enters(state: state)
    }
    return nil
  }

  private mutating func move(_ amount: Amount, from vault: Int, to place: Place) {
    if amount > .zero && place != .vault(vault) { host.move(amount, fromVault: vault, to: place) }
  }

  private mutating func split(_ vault: Int, _ shares: [CheckedShare], at span: Span) throws(Failed) {
    let whole = Integer(host.balance(ofVault: vault).units)
    // First what each share asks for, from the top down, then who gets it.
    var portions: [Integer] = []
    for share in shares {
      switch share.portion {
      case .part(let value), .upTo(let value): portions.append(try portion(value, of: whole))
      case .rest, .evenly: portions.append(.zero)
      }
    }
    var left = whole
    var moves: [(Integer, Place)] = []
    for (share, portion) in zip(shares, portions) {
      switch share.portion {
      case .part:
        if portion > left { throw .trap(.share, at: span) }
        left = left - portion
        moves.append((portion, share.targets[0]))
      case .upTo:
        moves.append((min(portion, left), share.targets[0]))
        left = left - min(portion, left)
      case .rest: moves.append((left, share.targets[0]))
      case .evenly:
        // One unit goes round until nothing is left: the first targets get what does not divide.
        let count = Integer(share.targets.count)
        for (index, target) in share.targets.enumerated() {
          guard let part = (left + count - Integer(1) - Integer(index)).divided(by: count, rounded: .down) else {
            preconditionFailure("`evenly` has a target")
          }
          moves.append((part, target))
        }
      }
    }
    for (units, place) in moves { move(try amount(units, at: span), from: vault, to: place) }
  }

  private mutating func portion(_ value: TypedExpression, of whole: Integer) throws(Failed) -> Integer {
    switch try evaluate(value) {
    case .percent(let percent): return try scaled(whole, by: percent, rounded: .down, at: value.span)
    case .amount(let amount): return Integer(amount.units)
    case .bool, .int, .duration, .text, .bytes, .sequence, .variant: preconditionFailure("a share is a percent or an amount")
    }
  }

  // MARK: Expressions

  private mutating func truth(_ expression: TypedExpression) throws(Failed) -> Bool {
    guard case .bool(let value) = try evaluate(expression) else { preconditionFailure("a condition is a truth value") }
    return value
  }

  private mutating func amount(_ expression: TypedExpression) throws(Failed) -> Amount {
    guard case .amount(let value) = try evaluate(expression) else { preconditionFailure("an amount was checked") }
    return value
  }

  private func amount(_ units: Integer, at span: Span) throws(Failed) -> Amount {
    if units.sign < 0 { throw .trap(.range, at: span) }
    guard let amount = Amount(units: units) else { throw .trap(.range, at: span) }
    return amount
  }

  private mutating func evaluate(_ expression: TypedExpression) throws(Failed) -> Value {
    switch expression.kind {
    case .constant(let value): return value
    case .parameter(let index): return arguments[index]
    case .local(let index):
      guard let value = locals[index] else { preconditionFailure("the checker binds a `let` before it is read") }
      return value
    case .term(let index): return resting(index)
    case .field(let index): return resting(contract.interface.terms.count + index)
    case .balance(let vault): return .amount(host.balance(ofVault: vault))
    case .not(let inner): return .bool(try !truth(inner))
    case .negate(let inner): return .int(-(try integer(inner)))
    case .and(let left, let right): return .bool(try truth(left) ? try truth(right) : false)
    case .or(let left, let right): return .bool(try truth(left) ? true : try truth(right))
    case .compare(let comparison, let left, let right):
      let (a, b) = (try evaluate(left), try evaluate(right))
      return .bool(comparison.holds(a, b))
    case .narrow(let inner, let range):
      let value = try integer(inner)
      if !range.contains(value) { throw .trap(.range, at: expression.span) }
      return .int(value)
    case .arithmetic(let operation, let left, let right):
      let (a, b) = (try evaluate(left), try evaluate(right))
      return try compute(operation, a, b, at: expression.span)
    }
  }

  private func resting(_ index: Int) -> Value {
    let (type, slot) = contract.interface.slots[index]
    return Resting.value(words[slot..<(slot + type.wordsAtRest)], as: type)
  }

  private mutating func integer(_ expression: TypedExpression) throws(Failed) -> Integer {
    guard case .int(let value) = try evaluate(expression) else { preconditionFailure("an integer was checked") }
    return value
  }

  private func scaled(_ units: Integer, by percent: Percent, rounded rounding: Rounding, at span: Span) throws(Failed) -> Integer {
    guard let result = (units * Integer(percent.numerator)).divided(by: Integer(percent.denominator), rounded: rounding) else {
      preconditionFailure("the denominator of a percent is positive")
    }
    return result
  }

  private func compute(_ operation: Arithmetic, _ a: Value, _ b: Value, at span: Span) throws(Failed) -> Value {
    switch (operation, a, b) {
    case (.intAdd, .int(let x), .int(let y)): return .int(x + y)
    case (.intSubtract, .int(let x), .int(let y)): return .int(x - y)
    case (.intMultiply, .int(let x), .int(let y)): return .int(x * y)
    case (.intDivide(let rounding), .int(let x), .int(let y)):
      guard let quotient = x.divided(by: y, rounded: rounding) else { throw .trap(.division, at: span) }
      return .int(quotient)
    case (.intModulo, .int(let x), .int(let y)):
      guard let rest = x.modulo(y) else { throw .trap(.division, at: span) }
      return .int(rest)
    case (.amountAdd, .amount(let x), .amount(let y)): return .amount(try amount(Integer(x.units) + Integer(y.units), at: span))
    case (.amountSubtract, .amount(let x), .amount(let y)):
      if x < y { throw .trap(.negative, at: span) }
      return .amount(try amount(Integer(x.units) - Integer(y.units), at: span))
    case (.amountTimes, .amount(let x), .int(let y)): return .amount(try amount(Integer(x.units) * y, at: span))
    case (.amountScale(let rounding), .amount(let x), .percent(let percent)):
      return .amount(try amount(try scaled(Integer(x.units), by: percent, rounded: rounding, at: span), at: span))
    case (.durationAdd, .duration(let x), .duration(let y)):
      return .duration(try duration(Integer(Int(x.milliseconds)) + Integer(Int(y.milliseconds)), at: span))
    case (.durationSubtract, .duration(let x), .duration(let y)):
      if x < y { throw .trap(.negative, at: span) }
      return .duration(try duration(Integer(Int(x.milliseconds)) - Integer(Int(y.milliseconds)), at: span))
    case (.durationTimes, .duration(let x), .int(let y)): return .duration(try duration(Integer(Int(x.milliseconds)) * y, at: span))
    default: preconditionFailure("the checker gives an operation the operands that it is defined for")
    }
  }

  private func duration(_ milliseconds: Integer, at span: Span) throws(Failed) -> Duration {
    guard let duration = Duration(milliseconds: milliseconds) else { throw .trap(.range, at: span) }
    return duration
  }
}
