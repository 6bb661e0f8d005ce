import Interface
package import Primitives

/// The tables of a ledger's state. Their numbers stand in keys of rows and leaves.
package enum Table: UInt8, CaseIterable, Sendable {
  case ledger = 0
  case account
  case balance
  case agreement
  case module
  case reference
}

/// Where a row lies.
package struct RowPlace: Hashable, Sendable {
  package let table: Table
  package let index: Int

  package init(table: Table, index: Int) {
    self.table = table
    self.index = index
  }
}

extension RowPlace: Comparable {
  package static func < (a: RowPlace, b: RowPlace) -> Bool {
    a.table == b.table ? a.index < b.index : a.table.rawValue < b.table.rawValue
  }
}

extension LedgerState {
  package func count(of table: Table) -> Int {
    switch table {
    case .ledger: 1
    case .account: accounts.count
    case .balance: balances.count
    case .agreement: agreements.count
    case .module: modules.count
    case .reference: references.count
    }
  }

  /// False of a row that has been undone.
  package func holds(_ place: RowPlace) -> Bool { place.index < count(of: place.table) }

  /// A row's bytes, as checkpoints keep them and leaves commit to them.
  package func row(_ place: RowPlace) -> [UInt8] {
    var writer = CanonicalWriter()
    switch place.table {
    case .ledger: writer.write(globals)
    case .account:
      writer.write(AccountRow(place.index))
      writer.write(accounts[place.index])
    case .balance:
      let balance = balances[place.index]
      writer.write(balance.account)
      writer.write(balance.currency)
      writer.write(balance.available)
    case .agreement: writer.write(agreements[place.index])
    case .module: writer.write(bytes: modules[place.index].bytes)
    case .reference:
      writer.write(references[place.index].key)
      writer.write(references[place.index].transaction)
    }
    return writer.bytes
  }

  /// Where a row's leaf lies in the state tree: by what the row is about, so that whoever knows an
  /// account's id finds its balances.
  package func leafKey(_ place: RowPlace) -> Digest {
    var writer = CanonicalWriter()
    writer.write(place.table.rawValue)
    switch place.table {
    case .ledger: break
    case .account: writer.write(accounts[place.index].id)
    case .balance:
      writer.write(accounts[balances[place.index].account.index].id)
      writer.write(balances[place.index].currency)
    case .agreement: writer.write(AgreementNumber(place.index))
    case .module: writer.write(modules[place.index].id)
    case .reference: writer.write(references[place.index].key)
    }
    return Digest(sha256: writer.bytes)
  }

  /// Rebuilds a state from all its rows, in order of their places.
  package convenience init(rows: [(place: RowPlace, bytes: [UInt8])]) throws(CanonicalFault) {
    self.init(time: Time(milliseconds: 0))
    for (place, bytes) in rows {
      guard place.table == .ledger || place.index == count(of: place.table) else { throw .notCanonical }
      var reader = CanonicalReader(bytes)
      switch place.table {
      case .ledger: restore(globals: try reader.read(Globals.self))
      case .account:
        guard try reader.read(AccountRow.self).index == place.index else { throw .notCanonical }
        let account = try reader.read(Account.self)
        guard row(of: account.id) == nil else { throw .notCanonical }
        restore(account: account)
      case .balance:
        let account = try reader.read(AccountRow.self)
        let currency = try reader.read(Currency.self)
        guard account.index < accounts.count, !hasBalance(account, currency) else { throw .notCanonical }
        restore(balance: account, currency, try reader.read(Amount.self))
      case .agreement: restore(agreement: try reader.read(Agreement.self))
      case .module:
        let bytes = try reader.readBytes()
        let id = Digest(sha256: bytes)
        guard moduleRow(id) == nil else { throw .notCanonical }
        restore(module: PublishedModule(id: id, bytes: bytes))
      case .reference:
        let reference = Reference(key: try reader.readDigest(), transaction: try reader.readDigest())
        guard transaction(ofReference: reference.key) == nil else { throw .notCanonical }
        restore(reference: reference)
      }
      try reader.finish()
    }
    restored()
  }

  /// SHA-256 of all rows in a fixed order: two ledgers with equal digests are in the same state.
  package var digest: Digest {
    var writer = CanonicalWriter()
    for table in Table.allCases {
      writer.write(length: count(of: table))
      for index in 0..<count(of: table) { writer.write(bytes: row(RowPlace(table: table, index: index))) }
    }
    return Digest(sha256: writer.bytes)
  }
}

extension LedgerState.Globals: Canonical {
  func encode(to writer: inout CanonicalWriter) {
    writer.write(time)
    writer.write(stampUntil)
    writer.write(spent)
    writer.write(length: issued.count)
    for units in issued { writer.write(units) }
  }

  init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    time = try reader.read(Time.self)
    stampUntil = try reader.read(Time.self)
    spent = try reader.read(UInt64.self)
    issued = []
    for _ in 0..<(try reader.readLength()) { issued.append(try reader.read(UInt128.self)) }
    guard issued.count == Currency.all.count else { throw .notCanonical }
  }
}
