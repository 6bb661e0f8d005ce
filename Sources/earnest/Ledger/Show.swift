import ArgumentParser
import Interface
import Ledger
import Primitives
import Runtime
import Store
import Wording

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an account, an agreement, a contract, a block or a transaction.",
    subcommands: [ShowAccount.self, ShowAgreement.self, ShowContract.self, ShowBlock.self, ShowTransaction.self])

  static func held(by row: AccountRow, _ state: LedgerState) -> [CurrencyAmount] {
    Currency.all.filter { state.hasBalance(row, $0) }.map { CurrencyAmount(state.balance(row, $0), $0) }
  }

  /// Amounts as texts of minor units: they may be larger than a JSON number holds.
  static func json(_ sum: CurrencyAmount) -> JSON {
    .object([
      ("currency", .text(sum.currency.code)), ("units", .text(String(sum.amount.units))),
      ("text", .text(Wording(.english).amount(sum))),
    ])
  }

  static func balances(of row: AccountRow, _ state: LedgerState) -> JSON { .list(held(by: row, state).map(json)) }

  /// One line about an agreement.
  static func line(_ number: AgreementNumber, _ open: OpenLedger) -> String {
    let agreement = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: agreement.contract)
    let next = agreement.position.deadlines.map(\.due).min()
    let due = next.map { "  by itself at \(Wording(.english).time($0))" } ?? ""
    let standing =
      switch agreement.position.standing {
      case .regular: ""
      case .suspended: "  suspended"
      case .released: "  suspended, released"
      }
    return
      "agreement \(number.index + 1)  \(interface.name)  \(interface.states[agreement.position.state].name)\(due)\(standing)"
  }

  /// A value for programs and for people.
  static func json(_ name: String, _ value: Value, _ type: ValueType, _ agreement: Agreement, _ open: OpenLedger)
    -> JSON
  {
    var members: [(String, JSON)] = [
      ("name", .text(name)), ("text", .text(open.values(agreement, .english).text(value, type))),
    ]
    let currencies = agreement.currencies
    switch (value, type) {
    case (.amount(let amount), .amount(let index)):
      members.append(("sum", json(CurrencyAmount(amount, currencies[index]))))
    case (.duration(let duration), _): members.append(("milliseconds", .text(String(duration.milliseconds))))
    case (.int(let integer), _): members.append(("integer", .text(integer.description)))
    case (.bool(let truth), _): members.append(("bool", .bool(truth)))
    case (.percent(let percent), _):
      members += [("numerator", .text(String(percent.numerator))), ("denominator", .text(String(percent.denominator)))]
    case (.text(let bytes), _): members.append(("value", .text(String(decoding: bytes, as: UTF8.self))))
    case (.time(let time), _): members.append(("time", .text(time.description)))
    case (.party(let row), _) where row < UInt64(open.chain.state.accountCount):
      members.append(("account", .text(open.chain.state.account(AccountRow(Int(row))).id.description)))
    // Of what has parts, the text tells them.
    case (.amount, _), (.bytes, _), (.party, _), (.sequence, _), (.variant, _): break
    }
    return .object(members)
  }

  /// What happened to an agreement.
  static func json(_ step: Step, _ open: OpenLedger) -> JSON {
    guard let number = step.agreement, number.index < open.chain.state.agreements.count else { return .null }
    let agreement = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: agreement.contract)
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
    let outcome: (String, Int?) =
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
      let values = zip(declared.parameters, event.arguments).map { json($0.name, $1, $0.type, agreement, open) }
      return .object([("event", .text(declared.name)), ("values", .list(values))])
    }
    return .object([
      ("agreement", .number(number.index + 1)), ("time", .text(step.time.description)), ("cause", .text(cause.0)),
      ("action", cause.1),
      ("from", .text(interface.states[step.state].name)), ("outcome", .text(outcome.0)),
      ("to", outcome.1.map { .text(interface.states[$0].name) } ?? .null), ("events", .list(events)),
      ("prepaid", .text(String(step.prepaid))),
      ("moves", .list(step.moves.map { json($0, number, open) })), ("reason", reason),
      ("defects", .list(step.defects.map { .text(interface.invariants[$0].text) })),
    ])
  }

  private static func json(_ move: Move, _ agreement: AgreementNumber?, _ open: OpenLedger) -> JSON {
    func holder(_ holder: Move.Holder) -> JSON {
      switch holder {
      case .account(let row):
        let id = open.chain.state.account(row).id
        return .object([("account", .text(id.description)), ("name", .text(open.name(id)))])
      case .vault(let vault):
        guard let agreement else { return .null }
        let interface = open.chain.interface(ofModule: open.chain.state.agreements[agreement.index].contract)
        return .object([("agreement", .number(agreement.index + 1)), ("vault", .text(interface.vaults[vault].name))])
      case .entry(let vault, let key):
        guard let agreement else { return .null }
        let opened = open.chain.state.agreements[agreement.index]
        let declared = open.chain.interface(ofModule: opened.contract).vaults[vault]
        return .object([
          ("agreement", .number(agreement.index + 1)), ("vault", .text(declared.name)),
          ("key", .text(open.values(opened, .english).key(key, declared))),
        ])
      }
    }
    return .object([("from", holder(move.from)), ("to", holder(move.to)), ("sum", json(move.sum))])
  }

  /// By the module's own numbers; what a place of its kind has not is null.
  private static func json(_ flaw: ModuleFlaw) -> JSON {
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

  static func json(_ receipt: Receipt, _ transaction: Transaction?, _ open: OpenLedger) -> JSON {
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
      ("moves", .list(receipt.moves.map { json($0.move, $0.agreement, open) })),
      ("steps", .list(receipt.steps.map { json($0, open) })),
      ("en", .list(open.story(.english).lines(receipt, transaction).map { .text($0) })),
      ("zh", .list(open.story(.chinese).lines(receipt, transaction).map { .text($0) })),
    ])
  }

  /// The transactions of a block by their ids.
  static func transaction(_ receipt: Receipt, in block: Block) -> Transaction? {
    guard case .transaction(let id) = receipt.origin else { return nil }
    return block.entries.lazy.compactMap { try? SignedTransaction(decoding: $0) }.first { $0.id == id }?.transaction
  }
}

