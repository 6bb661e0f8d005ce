import Interface
import Primitives

/// The least that a call can see of an agreement: its words, and nothing to move.
struct Words: Host {
  let row: UnsafeMutablePointer<UInt64>
  let count: Int

  func copyWords(to words: UnsafeMutablePointer<UInt64>) { words.update(from: row, count: count) }

  func setWords(_ words: UnsafeBufferPointer<UInt64>, at slot: Int) {
    for offset in 0..<words.count { row[slot + offset] = words[offset] }
  }

  func entry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> UnsafeBufferPointer<UInt64>? { nil }
  func setEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>) {}
  func removeEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) {}
  func entryCount(_ item: Int) -> Int { 0 }
  func forEachEntry(_ item: Int, _ body: (UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>) -> Void) {}
  func balance(ofVault vault: VaultID) -> Amount { .zero }
  func balance(ofVault vault: VaultID, key: UInt64) -> Amount { .zero }
  func keyCount(ofVault vault: VaultID) -> Int { 0 }
  func hasRoom(inVault vault: VaultID, for key: UInt64) -> Bool { false }
  var now: Time { Time(milliseconds: 0) }
  var opened: Time { Time(milliseconds: 0) }
  var caller: UInt64 { 0 }
  func account(ofParty party: Int) -> UInt64 { 0 }
  func ask(_ amount: Amount, currency: Int, from payer: Place?, to place: Place) {}
  func settle() -> Failure? { nil }
  func move(_ amount: Amount, from source: Place, to place: Place) {}
  func payEach(vault: VaultID) {}
  func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) {}
}
