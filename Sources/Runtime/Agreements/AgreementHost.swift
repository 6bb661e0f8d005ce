import Interface
import Ledger
import Primitives

/// What a call sees of its agreement and does to it. Every change goes to the ledger's state, whose
/// journal can undo it.
final class AgreementHost: Host {
  /// Somebody who agreed to the action that is going on, first of all whoever takes it.
  struct Approver {
    let account: AccountRow
    /// What its transaction lets go; nil: whatever is asked for.
    let letGo: [CurrencyAmount]?
  }

  private let state: LedgerState
  private let interface: ContractInterface
  private let number: AgreementNumber
  private let parties: [AccountRow]
  private let currencies: [Currency]
  private let vaultCurrencies: [Currency]
  /// Empty where nobody acts.
  private let approvers: [Approver]
  /// Whether every party that may act has consented.
  private let isConsented: Bool
  private(set) var asked: [(sum: CurrencyAmount, payer: AccountRow, place: Place)] = []
  /// Of a deposit that was refused: who was to pay it.
  private(set) var refusedPayer: AccountRow?
  private(set) var moves: [Move] = []
  private(set) var events: [Emission] = []

  init(
    _ state: LedgerState, _ number: AgreementNumber, _ interface: ContractInterface, approvers: [Approver] = [],
    isConsented: Bool = true
  ) {
    self.state = state
    self.interface = interface
    self.isConsented = isConsented
    self.number = number
    self.approvers = approvers
    let agreement = state.agreements[number.index]
    parties = agreement.parties
    currencies = agreement.currencies
    vaultCurrencies = agreement.vaultCurrencies
  }

  func copyWords(to words: UnsafeMutablePointer<UInt64>) {
    let own = state.agreements[number.index].words
    words.update(from: own, count: own.count)
  }

  func setWords(_ words: UnsafeBufferPointer<UInt64>, at slot: Int) { state.setWords(number, slot: slot, words) }

  // MARK: Entries

  /// The words that `entry` has answered last; they stay where they are until the next change.
  private var shown: UnsafeMutableBufferPointer<UInt64>?

  deinit { shown?.deallocate() }