struct ShowAccount: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "account", abstract: "An account's balances and gas.")

  @Argument(help: "A name, or an account's 64 hexadecimal digits.")
  var account: String

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    let id = try open.account(account)
    let state = open.chain.state
    let row = state.row(of: id)
    let held = row.map { Show.held(by: $0, state) } ?? []
    let kept = row.map { state.account($0) }
    if json {
      return try Console.print(
        .object([
          ("schema", "earnest.show/1"), ("account", .text(id.description)), ("name", .text(open.name(id))),
          ("known", .bool(row != nil)),
          ("nonce", .text(String(kept?.nonce ?? 0))), ("credit", .text(String(kept?.credit ?? 0))),
          ("balances", .list(held.map(Show.json))),
        ]))
    }
    try Console.print("\(Console.bold(open.name(id)))  \(id)")
    if row == nil { try Console.print("  nobody has paid this account so far") }
    for sum in held { try Console.print("  " + Wording(.english).amount(sum)) }
    if let kept {
      try Console.print(
        "  \(Wording(.english).credit(kept.credit)), \(Console.counted(Int(clamping: kept.nonce), "transaction"))")
    }
  }
}

struct ShowAgreement: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "An agreement's state, parties, terms and vaults, and what will happen by itself.")

  @Argument(help: "Its number.")
  var number: Int

  @Option(help: ArgumentHelp("One of the contract's views alone.", valueName: "name"))
  var view: String?

  @Option(help: ArgumentHelp("NAME=VALUE, for each parameter of the view.", valueName: "argument"))
  var with: [String] = []

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var language: LanguageOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    if let name = view { return try show(name, of: try open.agreement(number), on: open) }
    guard with.isEmpty else { throw try Console.usage("--with goes with --view") }
    let view = AgreementView(open, try open.agreement(number), json ? .english : language.language)
    if json { return try Console.print(view.json) }
    for line in view.lines { try Console.print(line) }
  }
}

