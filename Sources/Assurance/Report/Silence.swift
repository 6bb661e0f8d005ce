// When an agreement ends, and who is paid, if nobody acts any more; and by when it ends if one
// party is silent and all others do their worst. Told, symbolic in the terms; what is needed to be
// sure that it ends at all is in `endlessCircles`.

import Bytecode
package import Interface

package struct Silence: Sendable {
  /// A transition with one of the states that it leads to.
  package struct Leg: Hashable, Sendable {
    package let transition: TransitionID
    package let target: StateID

    package init(transition: TransitionID, target: StateID) {
      self.transition = transition
      self.target = target
    }
  }

  package struct State: Sendable {
    /// The latest of these is when it has ended, if nobody acts from the entering on. Empty of a final state.
    package var latest: [By] = []
    /// Where it leads by itself, in source order, those that lead back among them.
    package var legs: [Leg] = []
    /// The ways to an end that pass no state twice, along deadlines and conditions that hold already, in source order.
    package var ways: [[Leg]] = []
    /// Whether there are more than are kept.
    package var hasMoreWays = false
  }

  package let states: [State]
  /// When each deadline is due: after entering, or at a time. Nil of an action and of a condition.
  package let due: [By?]
  /// What may be paid on each way through a transition's body, in the order of the code.
  package let payouts: [Leg: [Payout]]
  /// Of each party and state by when it has ended if the party is silent from the entering on,
  /// whatever all others do; nil where they can put it off for ever.
  package let latestWithout: [[[By]?]]
  /// What puts it off for ever, for each party that it is done to.
  package let delays: [Delay]

  /// The actions with which others can hold the money of a party in a state for ever.
  package struct Delay: Hashable, Sendable {
    /// Nil for whoever is no party and may have paid in.
    package let party: Int?
    package let state: StateID
    /// Transitions, ascending. Each stays, and moves a deadline on.
    package let actions: [TransitionID]
  }

  let graph: TimedGraph

  /// So many ways of a state are kept, and so many steps gone to find them.
  private static let waysMax = 8
  private static let stepsMax = 2000

  init(_ wellFormed: WellFormedModule, _ edges: [Edge], _ flow: MoneyFlow, _ reading: Reading) {
    let interface = wellFormed.module.interface
    let graph = TimedGraph(wellFormed, reading)
    self.graph = graph
    due = interface.transitions.ids.map { reading.due[of: $0] == nil ? nil : graph.wait(for: $0) }
    let silent = edges.filter {
      interface.transitions[$0.transition].trigger.isAutomatic && !graph.isOvertaken($0.transition)
    }

    var payouts: [Leg: [Payout]] = [:]
    for edge in edges {
      let leg = Leg(transition: edge.transition, target: edge.target)
      if payouts[leg] == nil { payouts[leg] = wellFormed.payouts(on: leg, flow) }
    }
    self.payouts = payouts

    let latest = graph.latest(along: silent) { edge, _ in graph.wait(for: edge.transition) }
    var states = interface.states.ids.map { State(latest: latest[of: $0] ?? []) }
    var leaving = [[Leg]](repeating: [], count: interface.states.count)
    for edge in silent {
      let leg = Leg(transition: edge.transition, target: edge.target)
      if !leaving[of: edge.source].contains(leg) { leaving[of: edge.source].append(leg) }
    }
    for start in interface.states.ids where !interface.states[start].isFinal {
      states[of: start].legs = leaving[of: start]
      var path: [(state: StateID, next: Int)] = [(start, 0)]
      var stepCount = 0
      while let (state, next) = path.last {
        guard next < leaving[of: state].count else {
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        stepCount += 1
        let target = leaving[of: state][next].target
        if states[of: start].ways.count == Silence.waysMax || stepCount > Silence.stepsMax {
          states[of: start].hasMoreWays = true
          break
        }
        if path.contains(where: { $0.state == target }) { continue }
        if interface.states[target].isFinal {
          states[of: start].ways.append(path.map { leaving[of: $0.state][$0.next - 1] })
        } else {
          path.append((target, 0))
        }
      }
    }
    self.states = states

    let postponing = Postponing(wellFormed, graph)
    var delays: [Delay] = []
    /// Of each state the deadlines that end it whatever others do, or the actions by which they put all of them off.
    func endings(without party: Int?) -> [Postponing.End] {
      interface.states.ids.map { postponing.end(of: $0, without: party) }
    }
    func note(_ endings: [Postponing.End], _ party: Int?) {
      for (state, end) in zip(interface.states.ids, endings) {
        guard case .postponed(let actions) = end,
          interface.vaults.ids.contains(where: { flow.mayHold($0, in: state) })
        else { continue }
        delays.append(Delay(party: party, state: state, actions: actions))
      }
    }
    latestWithout = interface.parties.indices.map { party in
      let endings = endings(without: party)
      note(endings, party)
      return graph.latest(along: edges.filter { postponing.canTake($0.transition, without: party) }) {
        edge, isInCircle in
        guard case .due(let first, let dated) = endings[of: edge.source] else { return nil }
        return graph.wait(for: isInCircle ? dated ?? first : first)
      }
    }
    if postponing.strangersMayPay { note(endings(without: nil), nil) }
    self.delays = delays
  }
}

/// What others can do to the deadlines of a state while one party is silent.
private struct Postponing {
  private let interface: ContractInterface
  private let graph: TimedGraph
  /// Of each deadline the actions that may move it on, again and again: they stay, on some way
  /// without raising a counter, and change what it is computed from.
  private let moving: [[TransitionID]]
  private let isDated: [Bool]
  /// Whether somebody who is no party may be asked for money: anyone, or whoever a field or an argument names.
  let strangersMayPay: Bool

  init(_ wellFormed: WellFormedModule, _ graph: TimedGraph) {
    let interface = wellFormed.module.interface
    self.interface = interface
    self.graph = graph
    let items = Items(interface)
    isDated = interface.transitions.ids.map { wellFormed.isDated($0, items) }
    func code(_ entry: Entry) -> [Instruction] { wellFormed.module.functions[wellFormed.function(of: entry)].code }
    // Of each action that stays without raising, what it writes.
    var written = [Set<Int>?](repeating: nil, count: interface.transitions.count)
    var strangersMayPay = false
    var endings = Endings(wellFormed)
    for (index, transition) in interface.transitions.identified {
      guard case .action(_, _, let who) = transition.trigger else { continue }
      let body = code(.body(transition: index))
      if body.contains(where: { $0.opcode == .ask }) {
        switch who {
        case .anyone: strangersMayPay = true
        case .parties(let actors, _):
          if actors.contains(where: { if case .party = $0 { false } else { true } }) { strangersMayPay = true }
        }
      }
      if endings.of(index).contains(where: { $0.target == nil && $0.raised == 0 }) {
        written[of: index] = Set(body.filter { $0.opcode.row.effect == .stores }.compactMap(items.item))
      }
    }
    self.strangersMayPay = strangersMayPay
    moving = interface.transitions.ids.map { deadline in
      guard graph.isDeadline(deadline) else { return [] }
      var read: Set<Int> = []
      var readsVaults = false
      for instruction in code(.due(transition: deadline)) {
        switch instruction.opcode.row.reads {
        case .vault, .emptiness: readsVaults = true
        case .state: if let item = items.item(namedBy: instruction), !items.isFixed(item) { read.insert(item) }
        case .registers, .now, .opened, .caller, .parties: break
        }
      }
      if read.isEmpty && !readsVaults { return [] }
      let source = interface.transitions[deadline].source
      return interface.transitions.ids.filter { action in
        guard interface.transitions[action].source == source, let written = written[of: action] else { return false }
        return readsVaults || !written.isDisjoint(with: read)
      }
    }
  }

  /// Whether a transition can be taken without the party: by itself, or by enough others. Whoever a
  /// field or an argument names may be another.
  func canTake(_ transition: TransitionID, without party: Int?) -> Bool {
    switch interface.transitions[transition].trigger {
    case .after, .at, .when, .action(_, _, .anyone): true
    case .action(_, _, .parties(let actors, let needed)):
      actors.count { if case .party(let other) = $0 { other != party } else { true } } >= needed
    }
  }

  enum End {
    /// This deadline ends the state, whatever the others do; and this one at a date that the terms
    /// fix, if there is such.
    case due(TransitionID, dated: TransitionID?)
    /// These actions move every deadline on, again and again.
    case postponed(by: [TransitionID])
  }

  /// What ends a state. It is final, or has a deadline.
  func end(of state: StateID, without party: Int?) -> End {
    var actions: [TransitionID] = []
    var unmoved: [TransitionID] = []
    for deadline in graph.deadlines(of: state) {
      let moving = moving[of: deadline].filter { canTake($0, without: party) }
      if moving.isEmpty { unmoved.append(deadline) }
      actions += moving.filter { !actions.contains($0) }
    }
    guard let first = unmoved.first else { return .postponed(by: actions.sorted()) }
    return .due(first, dated: unmoved.first { isDated[of: $0] })
  }
}
