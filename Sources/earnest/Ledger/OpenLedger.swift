import ArgumentParser
import Foundation
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Signing
import Store
import Wording

/// A ledger that this process has open, with the names that its keystore gives to accounts.
final class OpenLedger {
  let path: String
  let folder: LedgerFolder
  let chain: Chain
  let names: [(name: String, id: AccountID)]

  init(_ path: String) throws {
    self.path = path
    (folder, chain) = try Faults.told {
      let folder = try LedgerFolder(path, inspect: OpenLedger.inspection)
      return (folder, try Chain(folder, examine: ExaminationPool().examine))
    }
    names = try Keys(path).entries().map { ($0.name, AccountID(of: $0.key)) }
  }

  /// This program again, reading a file in a process of its own.
  static var inspection: [String] { [(try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "", InspectFile.name] }

  // MARK: Names

  /// A name, or the id's beginning.
  func name(_ id: AccountID) -> String { names.first { $0.id == id }.map { Characters.shown($0.name) } ?? String(id.description.prefix(12)) + "…" }

  func account(_ text: String) throws -> AccountID {
    if let known = names.first(where: { $0.name.utf8.elementsEqual(text.utf8) }) { return known.id }
    if let digest = Digest(hexadecimal: text) { return AccountID(digest) }
    try Console.complain("nobody is called \(Characters.shown(text)) here: \(names.map(\.name).joined(separator: ", ")), or 64 hexadecimal digits")
    throw Exit.no
  }

  func agreement(_ number: Int) throws -> AgreementNumber {
    guard number >= 1, number <= chain.state.agreements.count else {
      try Console.complain(
        "there is no agreement \(number); \(chain.state.agreements.isEmpty ? "none was opened" : "they go up to \(chain.state.agreements.count)")")
      throw Exit.no
    }
    return AgreementNumber(number - 1)
  }

  func story(_ language: Language) -> LedgerStory { LedgerStory(chain, Wording(language)) { [self] in name($0) } }

  // MARK: Blocks

  /// A development ledger's clock stands still until somebody advances it.
  func sequencer(blockCount: Int = .max) -> EmbeddedSequencer<Chain> { EmbeddedSequencer(chain, blockCount: blockCount) { $0 } }

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
    guard signers.count <= most + 1 else { throw ValidationError("at most \(most) sign besides the sender") }
    return signers
  }

  /// Shows what the instructions would do, asks, signs, and has them put into a block; answers the receipt, nil where nothing was to be done. Throws where they are
  /// refused; then nothing was sent.
  func transact(_ instructions: [Transaction.Instruction], _ options: SigningOptions, otherwise signer: String? = nil) throws -> Receipt? {
    let signers = try signers(options, otherwise: signer)
    let (sender, coSigners) = (signers[0], Array(signers.dropFirst()))
    let reference = options.reference.map { Array($0.utf8) }
    if let reference {
      let most = ProtocolNumber.current.limits.referenceSize
      guard (1...most).contains(reference.count) else { throw ValidationError("a reference has from 1 to \(most) bytes") }
      if chain.hasReference(reference, of: sender) {
        try Console.print("\(name(sender)) has sent “\(Characters.shown(options.reference ?? ""))” before; nothing is done twice")
        return nil
      }
    }
    var transaction = Transaction(
      chain: chain.id, sender: sender, nonce: chain.state.row(of: sender).map { chain.state.account($0).nonce } ?? 0,
      validUntil: chain.time + Duration(unchecked: 3_600_000), gasLimit: 0, reference: reference, coSigners: coSigners, instructions: instructions)
    let told = story(options.lang)
    let rehearsed = chain.rehearse(instructions, sender: sender, coSigners: coSigners, reference: reference) { receipts in
      let isDone = receipts.first?.verdict == .done
      let needed = receipts.first.map { $0.gas + $0.steps.reduce(0) { $0 + $1.prepaid } } ?? 0
      let sentences = isDone ? preview(receipts, transaction, told, Wording(options.lang)) : receipts.first.map { told.lines($0, transaction) } ?? []
      return (isDone: isDone, gas: needed, sentences: sentences)
    }
    guard rehearsed.isDone else {
      for sentence in rehearsed.sentences { try Console.complain(sentence) }
      throw Exit.no
    }
    transaction.gasLimit = gasLimit(for: rehearsed.gas, sender, instructions)
    if options.dryRun || !options.yes {
      try Console.print("This would happen:")
      for sentence in rehearsed.sentences { try Console.print("  " + sentence) }
    }
    if options.dryRun { return nil }
    if !options.yes, try !Console.confirm("Sign as \(([sender] + coSigners).map(name).joined(separator: ", "))?") {
      try Console.complain("nothing was sent")
      throw Exit.no
    }
    let keystore = try Keys(path).open(passphraseFile: options.passphraseFile)
    let keys = try ([sender] + coSigners).map { id -> SecretKey in
      guard let name = names.first(where: { $0.id == id })?.name, let key = keystore.key(named: name) else {
        try Console.complain("there is no key of \(name(id)) in \(path)/keys")
        throw Exit.no
      }
      return key
    }
    guard let signed = SignedTransaction(transaction, keys: keys) else { preconditionFailure("every signer's key was found") }
    return try send(signed, told)
  }

