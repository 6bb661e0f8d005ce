// The bare machine: agreements in plain memory, and a host over one of them. No accounts, no clock,
// no blocks: what is needed to run well-formed code by itself, for random modules and mutants.
// Agreements are found by open addressing; a row is one run of words, so a call on an agreement
// that lies in no cache waits for memory twice.

package import Interface
package import Primitives

/// Rows of equal size, found by number.
package struct BareTable {
  /// Of each place the number that lies there, plus one; 0 where none does.
  private let numbers: UnsafeMutablePointer<UInt64>
  private let rows: UnsafeMutablePointer<UInt64>
  private let mask: Int
  private let rowWords: Int

  /// Room for `count` rows, half of the places empty. The memory stays until the process ends.
  package init(count: Int, wordCount: Int, vaultCount: Int) {
    rowWords = 1 + wordCount + 2 * vaultCount
    var places = 2
    while places < 2 * count { places *= 2 }
    mask = places - 1
    numbers = .allocate(capacity: places)
    numbers.initialize(repeating: 0, count: places)
    rows = .allocate(capacity: places * rowWords)
    rows.initialize(repeating: 0, count: places * rowWords)
  }

  /// The row of this number, which is made where there is none: the state, the agreement's words,
  /// two words for each vault. There must be room.
  package func row(_ number: UInt64) -> UnsafeMutablePointer<UInt64> {
    // Neighbouring numbers are spread by a multiplication with 2^64 divided by the golden ratio.
    var place = Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while numbers[place] != 0 && numbers[place] != number + 1 { place = (place + 1) & mask }
    numbers[place] = number + 1
    return rows + place * rowWords
  }
}

