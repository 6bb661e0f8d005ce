// What can fail where nobody is there, and what answers it.

import Assurance
import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension ContractWords {
  func canFail(_ function: Int, _ instruction: Int) -> Diagnostic {
    let entry = interface.entries[function]
    let transition: TransitionID
    switch entry {
    case .due(let index), .body(let index): transition = index
    case .bound, .opening, .invariant, .view: preconditionFailure("only what happens by itself must not fail")
    }
    let span = spans[function][instruction]
    let state = interface.transitions[transition].source
    let held = held(in: state)
    let fix = answer(
      to: wellFormed.module.functions[function].code[instruction].opcode, at: span, in: entry, of: transition)
    let kind = interface.transitions[transition].trigger == .when ? "condition" : "deadline"
    return Diagnostic(
      .automaticCanFail,
      "the \(kind) \(text(contract.spans.transitions[of: transition])) of \(self.state(state)) cannot fail, and this can",
      at: span,
      "may fail when nobody is there",
      notes: (held.isEmpty ? [] : ["at stake: \(stake(in: held, at: [state]))"])
        + (fix == nil ? ["compute it in an action, which may fail, and keep it in a field"] : []),
      fixes: fix.map { [$0] } ?? [])
  }

  private func answer(to opcode: Opcode, at span: Span, in entry: Entry, of transition: TransitionID) -> Diagnostic.Fix?
  {
    switch opcode {
    case .split:
      let edits = contract.transitions[of: transition].statements.lazy.filter { $0.span == span }.compactMap {
        statement -> [Diagnostic.Fix.Edit]? in
        guard case .split(from: _, let shares, otherwise: _) = statement.kind else { return nil }
        return capping(shares)
      }.first
      return edits.flatMap { $0.isEmpty ? nil : .init("cap each share by what is left", $0) }
    case .raise:
      let states = sharing(bodyOf: transition).map { interface.transitions[$0].source }
      let held = interface.vaults.ids.filter { vault in states.contains { flow.mayHold(vault, in: $0) } }
      return ending(paying: held, at: states).map {
        .init("say what happens when it has reached its end", [.init(at: span.end, inserting: " else { \($0) }")])
      }
    default:
      guard let failing = expression(at: span, among: contract.expressions(of: entry)),
        let substitute = substitute(for: failing)
      else { return nil }
      return .init(
        "say what holds instead", [.init(replacing: span, with: "(\(source.text(span)) else \(substitute))")])
    }
  }

  /// The outermost expression that stands there.
  private func expression(at span: Span, among expressions: [TypedExpression]) -> TypedExpression? {
    for expression in expressions {
      if case .answered = expression.kind {} else if expression.span == span { return expression }
      if let found = self.expression(at: span, among: expression.parts) { return found }
    }
    return nil
  }

  /// `up to` before each share of a split that may be more than what is left, and so in those that are divided in turn.
  private func capping(_ shares: [CheckedShare]) -> [Diagnostic.Fix.Edit] {
    var edits: [Diagnostic.Fix.Edit] = []
    for share in shares { if case .shares(let inner) = share.targets { edits += capping(inner) } }
    let parts = shares.compactMap { share in
      if case .part(let value) = share.portion { (share.span.start, value) } else { nil }
    }
    let isCapped = shares.contains { if case .upTo = $0.portion { true } else { false } }
    let isAmount = parts.contains { if case .amount? = $0.1.type.plain { true } else { false } }
    let isKnown = parts.allSatisfy { if case .constant = $0.1.kind { true } else { false } }
    // Literal percents were added up when they were checked.
    if isAmount || (isCapped && !parts.isEmpty) || (parts.count > 1 && !isKnown) {
      edits += parts.map { .init(at: $0.0, inserting: "up to ") }
    }
    return edits
  }
}
