package import Primitives

/// What goes through all tables.
extension LedgerState {
  package func count(of table: Table) -> Int { rows(of: table).count }

  /// False of a row that has been undone or removed.
  package func holds(_ place: RowPlace) -> Bool { place.index < count(of: place.table) }

  /// A row's bytes, as checkpoints keep them and leaves commit to them.
  package func row(_ place: RowPlace) -> [UInt8] { rows(of: place.table).bytes(at: place.index) }

  /// Places that have changed since this or `takeChangedLeaves` was last asked.
  package func takeUnrooted() -> [RowPlace] { places { $0.takeUnrooted() } }

  /// Places that have changed since this was last asked, for a checkpoint. Some may hold no row any more.
  package func takeUnsaved() -> [RowPlace] { places { $0.takeUnsaved() } }

  private func places(_ take: (any AnyRows) -> [Int]) -> [RowPlace] {
    Table.allCases.flatMap { table in take(rows(of: table)).map { RowPlace(table: table, index: $0) } }
  }

  /// What the state tree lacks since the last root: the leaves of rows that have changed, and the
  /// keys of those that have gone. A leaf lies by what its row is about, so that whoever knows an
  /// account's id finds its balances.
  package func takeChangedLeaves() -> (changed: [(key: Digest, value: Digest)], gone: [Digest]) {
    let gone = Table.allCases.flatMap { rows(of: $0).takeVacated(in: self) }
    let changed = takeUnrooted().filter { holds($0) }.map { place in
      (key: rows(of: place.table).leafKey(at: place.index, in: self), value: Digest(sha256: row(place)))
    }
    return (changed, gone)
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