/// One agreement as a call sees it. Words come back only from calls that succeed; what else a call
/// does is kept in a journal, and `rollBack` undoes it.
package struct BareHost: Host {
  package struct Entry {
    package let item: Int
    package let key: [UInt64]
    fileprivate let words: EntryWords
    package var value: [UInt64] { Array(words.buffer) }
  }

  /// The state, words and vaults, as `BareTable` lays them down.
  private let row: UnsafeMutablePointer<UInt64>
  private let wordCount: Int
  private let keysMax: [Int]
  /// What each party has, in units. A party's account has the row behind its place.
  package private(set) var parties: [UInt128]
  /// What other accounts have, ascending by their rows.
  package private(set) var accounts: [(row: UInt64, units: UInt128)] = []
  /// What vaults hold under keys, ascending by vault and key.
  package private(set) var holdings: [Holding] = []
  package private(set) var entries: [Entry] = []
  /// What was asked for and not yet settled.
  private var asked: [(units: UInt128, payer: Place?, place: Place)] = []
  /// Whom the deposits that were settled last came from, in order; nil is the caller.
  package private(set) var payers: [Place?] = []
  private var entriesBefore: [Entry]?
  private var vaultsBefore: [(vault: VaultID, units: UInt128)] = []
  private var partiesBefore: [(party: Int, units: UInt128)] = []
  private var accountsBefore: [(row: UInt64, units: UInt128)]?
  private var holdingsBefore: [Holding]?
  package private(set) var eventCount = 0

  package var now = Time(milliseconds: 1_767_225_600_000)
  package var opened = Time(milliseconds: 1_767_225_600_000)
  package var caller: UInt64 = 1

  package struct Holding: Equatable {
    package let vault: VaultID
    package let key: UInt64
    package var units: UInt128
  }

  /// `keysMax` has 0 for a vault without keys.
  package init(_ row: UnsafeMutablePointer<UInt64>, wordCount: Int, partyCount: Int, keysMax: [Int] = []) {
    self.row = row
    self.wordCount = wordCount
    self.keysMax = keysMax
    parties = Array(repeating: 0, count: partyCount)
    // Room for what a call does, so that none is made while it runs.
    asked.reserveCapacity(16)
    payers.reserveCapacity(16)
    vaultsBefore.reserveCapacity(64)
    partiesBefore.reserveCapacity(64)
  }

  package func copyWords(to words: UnsafeMutablePointer<UInt64>) { words.update(from: row + 1, count: wordCount) }

  package mutating func setWords(_ words: UnsafeBufferPointer<UInt64>, at slot: Int) {
    for offset in 0..<words.count { row[1 + slot + offset] = words[offset] }
  }

  // MARK: Money

  private func vault(_ id: VaultID) -> UnsafeMutablePointer<UInt64> { row + 1 + wordCount + 2 * id.index }

  private func units(_ id: VaultID) -> UInt128 { UInt128(vault(id)[1]) << 64 | UInt128(vault(id)[0]) }

  private mutating func put(_ units: UInt128, into place: Place) {
    switch place {
    case .vault(let index): change(index, to: self.units(index) + units)
    case .party(let index): pay(units, toParty: index)
    case .entry(let index, let key):
      change(index, to: self.units(index) + units)
      change(index, key, to: self.units(index, key) + units)
    case .account(let row):
      if row >= 1 && row <= parties.count {
        pay(units, toParty: Int(row) - 1)
      } else {
        if accountsBefore == nil { accountsBefore = accounts }
        let index = accounts.firstIndex { $0.row >= row } ?? accounts.count
        if index < accounts.count, accounts[index].row == row {
          accounts[index].units += units
        } else {
          accounts.insert((row, units), at: index)
        }
      }
    }
  }

  private mutating func pay(_ units: UInt128, toParty index: Int) {
    partiesBefore.append((index, parties[index]))
    parties[index] += units
  }

  /// What the vault holds, of one with keys altogether.
  private mutating func change(_ index: VaultID, to units: UInt128) {
    vaultsBefore.append((index, self.units(index)))
    set(index, units)
  }

  private mutating func change(_ vault: VaultID, _ key: UInt64, to units: UInt128) {
    if holdingsBefore == nil { holdingsBefore = holdings }
    let index = holdings.firstIndex { $0.vault > vault || ($0.vault == vault && $0.key >= key) } ?? holdings.count
    let isThere = index < holdings.count && holdings[index].vault == vault && holdings[index].key == key
    if isThere && units == 0 {
      holdings.remove(at: index)
    } else if isThere {
      holdings[index].units = units
    } else if units > 0 {
      holdings.insert(Holding(vault: vault, key: key, units: units), at: index)
    }
  }

  private func units(_ vault: VaultID, _ key: UInt64) -> UInt128 {
    holdings.first { $0.vault == vault && $0.key == key }?.units ?? 0
  }

  private func set(_ index: VaultID, _ units: UInt128) {
    vault(index)[0] = UInt64(truncatingIfNeeded: units)
    vault(index)[1] = UInt64(units >> 64)
  }

  package func balance(ofVault vault: VaultID) -> Amount { Amount(unchecked: units(vault)) }

  package func balance(ofVault vault: VaultID, key: UInt64) -> Amount { Amount(unchecked: units(vault, key)) }

  package func keyCount(ofVault vault: VaultID) -> Int { holdings.count { $0.vault == vault } }

  package func hasRoom(inVault vault: VaultID, for key: UInt64) -> Bool {
    units(vault, key) > 0 || keyCount(ofVault: vault) < keysMax[of: vault]
  }

  package func account(ofParty party: Int) -> UInt64 { UInt64(party) + 1 }

  package mutating func ask(_ amount: Amount, currency: Int, from payer: Place?, to place: Place) {
    asked.append((amount.units, payer, place))
  }

  /// Everybody has whatever is asked for, up to what there can be of a currency.
  package mutating func settle() -> Failure? {
    payers.removeAll(keepingCapacity: true)
    if asked.isEmpty { return nil }
    let most = Amount.max.units >> 8
    // By index: going through an array that is a part of this counts a reference.
    for index in asked.indices where asked[index].units > most { return .refused(.funds) }
    for index in asked.indices {
      let (units, payer, place) = asked[index]
      payers.append(payer)
      if units == 0 { continue }
      switch place {
      case .vault(let vault): if self.units(vault) > most { return .refused(.funds) }
      case .entry(let vault, let key):
        if self.units(vault) > most { return .refused(.funds) }
        if !hasRoom(inVault: vault, for: key) { return .trapped(.full) }
      case .party, .account: break
      }
      put(units, into: place)
    }
    asked.removeAll(keepingCapacity: true)
    return nil
  }

  package mutating func move(_ amount: Amount, from source: Place, to place: Place) {
    switch source {
    case .vault(let vault):
      change(vault, to: units(vault) - amount.units)
      // Of one with keys, what lies under the least key goes first.
      var left = amount.units
      while left > 0, let first = holdings.firstIndex(where: { $0.vault == vault }) {
        let holding = holdings[first]
        let taken = min(holding.units, left)
        change(vault, holding.key, to: holding.units - taken)
        left -= taken
      }
    case .entry(let vault, let key):
      change(vault, to: units(vault) - amount.units)
      change(vault, key, to: units(vault, key) - amount.units)
    case .party, .account: preconditionFailure("an engine moves what lies in vaults")
    }
    put(amount.units, into: place)
  }

  package mutating func payEach(vault: VaultID) {
    for holding in holdings where holding.vault == vault {
      move(Amount(unchecked: holding.units), from: .entry(vault: vault, key: holding.key), to: .account(holding.key))
    }
  }

  package mutating func emit(event: Int, arguments: UnsafeBufferPointer<UInt64>) { eventCount += 1 }

  /// Keeps what was done since the last call of this or of `rollBack`.
  package mutating func commit() {
    entriesBefore = nil
    accountsBefore = nil
    holdingsBefore = nil
    vaultsBefore.removeAll(keepingCapacity: true)
    partiesBefore.removeAll(keepingCapacity: true)
  }

  package mutating func rollBack() {
    for (vault, units) in vaultsBefore.reversed() { set(vault, units) }
    for (party, units) in partiesBefore.reversed() { parties[party] = units }
    if let entriesBefore { entries = entriesBefore }
    if let accountsBefore { accounts = accountsBefore }
    if let holdingsBefore { holdings = holdingsBefore }
    asked.removeAll(keepingCapacity: true)
    commit()
  }

  // MARK: Entries

  private func place(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> Int? {
    entries.firstIndex { $0.item == item && $0.key.elementsEqual(key) }
  }

  /// Keeps the entries ascending by item and key.
  private mutating func insert(_ entry: Entry) {
    let index = entries.firstIndex {
      $0.item > entry.item || ($0.item == entry.item && entry.key.lexicographicallyPrecedes($0.key))
    }
    entries.insert(entry, at: index ?? entries.count)
  }

  /// The words stay where they are until the entry changes.
  package func entry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) -> UnsafeBufferPointer<UInt64>? {
    place(item, key).map { entries[$0].words.buffer }
  }

  package mutating func setEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>, _ value: UnsafeBufferPointer<UInt64>)
  {
    if entriesBefore == nil { entriesBefore = entries }
    let entry = Entry(item: item, key: Array(key), words: EntryWords(value))
    if let index = place(item, key) { entries[index] = entry } else { insert(entry) }
  }

  package mutating func removeEntry(_ item: Int, _ key: UnsafeBufferPointer<UInt64>) {
    guard let index = place(item, key) else { return }
    if entriesBefore == nil { entriesBefore = entries }
    entries.remove(at: index)
  }

  package func entryCount(_ item: Int) -> Int { entries.count { $0.item == item } }

  package func forEachEntry(_ item: Int, _ body: (UnsafeBufferPointer<UInt64>, UnsafeBufferPointer<UInt64>) -> Void) {
    for entry in entries where entry.item == item {
      entry.key.withUnsafeBufferPointer { body($0, entry.words.buffer) }
    }
  }
}

