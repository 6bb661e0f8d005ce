import Bytecode
import Interface

/// One way in which an agreement goes on by itself: an `enter` of an automatic transition.
struct AutomaticEdge: Hashable {
  let transition: Int
  let source: Int
  let target: Int
  /// The counters that every way to it has raised, a bit for each field. None of them is ever lowered, so such an edge is gone along only so often.
  let raised: UInt64

  var isRanked: Bool { raised != 0 }
}

/// All of them, in the order of the transitions and of the code; one that differs from another in nothing stands once.
func automaticEdges(_ wellFormed: WellFormedModule) -> [AutomaticEdge] {
  let interface = wellFormed.module.interface
  var edges: [AutomaticEdge] = []
  for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
    var seen: Set<AutomaticEdge> = []
    for (target, raised) in endings(of: wellFormed.function(of: .body(transition: index)), in: wellFormed) {
      let edge = AutomaticEdge(transition: index, source: transition.source, target: target, raised: raised)
      if seen.insert(edge).inserted { edges.append(edge) }
    }
  }
  return edges
}

/// Where a body leads, with the counters that have been raised on every way there. Nothing takes a bit away again, so a loop's rounds need not be gone through
/// twice: what holds before it holds in every round.
private func endings(of function: Int, in wellFormed: WellFormedModule) -> [(state: Int, raised: UInt64)] {
  let code = wellFormed.module.functions[function].code
  var arriving = [UInt64?](repeating: nil, count: code.count)
  var endings: [(state: Int, raised: UInt64)] = []
  var here: UInt64? = 0
  func arrive(_ target: Int, _ raised: UInt64) { arriving[target] = (arriving[target] ?? .max) & raised }
  for (pc, instruction) in code.enumerated() {
    if let arrived = arriving[pc] { here = (here ?? .max) & arrived }
    guard let raised = here else { continue }
    if let answer = wellFormed.target(answering: pc, in: function) { arrive(answer, raised) }
    if let target = instruction.target, target > pc { arrive(target, raised) }
    switch instruction.opcode {
    case .raise: here = raised | 1 << UInt64(instruction.c)
    case .enter:
      endings.append((Int(instruction.a), raised))
      here = nil
    case .jump, .stay, .return, .fail: here = nil
    default: break
    }
  }
  return endings
}

/// A circle on which no counter is raised would be gone round for ever. Each is named once, by the states on it, from the first on.
func automaticCycles(_ interface: ContractInterface, _ edges: [AutomaticEdge]) -> [Finding] {
  var next = [[Int]](repeating: [], count: interface.states.count)
  for edge in edges where !edge.isRanked && !next[edge.source].contains(edge.target) { next[edge.source].append(edge.target) }
  var findings: [Finding] = []
  var isDone = [Bool](repeating: false, count: interface.states.count)
  for start in interface.states.indices where !isDone[start] {
    // A walk in depth with its path kept aside, so that no graph makes the stack grow.
    var path = [(state: start, edge: 0)]
    while let (state, edge) = path.last {
      if edge == next[state].count {
        isDone[state] = true
        path.removeLast()
        continue
      }
      path[path.count - 1].edge += 1
      let target = next[state][edge]
      if let first = path.firstIndex(where: { $0.state == target }) {
        if findings.count == Finding.countMax { return findings }
        findings.append(.automaticCycle(path[first...].map(\.state)))
      } else if !isDone[target] {
        path.append((target, 0))
      }
    }
  }
  return findings
}
