import Interface
import Ledger
import Primitives

/// What a call sees of its agreement and does to it. Every change goes to the ledger's state, whose journal can undo it.
final class AgreementHost: Host {
  private let state: LedgerState
  private let interface: ContractInterface
  private let number: AgreementNumber
  private let agreement: Agreement
  private let caller: AccountRow?
  /// What the transaction lets go; nil: whatever is asked for.
  private let letGo: [CurrencyAmount]?
  /// Whether every party that may act has consented.
  private let isConsented: Bool
  private(set) var asked: [(sum: CurrencyAmount, place: Place)] = []
  private(set) var moves: [Move] = []
  private(set) var events: [Emission] = []

  init(
    _ state: LedgerState, _ number: AgreementNumber, _ interface: ContractInterface, caller: AccountRow? = nil, letGo: [CurrencyAmount]? = [],
    isConsented: Bool = true
  ) {
    self.state = state
    self.interface = interface
    self.isConsented = isConsented
    self.number = number
    self.caller = caller
    self.letGo = letGo
    agreement = state.agreements[number.index]
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

  func balance(ofVault vault: Int) -> Amount { state.agreements[number.index].vaults[vault] }

  func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) {
    var words = Array(arguments)[...]
    let values = interface.events[event].parameters.map { Resting.take(&words, as: $0.type, in: interface.types) }
    events.append(Emission(event: event, arguments: values))
  }

  // MARK: Money

  func ask(_ amount: Amount, currency: Int, to place: Place) {
    asked.append((CurrencyAmount(amount, agreement.currencies[currency]), place))
  }

  func settle() -> Refusal? {
    if !asked.isEmpty && !isConsented { return .consent }
    let sums = asked.map(\.sum)
    if let letGo, Currency.all.contains(where: { total(letGo, in: $0) != total(sums, in: $0) }) { return .amount }
    for currency in Currency.all {
      // All of it must be there before any of it moves: what the caller is paid by its own deposit does not count.
      guard let sum = total(sums, in: currency), sum == .zero || caller.map({ state.balance($0, currency) >= sum }) ?? false else { return .funds }
    }
    for (sum, place) in asked where sum.amount > .zero {
      guard let caller, state.debit(caller, sum.currency, sum.amount) else { preconditionFailure("the caller has what it lets go") }
      put(sum, into: place)
      moves.append(Move(from: .account(caller), to: holder(place), sum: sum))
    }
    return nil
  }

  /// Nil beyond the largest amount.
  private func total(_ sums: [CurrencyAmount], in currency: Currency) -> Amount? {
    sums.filter { $0.currency == currency }.reduce(Amount.zero) { $0?.adding($1.amount) }
  }

  func move(_ amount: Amount, fromVault vault: Int, to place: Place) {
    guard let rest = balance(ofVault: vault).subtracting(amount) else { preconditionFailure("an engine moves what the vault holds") }
    state.setVault(number, vault, rest)
    let sum = CurrencyAmount(amount, agreement.vaultCurrencies[vault])
    put(sum, into: place)
    moves.append(Move(from: .vault(vault), to: holder(place), sum: sum))
  }

  private func put(_ sum: CurrencyAmount, into place: Place) {
    switch place {
    case .party(let party): state.credit(agreement.parties[party], sum.currency, sum.amount)
    case .vault(let vault):
      guard let held = balance(ofVault: vault).adding(sum.amount) else { preconditionFailure("no currency's issue exceeds the largest amount") }
      state.setVault(number, vault, held)
    }
  }

  private func holder(_ place: Place) -> Move.Holder {
    switch place {
    case .party(let party): .account(agreement.parties[party])
    case .vault(let vault): .vault(vault)
    }
  }
}
