import Interface
import Primitives
import VM

/// The runs of one module.
struct BareRuns {
  private var agreement: BareAgreement
  private let isAssured: Bool
  private let seed: UInt64
  private let rows: [UInt64]
  /// What runs begin with.
  private var openings: [Opening]
  private var drawnTerms: [[Value]]
  /// Of each state some agreements that have come there: what lies far from the opening would
  /// hardly ever be reached otherwise.
  private var visits: [[Visit]]
  /// Of each state how often one came there.
  private var visitCounts: [Int]
  /// The states of which there are some.
  private var visited: [StateID] = []
  /// One run of so many is driven: those are long, and a circle that can be driven is found soon.
  private let drivenEach: Int
  private let automaticsMax: Int
  private let entriesMax: Int

  // The run that is going on.
  private var tape = Tape(seed: 0, isRecording: false)
  private var found: Badness?
  private var arguments: [UInt64] = []
  /// Of each state the action that is tried first, or one behind the last: what happens by itself is waited for.
  private var preferences: [Int] = []
  /// Of each transition at a time, when it was due in the last visit.
  private var lastDue: [Time?] = []
  private var recorded: [BareStep]?
  private var moneyStates: [Bool]

  private struct Visit {
    let snapshot: BareAgreement.Snapshot
    /// What led there, where it is to be told.
    let steps: [BareStep]?
  }

  /// So many agreements are kept of each state.
  private static let visitsMax = 8

  private enum Opening {
    case unmade
    case made(BareAgreement.Snapshot)
    /// Terms that hold were not found.
    case failed
  }

  /// So often a run is opened with other terms before it is given up.
  private static let triesMax = 300

  init(_ agreement: BareAgreement, isAssured: Bool, schedules: Int, seed: UInt64) {
    self.agreement = agreement
    self.isAssured = isAssured
    self.seed = seed
    let interface = agreement.interface
    // One account for each party, and two strangers.
    rows = (1...UInt64(interface.parties.count + 2)).map { $0 }
    let count = max(1, min(256, schedules / 6))
    openings = Array(repeating: .unmade, count: count)
    drawnTerms = Array(repeating: [], count: count)
    drivenEach = schedules > 500 ? 50 : 10
    moneyStates = Array(repeating: false, count: interface.states.count)
    visits = Array(repeating: [], count: interface.states.count)
    visitCounts = Array(repeating: 0, count: interface.states.count)
    let raises = interface.fields.reduce(0) { total, field in
      if case .counter(let most) = field.type { total + most } else { total }
    }
    // Twice what an agreement can do whose circles all raise a counter.
    let most = 2 * (1 + raises) * interface.states.count
    automaticsMax = max(2000, most)
    entriesMax = max(1000, most)
  }

  mutating func report(_ schedules: Int) -> BareReport {
    var report = BareReport()
    for schedule in 0..<schedules where report.bad == nil {
      guard run(schedule) else { continue }
      report.runCount += 1
      guard let found else { continue }
      if !found.isWithoutMoney {
        report.bad = (found, schedule)
      } else if report.endless == nil {
        report.endless = (found, schedule)
      }
    }
    report.callCount = agreement.callCount
    report.untaken = agreement.interface.transitions.ids.filter { !agreement.isTaken[of: $0] }
    report.moneyStates = Set(agreement.interface.states.ids.filter { moneyStates[of: $0] })
    return report
  }

  /// All runs before are made again: this one may begin where one of them has come.
  mutating func steps(_ schedule: Int) -> [BareStep] {
    for earlier in 0...schedule {
      recorded = []
      _ = run(earlier)
    }
    return recorded ?? []
  }

  // MARK: Schedules

  /// Whether the run began: terms that hold may not be found.
  private mutating func run(_ schedule: Int) -> Bool {
    found = nil
    tape = Tape(seed: seed &+ UInt64(schedule) &* 0x9E37_79B9_7F4A_7C15, isRecording: false)
    if schedule % 3 == 2 && !visited.isEmpty {
      let state = tape.element(visited)
      let visit = visits[of: state][tape.below(visits[of: state].count)]
      agreement.restore(visit.snapshot)
      if recorded != nil { recorded = visit.steps }
    } else {
      let tape = tape
      guard open(schedule % openings.count) else { return false }
      self.tape = tape
    }
    advance(to: agreement.now)
    if schedule == 0 {
      // Everybody is silent from the beginning.
    } else if schedule % drivenEach == 1 {
      drive()
    } else {
      for _ in 0..<tape.below(tape.element([13, 30])) where isGoingOn {
        if tape.oneIn(4) { wait() } else { act() }
      }
    }
    fallSilent()
    if isAssured, let (state, failure) = agreement.dueFailure { found = .dueFails(state: state, failure) }
    if let overrun = agreement.overrun { found = .gas(overrun.what, used: overrun.used, bound: overrun.bound) }
    return true
  }

