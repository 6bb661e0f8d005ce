// The state of a ledger in memory: accounts and balances, modules, agreements. Every table is an
// array whose rows are counted as they appear; dictionaries only find a row by its id. Every change
// goes through one of the setters, which keeps what was there before in a journal, so that a call,
// a transaction or a whole block can be undone as if it had not happened, and remembers which rows
// the next root and the next checkpoint must look at.

package import Interface
package import Primitives

/// Published code, as it was received.
package struct PublishedModule: Hashable, Sendable {
  package let id: Digest
  package let bytes: [UInt8]
}

package final class LedgerState {
  /// What a change replaced.
  private enum Undo {
    case account(AccountRow, nonce: UInt64, credit: UInt64)
    case balance(Int, Amount)
    case word(AgreementNumber, slot: Int, UInt64)
    case entry(AgreementNumber, index: Int, before: Agreement.Entry?, isThere: Bool)
    case vault(AgreementNumber, vault: Int, Amount)
    case holding(AgreementNumber, vault: Int, key: UInt64, Amount)
    case holdings(AgreementNumber, vault: Int, [Agreement.Holding])
    case position(AgreementNumber, Agreement.Position)
    case consents(AgreementNumber, UInt16)
    case pot(AgreementNumber, [PotShare])
    case globals(Globals)
    case accountAppeared
    case balanceAppeared
    case opened
    case published
    case referenceAppeared
  }

  /// What an account holds of a currency. An account's balances are linked, the latest first.
  struct Balance {
    let account: AccountRow
    let currency: Currency
    /// -1 at the end.
    let next: Int32
    var available: Amount
  }

  /// What a sender called a transaction.
  struct Reference {
    /// The digest of the sender and the name.
    let key: Digest
    let transaction: Digest
  }

  /// What belongs to nobody in particular.
  struct Globals: Hashable {
    var time: Time
    /// Until when the operator allows blocks to be stamped.
    var stampUntil: Time
    /// Credit that gas has used up.
    var spent: UInt64 = 0
    /// Units of each currency that there are.
    var issued: [UInt128]
  }

  private(set) var accounts: [Account] = []
  /// Of each account its latest balance, or -1.
  private var latestBalance: [Int32] = []
  private var rows: [AccountID: Int] = [:]
  private(set) var balances: [Balance] = []
  package private(set) var agreements: [Agreement] = []
  package private(set) var modules: [PublishedModule] = []
  private var moduleRows: [Digest: Int] = [:]
  private(set) var references: [Reference] = []
  private var referenceRows: [Digest: Int] = [:]
  private(set) var globals: Globals
  private var schedule = Schedule()
  private var journal: [Undo] = []
  /// For the next root, and for the next checkpoint.
  private var unrooted = TouchedRows()
  private var unsaved = TouchedRows()

  package init(time: Time) {
    globals = Globals(time: time, stampUntil: time, issued: Currency.all.map { _ in 0 })
    touch(.ledger, 0)
  }

  // MARK: Journal

  package var mark: Int { journal.count }

  /// Undoes everything since `mark`, the last change first.
  package func rollBack(to mark: Int) {
    while journal.count > mark, let undo = journal.popLast() {
      switch undo {
      case .account(let row, let nonce, let credit):
        accounts[row.index].nonce = nonce
        accounts[row.index].credit = credit
      case .balance(let index, let amount): balances[index].available = amount
      case .word(let number, let slot, let word): agreements[number.index].words[slot] = word
      case .entry(let number, let index, let before, let isThere):
        replaceEntry(number, index, isThere: isThere, with: before)
      case .vault(let number, let vault, let amount): agreements[number.index].vaults[vault] = amount
      case .holding(let number, let vault, let key, let amount): replaceHolding(number, vault, key, amount)
      case .holdings(let number, let vault, let before):
        let (index, _) = agreements[number.index].place(ofHolding: vault, 0)
        agreements[number.index].holdings.insert(contentsOf: before, at: index)
      case .position(let number, let position):
        schedule.replace(agreements[number.index].position.deadlines, with: position.deadlines, of: number)
        agreements[number.index].position = position
      case .consents(let number, let consents): agreements[number.index].consents = consents
      case .pot(let number, let pot): agreements[number.index].pot = pot
      case .globals(let before): globals = before
      case .accountAppeared:
        rows[accounts.removeLast().id] = nil
        latestBalance.removeLast()
      case .balanceAppeared:
        let balance = balances.removeLast()
        latestBalance[balance.account.index] = balance.next
      case .opened:
        let agreement = agreements.removeLast()
        schedule.replace(agreement.position.deadlines, with: [], of: AgreementNumber(agreements.count))
      case .published: moduleRows[modules.removeLast().id] = nil
      case .referenceAppeared: referenceRows[references.removeLast().key] = nil
      }
    }
  }

  /// Keeps everything that was done so far: it can no longer be undone, and the journal is empty.
  package func commit() {
    journal.removeAll(keepingCapacity: true)
    schedule.sweep(stands: stands)
  }

  // MARK: Time

  package var time: Time { globals.time }
  package var stampUntil: Time { globals.stampUntil }

  private func setGlobals(_ change: (inout Globals) -> Void) {
    journal.append(.globals(globals))
    change(&globals)
    touch(.ledger, 0)
  }

  package func setTime(_ time: Time) { if time != globals.time { setGlobals { $0.time = time } } }

  package func setStampUntil(_ time: Time) { setGlobals { $0.stampUntil = time } }

  // MARK: Accounts

  package var accountCount: Int { accounts.count }

  package func row(of id: AccountID) -> AccountRow? { rows[id].map(AccountRow.init) }

  package func account(_ row: AccountRow) -> Account { accounts[row.index] }

  /// The account must not be there yet.
  package func addAccount(_ id: AccountID, credit: UInt64 = 0) -> AccountRow {
    precondition(rows[id] == nil, "an account appears once")
    journal.append(.accountAppeared)
    accounts.append(Account(id: id, credit: credit))
    latestBalance.append(-1)
    rows[id] = accounts.count - 1
    touch(.account, accounts.count - 1)
    return AccountRow(accounts.count - 1)
  }

  package func setNonce(_ row: AccountRow, _ nonce: UInt64) {
    journalAccount(row)
    accounts[row.index].nonce = nonce
  }

  package func setCredit(_ row: AccountRow, _ credit: UInt64) {
    journalAccount(row)
    accounts[row.index].credit = credit
  }

  private func journalAccount(_ row: AccountRow) {
    let account = accounts[row.index]
    journal.append(.account(row, nonce: account.nonce, credit: account.credit))
    touch(.account, row.index)
  }

  /// Credit that gas has used up belongs to nobody any more.
  package func spend(_ credit: UInt64) { if credit > 0 { setGlobals { $0.spent += credit } } }

  // MARK: Balances

  private func balanceIndex(_ row: AccountRow, _ currency: Currency) -> Int? {
    var index = latestBalance[row.index]
    while index >= 0 {
      let balance = balances[Int(index)]
      if balance.currency == currency { return Int(index) }
      index = balance.next
    }
    return nil
  }

  package func balance(_ row: AccountRow, _ currency: Currency) -> Amount {
    balanceIndex(row, currency).map { balances[$0].available } ?? .zero
  }

  /// Whether crediting it would need a new row.
  package func hasBalance(_ row: AccountRow, _ currency: Currency) -> Bool { balanceIndex(row, currency) != nil }

  private func setBalance(_ index: Int, _ amount: Amount) {
    journal.append(.balance(index, balances[index].available))
    balances[index].available = amount
    touch(.balance, index)
  }

  package func credit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) {
    guard let index = balanceIndex(row, currency) else {
      journal.append(.balanceAppeared)
      balances.append(Balance(account: row, currency: currency, next: latestBalance[row.index], available: amount))
      latestBalance[row.index] = Int32(balances.count - 1)
      touch(.balance, balances.count - 1)
      return
    }
    guard let sum = balances[index].available.adding(amount) else {
      preconditionFailure("no currency's issue exceeds the largest amount")
    }
    setBalance(index, sum)
  }

  /// False, and nothing happens, where the account holds less.
  package func debit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) -> Bool {
    guard let index = balanceIndex(row, currency), let rest = balances[index].available.subtracting(amount) else {
      return amount == .zero
    }
    setBalance(index, rest)
    return true
  }

  /// Brings money into the world; false, and nothing happens, where there would be more of it than the largest amount.
  package func issue(_ amount: Amount, _ currency: Currency, to row: AccountRow) -> Bool {
    guard let issued = Amount(unchecked: globals.issued[currency.index]).adding(amount) else { return false }
    setGlobals { $0.issued[currency.index] = issued.units }
    credit(row, currency, amount)
    return true
  }

  /// What was issued, in units.
  package func issued(of currency: Currency) -> UInt128 { globals.issued[currency.index] }

  /// Accounts and vaults together, in units, added up one by one.
  package func total(of currency: Currency) -> UInt128 {
    let held = balances.reduce(UInt128(0)) { $1.currency == currency ? $0 + $1.available.units : $0 }
    return agreements.reduce(held) { sum, agreement in
      zip(agreement.vaults, agreement.vaultCurrencies).reduce(sum) { $1.1 == currency ? $0 + $1.0.units : $0 }
    }
  }

  /// Credit of all accounts and pots and what was spent, added up one by one.
  package func totalCredit(gasPrice: UInt64) -> UInt128 {
    let held = accounts.reduce(UInt128(globals.spent)) { $0 + UInt128($1.credit) }
    return agreements.reduce(held) { sum, agreement in
      agreement.pot.reduce(sum) { $0 + UInt128($1.gas) * UInt128(gasPrice) }
    }
  }

  // MARK: Modules and references

  package func moduleRow(_ id: Digest) -> Int? { moduleRows[id] }

  package func publish(_ id: Digest, bytes: [UInt8]) {
    journal.append(.published)
    modules.append(PublishedModule(id: id, bytes: bytes))
    moduleRows[id] = modules.count - 1
    touch(.module, modules.count - 1)
  }

  /// The transaction that a sender called so; `key` is the digest of both.
  package func transaction(ofReference key: Digest) -> Digest? { referenceRows[key].map { references[$0].transaction } }

  package func addReference(_ key: Digest, of transaction: Digest) {
    journal.append(.referenceAppeared)
    references.append(Reference(key: key, transaction: transaction))
    referenceRows[key] = references.count - 1
    touch(.reference, references.count - 1)
  }

  // MARK: Agreements

  package func open(_ agreement: Agreement) -> AgreementNumber {
    journal.append(.opened)
    agreements.append(agreement)
    let number = AgreementNumber(agreements.count - 1)
    schedule.replace([], with: agreement.position.deadlines, of: number)
    touch(.agreement, number.index)
    return number
  }

  /// Writes words of a field, which begin at this slot.
  package func setWords(_ number: AgreementNumber, slot: Int, _ words: UnsafeBufferPointer<UInt64>) {
    for (offset, word) in words.enumerated() {
      journal.append(.word(number, slot: slot + offset, agreements[number.index].words[slot + offset]))
      agreements[number.index].words[slot + offset] = word
    }
    touch(.agreement, number.index)
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
    let new = value.map { Agreement.Entry(item: item, key: Array(key), value: Array($0)) }
    if !isThere && new == nil { return }
    journal.append(
      .entry(number, index: index, before: isThere ? agreements[number.index].entries[index] : nil, isThere: new != nil)
    )
    replaceEntry(number, index, isThere: isThere, with: new)
    touch(.agreement, number.index)
  }

  private func replaceEntry(_ number: AgreementNumber, _ index: Int, isThere: Bool, with new: Agreement.Entry?) {
    agreements[number.index].entries.replaceSubrange(index..<(index + (isThere ? 1 : 0)), with: new.map { [$0] } ?? [])
  }

  /// Of a vault with keys, `setHolding` does this.
  package func setVault(_ number: AgreementNumber, _ vault: Int, _ amount: Amount) {
    precondition(agreements[number.index].holdings(ofVault: vault).isEmpty, "what lies under keys is set under its key")
    replaceVault(number, vault, amount)
  }

  /// Sets what a vault holds under a key, and with it what it holds in all; nothing takes the key away.
  package func setHolding(_ number: AgreementNumber, _ vault: Int, _ key: UInt64, _ amount: Amount) {
    let before = agreements[number.index].balance(ofVault: vault, key: key)
    if amount == before { return }
    guard let total = agreements[number.index].vaults[vault].subtracting(before)?.adding(amount) else {
      preconditionFailure("a vault holds what lies under its keys, and no currency's issue exceeds the largest amount")
    }
    journal.append(.holding(number, vault: vault, key: key, before))
    replaceHolding(number, vault, key, amount)
    replaceVault(number, vault, total)
  }

  /// Takes away everything that a vault with keys holds, and answers it.
  package func emptyHoldings(_ number: AgreementNumber, _ vault: Int) -> [Agreement.Holding] {
    let before = agreements[number.index].holdings(ofVault: vault)
    if before.isEmpty { return [] }
    journal.append(.holdings(number, vault: vault, Array(before)))
    agreements[number.index].holdings.removeSubrange(before.indices)
    replaceVault(number, vault, .zero)
    return Array(before)
  }

  private func replaceHolding(_ number: AgreementNumber, _ vault: Int, _ key: UInt64, _ amount: Amount) {
    let (index, isThere) = agreements[number.index].place(ofHolding: vault, key)
    let new = amount == .zero ? [] : [Agreement.Holding(vault: vault, key: key, amount: amount)]
    agreements[number.index].holdings.replaceSubrange(index..<(index + (isThere ? 1 : 0)), with: new)
  }

  private func replaceVault(_ number: AgreementNumber, _ vault: Int, _ amount: Amount) {
    journal.append(.vault(number, vault: vault, agreements[number.index].vaults[vault]))
    agreements[number.index].vaults[vault] = amount
    touch(.agreement, number.index)
  }

  package func setPosition(_ number: AgreementNumber, _ position: Agreement.Position) {
    let before = agreements[number.index].position
    journal.append(.position(number, before))
    schedule.replace(before.deadlines, with: position.deadlines, of: number)
    agreements[number.index].position = position
    touch(.agreement, number.index)
  }

  package func setConsents(_ number: AgreementNumber, _ consents: UInt16) {
    journal.append(.consents(number, agreements[number.index].consents))
    agreements[number.index].consents = consents
    touch(.agreement, number.index)
  }

  package func setPot(_ number: AgreementNumber, _ pot: [PotShare]) {
    journal.append(.pot(number, agreements[number.index].pot))
    agreements[number.index].pot = pot
    touch(.agreement, number.index)
  }

  /// The deadline that comes first of all that are due at `time` or before.
  package func nextDeadline(until time: Time) -> Schedule.Item? { schedule.next(until: time, stands: stands) }

  /// When the next deadline of all is due.
  package var nextDue: Time? { schedule.nextDue(stands: stands) }

  private func stands(_ item: Schedule.Item) -> Bool {
    item.agreement.index < agreements.count
      && agreements[item.agreement.index].position.deadlines.contains {
        $0.transition == item.transition && $0.due == item.due
      }
  }

  // MARK: Rows

  private func touch(_ table: Table, _ index: Int) {
    unrooted.insert(table, index)
    unsaved.insert(table, index)
  }

  /// The rows that have changed since this was last asked, for the root.
  package func takeUnrooted() -> [RowPlace] { unrooted.take() }

  /// The rows that have changed since this was last asked, for a checkpoint.
  package func takeUnsaved() -> [RowPlace] { unsaved.take() }

  /// Puts a row of a checkpoint back. Rows of a table come in their order.
  func restore(account: Account) {
    rows[account.id] = accounts.count
    accounts.append(account)
    latestBalance.append(-1)
  }

  func restore(balance account: AccountRow, _ currency: Currency, _ amount: Amount) {
    balances.append(
      Balance(account: account, currency: currency, next: latestBalance[account.index], available: amount))
    latestBalance[account.index] = Int32(balances.count - 1)
  }

  func restore(module: PublishedModule) {
    moduleRows[module.id] = modules.count
    modules.append(module)
  }

  func restore(reference: Reference) {
    referenceRows[reference.key] = references.count
    references.append(reference)
  }

  func restore(agreement: Agreement) {
    agreements.append(agreement)
    schedule.replace([], with: agreement.position.deadlines, of: AgreementNumber(agreements.count - 1))
  }

  func restore(globals: Globals) { self.globals = globals }

  /// What was restored is saved already, but not yet in any root.
  func restored() {
    _ = unrooted.take()
    _ = unsaved.take()
    for table in Table.allCases { for index in 0..<count(of: table) { unrooted.insert(table, index) } }
  }
}

/// Rows that have changed, each once.
private struct TouchedRows {
  private var places: [RowPlace] = []
  private var flags: [[Bool]] = Table.allCases.map { _ in [] }

  mutating func insert(_ table: Table, _ index: Int) {
    let place = Int(table.rawValue)
    if flags[place].count <= index { flags[place] += Array(repeating: false, count: max(16, index + 1)) }
    if flags[place][index] { return }
    flags[place][index] = true
    places.append(RowPlace(table: table, index: index))
  }

  mutating func take() -> [RowPlace] {
    for place in places { flags[Int(place.table.rawValue)][place.index] = false }
    defer { places.removeAll(keepingCapacity: true) }
    return places
  }
}
