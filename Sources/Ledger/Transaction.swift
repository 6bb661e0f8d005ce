// What somebody asks of the ledger: one to a hundred instructions that succeed or fail together,
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
  package var instructions: [Instruction]

  package init(
    chain: Digest, sender: AccountID, nonce: UInt64, validUntil: Time, gasLimit: UInt64, memoHash: Digest? = nil,
    reference: [UInt8]? = nil,
    coSigners: [AccountID] = [], instructions: [Instruction]
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
    self.instructions = instructions
  }

  /// Who may be meant by an instruction's `signer`: the sender is 0, co-signers follow.
  package var signers: [AccountID] { [sender] + coSigners }

  package var id: Digest { Digest(sha256: canonicalBytes) }

  static let tag = Array("earnest transaction\0".utf8)
}

extension Transaction {
  /// `signer` says which of the transaction's signers asks, by place: 0 is the sender.
  package enum Instruction: Hashable, Sendable {
    /// A module's bytes, to open agreements from.
    case publish(module: [UInt8])
    case open(Opening, signer: Int)
    /// `subject` is what the party agrees to: `Agreement.subject`.
    case consent(AgreementNumber, subject: Digest, signer: Int)
    case act(Call, signer: Int)
    case transfer(to: AccountID, CurrencyAmount, signer: Int)
    /// Gives somebody credit to pay gas from.
    case grant(to: AccountID, credit: UInt64, signer: Int)
    /// The operator allows blocks to be stamped until this time, however long after their parents.
    case advance(until: Time, signer: Int)
    /// Pays out all that a suspended agreement holds. Everybody who has a say signs the
    /// transaction, or whom the genesis names.
    case release(Release)

    package var signer: Int {
      switch self {
      case .publish, .release: 0
      case .open(_, let signer), .consent(_, _, let signer), .act(_, let signer), .transfer(_, _, let signer),
        .grant(_, _, let signer), .advance(_, let signer):
        signer
      }
    }
  }

  package struct Opening: Hashable, Sendable {
    package var module: Digest
    package var currencies: [Currency]
    package var parties: [AccountID]
    package var terms: [Value]
    /// The digest of the summary that was shown; of the empty text where there is none.
    package var summary: Digest

    package init(module: Digest, currencies: [Currency], parties: [AccountID], terms: [Value], summary: Digest) {
      self.module = module
      self.currencies = currencies
      self.parties = parties
      self.terms = terms
      self.summary = summary
    }
  }

  package struct Call: Hashable, Sendable {
    package var agreement: AgreementNumber
    /// The stay that the caller has seen; 0: whichever.
    package var visit: UInt64
    package var action: String
    /// Accounts among them by their rows, which never change once a block has made them.
    package var arguments: [Value]
    /// Exactly what the caller parts with, at most one sum of each currency, by code. Of an action
    /// that needs several, what it will part with once all agree.
    package var letGo: [CurrencyAmount]

    package init(agreement: AgreementNumber, visit: UInt64, action: String, arguments: [Value], letGo: [CurrencyAmount])
    {
      self.agreement = agreement
      self.visit = visit
      self.action = action
      self.arguments = arguments
      self.letGo = letGo
    }
  }
}

extension Transaction {
  package struct Release: Hashable, Sendable {
    package var agreement: AgreementNumber
    /// Ascending; of one holder to one account there is at most one.
    package var payouts: [Payout]

    package init(agreement: AgreementNumber, payouts: [Payout]) {
      self.agreement = agreement
      self.payouts = payouts.sorted()
    }
  }

  /// What somebody gets of what a vault holds, or of what it holds under a key.
  package struct Payout: Hashable, Sendable {
    package let vault: Int
    /// As it rests, in a word; nil of a vault without keys.
    package let key: UInt64?
    package let to: AccountID
    package let amount: Amount

    package init(vault: Int, key: UInt64? = nil, to: AccountID, amount: Amount) {
      self.vault = vault
      self.key = key
      self.to = to
      self.amount = amount
    }
  }
}