  private var isGoingOn: Bool { found == nil && !agreement.isFinal && !agreement.isSuspended }

  private mutating func open(_ number: Int) -> Bool {
    switch openings[number] {
    case .failed: return false
    case .made(let snapshot): agreement.restore(snapshot)
    case .unmade:
      tape = Tape(seed: seed ^ UInt64(number + 1) &* 0xD1B5_4A32_D192_ED03, isRecording: false)
      openings[number] = .failed
      let terms = agreement.interface.terms
      var values = terms.map { tape.value(of: $0, choosing) }
      var tries = 0
      while let (_, broken) = agreement.open(values) {
        tries += 1
        if tries > BareRuns.triesMax || terms.isEmpty { return false }
        // What does not hold may be the fault of another term.
        let term = broken.flatMap { tape.below(4) == 3 ? nil : $0 } ?? TermID(tape.below(terms.count))
        values[of: term] = tape.value(of: terms[term], choosing)
      }
      openings[number] = .made(agreement.snapshot)
      drawnTerms[number] = values
    }
    if recorded != nil { note(.opening(terms: drawnTerms[number]), .entered(agreement.state)) }
    noteMoney()
    return true
  }

  private var choosing: Choosing { Choosing(types: agreement.interface.types, now: agreement.now, accounts: rows) }

  private mutating func wait() { pass(until: tape.time(after: agreement.now, agreement.next?.due)) }

  private mutating func act() {
    let actions = agreement.actions
    if actions.isEmpty { return wait() }
    for _ in 0..<3 {
      if case .refused = take(actions[tape.below(actions.count)]) { continue }
      return
    }
  }

  /// Others keep it going as long as they can: in each state there is one action that they would
  /// rather take than any other, and between two of them some time passes.
  private mutating func drive() {
    preferences.removeAll(keepingCapacity: true)
    for state in agreement.interface.states.ids {
      preferences.append(tape.below(agreement.actions(in: state).count + 1))
    }
    lastDue = Array(repeating: nil, count: agreement.interface.transitions.count)
    var (entries, stays, holdsMoney, isTimeUp) = (0, 0, true, false)
    while isGoingOn {
      let actions = agreement.actions
      let first = preferences[of: agreement.state]
      let before = agreement.next
      var outcome = BareAgreement.Outcome.refused(.refused(.state))
      if first < actions.count {
        // What only stays is done once in a visit, unless it puts off what is due.
        for place in stays..<max(stays, actions.count) {
          outcome = take(actions[(first + place) % actions.count])
          if case .refused = outcome { outcome = take(actions[(first + place) % actions.count]) }
          if case .refused = outcome { continue }
          stays = place + 1
          break
        }
      }
      switch outcome {
      case .stayed, .entered:
        if outcome == .stayed {
          guard let before, let next = agreement.next, next.due > before.due else { continue }
          stays -= 1
          // No longer than a hundred years from when the state was entered.
          if agreement.interface.transitions[next.transition].trigger == .after { isTimeUp = true }
        } else {
          stays = 0
        }
        entries += 1
        if entries > entriesMax / 2 {
          if !agreement.holdsMoney { holdsMoney = false }
          // What is due at a time that does not move ends it when that comes.
          for deadline in agreement.deadlines where agreement.interface.transitions[deadline.transition].trigger == .at
          {
            if lastDue[of: deadline.transition] == deadline.due { isTimeUp = true }
            lastDue[of: deadline.transition] = deadline.due
          }
        }
        if entries > entriesMax {
          if !isTimeUp { found = .isDriven(state: agreement.state, holdsMoney: holdsMoney) }
          return
        }
        guard let next = agreement.next else { continue }
        let gap = Int(next.due.milliseconds - agreement.now.milliseconds)
        let time =
          next.due.milliseconds <= agreement.now.milliseconds
          ? agreement.now : agreement.now + Duration(unchecked: Int64(tape.below(gap)))
        pass(until: time)
      case .refused:
        stays = 0
        guard let next = agreement.next else { return }
        entries += 1
        if entries > entriesMax { return }
        pass(until: next.due)
        if entries > entriesMax / 2, !agreement.holdsMoney { holdsMoney = false }
      }
    }
  }

  private mutating func fallSilent() {
    var count = 0
    while isGoingOn {
      if agreement.next == nil {
        found = .waits(state: agreement.state, holdsMoney: agreement.holdsMoney)
        return
      }
      runNext()
      count += 1
      if count > automaticsMax { found = .circles(state: agreement.state) }
    }
  }

  private mutating func pass(until time: Time) {
    if recorded != nil { note(.wait(until: time), .stayed) }
    advance(to: time)
  }

