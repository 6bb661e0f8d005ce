package import Interface
package import Primitives

/// An agreement's number: openings are counted, so nobody can choose it.
package struct AgreementNumber: Hashable, Sendable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (a: AgreementNumber, b: AgreementNumber) -> Bool { a.index < b.index }
}

extension AgreementNumber: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(UInt64(index)) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let index = Int(exactly: try reader.read(UInt64.self)) else { throw .notCanonical }
    self.init(index)
  }
}

/// An opened contract.
package struct Agreement: Hashable, Sendable {
  /// The contract's place in the list of what is published.
  package let contract: Int
  /// What the contract's currencies are in this agreement.
  package let currencies: [Currency]
  package let vaultCurrencies: [Currency]
  /// Who the parties are.
  package let parties: [AccountRow]
  /// The digest of the summary that the parties were shown, as whoever opened gave it.
  package let summary: Digest
  package let openedAt: Time
  /// Terms, then fields, as `Resting` lays them down.
  package internal(set) var words: [UInt64]
  /// What has no fixed size: entries of maps, and single values under an empty key, ascending by item and key.
  package internal(set) var entries: [Entry] = []
  /// What each vault holds; of one with keys, under all of them.
  package internal(set) var vaults: [Amount]
  /// What vaults with keys hold under each, ascending by vault and key; never nothing.
  package internal(set) var holdings: [Holding] = []
  package internal(set) var position: Position
  /// The parties that have consented, a bit for each.
  package internal(set) var consents: UInt16
  /// Gas that was paid ahead for what will happen by itself: who paid how much, the first to be used first.
  package internal(set) var pot: [PotShare] = []

  /// A value of no fixed size, or an entry of a map, in words as they rest.
  package struct Entry: Hashable, Sendable {
    /// Counts terms first, then fields.
    package let item: Int
    package let key: [UInt64]
    package var value: [UInt64]

    package init(item: Int, key: [UInt64], value: [UInt64]) {
      self.item = item
      self.key = key
      self.value = value
    }
  }

  /// What a vault holds under a key.
  package struct Holding: Hashable, Sendable {
    package let vault: VaultID
    /// As it rests, in a word.
    package let key: UInt64
    package internal(set) var amount: Amount

    package init(vault: VaultID, key: UInt64, amount: Amount) {
      self.vault = vault
      self.key = key
      self.amount = amount
    }
  }

  /// Where a holding lies among the holdings, or would.
  func place(ofHolding vault: VaultID, _ key: UInt64) -> (index: Int, isThere: Bool) {
    var (low, high) = (0, holdings.count)
    while low < high {
      let middle = (low + high) / 2
      let holding = holdings[middle]
      if (holding.vault, holding.key) == (vault, key) { return (middle, true) }
      if (holding.vault, holding.key) < (vault, key) { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// What a vault holds under each of its keys, ascending.
  package func holdings(ofVault vault: VaultID) -> ArraySlice<Holding> {
    // A key may be the greatest word: the end is where the next vault's begin.
    holdings[place(ofHolding: vault, 0).index..<place(ofHolding: VaultID(vault.index + 1), 0).index]
  }

  package func balance(ofVault vault: VaultID, key: UInt64) -> Amount {
    let (index, isThere) = place(ofHolding: vault, key)
    return isThere ? holdings[index].amount : .zero
  }

  /// Where an entry lies among the entries, or would.
  func place(ofEntry item: Int, _ key: UnsafeBufferPointer<UInt64>) -> (index: Int, isThere: Bool) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      let entry = entries[middle]
      if entry.item == item && entry.key.elementsEqual(key) { return (middle, true) }
      if entry.item < item || (entry.item == item && entry.key.lexicographicallyPrecedes(key)) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return (low, false)
  }

  /// The value of a term or field, counted terms first; a map's entries in the order of their keys.
  package func value(_ item: Int, _ interface: ContractInterface) -> Value {
    let (type, slot) = interface.slots[item]
    if type.wordsAtRest > 0 { return Resting.value(words[slot..<(slot + type.wordsAtRest)], as: type) }
    let own = entries.filter { $0.item == item }.map { ($0.key, $0.value) }
    return Resting.value(ofEntries: own, as: type, in: interface.types)
  }

  /// Where an agreement is in its graph. It changes as a whole.
  package struct Position: Hashable, Sendable {
    package var state: StateID
    /// Counts the entries into a state.
    package var visit: UInt64
    package var enteredAt: Time
    /// What is due in this state, in source order. What waits for a condition is here while that
    /// holds, and is due at once.
    package var deadlines: [Deadline]
    /// Of actions that need several, ascending by transition and account: one of each account for each action.
    package var approvals: [Approval]
    /// The deadline or condition that led here, if one did.
    package var endedBy: EndedBy?
    package var standing = Standing.regular

    package init(state: StateID, visit: UInt64, enteredAt: Time, deadlines: [Deadline], endedBy: EndedBy?) {
      self.state = state
      self.visit = visit
      self.enteredAt = enteredAt
      self.deadlines = deadlines
      self.endedBy = endedBy
      approvals = []
    }
  }

  /// Whether the agreement goes its way. One that was suspended never does again.
  package enum Standing: UInt8, Sendable {
    case regular = 0
    /// An automatic transition failed, against all that was proved: nothing happens any more, and
    /// what the agreement holds waits to be released.
    case suspended
    /// What a suspended agreement held has been paid out.
    case released
  }

  package struct Deadline: Hashable, Sendable {
    package let transition: TransitionID
    package let due: Time

    package init(transition: TransitionID, due: Time) {
      self.transition = transition
      self.due = due
    }
  }

  /// That somebody agrees to an action. It counts for whoever this account was then among those who
  /// may take it, as long as it still is.
  package struct Approval: Hashable, Sendable {
    package let transition: TransitionID
    package let account: AccountRow
    /// Places in the list of who may take the action, ascending; at least one.
    package let actors: [Int]
    /// The digest of the arguments.
    package let arguments: Digest
    /// What the account lets go when the action happens, by currency; nothing is held until then.
    /// Nil: whatever is asked for.
    package let letGo: [CurrencyAmount]?

    package init(
      transition: TransitionID, account: AccountRow, actors: [Int], arguments: Digest, letGo: [CurrencyAmount]?
    ) {
      self.transition = transition
      self.account = account
      self.actors = actors
      self.arguments = arguments
      self.letGo = letGo
    }
  }

  /// What ended a state by itself: a deadline, or a condition that held; and when it was due.
  package struct EndedBy: Hashable, Sendable {
    package let transition: TransitionID
    package let due: Time

    package init(transition: TransitionID, due: Time) {
      self.transition = transition
      self.due = due
    }
  }

  package init(
    contract: Int, currencies: [Currency], vaultCurrencies: [Currency], parties: [AccountRow], summary: Digest,
    consents: UInt16, openedAt: Time,
    words: [UInt64], position: Position
  ) {
    self.contract = contract
    self.currencies = currencies
    self.vaultCurrencies = vaultCurrencies
    self.parties = parties
    self.summary = summary
    self.consents = consents
    self.openedAt = openedAt
    self.words = words
    vaults = Array(repeating: .zero, count: vaultCurrencies.count)
    self.position = position
  }

  /// What parties consent to: this module with these currencies, terms and parties, as this summary tells it.
  package static func subject(
    module: Digest, currencies: [Currency], parties: [AccountID], terms: [Value], summary: Digest
  ) -> Digest {
    var writer = CanonicalWriter()
    writer.write(raw: Array("earnest consent".utf8))
    writer.write(module)
    writer.write(currencies)
    writer.write(parties)
    writer.write(terms)
    writer.write(summary)
    return Digest(sha256: writer.bytes)
  }
}

/// Gas that somebody paid ahead.
package struct PotShare: Hashable, Sendable {
  package let payer: AccountRow
  package let gas: UInt64

  package init(payer: AccountRow, gas: UInt64) {
    self.payer = payer
    self.gas = gas
  }
}

extension PotShare: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(payer)
    writer.write(gas)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(payer: try reader.read(AccountRow.self), gas: try reader.read(UInt64.self))
  }
}

