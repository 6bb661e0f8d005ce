package import Interface
import Primitives

extension TypedExpression {
  /// The expressions that it is made of, in the order in which they are evaluated.
  package var parts: [TypedExpression] {
    switch kind {
    case .constant, .term, .field, .parameter, .local, .balance, .keyCount, .now, .opened, .caller, .party,
      .isEmpty(vault: _, key: nil), .error:
      []
    case .balanceOfKey(vault: _, let part), .isEmpty(vault: _, key: let part?), .not(let part), .negate(let part),
      .convert(_, let part), .narrow(let part, _), .member(let part, _), .isCase(let part, _):
      [part]
    case .arithmetic(_, let a, let b), .compare(_, let a, let b), .and(let a, let b), .or(let a, let b),
      .answered(let a, let b), .replace(let a, member: _, let b), .element(let a, let b), .contains(let a, let b):
      [a, b]
    case .choose(let a, then: let b, else: let c), .withEntry(let a, key: let b, value: let c): [a, b, c]
    case .match(let subject, let cases): [subject] + cases.map(\.body)
    case .with(let collection, let elements): [collection] + elements
    case .call(_, let parts, canTrap: _), .make(let parts), .wrap(case: _, let parts), .collect(let parts),
      .concatenate(let parts), .function(_, let parts):
      parts
    }
  }
}

extension TypedExpression.Kind {
  var canTrap: Bool {
    switch self {
    case .constant, .term, .field, .parameter, .local, .balance, .keyCount, .now, .opened, .caller, .party,
      .isEmpty(vault: _, key: nil):
      false
    case .narrow, .element, .with, .withEntry, .error: true
    case .balanceOfKey(vault: _, let part), .isEmpty(vault: _, key: let part?), .not(let part), .negate(let part),
      .member(let part, _), .isCase(let part, _):
      part.canTrap
    case .convert(let conversion, let part): conversion == .percentOfRatio || part.canTrap
    case .arithmetic(let operation, let a, let b): a.canTrap || b.canTrap || operation.traps(by: b.type)
    case .compare(_, let a, let b), .and(let a, let b), .or(let a, let b), .replace(let a, member: _, let b),
      .contains(let a, let b):
      a.canTrap || b.canTrap
    case .answered(_, let second): second.canTrap
    case .choose(let a, then: let b, else: let c): a.canTrap || b.canTrap || c.canTrap
    case .match(let subject, let cases): subject.canTrap || cases.contains { $0.body.canTrap }
    case .function(let function, let parts): !function.row.traps.isEmpty || parts.contains { $0.canTrap }
    case .call(_, let parts, let canTrap): canTrap || parts.contains { $0.canTrap }
    case .make(let parts), .wrap(case: _, let parts), .collect(let parts), .concatenate(let parts):
      parts.contains { $0.canTrap }
    }
  }
}

extension Arithmetic {
  fileprivate func traps(by divisor: ExpressionType) -> Bool {
    switch self {
    case .intAdd, .intSubtract, .intMultiply, .timeAdd: return false
    case .intDivide, .intModulo:
      return divisor.range?.contains(.zero) ?? true
    case .amountScale: return divisor != .percent
    case .ratioOfInts, .ratioAdd, .ratioSubtract, .ratioMultiply, .ratioDivide, .amountAdd, .amountSubtract,
      .amountTimes, .durationAdd, .durationSubtract, .durationTimes, .timeBack, .timeSince:
      return true
    }
  }
}

extension CheckedFunction {
  package var canTrap: Bool { result.canTrap || bindings.contains { $0.value.canTrap } }
}

extension CheckedContract {
  /// What an entry evaluates, in source order; the parts of these are in them.
  package func expressions(of entry: Entry) -> [TypedExpression] {
    switch entry {
    case .bound(let term, let number): return [bounds[of: term][number]]
    case .opening: return derived.map(\.value)
    case .due(let index): return transitions[of: index].due.map { [$0] } ?? []
    case .body(let index):
      let transition = transitions[of: index]
      let deposits = transition.deposits.flatMap { deposit in
        (deposit.payer?.expressions ?? []) + [deposit.amount] + deposit.place.expressions
      }
      return transition.conditions + deposits + transition.body.flatMap(\.expressions)
    case .invariant(let index): return [invariants[index]]
    case .view(let index): return [views[index]]
    }
  }
}

extension CheckedPlace {
  var expressions: [TypedExpression] {
    switch self {
    case .vault, .party: []
    case .account(let expression), .entry(vault: _, key: let expression): [expression]
    }
  }
}

extension CheckedStatement {
  var expressions: [TypedExpression] {
    switch kind {
    case .pay(from: let source, to: let target): source.expressions + target.expressions
    case .payEach: []
    case .split(from: let source, let shares, otherwise: let body):
      source.expressions + shares.flatMap(\.expressions) + (body ?? []).flatMap(\.expressions)
    case .emit(event: _, let values): values
    case .define(local: _, let value), .require(let value), .assign(field: _, let value): [value]
    case .raise(field: _, otherwise: let body): (body ?? []).flatMap(\.expressions)
    case .choose(let branches, otherwise: let body):
      branches.flatMap { [$0.condition] + $0.body.flatMap(\.expressions) } + body.flatMap(\.expressions)
    case .match(let subject, let cases): [subject] + cases.flatMap { $0.body.flatMap(\.expressions) }
    case .loop(local: _, in: let collection, let body): [collection] + body.flatMap(\.expressions)
    case .assignElement(field: _, key: let key, value: let value): [key, value]
    case .enter(state: _, let values): values.map(\.value)
    }
  }
}

extension CheckedShare {
  var expressions: [TypedExpression] {
    let portion: [TypedExpression] =
      switch self.portion {
      case .part(let value), .upTo(let value): [value]
      case .rest, .evenly: []
      }
    switch targets {
    case .places(let places): return portion + places.flatMap(\.expressions)
    case .shares(let shares): return portion + shares.flatMap(\.expressions)
    case .list(let list): return portion + [list]
    }
  }
}
