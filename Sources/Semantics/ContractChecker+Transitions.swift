import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  mutating func checkTransitions() -> [CheckedTransition] {
    var shared: [[Transition]] = Array(repeating: [], count: stateNames.count)
    for case .shared(let group) in members {
      reportDuplicates(in: group.states)
      for name in group.states {
        guard let index = state(name) else { continue }
        if interface.states[index].isFinal {
          report(.unreachableStatement, "`\(name.text)` is final: nothing happens in it", at: name.span)
        } else {
          shared[of: index] += group.transitions
        }
      }
    }
    var checked: [CheckedTransition] = []
    for case .state(let state) in members {
      guard let source = stateIDs[state.name.text], stateNames[of: source] == state.name else { continue }
      let mark = context.scope.mark
      for (name, meaning) in stateParameters[of: source] { context.scope.declare(name, meaning, &diagnostics) }
      var actions: [Identifier] = []
      for transitions in [state.transitions, shared[of: source]] {
        for transition in transitions {
          for trigger in transition.triggers {
            if case .action(let action) = trigger { actions.append(action.name) }
            checked.append(check(trigger, of: transition, from: source))
          }
        }
      }
      _ = context.scope.leave(to: mark)
      reportDuplicates(in: actions)
    }
    reportLimit("transitions", checked.count, limits.transitions, at: nameSpan)
    return checked
  }

  private mutating func check(_ trigger: Trigger, of transition: Transition, from source: StateID) -> CheckedTransition
  {
    transitionSpans.append(trigger.span)
    bodies.append(CheckedContract.Body(transition))
    (context.localCount, context.loopDepth) = (0, 0)
    switch trigger {
    case .action(let action): return check(action, of: transition, from: source)
    case .after(let duration, let span):
      return check(due: duration, .duration, wanted: "a duration", .after, at: span, of: transition, from: source)
    case .at(let time, let span):
      return check(due: time, .time, wanted: "a time", .at, at: span, of: transition, from: source)
    case .when(let condition, let span):
      return check(due: condition, .bool, wanted: "a condition", .when, at: span, of: transition, from: source)
    }
  }

  private mutating func check(_ action: Action, of transition: Transition, from source: StateID) -> CheckedTransition {
    enter(.action)
    let mark = context.scope.mark
    defer { _ = context.scope.leave(to: mark) }
    checkSize(of: action.name)
    reportLimit("parameters", action.parameters.count, limits.parameters, at: action.name.span)
    reportLimit("conditions", action.conditions.count, limits.conditions, at: action.name.span)
    let parameters = declare(action.parameters)
    let who = check(action.who)
    let deposits = action.deposits.map { check($0, of: action, by: who) }
    let conditions = action.conditions.map { condition($0) }
    let body = check(transition.body, leadingTo: transition.target, at: action.span)
    if let who {
      interface.transitions.append(
        .init(source: source, trigger: .action(name: action.name.text, parameters: parameters, who: who)))
    }
    return CheckedTransition(due: nil, conditions: conditions, deposits: deposits, body: body, span: action.span)
  }

  private mutating func check(
    due tree: Expression, _ type: ExpressionType, wanted: String, _ trigger: ContractInterface.Trigger, at span: Span,
    of transition: Transition, from source: StateID
  ) -> CheckedTransition {
    enter(trigger == .when ? .condition : .due)
    let due = expression(tree, expecting: type)
    enter(.automatic)
    let body = check(transition.body, leadingTo: transition.target, at: span)
    interface.transitions.append(.init(source: source, trigger: trigger))
    return CheckedTransition(
      due: due.type == type ? due : mismatch(due, wanted: wanted), conditions: [], deposits: [], body: body, span: span)
  }

  // MARK: Who

  private mutating func check(_ who: Who) -> ContractInterface.Who? {
    switch who {
    case .anyone: return .anyone
    case .all(let names): return actors(names).map { .parties($0, needed: names.count) }
    case .threshold(let count, of: let names):
      guard let actors = actors(names) else { return nil }
      guard let needed = Int(count.text), needed >= 1, needed <= actors.count else {
        return refuse(.valueOutOfRange, "`\(count.text)` of \(actors.count) parties cannot agree", at: count.span)
      }
      return .parties(actors, needed: needed)
    }
  }

  private mutating func actors(_ names: [Identifier]) -> [ContractInterface.Actor]? {
    reportDuplicates(in: names)
    reportLimit(
      "parties that may act", names.count, limits.parties, at: names.first?.span ?? nameSpan)
    return names.all { actor($0) }
  }

  /// A party, or whoever a field or parameter names.
  private mutating func actor(_ name: Identifier) -> ContractInterface.Actor? {
    let meaning = use(name, wanted: "party")
    switch meaning {
    case .party(let index): return .party(index)
    case .field(let index): return .field(index)
    case .parameter(let index, _): return .parameter(index)
    case .error: return nil
    case .term, .vault, .local, .view:
      return refuse(
        .typeMismatch, "`\(name.text)` is \(meaning.noun); a party was wanted", at: name.span, meaning.noun)
    }
  }

  /// The meaning of a name where a `wanted` must stand, reported where there is none, or one of another kind.
  mutating func use(_ name: Identifier, wanted: String) -> Scope.Meaning {
    guard let meaning = context.scope.use(name.text) else {
      reportUnknown(wanted, name, known: context.scope.names)
      return .error
    }
    let type = type(of: meaning)
    if type == .error { return .error }
    let isParty = type == .party
    let fits: Bool
    switch meaning {
    case .party: fits = wanted == "party" || wanted == "party or vault"
    case .vault: fits = wanted == "vault" || wanted == "party or vault"
    case .field: fits = wanted == "field" || (isParty && wanted != "vault")
    case .term, .parameter, .local: fits = isParty && (wanted == "party" || wanted == "party or vault")
    case .view, .error: fits = false
    }
    if fits { return meaning }
    report(.typeMismatch, "`\(name.text)` is \(meaning.noun); a \(wanted) was wanted", at: name.span, meaning.noun)
    return .error
  }

  /// The type of what a name stands for; nil of a vault or view.
  func type(of meaning: Scope.Meaning) -> ExpressionType? {
    switch meaning {
    case .party: .party
    case .term(let index): ExpressionType(interface.terms[index].type)
    case .field(let index): ExpressionType(interface.fields[index].type)
    case .parameter(_, let type), .local(_, let type): type
    case .vault, .view: nil
    case .error: .error
    }
  }

  // MARK: Deposits

  private mutating func check(_ deposit: Deposit, of action: Action, by who: ContractInterface.Who?) -> CheckedDeposit {
    let payer = deposit.payer.map { check(payer: $0, by: who) }
    if payer == nil, case .parties(_, let needed)? = who, needed > 1 {
      report(
        .depositorUnclear, "\(needed) parties take this action together, so it is unclear who pays the deposit",
        at: deposit.amount.span,
        notes: ["say who: `receiving price from buyer into escrow`"])
    }
    let place: CheckedPlace
    var amount: TypedExpression
    if deposit.isIntoVault {
      place = vaultPlace(deposit.place)
      amount = currency(of: place).map { self.amount(deposit.amount, currency: $0) } ?? expression(deposit.amount)
    } else {
      place =
        deposit.place.key == nil
        ? partyPlace(deposit.place.name)
        : refuse(.typeMismatch, "this is no party; a deposit goes `into` a vault", at: deposit.place.span)
      amount = expression(deposit.amount)
    }
    guard case .amount(let currency)? = amount.type.plain else {
      amount = mismatch(amount, wanted: "an amount")
      return CheckedDeposit(amount: amount, currency: 0, payer: payer, place: place)
    }
    return CheckedDeposit(amount: amount, currency: currency, payer: payer, place: place)
  }

  private mutating func check(payer name: Identifier, by who: ContractInterface.Who?) -> CheckedPlace {
    guard let actor = actor(name), let who else { return .error(at: name.span) }
    guard case .parties(let actors, _) = who, actors.contains(actor) else {
      return refuse(
        .depositorUnclear, "`\(name.text)` pays, but is not among those who take this action", at: name.span,
        notes: ["nobody is made to pay without agreeing: name the payer after `by`"])
    }
    return partyPlace(name)
  }

  // MARK: The graph

  /// Every state is the initial one or is entered by a transition of a state that is reached.
  mutating func checkReachability(_ transitions: [CheckedTransition]) {
    guard diagnostics.isEmpty else { return }
    var isReached = [Bool](repeating: false, count: stateNames.count)
    var leaving: [[Int]] = Array(repeating: [], count: stateNames.count)
    for (index, transition) in interface.transitions.enumerated() { leaving[of: transition.source].append(index) }
    var waiting = [interface.initialState]
    isReached[of: interface.initialState] = true
    while let state = waiting.popLast() {
      for index in leaving[of: state] {
        for target in transitions[index].targets where !isReached[of: target] {
          isReached[of: target] = true
          waiting.append(target)
        }
      }
    }
    for (index, name) in stateNames.enumerated() where !isReached[index] {
      report(
        .unreachableState, "no way leads into the state `\(name.text)`", at: name.span, "never entered")
    }
  }
}

extension CheckedContract.Body {
  fileprivate init(_ transition: Transition) {
    let span = transition.body.span
    self.init(braces: span.start == span.end ? nil : span, target: transition.target?.span)
  }
}

extension Trigger {
  fileprivate var span: Span {
    switch self {
    case .action(let action): action.span
    case .after(_, let span), .at(_, let span), .when(_, let span): span
    }
  }
}
