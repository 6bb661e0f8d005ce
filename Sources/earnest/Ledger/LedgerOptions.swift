import ArgumentParser
import Foundation
import Wording

/// Which ledger a command is about.
struct LedgerOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("The ledger's folder. Default: $EARNEST_LEDGER, or ./ledger.", valueName: "folder"))
  var ledger: String?

  var path: String { ledger ?? ProcessInfo.processInfo.environment["EARNEST_LEDGER"] ?? "ledger" }

  func open() throws -> OpenLedger { try OpenLedger(path) }
}

/// Who signs, and whether anybody is asked first.
struct SigningOptions: ParsableArguments {
  @Option(name: .customLong("as"), help: ArgumentHelp("Who signs and pays the gas.", valueName: "name"))
  var signer: String?

  @Option(name: .customLong("with"), help: ArgumentHelp("Who signs besides, such as bob,carol.", valueName: "names"))
  var others: String?

  var coSigners: [String] { others?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? [] }

  @Option(help: ArgumentHelp("Your own name for this, such as an order's number: it is done once.", valueName: "text"))
  var reference: String?

  @Flag(name: .shortAndLong, help: "Sign without asking.")
  var yes = false

  @Flag(help: "Only show what would happen.")
  var dryRun = false

  @Flag(help: "Print JSON: earnest.transaction/1. With --yes or --dry-run.")
  var json = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var language: LanguageOptions

  func signerName() throws -> String {
    guard let signer else { throw try Console.usage("say who signs: --as NAME") }
    return signer
  }
}

/// What opens the keystore.
struct PassphraseOptions: ParsableArguments {
  @Option(
    name: .customLong("passphrase-file"),
    help: ArgumentHelp(
      "Its first line is the keystore's passphrase. Default: the ledger's own, or ask.", valueName: "file"))
  var file: String?
}

/// In which language sentences are told.
struct LanguageOptions: ParsableArguments {
  @Option(
    name: .customLong("lang"), help: ArgumentHelp("The language of the sentences, en or zh.", valueName: "language"))
  var language = Language.english
}
