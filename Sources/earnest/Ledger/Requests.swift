// What people ask of a ledger: one command for each instruction.

import ArgumentParser
import Assurance
import Bytecode
import Compiler
import Foundation
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Semantics
import Source
import Wording

struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publish contracts: the ledger proves their guarantees again, then anybody can open them.")

  @Argument(help: "A source file (.ern), all of whose contracts are published, or a module (.ernb).")
  var file: String

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let bytes = try Files.read(file)
    var modules = [bytes]
    if !bytes.starts(with: Module.magic) {
      let compilation = Compilation(SourceText(path: file, bytes: bytes))
      guard compilation.diagnostics.isEmpty else {
        try Console.show(compilation.diagnostics, of: compilation.source)
        throw Exit.no
      }
      modules = compilation.contracts.map(\.module.module.bytes)
      if modules.isEmpty {
        try Console.complain("there is no contract in \(file)")
        throw Exit.no
      }
    }
    _ = try ledger.open().transact(modules.map { .publish(module: $0) }, signing)
  }
}

struct Open: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Open an agreement from a published contract.",
    discussion: """
      Name each party and each term that has no default: buyer=alice price="100.00 CNY". A currency follows from the amounts, or is \
      given by its name: C=CNY. Parties that sign consent by signing; the others consent afterwards.
      """)

  @Argument(help: "The contract's name, or its module's id.")
  var contract: String

  @Argument(help: "NAME=VALUE, for each party and term.")
  var values: [String]

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let open = try ledger.open()
    let module = try module(in: open)
    let interface = open.chain.interface(ofModule: module)
    var given = try Given(values, contract: interface.name)

    let parties = try interface.parties.map { party -> AccountID in
      guard let name = given.take(party) else { throw try complaint("who is the \(party)? \(party)=NAME") }
      return try open.account(name)
    }
    let currencies = try currencies(interface, &given)
    let terms = try interface.terms.map { term -> Value in
      guard let text = given.take(term.name) else {
        guard let value = term.defaultValue else { throw try complaint("what is the \(term.name)? \(term.name)=…") }
        return value
      }
      return try Typed.value(text, as: term.type, currencies: currencies, of: term.name)
    }
    try given.finish(known: interface.parties + interface.terms.map(\.name) + interface.currencies.map(\.name))
    let opening = Transaction.Opening(
      module: open.chain.state.modules[module].id, currencies: currencies, parties: parties, terms: terms, summary: Digest(sha256: []))
    guard let number = try open.transact([.open(opening, signer: 0)], signing)?.steps.first?.agreement else { return }
    let agreement = open.chain.state.agreements[number.index]
    let missing = interface.parties.indices.filter { interface.actingParties & ~agreement.consents & 1 << UInt16($0) != 0 }
    if !missing.isEmpty {
      let who = Wording(.english).list(missing.map { "\(open.name(parties[$0])) (\(interface.parties[$0]))" })
      try Console.print("Before money comes in, \(who) must consent: earnest consent \(number.index + 1) --as NAME")
    }
  }

  private func complaint(_ text: String) throws -> ExitCode {
    try Console.complain(text)
    return Exit.no
  }

  private func module(in open: OpenLedger) throws -> Int {
    let state = open.chain.state
    if let digest = Digest(hexadecimal: contract), let row = state.moduleRow(digest) { return row }
    let found = state.modules.indices.filter { open.chain.interface(ofModule: $0).name.utf8.elementsEqual(contract.utf8) }
    if found.count == 1 { return found[0] }
    if found.isEmpty { throw try complaint("no contract \(contract) is published; `earnest publish FILE` does that") }
    throw try complaint(
      "there are \(found.count) contracts \(contract); name one by its module: \(found.map { state.modules[$0].id.description }.joined(separator: ", "))"
    )
  }

  /// What the contract's currencies are: fixed, said, or those of the amounts among the terms.
  private func currencies(_ interface: ContractInterface, _ given: inout Given) throws -> [Currency] {
    var currencies: [Currency] = []
    for (index, slot) in interface.currencies.enumerated() {
      switch slot {
      case .fixed(let currency): currencies.append(currency)
      case .parameter(let name):
        let amounts = interface.terms.filter { $0.type == .amount(currency: index) }.compactMap { given.peek($0.name) }
        if let code = given.take(name) {
          guard let currency = Currency.named(code) else {
            throw try complaint("there is no currency \(code); there are \(Currency.all.map(\.code).joined(separator: ", "))")
          }
          currencies.append(currency)
        } else if let currency = amounts.lazy.compactMap({ try? Written.money($0).currency }).first {
          currencies.append(currency)
        } else {
          for amount in amounts { _ = try Typed.money(amount) }
          throw try complaint("in which currency? \(name)=CNY")
        }
      }
    }
    return currencies
  }
}

/// Values as people type them; what is wrong with one is said, with an example, and the command ends.
enum Typed {
  static func value(_ text: String, as type: ValueType, currencies: [Currency], of name: String) throws -> Value {
    let example: String? =
      switch type {
      case .bool: "true"
      case .int: "5"
      case .percent: "40%"
      case .amount(let index): "\"100.00 \(currencies[index].code)\""
      case .duration: "\"7 days\""
      case .text: nil
      }
    return try told(name, example) { () throws(Written.Fault) in try Written.value(text, as: type, currencies: currencies) }
  }

  static func money(_ text: String) throws -> CurrencyAmount {
    try told(text, "\"100.00 CNY\"") { () throws(Written.Fault) in try Written.money(text) }
  }

  private static func told<T>(_ name: String, _ example: String?, _ body: () throws(Written.Fault) -> T) throws -> T {
    let message: String
    do throws(Written.Fault) { return try body() } catch { message = error.message }
    try Console.complain("\(name): \(message)\(example.map { ", such as \($0)" } ?? "")")
    throw Exit.no
  }
}

