import ArgumentParser
import Interface
import Ledger
import Presentation
import Primitives
import Runtime

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
    if !signing.json && (signing.dryRun || !signing.yes) {
      for line in AgreementView(open.view, number, signing.language.language).lines(Console.style) {
        try Console.print(line)
      }
    }
    _ = try open.transact(
      signers.map { .consent(number, subject: open.chain.subject(of: number), signer: $0) }, signing)
  }
}