  func entry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> UnsafeBufferPointer<UInt64>? {
    guard let value = state.entry(number, item: item, key) else { return nil }
    shown?.deallocate()
    let copy = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: value.count)
    _ = copy.initialize(from: value)
    shown = copy
    return UnsafeBufferPointer(copy)
  }

  func setEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>) {
    state.setEntry(number, item: item, key, value)
  }

  func removeEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) { state.setEntry(number, item: item, key, nil) }

  func entryCount(_ item: Int) -> Int { state.entries(number, item: item).count }

  func forEachEntry(_ item: Int, _ body: (UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>) -> Void) {
    for entry in state.entries(number, item: item) {
      entry.key.withUnsafeBufferPointer { key in entry.value.withUnsafeBufferPointer { body(key, $0) } }
    }
  }

  func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) {
    var words = Array(arguments)[...]
    let values = interface.events[event].parameters.map { Resting.take(&words, as: $0.type, in: interface.types) }
    events.append(Emission(event: event, arguments: values))
  }

  // MARK: Who and when

  var now: Time { state.time }

  var opened: Time { state.agreements[number.index].openedAt }

  var caller: UInt64 { approvers.first.map { UInt64($0.account.index) } ?? 0 }

  func account(ofParty party: Int) -> UInt64 { UInt64(parties[party].index) }

  // MARK: Vaults

  func balance(ofVault vault: VaultID) -> Amount { state.agreements[number.index].vaults[of: vault] }

  func balance(ofVault vault: VaultID, key: UInt64) -> Amount {
    state.agreements[number.index].balance(ofVault: vault, key: key)
  }

  func keyCount(ofVault vault: VaultID) -> Int { state.agreements[number.index].holdings(ofVault: vault).count }

  func hasRoom(inVault vault: VaultID, for key: UInt64) -> Bool {
    balance(ofVault: vault, key: key) > .zero || keyCount(ofVault: vault) < (interface.vaults[vault].key?.most ?? 0)
  }

  // MARK: Deposits

  func ask(_ amount: Amount, currency: Int, from payer: Place?, to place: Place) {
    let account: AccountRow
    switch payer {
    case .party(let party): account = parties[party]
    case .account(let row): account = self.account(row)
    case .vault, .entry: preconditionFailure("what lies in a vault is paid, not asked for")
    case nil:
      guard let caller = approvers.first else { preconditionFailure("only actions ask for deposits") }
      account = caller.account
    }
    asked.append((CurrencyAmount(amount, currencies[currency]), account, place))
  }

  func settle() -> Failure? {
    if let stranger = asked.first(where: { deposit in !approvers.contains { $0.account == deposit.payer } }) {
      return refused(.authority, stranger.payer)
    }
    if !asked.isEmpty && !isConsented { return .refused(.consent) }
    for approver in approvers {
      let own = asked.filter { $0.payer == approver.account }.map(\.sum)
      guard let letGo = approver.letGo else { continue }
      if Currency.all.contains(where: { total(letGo, in: $0) != total(own, in: $0) }) {
        return refused(.amount, approver.account)
      }
    }
    for approver in approvers {
      let own = asked.filter { $0.payer == approver.account }.map(\.sum)
      for currency in Currency.all {
        // All of it must be there before any of it moves: what somebody is paid by a deposit of
        // this action does not count.
        guard let sum = total(own, in: currency), sum <= state.balance(approver.account, currency) else {
          return refused(.funds, approver.account)
        }
      }
    }
    if !hasRoomForDeposits { return .trapped(.full) }
    for (sum, payer, place) in asked where sum.amount > .zero {
      guard state.debit(payer, sum.currency, sum.amount) else { preconditionFailure("everybody has what they let go") }
      put(sum, into: place)
      moves.append(Move(from: .account(payer), to: holder(place), sum: sum))
    }
    return nil
  }

  /// Several deposits under new keys take a place each.
  private var hasRoomForDeposits: Bool {
    var new: [(vault: VaultID, key: UInt64)] = []
    for (sum, _, place) in asked where sum.amount > .zero {
      guard case .entry(let vault, let key) = place, balance(ofVault: vault, key: key) == .zero,
        !new.contains(where: { $0 == (vault, key) })
      else {
        continue
      }
      new.append((vault, key))
      guard let most = interface.vaults[vault].key?.most,
        keyCount(ofVault: vault) + new.count(where: { $0.vault == vault }) <= most
      else {
        return false
      }
    }
    return true
  }

  private func refused(_ refusal: Refusal, _ payer: AccountRow) -> Failure {
    refusedPayer = payer
    return .refused(refusal)
  }

  /// Nil beyond the largest amount.
  private func total(_ sums: [CurrencyAmount], in currency: Currency) -> Amount? {
    sums.filter { $0.currency == currency }.reduce(Amount.zero) { $0?.adding($1.amount) }
  }

  // MARK: Payments

  func move(_ amount: Amount, from source: Place, to place: Place) {
    let currency: Currency
    switch source {
    case .vault(let vault):
      currency = vaultCurrencies[of: vault]
      if interface.vaults[vault].key == nil {
        state.setVault(number, vault, rest(balance(ofVault: vault), without: amount))
      } else {
        precondition(amount == balance(ofVault: vault), "what lies under keys is paid key by key, or altogether")
        _ = state.emptyHoldings(number, vault)
      }
    case .entry(let vault, let key):
      currency = vaultCurrencies[of: vault]
      state.setHolding(number, vault, key, rest(balance(ofVault: vault, key: key), without: amount))
    case .party, .account: preconditionFailure("an engine moves what lies in vaults")
    }
    let sum = CurrencyAmount(amount, currency)
    put(sum, into: place)
    moves.append(Move(from: holder(source), to: holder(place), sum: sum))
  }

  private func rest(_ held: Amount, without amount: Amount) -> Amount {
    guard let rest = held.subtracting(amount) else { preconditionFailure("an engine moves what the vault holds") }
    return rest
  }

  func payEach(vault: VaultID) {
    precondition(interface.vaults[vault].key?.type == .party, "only what lies under accounts is paid to each")
    for holding in state.emptyHoldings(number, vault) {
      let (sum, account) = (CurrencyAmount(holding.amount, vaultCurrencies[of: vault]), account(holding.key))
      state.credit(account, sum.currency, sum.amount)
      moves.append(Move(from: .entry(vault: vault, key: holding.key), to: .account(account), sum: sum))
    }
  }

  private func put(_ sum: CurrencyAmount, into place: Place) {
    func added(to held: Amount) -> Amount {
      guard let held = held.adding(sum.amount) else {
        preconditionFailure("no currency's issue exceeds the largest amount")
      }
      return held
    }
    switch place {
    case .party(let party): state.credit(parties[party], sum.currency, sum.amount)
    case .account(let row): state.credit(account(row), sum.currency, sum.amount)
    case .vault(let vault):
      precondition(interface.vaults[vault].key == nil, "into a vault with keys money comes under one")
      state.setVault(number, vault, added(to: balance(ofVault: vault)))
    case .entry(let vault, let key):
      precondition(hasRoom(inVault: vault, for: key), "an engine asks for room first")
      state.setHolding(number, vault, key, added(to: balance(ofVault: vault, key: key)))
    }
  }

  /// Values that name accounts are held against the ledger where they come in, so that each has its row.
  private func account(_ row: UInt64) -> AccountRow {
    guard row < UInt64(state.accountCount) else { preconditionFailure("every account that a contract knows is there") }
    return AccountRow(Int(row))
  }

  private func holder(_ place: Place) -> Move.Holder {
    switch place {
    case .party(let party): .account(parties[party])
    case .account(let row): .account(account(row))
    case .vault(let vault): .vault(vault)
    case .entry(let vault, let key): .entry(vault: vault, key: key)
    }
  }
}
