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
  /// Terms, then fields, as `Resting` lays them down.
  package internal(set) var words: [UInt64]
  /// What has no fixed size: entries of maps, and single values under an empty key, ascending by item and key.
  package internal(set) var entries: [Entry] = []
  package internal(set) var vaults: [Amount]
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

  /// Where an entry lies among the entries, or would.
  func place(ofEntry item: Int, _ key: UnsafeBufferPointer<UInt64>) -> (index: Int, isThere: Bool) {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      let entry = entries[middle]
      if entry.item == item && entry.key.elementsEqual(key) { return (middle, true) }
      if entry.item < item || (entry.item == item && entry.key.lexicographicallyPrecedes(key)) { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// The value of a term or field, counted terms first; a map's entries in the order of their keys.
  package func value(_ item: Int, _ interface: ContractInterface) -> Value {
    let (type, slot) = interface.slots[item]
    if type.wordsAtRest > 0 { return Resting.value(words[slot..<(slot + type.wordsAtRest)], as: type) }
    let own = entries.filter { $0.item == item }
    guard case .composite(let index) = type, case .map(let key, let element, _) = interface.types[index] else {
      return Resting.value(own.first?.value[...] ?? [], as: type, in: interface.types)
    }
    return .sequence(
      own.map { entry in
        (Resting.value(entry.key[...], as: key, in: interface.types), Resting.value(entry.value[...], as: element, in: interface.types))
      }.sorted { Value.precedes($0.0, $1.0) }.flatMap { [$0.0, $0.1] })
  }

  /// Where an agreement is in its graph. It changes as a whole.
  package struct Position: Hashable, Sendable {
    package var state: Int
    /// Counts the entries into a state.
    package var visit: UInt64
    package var enteredAt: Time
    /// What is due in this state, in source order.
    package var deadlines: [Deadline]
    /// Consents to actions that need several parties.
    package var approvals: [Approval]
    /// The deadline that led here, if one did.
    package var endedBy: EndedBy?
    /// An automatic transition failed, against all that was proved: nothing happens any more.
    package var isSuspended = false

    package init(state: Int, visit: UInt64, enteredAt: Time, deadlines: [Deadline], endedBy: EndedBy?) {
      self.state = state
      self.visit = visit
      self.enteredAt = enteredAt
      self.deadlines = deadlines
      self.endedBy = endedBy
      approvals = []
    }
  }

  package struct Deadline: Hashable, Sendable {
    package let transition: Int
    package let due: Time

    package init(transition: Int, due: Time) {
      self.transition = transition
      self.due = due
    }
  }

  package struct Approval: Hashable, Sendable {
    package let transition: Int
    package let party: Int
    /// The digest of the arguments.
    package let arguments: Digest

    package init(transition: Int, party: Int, arguments: Digest) {
      self.transition = transition
      self.party = party
      self.arguments = arguments
    }
  }

  /// The state that a deadline ended, and when that was due.
  package struct EndedBy: Hashable, Sendable {
    package let state: Int
    package let due: Time

    package init(state: Int, due: Time) {
      self.state = state
      self.due = due
    }
  }

  package init(
    contract: Int, currencies: [Currency], vaultCurrencies: [Currency], parties: [AccountRow], summary: Digest, consents: UInt16, words: [UInt64],
    position: Position
  ) {
    self.contract = contract
    self.currencies = currencies
    self.vaultCurrencies = vaultCurrencies
    self.parties = parties
    self.summary = summary
    self.consents = consents
    self.words = words
    vaults = Array(repeating: .zero, count: vaultCurrencies.count)
    self.position = position
  }

  /// What parties consent to: this module with these currencies, terms and parties, as this summary tells it.
  package static func subject(module: Digest, currencies: [Currency], parties: [AccountID], terms: [Value], summary: Digest) -> Digest {
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
    writer.write(length: words.count)
    for word in words { writer.write(word) }
    writer.write(entries)
    writer.write(vaults)
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
    words = []
    for _ in 0..<(try reader.readLength()) { words.append(try reader.read(UInt64.self)) }
    entries = try reader.readList(of: Entry.self)
    vaults = try reader.readList(of: Amount.self)
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

extension Agreement.Position: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(state))
    writer.write(visit)
    writer.write(enteredAt)
    writer.write(deadlines)
    writer.write(approvals)
    writer.write(endedBy)
    writer.write(isSuspended)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    state = Int(try reader.read(UInt16.self))
    visit = try reader.read(UInt64.self)
    enteredAt = try reader.read(Time.self)
    deadlines = try reader.readList(of: Agreement.Deadline.self)
    approvals = try reader.readList(of: Agreement.Approval.self)
    endedBy = try reader.readOptional(Agreement.EndedBy.self)
    isSuspended = try reader.readBool()
  }
}

extension Agreement.Deadline: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(transition))
    writer.write(due)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(transition: Int(try reader.read(UInt16.self)), due: try reader.read(Time.self))
  }
}

extension Agreement.Approval: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(transition))
    writer.write(UInt8(party))
    writer.write(arguments)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      transition: Int(try reader.read(UInt16.self)), party: Int(try reader.read(UInt8.self)), arguments: try reader.readDigest())
  }
}

extension Agreement.EndedBy: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt16(state))
    writer.write(due)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(state: Int(try reader.read(UInt16.self)), due: try reader.read(Time.self))
  }
}
