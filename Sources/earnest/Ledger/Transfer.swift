import ArgumentParser
import Ledger
import Ordering
import Runtime

struct Transfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pay somebody, or many.",
    discussion: """
      earnest transfer alice bob "25.00 CNY"
      earnest transfer alice erin "1000000 credit"
      earnest transfer --file payments.csv

      Credit is what gas is paid with. Each line of a file is one payment, REFERENCE,FROM,TO,AMOUNT. The ledger does each reference of a \
      payer once, so a file can be sent again after whatever went wrong: what was paid is not paid twice.
      """)

  @Argument(help: "Who pays, by name.")
  var from: String?

  @Argument(help: "Who is paid, by name or by the account's 64 hexadecimal digits.")
  var to: String?

  @Argument(help: "How much, such as \"25.00 CNY\", or \"1000 credit\".")
  var amount: String?

  @Option(help: ArgumentHelp("A file of payments.", valueName: "csv"))
  var file: String?

  @Option(help: "How many payments of a file a block carries, from 1 to 64.")
  var block = 50

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    if let file {
      guard from == nil, signing.signer == nil, signing.others == nil, signing.reference == nil, !signing.json else {
        throw try Console.usage(
          "a file says itself who pays and under which reference; --yes, --dry-run and --block go with it")
      }
      let most = EmbeddedSequencer<Chain>.waitingMax
      guard (1...most).contains(block) else { throw try Console.usage("--block is from 1 to \(most)") }
      var payments = try Payments(file, try ledger.open(), signing)
      return try payments.pay(blockCount: block)
    }
    guard let from, let to, let amount else {
      throw try Console.usage("say who pays, who is paid, and how much: alice bob \"25.00 CNY\"")
    }
    guard signing.signer.map({ $0 == from }) ?? true else {
      throw try Console.usage("\(from) pays, so \(from) signs; --as is not needed")
    }
    let open = try ledger.open()
    let payee = try open.account(to)
    _ = try open.transact([try Transfer.operation(amount, to: payee)], signing, otherwise: from)
  }

  /// An amount of money or of credit, paid by the sender.
  static func operation(_ amount: String, to payee: AccountID) throws -> Transaction.Operation {
    let words = amount.split(separator: " ")
    if words.count == 2, words[1] == "credit", let credit = UInt64(words[0]) {
      return .grant(to: payee, credit: credit, signer: 0)
    }
    return .transfer(to: payee, try Typed.money(amount), signer: 0)
  }
}
