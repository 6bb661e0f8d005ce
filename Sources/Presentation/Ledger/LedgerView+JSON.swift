package import Interface
package import Ledger
package import Primitives
import Runtime
import Wording

extension CurrencyAmount {
  /// The amount as a text of minor units: it may be larger than a JSON number holds.
  package var json: JSON {
    .object([
      ("currency", .text(currency.code)), ("units", .text(String(amount.units))),
      ("text", .text(Wording(.english).amount(self))),
    ])
  }
}

extension LedgerView {
  /// A value for programs and for people.
  package func json(_ name: String, _ value: Value, _ type: ValueType, _ agreement: Agreement)
    -> JSON
  {
    var members: [(String, JSON)] = [
      ("name", .text(name)), ("text", .text(values(agreement, .english).text(value, type))),
    ]
    let currencies = agreement.currencies
    switch (value, type) {
    case (.amount(let amount), .amount(let index)):
      members.append(("sum", CurrencyAmount(amount, currencies[index]).json))
    case (.duration(let duration), _): members.append(("milliseconds", .text(String(duration.milliseconds))))
    case (.int(let integer), _): members.append(("integer", .text(integer.description)))
    case (.bool(let truth), _): members.append(("bool", .bool(truth)))
    case (.percent(let percent), _):
      members += [("numerator", .text(String(percent.numerator))), ("denominator", .text(String(percent.denominator)))]
    case (.text(let bytes), _): members.append(("value", .text(String(decoding: bytes, as: UTF8.self))))
    case (.time(let time), _): members.append(("time", .text(time.description)))
    case (.party(let row), _) where row < UInt64(chain.state.accountCount):
      members.append(("account", .text(chain.state.account(AccountRow(Int(row))).id.description)))
    // Of what has parts, the text tells them.
    case (.amount, _), (.bytes, _), (.party, _), (.sequence, _), (.variant, _): break
    }
    return .object(members)
  }

  /// What happened to an agreement.
  func json(_ step: Step) -> JSON {
    guard let number = step.agreement, number.index < chain.state.agreements.count else { return .null }
    let agreement = chain.state.agreements[number.index]
    let interface = chain.interface(ofModule: agreement.contract)
    let cause: (String, JSON) =
      switch step.cause {
      case .opening: ("opening", .null)
      case .party(_, let action): ("action", .text(action))
      case .deadline:
        switch step.transition.map({ interface.transitions[$0].trigger }) {
        case .when: ("condition", .null)
        case .action, .after, .at, nil: ("deadline", .null)
        }
      }
    let outcome: (String, StateID?) =
      switch step.outcome {
      case .opened(let state): ("opened", state)
      case .entered(let state): ("entered", state)
      case .stayed: ("stayed", step.state)
      case .approved: ("approved", step.state)
      case .refused: ("refused", step.state)
      case .defect: ("defect", step.state)
      }
    let reason: JSON =
      switch step.outcome {
      case .refused(let failure), .defect(let failure): .text(failure.name)
      case .opened, .entered, .stayed, .approved: .null
      }
    let events = step.events.map { event -> JSON in
      let declared = interface.events[event.event]
      let values = zip(declared.parameters, event.arguments).map { json($0.name, $1, $0.type, agreement) }
      return .object([("event", .text(declared.name)), ("values", .list(values))])
    }
    return .object([
      ("agreement", .number(number.index + 1)), ("time", .text(step.time.description)), ("cause", .text(cause.0)),
      ("action", cause.1),
      ("from", .text(interface.states[step.state].name)), ("outcome", .text(outcome.0)),
      ("to", outcome.1.map { .text(interface.states[$0].name) } ?? .null), ("events", .list(events)),
      ("prepaid", .text(String(step.prepaid))),
      ("moves", .list(step.moves.map { json($0, number) })), ("reason", reason),
      ("defects", .list(step.defects.map { .text(interface.invariants[$0].text) })),
    ])
  }

  private func json(_ move: Move, _ agreement: AgreementNumber?) -> JSON {
    func holder(_ holder: Move.Holder) -> JSON {
      switch holder {
      case .account(let row):
        let id = chain.state.account(row).id
        return .object([("account", .text(id.description)), ("name", .text(name(id)))])
      case .vault(let vault):
        guard let agreement else { return .null }
        let interface = chain.interface(ofModule: chain.state.agreements[agreement.index].contract)
        return .object([("agreement", .number(agreement.index + 1)), ("vault", .text(interface.vaults[vault].name))])
      case .entry(let vault, let key):
        guard let agreement else { return .null }
        let opened = chain.state.agreements[agreement.index]
        let declared = chain.interface(ofModule: opened.contract).vaults[vault]
        return .object([
          ("agreement", .number(agreement.index + 1)), ("vault", .text(declared.name)),
          ("key", .text(values(opened, .english).key(key, declared))),
        ])
      }
    }
    return .object([("from", holder(move.from)), ("to", holder(move.to)), ("sum", move.sum.json)])
  }

