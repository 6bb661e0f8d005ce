// What is allowed and yet seldom meant. A warning decides nothing: the ledger publishes what has
// some, and the compiler says them.

import Bytecode
package import Interface

package enum Warning: Hashable, Sendable {
  /// A deadline at a time can come before the step that it waits for: before the state can be
  /// entered, or before an action's `where` can hold.
  case deadlineBeforeStep(deadline: TransitionID, Step)
  /// Nobody can ever take the action.
  case neverTaken(action: TransitionID)
  /// Whoever takes the action is paid nothing, and is paid if it waits.
  case gainsBySilence(action: TransitionID, party: Int)
  /// A party that pays nothing decides how others share, and is paid for deciding.
  case paidByOwnRuling(action: TransitionID, party: Int)
  /// Others can hold a party's money for as long as they like.
  case heldBack(Silence.Delay)

  package enum Step: Hashable, Sendable {
    /// The state is entered at the time of this deadline, or before it, from the state that it ends.
    case entering(after: TransitionID)
    /// The `require` of an action that asks for a time no earlier than the form.
    case condition(action: TransitionID, instruction: Int, earliest: TimeForm)
  }
}

/// What an agreement comes to: told of an assured module, and no part of the verdict.
package struct Outlook: Sendable {
  package let silence: Silence
  /// By kind, then in the order of the source.
  package let warnings: [Warning]

  package init(_ assured: AssuredModule) {
    let wellFormed = assured.wellFormed
    let edges = edges(wellFormed)
    let flow = MoneyFlow(wellFormed)
    let reading = Reading(wellFormed)
    silence = Silence(wellFormed, edges, flow, reading)
    let lookout = Lookout(wellFormed, edges, flow, reading, silence)
    warnings =
      lookout.untimely + lookout.neverTaken + lookout.gainsBySilence + lookout.paidByOwnRuling
      + silence.delays.map(Warning.heldBack)
  }
}

private struct Lookout {
  private let wellFormed: WellFormedModule
  private let interface: ContractInterface
  private let edges: [Edge]
  private let flow: MoneyFlow
  private let reading: Reading
  private let silence: Silence
  private let graph: TimedGraph
  /// Of each transition, where it leads.
  private let legs: [[Silence.Leg]]
  /// Of each state, its actions.
  private let actions: [[TransitionID]]
  /// Of each action, the parties that can take it alone.
  private let single: [[Int]]
  /// Of each state its deadlines at one time for all visits.
  private let dated: [[TransitionID]]
  /// Of each action what its `where` compares with the time of the event: the earliest that it may be taken at.
  private let earliest: [[(instruction: Int, time: TimeForm)]]
  /// Of each action the latest that it may be taken at, by its `where`.
  private let last: [[TimeForm]]
  /// Of each vault the parties that something is asked of for it.
  private let depositors: [[Int]]
  /// Of each action whether its `where` never holds.
  private let isImpossible: [Bool]

