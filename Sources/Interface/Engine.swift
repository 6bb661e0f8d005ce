package import Primitives

/// Where money can lie or go: a vault of the agreement or a party's account, both by index; or what
/// a vault holds under a key, or any account, by its row.
package enum Place: Hashable, Sendable {
  case vault(VaultID)
  case party(Int)
  case entry(vault: VaultID, key: UInt64)
  case account(UInt64)
}

/// What a running call sees of the agreement and does to it. Both engines run over this one
/// protocol; a call that fails is undone by whoever made the host.
package protocol Host {
  /// Copies the agreement's words at rest, terms first, then fields. The call works on the copy.
  func copyWords(to words: UnsafeMutablePointer<UInt64>)
  /// Writes words of one or more fields back, which begin at this slot.
  mutating func setWords(_ words: UnsafeBufferPointer<UInt64>, at slot: Int)

  /// The words of an entry of a map, as they rest (`Resting`), or nil where there is none. What has
  /// no fixed size, and is no map, is the one entry with the empty key. `item` counts terms first,
  /// then fields. Valid until the next change of an entry.
  func entry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> UnsafeBufferPointer<UInt64>?
  mutating func setEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>)
  mutating func removeEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>)
  func entryCount(_ item: Int) -> Int
  /// All entries, ascending by the words of their keys, compared one by one; the key's words before
  /// the value's; `body` gets both.
  func forEachEntry(
    _ item: Int, _ body: (_ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>) -> Void)

  /// What a vault holds: of one with keys, what it holds under all of them.
  func balance(ofVault vault: VaultID) -> Amount
  /// What a vault holds under a key.
  func balance(ofVault vault: VaultID, key: UInt64) -> Amount
  /// The keys under which a vault holds money.
  func keyCount(ofVault vault: VaultID) -> Int
  /// Whether money can come to lie in a vault under this key: it holds some already, or under fewer keys than it may.
  func hasRoom(inVault vault: VaultID, for key: UInt64) -> Bool

  /// The time of the event: when a deadline was due, else the block's.
  var now: Time { get }
  /// When the agreement was opened.
  var opened: Time { get }
  /// The row of who acts; of an automatic transition 0.
  var caller: UInt64 { get }
  /// The row of a party.
  func account(ofParty party: Int) -> UInt64

  /// Asks for a deposit in one of the contract's currencies: of the caller, or of `payer`, a party
  /// or an account. Nothing moves before `settle`.
  mutating func ask(_ amount: Amount, currency: Int, from payer: Place?, to place: Place)
  /// All deposits have been asked for: moves them, or answers why not. A deposit for which there is
  /// no room is refused like one that nobody can pay.
  mutating func settle() -> Failure?
  /// `source` is a vault, or what one holds under a key, and holds at least `amount`; what it goes
  /// to has room for it. Paying cannot fail.
  mutating func move(_ amount: Amount, from source: Place, to place: Place)
  /// Pays what a vault holds under each key to the account that is the key, ascending by key.
  mutating func payEach(vault: VaultID)
  /// The event's values as they rest, one behind the other.
  mutating func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>)
}

/// The parts of a contract that can be run.
package enum Entry: Hashable, Sendable {
  /// Whether the terms satisfy the `where` with this number of the term with this index; returns a truth value.
  case bound(term: TermID, number: Int)
  /// Computes what follows from the terms alone, once, when the agreement is opened; ends like a
  /// body that stays. Only of a contract with derived fields.
  case opening
  /// When the transition comes by itself. Of an `after`: how long after entering the state, a
  /// duration; of an `at`, a time; of a `when`, whether it holds.
  case due(transition: TransitionID)
  /// What a transition does. Its arguments are the action's.
  case body(transition: TransitionID)
  /// Whether an invariant holds; returns a truth value.
  case invariant(Int)
  /// What a view shows. Its arguments are the view's.
  case view(Int)
}

/// How a call ended.
package enum Ending: Hashable, Sendable {
  /// The transition leads into this state.
  case enters(state: StateID)
  /// The transition stays where it is.
  case stays
  /// A bound, a due time, an invariant or a view has this value.
  case returns(Value)
  case fails(Failure)
}

/// What became of one call: `site` says where a failed one stopped; `gas` is 0 from an engine that does not meter.
package struct Execution<Site: Hashable & Sendable>: Sendable {
  package let ending: Ending
  package let site: Site?
  package let gas: UInt64

  package init(_ ending: Ending, at site: Site?, gas: UInt64) {
    self.ending = ending
    self.site = site
    self.gas = gas
  }
}

/// Something that runs contracts. There are two: the machine, over verified bytecode, and the
/// reference interpreter, over the checked tree.
package protocol Engine {
  associatedtype Contract
  associatedtype Site: Hashable & Sendable

  func interface(of contract: Contract) -> ContractInterface
  /// `arguments` are admitted by the entry's parameter types. An engine that meters stops with the
  /// trap `gas` where `gas` is not enough.
  mutating func run<H: Host>(_ entry: Entry, of contract: Contract, arguments: [Value], gas: Int, host: inout H)
    -> Execution<Site>
}
