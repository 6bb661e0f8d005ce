// When an agreement ends, and who is paid, if nobody acts any more; and by when it ends if one party is silent and all others do their worst. Told, symbolic in the
// terms; what is needed to be sure that it ends at all is in `endlessCircles`.

import Bytecode
import Interface

/// By when something has happened: so long after a state was entered, or so long after a date where the state was entered before it.
package struct By: Hashable, Sendable {
  /// A time; nil where it is counted from the entering alone.
  package let date: TimeForm?
  /// A duration.
  package let wait: TimeForm

  init(date: TimeForm? = nil, wait: TimeForm = TimeForm(milliseconds: 0)) {
    self.date = date
    self.wait = wait
  }

  package var isTime: Bool { date != nil }

  /// The date with the wait, or the wait alone. Nil where a number would not fit.
  package var form: TimeForm? { date.map { $0 + wait } ?? wait }

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

/// Who gets what of a vault.
package struct Payout: Hashable, Sendable {
  /// The instruction that pays, by its place in the transition's body.
  package let instruction: Int
  package let vault: Int
  package let payee: Payee
  package let portion: Portion

  package enum Payee: Hashable, Sendable {
    case party(Int)
    /// An account that a register names: of a field or an argument.
    case account(register: Int)
    case vault(Int)
    /// Each key of the vault, which is an account.
    case each
    /// The accounts of a list.
    case list(register: Int)
  }

  package enum Portion: Hashable, Sendable {
    case all
    /// A share that a register tells, perhaps capped by what is left.
    case share(register: Int, isCapped: Bool)
    /// What other shares have left.
    case rest
    /// An equal part of what other shares have left, or of all.
    case evenly
  }
}

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

/// Edges with the time that passes before they are taken.
struct TimedGraph {
  private let interface: ContractInterface
  private let reading: Reading
  private let deadlinesOfState: [[Int]]

  init(_ wellFormed: WellFormedModule, _ reading: Reading) {
    interface = wellFormed.module.interface
    self.reading = reading
    var deadlines = [[Int]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.enumerated() where reading.due[index] != nil { deadlines[transition.source].append(index) }
    deadlinesOfState = deadlines
  }

  /// The deadlines of a state, in source order.
  func deadlines(of state: Int) -> [Int] { deadlinesOfState[state] }

  func isTime(_ transition: Int) -> Bool { interface.transitions[transition].trigger == .at }

  /// Whether another deadline of the state always comes first.
  func isOvertaken(_ transition: Int) -> Bool {
    guard let due = reading.due[transition] else { return false }
    return deadlines(of: interface.transitions[transition].source).contains { other in
      guard other != transition, isTime(other) == isTime(transition), let first = reading.due[other] else { return false }
      if other < transition { return reading.isKnown(due, atLeast: first) }
      // Where both have passed, the first in the source comes first: a date may be over on entering, and what changes with the fields may be after an act.
      guard !isTime(transition), reading.isFixed(due), reading.isFixed(first), let least = first + TimeForm(milliseconds: 1) else { return false }
      return reading.isKnown(due, atLeast: least)
    }
  }

  /// How long a state lasts that an automatic transition ends: of a condition nothing, since without an act it holds at once or never.
  func wait(for transition: Int) -> By {
    guard let due = reading.due[transition] else { return By() }
    return isTime(transition) ? By(date: due) : By(wait: due)
  }

  private static let momentsMax = 6

  /// Whether one is never earlier than the other, as far as the terms' bounds show.
  private func isKnown(_ by: By, atLeast other: By) -> Bool {
    guard reading.isKnown(by.wait, atLeast: other.wait) else { return false }
    guard let date = other.date else { return true }
    return by.date.map { reading.isKnown($0, atLeast: date) } ?? false
  }

  /// Of two the later one stays, as far as it is known which that is; where there get to be too many, one that is no earlier than either.
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

  /// Of each state by when it has ended if only these edges are taken, each as late as `wait` says; nil where one that can be reached waits for ever. A state from
  /// which none leads has ended.
  func latest(along edges: [Edge], _ wait: (Edge) -> By?) -> [[By]?] {
    let components = Components(edges, stateCount: interface.states.count)
    var latest = [[By]?](repeating: [], count: interface.states.count)
    for group in components.groups {
      var exit: [By] = []
      var isEndless = false
      func follow(_ edge: Edge, _ rest: [By]?) {
        guard let first = wait(edge), let rest else {
          isEndless = true
          return
        }
        if rest.isEmpty { add(first, to: &exit) }
        for end in rest { for by in after(first, end) { add(by, to: &exit) } }
      }
      for edge in components.outside(group) { follow(edge, latest[edge.target]) }
      let inside = components.inside(group)
      if !inside.isEmpty {
        if let rounds = rounds(inside, wait) { exit = around(rounds, exit) } else { isEndless = true }
      }
      for state in group { latest[state] = isEndless ? nil : exit }
    }
    return latest
  }

  /// How long a group can be gone round in: as often as its counters allow, each time through all of it.
  private func rounds(_ inside: [Edge], _ wait: (Edge) -> By?) -> [By]? {
    var longest: [Int: TimeForm] = [:]
    var dates: [TimeForm] = []
    for edge in inside {
      guard let by = wait(edge) else { return nil }
      longest[edge.source] = longest[edge.source]?.covering(by.wait) ?? by.wait
      if let date = by.date { dates.append(date) }
    }
    let counters = inside.compactMap(\.rank)
    let times = interface.fields.indices.filter(counters.contains).reduce(Int64(1)) { times, field in
      if case .counter(let most) = interface.fields[field].type { times + Int64(most) } else { times }
    }
    var round = TimeForm(milliseconds: 0)
    for state in interface.states.indices {
      guard let form = longest[state] else { continue }
      guard let sum = round.adding(form, times: times) else { return [TimedGraph.never] }
      round = sum
    }
    return dates.isEmpty ? [By(wait: round)] : dates.map { By(date: $0, wait: round) }
  }

  private func around(_ rounds: [By], _ exit: [By]) -> [By] {
    var latest: [By] = []
    for round in rounds { for by in exit.isEmpty ? [round] : exit.flatMap({ after(round, $0) }) { add(by, to: &latest) } }
    return latest
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
      case .balance, .balanceOfKey, .countKeys, .empty, .now: readsMore = true
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

extension WellFormedModule {
  /// What may be paid on the ways through a body to a state, out of vaults that may hold something then, in the order of the code.
  func payouts(on leg: Silence.Leg, _ flow: MoneyFlow) -> [Payout] {
    let function = function(of: .body(transition: leg.transition))
    let code = module.functions[function].code
    let holdings = flow.holdings(in: leg.transition)
    // Which instructions lead there. All ways lead ahead but those round loops, and what stands in one is followed by what follows it.
    var leads = [Bool](repeating: false, count: code.count)
    for pc in code.indices.reversed() {
      let instruction = code[pc]
      func isLed(_ target: Int?) -> Bool { target.map { $0 < leads.count && leads[$0] } ?? false }
      switch instruction.opcode {
      case .enter: leads[pc] = Int(instruction.a) == leg.target
      case .stay, .return, .fail: leads[pc] = false
      case .jump: leads[pc] = isLed(Int(instruction.a))
      default: leads[pc] = isLed(pc + 1) || isLed(instruction.target) || isLed(target(answering: pc, in: function))
      }
    }
    var payouts: [Payout] = []
    for (pc, instruction) in code.enumerated() where leads[pc] {
      func add(_ vault: Int, _ place: PlaceOperand, _ portion: Payout.Portion) {
        let payee: Payout.Payee =
          switch place {
          case .party(let party): .party(party)
          case .account(let register): .account(register: register)
          case .vault(let vault), .entry(let vault, _): .vault(vault)
          }
        if payee != .vault(vault) { payouts.append(Payout(instruction: pc, vault: vault, payee: payee, portion: portion)) }
      }
      func add(_ vault: Int, _ shares: [SplitShare]) {
        for share in shares {
          let portion: Payout.Portion =
            switch share.portion {
            case .part(let register): .share(register: register, isCapped: false)
            case .upTo(let register): .share(register: register, isCapped: true)
            case .rest: .rest
            case .evenly: .evenly
            }
          switch share.targets {
          case .places(let places): for place in places { add(vault, place, portion) }
          case .split(let table): add(vault, module.splits[table])
          case .list(let register): payouts.append(Payout(instruction: pc, vault: vault, payee: .list(register: register), portion: portion))
          }
        }
      }
      switch instruction.opcode {
      case .pay, .split, .payEach:
        let source = instruction.opcode == .payEach ? Int(instruction.a) : PlaceOperand(number: instruction.a)?.vault
        guard let source, let held = holdings.isEmpty ? nil : holdings[pc], held & 1 << source != 0 else { continue }
        switch instruction.opcode {
        case .pay: if let place = PlaceOperand(number: instruction.b) { add(source, place, .all) }
        case .split: add(source, module.splits[Int(instruction.b)])
        default: payouts.append(Payout(instruction: pc, vault: source, payee: .each, portion: .all))
        }
      default: break
      }
    }
    return payouts
  }
}
