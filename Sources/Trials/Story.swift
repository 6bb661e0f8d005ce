import Interface
import Ledger
import Runtime
import Source
import Wording

/// Tells receipts as sentences, with the names that a test gives its wallets.
struct Story {
  let wording: Wording
  /// By account row.
  let names: [String]

  private func name(_ row: AccountRow) -> String { names[row.index] }

  /// One line for each thing that happened; the first says who or what brought it about. The last carries the states.
  func lines(_ receipt: Receipt<Span>, _ interface: ContractInterface, _ agreement: Agreement?, arguments: [Value]) -> [String] {
    let state = interface.states[receipt.state].name
    var lines: [String] = []
    switch (receipt.cause, receipt.outcome) {
    case (_, .refused(let failure)): return [wording.refused(failure, because: refusal(failure, receipt, interface))]
    case (.opening, _):
      let parties = zip(interface.parties, agreement?.parties ?? []).map { (role: $0, name: name($1)) }
      return [wording.opened(interface.name, parties: parties, state: state)]
    case (.party(let row, let action), .approved(let have, let needed)):
      return [wording.agrees(name(row), action, values(arguments, receipt, interface, agreement), have: have, needed: needed)]
    case (.party(let row, let action), _): lines.append(wording.takes(name(row), action, values(arguments, receipt, interface, agreement)))
    case (.deadline, _): lines.append(wording.deadline(of: state))
    }
    for event in receipt.events {
      let declared = interface.events[event.event]
      lines.append(
        wording.records(
          declared.name,
          zip(declared.parameters, event.arguments).map { ($0.name, wording.value($1, $0.type, currencies: agreement?.currencies ?? [])) }))
    }
    for move in receipt.moves { lines.append(sentence(move, interface)) }
    if case .entered(let target) = receipt.outcome { lines.append(wording.enters(state, interface.states[target].name)) }
    return lines
  }

  private func values(_ arguments: [Value], _ receipt: Receipt<Span>, _ interface: ContractInterface, _ agreement: Agreement?) -> [String] {
    guard let transition = receipt.transition else { return [] }
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

  func refusal(_ failure: Failure, _ receipt: Receipt<Span>, _ interface: ContractInterface) -> String {
    var (who, action) = ("", "")
    if case .party(let row, let name) = receipt.cause { (who, action) = (self.name(row), name) }
    let ended = receipt.endedBy.map { (state: interface.states[$0.state].name, due: $0.due) }
    return wording.sentence(
      failure, .init(who: who, action: action, state: interface.states[receipt.state].name, endedBy: ended))
  }
}
