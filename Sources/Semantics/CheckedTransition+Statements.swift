package import Interface

extension CheckedTransition {
  /// All statements of the body in the order of the source, those inside others too.
  package var statements: [CheckedStatement] { body.flatMap(\.withInner) }

  /// The states that it can lead to, in source order.
  package var targets: [StateID] {
    statements.compactMap { if case .enter(let state, _) = $0.kind { state } else { nil } }
  }
}

extension CheckedStatement {
  fileprivate var withInner: [CheckedStatement] {
    let inner: [CheckedStatement] =
      switch kind {
      case .choose(let branches, let otherwise): branches.flatMap(\.body) + otherwise
      case .match(_, let cases): cases.flatMap(\.body)
      case .loop(_, in: _, let body): body
      case .split(from: _, _, otherwise: let body?), .raise(field: _, otherwise: let body?): body
      case .pay, .payEach, .split, .emit, .define, .require, .raise, .assign, .assignElement, .enter: []
      }
    return [self] + inner.flatMap(\.withInner)
  }
}
