import ArgumentParser
import Foundation
import Wording

/// Which ledger a command is about.
struct LedgerOptions: ParsableArguments {
  @Option(name: .long, help: "The ledger's folder. Default: $EARNEST_LEDGER, or ./ledger.")
  var ledger: String?

  var path: String { ledger ?? ProcessInfo.processInfo.environment["EARNEST_LEDGER"] ?? "ledger" }

  func open() throws -> OpenLedger { try OpenLedger(path) }
}

/// Who signs, and whether anybody is asked first.
struct SigningOptions: ParsableArguments {
  @Option(name: .customLong("as"), help: "Who signs and pays the gas, by name.")
  var signer: String?

  @Option(name: .customLong("with"), parsing: .upToNextOption, help: "Who signs besides, by name.")
  var coSigners: [String] = []

  @Option(help: "A name of your own for this transaction, such as an order's number: the ledger takes it once.")
  var reference: String?

  @Flag(name: .shortAndLong, help: "Sign without asking.")
  var yes = false

  @Flag(help: "Only show what would happen.")
  var dryRun = false

  @Option(help: "A file whose first line is the keystore's passphrase. Default: the ledger's own, or ask.")
  var passphraseFile: String?

  @Option(help: "The language of the sentences: en or zh.")
  var lang = Language.english

  func signerName() throws -> String {
    guard let signer else { throw ValidationError("say who signs: --as NAME") }
    return signer
  }
}
