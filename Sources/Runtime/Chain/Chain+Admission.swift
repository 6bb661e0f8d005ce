// Who gets in: the questions that are asked before a transaction has any effect.

import Interface
import Ledger
import Primitives

/// What transactions that come first will use up, so that the next one is looked at as things will be.
struct Pending {
  fileprivate var nonces: [AccountID: UInt64] = [:]
  fileprivate var credits: [AccountID: UInt64] = [:]
  fileprivate var references: Set<Digest> = []

  mutating func add(_ transaction: Transaction, in chain: Chain) {
    nonces[transaction.sender] = transaction.nonce + 1
    let (sum, overflow) = credits[transaction.sender, default: 0].addingReportingOverflow(
      transaction.gasLimit * chain.genesis.gasPrice)
    credits[transaction.sender] = overflow ? .max : sum
    for operation in transaction.operations where operation.creditGiven > 0 {
      let giver = transaction.signers[operation.signer]
      let (sum, overflow) = credits[giver, default: 0].addingReportingOverflow(operation.creditGiven)
      credits[giver] = overflow ? .max : sum
    }
    if let reference = transaction.reference { references.insert(Chain.reference(reference, of: transaction.sender)) }
  }
}

extension Chain {
  // MARK: Admission

  /// What a transaction costs before any of its operations is looked at.
  func baseGas(_ transaction: Transaction, size: Int) -> UInt64 {
    let reference = transaction.reference == nil ? 0 : schedule.row
    return UInt64(
      schedule.transaction + schedule.byte * size + schedule.signature * transaction.signers.count + reference)
  }

  /// Why a transaction would have no effect after others, in the order of `Inadmissible`; nil where
  /// it would have some. Deadlines that come first are not looked at.
  func inadmissibility(of entry: Examined, at time: Time, after pending: Pending) -> Inadmissible? {
    guard let signed = entry.signed else { return .malformed }
    let transaction = signed.transaction
    let account = state.row(of: transaction.sender).map { state.account($0) }
    if transaction.protocolNumber != genesis.protocolNumber { return .protocolNumber }
    if transaction.chain != id { return .chain }
    if !entry.hasKeysOfSigners { return .key }
    if !entry.isVerified { return .signature }
    if transaction.validUntil <= time { return .expired }
    if transaction.validUntil > time + Duration(unchecked: Int64(limits.validity)) { return .horizon }
    if transaction.nonce != pending.nonces[transaction.sender] ?? account?.nonce ?? 0 || transaction.nonce == .max {
      return .nonce
    }
    if let reference = transaction.reference.map({ Chain.reference($0, of: transaction.sender) }),
      state.transaction(ofReference: reference) != nil || pending.references.contains(reference)
    {
      return .reference
    }
    if transaction.gasLimit < baseGas(transaction, size: signed.bytes.count)
      || transaction.gasLimit > limits.transactionGas
    {
      return .gasLimit
    }
    let price = UInt128(transaction.gasLimit) * UInt128(genesis.gasPrice)
    return price + UInt128(pending.credits[transaction.sender, default: 0]) > UInt128(account?.credit ?? 0)
      ? .credit : nil
  }

  static func reference(_ reference: [UInt8], of sender: AccountID) -> Digest {
    var writer = CanonicalWriter()
    writer.write(sender)
    writer.write(bytes: reference)
    return Digest(sha256: writer.bytes)
  }
}
