package import Interface
package import Ledger
import Primitives
package import Wording

/// Tells steps as sentences, with the names that whoever asks gives to accounts.
package struct Story {
  package let wording: Wording
  private let name: (AccountRow) -> String

  package init(_ wording: Wording, name: @escaping (AccountRow) -> String) {
    self.wording = wording
    self.name = name
  }

  /// One line for each thing that happened; the first says who or what brought it about. The last carries the states.
  package func lines(_ step: Step, _ interface: ContractInterface, _ agreement: Agreement?, arguments: [Value])
    -> [String]
  {
    let state = interface.states[step.state].name
    let values = values(interface, agreement)
    var lines: [String] = []
    switch (step.cause, step.outcome) {
    case (_, .defect(let failure)):
      return [wording.defect(state, step.transition.map { occasion($0, interface) } ?? .deadline, failure)]
    case (_, .refused(let failure)): return [wording.refused(failure, because: refusal(failure, step, interface))]
    case (.opening, _):
      let parties = zip(interface.parties, agreement?.parties ?? []).map { (role: $0, name: name($1)) }
      return [wording.opened(interface.name, parties: parties, state: state)]
    case (.party(let row, let action), .approved(let have, let needed)):
      return [
        wording.agrees(
          name(row), action, self.arguments(arguments, step, interface, values), have: have, needed: needed)
      ]
    case (.party(let row, let action), _):
      lines.append(wording.takes(name(row), action, self.arguments(arguments, step, interface, values)))
    case (.deadline, _):
      lines.append(wording.happens(step.transition.map { occasion($0, interface) } ?? .deadline, in: state))
    }
    for event in step.events {
      let declared = interface.events[event.event]
      lines.append(
        wording.records(
          declared.name, zip(declared.parameters, event.arguments).map { ($0.name, values.text($1, $0.type)) }))
    }
    for move in step.moves { lines.append(sentence(move, interface, values)) }
    for invariant in step.defects {
      lines.append(wording.defect(invariant: Characters.shown(interface.invariants[invariant].text)))
    }
    if case .entered(let target) = step.outcome { lines.append(wording.enters(state, interface.states[target].name)) }
    return lines
  }

  /// One line for each movement of an agreement's money.
  func lines(_ moves: [Move], _ interface: ContractInterface, _ agreement: Agreement) -> [String] {
    let values = values(interface, agreement)
    return moves.map { sentence($0, interface, values) }
  }

  /// How the values of a contract are told.
  package func values(_ interface: ContractInterface, _ agreement: Agreement?) -> ValueWording {
    ValueWording(wording, types: interface.types, currencies: agreement?.currencies ?? []) {
      name(AccountRow(Int(clamping: $0)))
    }
  }

  /// What a transition comes from that nobody takes.
  package func occasion(_ transition: TransitionID, _ interface: ContractInterface) -> Wording.Occasion {
    switch interface.transitions[transition].trigger {
    case .when: .condition
    case .action, .after, .at: .deadline
    }
  }

  private func arguments(_ arguments: [Value], _ step: Step, _ interface: ContractInterface, _ values: ValueWording)
    -> [String]
  {
    guard let transition = step.transition else { return [] }
    return zip(arguments, interface.transitions[transition].trigger.parameters).map { values.text($0, $1.type) }
  }

  private func sentence(_ move: Move, _ interface: ContractInterface, _ values: ValueWording) -> String {
    switch (move.from, move.to) {
    case (.account(let row), .vault), (.account(let row), .entry):
      wording.deposits(name(row), move.sum, into: holder(move.to, interface, values))
    case (let from, let to):
      wording.pays(move.sum, from: holder(from, interface, values), to: holder(to, interface, values))
    }
  }

  /// `bids[alice]`
  package func holder(_ holder: Move.Holder, _ interface: ContractInterface, _ values: ValueWording) -> String {
    switch holder {
    case .account(let row): name(row)
    case .vault(let vault): interface.vaults[vault].name
    case .entry(let vault, let key): interface.vaults[vault].name + "[\(values.key(key, interface.vaults[vault]))]"
    }
  }

  package func refusal(_ failure: Failure, _ step: Step, _ interface: ContractInterface) -> String {
    var (who, action) = ("", interface.name)
    if case .party(let row, let name) = step.cause { (who, action) = (self.name(row), name) }
    let ended = step.endedBy.map { ended in
      let source = interface.transitions[ended.transition].source
      return Wording.Ended(
        state: interface.states[source].name, occasion: occasion(ended.transition, interface), due: ended.due)
    }
    return wording.sentence(
      failure,
      .init(
        who: who, action: action, state: interface.states[step.state].name, endedBy: ended, payer: step.payer.map(name))
    )
  }
}
