// When an agreement ends, and who is paid, if nobody acts any more; and by when it ends if one party is silent and all others do their worst. Told, symbolic in the
// terms; what is needed to be sure that it ends at all is in `endlessCircles`.

import Bytecode
import Interface

package struct Silence: Sendable {
  /// A transition with one of the states that it leads to.
  package struct Leg: Hashable, Sendable {
    package let transition: Int
    package let target: Int

    package init(transition: Int, target: Int) {
      self.transition = transition
      self.target = target
    }
  }

  package struct State: Sendable {
    /// The latest of these is when it has ended, if nobody acts from the entering on. Empty of a final state.
    package var latest: [By] = []
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
  /// Of each party and state by when it has ended if the party is silent from the entering on, whatever all others do; nil where they can put it off for ever.
  package let latestWithout: [[[By]?]]
  /// What puts it off for ever, for each party that it is done to.
  package let delays: [Delay]

  /// The actions with which others can hold the money of a party in a state for ever.
  package struct Delay: Hashable, Sendable {
    package let party: Int
    package let state: Int
    /// Transitions, ascending. Each stays, and moves a deadline on.
    package let actions: [Int]
  }

  /// So many ways of a state are kept, and so many steps gone to find them.
  private static let waysMax = 8
  private static let stepsMax = 2000

  init(_ wellFormed: WellFormedModule, _ edges: [Edge], _ flow: MoneyFlow, _ reading: Reading) {
    let interface = wellFormed.module.interface
    let graph = TimedGraph(wellFormed, reading)
    due = interface.transitions.indices.map { reading.due[$0] == nil ? nil : graph.wait(for: $0) }
    let silent = edges.filter { interface.transitions[$0.transition].trigger.isAutomatic && !graph.isOvertaken($0.transition) }

    var payouts: [Leg: [Payout]] = [:]
    for edge in edges {
      let leg = Leg(transition: edge.transition, target: edge.target)
      if payouts[leg] == nil { payouts[leg] = wellFormed.payouts(on: leg, flow) }
    }
    self.payouts = payouts

    let latest = graph.latest(along: silent) { graph.wait(for: $0.transition) }
    var states = interface.states.indices.map { State(latest: latest[$0] ?? []) }
    var leaving = [[Leg]](repeating: [], count: interface.states.count)
    for edge in silent {
      let leg = Leg(transition: edge.transition, target: edge.target)
      if !leaving[edge.source].contains(leg) { leaving[edge.source].append(leg) }
    }
    for start in states.indices where !interface.states[start].isFinal {
      var path: [(state: Int, next: Int)] = [(start, 0)]
      var stepCount = 0
      while let (state, next) = path.last {
        guard next < leaving[state].count else {
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        stepCount += 1
        let target = leaving[state][next].target
        if states[start].ways.count == Silence.waysMax || stepCount > Silence.stepsMax {
          states[start].hasMoreWays = true
          break
        }
        if path.contains(where: { $0.state == target }) { continue }
        if interface.states[target].isFinal {
          states[start].ways.append(path.map { leaving[$0.state][$0.next - 1] })
        } else {
          path.append((target, 0))
        }
      }
    }
    self.states = states

    var delays: [Delay] = []
    latestWithout = interface.parties.indices.map { party in
      let others = Others(than: party, wellFormed, Items(interface))
      let ends = interface.states.indices.map { others.ending($0, graph) }
      for (state, end) in ends.enumerated() {
        guard case .postponed(let actions) = end, interface.vaults.indices.contains(where: { flow.mayHold($0, in: state) }) else { continue }
        delays.append(Delay(party: party, state: state, actions: actions))
      }
      return graph.latest(along: edges.filter { others.canTake($0.transition) }) { edge in
        guard case .due(let transition) = ends[edge.source] else { return nil }
        return graph.wait(for: transition)
      }
    }
    self.delays = delays
  }
}

/// What all others can do while one party is silent.
private struct Others {
  private let party: Int
  private let wellFormed: WellFormedModule
  private let items: Items

  init(than party: Int, _ wellFormed: WellFormedModule, _ items: Items) {
    (self.party, self.wellFormed, self.items) = (party, wellFormed, items)
  }

  /// Whether a transition can be taken without the party: by itself, or by enough others. Whoever a field or an argument names may be another.
  func canTake(_ transition: Int) -> Bool {
    switch wellFormed.module.interface.transitions[transition].trigger {
    case .after, .at, .when, .action(_, _, .anyone): true
    case .action(_, _, .parties(let actors, let needed)): actors.count { $0 != .party(party) } >= needed
    }
  }

  enum End {
    /// This deadline ends the state, whatever the others do.
    case due(transition: Int)
    /// These actions move every deadline on, again and again.
    case postponed(by: [Int])
  }

  /// What ends a state. It is final, or has a deadline.
  func ending(_ state: Int, _ graph: TimedGraph) -> End {
    var actions: [Int] = []
    for deadline in graph.deadlines(of: state) {
      let moving = postponing(deadline)
      if moving.isEmpty { return .due(transition: deadline) }
      actions += moving.filter { !actions.contains($0) }
    }
    return .postponed(by: actions.sorted())
  }

  /// The actions of others that stay, raise no counter, and change what a deadline is computed from.
  private func postponing(_ deadline: Int) -> [Int] {
    let interface = wellFormed.module.interface
    var read: [Int] = []
    var readsMore = false
    for instruction in wellFormed.module.functions[wellFormed.function(of: .due(transition: deadline))].code {
      switch instruction.opcode {
      case .balance, .balanceOfKey, .countKeys, .empty: readsMore = true
      default: if let item = items.read(by: instruction), !items.isFixed(item) { read.append(item) }
      }
    }
    if read.isEmpty && !readsMore { return [] }
    return interface.transitions.indices.filter { action in
      guard interface.transitions[action].source == interface.transitions[deadline].source, !interface.transitions[action].trigger.isAutomatic,
        canTake(action)
      else { return false }
      let code = wellFormed.module.functions[wellFormed.function(of: .body(transition: action))].code
      let stays = code.contains { $0.opcode == .stay } && !code.contains { $0.opcode == .raise }
      return stays && (readsMore || code.contains { read.contains(items.written(by: $0) ?? -1) })
    }
  }
}

extension Items {
  /// The term or field that an instruction changes.
  func written(by instruction: Instruction) -> Int? {
    switch instruction.opcode {
    case .store, .storePair, .storeInt, .storeWide: item(atSlot: instruction.a)
    case .storeObject, .setEntry, .removeEntry: Int(instruction.a)
    default: nil
    }
  }
}
