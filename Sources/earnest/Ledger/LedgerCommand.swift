import ArgumentParser
import Foundation
import Interface
import Ledger
import Presentation
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
      let view = try ledger.open().view
      if json { return try Console.print(view.json) }
      for line in view.lines(Console.style) { try Console.print(line) }
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
