import ArgumentParser
import Interface
import Ledger
import Ordering
import Presentation
import Primitives
import Runtime
import Signing
import Wording

struct Advance: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Move a development ledger's clock: whatever is due on the way happens, each thing at its own time.")

  @Argument(help: "How far, such as 7 days.")
  var duration: [String]

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var language: LanguageOptions

  @Flag(help: "Print JSON: earnest.advance/1.")
  var json = false

  func run() throws {
    let text = duration.joined(separator: " ")
    let length = try Typed.duration(text)
    let open = try ledger.open()
    let (chain, wording) = (open.chain, Wording(language.language))
    let until = chain.time + length
    guard chain.genesis.isDevelopment else {
      try Console.complain("only a development ledger's clock is moved by hand")
      throw Exit.no
    }
    guard until > chain.time else {
      try Console.complain("time goes forward, by more than nothing")
      throw Exit.no
    }
    let keystore = try Keys(open.path).open(passphraseFile: passphrase.file)
    let operatorAccount = chain.genesis.operatorAccount
    let transaction = Transaction(
      chain: chain.id, sender: operatorAccount,
      nonce: chain.state.row(of: operatorAccount).map { chain.state.account($0).nonce } ?? 0,
      validUntil: chain.time + OpenLedger.validity, gasLimit: 100_000, operations: [.advance(until: until, signer: 0)]
    )
    guard let signed = SignedTransaction(transaction, keys: [try open.key(of: operatorAccount, in: keystore)]) else {
      preconditionFailure("the operator's key was found")
    }
    let sequencer = open.sequencer()
    if case .refused(let reason) = sequencer.submit(signed.bytes) {
      try Console.complain(wording.notAdmitted(wording.sentence(reason)))
      throw Exit.no
    }
    var receipts: [Receipt] = []
    try Faults.told {
      let tell = { (block: Block) in
        let own = block.receipts.filter { $0.origin != .transaction(signed.id) }
        receipts += own
        if json { return }
        for receipt in own {
          for line in open.view.story(language.language).lines(receipt, nil) {
            try Console.print("\(wording.time(receipt.time))  \(line)")
          }
        }
      }
      try sequencer.run(tell)
      try sequencer.advance(to: until, tell)
    }
    if json {
      try Console.print(open.view.json(advanced: receipts))
    } else {
      try Console.print(wording.isNow(chain.time))
    }
    try open.close()
  }
}
