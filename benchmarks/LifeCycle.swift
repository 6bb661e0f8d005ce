import Bytecode
import Interface
import Primitives
import VM

extension Program {
  /// What a row of the table keeps of a purchase: its state, its term, when the state is over, the
  /// parties, and what is in the vault.
  private enum Word {
    static let state = 0
    static let price = 1
    static let deadline = 3
    static let buyer = 4
    static let seller = 5
    static let vault = 6
    static let count = 8
  }

  /// Actions by the function of their body, which is followed by the due time of the state's deadline.
  private enum Action: Int {
    case pay = 0
    case ship = 3
    case accept = 6
  }

  func purchaseTable(count: Int) throws -> Agreements { try Agreements(count: count, rowWords: Word.count) }

  /// Opens, pays, ships and accepts so many purchases. State, party and deadline are checked before
  /// each action; behind it the contract is asked when the new state is over. The gas is that of
  /// all calls; the state says what the sellers have received, and how many purchases were
  /// completed.
  func runLives(in table: Agreements, count: Int) throws -> Measurement {
    let (buyer, seller) = (UInt64(0x1001), UInt64(0x1002))
    let nothing = UnsafeBufferPointer<UInt64>(start: nil, count: 0)
    for number in 0..<UInt64(count) { table.row(number).update(repeating: 0, count: table.rowWords) }
    var gas = 0
    var failures = 0
    var received: UInt128 = 0

    /// The deadline of the state is counted from now.
    func enter(_ state: Int, _ row: UnsafeMutablePointer<UInt64>, at time: UInt64, _ host: inout Purchase) {
      row[Word.state] = UInt64(state)
      if state > 2 { return }
      let due = machine.call(3 * state + 1, of: contract, arguments: nothing, gas: .max, host: &host)
      gas += due.gas
      row[Word.deadline] = time + due.value
    }
    func open(_ number: UInt64, price: UInt64, at time: UInt64) {
      let row = table.row(number)
      row[Word.price] = price
      row[Word.buyer] = buyer
      row[Word.seller] = seller
      var host = Purchase(row: row + Word.price, vault: 0, received: 0)
      enter(0, row, at: time, &host)
    }
    func act(_ action: Action, on number: UInt64, by party: UInt64, at time: UInt64) {
      let row = table.row(number)
      guard row[Word.state] == UInt64(action.rawValue / 3), party == row[action == .ship ? Word.seller : Word.buyer],
        time < row[Word.deadline]
      else {
        failures += 1
        return
      }
      var host = Purchase(
        row: row + Word.price, vault: UInt128(row[Word.vault + 1]) << 64 | UInt128(row[Word.vault]), received: 0)
      let call = machine.call(action.rawValue, of: contract, arguments: nothing, gas: .max, host: &host)
      gas += call.gas
      guard call.stop == .enters else {
        failures += 1
        return
      }
      // What a failed call has moved is forgotten with its host.
      row[Word.vault] = UInt64(truncatingIfNeeded: host.vault)
      row[Word.vault + 1] = UInt64(host.vault >> 64)
      received += host.received
      enter(call.detail, row, at: time, &host)
    }

    let begin = now()
    for number in 0..<UInt64(count) {
      open(number, price: 100, at: number)
      act(.pay, on: number, by: buyer, at: number)
      act(.ship, on: number, by: seller, at: number)
      act(.accept, on: number, by: buyer, at: number)
    }
    let time = now() - begin
    guard failures == 0 else { throw Complaint("\(failures) actions failed") }
    let completed = (0..<UInt64(count)).count { table.row($0)[Word.state] == 3 }
    return Measurement(nanoseconds: time, gas: gas, state: [UInt64(received), UInt64(completed)])
  }
}

/// A purchase as a call sees it: its price, its vault, and a buyer who has whatever is asked for.
private struct Purchase: Host {
  let row: UnsafeMutablePointer<UInt64>
  private(set) var vault: UInt128
  /// What the call has paid to the seller.
  private(set) var received: UInt128
  private var asked: UInt128 = 0

  init(row: UnsafeMutablePointer<UInt64>, vault: UInt128, received: UInt128) {
    self.row = row
    self.vault = vault
    self.received = received
  }

  func copyWords(to words: UnsafeMutablePointer<UInt64>) { words.update(from: row, count: 2) }
  func setWords(_ words: UnsafeBufferPointer<UInt64>, at slot: Int) {}
  func entry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> UnsafeBufferPointer<UInt64>? { nil }
  func setEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>) {}
  func removeEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) {}
  func entryCount(_ item: Int) -> Int { 0 }
  func forEachEntry(_ item: Int, _ body: (UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>) -> Void) {}
  func balance(ofVault vault: VaultID) -> Amount { Amount(unchecked: self.vault) }
  func balance(ofVault vault: VaultID, key: UInt64) -> Amount { .zero }
  func keyCount(ofVault vault: VaultID) -> Int { 0 }
  func hasRoom(inVault vault: VaultID, for key: UInt64) -> Bool { false }
  var now: Time { Time(milliseconds: 0) }
  var opened: Time { Time(milliseconds: 0) }
  var caller: UInt64 { 0 }
  func account(ofParty party: Int) -> UInt64 { 0 }
  mutating func ask(_ amount: Amount, currency: Int, from payer: Place?, to place: Place) { asked += amount.units }

  mutating func settle() -> Failure? {
    vault += asked
    asked = 0
    return nil
  }

  mutating func move(_ amount: Amount, from source: Place, to place: Place) {
    self.vault -= amount.units
    if place == .party(1) { received += amount.units }
  }

  func payEach(vault: VaultID) {}
  func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) {}
}
