import ArgumentParser
import Interface
import Ledger
import Primitives
import Runtime

struct Release: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pay out what a suspended agreement holds.",
    discussion: """
      earnest release 1 escrow="60.00 CNY to alice" escrow="40.00 CNY to bob" --as alice --with bob,carol,dave
      earnest release 2 "bids[erin]=5.00 CNY to erin" --as operator

      An agreement is suspended when what it does by itself has failed, against all that was proved. All of what it holds is paid out at \
      once, to the last cent, if everybody signs who has a say, or whom the genesis names: `earnest show agreement` says who that is. What lies \
      under an account's key and is not said goes to that account; it goes elsewhere only if that account signs.
      """)

  @Argument(help: "The agreement's number.")
  var agreement: Int

  @Argument(help: ArgumentHelp("VAULT=\"AMOUNT to NAME\", as often as it takes.", valueName: "payout"))
  var payouts: [String] = []

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let open = try ledger.open()
    let number = try open.agreement(agreement)
    let opened = open.chain.state.agreements[number.index]
    let vaults = open.chain.interface(ofModule: opened.contract).vaults
    var said = try payouts.map { try payout($0, opened, on: open) }
    for vault in vaults.ids where vaults[vault].key?.type == .party {
      for holding in opened.holdings(ofVault: vault)
      where !said.contains(where: { $0.vault == vault && $0.key == holding.key }) {
        let owner = open.chain.state.account(AccountRow(Int(clamping: holding.key))).id
        said.append(Transaction.Payout(vault: vault, key: holding.key, to: owner, amount: holding.amount))
      }
    }
    let release = Transaction.Release(agreement: number, payouts: said)
    guard zip(release.payouts, release.payouts.dropFirst()).allSatisfy(<) else {
      throw try Console.usage("say once what an account gets from one place")
    }
    _ = try open.transact([.release(release)], signing)
  }

  /// `escrow=60.00 CNY to alice`, `bids[erin]=5.00 CNY to erin`
  private func payout(_ text: String, _ opened: Agreement, on open: OpenLedger) throws -> Transaction.Payout {
    guard let match = text.wholeMatch(of: #/([^=\[]+)(?:\[(.*)\])?=(.+?) to (.+)/#) else {
      throw try Console.usage("“\(Characters.shown(text))” is no VAULT=\"AMOUNT to NAME\"")
    }
    let interface = open.chain.interface(ofModule: opened.contract)
    guard let vault = interface.vaults.firstID(where: { $0.name.utf8.elementsEqual(match.1.utf8) }) else {
      throw try no("\(interface.name) has no vault \(Characters.shown(String(match.1)))")
    }
    let declared = interface.vaults[vault]
    var key: UInt64?
    switch (declared.key, match.2) {
    case (nil, nil): break
    case (nil, _?): throw try no("the vault \(declared.name) has no keys")
    case (_?, nil): throw try no("the vault \(declared.name) keeps money under keys: \(declared.name)[KEY]=…")
    case (let declared?, let text?):
      let value = try Typed.value(
        String(text), as: declared.type, of: interface, currencies: opened.currencies, on: open,
        called: interface.vaults[vault].name)
      key = Resting.words(value, as: declared.type, in: interface.types).first
    }
    let sum = try Typed.money(String(match.3))
    guard sum.currency == opened.vaultCurrencies[of: vault] else {
      throw try no(
        "the vault \(declared.name) holds \(opened.vaultCurrencies[of: vault].code), not \(sum.currency.code)")
    }
    guard sum.amount > .zero else { throw try no("a payout of nothing is none: leave it out") }
    return Transaction.Payout(vault: vault, key: key, to: try open.account(String(match.4)), amount: sum.amount)
  }

  private func no(_ text: String) throws -> ExitCode {
    try Console.complain(text)
    return Exit.no
  }
}
