import ArgumentParser
import Foundation
import Interface
import Ledger
import Ordering
import Presentation
import Primitives
import Runtime
import Signing
import Wording

/// A file of payments, each a transaction of its own under its reference: whatever went wrong, the
/// file can be sent again.
struct Payments {
  private let open: OpenLedger
  private let options: SigningOptions
  private let payments: [Row]
  private var counts = (paid: 0, before: 0, refused: 0)

  private struct Row {
    let reference: String
    let payer: AccountID
    let operation: Transaction.Operation
  }

  private static let sizeMax = 1 << 26
  /// Some programs put a byte-order mark before a text.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// What a payment is given: its bytes, a signature, a transfer, and the rows that it may make, with room.
  private static let gasLimit: UInt64 = 100_000

  /// Reads all of it first: a mistake in the last line is said before the first is paid.
  init(_ path: String, _ open: OpenLedger, _ options: SigningOptions) throws {
    let bytes = try Files.read(path, max: Payments.sizeMax)
    guard bytes.count <= Payments.sizeMax else {
      try Console.complain("\(path) is larger than \(Payments.sizeMax >> 20) MiB")
      throw Exit.badData
    }
    let referenceMax = ProtocolNumber.current.limits.referenceSize
    guard
      let text = String(
        validating: bytes.starts(with: Payments.mark) ? bytes.dropFirst(Payments.mark.count) : bytes[...], as: UTF8.self
      )
    else {
      try Console.complain("\(path) is not UTF-8; nothing was paid")
      throw Exit.badData
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    payments = try lines.enumerated().compactMap { index, line in
      if line.allSatisfy(\.isWhitespace) { return nil }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count == 4, (1...referenceMax).contains(cells[0].utf8.count), OpenLedger.isReference(cells[0]) else {
        try Console.complain("\(path):\(index + 1): REFERENCE,FROM,TO,AMOUNT was wanted")
        throw Exit.badData
      }
      do {
        return Row(
          reference: cells[0], payer: try open.account(cells[1]),
          operation: try Transfer.operation(cells[3], to: try open.account(cells[2])))
      } catch {
        try Console.complain("this stands in line \(index + 1) of \(path); nothing was paid")
        throw Exit.badData
      }
    }
    self.open = open
    self.options = options
    for payer in Set(payments.map(\.payer)).sorted() where !open.names.contains(where: { $0.id == payer }) {
      try Console.complain("there is no key of \(open.name(payer)) in \(open.path)/keys; nothing was paid")
      throw Exit.no
    }
  }

  /// What it comes to, by payer and currency.
  private func totals() -> [String] {
    var totals: [(payer: AccountID, currency: Currency?, units: Integer)] = []
    for payment in payments
    where open.chain.transaction(called: Array(payment.reference.utf8), by: payment.payer) == nil {
      var (currency, units): (Currency?, Integer) = (nil, Integer(payment.operation.creditGiven))
      if case .transfer(let transfer, _) = payment.operation {
        (currency, units) = (transfer.sum.currency, Integer(transfer.sum.amount.units))
      }
      if let index = totals.firstIndex(where: { $0.payer == payment.payer && $0.currency == currency }) {
        totals[index].units = totals[index].units + units
      } else {
        totals.append((payment.payer, currency, units))
      }
    }
    let wording = Wording(options.language.language)
    return totals.map { payer, currency, units in
      "\(open.name(payer))  -\(currency.map { wording.amount(units, $0) } ?? wording.credit(UInt64(clamping: units.int ?? .max)))"
    }
  }

  /// One transaction for each payment, in the order of the file; said as soon as its block is kept.
  /// `blockCount` are put into a block at most.
  mutating func pay(blockCount: Int) throws {
    let wording = Wording(options.language.language)
    if options.dryRun || !options.yes {
      try Console.print(wording.wouldHappen)
      for line in totals() { try Console.print("  " + line) }
    }
    if options.dryRun { return }
    if !options.yes, try !Console.confirm("Pay?") {
      try Console.complain("nothing was sent")
      throw Exit.no
    }
    let keystore = try Keys(open.path).open(passphraseFile: options.passphrase.file)
    for first in stride(from: 0, to: payments.count, by: blockCount) {
      try pay(payments[first..<min(payments.count, first + blockCount)], keystore)
    }
    try open.close()
    try Console.print("\(counts.paid) paid, \(counts.before) paid before, \(counts.refused) refused")
    if counts.refused > 0 { throw Exit.no }
  }

  private mutating func refuse(_ payment: Row, _ sentence: String) throws {
    counts.refused += 1
    try Console.print("\(Characters.shown(payment.reference))  \(sentence)")
  }

  private mutating func pay(_ part: ArraySlice<Row>, _ keystore: Keystore) throws {
    let wording = Wording(options.language.language)
    var signed: [(transaction: SignedTransaction, payment: Row)] = []
    for payment in part {
      let reference = Array(payment.reference.utf8)
      // What bears a reference of this very block waits until that is done or refused.
      if signed.contains(where: {
        $0.payment.payer == payment.payer && $0.payment.reference.utf8.elementsEqual(payment.reference.utf8)
      }) {
        try order(signed)
        signed = []
      }
      if let id = open.chain.transaction(called: reference, by: payment.payer) {
        if try open.transaction(id)?.operations == [payment.operation] {
          counts.before += 1
        } else {
          try refuse(payment, "\(open.name(payment.payer)) has done something else under this reference")
        }
        continue
      }
      let before = signed.filter { $0.payment.payer == payment.payer }
      let given = before.reduce(UInt64(0)) { sum, one in
        sum.addingReportingOverflow(one.payment.operation.creditGiven).partialValue
      }
      let account = open.chain.state.row(of: payment.payer).map { open.chain.state.account($0) }
      guard
        UInt64(before.count + 1) * Payments.gasLimit * open.chain.genesis.gasPrice <= (account?.credit ?? 0)
          - min(given, account?.credit ?? 0)
      else {
        try refuse(payment, wording.notAdmitted(wording.sentence(Inadmissible.credit)))
        continue
      }
      let transaction = Transaction(
        chain: open.chain.id, sender: payment.payer, nonce: (account?.nonce ?? 0) + UInt64(before.count),
        validUntil: open.chain.time + OpenLedger.validity, gasLimit: Payments.gasLimit, reference: reference,
        operations: [payment.operation])
      guard let one = SignedTransaction(transaction, keys: [try open.key(of: payment.payer, in: keystore)]) else {
        preconditionFailure("the payer's key was found")
      }
      signed.append((one, payment))
    }
    try order(signed)
  }

  private mutating func order(_ signed: [(transaction: SignedTransaction, payment: Row)]) throws {
    let wording = Wording(options.language.language)
    let sequencer = open.sequencer()
    for (submission, one) in zip(sequencer.submit(signed.map(\.transaction.bytes)), signed) {
      if case .refused(let reason) = submission {
        try refuse(one.payment, wording.notAdmitted(wording.sentence(reason)))
      }
    }
    let story = open.view.story(options.language.language)
    var counts = counts
    try Faults.told {
      try sequencer.run { block in
        for receipt in block.receipts {
          let one = signed.first { receipt.origin == .transaction($0.transaction.id) }
          let sentence = story.lines(receipt, one?.transaction.transaction).joined(separator: " ")
          try Console.print(one.map { "\(Characters.shown($0.payment.reference))  \(sentence)" } ?? sentence)
          if one != nil { if receipt.verdict == .done { counts.paid += 1 } else { counts.refused += 1 } }
        }
      }
    }
    self.counts = counts
  }
}