/// What was written as NAME=VALUE.
private struct Given {
  private var values: [(name: String, text: String)] = []

  init(_ arguments: [String], contract: String) throws {
    for argument in arguments {
      guard let equals = argument.firstIndex(of: "=") else { throw ValidationError("“\(argument)” is no NAME=VALUE") }
      let name = String(argument[..<equals])
      if values.contains(where: { $0.name == name }) { throw ValidationError("\(name) is said twice") }
      values.append((name, String(argument[argument.index(after: equals)...])))
    }
  }

  func peek(_ name: String) -> String? { values.first { $0.name == name }?.text }

  mutating func take(_ name: String) -> String? {
    defer { values.removeAll { $0.name == name } }
    return peek(name)
  }

  func finish(known: [String]) throws {
    guard let unknown = values.first else { return }
    try Console.complain("there is no \(Characters.shown(unknown.name)) here; there are \(known.joined(separator: ", "))")
    throw Exit.no
  }
}

struct Consent: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Consent to an agreement that somebody opened with you.")

  @Argument(help: "The agreement's number.")
  var agreement: Int

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let open = try ledger.open()
    let number = try open.agreement(agreement)
    // Each consents for itself.
    let signers = try open.signers(signing).indices
    _ = try open.transact(signers.map { .consent(number, subject: open.chain.subject(of: number), signer: $0) }, signing)
  }
}

struct Act: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take an action of an agreement.",
    discussion: """
      Arguments are written as NAME=VALUE: waybill=SF1029384756, toBuyer=40%. What the action asks of you is looked up and becomes part of \
      what you sign; --letting-go says it yourself. The ledger refuses anything but exactly that, and an agreement that has moved on since.
      """)

  @Argument(help: "The agreement's number.")
  var agreement: Int

  @Argument(help: "The action, such as pay.")
  var action: String

  @Argument(help: "NAME=VALUE, for each parameter.")
  var values: [String] = []

  @Option(help: "What you part with, such as \"100.00 CNY\"; may be said once for each currency.")
  var lettingGo: [String] = []

  @Option(help: "The stay that you have seen; 0 takes whichever. Default: the present one.")
  var visit: UInt64?

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let open = try ledger.open()
    let number = try open.agreement(agreement)
    let opened = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: opened.contract)
    guard
      let transition = interface.transition(action: action, in: opened.position.state)
        ?? interface.transitions.firstIndex(where: { if case .action(action, _, _) = $0.trigger { true } else { false } })
    else {
      let actions = interface.transitions.compactMap { if case .action(let name, _, _) = $0.trigger { name } else { nil } }
      let known = actions.indices.filter { actions.firstIndex(of: actions[$0]) == $0 }.map { actions[$0] }
      try Console.complain("\(interface.name) has no action \(action); it has \(known.joined(separator: ", "))")
      throw Exit.no
    }
    let parameters = interface.transitions[transition].trigger.parameters
    var given = try Given(values, contract: interface.name)
    let arguments = try parameters.map { parameter -> Value in
      guard let text = given.take(parameter.name) else {
        try Console.complain("what is the \(parameter.name)? \(parameter.name)=…")
        throw Exit.no
      }
      return try Typed.value(text, as: parameter.type, currencies: opened.currencies, of: parameter.name)
    }
    try given.finish(known: parameters.map(\.name))
    var call = Transaction.Call(
      agreement: number, visit: visit ?? opened.position.visit, action: action, arguments: arguments, letGo: [])
    call.letGo = try lettingGo.isEmpty ? open.chain.asked(call, by: open.account(signing.signerName())) : said()
    _ = try open.transact([.act(call, signer: 0)], signing)
  }

  private func said() throws -> [CurrencyAmount] {
    let sums = try lettingGo.map { try Typed.money($0) }
    let sorted = sums.filter { $0.amount > .zero }.sorted { $0.currency.index < $1.currency.index }
    guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.currency != $1.currency }) else { throw ValidationError("say each currency once") }
    return sorted
  }
}

struct Advance: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Move a development ledger's clock: whatever is due on the way happens, each thing at its own time.")

  @Argument(help: "How far, such as 7 days.")
  var duration: [String]

  @OptionGroup var ledger: LedgerOptions

  @Option(help: "The language of the sentences: en or zh.")
  var lang = Language.english

  @Option(help: "A file whose first line is the keystore's passphrase. Default: the ledger's own, or ask.")
  var passphraseFile: String?

  func run() throws {
    guard case .duration(let length) = try Typed.value(duration.joined(separator: " "), as: .duration, currencies: [], of: "how far") else { return }
    let open = try ledger.open()
    let until = open.chain.time + length
    var signing = SigningOptions()
    signing.coSigners = []
    signing.reference = nil
    signing.yes = true
    signing.dryRun = false
    signing.lang = lang
    signing.passphraseFile = passphraseFile
    guard let operatorName = open.names.first(where: { $0.id == open.chain.genesis.operatorAccount })?.name else {
      try Console.complain("the operator's key is not in \(open.path)/keys")
      throw Exit.notAllowed
    }
    signing.signer = operatorName
    _ = try open.transact([.advance(until: until, signer: 0)], signing)
    try Faults.told {
      let story = open.story(lang)
      try open.sequencer().advance(to: until) { block in
        for receipt in block.receipts {
          for line in story.lines(receipt, nil) { try Console.print("\(Wording(lang).time(receipt.time))  \(line)") }
        }
      }
    }
    try Console.print("It is \(Wording(lang).time(open.chain.time)).")
    try open.close()
  }
}
