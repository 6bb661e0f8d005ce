import Bytecode
import Interface

/// What an agreement must have paid ahead, state by state, so that no deadline can ever run out of gas.
package struct Prepayment: Sendable {
  /// Of each state what entering it costs at most: computing what is due in it, and checking what must hold in it.
  package let entering: [Int]
  /// W of each state: the dearest way that leads on from it by itself, to an end.
  package let ahead: [Int]
  /// What opening costs at most: the terms' bounds, and entering the initial state.
  package let opening: Int

  /// The graph of deadlines has no circle, so a way visits each state once. `bounds` are the most gas that each function uses.
  init(_ wellFormed: WellFormedModule, bounds: [Int]) {
    let interface = wellFormed.module.interface
    let deadlineGas = GasSchedule.of(wellFormed.module.protocolNumber).deadline
    func bound(_ entry: Entry) -> Int { bounds[wellFormed.function(of: entry)] }

    var automatic = [[Int]](repeating: [], count: interface.states.count)
    var edges = [[(transition: Int, target: Int)]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
      automatic[transition.source].append(index)
      for target in targets(of: index, in: wellFormed) where !edges[transition.source].contains(where: { $0 == (index, target) }) {
        edges[transition.source].append((index, target))
      }
    }
    let entering = interface.states.indices.map { state in
      automatic[state].reduce(0) { $0 + bound(.due(transition: $1)) }
        + interface.invariants.indices.filter { interface.invariants[$0].states.contains(state) }.reduce(0) { $0 + bound(.invariant($1)) }
    }

    // A walk in depth with its path kept aside; a state is summed up when all states behind it are.
    var ahead = [Int?](repeating: nil, count: interface.states.count)
    for start in interface.states.indices {
      var path = [start]
      while let state = path.last {
        if ahead[state] == nil, let open = edges[state].first(where: { ahead[$0.target] == nil }) {
          path.append(open.target)
          continue
        }
        ahead[state] = edges[state].reduce(0) { dearest, edge in
          max(dearest, deadlineGas + bound(.body(transition: edge.transition)) + entering[edge.target] + (ahead[edge.target] ?? 0))
        }
        path.removeLast()
      }
    }
    self.entering = entering
    self.ahead = ahead.map { $0 ?? 0 }
    opening =
      interface.terms.indices.reduce(0) { sum, term in
        (0..<interface.terms[term].boundCount).reduce(sum) { $0 + bound(.bound(term: term, number: $1)) }
      } + entering[interface.initialState]
  }
}
