// Applies events to the state: openings, actions, time. It asks its questions in the order of `Refusal`, runs the contract on the engine it was given, and
// undoes everything of an event that fails. Deadlines it runs by itself.

package import Interface
package import Ledger
package import Primitives

package struct Runtime<E: Engine> {
  package let state: LedgerState
  private var engine: E
  private let contracts: [E.Contract]
  private let interfaces: [ContractInterface]

  package init(engine: E, contracts: [E.Contract], state: LedgerState) {
    self.engine = engine
    self.contracts = contracts
    self.state = state
    interfaces = contracts.map { engine.interface(of: $0) }
  }

  package func interface(of number: AgreementNumber) -> ContractInterface { interfaces[state.agreements[number.index].contract] }

  // MARK: Opening

  /// Opens an agreement; what is due at once happens at once. The first receipt is the opening's.
  package mutating func open(
    contract index: Int, currencies: [Currency], parties: [AccountRow], terms: [Value]
  ) -> (AgreementNumber?, [Receipt<E.Site>]) {
    let interface = interfaces[index]
    let mark = state.mark
    func receipt(_ outcome: Outcome, _ number: AgreementNumber?, at site: E.Site? = nil, gas: UInt64 = 0) -> Receipt<E.Site> {
      Receipt(
        time: state.time, agreement: number, cause: .opening, state: interface.initialState, transition: nil, outcome: outcome, site: site, gas: gas)
    }
    guard
      parties.count == interface.parties.count, currencies.count == interface.currencies.count, terms.count == interface.terms.count,
      zip(terms, interface.terms).allSatisfy({ $1.type.admits($0) }), zip(currencies, interface.currencies).allSatisfy({ $1.admits($0) })
    else { return (nil, [receipt(.refused(.refused(.argument)), nil)]) }

    let words =
      zip(terms, interface.terms).flatMap { Resting.words($0, as: $1.type) }
      + interface.fields.flatMap { Resting.words($0.initialValue, as: $0.type) }
    let position = Agreement.Position(state: interface.initialState, visit: 0, enteredAt: state.time, deadlines: [], endedBy: nil)
    let number = state.open(
      Agreement(
        contract: index, currencies: currencies, vaultCurrencies: interface.vaults.map { currencies[$0.currency] }, parties: parties, words: words,
        position: position))
    var gas: UInt64 = 0
    for (term, declared) in interface.terms.enumerated() {
      for bound in 0..<declared.boundCount {
        let execution = run(.bound(term: term, number: bound), number)
        gas += execution.gas
        if execution.ending == .returns(.bool(true)) { continue }
        state.rollBack(to: mark)
        let failure: Failure = if case .fails(let failure) = execution.ending { failure } else { .refused(.terms) }
        return (nil, [receipt(.refused(failure), nil, at: execution.site, gas: gas)])
      }
    }
    enter(interface.initialState, number, at: state.time, endedBy: nil)
    if let broken = brokenInvariants(number).first {
      state.rollBack(to: mark)
      return (nil, [receipt(.refused(broken.failure), nil, gas: gas)])
    }
    return (number, [receipt(.opened(state: interface.initialState), number, gas: gas)] + runDue(at: state.time))
  }

  // MARK: Actions

  /// A party's action. `letGo` nil lets go what is asked for. The first receipt is the action's; what it made due at once follows.
  package mutating func act(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, arguments: [Value], letGo: [CurrencyAmount]?
  ) -> [Receipt<E.Site>] {
    let mark = state.mark
    let receipt = take(action, by: caller, on: number, arguments, letGo)
    if case .refused = receipt.outcome {
      state.rollBack(to: mark)
      return [receipt]
    }
    return [receipt] + runDue(at: state.time)
  }

  private mutating func take(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, _ arguments: [Value], _ letGo: [CurrencyAmount]?
  ) -> Receipt<E.Site> {
    let agreement = state.agreements[number.index]
    let interface = interfaces[agreement.contract]
    let position = agreement.position
    var receipt = Receipt<E.Site>(
      time: state.time, agreement: number, cause: .party(caller, action: action), state: position.state, transition: nil,
      outcome: .refused(.refused(.state)))
    guard let transition = interface.transition(action: action, in: position.state),
      case .action(_, let parameters, let who) = interface.transitions[transition].trigger
    else {
      receipt.endedBy = position.endedBy
      return receipt
    }
    receipt.transition = transition
    guard arguments.count == parameters.count, zip(arguments, parameters).allSatisfy({ $1.type.admits($0) }) else {
      receipt.outcome = .refused(.refused(.argument))
      return receipt
    }
    if case .parties(let parties, let needed) = who {
      let own = parties.filter { agreement.parties[$0] == caller }
      guard !own.isEmpty else {
        receipt.outcome = .refused(.refused(.authority))
        return receipt
      }
      if needed > 1 {
        let have = approve(transition, by: own, arguments, number)
        if have < needed {
          // An approval lets nothing go.
          receipt.outcome = letGo?.contains { $0.amount > .zero } == true ? .refused(.refused(.amount)) : .approved(have: have, needed: needed)
          return receipt
        }
      }
    }
    let host = AgreementHost(state, number, caller: caller, letGo: letGo)
    let execution = run(.body(transition: transition), number, arguments, host)
    receipt.gas = execution.gas
    receipt.site = execution.site
    switch execution.ending {
    case .fails(let failure):
      receipt.outcome = .refused(failure)
      return receipt
    case .enters(let target):
      enter(target, number, at: state.time, endedBy: nil)
      receipt.outcome = .entered(state: target)
    case .stays:
      stay(number, after: transition)
      receipt.outcome = .stayed
    case .returns: preconditionFailure("a body leads somewhere")
    }
    if let broken = brokenInvariants(number).first {
      receipt.outcome = .refused(broken.failure)
      return receipt
    }
    receipt.moves = host.moves
    receipt.events = host.events
    return receipt
  }

  /// Records that these parties agree to the action with these arguments, in place of what they agreed to before; answers how many parties now agree.
  private func approve(_ transition: Int, by parties: [Int], _ arguments: [Value], _ number: AgreementNumber) -> Int {
    var position = state.agreements[number.index].position
    position.approvals.removeAll { $0.transition == transition && parties.contains($0.party) }
    position.approvals += parties.map { Agreement.Approval(transition: transition, party: $0, arguments: arguments) }
    position.approvals.sort { ($0.transition, $0.party) < ($1.transition, $1.party) }
    state.setPosition(number, position)
    return position.approvals.filter { $0.transition == transition && $0.arguments == arguments }.count
  }

  // MARK: Time

  /// Lets time pass: every deadline that is due until then, each at its own time, the earliest first.
  package mutating func advance(to time: Time) -> [Receipt<E.Site>] {
    precondition(time >= state.time, "time does not run backwards")
    return runDue(at: time)
  }

  /// Runs what is due at `time` or before, by due time, agreement and place in the source; then it is `time`.
  private mutating func runDue(at time: Time) -> [Receipt<E.Site>] {
    var receipts: [Receipt<E.Site>] = []
    while let (number, deadline) = nextDue(until: time) {
      state.setTime(deadline.due)
      receipts.append(run(deadline, of: number))
    }
    state.setTime(time)
    return receipts
  }

  private func nextDue(until time: Time) -> (AgreementNumber, Agreement.Deadline)? {
    var next: (number: AgreementNumber, deadline: Agreement.Deadline)?
    for (index, agreement) in state.agreements.enumerated() {
      for deadline in agreement.position.deadlines where deadline.due <= time {
        // Agreements and transitions come in order: only an earlier time displaces what was found.
        if next.map({ deadline.due < $0.deadline.due }) ?? true { next = (AgreementNumber(index), deadline) }
      }
    }
    return next
  }

  private mutating func run(_ deadline: Agreement.Deadline, of number: AgreementNumber) -> Receipt<E.Site> {
    let source = state.agreements[number.index].position.state
    let host = AgreementHost(state, number)
    let execution = run(.body(transition: deadline.transition), number, [], host)
    guard case .enters(let target) = execution.ending else {
      preconditionFailure("an assured deadline neither fails nor stays, but this ended in \(execution.ending)")
    }
    enter(target, number, at: deadline.due, endedBy: Agreement.EndedBy(state: source, due: deadline.due))
    return Receipt(
      time: deadline.due, agreement: number, cause: .deadline, state: source, transition: deadline.transition, outcome: .entered(state: target),
      moves: host.moves, events: host.events, defects: brokenInvariants(number).map(\.index), gas: execution.gas)
  }

  // MARK: Position

  private mutating func enter(_ target: Int, _ number: AgreementNumber, at time: Time, endedBy: Agreement.EndedBy?) {
    let visit = state.agreements[number.index].position.visit + 1
    var position = Agreement.Position(state: target, visit: visit, enteredAt: time, deadlines: [], endedBy: endedBy)
    position.deadlines = deadlines(in: target, number, enteredAt: time, notBefore: time)
    state.setPosition(number, position)
  }

  /// The clocks run on, but what they wait for may have changed with the fields. The approvals of what was done are spent.
  private mutating func stay(_ number: AgreementNumber, after transition: Int) {
    var position = state.agreements[number.index].position
    position.approvals.removeAll { $0.transition == transition }
    position.deadlines = deadlines(in: position.state, number, enteredAt: position.enteredAt, notBefore: state.time)
    state.setPosition(number, position)
  }

  private mutating func deadlines(in target: Int, _ number: AgreementNumber, enteredAt: Time, notBefore: Time) -> [Agreement.Deadline] {
    let interface = interface(of: number)
    return interface.transitions.indices.filter { interface.transitions[$0].source == target && interface.transitions[$0].trigger.isAutomatic }
      .map { transition in
        guard case .returns(.duration(let duration)) = run(.due(transition: transition), number).ending else {
          preconditionFailure("an assured due time is a duration")
        }
        return Agreement.Deadline(transition: transition, due: max(enteredAt + duration, notBefore))
      }
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
    var host = host ?? AgreementHost(state, number)
    return engine.run(entry, of: contracts[state.agreements[number.index].contract], arguments: arguments, host: &host)
  }
}