  init(_ wellFormed: WellFormedModule, _ edges: [Edge], _ flow: MoneyFlow, _ reading: Reading, _ silence: Silence) {
    self.wellFormed = wellFormed
    self.edges = edges
    self.flow = flow
    self.reading = reading
    self.silence = silence
    let interface = wellFormed.module.interface
    self.interface = interface
    graph = silence.graph
    let items = Items(interface)
    var dated = [[TransitionID]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.identified {
      if wellFormed.isDated(index, items), reading.due[of: index].map(reading.isFixed) ?? false {
        dated[of: transition.source].append(index)
      }
    }
    self.dated = dated
    var legs = [[Silence.Leg]](repeating: [], count: interface.transitions.count)
    for edge in edges {
      let leg = Silence.Leg(transition: edge.transition, target: edge.target)
      if !legs[of: edge.transition].contains(leg) { legs[of: edge.transition].append(leg) }
    }
    self.legs = legs
    var actions = [[TransitionID]](repeating: [], count: interface.states.count)
    var single = [[Int]](repeating: [], count: interface.transitions.count)
    for (index, transition) in interface.transitions.identified {
      guard case .action(_, _, let who) = transition.trigger else { continue }
      actions[of: transition.source].append(index)
      guard case .parties(let actors, 1) = who else { continue }
      single[of: index] = actors.compactMap { if case .party(let party) = $0 { party } else { nil } }
    }
    var depositors = [[Int]](repeating: [], count: interface.vaults.count)
    for (index, transition) in interface.transitions.identified where !transition.trigger.isAutomatic {
      var payer: PlaceOperand?
      for instruction in wellFormed.module.functions[wellFormed.function(of: .body(transition: index))].code {
        switch instruction.opcode.row.effect {
        case .namesPayer: payer = PlaceOperand(number: instruction.a)
        case .asks:
          var parties = single[of: index]
          if let named = payer { if case .party(let party) = named { parties = [party] } else { parties = [] } }
          payer = nil
          guard let vault = PlaceOperand(number: instruction.a)?.vault else { continue }
          depositors[of: vault] += parties.filter { !depositors[of: vault].contains($0) }
        case .nothing, .stores, .increments, .settles, .pays, .splits, .paysEach, .emits: break
        }
      }
    }
    self.depositors = depositors
    self.actions = actions
    self.single = single
    var earliest = [[(instruction: Int, time: TimeForm)]](repeating: [], count: interface.transitions.count)
    var last = [[TimeForm]](repeating: [], count: interface.transitions.count)
    var isImpossible = [Bool](repeating: false, count: interface.transitions.count)
    for (index, transition) in interface.transitions.identified where !transition.trigger.isAutomatic {
      for (instruction, condition) in reading.conditions(of: index) {
        switch condition {
        case .always(let truth): if !truth { isImpossible[of: index] = true }
        case .holds(let form, let isStrict):
          if form.isConstant && form.milliseconds < (isStrict ? 1 : 0) { isImpossible[of: index] = true }
          switch form.parts.first(where: { $0.part == .now })?.count {
          // now - time ≥ 0
          case 1:
            if let time = TimeForm(.now) - form, reading.isFixed(time) {
              earliest[of: index].append((instruction, time))
            }
          // time - now ≥ 0
          case -1: if let time = form + TimeForm(.now), reading.isFixed(time) { last[of: index].append(time) }
          default: break
          }
        }
      }
    }
    self.earliest = earliest
    self.last = last
    self.isImpossible = isImpossible
  }

  private func due(_ deadline: TransitionID) -> TimeForm { reading.due[of: deadline] ?? TimeForm(milliseconds: 0) }

  /// Deadlines that the terms' bounds do not keep behind what they wait for.
  var untimely: [Warning] {
    var warnings: [Warning] = []
    for state in interface.states.ids {
      for deadline in dated[of: state] {
        for action in actions[of: state] where !isTooLate(action) {
          for (instruction, time) in earliest[of: action] where !reading.isKnown(due(deadline), atLeast: time) {
            warnings.append(
              .deadlineBeforeStep(
                deadline: deadline, .condition(action: action, instruction: instruction, earliest: time)))
          }
        }
        if actions[of: state].isEmpty || isEnteredTooLate(state) { continue }
        for edge in edges where edge.target == state && edge.source != state && !dated[of: edge.source].isEmpty {
          // However late the state before is left, one of its deadlines has kept it from being too late.
          if dated[of: edge.source].contains(where: { reading.isKnown(due(deadline), atLeast: due($0)) }) { continue }
          if last[of: edge.transition].contains(where: { reading.isKnown(due(deadline), atLeast: $0) }) { continue }
          let warning = Warning.deadlineBeforeStep(deadline: deadline, .entering(after: dated[of: edge.source][0]))
          if !warnings.contains(warning) { warnings.append(warning) }
        }
      }
    }
    return warnings
  }

  /// Whether a deadline of the state has always come before the action's `where` can hold.
  private func isTooLate(_ action: TransitionID) -> Bool {
    let deadlines = dated[of: interface.transitions[action].source]
    return earliest[of: action].contains { earliest in
      deadlines.contains { reading.isKnown(earliest.time, atLeast: due($0)) }
    }
  }

  /// Whether a deadline of the state is due as soon as it is entered: it waits no time, or until a
  /// time at which alone others lead there.
  private func isEnteredTooLate(_ state: StateID) -> Bool {
    if graph.deadlines(of: state).contains(where: { !graph.isTime($0) && due($0) == TimeForm(milliseconds: 0) }) {
      return true
    }
    if state == interface.initialState { return false }
    let entering = edges.filter { $0.target == state }
    return dated[of: state].contains { deadline in
      !entering.isEmpty
        && entering.allSatisfy { edge in
          dated[of: edge.source].contains(edge.transition)
            && reading.isKnown(due(edge.transition), atLeast: due(deadline))
        }
    }
  }

  var neverTaken: [Warning] {
    interface.transitions.ids.filter { action in
      !interface.transitions[action].trigger.isAutomatic
        && (isImpossible[of: action] || isTooLate(action) || isEnteredTooLate(interface.transitions[action].source))
    }.map { .neverTaken(action: $0) }
  }

  // MARK: Who is paid

  private func payees(_ leg: Silence.Leg) -> [Payout.Payee] { silence.payouts[leg]?.map(\.payee) ?? [] }

  /// Whether a party is paid, or whoever is paid may be it.
  private func mayBePaid(_ party: Int, _ leg: Silence.Leg) -> Bool {
    payees(leg).contains { if case .party(let other) = $0 { other == party } else { true } }
  }

  var gainsBySilence: [Warning] {
    var warnings: [Warning] = []
    for action in interface.transitions.ids {
      let taking = legs[of: action]
      let code = wellFormed.module.functions[wellFormed.function(of: .body(transition: action))].code
      if taking.isEmpty || code.contains(where: { $0.opcode == .stay }) { continue }
      let source = interface.transitions[action].source
      let waiting = graph.deadlines(of: source).filter { !graph.isOvertaken($0) }.flatMap { legs[of: $0] }
      for party in single[of: action] {
        // Whoever gives back what others have paid in knows what it does.
        if taking.allSatisfy({
          (silence.payouts[$0] ?? []).allSatisfy { payout in
            payout.payee == depositors[of: payout.vault].first.map { .party($0) }
          }
        }),
          taking.contains(where: { !(silence.payouts[$0] ?? []).isEmpty })
        {
          continue
        }
        guard !waiting.isEmpty, (taking + waiting).allSatisfy({ interface.states[$0.target].isFinal }),
          !taking.contains(where: { mayBePaid(party, $0) }),
          waiting.allSatisfy({ payees($0).contains(.party(party)) })
        else { continue }
        warnings.append(.gainsBySilence(action: action, party: party))
      }
    }
    return warnings
  }

  var paidByOwnRuling: [Warning] {
    var warnings: [Warning] = []
    for party in interface.parties.indices {
      if depositors.contains(where: { $0.contains(party) }) { continue }
      for state in interface.states.ids {
        let own = actions[of: state].filter { single[of: $0].contains(party) }
        // Whoever is paid by silence as well gains nothing by ruling.
        let waiting = graph.deadlines(of: state).filter { !graph.isOvertaken($0) }.flatMap { legs[of: $0] }
        if !waiting.isEmpty && waiting.allSatisfy({ payees($0).contains(.party(party)) }) { continue }
        let shares = own.map { action in legs[of: action].map { leg in payees(leg).filter { $0 != .party(party) } } }
        let choices = shares.flatMap { $0 }.filter { !$0.isEmpty }
        let isChoosing = choices.contains { $0 != choices[0] }
        for (action, others) in zip(own, shares)
        where legs[of: action].contains(where: { payees($0).contains(.party(party)) }) {
          let isDividing = !interface.transitions[action].trigger.parameters.isEmpty && others.contains { $0.count > 1 }
          if isChoosing || isDividing { warnings.append(.paidByOwnRuling(action: action, party: party)) }
        }
      }
    }
    return warnings
  }
}
