import Interface

/// A graph's states in groups, from each state of which the others can be reached; those that a
/// group leads to stand before it.
struct Components {
  private(set) var groups: [[StateID]] = []
  /// Of each state, the group in which it is.
  private(set) var groupOf: [Int]
  private let edges: [Edge]
  /// Of each state, the edges that leave it, by number.
  private let leaving: [[Int]]

  /// By Tarjan's walk in depth, with its path kept aside, so that no graph makes the stack grow.
  init(_ edges: [Edge], stateCount: Int) {
    self.edges = edges
    var leaving = [[Int]](repeating: [], count: stateCount)
    for (index, edge) in edges.enumerated() { leaving[of: edge.source].append(index) }
    self.leaving = leaving
    groupOf = Array(repeating: -1, count: stateCount)
    var (number, least) = ([Int](repeating: -1, count: stateCount), [Int](repeating: 0, count: stateCount))
    var open: [StateID] = []
    var count = 0
    for start in 0..<stateCount where number[start] < 0 {
      var path: [(state: StateID, edge: Int)] = []
      func enter(_ state: StateID) {
        (number[of: state], least[of: state]) = (count, count)
        count += 1
        open.append(state)
        path.append((state, 0))
      }
      enter(StateID(start))
      while let (state, edge) = path.last {
        if edge < leaving[of: state].count {
          path[path.count - 1].edge += 1
          let target = edges[leaving[of: state][edge]].target
          if number[of: target] < 0 {
            enter(target)
          } else if groupOf[of: target] < 0 {
            least[of: state] = min(least[of: state], number[of: target])
          }
          continue
        }
        path.removeLast()
        if let before = path.last { least[of: before.state] = min(least[of: before.state], least[of: state]) }
        guard least[of: state] == number[of: state], let first = open.lastIndex(of: state) else { continue }
        for member in open[first...] { groupOf[of: member] = groups.count }
        groups.append(Array(open[first...]))
        open.removeSubrange(first...)
      }
    }
  }

  private func stays(_ edge: Edge) -> Bool { groupOf[of: edge.source] == groupOf[of: edge.target] }

  /// The edges between states of a group.
  func inside(_ group: [StateID]) -> [Edge] { group.flatMap { leaving[of: $0] }.map { edges[$0] }.filter(stays) }

  /// The edges that leave it.
  func outside(_ group: [StateID]) -> [Edge] {
    group.flatMap { leaving[of: $0] }.map { edges[$0] }.filter { !stays($0) }
  }
}
