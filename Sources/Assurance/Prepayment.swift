import Bytecode
import Interface

/// What an agreement must have paid ahead, state by state, so that nothing that happens by itself can ever run out of gas.
package struct Prepayment: Sendable {
  /// Of each state what entering it costs at most, and what a transition costs there that stays: computing what is due in it, asking its conditions, and
  /// checking what must hold in it.
  package let entering: [Int]
  /// W of each state: the dearest way that leads on from it by itself, to an end, with all counters at zero. It does not fall as counters are raised: within
  /// a circle, what was paid ahead on entering it suffices, though it is less than W of the next state then.
  package let ahead: [Int]
  /// What opening costs at most: the terms' bounds, what follows from them, and entering the initial state.
  package let opening: Int

  /// On every circle of `edges` a counter is raised. `bounds` are the most gas that each function uses.
  init(_ wellFormed: WellFormedModule, edges: [AutomaticEdge], bounds: [Int]) {
    let interface = wellFormed.module.interface
    let deadlineGas = GasSchedule.of(wellFormed.module.protocolNumber).deadline
    func bound(_ entry: Entry) -> Int { bounds[wellFormed.function(of: entry)] }

    var entering = [Int](repeating: 0, count: interface.states.count)
    for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
      entering[transition.source] += bound(.due(transition: index))
    }
    for (index, invariant) in interface.invariants.enumerated() {
      for state in invariant.states { entering[state] += bound(.invariant(index)) }
    }

    func cost(_ edge: AutomaticEdge) -> Int { deadlineGas + bound(.body(transition: edge.transition)) + entering[edge.target] }
    let ways = Ways(edges, stateCount: interface.states.count)
    var ahead = [Int](repeating: 0, count: interface.states.count)
    // Components come after those that they lead to.
    for component in ways.components {
      let inside = ways.inside(component)
      // The dearest way out, from any state of it.
      let exit = ways.outside(component).reduce(0) { max($0, sum(cost(edges[$1]), ahead[edges[$1].target])) }
      let ranked = inside.filter { edges[$0].isRanked }
      var counters: UInt64 = 0
      for edge in ranked { counters |= edges[edge].raised }
      // However the counters are raised, so often at most an edge that raises one is gone along; before, between and behind, others make a way on which
      // each stands once.
      let rounds = interface.fields.indices.filter { counters & 1 << UInt64($0) != 0 }.reduce(0) { total, field in
        if case .counter(let most) = interface.fields[field].type { total + most } else { total }
      }
      let between = inside.filter { !edges[$0].isRanked }.reduce(0) { sum($0, cost(edges[$1])) }
      let raising = ranked.reduce(0) { max($0, cost(edges[$1])) }
      let inner = sum(product(rounds + 1, between), product(rounds, raising))
      for state in component { ahead[state] = sum(inner, exit) }
    }
    self.entering = entering
    self.ahead = ahead
    opening =
      interface.terms.indices.reduce(0) { sum, term in
        (0..<interface.terms[term].boundCount).reduce(sum) { $0 + bound(.bound(term: term, number: $1)) }
      } + (interface.hasOpening ? bound(.opening) : 0) + entering[interface.initialState]
  }
}

/// The graph of what happens by itself.
private struct Ways {
  /// Of each state, the edges that leave it, by number.
  let leaving: [[Int]]
  /// States from each of which the others can be reached; those that a component leads to stand before it.
  private(set) var components: [[Int]] = []
  private let edges: [AutomaticEdge]
  private var componentOf: [Int]

  /// By Tarjan's walk in depth, with its path kept aside, so that no graph makes the stack grow.
  init(_ edges: [AutomaticEdge], stateCount: Int) {
    self.edges = edges
    var leaving = [[Int]](repeating: [], count: stateCount)
    for (index, edge) in edges.enumerated() { leaving[edge.source].append(index) }
    self.leaving = leaving
    componentOf = Array(repeating: -1, count: stateCount)
    var (number, least) = ([Int](repeating: -1, count: stateCount), [Int](repeating: 0, count: stateCount))
    var open: [Int] = []
    var count = 0
    for start in 0..<stateCount where number[start] < 0 {
      var path: [(state: Int, edge: Int)] = []
      func enter(_ state: Int) {
        (number[state], least[state]) = (count, count)
        count += 1
        open.append(state)
        path.append((state, 0))
      }
      enter(start)
      while let (state, edge) = path.last {
        if edge < leaving[state].count {
          path[path.count - 1].edge += 1
          let target = edges[leaving[state][edge]].target
          if number[target] < 0 {
            enter(target)
          } else if componentOf[target] < 0 {
            least[state] = min(least[state], number[target])
          }
          continue
        }
        path.removeLast()
        if let before = path.last { least[before.state] = min(least[before.state], least[state]) }
        guard least[state] == number[state], let first = open.lastIndex(of: state) else { continue }
        for member in open[first...] { componentOf[member] = components.count }
        components.append(Array(open[first...]))
        open.removeSubrange(first...)
      }
    }
  }

  private func stays(_ edge: Int) -> Bool { componentOf[edges[edge].source] == componentOf[edges[edge].target] }

  /// The edges between states of a component.
  func inside(_ component: [Int]) -> [Int] { component.flatMap { leaving[$0] }.filter(stays) }

  /// The edges that leave it.
  func outside(_ component: [Int]) -> [Int] { component.flatMap { leaving[$0] }.filter { !stays($0) } }
}
