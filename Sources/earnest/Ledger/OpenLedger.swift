import ArgumentParser
import Foundation
import Interface
import Ledger
import Ordering
import Presentation
import Primitives
import Runtime
import Signing
import Source
import Store
import Wording

/// A ledger that this process has open, with the names that its keystore gives to accounts.
final class OpenLedger {
  let path: String
  let folder: LedgerFolder
  let chain: Chain
  let names: [(name: String, id: AccountID)]
  /// What is told of it.
  let view: LedgerView

  init(_ path: String) throws {
    self.path = path
    (folder, chain) = try Faults.told {
      let folder = try LedgerFolder(path, inspect: OpenLedger.inspection)
      return (folder, try Chain(folder, examine: ExaminationPool().examine))
    }
    for note in folder.notes { try Console.complain(note) }
    names = try Keys(path).entries().map { ($0.name, AccountID(of: $0.key)) }
    view = LedgerView(chain, names: names)
  }

  /// This program again, reading a file in a process of its own.
  static var inspection: [String] {
    [(try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "", InspectFile.name]
  }

  // MARK: Names

  func name(_ id: AccountID) -> String { view.name(id) }

  func account(_ text: String) throws -> AccountID {
    if let known = names.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) { return known.id }
    if let digest = Digest(hexadecimal: text) { return AccountID(digest) }
    try Console.complain(
      "nobody is called \(Characters.shown(text)) here: \(names.map { Characters.shown($0.name) }.joined(separator: ", ")), or 64 hexadecimal digits"
    )
    throw Exit.no
  }

