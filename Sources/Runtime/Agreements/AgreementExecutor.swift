// Applies events to the state: openings, actions, deadlines. It asks its questions in the order of
// `Refusal`, runs the contract on the engine it was given, and undoes everything of an event that
// fails.

package import Interface
package import Ledger
package import Primitives

package struct AgreementExecutor<E: Engine> {
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

  package func contract(of number: AgreementNumber) -> E.Contract { contracts[state.agreements[number.index].contract] }

  package func interface(of number: AgreementNumber) -> ContractInterface {
    interfaces[state.agreements[number.index].contract]
  }

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

    package init(
      contract: Int, currencies: [Currency], parties: [AccountRow], terms: [Value], summary: Digest = .zero,
      consents: UInt16 = .max
    ) {
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
      parties.count == interface.parties.count, currencies.count == interface.currencies.count,
      terms.count == interface.terms.count,
      zip(terms, interface.terms).allSatisfy({ $1.type.admits($0, in: interface.types) }),
      zip(currencies, interface.currencies).allSatisfy({ $1.admits($0) }), terms.allSatisfy(namesAccounts)
    else { return refused(.refused(.argument), gas: 0) }

    let items = Array(
      zip(terms + interface.fields.map(\.initialValue), interface.terms.map(\.type) + interface.fields.map(\.type)))
    let words = items.flatMap { $1.wordsAtRest > 0 ? Resting.words($0, as: $1) : [] }
    let position = Agreement.Position(
      state: interface.initialState, visit: 0, enteredAt: state.time, deadlines: [], endedBy: nil)
    let number = state.open(
      Agreement(
        contract: opening.contract, currencies: currencies,
        vaultCurrencies: interface.vaults.map { currencies[$0.currency] }, parties: parties,
        summary: opening.summary, consents: opening.consents, openedAt: state.time, words: words, position: position))
    for (item, (value, type)) in items.enumerated() where type.wordsAtRest == 0 {
      for entry in Resting.entries(value, as: type, in: interface.types) {
        entry.key.withUnsafeBufferPointer { key in
          entry.value.withUnsafeBufferPointer { state.setEntry(number, item: item, key, $0) }
        }
      }
    }
    for (term, declared) in interface.terms.identified {
      for bound in 0..<declared.boundCount {
        switch run(.bound(term: term, number: bound), number).ending {
        case .returns(.bool(true)): break
        case .fails(let failure): return refused(failure, gas: gasUsed)
        case .returns, .enters, .stays: return refused(.refused(.terms), gas: gasUsed)
        }
      }
    }
    if interface.hasOpening {
      switch run(.opening, number).ending {
      case .stays: break
      case .fails(let failure): return refused(failure, gas: gasUsed)
      case .returns, .enters: preconditionFailure("what is computed at the opening leads nowhere")
      }
    }
    if let failure = enter(interface.initialState, number, at: state.time, endedBy: nil) {
      return refused(failure, gas: gasUsed)
    }
    if let broken = brokenInvariants(number).first { return refused(broken.failure, gas: gasUsed) }
    var step = Step(
      time: state.time, agreement: number, cause: .opening, state: interface.initialState,
      outcome: .opened(state: interface.initialState))
    step.gas = gasUsed
    return step
  }

  /// Whether every account that occurs in the value is one of the ledger's.
  private func namesAccounts(_ value: Value) -> Bool {
    switch value {
    case .party(let row): row < UInt64(state.accountCount)
    case .sequence(let values), .variant(_, let values): values.allSatisfy(namesAccounts)
    case .bool, .int, .percent, .amount, .duration, .text, .bytes, .time: true
    }
  }

  // MARK: Actions

  /// A party's action, or a refusal that leaves no trace. `letGo` nil lets go what is asked for;
  /// `visit` 0 means whichever. What is due at once is still to be run.
  package mutating func take(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, visit: UInt64 = 0, arguments: [Value],
    letGo: [CurrencyAmount]?, gas: Int
  ) -> Step {
    begin(gas: gas)
    let mark = state.mark
    let position = state.agreements[number.index].position
    var step = Step(
      time: state.time, agreement: number, cause: .party(caller, action: action), state: position.state,
      outcome: .refused(.refused(.visit)))
    if visit == 0 || visit == position.visit {
      do throws(Refused) {
        try take(Call(action: action, caller: caller, number: number, arguments: arguments, letGo: letGo), &step)
      } catch { step.outcome = .refused(error.failure) }
    }
    step.gas = gasUsed
    if step.isRefused { state.rollBack(to: mark) }
    return step
  }

  /// What an action would ask of its caller, with everybody's approval, one deposit after the
  /// other; whether or not it would then be refused. It is undone.
  package mutating func deposits(
    of action: String, by caller: AccountRow, on number: AgreementNumber, visit: UInt64 = 0, arguments: [Value],
    gas: Int
  ) -> [CurrencyAmount] {
    begin(gas: gas)
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    guard visit == 0 || visit == state.agreements[number.index].position.visit else { return [] }
    let call = Call(action: action, caller: caller, number: number, arguments: arguments, letGo: nil)
    var step = Step(
      time: state.time, agreement: number, cause: .party(caller, action: action), state: 0, outcome: .stayed)
    guard let (transition, who) = try? offered(call, &step), (try? actors(who, call)) != nil else { return [] }
    var approvers = [AgreementHost.Approver(account: caller, letGo: nil)]
    if case .parties(let actors, let needed) = who, needed > 1 {
      approvers += actors.map { AgreementHost.Approver(account: account(of: $0, call), letGo: nil) }
    }
    let host = AgreementHost(
      state, number, interface(of: number), approvers: approvers, isConsented: isConsented(number))
    _ = run(.body(transition: transition), number, arguments, host)
    return host.asked.filter { $0.payer == caller }.map(\.sum)
  }

  /// Who wants what.
  private struct Call {
    let action: String
    let caller: AccountRow
    let number: AgreementNumber
    let arguments: [Value]
    /// Nil: whatever is asked for.
    let letGo: [CurrencyAmount]?
  }

  private struct Refused: Error {
    let failure: Failure
  }

  private mutating func take(_ call: Call, _ step: inout Step) throws(Refused) {
    let number = call.number
    let (transition, who) = try offered(call, &step)
    let own = try actors(who, call)
    var approvers = [AgreementHost.Approver(account: call.caller, letGo: call.letGo)]
    if case .parties(let actors, let needed) = who, needed > 1 {
      let (have, others) = approve(transition, call, as: own, of: actors)
      if have < needed {
        step.outcome = .approved(have: have, needed: needed)
        return
      }
      approvers += others
    }
    let host = AgreementHost(
      state, number, interface(of: number), approvers: approvers, isConsented: isConsented(number))
    var failure: Failure?
    switch run(.body(transition: transition), number, call.arguments, host).ending {
    case .fails(let reason):
      failure = reason
      step.payer = host.refusedPayer == call.caller ? nil : host.refusedPayer
    case .enters(let target):
      failure = enter(target, number, at: state.time, endedBy: nil)
      step.outcome = .entered(state: target)
    case .stays:
      failure = stay(number, after: transition)
      step.outcome = .stayed
    case .returns: preconditionFailure("a body leads somewhere")
    }
    if let failure = failure ?? brokenInvariants(number).first?.failure { throw Refused(failure: failure) }
    step.moves = host.moves
    step.events = host.events
  }

  /// The transition that is called, and who may take it.
  private func offered(_ call: Call, _ step: inout Step) throws(Refused) -> (
    transition: TransitionID, ContractInterface.Who
  ) {
    let interface = interface(of: call.number)
    let position = state.agreements[call.number.index].position
    // What is due has not run yet where the transaction itself brought it about: it is too late for
    // an action all the same.
    if let due = next(of: call.number), due.due <= state.time {
      step.endedBy = Agreement.EndedBy(transition: due.transition, due: due.due)
      throw Refused(failure: .refused(.state))
    }
    guard let transition = interface.transition(action: call.action, in: position.state), position.standing == .regular,
      case .action(_, let parameters, let who) = interface.transitions[transition].trigger
    else {
      step.endedBy = position.endedBy
      throw Refused(failure: .refused(.state))
    }
    step.transition = transition
    let arguments = call.arguments
    guard arguments.count == parameters.count,
      zip(arguments, parameters).allSatisfy({ $1.type.admits($0, in: interface.types) }),
      arguments.allSatisfy(namesAccounts)
    else { throw Refused(failure: .refused(.argument)) }
    return (transition, who)
  }

  /// As whom the caller acts: places in the list of who may; none where that is anyone.
  private func actors(_ who: ContractInterface.Who, _ call: Call) throws(Refused) -> [Int] {
    guard case .parties(let actors, _) = who else { return [] }
    let own = actors.indices.filter { account(of: actors[$0], call) == call.caller }
    guard !own.isEmpty else { throw Refused(failure: .refused(.authority)) }
    return own
  }

  private func account(of somebody: ContractInterface.Actor, _ call: Call) -> AccountRow {
    let agreement = state.agreements[call.number.index]
    let value: Value
    switch somebody {
    case .party(let party): return agreement.parties[party]
    case .field(let field):
      let interface = interfaces[agreement.contract]
      value = agreement.value(interface.item(of: field), interface)
    case .parameter(let parameter): value = call.arguments[parameter]
    }
    guard case .party(let row) = value else { preconditionFailure("whoever may act is a party") }
    return AccountRow(Int(row))
  }

  /// Records that the caller agrees to the action with these arguments, in place of what it agreed
  /// to before. Answers for how many of those who may take it somebody now agrees, and who besides
  /// the caller.
  private func approve(
    _ transition: TransitionID, _ call: Call, as own: [Int], of actors: [ContractInterface.Actor]
  ) -> (have: Int, others: [AgreementHost.Approver]) {
    var writer = CanonicalWriter()
    writer.write(call.arguments)
    let digest = Digest(sha256: writer.bytes)
    let letGo = call.letGo.map { sums in
      sums.filter { $0.amount > .zero }.sorted { $0.currency.index < $1.currency.index }
    }
    var position = state.agreements[call.number.index].position
    position.approvals.removeAll { $0.transition == transition && $0.account == call.caller }
    position.approvals.append(
      Agreement.Approval(transition: transition, account: call.caller, actors: own, arguments: digest, letGo: letGo))
    position.approvals.sort { ($0.transition, $0.account) < ($1.transition, $1.account) }
    state.setPosition(call.number, position)
    // Who may act can have changed with the fields: an approval counts as far as its account still is who it was.
    let standing = position.approvals.filter { $0.transition == transition && $0.arguments == digest }.map { approval in
      (approval, approval.actors.filter { account(of: actors[$0], call) == approval.account })
    }.filter { !$0.1.isEmpty }
    let others = standing.filter { $0.0.account != call.caller }.map {
      AgreementHost.Approver(account: $0.0.account, letGo: $0.0.letGo)
    }
    return (standing.reduce(0) { $0 + $1.1.count }, others)
  }

  // MARK: Views

  /// What a view shows now. Nothing changes.
  package mutating func view(_ view: Int, of number: AgreementNumber, arguments: [Value], gas: Int) -> Ending {
    begin(gas: gas)
    let interface = interface(of: number)
    let parameters = interface.views[view].parameters
    guard arguments.count == parameters.count,
      zip(arguments, parameters).allSatisfy({ $1.type.admits($0, in: interface.types) }),
      arguments.allSatisfy(namesAccounts)
    else { return .fails(.refused(.argument)) }
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    return run(.view(view), number, arguments).ending
  }

  // MARK: Time

  /// What comes first of all that the agreement does by itself.
  private func next(of number: AgreementNumber) -> Agreement.Deadline? {
    state.agreements[number.index].position.deadlines.min { ($0.due, $0.transition) < ($1.due, $1.transition) }
  }

  /// Runs the deadline that comes first of those due at `time` or before, stamped with its own due
  /// time; nil where there is none. `gas` says what its agreement can pay.
  package mutating func runNextDeadline(until time: Time, gas: (AgreementNumber) -> Int) -> Step? {
    guard let item = state.nextDeadline(until: time) else { return nil }
    return run(item, gas: gas(item.agreement))
  }

  /// The same for one agreement, whatever the others have before it and whenever it is due.
  package mutating func runNextDeadline(of number: AgreementNumber, gas: Int) -> Step? {
    guard let next = next(of: number) else { return nil }
    return run(Schedule.Item(due: next.due, agreement: number, transition: next.transition), gas: gas)
  }

  private mutating func run(_ item: Schedule.Item, gas: Int) -> Step {
    begin(gas: gas)
    state.setTime(item.due)
    let mark = state.mark
    let position = state.agreements[item.agreement.index].position
    let host = AgreementHost(state, item.agreement, interface(of: item.agreement))
    var step = Step(
      time: item.due, agreement: item.agreement, cause: .deadline, state: position.state, transition: item.transition,
      outcome: .stayed)
    let execution = run(.body(transition: item.transition), item.agreement, [], host)
    var failure: Failure?
    switch execution.ending {
    case .enters(let target):
      failure = enter(
        target, item.agreement, at: item.due, endedBy: Agreement.EndedBy(transition: item.transition, due: item.due))
      step.outcome = .entered(state: target)
    case .fails(let reason): failure = reason
    case .stays, .returns: failure = .trapped(.range)
    }
    if let failure {
      state.rollBack(to: mark)
      suspend(item.agreement)
      step.outcome = .defect(failure)
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
    position.standing = .suspended
    state.setPosition(number, position)
  }

  // MARK: Position

  /// Answers a failure to compute what is due there, which only lack of gas brings about.
  private mutating func enter(_ target: StateID, _ number: AgreementNumber, at time: Time, endedBy: Agreement.EndedBy?)
    -> Failure?
  {
    let visit = state.agreements[number.index].position.visit + 1
    let position = Agreement.Position(state: target, visit: visit, enteredAt: time, deadlines: [], endedBy: endedBy)
    return settle(position, number, notBefore: time)
  }

  /// The clocks run on, but what they wait for may have changed with the fields. The approvals of
  /// what was done are spent.
  private mutating func stay(_ number: AgreementNumber, after transition: TransitionID) -> Failure? {
    var position = state.agreements[number.index].position
    position.approvals.removeAll { $0.transition == transition }
    return settle(position, number, notBefore: state.time)
  }

  /// Puts the agreement there, with what is due: deadlines no earlier than they can be noticed, and
  /// at once what waits for a condition that holds.
  private mutating func settle(_ position: Agreement.Position, _ number: AgreementNumber, notBefore: Time) -> Failure? {
    let interface = interface(of: number)
    var position = position
    position.deadlines = []
    for (transition, declared) in interface.transitions.identified
    where declared.source == position.state && declared.trigger.isAutomatic {
      let due: Time
      switch run(.due(transition: transition), number).ending {
      case .returns(.duration(let duration)): due = position.enteredAt + duration
      case .returns(.time(let time)): due = time
      case .returns(.bool(true)): due = notBefore
      case .returns(.bool(false)): continue
      case .fails(let failure): return failure
      case .returns, .enters, .stays:
        preconditionFailure("what comes by itself is due after a duration, at a time, or when a condition holds")
      }
      position.deadlines.append(Agreement.Deadline(transition: transition, due: max(due, notBefore)))
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
