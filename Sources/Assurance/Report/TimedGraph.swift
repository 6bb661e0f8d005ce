import Bytecode
import Interface

/// By when something has happened: so long after a state was entered, or so long after a date where
/// the state was entered before it.
package struct By: Hashable, Sendable {
  /// A time; nil where it is counted from the entering alone.
  package let date: TimeForm?
  /// A duration.
  package let wait: TimeForm

  package init(date: TimeForm? = nil, wait: TimeForm = TimeForm(milliseconds: 0)) {
    self.date = date
    self.wait = wait
  }

  package var isTime: Bool { date != nil }

  /// The date with the wait, or the wait alone.
  package var form: TimeForm { date.flatMap { $0 + wait } ?? wait }

  /// In milliseconds since 1970, of a state that was entered then; nil where a part is not known.
  package func time(enteredAt entered: Int64, _ part: (TimeForm.Part) -> Int64?) -> Int64? {
    guard let wait = wait.value(part) else { return nil }
    var start = entered
    if let date {
      guard let time = date.value(part) else { return nil }
      start = max(time, entered)
    }
    let (end, isTooLate) = start.addingReportingOverflow(wait)
    return isTooLate ? nil : end
  }
}

/// Edges with the time that passes before they are taken.
struct TimedGraph {
  private let interface: ContractInterface
  private let reading: Reading
  private let deadlinesOfState: [[TransitionID]]
  private let overtaken: [Bool]

