import Interface
import Ledger
import Primitives
import Runtime
import Wording

/// An agreement as its parties want to see it: who, on which terms, where the money is, what can be done now, and what time alone will do.
struct AgreementView {
  private let open: OpenLedger
  private let number: AgreementNumber
  private let agreement: Agreement
  private let interface: ContractInterface
  private let wording: Wording

  init(_ open: OpenLedger, _ number: AgreementNumber, _ language: Language) {
    wording = Wording(language)
    self.open = open
    self.number = number
    agreement = open.chain.state.agreements[number.index]
    interface = open.chain.interface(ofModule: agreement.contract)
  }

  private var state: ContractInterface.State { interface.states[agreement.position.state] }

  private var parties: [(role: String, id: AccountID, hasConsented: Bool)] {
    zip(interface.parties, agreement.parties).enumerated().map { index, party in
      (party.0, open.chain.state.account(party.1).id, agreement.consents >> UInt16(index) & 1 == 1)
    }
  }

  /// Terms, then fields.
  private var values: [(name: String, value: Value, type: ValueType)] {
    zip(interface.slots, interface.terms.map(\.name) + interface.fields.map(\.name)).enumerated().map { item, declared in
      (declared.1, agreement.value(item, interface), declared.0.type)
    }
  }

  private var vaults: [(name: String, sum: CurrencyAmount)] {
    zip(interface.vaults, zip(agreement.vaults, agreement.vaultCurrencies)).map { ($0.name, CurrencyAmount($1.0, $1.1)) }
  }

  /// Nil parties: anyone.
  private var actions: [(name: String, by: [String]?, needed: Int)] {
    interface.transitions.compactMap { transition in
      guard transition.source == agreement.position.state, !agreement.position.isSuspended, case .action(let name, _, let who) = transition.trigger
      else { return nil }
      switch who {
      case .anyone: return (name, nil, 1)
      case .parties(let parties, let needed): return (name, parties.map { interface.parties[$0] }, needed)
      }
    }
  }

  private var approvals: [(party: String, action: String)] {
    agreement.position.approvals.compactMap { approval in
      guard case .action(let name, _, _) = interface.transitions[approval.transition].trigger else { return nil }
      return (interface.parties[approval.party], name)
    }
  }

  /// What happens by itself from here to the end: each step with its time.
  private func silence<R>(_ tell: (Step, [String]) -> R) -> [R] {
    let story = Story(wording) { [open] in open.name(open.chain.state.account($0).id) }
    return open.chain.silence(of: number) { steps in steps.map { tell($0, story.lines($0, interface, agreement, arguments: [])) } }
  }

  // MARK: Text

  var lines: [String] {
    var lines = [Console.bold(wording.agreement(number.index + 1, interface.name, state.name, since: agreement.position.enteredAt))]
    lines += parties.map { "  \(wording.field($0.role, open.name($0.id)))\($0.hasConsented ? "" : "  (\(wording.hasNotConsented))")" }
    lines += values.map { "  " + wording.field($0.name, wording.value($0.value, $0.type, currencies: agreement.currencies)) }
    lines += vaults.map { "  " + wording.vault($0.name, holding: $0.sum) }
    lines += approvals.map { "  " + wording.hasAgreed($0.party, $0.action) }
    if !actions.isEmpty {
      lines.append("  " + wording.possibleNow(actions.map { wording.offered($0.name, by: $0.by, needed: $0.needed) }))
      if !open.chain.isConsented(number) { lines.append("  " + wording.waitsForConsents) }
    }
    let ahead = silence { step, sentences in
      sentences.enumerated().map { "    \($0 == 0 ? wording.time(step.time) : String(repeating: " ", count: 16))  \($1)" }
    }
    if !ahead.isEmpty { lines += ["  " + wording.ifSilent] + ahead.joined() }
    if agreement.position.isSuspended { lines.append("  " + wording.standsStill) }
    return lines
  }

  // MARK: JSON

  var json: JSON {
    .object([
      ("schema", "earnest.show/1"), ("agreement", .number(number.index + 1)), ("contract", .text(interface.name)),
      ("module", .text(open.chain.state.modules[agreement.contract].id.description)), ("state", .text(state.name)), ("final", .bool(state.isFinal)),
      ("visit", .text(String(agreement.position.visit))), ("since", .text(agreement.position.enteredAt.description)),
      (
        "parties",
        .list(
          parties.map { party in
            .object([
              ("role", .text(party.role)), ("account", .text(party.id.description)), ("name", .text(open.name(party.id))),
              ("consented", .bool(party.hasConsented)),
            ])
          })
      ),
      ("values", .list(values.map { Show.json($0.name, $0.value, $0.type, agreement.currencies) })),
      ("vaults", .list(vaults.map { .object([("name", .text($0.name)), ("sum", Show.json($0.sum))]) })),
      ("approvals", .list(approvals.map { .object([("party", .text($0.party)), ("action", .text($0.action))]) })),
      (
        "actions",
        .list(
          actions.map { action in
            .object([
              ("name", .text(action.name)), ("by", action.by.map { .list($0.map { .text($0) }) } ?? .null), ("needed", .number(action.needed)),
            ])
          })
      ),
      (
        "ifSilent",
        .list(
          silence { step, sentences in
            .object([("step", Show.json(step, open)), ("en", .list(sentences.map { .text($0) }))])
          })
      ), ("suspended", .bool(agreement.position.isSuspended)),
    ])
  }
}
