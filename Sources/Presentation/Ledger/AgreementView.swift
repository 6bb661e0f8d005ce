import Interface
package import Ledger
package import Primitives
import Runtime
package import Wording

/// An agreement as its parties want to see it: who, on which terms, where the money is, what can be
/// done now, and what time alone will do.
package struct AgreementView {
  private let view: LedgerView
  private let number: AgreementNumber
  private let agreement: Agreement
  private let interface: ContractInterface
  private let wording: Wording

  package init(_ view: LedgerView, _ number: AgreementNumber, _ language: Language) {
    wording = Wording(language)
    self.view = view
    self.number = number
    agreement = view.chain.state.agreements[number.index]
    interface = view.chain.interface(ofModule: agreement.contract)
  }

  private var state: ContractInterface.State { interface.states[agreement.position.state] }

  private var parties: [(role: String, id: AccountID, hasConsented: Bool)] {
    zip(interface.parties, agreement.parties).enumerated().map { index, party in
      (party.0, view.chain.state.account(party.1).id, agreement.consents >> UInt16(index) & 1 == 1)
    }
  }

  private var told: ValueWording { view.values(agreement, wording.language) }

  /// Terms, then fields; of states' parameters those of the present one.
  private var values: [(name: String, value: Value, type: ValueType)] {
    let terms = interface.terms.indices.map {
      (interface.terms[$0].name, agreement.value($0, interface), interface.terms[$0].type)
    }
    let fields = interface.fields.identified.compactMap { index, field -> (String, Value, ValueType)? in
      if case .parameter(let state) = field.role, state != agreement.position.state { return nil }
      return (field.name, agreement.value(interface.item(of: index), interface), field.type)
    }
    return terms + fields
  }

  private var vaults: [(name: String, sum: CurrencyAmount, holdings: [(key: String, sum: CurrencyAmount)])] {
    interface.vaults.identified.map { index, vault in
      let currency = agreement.vaultCurrencies[of: index]
      let holdings = agreement.holdings(ofVault: index).map {
        (told.key($0.key, vault), CurrencyAmount($0.amount, currency))
      }
      return (vault.name, CurrencyAmount(agreement.vaults[of: index], currency), holdings)
    }
  }

  /// Nil parties: anyone.
  private var actions: [(name: String, by: [String]?, needed: Int)] {
    interface.transitions.compactMap { transition in
      guard transition.source == agreement.position.state, agreement.position.standing == .regular,
        case .action(let name, _, let who) = transition.trigger
      else { return nil }
      switch who {
      case .anyone: return (name, nil, 1)
      case .parties(let actors, let needed): return (name, actors.map { describe($0, transition) }, needed)
      }
    }
  }

  /// A role by its name; whoever a field names, with who that is now; an action's parameter by its name.
  private func describe(_ actor: ContractInterface.Actor, _ transition: ContractInterface.Transition) -> String {
    let name = interface.name(of: actor, in: transition)
    guard case .field(let field) = actor else { return name }
    return wording.actor(name, told.text(agreement.value(interface.item(of: field), interface), .party))
  }

  private var approvals: [(who: String, action: String, letGo: [CurrencyAmount])] {
    agreement.position.approvals.compactMap { approval in
      let transition = interface.transitions[approval.transition]
      guard case .action(let name, _, .parties(let actors, _)) = transition.trigger else { return nil }
      let roles = approval.actors.map { interface.name(of: actors[$0], in: transition) }
      return (
        wording.actor(wording.list(roles), view.name(view.chain.state.account(approval.account).id)), name,
        approval.letGo ?? []
      )
    }
  }

  /// What happens by itself from here to the end: each step with its time.
  private func silence<R>(_ tell: (Step, [String]) -> R) -> [R] {
    let story = Story(wording) { [view] in view.name(view.chain.state.account($0).id) }
    return view.chain.silence(of: number) { steps in
      steps.map { tell($0, story.lines($0, interface, agreement, arguments: [])) }
    }
  }

  // MARK: Text

  package func lines(_ style: TextStyle) -> [String] {
    var lines = [
      style.bold(wording.agreement(number.index + 1, interface.name, state.name, since: agreement.position.enteredAt))
    ]
    lines += parties.map {
      "  \(wording.field($0.role, view.name($0.id)))\($0.hasConsented ? "" : "  (\(wording.hasNotConsented))")"
    }
    lines += values.map { "  " + wording.field($0.name, told.text($0.value, $0.type)) }
    for vault in vaults {
      lines.append("  " + wording.vault(vault.name, holding: vault.sum))
      lines += vault.holdings.map { "    " + wording.holding(vault.name, $0.key, $0.sum) }
    }
    lines += approvals.map { approval in
      let (who, action, letGo) = approval
      return "  " + (letGo.isEmpty ? wording.hasAgreed(who, action) : wording.hasAgreed(who, action, lettingGo: letGo))
    }
    if !actions.isEmpty {
      lines.append("  " + wording.possibleNow(actions.map { wording.offered($0.name, by: $0.by, needed: $0.needed) }))
      if !view.chain.isConsented(number) { lines.append("  " + wording.waitsForConsents) }
    }
    let ahead = silence { step, sentences in
      sentences.enumerated().map {
        "    \($0 == 0 ? wording.time(step.time) : String(repeating: " ", count: 16))  \($1)"
      }
    }
    if !ahead.isEmpty { lines += ["  " + wording.ifSilent] + ahead.joined() }
    let latest = view.chain.latestWithoutEach(of: number)
    if !latest.isEmpty {
      lines.append("  " + wording.ifOneIsSilent)
      lines += zip(parties, latest).map { party, latest in
        let date =
          switch latest {
          case .by(let time): wording.time(time)
          case .never: wording.canBePutOff
          case .unknown: wording.isNotKnownYet
          }
        return "    " + wording.field(party.role, date)
      }
    }
    switch agreement.position.standing {
    case .regular: break
    case .suspended:
      let releasers = view.chain.releasers(of: number)
      lines.append("  " + wording.isSuspended)
      lines.append(
        "  "
          + wording.canBeReleased(
            number.index + 1, by: releasers.accounts.map { view.name(UInt64($0.index)) },
            areEverybody: releasers.areEverybody,
            orBy: view.name(view.chain.genesis.operatorAccount)))
    case .released: lines.append("  " + wording.isReleased)
    }
    return lines
  }

  // MARK: JSON

  package var json: JSON {
    .object([
      ("schema", "earnest.show/1"), ("agreement", .number(number.index + 1)), ("contract", .text(interface.name)),
      ("module", .text(view.chain.state.modules[agreement.contract].id.description)), ("state", .text(state.name)),
      ("final", .bool(state.isFinal)),
      ("visit", .text(String(agreement.position.visit))), ("since", .text(agreement.position.enteredAt.description)),
      (
        "parties",
        .list(
          parties.map { party in
            .object([
              ("role", .text(party.role)), ("account", .text(party.id.description)),
              ("name", .text(view.name(party.id))),
              ("consented", .bool(party.hasConsented)),
            ])
          })
      ),
      ("values", .list(values.map { view.json($0.name, $0.value, $0.type, agreement) })),
      (
        "vaults",
        .list(
          vaults.map { vault in
            let holdings = vault.holdings.map { JSON.object([("key", .text($0.key)), ("sum", $0.sum.json)]) }
            return .object([("name", .text(vault.name)), ("sum", vault.sum.json), ("keys", .list(holdings))])
          })
      ),
      (
        "approvals",
        .list(
          approvals.map { approval in
            .object([
              ("party", .text(approval.who)), ("action", .text(approval.action)),
              ("lettingGo", .list(approval.letGo.map(\.json))),
            ])
          })
      ),
      (
        "actions",
        .list(
          actions.map { action in
            .object([
              ("name", .text(action.name)), ("by", action.by.map { .list($0.map { .text($0) }) } ?? .null),
              ("needed", .number(action.needed)),
            ])
          })
      ),
      (
        "ifSilent",
        .list(
          silence { step, sentences in
            .object([("step", view.json(step)), ("en", .list(sentences.map { .text($0) }))])
          })
      ),
      ("ifOneIsSilent", latestJSON), ("suspended", .bool(agreement.position.standing != .regular)),
      ("released", .bool(agreement.position.standing == .released)),
      ("release", release),
    ])
  }

  /// Of each party by when it is over if that party is silent; null where others can put that off,
  /// or where it is not known yet.
  private var latestJSON: JSON {
    var dates: [JSON] = []
    for (party, latest) in zip(parties, view.chain.latestWithoutEach(of: number)) {
      var by = JSON.null
      if case .by(let time) = latest { by = .text(time.description) }
      dates.append(.object([("role", .text(party.role)), ("by", by), ("never", .bool(latest == .never))]))
    }
    return .list(dates)
  }

  /// Who can release a suspended agreement: all of these, or whom the genesis names.
  private var release: JSON {
    guard agreement.position.standing == .suspended else { return .null }
    let releasers = view.chain.releasers(of: number)
    func account(_ id: AccountID) -> JSON {
      .object([("account", .text(id.description)), ("name", .text(view.name(id)))])
    }
    return .object([
      ("all", .list(releasers.accounts.map { account(view.chain.state.account($0).id) })),
      ("areEverybody", .bool(releasers.areEverybody)),
      ("or", account(view.chain.genesis.operatorAccount)),
    ])
  }
}
