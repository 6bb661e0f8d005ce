import ArgumentParser
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Store
import Wording

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an account, an agreement, a contract, a block or a transaction.",
    subcommands: [ShowAccount.self, ShowAgreement.self, ShowContract.self, ShowBlock.self, ShowTransaction.self])
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
    let view = AccountView(open.view, id)
    if json { return try Console.print(view.json) }
    for line in view.lines(Console.style) { try Console.print(line) }
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
    let view = AgreementView(open.view, try open.agreement(number), json ? .english : language.language)
    if json { return try Console.print(view.json) }
    for line in view.lines(Console.style) { try Console.print(line) }
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
        let shown = open.view.json(view.name, value, view.type, agreement)
        return try Console.print(
          .object([("schema", "earnest.show/1"), ("agreement", .number(number.index + 1)), ("view", shown)]))
      }
      try Console.print(
        Wording(language.language).field(
          view.name, open.view.values(agreement, language.language).text(value, view.type)))
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
  var view = ModuleView.Part.states

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.show/1.")
  var json = false

  func run() throws {
    let open = try ledger.open()
    let module = ModuleView(open.chain.modules[try open.module(contract)])
    if json { return try Console.print(.object([("schema", "earnest.show/1"), ("contract", module.json(view))])) }
    try Console.print(module.text(view, Console.style))
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
    let view = BlockView(open.view, block)
    if json { return try Console.print(view.json) }
    for line in view.lines(language.language, Console.style) { try Console.print(line) }
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
    let view = BlockView(open.view, block)
    if json { return try Console.print(view.json(receipt)) }
    for line in view.lines(receipt, digest, language.language, Console.style) { try Console.print(line) }
  }
}
