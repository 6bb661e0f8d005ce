package import Primitives
package import Signing

/// Who somebody is on the ledger: the digest of the first key. Whoever knows a key knows the
/// account, before the ledger has heard of it.
package struct AccountID: Hashable, Sendable, Comparable {
  package let digest: Digest

  package init(_ digest: Digest) { self.digest = digest }

  package init(of key: PublicKey) {
    var writer = CanonicalWriter()
    writer.write(raw: Array("earnest account".utf8))
    writer.write(key)
    digest = Digest(sha256: writer.bytes)
  }

  package static func < (a: AccountID, b: AccountID) -> Bool { a.digest < b.digest }
}

extension AccountID: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(digest) }
  package init(from reader: inout CanonicalReader) throws(CanonicalFault) { self.init(try reader.readDigest()) }
}

extension AccountID: CustomStringConvertible {
  package var description: String { digest.description }
}

/// An account's number: accounts are counted as they appear.
package struct AccountRow: Hashable, Sendable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (a: AccountRow, b: AccountRow) -> Bool { a.index < b.index }
}

extension AccountRow: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(UInt32(index)) }
  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(Int(try reader.read(UInt32.self)))
  }
}

/// What the ledger keeps of an account beside its balances.
package struct Account: Hashable, Sendable {
  package let id: AccountID
  /// Of the next transaction.
  package internal(set) var nonce: UInt64 = 0
  /// What gas is paid from, in the unit of the ledger's gas price.
  package internal(set) var credit: UInt64

  package init(id: AccountID, credit: UInt64) {
    self.id = id
    self.credit = credit
  }
}

extension Account: LedgerRow {
  struct Change {
    let nonce: UInt64
    let credit: UInt64
  }

  typealias Index = HashIndex<Account>

  static let table = Table.account

  func key(at place: Int) -> AccountID { id }

  mutating func exchange(_ change: Change) -> Change {
    defer { (nonce, credit) = (change.nonce, change.credit) }
    return Change(nonce: nonce, credit: credit)
  }

  /// The number stands before the rest, so that a leaf tells which account the rows that name it mean.
  func encode(to writer: inout CanonicalWriter, at place: Int) {
    writer.write(AccountRow(place))
    writer.write(self)
  }

  init(from reader: inout CanonicalReader, at place: Int) throws(CanonicalFault) {
    guard try reader.read(AccountRow.self).index == place else { throw .notCanonical }
    try self.init(from: &reader)
  }
}

extension Account: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(id)
    writer.write(nonce)
    writer.write(credit)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    id = try reader.read(AccountID.self)
    nonce = try reader.read(UInt64.self)
    credit = try reader.read(UInt64.self)
  }
}