  /// What is due until then, each at its own time.
  private mutating func advance(to time: Time) {
    var count = 0
    while isGoingOn, let next = agreement.next, next.due <= time {
      runNext()
      count += 1
      if count > automaticsMax { found = .circles(state: agreement.state) }
    }
    agreement.wait(until: time)
  }

  private mutating func runNext() {
    guard let (transition, outcome) = agreement.runNext() else { return }
    if case .refused(let failure) = outcome { found = .fails(transition: transition, failure) }
    if recorded != nil { note(.automatic(transition: transition), outcome) }
    look()
  }

  // MARK: Actions

  /// Takes an action that somebody may take; several who may act together agree.
  private mutating func take(_ transition: TransitionID) -> BareAgreement.Outcome {
    let interface = agreement.interface
    guard case .action(_, let parameters, let who) = interface.transitions[transition].trigger else {
      preconditionFailure("only actions are offered")
    }
    arguments.removeAll(keepingCapacity: true)
    for parameter in parameters { appendArgument(parameter.type) }
    var caller = tape.element(rows)
    var actors = [caller]
    if case .parties(let may, let needed) = who {
      let accounts = may.map { account(of: $0, parameters) }
      caller = accounts[tape.below(accounts.count)]
      // Nobody has no account.
      if caller == 0 { return .refused(.refused(.authority)) }
      actors = needed > 1 ? accounts : [caller]
      if needed > 1 && accounts.contains(0) { return .refused(.refused(.authority)) }
    }
    let outcome = agreement.take(transition, by: caller, actors: actors, arguments)
    if recorded != nil {
      var words = arguments[...]
      let values = parameters.map { Resting.take(&words, as: $0.type, in: interface.types) }
      note(.action(transition: transition, caller: caller, actors: actors, arguments: values), outcome)
    }
    if case .refused = outcome { return outcome }
    look()
    advance(to: agreement.now)
    return outcome
  }

  private func account(of actor: ContractInterface.Actor, _ parameters: [ContractInterface.Parameter]) -> UInt64 {
    switch actor {
    case .party(let party): return UInt64(party) + 1
    case .field(let field): return agreement.word(agreement.slots[agreement.interface.item(of: field)].slot)
    case .parameter(let index):
      var words = arguments[...]
      var value = Value.bool(false)
      for parameter in parameters[...index] {
        value = Resting.take(&words, as: parameter.type, in: agreement.interface.types)
      }
      if case .party(let row) = value { return row }
      return 0
    }
  }

  /// Half of the time a value that the agreement knows already: what stands in its terms and
  /// fields, or lies in its vaults.
  private mutating func appendArgument(_ type: ValueType) {
    if case .amount = type, tape.oneIn(3), let vault = agreement.fullVault {
      let units = agreement.host.balance(ofVault: vault).units / UInt128(1 + tape.below(3))
      arguments += [UInt64(truncatingIfNeeded: units), UInt64(units >> 64)]
      return
    }
    if type.wordsAtRest > 0, tape.oneIn(2) {
      let slots = agreement.slots
      let first = tape.below(slots.count + 1)
      for place in 0..<slots.count {
        let (other, slot) = slots[(first + place) % slots.count]
        if other != type { continue }
        for word in 0..<type.wordsAtRest { arguments.append(agreement.word(slot + word)) }
        return
      }
    }
    arguments += Resting.words(tape.value(of: type, choosing), as: type, in: agreement.interface.types)
  }

  // MARK: What was seen

  private mutating func look() {
    if agreement.isFinal, found == nil, let vault = agreement.fullVault {
      found = .leavesMoney(state: agreement.state, vault: vault)
    }
    noteMoney()
    if !agreement.isFinal && found == nil { keep() }
  }

  /// Keeps some of those that come to a state, any as likely as the others.
  private mutating func keep() {
    let state = agreement.state
    visitCounts[of: state] += 1
    let place =
      visits[of: state].count < BareRuns.visitsMax ? visits[of: state].count : tape.below(visitCounts[of: state])
    if place >= BareRuns.visitsMax { return }
    let visit = Visit(snapshot: agreement.snapshot, steps: recorded)
    if place < visits[of: state].count {
      visits[of: state][place] = visit
    } else {
      if place == 0 { visited.append(state) }
      visits[of: state].append(visit)
    }
  }

  private mutating func noteMoney() {
    if !moneyStates[of: agreement.state], agreement.holdsMoney { moneyStates[of: agreement.state] = true }
  }

  private mutating func note(_ event: BareStep.Event, _ outcome: BareAgreement.Outcome) {
    recorded?.append(
      BareStep(
        event: event, outcome: outcome, time: agreement.now, state: agreement.state, words: agreement.words,
        vaults: agreement.vaults,
        paid: agreement.paid(accountCount: rows.count), deadlines: agreement.deadlines))
  }
}