extension BareHost {
  /// An agreement as it is when it is opened, with these terms.
  package init(_ row: UnsafeMutablePointer<UInt64>, opening interface: ContractInterface, terms: [Value]) {
    self.init(
      row, wordCount: interface.wordCount, partyCount: interface.parties.count,
      keysMax: interface.vaults.map { $0.key?.most ?? 0 })
    row[0] = UInt64(interface.initialState.index)
    for word in 0..<(2 * interface.vaults.count) { row[1 + wordCount + word] = 0 }
    var slot = 0
    let values = terms + interface.fields.map(\.initialValue)
    for (item, (value, type)) in zip(values, interface.terms.map(\.type) + interface.fields.map(\.type)).enumerated() {
      if type.wordsAtRest > 0 {
        for word in Resting.words(value, as: type, in: interface.types) {
          row[1 + slot] = word
          slot += 1
        }
      } else {
        for (key, words) in Resting.entries(value, as: type, in: interface.types) {
          insert(Entry(item: item, key: key, words: EntryWords(words)))
        }
      }
    }
  }
}

/// An entry's value in memory of its own, which is freed with the last copy of the entry: a call
/// reads it by a pointer that outlives the host's method.
private final class EntryWords {
  let buffer: UnsafeBufferPointer<UInt64>

  init(_ words: some Collection<UInt64>) {
    let copy = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: words.count)
    _ = copy.initialize(fromContentsOf: words)
    buffer = UnsafeBufferPointer(copy)
  }

  deinit { buffer.deallocate() }
}
