import Bytecode
package import Interface

/// What an agreement must have paid ahead, state by state, so that nothing that happens by itself
/// can ever run out of gas.
package struct Prepayment: Sendable {
  /// W of a state: the dearest way that leads on from it by itself, to an end, by what its counters have reached.
  package struct Ahead: Hashable, Sendable {
    /// What is left when every counter has reached its end.
    package fileprivate(set) var least: Int
    /// What each time costs that a counter can still be raised: the counter's field, ascending, with its end.
    package fileprivate(set) var rounds: [Round]

    package struct Round: Hashable, Sendable {
      package let field: StateVariableID
      package let most: Int
      package fileprivate(set) var gas: Int
    }

    /// W where the counters stand so. No counter stands above its end.
    package func gas(_ counter: (_ field: StateVariableID) -> Int) -> Int {
      rounds.reduce(least) { sum($0, product($1.gas, $1.most - counter($1.field))) }
    }

    /// W with every counter at 0.
    package var most: Int { gas { _ in 0 } }

    /// Of each number the greater one.
    fileprivate mutating func cover(_ other: Ahead, after cost: Int) {
      least = max(least, sum(cost, other.least))
      for round in other.rounds {
        if let known = rounds.firstIndex(where: { $0.field == round.field }) {
          rounds[known].gas = max(rounds[known].gas, round.gas)
        } else {
          rounds.append(round)
        }
      }
    }
  }

  /// Of each state what entering it costs at most, and what a transition costs there that stays:
  /// computing what is due in it, asking its conditions, and checking what must hold in it.
  package let entering: [Int]
  /// W of each state. Along every automatic edge, W of the source is at least what the edge costs
  /// and W of the target after it.
  package let ahead: [Ahead]
  /// What opening costs at most: the terms' bounds, what follows from them, and entering the initial state.
  package let opening: Int

  /// On every circle of automatic edges a counter is raised. `bounds` are the most gas that each function uses.
  init(_ wellFormed: WellFormedModule, edges: [Edge], bounds: [Int]) {
    let interface = wellFormed.module.interface
    let automatic = edges.filter { interface.transitions[$0.transition].trigger.isAutomatic }
    let deadlineGas = GasSchedule.of(wellFormed.module.protocolNumber).deadline
    func bound(_ entry: Entry) -> Int { bounds[wellFormed.function(of: entry)] }

    var entering = [Int](repeating: 0, count: interface.states.count)
    for (index, transition) in interface.transitions.identified where transition.trigger.isAutomatic {
      entering[of: transition.source] += bound(.due(transition: index))
    }
    for (index, invariant) in interface.invariants.enumerated() {
      for state in invariant.states { entering[of: state] += bound(.invariant(index)) }
    }

    func cost(_ edge: Edge) -> Int {
      sum(deadlineGas + entering[of: edge.target], bound(.body(transition: edge.transition)))
    }
    let components = Components(automatic, stateCount: interface.states.count)
    var ahead = [Ahead](repeating: Ahead(least: 0, rounds: []), count: interface.states.count)
    // Groups come after those that they lead to.
    for group in components.groups {
      // The dearest way out, from any state of it.
      var exit = Ahead(least: 0, rounds: [])
      for edge in components.outside(group) { exit.cover(ahead[of: edge.target], after: cost(edge)) }
      let inside = components.inside(group)
      // The dearest way within it on which no counter is raised.
      let between = dearestWays(inside.filter { !$0.isRanked }, cost)
      // An edge that raises is gone along once for each time that its counter can be raised, and
      // leads to the dearest way at most that follows it.
      var raising: [Ahead.Round] = []
      for edge in inside {
        guard let field = edge.rank, case .counter(let most) = interface.fields[field].type else { continue }
        let round = sum(cost(edge), between[edge.target] ?? 0)
        if let known = raising.firstIndex(where: { $0.field == field }) {
          raising[known].gas = max(raising[known].gas, round)
        } else {
          raising.append(Ahead.Round(field: field, most: most, gas: round))
        }
      }
      for state in group {
        ahead[of: state] = exit
        ahead[of: state].least = sum(exit.least, between[state] ?? 0)
        for round in raising {
          if let known = ahead[of: state].rounds.firstIndex(where: { $0.field == round.field }) {
            ahead[of: state].rounds[known].gas = sum(ahead[of: state].rounds[known].gas, round.gas)
          } else {
            ahead[of: state].rounds.append(round)
          }
        }
        ahead[of: state].rounds.sort { $0.field < $1.field }
      }
    }
    self.entering = entering
    self.ahead = ahead
    opening =
      interface.terms.ids.reduce(0) { sum, term in
        (0..<interface.terms[term].boundCount).reduce(sum) { $0 + bound(.bound(term: term, number: $1)) }
      } + (interface.hasOpening ? bound(.opening) : 0) + entering[of: interface.initialState]
  }
}

/// Of each state that these edges leave the dearest way along them. They have no circle.
private func dearestWays(_ edges: [Edge], _ cost: (Edge) -> Int) -> [StateID: Int] {
  var dearest: [StateID: Int] = [:]
  if edges.isEmpty { return dearest }
  let components = Components(edges, stateCount: edges.reduce(0) { max($0, $1.source.index + 1, $1.target.index + 1) })
  for state in components.groups {
    for edge in components.outside(state) {
      dearest[edge.source] = max(dearest[edge.source] ?? 0, sum(cost(edge), dearest[edge.target] ?? 0))
    }
  }
  return dearest
}
