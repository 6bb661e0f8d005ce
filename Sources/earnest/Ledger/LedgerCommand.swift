import ArgumentParser
import Foundation
import Interface
import Ledger
import Primitives
import Runtime
import Signing
import Store
import Wording

struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Make a ledger, and look at one.", subcommands: [Init.self, Info.self])

  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a development ledger: play money, named accounts, a clock that you move.",
      discussion: """
        alice, bob, carol and dave get 1,000,000 of each currency and gas to spend; `operator` moves the clock, which begins at \
        2026-01-01 00:00 UTC. Their keys are sealed in the folder's file `keys`; its passphrase lies beside it.
        """)

    @Argument(help: "The folder to make. Default: $EARNEST_LEDGER, or ./ledger.")
    var path: String?

    private static let people = ["alice", "bob", "carol", "dave"]
    private static let start = Time(milliseconds: 1_767_225_600_000)

    func run() throws {
      let path = try LedgerOptions.parse([]).path
      let folder = self.path ?? path
      if FileManager.default.fileExists(atPath: Files.join(folder, "log")) {
        try Console.complain("there is a ledger in \(folder) already")
        throw Exit.cannotCreate
      }
      let keys = try (Init.people + ["operator"]).map { (name: $0, key: try Keys.newKey()) }
      let accounts = keys.map { AccountID(of: $0.key.publicKey) }
      let million = Currency.all.map { currency in
        CurrencyAmount(
          Amount(unchecked: (0..<currency.decimals).reduce(1_000_000) { units, _ in units * 10 }), currency)
      }
      let genesis = Genesis(
        time: Init.start, isDevelopment: true, operatorAccount: accounts[Init.people.count], gasPrice: 1,
        allocations: accounts.enumerated().map { index, account in
          Genesis.Allocation(
            account: account, credit: 1_000_000_000_000, holdings: index < Init.people.count ? million : [])
        })
      do {
        try LedgerFolder.create(folder, genesis: genesis.canonicalBytes) { scratch in
          try Keys.makeDevelopment(keys, in: scratch)
        }
      } catch StoreFault.system(let what) {
        try Console.complain(what)
        throw Exit.cannotCreate
      }
      try Console.print(
        "A development ledger is in \(folder): \(Init.people.joined(separator: ", ")) have 1,000,000 of each currency; it is \(Wording(.english).time(Init.start))."
      )
      try Console.print(Console.dim("chain \(Digest(sha256: genesis.canonicalBytes))"))
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say where a ledger stands: height, time, root, what is published and open.")

    @OptionGroup var ledger: LedgerOptions

    @Flag(help: "Print JSON: earnest.ledger/1.")
    var json = false

    func run() throws {
      let open = try ledger.open()
      let (chain, state) = (open.chain, open.chain.state)
      let contracts = state.modules.indices.map { (chain.interface(ofModule: $0).name, state.modules[$0].id) }
      let balances = open.names.compactMap { name, id in state.row(of: id).map { (name, $0) } }
      if json {
        return try Console.print(
          .object([
            ("schema", "earnest.ledger/1"), ("chain", .text(chain.id.description)),
            ("height", .number(Int(chain.durable.height))),
            ("time", .text(chain.time.description)), ("header", .text(chain.durable.digest.description)),
            ("root", .text(chain.root.description)),
            ("development", .bool(chain.genesis.isDevelopment)),
            ("operator", .text(chain.genesis.operatorAccount.description)),
            ("gasPrice", .text(String(chain.genesis.gasPrice))),
            (
              "contracts",
              .list(contracts.map { .object([("name", .text($0.0)), ("module", .text($0.1.description))]) })
            ),
            ("agreements", .number(state.agreements.count)),
            (
              "accounts",
              .list(balances.map { .object([("name", .text($0.0)), ("balances", Show.balances(of: $0.1, state))]) })
            ),
          ]))
      }
      try Console.print("height \(chain.durable.height)  \(Wording(.english).time(chain.time)) UTC")
      try Console.print("root   \(chain.root)")
      try Console.print("chain  \(chain.id)")
      // The one account that the genesis gives rights to.
      try Console.print("operator \(open.name(chain.genesis.operatorAccount))")
      for (name, id) in contracts { try Console.print("contract \(name)  \(Console.dim(id.description))") }
      for (name, row) in balances {
        let held = Show.held(by: row, state).map { Wording(.english).amount($0) }.joined(separator: "  ")
        try Console.print(
          "\(Characters.shown(name))\(String(repeating: " ", count: max(0, 9 - name.count)))\(held.isEmpty ? "-" : held)"
        )
      }
      for number in state.agreements.indices { try Console.print(Show.line(AgreementNumber(number), open)) }
    }
  }
}

/// What the store runs in a process of its own.
struct InspectFile: ParsableCommand {
  static let name = "inspect-file"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Read a ledger's file to its end.", shouldDisplay: false)

  @Argument var file: String

  func run() throws {
    if let finding = LedgerFolder.inspect(file) {
      try Console.print(finding)
      throw Exit.no
    }
  }
}
