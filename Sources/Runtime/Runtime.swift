// Applies events to the state: openings, actions, deadlines. It asks its questions in the order of `Refusal`, runs the contract on the engine it was given, and
// undoes everything of an event that fails.

package import Interface
package import Ledger
package import Primitives

package struct Runtime<E: Engine> {
  package let state: LedgerState
  private var engine: E
  private var contracts: [E.Contract]
  private var interfaces: [ContractInterface]
  /// Of each contract the parties whose consent it takes.
  private var actingParties: [UInt16]
  /// What is left of the gas of the event that is going on.
  private var gasLeft = 0
  private var gasUsed: UInt64 = 0
  /// Where the last call that failed stopped.
  package private(set) var failureSite: E.Site?
  /// What the last action asked of its caller, whether or not it was then refused.
  package private(set) var asked: [CurrencyAmount] = []

  package init(engine: E, contracts: [E.Contract], state: LedgerState) {
    self.engine = engine
    self.contracts = contracts
    self.state = state
    interfaces = contracts.map { engine.interface(of: $0) }
    actingParties = interfaces.map(\.actingParties)
  }

  /// The contract takes the next place after the first `count`; what lay there was undone.
  package mutating func add(_ contract: E.Contract, after count: Int) {
    contracts.removeSubrange(count...)
    interfaces.removeSubrange(count...)
    actingParties.removeSubrange(count...)
    let interface = engine.interface(of: contract)
    contracts.append(contract)
    interfaces.append(interface)
    actingParties.append(interface.actingParties)
  }

  package func interface(of number: AgreementNumber) -> ContractInterface { interfaces[state.agreements[number.index].contract] }

  package func interface(ofContract index: Int) -> ContractInterface { interfaces[index] }

  /// Whether every party that may act has consented.
  package func isConsented(_ number: AgreementNumber) -> Bool {
    let agreement = state.agreements[number.index]
    return actingParties[agreement.contract] & ~agreement.consents == 0
  }

  private mutating func begin(gas: Int) {
    gasLeft = gas
    gasUsed = 0
    failureSite = nil
    asked = []
  }

  // MARK: Opening

  package struct Opening {
    package let contract: Int
    package let currencies: [Currency]
    package let parties: [AccountRow]
    package let terms: [Value]
    package let summary: Digest
    /// The parties that have consented by signing, a bit for each.
    package let consents: UInt16

    package init(contract: Int, currencies: [Currency], parties: [AccountRow], terms: [Value], summary: Digest = .zero, consents: UInt16 = .max) {
      self.contract = contract
      self.currencies = currencies
      self.parties = parties
      self.terms = terms
      self.summary = summary
      self.consents = consents
    }
  }

  /// Opens an agreement, or leaves no trace. What is due at once is still to be run.
  package mutating func open(_ opening: Opening, gas: Int) -> Step {
    begin(gas: gas)
    let interface = interfaces[opening.contract]
    let mark = state.mark
    func refused(_ failure: Failure, gas: UInt64) -> Step {
      state.rollBack(to: mark)
      var step = Step(
        time: state.time, agreement: nil, cause: .opening, state: interface.initialState, outcome: .refused(failure))
      step.gas = gas
      return step
    }
    let (parties, currencies, terms) = (opening.parties, opening.currencies, opening.terms)
    guard
      parties.count == interface.parties.count, currencies.count == interface.currencies.count, terms.count == interface.terms.count,
      zip(terms, interface.terms).allSatisfy({ $1.type.admits($0, in: interface.types) }),
      zip(currencies, interface.currencies).allSatisfy({ $1.admits($0) })
    else { return refused(.refused(.argument), gas: 0) }

    let items = Array(zip(terms + interface.fields.map(\.initialValue), interface.terms.map(\.type) + interface.fields.map(\.type)))
    let words = items.flatMap { $1.wordsAtRest > 0 ? Resting.words($0, as: $1) : [] }
    let position = Agreement.Position(state: interface.initialState, visit: 0, enteredAt: state.time, deadlines: [], endedBy: nil)
    let number = state.open(
      Agreement(
        contract: opening.contract, currencies: currencies, vaultCurrencies: interface.vaults.map { currencies[$0.currency] }, parties: parties,
        summary: opening.summary, consents: opening.consents, words: words, position: position))
    for (item, (value, type)) in items.enumerated() where type.wordsAtRest == 0 { set(item, to: value, type, interface.types, number) }
    for (term, declared) in interface.terms.enumerated() {
      for bound in 0..<declared.boundCount {
        switch run(.bound(term: term, number: bound), number).ending {
        case .returns(.bool(true)): break
        case .fails(let failure): return refused(failure, gas: gasUsed)
        case .returns, .enters, .stays: return refused(.refused(.terms), gas: gasUsed)
        }
      }
    }
    if let failure = enter(interface.initialState, number, at: state.time, endedBy: nil) { return refused(failure, gas: gasUsed) }
    if let broken = brokenInvariants(number).first { return refused(broken.failure, gas: gasUsed) }
    var step = Step(
      time: state.time, agreement: number, cause: .opening, state: interface.initialState, outcome: .opened(state: interface.initialState))
    step.gas = gasUsed
    return step
  }

  /// Lays a value of no fixed size down: as one entry, or a map's entries each for itself.
  private func set(_ item: Int, to value: Value, _ type: ValueType, _ types: [TypeDefinition], _ number: AgreementNumber) {
    func write(_ key: [UInt64], _ words: [UInt64]) {
      key.withUnsafeBufferPointer { key in words.withUnsafeBufferPointer { state.setEntry(number, item: item, key, $0) } }
    }
    guard case .composite(let index) = type, case .map(let key, let element, _) = types[index], case .sequence(let values) = value else {
      return write([], Resting.words(value, as: type, in: types))
    }
    for place in stride(from: 0, to: values.count, by: 2) {
      write(Resting.words(values[place], as: key, in: types), Resting.words(values[place + 1], as: element, in: types))
    }
  }

  // MARK: Actions

  /// A party's action, or a refusal that leaves no trace. `letGo` nil lets go what is asked for; `visit` 0 means whichever. What is due at once is still to be
  /// run.
  package mutating func take(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, visit: UInt64 = 0, arguments: [Value], letGo: [CurrencyAmount]?, gas: Int
  ) -> Step {
    begin(gas: gas)
    let mark = state.mark
    let position = state.agreements[number.index].position
    var step = Step(
      time: state.time, agreement: number, cause: .party(caller, action: action), state: position.state, outcome: .refused(.refused(.visit)))
    if visit == 0 || visit == position.visit { take(action, by: caller, on: number, arguments, letGo, &step) }
    step.gas = gasUsed
    if step.isRefused { state.rollBack(to: mark) }
    return step
  }

  private mutating func take(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, _ arguments: [Value], _ letGo: [CurrencyAmount]?, _ step: inout Step
  ) {
    let agreement = state.agreements[number.index]
    let interface = interfaces[agreement.contract]
    let position = agreement.position
    guard let transition = interface.transition(action: action, in: position.state), !position.isSuspended,
      case .action(_, let parameters, let who) = interface.transitions[transition].trigger
    else {
      step.outcome = .refused(.refused(.state))
      step.endedBy = position.endedBy
      return
    }
    step.transition = transition
    guard arguments.count == parameters.count, zip(arguments, parameters).allSatisfy({ $1.type.admits($0, in: interface.types) }) else {
      step.outcome = .refused(.refused(.argument))
      return
    }
    if case .parties(let parties, let needed) = who {
      let own = parties.filter { agreement.parties[$0] == caller }
      guard !own.isEmpty else {
        step.outcome = .refused(.refused(.authority))
        return
      }
      if needed > 1 {
        let have = approve(transition, by: own, arguments, number)
        if have < needed {
          // An approval lets nothing go.
          step.outcome = letGo?.contains { $0.amount > .zero } == true ? .refused(.refused(.amount)) : .approved(have: have, needed: needed)
          return
        }
      }
    }
    let host = AgreementHost(state, number, interface, caller: caller, letGo: letGo, isConsented: isConsented(number))
    var failure: Failure?
    let execution = run(.body(transition: transition), number, arguments, host)
    asked = host.asked.map(\.sum)
    switch execution.ending {
    case .fails(let reason): failure = reason
    case .enters(let target):
      failure = enter(target, number, at: state.time, endedBy: nil)
      step.outcome = .entered(state: target)
    case .stays:
      failure = stay(number, after: transition)
      step.outcome = .stayed
    case .returns: preconditionFailure("a body leads somewhere")
    }
    if let failure = failure ?? brokenInvariants(number).first?.failure {
      step.outcome = .refused(failure)
      return
    }
    step.moves = host.moves
    step.events = host.events
  }

  /// Records that these parties agree to the action with these arguments, in place of what they agreed to before; answers how many parties now agree.
  private func approve(_ transition: Int, by parties: [Int], _ arguments: [Value], _ number: AgreementNumber) -> Int {
    var writer = CanonicalWriter()
    writer.write(arguments)
    let digest = Digest(sha256: writer.bytes)
    var position = state.agreements[number.index].position
    position.approvals.removeAll { $0.transition == transition && parties.contains($0.party) }
    position.approvals += parties.map { Agreement.Approval(transition: transition, party: $0, arguments: digest) }
    position.approvals.sort { ($0.transition, $0.party) < ($1.transition, $1.party) }
    state.setPosition(number, position)
    return position.approvals.filter { $0.transition == transition && $0.arguments == digest }.count
  }

  // MARK: Time

  /// Runs the deadline that comes first of those due at `time` or before, stamped with its own due time; nil where there is none. `gas` says what its agreement
  /// can pay.
  package mutating func runNextDeadline(until time: Time, gas: (AgreementNumber) -> Int) -> Step? {
    guard let item = state.nextDeadline(until: time) else { return nil }
    return run(item, gas: gas(item.agreement))
  }

  /// The same for one agreement, whatever the others have before it and whenever it is due.
  package mutating func runNextDeadline(of number: AgreementNumber, gas: Int) -> Step? {
    let deadlines = state.agreements[number.index].position.deadlines
    guard let next = deadlines.min(by: { ($0.due, $0.transition) < ($1.due, $1.transition) }) else { return nil }
    return run(Schedule.Item(due: next.due, agreement: number, transition: next.transition), gas: gas)
  }

  private mutating func run(_ item: Schedule.Item, gas: Int) -> Step {
    begin(gas: gas)
    state.setTime(item.due)
    let mark = state.mark
    let position = state.agreements[item.agreement.index].position
    let host = AgreementHost(state, item.agreement, interface(of: item.agreement))
    var step = Step(
      time: item.due, agreement: item.agreement, cause: .deadline, state: position.state, transition: item.transition, outcome: .stayed)
    let execution = run(.body(transition: item.transition), item.agreement, [], host)
    var failure: Failure?
    switch execution.ending {
    case .enters(let target):
      failure = enter(target, item.agreement, at: item.due, endedBy: Agreement.EndedBy(state: position.state, due: item.due))
      step.outcome = .entered(state: target)
    case .fails(let reason): failure = reason
    case .stays, .returns: failure = .trapped(.range)
    }
    if let failure {
      state.rollBack(to: mark)
      suspend(item.agreement)
      step.outcome = .suspended(failure)
    } else {
      step.moves = host.moves
      step.events = host.events
      step.defects = brokenInvariants(item.agreement).map(\.index)
    }
    step.gas = gasUsed
    return step
  }

  /// What was proved impossible has happened: nothing goes on by itself any more, so that nothing worse can follow.
  private func suspend(_ number: AgreementNumber) {
    var position = state.agreements[number.index].position
    position.deadlines = []
    position.isSuspended = true
    state.setPosition(number, position)
  }

  // MARK: Position

  /// Answers a failure to compute what is due there, which only lack of gas brings about.
  private mutating func enter(_ target: Int, _ number: AgreementNumber, at time: Time, endedBy: Agreement.EndedBy?) -> Failure? {
    let visit = state.agreements[number.index].position.visit + 1
    let position = Agreement.Position(state: target, visit: visit, enteredAt: time, deadlines: [], endedBy: endedBy)
    return settle(position, number, notBefore: time)
  }

  /// The clocks run on, but what they wait for may have changed with the fields. The approvals of what was done are spent.
  private mutating func stay(_ number: AgreementNumber, after transition: Int) -> Failure? {
    var position = state.agreements[number.index].position
    position.approvals.removeAll { $0.transition == transition }
    return settle(position, number, notBefore: state.time)
  }

  private mutating func settle(_ position: Agreement.Position, _ number: AgreementNumber, notBefore: Time) -> Failure? {
    let interface = interface(of: number)
    var position = position
    position.deadlines = []
    for (transition, declared) in interface.transitions.enumerated() where declared.source == position.state && declared.trigger.isAutomatic {
      switch run(.due(transition: transition), number).ending {
      case .returns(.duration(let duration)):
        position.deadlines.append(Agreement.Deadline(transition: transition, due: max(position.enteredAt + duration, notBefore)))
      case .fails(let failure): return failure
      case .returns, .enters, .stays: preconditionFailure("a due time is a duration")
      }
    }
    state.setPosition(number, position)
    return nil
  }

  private mutating func brokenInvariants(_ number: AgreementNumber) -> [(index: Int, failure: Failure)] {
    let interface = interface(of: number)
    let here = state.agreements[number.index].position.state
    var broken: [(index: Int, failure: Failure)] = []
    for (index, invariant) in interface.invariants.enumerated() where invariant.states.contains(here) {
      switch run(.invariant(index), number).ending {
      case .returns(.bool(true)): break
      case .fails(let failure): broken.append((index, failure))
      case .returns, .enters, .stays: broken.append((index, .refused(.invariant)))
      }
    }
    return broken
  }

  private mutating func run(
    _ entry: Entry, _ number: AgreementNumber, _ arguments: [Value] = [], _ host: AgreementHost? = nil
  ) -> Execution<E.Site> {
    var host = host ?? AgreementHost(state, number, interface(of: number))
    let execution = engine.run(
      entry, of: contracts[state.agreements[number.index].contract], arguments: arguments, gas: gasLeft, host: &host)
    gasLeft -= Int(execution.gas)
    gasUsed += execution.gas
    if let site = execution.site { failureSite = site }
    return execution
  }
}