  /// The account's row, where it is on the ledger.
  func rowNamed(_ text: String) -> UInt64? {
    guard let known = names.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) else { return nil }
    return chain.state.row(of: known.id).map { UInt64($0.index) }
  }

  /// The row of an account that is on the ledger.
  func row(_ text: String) throws -> UInt64 {
    let id = try account(text)
    guard let row = chain.state.row(of: id) else {
      try Console.complain(
        "\(name(id)) is not on the ledger yet: nobody has paid this account, and it has signed nothing")
      throw Exit.no
    }
    return UInt64(row.index)
  }

  func agreement(_ number: Int) throws -> AgreementNumber {
    guard number >= 1, number <= chain.state.agreements.count else {
      try Console.complain(
        "there is no agreement \(number); \(chain.state.agreements.isEmpty ? "none was opened" : "they go up to \(chain.state.agreements.count)")"
      )
      throw Exit.no
    }
    return AgreementNumber(number - 1)
  }

  /// A published contract by its name or its module's id.
  func module(_ contract: String) throws -> Int {
    let state = chain.state
    if let digest = Digest(hexadecimal: contract), let row = state.moduleRow(digest) { return row }
    let found = state.modules.indices.filter { chain.interface(ofModule: $0).name.utf8.elementsEqual(contract.utf8) }
    if found.count == 1 { return found[0] }
    try Console.complain(
      found.isEmpty
        ? "no contract \(Characters.shown(contract)) is published; `earnest publish FILE` does that"
        : "there are \(found.count) contracts \(contract); name one by its module: \(found.map { state.modules[$0].id.description }.joined(separator: ", "))"
    )
    throw Exit.no
  }

  // MARK: Blocks

  /// A development ledger's clock stands still until somebody advances it.
  func sequencer() -> EmbeddedSequencer<Chain> { EmbeddedSequencer(chain) { $0 } }

  /// How long what a command signs is valid.
  static let validity = Duration(unchecked: 3_600_000)

  /// Blocks behind the last checkpoint after which a command writes a new one when it is done.
  private static let tailMax: UInt64 = 512

  /// What a command that wrote does at its end.
  func close() throws {
    try Faults.told {
      if try chain.durable.height >= (folder.checkpointHeight()) + OpenLedger.tailMax { try chain.checkpoint() }
    }
  }

  // MARK: Transactions

  /// Who signs, the sender first, each once.
  func signers(_ options: SigningOptions, otherwise signer: String? = nil) throws -> [AccountID] {
    var signers = [try account(try signer ?? options.signerName())]
    for name in options.coSigners {
      let id = try account(name)
      if !signers.contains(id) { signers.append(id) }
    }
    let most = ProtocolNumber.current.limits.coSigners
    guard signers.count <= most + 1 else { throw try Console.usage("at most \(most) sign besides the sender") }
    return signers
  }

  /// Shows what the operations would do, asks, signs, and has them put into a block; answers the
  /// receipt, nil where nothing was to be done. Throws where they are refused; then nothing was
  /// sent. `isSame` says whether an operation is what was done before under the same reference.
  func transact(
    _ operations: [Transaction.Operation], _ options: SigningOptions, otherwise signer: String? = nil,
    isSame: (Transaction.Operation, Transaction.Operation) -> Bool = { $0 == $1 }
  ) throws -> Receipt? {
    let signers = try signers(options, otherwise: signer)
    let sender = signers[0]
    var transaction = Transaction(
      chain: chain.id, sender: sender, nonce: chain.state.row(of: sender).map { chain.state.account($0).nonce } ?? 0,
      validUntil: chain.time + OpenLedger.validity, gasLimit: 0, reference: try reference(options),
      coSigners: Array(signers.dropFirst()),
      operations: operations)
    let most = ProtocolNumber.current.limits
    guard operations.count <= most.operationsOfTransaction, transaction.canonicalBytes.count < most.transactionSize
    else {
      throw try Console.usage(
        "one transaction holds at most \(most.operationsOfTransaction) operations and \(most.transactionSize >> 20) MiB"
      )
    }
    if try isDone(transaction, options, isSame) { return nil }
    if options.json && !options.yes && !options.dryRun {
      throw try Console.usage("--json asks nothing: say --yes or --dry-run")
    }

    let rehearsed = try rehearse(transaction, options)
    if options.dryRun { return nil }
    transaction.gasLimit = gasLimit(for: rehearsed, transaction)
    if !options.yes, try !Console.confirm(Wording(options.language.language).isSignedBy(signers.map(name))) {
      try Console.complain("nothing was sent")
      throw Exit.no
    }
    let keystore = try Keys(path).open(passphraseFile: options.passphrase.file)
    guard let signed = SignedTransaction(transaction, keys: try signers.map { try key(of: $0, in: keystore) }) else {
      preconditionFailure("every signer's key was found")
    }
    return try send(signed, options)
  }

  func key(of id: AccountID, in keystore: Keystore) throws -> SecretKey {
    guard let name = names.first(where: { $0.id == id })?.name, let key = keystore.key(named: name) else {
      try Console.complain("there is no key of \(name(id)) in \(path)/keys")
      throw Exit.no
    }
    return key
  }

  /// What was not UTF-8 has become the replacement character, and two texts one.
  static func isReference(_ text: String) -> Bool {
    !text.unicodeScalars.contains { $0 == "\u{FFFD}" } && Characters.shown(text).utf8.elementsEqual(text.utf8)
  }

  private func reference(_ options: SigningOptions) throws -> [UInt8]? {
    guard let text = options.reference else { return nil }
    guard OpenLedger.isReference(text) else {
      throw try Console.usage("a reference is a text without control characters, in UTF-8")
    }
    let reference = Array(text.utf8)
    let most = ProtocolNumber.current.limits.referenceSize
    guard (1...most).contains(reference.count) else {
      throw try Console.usage("a reference has from 1 to \(most) bytes")
    }
    return reference
  }

  /// Whether this was done under its reference before; something else that was done under it is an error.
  private func isDone(
    _ transaction: Transaction, _ options: SigningOptions,
    _ isSame: (Transaction.Operation, Transaction.Operation) -> Bool
  ) throws -> Bool {
    guard let reference = transaction.reference, let id = chain.transaction(called: reference, by: transaction.sender)
    else { return false }
    let shown = Characters.shown(options.reference ?? "")
    let before = try self.transaction(id)?.operations ?? []
    guard before.count == transaction.operations.count, zip(transaction.operations, before).allSatisfy(isSame)
    else {
      try Console.complain(
        "\(name(transaction.sender)) has done something else under the reference “\(shown)”: earnest show transaction \(id)"
      )
      throw Exit.no
    }
    if options.json {
      try Console.print(view.json(doneBefore: id))
    } else {
      try Console.print(
        "\(name(transaction.sender)) has done this before, under the reference “\(shown)”; nothing is done twice")
    }
    return true
  }

  /// A transaction that was committed.
  func transaction(_ id: Digest) throws -> Transaction? {
    try Faults.told {
      guard let (place, receipt) = try chain.committed(id), let block = try folder.block(place.height) else {
        return nil
      }
      return block.transaction(of: receipt)
    }
  }

  /// Tells what would happen, where nobody has said yes already; answers the gas that it takes.
  /// Throws where it would be refused.
  private func rehearse(_ transaction: Transaction, _ options: SigningOptions) throws -> UInt64 {
    let wording = Wording(options.language.language)
    let told = view.story(options.language.language)
    let rehearsed = chain.rehearse(
      transaction.operations, sender: transaction.sender, coSigners: transaction.coSigners,
      reference: transaction.reference
    ) { receipts in
      let isDone = receipts.first?.verdict == .done
      return (
        isDone: isDone, gas: receipts.first.map { $0.gas + $0.steps.reduce(0) { $0 + $1.prepaid } } ?? 0,
        sentences: isDone
          ? view.preview(receipts, of: transaction, options.language.language)
          : receipts.first.map { told.lines($0, transaction) } ?? [],
        json: view.json(rehearsed: receipts, of: transaction, isDone: isDone)
      )
    }
    if options.json && (options.dryRun || !rehearsed.isDone) {
      try Console.print(rehearsed.json)
    }
    guard rehearsed.isDone else {
      for sentence in rehearsed.sentences { try Console.complain(sentence) }
      throw Exit.no
    }
    if !options.json && (options.dryRun || !options.yes) {
      try Console.print(wording.wouldHappen)
      for sentence in rehearsed.sentences { try Console.print("  " + sentence) }
    }
    return rehearsed.gas
  }

  /// What was needed in the rehearsal and a quarter more, as far as the sender can set it aside
  /// beside what it gives away.
  private func gasLimit(for needed: UInt64, _ transaction: Transaction) -> UInt64 {
    let given = transaction.operations.reduce(UInt64(0)) { sum, operation in
      operation.signer == 0 ? sum.addingReportingOverflow(operation.creditGiven).partialValue : sum
    }
    let credit = chain.state.row(of: transaction.sender).map { chain.state.account($0).credit } ?? 0
    let affordable = chain.genesis.gasPrice == 0 ? .max : (credit < given ? 0 : credit - given) / chain.genesis.gasPrice
    return max(
      needed, min(needed + needed / 4 + 10_000, affordable, UInt64(ProtocolNumber.current.limits.transactionGas)))
  }

  private func send(_ signed: SignedTransaction, _ options: SigningOptions) throws -> Receipt {
    let sequencer = sequencer()
    let wording = Wording(options.language.language)
    func refused(_ reason: Inadmissible) throws -> ExitCode {
      try Console.complain(wording.notAdmitted(wording.sentence(reason)))
      return Exit.no
    }
    if case .refused(let reason) = sequencer.submit(signed.bytes) { throw try refused(reason) }
    var receipts: [Receipt] = []
    try Faults.told { try sequencer.run { receipts += $0.receipts } }
    // What was admitted and could not be ordered after all says why when it is asked again.
    guard let receipt = receipts.first(where: { $0.origin == .transaction(signed.id) }) else {
      if case .refused(let reason) = sequencer.submit(signed.bytes) { throw try refused(reason) }
      throw Exit.no
    }
    do { try tell(receipts, of: signed, receipt, options) } catch {
      // Nobody may think that nothing has happened.
      try? Console.complain("block \(chain.durable.height) holds transaction \(signed.id); only the output failed")
      throw error
    }
    try close()
    guard receipt.verdict == .done else { throw Exit.no }
    return receipt
  }

  private func tell(_ receipts: [Receipt], of signed: SignedTransaction, _ receipt: Receipt, _ options: SigningOptions)
    throws
  {
    if options.json {
      try Console.print(view.json(sent: receipts, of: signed, receipt))
    } else {
      let wording = Wording(options.language.language)
      let told = view.story(options.language.language)
      for other in receipts {
        for line in told.lines(other, other.origin == .transaction(signed.id) ? signed.transaction : nil) {
          try Console.print(line)
        }
      }
      try Console.print(
        Console.dim("block \(chain.durable.height)  \(wording.gas(receipt.gas))  transaction \(signed.id)"))
    }
  }
}
