import ArgumentParser
import Interface
import Ledger
import Primitives
import Runtime
import Store
import Wording

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an account, an agreement, a block or a transaction.",
    subcommands: [ShowAccount.self, ShowAgreement.self, ShowBlock.self, ShowTransaction.self])

  static func held(by row: AccountRow, _ state: LedgerState) -> [CurrencyAmount] {
    Currency.all.filter { state.hasBalance(row, $0) }.map { CurrencyAmount(state.balance(row, $0), $0) }
  }

  /// Amounts as texts of minor units: they may be larger than a JSON number holds.
  static func json(_ sum: CurrencyAmount) -> JSON {
    .object([
      ("currency", .text(sum.currency.code)), ("units", .text(String(sum.amount.units))), ("text", .text(Wording(.english).amount(sum))),
    ])
  }

  static func balances(of row: AccountRow, _ state: LedgerState) -> JSON { .list(held(by: row, state).map(json)) }

  /// One line about an agreement.
  static func line(_ number: AgreementNumber, _ open: OpenLedger) -> String {
    let agreement = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: agreement.contract)
    let next = agreement.position.deadlines.map(\.due).min()
    let due = next.map { "  by itself at \(Wording(.english).time($0))" } ?? ""
    return "agreement \(number.index + 1)  \(interface.name)  \(interface.states[agreement.position.state].name)\(due)"
  }

  static func json(_ receipt: Receipt, _ transaction: Transaction?, _ open: OpenLedger) -> JSON {
    let origin: JSON =
      switch receipt.origin {
      case .transaction(let id): .text(id.description)
      case .deadline: .null
      }
    let verdict: (String, JSON) =
      switch receipt.verdict {
      case .done: ("done", .null)
      case .failed(_, let failure): ("refused", .text(failure.name))
      case .inadmissible(let reason): ("notAdmitted", .text("\(reason)"))
      }
    func holder(_ holder: Move.Holder, _ agreement: AgreementNumber?) -> JSON {
      switch holder {
      case .account(let row):
        let id = open.chain.state.account(row).id
        return .object([("account", .text(id.description)), ("name", .text(open.name(id)))])
      case .vault(let vault):
        guard let agreement else { return .null }
        let interface = open.chain.interface(ofModule: open.chain.state.agreements[agreement.index].contract)
        return .object([("agreement", .number(agreement.index + 1)), ("vault", .text(interface.vaults[vault].name))])
      }
    }
    return .object([
      ("transaction", origin), ("cause", receipt.origin == .deadline ? "deadline" : "party"), ("time", .text(receipt.time.description)),
      ("outcome", .text(verdict.0)), ("reason", verdict.1), ("gas", .text(String(receipt.gas))),
      (
        "moves",
        .list(
          receipt.moves.map { move, agreement in
            .object([("from", holder(move.from, agreement)), ("to", holder(move.to, agreement)), ("sum", json(move.sum))])
          })
      ),
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
          ("schema", "earnest.show/1"), ("account", .text(id.description)), ("name", .text(open.name(id))), ("known", .bool(row != nil)),
          ("nonce", .text(String(kept?.nonce ?? 0))), ("gas", .text(String(kept?.credit ?? 0))), ("balances", .list(held.map(Show.json))),
        ]))
    }
    try Console.print("\(Console.bold(open.name(id)))  \(id)")
    if row == nil { try Console.print("  nobody has paid this account so far") }
    for sum in held { try Console.print("  " + Wording(.english).amount(sum)) }
    if let kept { try Console.print("  \(Wording(.english).gas(kept.credit)), \(Console.counted(Int(clamping: kept.nonce), "transaction"))") }
  }
}

