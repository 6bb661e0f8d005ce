import ArgumentParser
import Foundation
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Signing
import Wording

struct Transfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pay somebody, or many.",
    discussion: """
      earnest transfer alice bob "25.00 CNY"
      earnest transfer alice erin "1000000 gas"
      earnest transfer --file payments.csv

      Each line of a file is one payment, REFERENCE,FROM,TO,AMOUNT. The ledger takes each reference of a payer once, so a file can be \
      sent again after whatever went wrong: what was paid is not paid twice.
      """)

  @Argument(help: "Who pays, by name.")
  var from: String?

  @Argument(help: "Who is paid, by name or by the account's 64 hexadecimal digits.")
  var to: String?

  @Argument(help: "How much, such as \"25.00 CNY\", or \"1000 gas\".")
  var amount: String?

  @Option(help: "A file of payments.")
  var file: String?

  @Option(help: "How many payments of a file a block carries at most.")
  var block = 50

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    if let file {
      guard from == nil else { throw ValidationError("either one payment, or --file") }
      guard (1...64).contains(block) else { throw ValidationError("--block is from 1 to 64") }
      return try pay(Payment.read(file))
    }
    guard let from, let to, let amount else { throw ValidationError("say who pays, who is paid, and how much: alice bob \"25.00 CNY\"") }
    let open = try ledger.open()
    let payee = try open.account(to)
    _ = try open.transact([try instruction(amount, to: payee)], signing, otherwise: from)
  }

  private func instruction(_ amount: String, to payee: AccountID) throws -> Transaction.Instruction {
    let words = amount.split(separator: " ")
    if words.count == 2, words[1] == "gas", let credit = UInt64(words[0]) { return .grant(to: payee, credit: credit, signer: 0) }
    return .transfer(to: payee, try Typed.money(amount), signer: 0)
  }

  // MARK: Many

  private struct Payment {
    let line: Int
    let reference: String
    let from: String
    let to: String
    let amount: String

    private static let sizeMax = 1 << 26

    static func read(_ path: String) throws -> [Payment] {
      let bytes = try Files.read(path, max: sizeMax)
      guard bytes.count <= sizeMax else {
        try Console.complain("\(path) is larger than \(sizeMax >> 20) MiB")
        throw Exit.badData
      }
      let text = String(decoding: bytes, as: UTF8.self)
      return try text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap { index, line in
        if line.allSatisfy(\.isWhitespace) { return nil }
        let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        guard cells.count == 4, (1...64).contains(cells[0].utf8.count) else {
          try Console.complain("\(path):\(index + 1): REFERENCE,FROM,TO,AMOUNT was wanted")
          throw Exit.badData
        }
        return Payment(line: index + 1, reference: cells[0], from: cells[1], to: cells[2], amount: cells[3])
      }
    }
  }

  /// One transaction for each payment, in the order of the file; said as soon as its block is kept.
  private func pay(_ payments: [Payment]) throws {
    let open = try ledger.open()
    let prepared = try payments.map { payment in
      (payment: payment, payer: try open.account(payment.from), instruction: try instruction(payment.amount, to: try open.account(payment.to)))
    }
    let keystore = try Keys(open.path).open(passphraseFile: signing.passphraseFile)
    var (paid, before, refused) = (0, 0, 0)
    var rest = prepared[...]
    while !rest.isEmpty {
      let part = rest.prefix(block)
      rest = rest.dropFirst(block)
      let sequencer = open.sequencer()
      var references: [Digest: String] = [:]
      var nonces: [AccountID: UInt64] = [:]
      var entries: [[UInt8]] = []
      for (payment, payer, instruction) in part {
        let reference = Array(payment.reference.utf8)
        let isInThisBlock = part.contains { $0.payment.line < payment.line && $0.payer == payer && $0.payment.reference == payment.reference }
        if isInThisBlock || open.chain.hasReference(reference, of: payer) {
          before += 1
          continue
        }
        guard let name = open.names.first(where: { $0.id == payer })?.name, let key = keystore.key(named: name) else {
          try Console.complain("there is no key of \(payment.from) in \(open.path)/keys")
          throw Exit.no
        }
        let nonce = nonces[payer] ?? open.chain.state.row(of: payer).map { open.chain.state.account($0).nonce } ?? 0
        nonces[payer] = nonce + 1
        let transaction = Transaction(
          chain: open.chain.id, sender: payer, nonce: nonce, validUntil: open.chain.time + Duration(unchecked: 3_600_000), gasLimit: 100_000,
          reference: reference, instructions: [instruction])
        guard let signed = SignedTransaction(transaction, keys: [key]) else { preconditionFailure("the payer's key was found") }
        references[signed.id] = payment.reference
        entries.append(signed.bytes)
      }
      for (entry, submission) in zip(entries, sequencer.submit(entries)) {
        if case .refused(let reason) = submission, let id = try? SignedTransaction(decoding: entry).id {
          refused += 1
          try Console.print("\(Characters.shown(references[id] ?? ""))  \(Wording(signing.lang).notAdmitted(Wording(signing.lang).sentence(reason)))")
        }
      }
      let story = open.story(signing.lang)
      try Faults.told {
        try sequencer.run { block in
          for receipt in block.receipts {
            let transaction = Show.transaction(receipt, in: block)
            if case .transaction(let id) = receipt.origin, let reference = references[id] {
              if receipt.verdict == .done { paid += 1 } else { refused += 1 }
              try Console.print("\(Characters.shown(reference))  \(story.lines(receipt, transaction).joined(separator: " "))")
            } else {
              for line in story.lines(receipt, transaction) { try Console.print(line) }
            }
          }
        }
      }
    }
    try open.close()
    try Console.print("\(paid) paid, \(before) paid before, \(refused) refused")
    if refused > 0 { throw Exit.no }
  }
}