extension Agreement: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt32(contract))
    writer.write(currencies)
    writer.write(vaultCurrencies)
    writer.write(parties)
    writer.write(summary)
    writer.write(openedAt)
    writer.write(length: words.count)
    for word in words { writer.write(word) }
    writer.write(entries)
    writer.write(vaults)
    writer.write(holdings)
    writer.write(position)
    writer.write(consents)
    writer.write(pot)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    contract = Int(try reader.read(UInt32.self))
    currencies = try reader.readList(of: Currency.self)
    vaultCurrencies = try reader.readList(of: Currency.self)
    parties = try reader.readList(of: AccountRow.self)
    summary = try reader.readDigest()
    openedAt = try reader.read(Time.self)
    words = []
    for _ in 0..<(try reader.readLength()) { words.append(try reader.read(UInt64.self)) }
    entries = try reader.readList(of: Entry.self)
    guard zip(entries, entries.dropFirst()).allSatisfy({ $0.isBefore($1) }) else { throw .notCanonical }
    vaults = try reader.readList(of: Amount.self)
    guard vaults.count == vaultCurrencies.count else { throw .notCanonical }
    holdings = try reader.readList(of: Holding.self)
    guard zip(holdings, holdings.dropFirst()).allSatisfy({ ($0.vault, $0.key) < ($1.vault, $1.key) }) else {
      throw .notCanonical
    }
    var rests = vaults
    for holding in holdings {
      guard holding.amount > .zero, rests.indices.contains(holding.vault.index),
        let rest = rests[of: holding.vault].subtracting(holding.amount)
      else {
        throw .notCanonical
      }
      rests[of: holding.vault] = rest
    }
    // Of a vault that holds something under a key, everything lies under keys.
    guard holdings.allSatisfy({ rests[of: $0.vault] == .zero }) else { throw .notCanonical }
    position = try reader.read(Position.self)
    consents = try reader.read(UInt16.self)
    pot = try reader.readList(of: PotShare.self)
  }
}

