import ArgumentParser
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Wording

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
