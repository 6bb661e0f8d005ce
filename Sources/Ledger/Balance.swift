import Interface
import Primitives

/// What an account holds of a currency.
struct Balance {
  struct Key: Hashable {
    let account: AccountRow
    let currency: Currency
  }

  let key: Key
  var available: Amount
}

extension Balance: LedgerRow {
  typealias Index = BalanceIndex

  static let table = Table.balance

  func key(at place: Int) -> Key { key }

  static func writeLeafKey(_ key: Key, to writer: inout CanonicalWriter, in state: LedgerState) {
    writer.write(state.account(key.account).id)
    writer.write(key.currency)
  }

  mutating func exchange(_ change: Amount) -> Amount {
    defer { available = change }
    return available
  }

  func namesExistingRows(of state: LedgerState) -> Bool { key.account.index < state.accountCount }
}

extension Balance: Canonical {
  func encode(to writer: inout CanonicalWriter) {
    writer.write(key.account)
    writer.write(key.currency)
    writer.write(available)
  }

  init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    key = Key(account: try reader.read(AccountRow.self), currency: try reader.read(Currency.self))
    available = try reader.read(Amount.self)
  }
}

/// Links the balances of each account, the latest first: an account has few.
struct BalanceIndex: RowIndex {
  private struct Link {
    let currency: Currency
    /// -1 at the end.
    let next: Int32
  }

  private var links: [Link] = []
  /// Of each account its latest balance, or -1.
  private var latest: [Int32] = []

  func place(of key: Balance.Key) -> Int? {
    var place = key.account.index < latest.count ? latest[key.account.index] : -1
    while place >= 0 {
      let link = links[Int(place)]
      if link.currency == key.currency { return Int(place) }
      place = link.next
    }
    return nil
  }

  mutating func add(_ row: Balance, at place: Int) -> Bool {
    if self.place(of: row.key) != nil { return false }
    let account = row.key.account.index
    if latest.count <= account { latest += Array(repeating: -1, count: account + 1 - latest.count) }
    links.append(Link(currency: row.key.currency, next: latest[account]))
    latest[account] = Int32(place)
    return true
  }

  /// The row is the table's last.
  mutating func remove(_ row: Balance, at place: Int) { latest[row.key.account.index] = links.removeLast().next }
}
