import ArgumentParser
import Interface
import Ledger
import Primitives
import Runtime
import Semantics
import Wording

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
    let module = try open.module(contract)
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
      return try Typed.value(text, as: term.type, of: interface, currencies: currencies, on: open, called: term.name)
    }
    try given.finish(known: interface.parties + interface.terms.map(\.name) + interface.currencies.map(\.name))
    let opening = Transaction.Opening(
      module: open.chain.state.modules[module].id, currencies: currencies, parties: parties, terms: terms,
      summary: Digest(sha256: []))
    guard let number = try open.transact([.open(opening, signer: 0)], signing)?.steps.first?.agreement else { return }
    let agreement = open.chain.state.agreements[number.index]
    let missing = interface.parties.indices.filter {
      interface.actingParties & ~agreement.consents & 1 << UInt16($0) != 0
    }
    if !missing.isEmpty {
      let who = missing.map { "\(open.name(parties[$0])) (\(interface.parties[$0]))" }
      if !signing.json {
        try Console.print(Wording(signing.language.language).mustConsent(who, agreement: number.index + 1))
      }
    }
  }

  private func complaint(_ text: String) throws -> ExitCode {
    try Console.complain(text)
    return Exit.no
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
            throw try complaint(
              "there is no currency \(code); there are \(Currency.all.map(\.code).joined(separator: ", "))")
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