struct ShowAgreement: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "An agreement's state, parties, terms and vaults, and what will happen by itself.")

  @Argument(help: "Its number.")
  var number: Int

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    let number = try open.agreement(self.number)
    let agreement = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: agreement.contract)
    let wording = Wording(.english)
    let parties = zip(interface.parties, agreement.parties).enumerated().map { index, party in
      (role: party.0, id: open.chain.state.account(party.1).id, hasConsented: agreement.consents >> UInt16(index) & 1 == 1)
    }
    let values = zip(interface.slots, interface.terms.map(\.name) + interface.fields.map(\.name)).map { place, name in
      let value = Resting.value(agreement.words[place.slot..<place.slot + place.type.wordsAtRest], as: place.type)
      return (name: name, text: wording.value(value, place.type, currencies: agreement.currencies))
    }
    let vaults = zip(interface.vaults, zip(agreement.vaults, agreement.vaultCurrencies)).map { ($0.name, CurrencyAmount($1.0, $1.1)) }
    let actions = interface.transitions.compactMap { transition -> String? in
      guard transition.source == agreement.position.state, case .action(let name, _, let who) = transition.trigger else { return nil }
      switch who {
      case .anyone: return "\(name) by anyone"
      case .parties(let parties, _): return "\(name) by \(wording.list(parties.map { interface.parties[$0] }))"
      }
    }
    if json {
      return try Console.print(
        .object([
          ("schema", "earnest.show/1"), ("agreement", .number(self.number)), ("contract", .text(interface.name)),
          ("state", .text(interface.states[agreement.position.state].name)), ("final", .bool(interface.states[agreement.position.state].isFinal)),
          ("visit", .text(String(agreement.position.visit))), ("since", .text(agreement.position.enteredAt.description)),
          (
            "parties",
            .list(
              parties.map {
                .object([
                  ("role", .text($0.role)), ("account", .text($0.id.description)), ("name", .text(open.name($0.id))),
                  ("consented", .bool($0.hasConsented)),
                ])
              })
          ),
          ("values", .object(values.map { ($0.name, .text($0.text)) })), ("vaults", .object(vaults.map { ($0.0, Show.json($0.1)) })),
          ("deadlines", .list(agreement.position.deadlines.map { .text($0.due.description) })), ("actions", .list(actions.map { .text($0) })),
        ]))
    }
    try Console.print(
      "\(Console.bold("Agreement \(self.number)"))  \(interface.name)  \(Console.bold(interface.states[agreement.position.state].name)) since \(wording.time(agreement.position.enteredAt))"
    )
    for party in parties {
      try Console.print("  \(party.role): \(open.name(party.id))\(party.hasConsented ? "" : "  (has not consented)")")
    }
    for value in values { try Console.print("  \(value.name): \(value.text)") }
    for (name, sum) in vaults { try Console.print("  \(name) holds \(wording.amount(sum))") }
    if !actions.isEmpty { try Console.print("  possible now: \(actions.joined(separator: "; "))") }
    for deadline in agreement.position.deadlines { try Console.print("  by itself at \(wording.time(deadline.due)), if nothing happens before") }
    if agreement.position.isSuspended { try Console.print("  stands still: a deadline failed against all that was proved") }
  }
}

struct ShowBlock: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "block", abstract: "A block's header and what happened in it.")

  @Argument(help: "Its height.")
  var height: UInt64

  @OptionGroup var ledger: LedgerOptions

  @Option(help: "The language of the sentences: en or zh.")
  var lang = Language.english

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
          ("schema", "earnest.show/1"), ("height", .number(Int(clamping: header.height))), ("time", .text(header.time.description)),
          ("header", .text(header.digest.description)), ("parent", .text(header.parent.description)),
          ("entriesRoot", .text(header.entriesRoot.description)), ("receiptsRoot", .text(header.receiptsRoot.description)),
          ("stateRoot", .text(header.stateRoot.description)),
          ("receipts", .list(block.receipts.map { Show.json($0, Show.transaction($0, in: block), open) })),
        ]))
    }
    try Console.print("\(Console.bold("Block \(header.height)"))  \(Wording(lang).time(header.time))  \(header.digest)")
    try Console.print("  root after it \(header.stateRoot)")
    let story = open.story(lang)
    for receipt in block.receipts {
      for line in story.lines(receipt, Show.transaction(receipt, in: block)) { try Console.print("  \(Wording(lang).time(receipt.time))  \(line)") }
    }
  }
}

struct ShowTransaction: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "transaction", abstract: "What became of a transaction.")

  @Argument(help: "Its id, 64 hexadecimal digits.")
  var id: String

  @OptionGroup var ledger: LedgerOptions

  @Option(help: "The language of the sentences: en or zh.")
  var lang = Language.english

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    guard let digest = Digest(hexadecimal: id), let (place, receipt) = open.chain.committed(digest),
      let block = try Faults.told({ try open.folder.block(place.height) })
    else {
      try Console.complain("there is no transaction \(id)")
      throw Exit.no
    }
    let transaction = Show.transaction(receipt, in: block)
    if json {
      return try Console.print(
        .object([("schema", "earnest.show/1"), ("block", .number(Int(clamping: place.height))), ("receipt", Show.json(receipt, transaction, open))]))
    }
    try Console.print("\(Console.bold("Transaction"))  \(digest)  block \(place.height)  \(Wording(lang).time(receipt.time))")
    for line in open.story(lang).lines(receipt, transaction) { try Console.print("  " + line) }
    try Console.print("  \(Wording(lang).gas(receipt.gas))")
  }
}
