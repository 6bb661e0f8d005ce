// What somebody asks of the ledger: one to a hundred operations that succeed or fail together,
// for one sender and up to fifteen co-signers. The id is the digest of these bytes; signatures
// stand outside, so nobody can give a transaction a second id by changing one.

package import Interface
package import Primitives
package import Signing

package struct Transaction: Hashable, Sendable {
  /// The digest of the genesis: a transaction counts on one ledger only.
  package var chain: Digest
  package var protocolNumber: ProtocolNumber
  package var sender: AccountID
  /// How many transactions of this sender the ledger has taken before.
  package var nonce: UInt64
  /// The first moment at which it no longer counts.
  package var validUntil: Time
  package var gasLimit: UInt64
  /// The digest of a text that is kept elsewhere.
  package var memoHash: Digest?
  /// What the sender calls it, such as an order's number. The ledger takes one transaction of a
  /// sender for each reference.
  package var reference: [UInt8]?
  /// In ascending order.
  package var coSigners: [AccountID]
  package var operations: [Operation]

  package init(
    chain: Digest, sender: AccountID, nonce: UInt64, validUntil: Time, gasLimit: UInt64, memoHash: Digest? = nil,
    reference: [UInt8]? = nil,
    coSigners: [AccountID] = [], operations: [Operation]
  ) {
    self.chain = chain
    protocolNumber = .current
    self.sender = sender
    self.nonce = nonce
    self.validUntil = validUntil
    self.gasLimit = gasLimit
    self.memoHash = memoHash
    self.reference = reference
    self.coSigners = coSigners.sorted()
    self.operations = operations
  }

  /// Who may be meant by an operation's `signer`: the sender is 0, co-signers follow.
  package var signers: [AccountID] { [sender] + coSigners }

  package var id: Digest { Digest(sha256: canonicalBytes) }

  static let tag = Array("earnest transaction\0".utf8)
}

/// A transaction as it is sent and logged: its bytes, then the signatures of all its signers in their order.
package struct SignedTransaction: Sendable {
  package let transaction: Transaction
  package let id: Digest
  /// What was signed.
  package let signedBytes: [UInt8]
  package let signatures: [Signature]
  /// As received; decoding and encoding again gives the same.
  package let bytes: [UInt8]

  /// Signs with the keys of all signers, in any order; nil where one is missing.
  package init?(_ transaction: Transaction, keys: [SecretKey]) {
    let signedBytes = transaction.canonicalBytes
    var signatures: [Signature] = []
    for signer in transaction.signers {
      guard let key = keys.first(where: { AccountID(of: $0.publicKey) == signer }) else { return nil }
      signatures.append(key.sign(signedBytes))
    }
    var writer = CanonicalWriter()
    writer.write(bytes: signedBytes)
    writer.write(signatures)
    self.transaction = transaction
    self.signedBytes = signedBytes
    self.signatures = signatures
    bytes = writer.bytes
    id = Digest(sha256: signedBytes)
  }

  /// The bytes that a transaction takes once it is signed.
  package static func size(of transaction: Transaction) -> Int {
    let body = transaction.canonicalBytes
    var writer = CanonicalWriter()
    writer.write(length: body.count)
    // A scheme, a key and a signature for each, and how many there are.
    return writer.bytes.count + body.count + 1 + transaction.signers.count * (1 + 32 + 64)
  }

  /// Of bytes that do not decode: whether they are a transaction of a protocol that this program does not know.
  package static func inadmissibility(of bytes: [UInt8]) -> Inadmissible {
    var reader = CanonicalReader(bytes)
    guard let signed = try? reader.readBytes(), signed.starts(with: Transaction.tag) else { return .malformed }
    var body = CanonicalReader(Array(signed.dropFirst(Transaction.tag.count)))
    guard let number = try? body.read(UInt16.self) else { return .malformed }
    return ProtocolNumber(number) == nil ? .protocolNumber : .malformed
  }

  /// The strict inverse.
  package init(decoding bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    signedBytes = try reader.readBytes()
    signatures = try reader.readList(of: Signature.self, max: ProtocolNumber.current.limits.coSigners + 1)
    try reader.finish()
    transaction = try Transaction(canonicalBytes: signedBytes)
    id = Digest(sha256: signedBytes)
    self.bytes = bytes
  }

  /// Whether the signatures are those of the transaction's signers, in order, each under a key of its account.
  package var hasKeysOfSigners: Bool {
    signatures.count == transaction.signers.count
      && zip(signatures, transaction.signers).allSatisfy { AccountID(of: $0.key) == $1 }
  }

  /// The expensive part, which depends on nothing but these bytes.
  package var hasValidSignatures: Bool { signatures.allSatisfy { $0.verifies(signedBytes) } }
}

extension [CurrencyAmount] {
  /// Whether there is at most one sum of each currency, by code, and none of nothing.
  var isByCurrency: Bool {
    allSatisfy { $0.amount > .zero } && zip(self, dropFirst()).allSatisfy { $0.currency.index < $1.currency.index }
  }
}

// MARK: Encoding

extension Transaction: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(raw: Transaction.tag)
    writer.write(protocolNumber.number)
    writer.write(chain)
    writer.write(sender)
    writer.write(nonce)
    writer.write(validUntil)
    writer.write(gasLimit)
    writer.write(memoHash)
    writer.write(reference != nil)
    if let reference { writer.write(bytes: reference) }
    writer.write(coSigners)
    writer.write(operations)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard try reader.read(raw: Transaction.tag.count) == Transaction.tag else { throw .notCanonical }
    guard let protocolNumber = ProtocolNumber(try reader.read(UInt16.self)) else { throw .unknownCase }
    let limits = protocolNumber.limits
    self.protocolNumber = protocolNumber
    chain = try reader.readDigest()
    sender = try reader.read(AccountID.self)
    nonce = try reader.read(UInt64.self)
    validUntil = try reader.read(Time.self)
    gasLimit = try reader.read(UInt64.self)
    memoHash = try reader.readOptional(Digest.self)
    reference = try reader.readBool() ? try reader.readBytes() : nil
    guard reference.map({ (1...limits.referenceSize).contains($0.count) }) ?? true else { throw .excessiveLength }
    coSigners = try reader.readList(of: AccountID.self, max: limits.coSigners)
    guard zip(coSigners, coSigners.dropFirst()).allSatisfy(<), !coSigners.contains(sender) else { throw .notCanonical }
    operations = try reader.readList(of: Operation.self, max: limits.operationsOfTransaction)
    guard !operations.isEmpty, operations.allSatisfy({ $0.signer <= coSigners.count }) else { throw .notCanonical }
  }
}
