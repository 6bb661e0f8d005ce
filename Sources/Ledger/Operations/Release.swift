package import Interface
package import Primitives

extension Transaction {
  /// All that a suspended agreement holds, paid out.
  package struct Release: Hashable, Sendable {
    package var agreement: AgreementNumber
    /// Ascending; of one holder to one account there is at most one.
    package var payouts: [Payout]

    package init(agreement: AgreementNumber, payouts: [Payout]) {
      self.agreement = agreement
      self.payouts = payouts.sorted()
    }

    package struct Result: Hashable, Sendable {
      package let agreement: AgreementNumber
      /// On whose word.
      package let signers: [AccountRow]
      package let moves: [Move]
      /// What was left in the pot and has gone back.
      package let returned: [PotShare]

      package init(agreement: AgreementNumber, signers: [AccountRow], moves: [Move], returned: [PotShare]) {
        self.agreement = agreement
        self.signers = signers
        self.moves = moves
        self.returned = returned
      }
    }
  }

  /// What somebody gets of what a vault holds, or of what it holds under a key.
  package struct Payout: Hashable, Sendable {
    package let vault: VaultID
    /// As it rests, in a word; nil of a vault without keys.
    package let key: UInt64?
    package let to: AccountID
    package let amount: Amount

    package init(vault: VaultID, key: UInt64? = nil, to: AccountID, amount: Amount) {
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

extension Transaction.Release: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(agreement)
    writer.write(payouts)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    agreement = try reader.read(AgreementNumber.self)
    payouts = try reader.readList(of: Transaction.Payout.self)
    guard zip(payouts, payouts.dropFirst()).allSatisfy(<) else { throw .notCanonical }
  }
}

extension Transaction.Release.Result: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(agreement)
    writer.write(signers)
    writer.write(moves)
    writer.write(returned)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      agreement: try reader.read(AgreementNumber.self), signers: try reader.readList(of: AccountRow.self),
      moves: try reader.readList(of: Move.self), returned: try reader.readList(of: PotShare.self))
  }
}

extension Transaction.Payout: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt8(vault.index))
    writer.write(key != nil)
    if let key { writer.write(key) }
    writer.write(to)
    writer.write(amount)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    vault = VaultID(Int(try reader.read(UInt8.self)))
    key = try reader.readBool() ? try reader.read(UInt64.self) : nil
    to = try reader.read(AccountID.self)
    amount = try reader.read(Amount.self)
    guard amount > .zero else { throw .notCanonical }
  }
}