  /// By the module's own numbers; what a place of its kind has not is null.
  private func json(_ flaw: ModuleFlaw) -> JSON {
    var (function, instruction, state, transition, vault) = (JSON.null, JSON.null, JSON.null, JSON.null, JSON.null)
    var circle: JSON = .null
    switch flaw.place {
    case .module: break
    case .function(let index): function = .number(index)
    case .instruction(let index, let of): (function, instruction) = (.number(of), .number(index))
    case .state(let index): state = .number(index)
    case .circle(let states): circle = .list(states.map { .number($0) })
    case .entering(let index, let at, let left):
      (transition, instruction, vault) = (.number(index), .number(at), .number(left))
    }
    return .object([
      ("number", .number(Int(flaw.kind.rawValue))), ("kind", .text("\(flaw.kind)")), ("function", function),
      ("instruction", instruction),
      ("transition", transition), ("state", state), ("vault", vault), ("circle", circle),
      ("gas", flaw.gas.map { .text(String($0)) } ?? .null),
    ])
  }

  package func json(_ receipt: Receipt, _ transaction: Transaction?) -> JSON {
    let origin: JSON =
      switch receipt.origin {
      // A rehearsed one has no id yet.
      case .transaction(let id): id == .zero ? .null : .text(id.description)
      case .deadline: .null
      }
    let verdict: (outcome: String, reason: JSON, operation: JSON) =
      switch receipt.verdict {
      case .done: ("done", .null, .null)
      case .failed(let index, .refused(let refusal)): ("refused", .text(refusal.name), .number(index))
      case .failed(let index, .trapped(let trap)): ("trapped", .text(trap.name), .number(index))
      case .inadmissible(let reason): ("notAdmitted", .text("\(reason)"), .null)
      case .defect(let failure): ("defect", .text(failure.name), .null)
      }
    return .object([
      ("transaction", origin), ("cause", receipt.origin == .deadline ? "deadline" : "transaction"),
      ("time", .text(receipt.time.description)),
      ("outcome", .text(verdict.outcome)), ("reason", verdict.reason), ("operation", verdict.operation),
      ("flaw", receipt.flaw.map(json) ?? .null), ("gas", .text(String(receipt.gas))),
      ("moves", .list(receipt.moves.map { json($0.move, $0.agreement) })),
      ("steps", .list(receipt.steps.map { json($0) })),
      ("en", .list(story(.english).lines(receipt, transaction).map { .text($0) })),
      ("zh", .list(story(.chinese).lines(receipt, transaction).map { .text($0) })),
    ])
  }

  // MARK: Transactions

  /// What was done before under the same reference.
  package func json(doneBefore id: Digest) -> JSON {
    .object([
      ("schema", "earnest.transaction/1"), ("transaction", .text(id.description)), ("doneBefore", .bool(true)),
    ])
  }

  /// What would happen; the first receipt is that of the transaction.
  package func json(rehearsed receipts: [Receipt], of transaction: Transaction, isDone: Bool) -> JSON {
    .object([
      ("schema", "earnest.transaction/1"), ("ok", .bool(isDone)), ("sent", .bool(false)),
      ("receipts", .list(receipts.enumerated().map { json($1, $0 == 0 ? transaction : nil) })),
    ])
  }

  /// What has happened; `receipt` is that of the transaction.
  package func json(sent receipts: [Receipt], of signed: SignedTransaction, _ receipt: Receipt) -> JSON {
    .object([
      ("schema", "earnest.transaction/1"), ("ok", .bool(receipt.verdict == .done)), ("sent", .bool(true)),
      ("transaction", .text(signed.id.description)), ("block", .number(Int(clamping: chain.durable.height))),
      (
        "receipts",
        .list(receipts.map { json($0, $0.origin == .transaction(signed.id) ? signed.transaction : nil) })
      ),
    ])
  }

  /// What has happened while the clock was moved.
  package func json(advanced receipts: [Receipt]) -> JSON {
    .object([
      ("schema", "earnest.advance/1"), ("time", .text(chain.time.description)),
      ("height", .number(Int(clamping: chain.durable.height))), ("receipts", .list(receipts.map { json($0, nil) })),
    ])
  }
}

extension JSON {
  fileprivate static func number<Declaration>(_ id: DeclarationID<Declaration>) -> JSON { .number(id.index) }
}