  init(_ wellFormed: WellFormedModule, _ reading: Reading) {
    let interface = wellFormed.module.interface
    self.interface = interface
    self.reading = reading
    var deadlines = [[TransitionID]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.identified where reading.due[of: index] != nil {
      deadlines[of: transition.source].append(index)
    }
    deadlinesOfState = deadlines
    overtaken = interface.transitions.ids.map { transition in
      TimedGraph.isOvertaken(
        transition, among: deadlines[of: interface.transitions[transition].source], interface, reading)
    }
  }

  /// The deadlines of a state, in source order.
  func deadlines(of state: StateID) -> [TransitionID] { deadlinesOfState[of: state] }

  func isDeadline(_ transition: TransitionID) -> Bool { reading.due[of: transition] != nil }

  func isTime(_ transition: TransitionID) -> Bool { interface.transitions[transition].trigger == .at }

  /// So many deadlines of a state are held against each other.
  private static let comparedMax = 16

  /// Whether another deadline of the state always comes first.
  func isOvertaken(_ transition: TransitionID) -> Bool { overtaken[of: transition] }

  private static func isOvertaken(
    _ transition: TransitionID, among deadlines: [TransitionID], _ interface: ContractInterface, _ reading: Reading
  ) -> Bool {
    guard let due = reading.due[of: transition] else { return false }
    func isTime(_ transition: TransitionID) -> Bool { interface.transitions[transition].trigger == .at }
    return deadlines.prefix(comparedMax).contains { other in
      guard other != transition, isTime(other) == isTime(transition), let first = reading.due[of: other] else {
        return false
      }
      if other < transition { return reading.isKnown(due, atLeast: first) }
      // Where both have passed, the first in the source comes first: a date may be over on
      // entering, and what changes with the fields may be after an act.
      guard !isTime(transition), reading.isFixed(due), reading.isFixed(first),
        let least = first + TimeForm(milliseconds: 1)
      else { return false }
      return reading.isKnown(due, atLeast: least)
    }
  }

  /// How long a state lasts that an automatic transition ends: of a condition nothing, since
  /// without an act it holds at once or never.
  func wait(for transition: TransitionID) -> By {
    guard let due = reading.due[of: transition] else { return By() }
    return isTime(transition) ? By(date: due) : By(wait: due)
  }

  private static let momentsMax = 6

  /// Whether one is never earlier than the other, as far as the terms' bounds show.
  private func isKnown(_ by: By, atLeast other: By) -> Bool {
    guard reading.isKnown(by.wait, atLeast: other.wait) else { return false }
    guard let date = other.date else { return true }
    return by.date.map { reading.isKnown($0, atLeast: date) } ?? false
  }

  /// Of two the later one stays, as far as it is known which that is; where there get to be too
  /// many, one that is no earlier than either.
  private func add(_ by: By, to latest: inout [By]) {
    if latest.contains(where: { isKnown($0, atLeast: by) }) { return }
    latest.removeAll { isKnown(by, atLeast: $0) }
    if latest.count >= TimedGraph.momentsMax, let place = latest.firstIndex(where: { $0.isTime == by.isTime }) {
      let date = latest[place].date.flatMap { known in by.date.map { known.covering($0) } }
      latest[place] = By(date: date, wait: latest[place].wait.covering(by.wait))
    } else {
      latest.append(by)
    }
  }

  /// Where a number would not fit: later than any time there is.
  private static let never = By(wait: TimeForm(milliseconds: .max))

  /// When both have passed, the second counted from the end of the first.
  private func after(_ first: By, _ second: By) -> [By] {
    guard let both = first.wait + second.wait else { return [TimedGraph.never] }
    let whole = By(date: first.date, wait: both)
    return second.isTime ? [second, whole] : [whole]
  }

  /// Of each state by when it has ended if only these edges are taken, each as late as `wait` says;
  /// nil where one that can be reached waits for ever. A state from which none leads has ended.
  func latest(along edges: [Edge], _ wait: (_ edge: Edge, _ isInCircle: Bool) -> By?) -> [[By]?] {
    let components = Components(edges, stateCount: interface.states.count)
    var latest = [[By]?](repeating: [], count: interface.states.count)
    for group in components.groups {
      var exit: [By] = []
      var isEndless = false
      let inside = components.inside(group)
      func follow(_ edge: Edge, _ rest: [By]?) {
        guard let first = wait(edge, !inside.isEmpty), let rest else {
          isEndless = true
          return
        }
        if rest.isEmpty { add(first, to: &exit) }
        for end in rest { for by in after(first, end) { add(by, to: &exit) } }
      }
      for edge in components.outside(group) { follow(edge, latest[of: edge.target]) }
      if !inside.isEmpty {
        if let rounds = rounds(inside, isAlone: group.count == 1, { wait($0, true) }) {
          exit = around(rounds, exit)
        } else {
          isEndless = true
        }
      }
      for state in group { latest[of: state] = isEndless ? nil : exit }
    }
    return latest
  }

  /// How long a group can be gone round in: as often as its counters allow, each time through all
  /// of it. Of a state alone the last stay is told by how it is left.
  private func rounds(_ inside: [Edge], isAlone: Bool, _ wait: (Edge) -> By?) -> [By]? {
    var longest: [StateID: TimeForm] = [:]
    var dates: [TimeForm] = []
    for edge in inside {
      guard let by = wait(edge) else { return nil }
      longest[edge.source] = longest[edge.source]?.covering(by.wait) ?? by.wait
      if let date = by.date { dates.append(date) }
    }
    let counters = inside.compactMap(\.rank)
    let times = interface.fields.ids.filter(counters.contains).reduce(Int64(isAlone ? 0 : 1)) { times, field in
      if case .counter(let most) = interface.fields[field].type { times + Int64(most) } else { times }
    }
    var round = TimeForm(milliseconds: 0)
    for state in interface.states.ids {
      guard let form = longest[state] else { continue }
      guard let sum = round.adding(form, times: times) else { return [TimedGraph.never] }
      round = sum
    }
    return dates.isEmpty ? [By(wait: round)] : dates.map { By(date: $0, wait: round) }
  }

  private func around(_ rounds: [By], _ exit: [By]) -> [By] {
    var latest: [By] = []
    for round in rounds {
      for by in exit.isEmpty ? [round] : exit.flatMap({ after(round, $0) }) { add(by, to: &latest) }
    }
    return latest
  }
}
