// An agreement of any well-formed module on the bare machine, with its deadlines: what
// `AgreementExecutor` makes of a module, without accounts, consents and receipts, and whether or
// not the module is assured. It says what happens to modules that no ledger would take, which is
// how one learns what refusing them is worth.

import Assurance
import Bytecode
package import Interface
package import Primitives
import VM

package struct BareAgreement {
  /// What became of an event.
  package enum Outcome: Hashable, Sendable {
    case entered(StateID)
    case stayed
    case refused(Failure)
  }

  package struct Deadline: Hashable, Sendable {
    package let transition: TransitionID
    package let due: Time
  }

  /// A call that used more gas than its bound.
  struct Overrun: Hashable, Sendable {
    let what: String
    let used: Int
    let bound: Int
  }

  private enum Automatic {
    case after, at, when

    init?(_ trigger: ContractInterface.Trigger) {
      switch trigger {
      case .after: self = .after
      case .at: self = .at
      case .when: self = .when
      case .action: return nil
      }
    }
  }

  /// What is asked again and again about a state.
  private struct StatePlan {
    let isFinal: Bool
    /// The transitions that happen by themselves, with the functions that say when.
    var automatics: [(transition: TransitionID, due: Int, kind: Automatic)] = []
    var actions: [TransitionID] = []
    var invariants: [Int] = []
  }

  let module: WellFormedModule
  let interface: ContractInterface
  private let assured: AssuredModule?
  private let machine: Machine
  /// The state, words and vaults, as `BareTable` lays them down.
  private let row: UnsafeMutablePointer<UInt64>
  /// The row as it was before the event that is going on.
  private let before: UnsafeMutablePointer<UInt64>
  private let plans: [StatePlan]
  private let bodies: [Int]
  /// Of each transition whether it asks others than its caller for deposits.
  private let asksOthers: [Bool]
  private let bounds: [(term: TermID, function: Int)]
  private let wordCount: Int
  /// Terms, then fields.
  let slots: [(type: ValueType, slot: Int)]
  private let gas: Int

  private(set) var host: BareHost
  package private(set) var state: StateID = 0
  package private(set) var now = BareAgreement.start
  private var enteredAt = BareAgreement.start
  /// In source order.
  package private(set) var deadlines: [Deadline] = []
  private var nextDeadlines: [Deadline] = []
  /// An automatic transition has failed: nothing happens any more.
  package private(set) var isSuspended = false
  private(set) var overrun: Overrun?
  /// What is due in this state could not be computed.
  private(set) var dueFailure: (state: StateID, failure: Failure)?
  private(set) var callCount = 0
  /// The transitions that were taken in any run.
  private(set) var isTaken: [Bool]

  /// When every agreement is opened.
  package static let start = Time(milliseconds: 1_767_225_600_000)

  /// What it is at some time, so that many runs begin there.
  struct Snapshot {
    fileprivate let words: [UInt64]
    fileprivate let host: BareHost
    fileprivate let state: StateID
    fileprivate let now: Time
    fileprivate let enteredAt: Time
    fileprivate let deadlines: [Deadline]
  }

  /// Room for one agreement of whichever module, used by one after the other.
  static func table() -> BareTable {
    let limits = ProtocolNumber.current.limits
    return BareTable(count: 2, wordCount: 5 * (limits.terms + limits.fields), vaultCount: limits.vaults)
  }

  init(_ module: WellFormedModule, _ assured: AssuredModule?, _ machine: Machine, _ table: BareTable) {
    self.module = module
    self.assured = assured
    self.machine = machine
    (row, before) = (table.row(0), table.row(1))
    let interface = module.module.interface
    self.interface = interface
    var plans = interface.states.map { StatePlan(isFinal: $0.isFinal) }
    var bodies: [Int] = []
    var asksOthers: [Bool] = []
    for (index, transition) in interface.transitions.identified {
      let body = module.function(of: .body(transition: index))
      bodies.append(body)
      asksOthers.append(module.module.functions[body].code.contains { $0.opcode == .payer })
      if let kind = Automatic(transition.trigger) {
        plans[of: transition.source].automatics.append((index, module.function(of: .due(transition: index)), kind))
      } else {
        plans[of: transition.source].actions.append(index)
      }
    }
    for (index, invariant) in interface.invariants.enumerated() {
      for state in invariant.states { plans[of: state].invariants.append(module.function(of: .invariant(index))) }
    }
    self.plans = plans
    self.bodies = bodies
    self.asksOthers = asksOthers
    bounds = interface.terms.ids.flatMap { term in
      (0..<interface.terms[term].boundCount).map { (term, module.function(of: .bound(term: term, number: $0))) }
    }
    wordCount = interface.wordCount
    slots = interface.slots
    gas = module.module.protocolNumber.limits.gas
    host = BareHost(row, wordCount: wordCount, partyCount: interface.parties.count)
    nextDeadlines.reserveCapacity(8)
    isTaken = Array(repeating: false, count: interface.transitions.count)
  }

  // MARK: What there is

  package var isFinal: Bool { plans[of: state].isFinal }

  func isFinal(_ state: StateID) -> Bool { plans[of: state].isFinal }

  /// The actions that are offered now.
  var actions: [TransitionID] { plans[of: state].actions }

  func actions(in state: StateID) -> [TransitionID] { plans[of: state].actions }

  /// The agreement's words, terms first, then fields; behind them two for each vault.
  func word(_ index: Int) -> UInt64 { row[1 + index] }

  package var words: [UInt64] { (0..<wordCount).map { word($0) } }

  package var vaults: [Amount] { interface.vaults.ids.map { host.balance(ofVault: $0) } }

  /// What each of the accounts from row 1 on was paid.
  package func paid(accountCount: Int) -> [UInt128] {
    (1...UInt64(max(1, accountCount))).map { row in
      row <= host.parties.count ? host.parties[Int(row) - 1] : host.accounts.first { $0.row == row }?.units ?? 0
    }
  }

  var holdsMoney: Bool {
    let vaults = row + 1 + wordCount
    for word in 0..<(2 * interface.vaults.count) where vaults[word] != 0 { return true }
    return false
  }

  /// A vault that holds something.
  var fullVault: VaultID? { interface.vaults.ids.first { host.balance(ofVault: $0) > .zero } }

  /// What comes first of all that happens by itself; of two at one time the first in the source.
  package var next: Deadline? {
    var first: Deadline?
    for deadline in deadlines where first.map({ deadline.due < $0.due }) ?? true { first = deadline }
    return first
  }

  // MARK: Opening

  /// Opens an agreement in place of the one before. Where a bound of a term does not hold, that term is told.
  mutating func open(_ terms: [Value]) -> (failure: Failure, term: TermID?)? {
    host = BareHost(row, opening: interface, terms: terms)
    host.now = BareAgreement.start
    host.opened = BareAgreement.start
    begin(in: interface.initialState)
    var used = 0
    for (term, function) in bounds {
      let call = call(function)
      used += call.gas
      guard case .returns = call.stop else { return (.refused(.terms), term) }
      if call.value == 0 { return (.refused(.terms), term) }
    }
    if interface.hasOpening {
      let call = call(module.function(of: .opening))
      used += call.gas
      if case .fails(let failure) = call.stop { return (failure, nil) }
    }
    let (entering, failure) = settle(in: state)
    if let failure { return (failure, nil) }
    if let assured { check("opening", used + entering, assured.prepayment.opening) }
    swap(&deadlines, &nextDeadlines)
    host.commit()
    if let failure = brokenInvariant(in: state) { return (failure, nil) }
    return nil
  }

  private mutating func begin(in state: StateID) {
    self.state = state
    now = BareAgreement.start
    enteredAt = now
    isSuspended = false
    deadlines.removeAll(keepingCapacity: true)
  }

  var snapshot: Snapshot {
    Snapshot(
      words: (0..<(wordCount + 2 * interface.vaults.count)).map { word($0) }, host: host, state: state, now: now,
      enteredAt: enteredAt,
      deadlines: deadlines)
  }

  /// The agreement of the snapshot again, as it was then.
  mutating func restore(_ snapshot: Snapshot) {
    begin(in: snapshot.state)
    now = snapshot.now
    enteredAt = snapshot.enteredAt
    for (index, word) in snapshot.words.enumerated() { row[1 + index] = word }
    host = snapshot.host
    deadlines.append(contentsOf: snapshot.deadlines)
  }

  // MARK: Events

  /// An action, or a refusal that leaves no trace. `actors` are the accounts that agree to it, the
  /// caller among them. What is due at once is still to be run.
  mutating func take(_ transition: TransitionID, by caller: UInt64, actors: [UInt64], _ arguments: [UInt64]) -> Outcome
  {
    before.update(from: row, count: 1 + wordCount)
    host.now = now
    host.caller = caller
    let call = arguments.withUnsafeBufferPointer { self.call(bodies[of: transition], $0) }
    check(transition, call)
    let target: StateID
    switch call.stop {
    case .enters: target = StateID(call.detail)
    case .stays: target = state
    case .fails(let failure): return undo(failure)
    case .returns: preconditionFailure("a body leads somewhere")
    }
    // On the ledger nobody's money is moved by what others agree to.
    if asksOthers[of: transition], host.payers.contains(where: { !isActor($0, caller, actors) }) {
      return undo(.refused(.authority))
    }
    let entered = enteredAt
    if call.stop == .enters { enteredAt = now }
    let (used, failure) = settle(in: target)
    if let failure = failure ?? brokenInvariant(in: target, used) {
      enteredAt = entered
      return undo(failure)
    }
    state = target
    isTaken[of: transition] = true
    swap(&deadlines, &nextDeadlines)
    host.commit()
    return call.stop == .enters ? .entered(target) : .stayed
  }

  private func isActor(_ payer: Place?, _ caller: UInt64, _ actors: [UInt64]) -> Bool {
    switch payer {
    case nil: true
    case .party(let party): actors.contains(host.account(ofParty: party))
    case .account(let row): row == caller || actors.contains(row)
    case .vault, .entry: false
    }
  }

  private mutating func undo(_ failure: Failure) -> Outcome {
    row.update(from: before, count: 1 + wordCount)
    host.rollBack()
    return .refused(failure)
  }

  /// Runs what comes first, at its due time. Where it fails, the agreement is suspended.
  mutating func runNext() -> (transition: TransitionID, outcome: Outcome)? {
    guard let next else { return nil }
    before.update(from: row, count: 1 + wordCount)
    now = next.due
    host.now = now
    host.caller = 0
    let call = call(bodies[of: next.transition])
    check(next.transition, call)
    func suspend(_ failure: Failure) -> (transition: TransitionID, outcome: Outcome) {
      _ = undo(failure)
      deadlines.removeAll(keepingCapacity: true)
      isSuspended = true
      return (next.transition, .refused(failure))
    }
    switch call.stop {
    case .enters: break
    case .fails(let failure): return suspend(failure)
    case .stays, .returns: preconditionFailure("what happens by itself leads somewhere")
    }
    enteredAt = now
    let target = StateID(call.detail)
    let (used, failure) = settle(in: target)
    if let failure { return suspend(failure) }
    // What an automatic transition breaks is recorded, and the agreement goes on.
    if assured != nil { _ = brokenInvariant(in: target, used) }
    state = target
    isTaken[of: next.transition] = true
    swap(&deadlines, &nextDeadlines)
    host.commit()
    return (next.transition, .entered(state))
  }

  /// Nothing is due until then: lets the time pass.
  mutating func wait(until time: Time) { now = max(now, time) }

  // MARK: Calls

  private mutating func call(
    _ function: Int, _ arguments: UnsafeBufferPointer<UInt64> = UnsafeBufferPointer(start: nil, count: 0)
  ) -> Machine.Call {
    callCount += 1
    return machine.call(function, of: module, arguments: arguments, gas: gas, host: &host)
  }

  /// Computes what is due in a state that is entered, or stayed in, now: no earlier than it can be noticed.
  private mutating func settle(in state: StateID) -> (gas: Int, failure: Failure?) {
    nextDeadlines.removeAll(keepingCapacity: true)
    var gas = 0
    for index in plans[of: state].automatics.indices {
      let (transition, due, kind) = plans[of: state].automatics[index]
      let call = call(due)
      gas += call.gas
      switch call.stop {
      case .returns: break
      case .fails(let failure):
        dueFailure = (state, failure)
        return (gas, failure)
      case .enters, .stays:
        preconditionFailure("what comes by itself is due after a duration, at a time, or when a condition holds")
      }
      let value = Int64(bitPattern: call.value)
      switch kind {
      case .after:
        nextDeadlines.append(Deadline(transition: transition, due: max(enteredAt + Duration(unchecked: value), now)))
      case .at: nextDeadlines.append(Deadline(transition: transition, due: max(Time(milliseconds: value), now)))
      case .when: if value != 0 { nextDeadlines.append(Deadline(transition: transition, due: now)) }
      }
    }
    if plans[of: state].invariants.isEmpty { check(entering: state, gas) }
    return (gas, nil)
  }

  /// The first invariant that does not hold; `used` is what entering the state has used before.
  private mutating func brokenInvariant(in state: StateID, _ used: Int = 0) -> Failure? {
    var gas = used
    for index in plans[of: state].invariants.indices {
      let call = call(plans[of: state].invariants[index])
      gas += call.gas
      switch call.stop {
      case .returns: if call.value == 0 { return .refused(.invariant) }
      case .fails(let failure): return failure
      case .enters, .stays: preconditionFailure("an invariant has a value")
      }
    }
    if !plans[of: state].invariants.isEmpty { check(entering: state, gas) }
    return nil
  }

  // MARK: Gas

  private mutating func check(_ transition: TransitionID, _ call: Machine.Call) {
    guard let assured, call.gas > assured.gasMax[of: transition] else { return }
    check("transition \(transition)", call.gas, assured.gasMax[of: transition])
  }

  private mutating func check(entering state: StateID, _ used: Int) {
    guard let assured, used > assured.prepayment.entering[of: state] else { return }
    check("entering \(interface.states[state].name)", used, assured.prepayment.entering[of: state])
  }

  private mutating func check(_ what: String, _ used: Int, _ bound: Int) {
    if used > bound && overrun == nil { overrun = Overrun(what: what, used: used, bound: bound) }
  }
}
