package import Interface
package import Ledger
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
  package func lines(_ step: Step, _ interface: ContractInterface, _ agreement: Agreement?, arguments: [Value]) -> [String] {
    let state = interface.states[step.state].name
    var lines: [String] = []
    switch (step.cause, step.outcome) {
    case (_, .suspended(let failure)): return [wording.suspended(state, failure)]
    case (_, .refused(let failure)): return [wording.refused(failure, because: refusal(failure, step, interface))]
    case (.opening, _):
      let parties = zip(interface.parties, agreement?.parties ?? []).map { (role: $0, name: name($1)) }
      return [wording.opened(interface.name, parties: parties, state: state)]
    case (.party(let row, let action), .approved(let have, let needed)):
      return [wording.agrees(name(row), action, values(arguments, step, interface, agreement), have: have, needed: needed)]
    case (.party(let row, let action), _): lines.append(wording.takes(name(row), action, values(arguments, step, interface, agreement)))
    case (.deadline, _): lines.append(wording.deadline(of: state))
    }
    for event in step.events {
      let declared = interface.events[event.event]
      lines.append(
        wording.records(
          declared.name,
          zip(declared.parameters, event.arguments).map { ($0.name, wording.value($1, $0.type, currencies: agreement?.currencies ?? [])) }))
    }
    for move in step.moves { lines.append(sentence(move, interface)) }
    if case .entered(let target) = step.outcome { lines.append(wording.enters(state, interface.states[target].name)) }
    return lines
  }

  private func values(_ arguments: [Value], _ step: Step, _ interface: ContractInterface, _ agreement: Agreement?) -> [String] {
    guard let transition = step.transition else { return [] }
    return zip(arguments, interface.transitions[transition].trigger.parameters).map {
      wording.value($0, $1.type, currencies: agreement?.currencies ?? [])
    }
  }

  private func sentence(_ move: Move, _ interface: ContractInterface) -> String {
    switch (move.from, move.to) {
    case (.account(let row), .vault(let vault)): wording.deposits(name(row), move.sum, into: interface.vaults[vault].name)
    case (let from, let to): wording.pays(move.sum, from: holder(from, interface), to: holder(to, interface))
    }
  }

  private func holder(_ holder: Move.Holder, _ interface: ContractInterface) -> String {
    switch holder {
    case .account(let row): name(row)
    case .vault(let vault): interface.vaults[vault].name
    }
  }

  package func refusal(_ failure: Failure, _ step: Step, _ interface: ContractInterface) -> String {
    var (who, action) = ("", "")
    if case .party(let row, let name) = step.cause { (who, action) = (self.name(row), name) }
    let ended = step.endedBy.map { (state: interface.states[$0.state].name, due: $0.due) }
    return wording.sentence(
      failure, .init(who: who, action: action, state: interface.states[step.state].name, endedBy: ended))
  }
}