extension Transaction.Payout: Comparable {
  /// The order of places, then of accounts; amounts do not matter, so that nobody is paid twice from one place.
  package static func < (a: Transaction.Payout, b: Transaction.Payout) -> Bool {
    if a.vault != b.vault { return a.vault < b.vault }
    switch (a.key, b.key) {
    case (nil, nil): return a.to < b.to
    case (nil, _?): return true
    case (_?, nil): return false
    case (let a0?, let b0?): return a0 == b0 ? a.to < b.to : a0 < b0
    }
  }
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
    writer.write(instructions)
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
    instructions = try reader.readList(of: Instruction.self, max: limits.instructionsOfTransaction)
    guard !instructions.isEmpty, instructions.allSatisfy({ $0.signer <= coSigners.count }) else { throw .notCanonical }
  }
}

extension Transaction.Instruction: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    func begin(_ code: UInt8, _ signer: Int) {
      writer.write(code)
      writer.write(UInt8(signer))
    }
    switch self {
    case .publish(let module):
      writer.write(UInt8(0))
      writer.write(bytes: module)
    case .open(let opening, let signer):
      begin(1, signer)
      writer.write(opening.module)
      writer.write(opening.currencies)
      writer.write(opening.parties)
      writer.write(opening.terms)
      writer.write(opening.summary)
    case .consent(let agreement, let subject, let signer):
      begin(2, signer)
      writer.write(agreement)
      writer.write(subject)
    case .act(let call, let signer):
      begin(3, signer)
      writer.write(call.agreement)
      writer.write(call.visit)
      writer.write(call.action)
      writer.write(call.arguments)
      writer.write(call.letGo)
    case .transfer(let to, let sum, let signer):
      begin(4, signer)
      writer.write(to)
      writer.write(sum)
    case .grant(let to, let credit, let signer):
      begin(5, signer)
      writer.write(to)
      writer.write(credit)
    case .advance(let until, let signer):
      begin(6, signer)
      writer.write(until)
    case .release(let release):
      writer.write(UInt8(7))
      writer.write(release.agreement)
      writer.write(release.payouts)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let code = try reader.read(UInt8.self)
    if code == 0 {
      self = .publish(module: try reader.readBytes())
      return
    }
    if code == 7 {
      let agreement = try reader.read(AgreementNumber.self)
      let payouts = try reader.readList(of: Transaction.Payout.self)
      guard zip(payouts, payouts.dropFirst()).allSatisfy(<) else { throw .notCanonical }
      self = .release(Transaction.Release(agreement: agreement, payouts: payouts))
      return
    }
    let signer = Int(try reader.read(UInt8.self))
    switch code {
    case 1:
      self = .open(
        Transaction.Opening(
          module: try reader.readDigest(), currencies: try reader.readList(of: Currency.self),
          parties: try reader.readList(of: AccountID.self),
          terms: try reader.readList(of: Value.self), summary: try reader.readDigest()), signer: signer)
    case 2: self = .consent(try reader.read(AgreementNumber.self), subject: try reader.readDigest(), signer: signer)
    case 3:
      let call = Transaction.Call(
        agreement: try reader.read(AgreementNumber.self), visit: try reader.read(UInt64.self),
        action: try reader.readText(),
        arguments: try reader.readList(of: Value.self), letGo: try reader.readList(of: CurrencyAmount.self))
      guard Characters.isName(call.action), call.letGo.isByCurrency else { throw .notCanonical }
      self = .act(call, signer: signer)
    case 4: self = .transfer(to: try reader.read(AccountID.self), try reader.read(CurrencyAmount.self), signer: signer)
    case 5: self = .grant(to: try reader.read(AccountID.self), credit: try reader.read(UInt64.self), signer: signer)
    case 6: self = .advance(until: try reader.read(Time.self), signer: signer)
    default: throw .unknownCase
    }
  }
}

extension Transaction.Payout: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt8(vault))
    writer.write(key != nil)
    if let key { writer.write(key) }
    writer.write(to)
    writer.write(amount)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    vault = Int(try reader.read(UInt8.self))
    key = try reader.readBool() ? try reader.read(UInt64.self) : nil
    to = try reader.read(AccountID.self)
    amount = try reader.read(Amount.self)
    guard amount > .zero else { throw .notCanonical }
  }
}
