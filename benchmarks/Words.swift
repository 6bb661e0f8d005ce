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
  func balance(ofVault vault: Int) -> Amount { .zero }
  func ask(_ amount: Amount, currency: Int, to place: Place) {}
  func settle() -> Refusal? { nil }
  func move(_ amount: Amount, fromVault vault: Int, to place: Place) {}
  func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) {}
}
