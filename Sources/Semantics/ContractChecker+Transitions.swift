import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  mutating func checkTransitions() -> [CheckedTransition] {
    var checked: [CheckedTransition] = []
    for case .state(let state) in contract.members {
      guard let source = stateNames.firstIndex(of: state.name) else { continue }
      var actions: [Identifier] = []
      for transition in state.transitions {
        for trigger in transition.triggers {
          switch trigger {
          case .action(let action):
            actions.append(action.name)
            if let result = check(action, of: transition, from: source) { checked.append(result) }
          case .after(let duration, let span):
            if let result = check(after: duration, at: span, of: transition, from: source) { checked.append(result) }
          }
        }
      }
      reportDuplicates(in: actions, &diagnostics)
    }
    reportLimit("transitions", checked.count, limits.transitions, at: contract.name.span, &diagnostics)
    return checked
  }

  private mutating func check(_ action: Action, of transition: Transition, from source: Int) -> CheckedTransition? {
    isAutomatic = false
    localCount = 0
    let mark = scope.mark
    defer { _ = scope.leave(to: mark) }
    checkSize(of: action.name)
    reportLimit("parameters", action.parameters.count, limits.parameters, at: action.name.span, &diagnostics)
    reportLimit("conditions", action.conditions.count, limits.conditions, at: action.name.span, &diagnostics)
    let parameters = check(action.parameters)
    guard parameters.count == action.parameters.count else { return nil }
    for (index, parameter) in action.parameters.enumerated() {
      scope.declare(parameter.name, .parameter(index, parameters[index].type), &diagnostics)
    }
    let who = check(action.who)
    if action.deposits.count > 0, case .parties(_, let needed) = who, needed > 1 {
      diagnostics.report(.depositorUnclear, "\(needed) parties take this action together, so it is unclear who pays the deposit", at: action.span)
    }
    let deposits = action.deposits.compactMap { check($0) }
    let conditions = action.conditions.compactMap { condition($0) }
    let body = check(transition.body, leadingTo: transition.target, at: action.span)
    guard let who, let body else { return nil }
    interface.transitions.append(.init(source: source, trigger: .action(name: action.name.text, parameters: parameters, who: who)))
    transitionSpans.append(action.span)
    return CheckedTransition(due: nil, conditions: conditions, deposits: deposits, body: body, span: action.span)
  }

  private mutating func check(after duration: Expression, at span: Span, of transition: Transition, from source: Int) -> CheckedTransition? {
    isAutomatic = true
    localCount = 0
    var due = expression(duration)
    if let checked = due, checked.type != .duration {
      reportMismatch(checked, wanted: "a duration")
      due = nil
    }
    let body = check(transition.body, leadingTo: transition.target, at: span)
    guard let due, let body else { return nil }
    interface.transitions.append(.init(source: source, trigger: .after))
    transitionSpans.append(span)
    return CheckedTransition(due: due, conditions: [], deposits: [], body: body, span: span)
  }

  private mutating func check(_ who: Who) -> ContractInterface.Who? {
    switch who {
    case .anyone: return .anyone
    case .all(let names): return parties(names).map { .parties($0, needed: names.count) }
    case .threshold(let count, of: let names):
      guard let parties = parties(names) else { return nil }
      guard let needed = Int(count.text), needed >= 1, needed <= parties.count else {
        diagnostics.report(.valueOutOfRange, "`\(count.text)` of \(parties.count) parties cannot agree", at: count.span)
        return nil
      }
      return .parties(parties, needed: needed)
    }
  }

  private mutating func parties(_ names: [Identifier]) -> [Int]? {
    reportDuplicates(in: names, &diagnostics)
    let parties = names.compactMap { party($0) }
    return parties.count == names.count ? parties : nil
  }

  private mutating func party(_ name: Identifier) -> Int? {
    if case .party(let index) = use(name, wanted: "party") { return index }
    return nil
  }

  /// The meaning of a name where a `wanted` must stand, reported where there is none. A name of another kind is for the caller to refuse.
  mutating func use(_ name: Identifier, wanted: String) -> Scope.Meaning? {
    guard let meaning = scope.use(name.text) else {
      if !misdeclared.contains(name.text) { reportUnknown(wanted, name, known: scope.names, &diagnostics) }
      return nil
    }
    let fits: Bool
    switch meaning {
    case .party: fits = wanted == "party" || wanted == "party or vault"
    case .vault: fits = wanted == "vault" || wanted == "party or vault"
    case .field: fits = wanted == "field"
    case .term, .parameter, .local: fits = false
    }
    if fits { return meaning }
    diagnostics.report(.typeMismatch, "`\(name.text)` is \(meaning.noun); a \(wanted) was wanted", at: name.span, meaning.noun)
    return nil
  }

  mutating func vault(_ name: Identifier) -> Int? {
    if case .vault(let index) = use(name, wanted: "vault") { return index }
    return nil
  }

  private mutating func check(_ deposit: Deposit) -> CheckedDeposit? {
    if deposit.isIntoVault {
      guard let vault = vault(deposit.place) else { return nil }
      let currency = interface.vaults[vault].currency
      return amount(deposit.amount, currency: currency).map { CheckedDeposit(amount: $0, currency: currency, place: .vault(vault)) }
    }
    guard let party = party(deposit.place), let amount = expression(deposit.amount) else { return nil }
    guard case .amount(let currency) = amount.type else {
      reportMismatch(amount, wanted: "an amount")
      return nil
    }
    return CheckedDeposit(amount: amount, currency: currency, place: .party(party))
  }

  // MARK: The graph

  /// Every state is the initial one or is entered by a transition of a state that is reached.
  mutating func checkReachability(_ transitions: [CheckedTransition]) {
    guard diagnostics.isEmpty else { return }
    var isReached = [Bool](repeating: false, count: stateNames.count)
    var waiting = [interface.initialState]
    isReached[interface.initialState] = true
    while let state = waiting.popLast() {
      for (index, transition) in interface.transitions.enumerated() where transition.source == state {
        for target in transitions[index].targets where !isReached[target] {
          isReached[target] = true
          waiting.append(target)
        }
      }
    }
    for (index, name) in stateNames.enumerated() where !isReached[index] {
      diagnostics.report(.unreachableState, "no way leads into the state `\(name.text)`", at: name.span, "never entered")
    }
  }
}

extension CheckedTransition {
  /// The states that it can lead to, in source order.
  package var targets: [Int] { CheckedTransition.targets(of: body) }

  private static func targets(of body: [CheckedStatement]) -> [Int] {
    body.flatMap { statement -> [Int] in
      switch statement.kind {
      case .enter(let state): [state]
      case .choose(let branches, let otherwise): branches.flatMap { targets(of: $0.body) } + targets(of: otherwise)
      case .pay, .split, .emit, .define, .require, .assign: []
      }
    }
  }
}
