// The state of a ledger in memory: a table each for accounts, balances, modules, agreements,
// references, and what belongs to nobody. Every change goes through one of the setters and is
// journaled, so that a call, a transaction or a whole block can be undone as if it had not happened.

package import Interface
package import Primitives

/// The tables of a ledger's state. Their numbers stand in keys of rows and leaves.
package enum Table: UInt8, CaseIterable, Sendable {
  case ledger = 0
  case account = 1
  case balance = 2
  case agreement = 3
  case module = 4
  case reference = 5
}

package final class LedgerState {
  let ledgerRows = Rows<Globals>()
  let accountRows = Rows<Account>()
  let balanceRows = Rows<Balance>()
  let agreementRows = Rows<Agreement>()
  let moduleRows = Rows<PublishedModule>()
  let referenceRows = Rows<Reference>()
  /// The tables of all changes that can be undone: each undoes its own last one.
  private var journal: [Table] = []

  /// For loops over all tables.
  func rows(of table: Table) -> any AnyRows {
    switch table {
    case .ledger: ledgerRows
    case .account: accountRows
    case .balance: balanceRows
    case .agreement: agreementRows
    case .module: moduleRows
    case .reference: referenceRows
    }
  }

  package init(time: Time) {
    ledgerRows.append(Globals(time: time))
    ledgerRows.commit()
  }

  // MARK: Journal

  package var mark: Int { journal.count }

  /// Undoes everything since `mark`, the last change first.
  package func rollBack(to mark: Int) {
    while journal.count > mark, let table = journal.popLast() { rows(of: table).undo() }
  }

  /// Keeps everything that was done so far: it can no longer be undone, and the journal is empty.
  package func commit() {
    journal.removeAll(keepingCapacity: true)
    for table in Table.allCases { rows(of: table).commit() }
    agreementRows.index.schedule.sweep(stands: stands)
  }

  @discardableResult
  func append<R>(_ row: R, to rows: Rows<R>) -> Int {
    journal.append(R.table)
    return rows.append(row)
  }

  func apply<R>(_ change: R.Change, to rows: Rows<R>, at place: Int) {
    journal.append(R.table)
    rows.apply(change, at: place)
  }

  func remove<R>(at place: Int, from rows: Rows<R>) where R.Key: Comparable, R.Index == SortedIndex<R> {
    journal.append(R.table)
    rows.remove(at: place)
  }

  // MARK: Time

  private var globals: Globals { ledgerRows[0] }

  package var time: Time { globals.time }
  package var stampUntil: Time { globals.stampUntil }

  private func set(_ change: Globals.Change) { apply(change, to: ledgerRows, at: 0) }

  package func setTime(_ time: Time) { if time != globals.time { set(.time(time)) } }

  package func setStampUntil(_ time: Time) { set(.stampUntil(time)) }

  // MARK: Accounts

  package var accountCount: Int { accountRows.count }

  package func row(of id: AccountID) -> AccountRow? { accountRows.place(of: id).map(AccountRow.init) }

  package func account(_ row: AccountRow) -> Account { accountRows[row.index] }

  /// The account must not be there yet.
  package func addAccount(_ id: AccountID, credit: UInt64 = 0) -> AccountRow {
    AccountRow(append(Account(id: id, credit: credit), to: accountRows))
  }

  package func setNonce(_ row: AccountRow, _ nonce: UInt64) {
    apply(Account.Change(nonce: nonce, credit: accountRows[row.index].credit), to: accountRows, at: row.index)
  }

  package func setCredit(_ row: AccountRow, _ credit: UInt64) {
    apply(Account.Change(nonce: accountRows[row.index].nonce, credit: credit), to: accountRows, at: row.index)
  }

  /// Credit that gas has used up belongs to nobody any more.
  package func spend(_ credit: UInt64) { if credit > 0 { set(.spent(globals.spent + credit)) } }

  // MARK: Balances

  private func balancePlace(_ row: AccountRow, _ currency: Currency) -> Int? {
    balanceRows.place(of: Balance.Key(account: row, currency: currency))
  }

  package func balance(_ row: AccountRow, _ currency: Currency) -> Amount {
    balancePlace(row, currency).map { balanceRows[$0].available } ?? .zero
  }

  /// Whether crediting it would need a new row.
  package func hasBalance(_ row: AccountRow, _ currency: Currency) -> Bool { balancePlace(row, currency) != nil }

  package func credit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) {
    guard let place = balancePlace(row, currency) else {
      append(Balance(key: Balance.Key(account: row, currency: currency), available: amount), to: balanceRows)
      return
    }
    guard let sum = balanceRows[place].available.adding(amount) else {
      preconditionFailure("no currency's issue exceeds the largest amount")
    }
    apply(sum, to: balanceRows, at: place)
  }

  /// False, and nothing happens, where the account holds less.
  package func debit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) -> Bool {
    guard let place = balancePlace(row, currency), let rest = balanceRows[place].available.subtracting(amount) else {
      return amount == .zero
    }
    apply(rest, to: balanceRows, at: place)
    return true
  }

  /// Brings money into the world; false, and nothing happens, where there would be more of it than the largest amount.
  package func issue(_ amount: Amount, _ currency: Currency, to row: AccountRow) -> Bool {
    guard let issued = Amount(unchecked: issued(of: currency)).adding(amount) else { return false }
    set(.issued(currency, issued.units))
    credit(row, currency, amount)
    return true
  }

  /// What was issued, in units.
  package func issued(of currency: Currency) -> UInt128 { globals.issued[currency.index] }

  /// Accounts and vaults together, in units, added up one by one.
  package func total(of currency: Currency) -> UInt128 {
    let held = balanceRows.rows.reduce(UInt128(0)) { $1.key.currency == currency ? $0 + $1.available.units : $0 }
    return agreements.reduce(held) { sum, agreement in
      zip(agreement.vaults, agreement.vaultCurrencies).reduce(sum) { $1.1 == currency ? $0 + $1.0.units : $0 }
    }
  }

  /// Credit of all accounts and pots and what was spent, added up one by one.
  package func totalCredit(gasPrice: UInt64) -> UInt128 {
    let held = accountRows.rows.reduce(UInt128(globals.spent)) { $0 + UInt128($1.credit) }
    return agreements.reduce(held) { sum, agreement in
      agreement.pot.reduce(sum) { $0 + UInt128($1.gas) * UInt128(gasPrice) }
    }
  }

  // MARK: Modules and references

  package var modules: [PublishedModule] { moduleRows.rows }

  package func moduleRow(_ id: Digest) -> Int? { moduleRows.place(of: id) }

  package func publish(_ id: Digest, bytes: [UInt8]) {
    append(PublishedModule(id: id, bytes: bytes), to: moduleRows)
  }

  /// The transaction that a sender called so; `key` is the digest of both.
  package func transaction(ofReference key: Digest) -> Digest? {
    referenceRows.place(of: key).map { referenceRows[$0].transaction }
  }

  package func addReference(_ key: Digest, of transaction: Digest) {
    append(Reference(key: key, transaction: transaction), to: referenceRows)
  }

  // MARK: Agreements

  package var agreements: [Agreement] {
    // Lent, so that whoever asks for one agreement copies neither the list nor its count of holders.
    _read { yield agreementRows.rows }
  }

  private func apply(_ change: Agreement.Change, to number: AgreementNumber) {
    apply(change, to: agreementRows, at: number.index)
  }

  package func open(_ agreement: Agreement) -> AgreementNumber {
    AgreementNumber(append(agreement, to: agreementRows))
  }

  /// Writes words of a field, which begin at this slot.
  package func setWords(_ number: AgreementNumber, slot: Int, _ words: UnsafeBufferPointer<UInt64>) {
    for (offset, word) in words.enumerated() { apply(.word(word, slot: slot + offset), to: number) }
  }

  /// An entry's value as it rests.
  package func entry(_ number: AgreementNumber, item: Int, _ key: UnsafeBufferPointer<UInt64>) -> [UInt64]? {
    let (index, isThere) = agreements[number.index].place(ofEntry: item, key)
    return isThere ? agreements[number.index].entries[index].value : nil
  }

  /// The entries of one item. Their order is that of the words of their keys.
  package func entries(_ number: AgreementNumber, item: Int) -> ArraySlice<Agreement.Entry> {
    let agreement = agreements[number.index]
    let empty = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
    return agreement.entries[
      agreement.place(ofEntry: item, empty).index..<agreement.place(ofEntry: item + 1, empty).index]
  }

  /// Writes an entry; nil takes it away.
  package func setEntry(
    _ number: AgreementNumber, item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>?
  ) {
    let (index, isThere) = agreements[number.index].place(ofEntry: item, key)
    if !isThere && value == nil { return }
    let new = value.map { Agreement.Entry(item: item, key: Array(key), value: Array($0)) }
    apply(.entry(new, index: index, isThere: isThere), to: number)
  }

  /// Of a vault with keys, `setHolding` does this.
  package func setVault(_ number: AgreementNumber, _ vault: VaultID, _ amount: Amount) {
    precondition(agreements[number.index].holdings(ofVault: vault).isEmpty, "what lies under keys is set under its key")
    apply(.vault(vault, amount), to: number)
  }

  /// Sets what a vault holds under a key, and with it what it holds in all; nothing takes the key away.
  package func setHolding(_ number: AgreementNumber, _ vault: VaultID, _ key: UInt64, _ amount: Amount) {
    let before = agreements[number.index].balance(ofVault: vault, key: key)
    if amount == before { return }
    guard let total = agreements[number.index].vaults[of: vault].subtracting(before)?.adding(amount) else {
      preconditionFailure("a vault holds what lies under its keys, and no currency's issue exceeds the largest amount")
    }
    apply(.holding(Agreement.Holding(vault: vault, key: key, amount: amount)), to: number)
    apply(.vault(vault, total), to: number)
  }

  /// Takes away everything that a vault with keys holds, and answers it.
  package func emptyHoldings(_ number: AgreementNumber, _ vault: VaultID) -> [Agreement.Holding] {
    let before = Array(agreements[number.index].holdings(ofVault: vault))
    if before.isEmpty { return [] }
    apply(.holdings([], vault: vault), to: number)
    apply(.vault(vault, .zero), to: number)
    return before
  }

  package func setPosition(_ number: AgreementNumber, _ position: Agreement.Position) {
    apply(.position(position), to: number)
  }

  package func setConsents(_ number: AgreementNumber, _ consents: UInt16) { apply(.consents(consents), to: number) }

  package func setPot(_ number: AgreementNumber, _ pot: [PotShare]) { apply(.pot(pot), to: number) }

  /// The deadline that comes first of all that are due at `time` or before.
  package func nextDeadline(until time: Time) -> Schedule.Item? {
    agreementRows.index.schedule.next(until: time, stands: stands)
  }

  /// When the next deadline of all is due.
  package var nextDue: Time? { agreementRows.index.schedule.nextDue(stands: stands) }

  private func stands(_ item: Schedule.Item) -> Bool {
    item.agreement.index < agreements.count
      && agreements[item.agreement.index].position.deadlines.contains {
        $0.transition == item.transition && $0.due == item.due
      }
  }

  // MARK: Checkpoints

  /// Rebuilds a state from all its rows, in order of their places. They are saved, but in no root yet.
  package init(rows: [(place: RowPlace, bytes: [UInt8])]) throws(CanonicalFault) {
    for (place, bytes) in rows { try self.rows(of: place.table).restore(bytes, at: place.index, in: self) }
    guard ledgerRows.count == 1 else { throw .notCanonical }
  }
}
