// Conditions that are asked by an instruction with two ways on. Where a condition only decides
// which way is taken, it never becomes a value: so the analysis of money sees the two ways that `v
// is empty` has, also under `not`, `and` and `or`.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  /// Leads to the label where the condition is `outcome`, and goes on behind where it is not.
  mutating func branch(on condition: TypedExpression, to label: Label, when outcome: Bool) {
    let span = condition.span
    switch condition.kind {
    case .constant(.bool(let value)): if value == outcome { builder.jump(to: label, at: span) }
    case .not(let inner): branch(on: inner, to: label, when: !outcome)
    case .and(let left, let right): branch(on: left, right, decidedBy: false, to: label, when: outcome)
    case .or(let left, let right): branch(on: left, right, decidedBy: true, to: label, when: outcome)
    case .isEmpty(let vault, let key):
      branch(to: label, when: outcome, at: span) { $0.branch(unlessEmpty: vault, key, to: $1, at: span) }
    case .isCase(let subject, let number):
      let register = evaluate(subject)
      branch(to: label, when: outcome, at: span) {
        $0.builder.emit(.match, register.operand, UInt16(number), to: $1, at: span)
      }
      builder.release(register)
    case .contains(let collection, let key):
      guard let map = item(ofMap: collection) else { return branch(onValueOf: condition, to: label, when: outcome) }
      let register = evaluate(key, as: RegisterType(map.key))
      branch(to: label, when: outcome, at: span) {
        $0.builder.emit(.findEntry, UInt16(map.item), register.operand, to: $1, at: span)
      }
      builder.release(register)
    default: branch(onValueOf: condition, to: label, when: outcome)
    }
  }

  /// One of the two, `decisive`, decides by itself.
  private mutating func branch(
    on left: TypedExpression, _ right: TypedExpression, decidedBy decisive: Bool, to label: Label, when outcome: Bool
  ) {
    if outcome == decisive {
      branch(on: left, to: label, when: outcome)
      branch(on: right, to: label, when: outcome)
    } else {
      let decided = builder.label()
      branch(on: left, to: decided, when: decisive)
      branch(on: right, to: label, when: outcome)
      builder.place(decided)
    }
  }

  /// `ask` emits an instruction that leads to its label where something is not so.
  private mutating func branch(
    to label: Label, when outcome: Bool, at span: Span, _ ask: (inout FunctionLowering, Label) -> Void
  ) {
    guard outcome else { return ask(&self, label) }
    let next = builder.label()
    ask(&self, next)
    builder.jump(to: label, at: span)
    builder.place(next)
  }

  private mutating func branch(onValueOf condition: TypedExpression, to label: Label, when outcome: Bool) {
    var register = evaluate(condition)
    if outcome { register = result(.not, .bool, of: register, into: nil, at: condition.span) }
    builder.branch(unless: register, to: label, at: condition.span)
    builder.release(register)
  }

  /// The truth value of a condition that is asked by a branch.
  mutating func evaluate(condition: TypedExpression, into destination: Register?) -> Register {
    let target = target(.bool, destination)
    let end = builder.label()
    builder.emit(.constant, target.operand, UInt16(truncatingIfNeeded: pool.constant(.bool(false))), at: condition.span)
    branch(on: condition, to: end, when: false)
    builder.emit(.constant, target.operand, UInt16(truncatingIfNeeded: pool.constant(.bool(true))), at: condition.span)
    builder.place(end)
    return target
  }

  /// `and` and `or` as values: the right side is evaluated only where the left one does not decide.
  mutating func evaluate(
    _ left: TypedExpression, _ right: TypedExpression, decidedBy decisive: Bool, into destination: Register?
  ) -> Register {
    let end = builder.label()
    let target = target(.bool, destination)
    _ = evaluate(left, into: target)
    if decisive {
      let opposite = result(
        .not, .bool, of: Register(type: .bool, slot: target.slot, isTemporary: false), into: nil, at: left.span)
      builder.branch(unless: opposite, to: end, at: left.span)
      builder.release(opposite)
    } else {
      builder.branch(unless: target, to: end, at: left.span)
    }
    _ = evaluate(right, into: target)
    builder.place(end)
    return target
  }

  // MARK: One of two values

  mutating func choose(
    _ condition: TypedExpression, _ first: TypedExpression, _ second: TypedExpression, _ value: TypedExpression,
    into destination: Register?
  ) -> Register {
    let target = target(RegisterType(value.type), destination)
    let (other, end) = (builder.label(), builder.label())
    branch(on: condition, to: other, when: false)
    _ = evaluate(first, into: target)
    builder.jump(to: end, at: value.span)
    builder.place(other)
    _ = evaluate(second, into: target)
    builder.place(end)
    return deliver(target, destination, at: value.span)
  }

  mutating func match(
    _ subject: TypedExpression, _ cases: [CheckedCase<TypedExpression>], _ value: TypedExpression,
    into destination: Register?
  ) -> Register {
    let target = target(RegisterType(value.type), destination)
    match(subject, cases, at: value.span) { _ = $0.evaluate($1, into: target) }
    return deliver(target, destination, at: value.span)
  }

  /// The first value, or the second where the first traps. What is found out to fail by a branch,
  /// as that a map has no such key, leads to the second as well.
  mutating func answered(
    _ first: TypedExpression, _ second: TypedExpression, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let target = target(RegisterType(value.type), destination)
    let (missed, end) = (builder.label(), builder.label())
    let outer = handler
    handler = missed
    let mark = builder.mark()
    _ = evaluate(first, into: target)
    builder.answer(since: mark, at: missed)
    handler = outer
    if builder.isReferenced(missed) {
      builder.jump(to: end, at: value.span)
      builder.place(missed)
      _ = evaluate(second, into: target)
      builder.place(end)
    }
    return deliver(target, destination, at: value.span)
  }
}