extension ShowAgreement {
  private func show(_ name: String, of number: AgreementNumber, on open: OpenLedger) throws {
    let agreement = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: agreement.contract)
    guard let view = interface.views.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      let known = interface.views.map(\.name).joined(separator: ", ")
      try Console.complain(
        "\(interface.name) has no view \(Characters.shown(name))\(known.isEmpty ? "" : "; it has \(known)")")
      throw Exit.no
    }
    var given = try Given(with, contract: interface.name)
    let arguments = try view.parameters.map { parameter -> Value in
      guard let text = given.take(parameter.name) else {
        try Console.complain("what is the \(parameter.name)? --with \(parameter.name)=…")
        throw Exit.no
      }
      return try Typed.value(
        text, as: parameter.type, of: interface, currencies: agreement.currencies, on: open, called: parameter.name)
    }
    try given.finish(known: view.parameters.map(\.name))
    switch open.chain.view(view.name, of: number, arguments: arguments) {
    case .returns(let value):
      if json {
        let shown = Show.json(view.name, value, view.type, agreement, open)
        return try Console.print(
          .object([("schema", "earnest.show/1"), ("agreement", .number(number.index + 1)), ("view", shown)]))
      }
      try Console.print(
        Wording(language.language).field(view.name, open.values(agreement, language.language).text(value, view.type)))
    case .fails(let failure):
      let state = interface.states[agreement.position.state].name
      try Console.complain(
        Wording(language.language).sentence(failure, .init(who: "", action: view.name, state: state, endedBy: nil)))
      throw Exit.no
    case .enters, .stays, nil: preconditionFailure("a view that there is answers a value")
    }
  }
}

struct ShowContract: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contract", abstract: "A published contract: its interface, code, gas or states.")

  @Argument(help: "Its name, or its module's id.")
  var contract: String

  @Argument(help: "What to show: interface, code, gas or states.")
  var view = Inspect.View.states

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    let module = ModuleView(open.chain.modules[try open.module(contract)])
    if json { return try Console.print(.object([("schema", "earnest.show/1"), ("contract", module.json(view))])) }
    try Console.print(module.text(view))
  }
}

struct ShowBlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "A block's header and what happened in it.")

  @Argument(help: "Its height.")
  var height: UInt64

  @OptionGroup var ledger: LedgerOptions

  @OptionGroup var language: LanguageOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    guard let block = try Faults.told({ try open.folder.block(height) }) else {
      try Console.complain("there is no block \(height); the last is \(open.chain.durable.height)")
      throw Exit.no
    }
    let header = block.header
    if json {
      return try Console.print(
        .object([
          ("schema", "earnest.show/1"), ("height", .number(Int(clamping: header.height))),
          ("time", .text(header.time.description)),
          ("header", .text(header.digest.description)), ("parent", .text(header.parent.description)),
          ("entriesRoot", .text(header.entriesRoot.description)),
          ("receiptsRoot", .text(header.receiptsRoot.description)),
          ("stateRoot", .text(header.stateRoot.description)),
          ("receipts", .list(block.receipts.map { Show.json($0, Show.transaction($0, in: block), open) })),
        ]))
    }
    try Console.print(
      "\(Console.bold("Block \(header.height)"))  \(Wording(language.language).time(header.time))  \(header.digest)")
    try Console.print("  root after it \(header.stateRoot)")
    let story = open.story(language.language)
    if block.receipts.isEmpty { try Console.print("  nothing happened in it") }
    for receipt in block.receipts {
      for line in story.lines(receipt, Show.transaction(receipt, in: block)) {
        try Console.print("  \(Wording(language.language).time(receipt.time))  \(line)")
      }
    }
  }
}

struct ShowTransaction: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "transaction", abstract: "What became of a transaction.")

  @Argument(help: "Its id, 64 hexadecimal digits.")
  var id: String

  @OptionGroup var ledger: LedgerOptions

  @OptionGroup var language: LanguageOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    guard let digest = Digest(hexadecimal: id),
      let (place, receipt) = try Faults.told({ try open.chain.committed(digest) }),
      let block = try Faults.told({ try open.folder.block(place.height) })
    else {
      try Console.complain("there is no transaction \(Characters.shown(id))")
      throw Exit.no
    }
    let transaction = Show.transaction(receipt, in: block)
    if json {
      return try Console.print(
        .object([
          ("schema", "earnest.show/1"), ("block", .number(Int(clamping: place.height))),
          ("receipt", Show.json(receipt, transaction, open)),
        ]))
    }
    try Console.print(
      "\(Console.bold("Transaction"))  \(digest)  block \(place.height)  \(Wording(language.language).time(receipt.time))"
    )
    for line in open.story(language.language).lines(receipt, transaction) { try Console.print("  " + line) }
    try Console.print("  \(Wording(language.language).gas(receipt.gas))")
  }
}