  /// What was needed in the rehearsal and a quarter more, as far as the sender can set it aside beside what it gives away.
  private func gasLimit(for needed: UInt64, _ sender: AccountID, _ instructions: [Transaction.Instruction]) -> UInt64 {
    let given = instructions.reduce(UInt64(0)) { sum, instruction in
      if case .grant(_, let credit, 0) = instruction { sum.addingReportingOverflow(credit).partialValue } else { sum }
    }
    let credit = chain.state.row(of: sender).map { chain.state.account($0).credit } ?? 0
    let affordable = chain.genesis.gasPrice == 0 ? .max : (credit < given ? 0 : credit - given) / chain.genesis.gasPrice
    return max(needed, min(needed + needed / 4 + 10_000, affordable, UInt64(ProtocolNumber.current.limits.transactionGas)))
  }

  private func send(_ signed: SignedTransaction, _ told: LedgerStory) throws -> Receipt? {
    let sequencer = sequencer()
    switch sequencer.submit(signed.bytes) {
    case .waiting: break
    case .known(_, let receipt):
      for line in receipt.map({ told.lines($0, signed.transaction) }) ?? [] { try Console.print(line) }
      return receipt
    case .refused(let reason):
      try Console.complain(Wording(.english).notAdmitted(Wording(.english).sentence(reason)))
      throw Exit.no
    case .crowded:
      try Console.complain("too many transactions of this sender wait")
      throw Exit.no
    }
    var result: Receipt?
    try Faults.told {
      try sequencer.run { block in
        for receipt in block.receipts {
          for line in told.lines(receipt, receipt.origin == .transaction(signed.id) ? signed.transaction : nil) { try Console.print(line) }
          if receipt.origin == .transaction(signed.id) { result = receipt }
        }
      }
    }
    try Console.print(Console.dim("block \(chain.durable.height)  transaction \(signed.id)"))
    try close()
    guard let result, result.verdict == .done else { throw Exit.no }
    return result
  }

  /// Sentences, then what changes for whom.
  private func preview(_ receipts: [Receipt], _ transaction: Transaction, _ told: LedgerStory, _ wording: Wording) -> [String] {
    var lines = receipts.enumerated().flatMap { index, receipt in told.lines(receipt, index == 0 ? transaction : nil) }
    var changes: [(holder: String, currency: Currency, units: Integer)] = []
    func change(_ holder: String, _ sum: CurrencyAmount, _ sign: Int) {
      let units = Integer(sum.amount.units) * Integer(sign)
      if let index = changes.firstIndex(where: { $0.holder == holder && $0.currency == sum.currency }) {
        changes[index].units = changes[index].units + units
      } else {
        changes.append((holder, sum.currency, units))
      }
    }
    func holder(_ holder: Move.Holder, _ agreement: AgreementNumber?) -> String {
      switch holder {
      case .account(let row): return told.name(row)
      case .vault(let vault):
        guard let agreement, agreement.index < chain.state.agreements.count else { return "vault" }
        return "\(chain.interface(ofModule: chain.state.agreements[agreement.index].contract).vaults[vault].name) of agreement \(agreement.index + 1)"
      }
    }
    for (move, agreement) in receipts.flatMap(\.moves) {
      change(holder(move.from, agreement), move.sum, -1)
      change(holder(move.to, agreement), move.sum, 1)
    }
    changes.removeAll { $0.units.sign == 0 }
    let width = changes.map(\.holder.count).max() ?? 0
    for (holder, currency, units) in changes {
      let sign = units.sign > 0 ? "+" : ""
      lines.append("\(holder)\(String(repeating: " ", count: width - holder.count))  \(sign)\(wording.amount(units, currency))")
    }
    let gas = receipts.first.map { $0.gas + $0.steps.reduce(0) { $0 + $1.prepaid } } ?? 0
    return lines + ["\(name(transaction.sender)) pays \(wording.gas(gas * chain.genesis.gasPrice))"]
  }
}