extension Agreement.Entry: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(item))
    for words in [key, value] {
      writer.write(length: words.count)
      for word in words { writer.write(word) }
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    func words() throws(CanonicalFault) -> [UInt64] {
      var words: [UInt64] = []
      for _ in 0..<(try reader.readLength()) { words.append(try reader.read(UInt64.self)) }
      return words
    }
    let item = Int(try reader.read(UInt16.self))
    let key = try words()
    self.init(item: item, key: key, value: try words())
  }
}

extension Agreement.Entry {
  fileprivate func isBefore(_ other: Agreement.Entry) -> Bool {
    item == other.item ? key.lexicographicallyPrecedes(other.key) : item < other.item
  }
}

extension Agreement.Holding: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt8(vault.index))
    writer.write(key)
    writer.write(amount)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      vault: VaultID(Int(try reader.read(UInt8.self))), key: try reader.read(UInt64.self),
      amount: try reader.read(Amount.self))
  }
}

extension Agreement.Position: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(state)
    writer.write(visit)
    writer.write(enteredAt)
    writer.write(deadlines)
    writer.write(approvals)
    writer.write(endedBy)
    writer.write(standing.rawValue)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    state = try reader.readID()
    visit = try reader.read(UInt64.self)
    enteredAt = try reader.read(Time.self)
    deadlines = try reader.readList(of: Agreement.Deadline.self)
    approvals = try reader.readList(of: Agreement.Approval.self)
    guard
      zip(approvals, approvals.dropFirst()).allSatisfy({ ($0.transition, $0.account) < ($1.transition, $1.account) })
    else {
      throw .notCanonical
    }
    endedBy = try reader.readOptional(Agreement.EndedBy.self)
    guard let standing = Agreement.Standing(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    self.standing = standing
  }
}

extension Agreement.Deadline: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(transition)
    writer.write(due)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(transition: try reader.readID(), due: try reader.read(Time.self))
  }
}

extension Agreement.Approval: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(transition)
    writer.write(account)
    writer.write(indices: actors)
    writer.write(arguments)
    writer.write(letGo != nil)
    if let letGo { writer.write(letGo) }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    transition = try reader.readID()
    account = try reader.read(AccountRow.self)
    actors = try reader.readIndices()
    guard !actors.isEmpty, zip(actors, actors.dropFirst()).allSatisfy(<) else { throw .notCanonical }
    arguments = try reader.readDigest()
    letGo = try reader.readBool() ? try reader.readList(of: CurrencyAmount.self) : nil
    guard letGo?.isByCurrency ?? true else { throw .notCanonical }
  }
}

extension Agreement.EndedBy: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(transition)
    writer.write(due)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(transition: try reader.readID(), due: try reader.read(Time.self))
  }
}
