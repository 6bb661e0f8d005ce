// A table of the state, in one type: its rows in the order in which they appear, the index that
// finds them, what undoes their changes, the places that the next root and the next checkpoint
// look at, their bytes, and their leaves in the state tree.
//
// A table grows: a row vanishes only by being undone. Or it is keyed: its index is a `SortedIndex`,
// it has removal and an ordered walk, and after a removal the root is as if the row had never been
// there.

import Primitives

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

/// A row of a table. Checkpoints keep its encoding, and its leaf commits to it.
protocol LedgerRow: Canonical {
  /// What the row is about; no two rows of a table have the same key.
  associatedtype Key: Hashable
  associatedtype Index: RowIndex where Index.Row == Self
  /// A part of the row with a value for it: the new one to make a change, the old one to undo it.
  associatedtype Change

  static var table: Table { get }

  /// `place` is the row's own.
  func key(at place: Int) -> Key
  /// Writes what the place of the key's leaf follows from.
  static func writeLeafKey(_ key: Key, to writer: inout CanonicalWriter, in state: LedgerState)
  /// Makes a change and returns the one that undoes it.
  mutating func exchange(_ change: Change) -> Change
  /// Whether the index depends on the part that changes.
  static func isIndexed(_ change: Change) -> Bool
  /// Whether the rows of other tables that the row names are there, as far as those tables come first.
  func namesExistingRows(of state: LedgerState) -> Bool

  func encode(to writer: inout CanonicalWriter, at place: Int)
  init(from reader: inout CanonicalReader, at place: Int) throws(CanonicalFault)
}

extension LedgerRow {
  static func isIndexed(_ change: Change) -> Bool { false }
  func namesExistingRows(of state: LedgerState) -> Bool { true }
  func encode(to writer: inout CanonicalWriter, at place: Int) { encode(to: &writer) }
  init(from reader: inout CanonicalReader, at place: Int) throws(CanonicalFault) { try self.init(from: &reader) }
}

extension LedgerRow where Key: Canonical {
  static func writeLeafKey(_ key: Key, to writer: inout CanonicalWriter, in state: LedgerState) { writer.write(key) }
}

/// Rows that never change once they are there.
extension LedgerRow where Change == Never {
  mutating func exchange(_ change: Never) -> Never {}
}

final class Rows<R: LedgerRow> {
  private enum Undo {
    case appeared
    case changed(R.Change, at: Int32)
    /// The row is the last of `removed`.
    case removed(from: Int32)
  }

  private(set) var rows: [R] = []
  var index = R.Index()
  private var undos: [Undo] = []
  private var removed: [R] = []
  private var touched = TouchedPlaces()
  /// Keys of rows that were removed since the last root.
  private var vacated: [R.Key] = []

  var count: Int { rows.count }

  subscript(place: Int) -> R { rows[place] }

  func place(of key: R.Key) -> Int? {
    guard let place = index.place(of: key), place < rows.count else { return nil }
    return place
  }

  // MARK: Changes

  /// No row has the new row's key.
  @discardableResult
  func append(_ row: R) -> Int {
    let place = rows.count
    precondition(index.add(row, at: place), "a key has one row")
    rows.append(row)
    undos.append(.appeared)
    touched.insert(place)
    return place
  }

  func apply(_ change: R.Change, at place: Int) {
    undos.append(.changed(exchange(change, at: place), at: Int32(place)))
    touched.insert(place)
  }

  private func exchange(_ change: R.Change, at place: Int) -> R.Change {
    guard R.isIndexed(change) else { return rows[place].exchange(change) }
    index.remove(rows[place], at: place)
    defer { index.add(rows[place], at: place) }
    return rows[place].exchange(change)
  }

  /// Undoes the last change.
  func undo() {
    guard let undo = undos.popLast() else { preconditionFailure("what is undone has happened") }
    switch undo {
    case .appeared: index.remove(rows.removeLast(), at: rows.count)
    case .changed(let change, let place): _ = exchange(change, at: Int(place))
    case .removed(let place):
      let row = removed.removeLast()
      index.add(row, at: rows.count)
      rows.append(row)
      swap(Int(place), rows.count - 1)
    }
  }

  /// Changes so far can no longer be undone.
  func commit() {
    undos.removeAll(keepingCapacity: true)
    removed.removeAll()
  }

  private func swap(_ a: Int, _ b: Int) {
    touched.insert(a)
    if a == b { return }
    touched.insert(b)
    index.remove(rows[a], at: a)
    index.remove(rows[b], at: b)
    rows.swapAt(a, b)
    index.add(rows[a], at: a)
    index.add(rows[b], at: b)
  }
}

extension Rows where R.Key: Comparable, R.Index == SortedIndex<R> {
  /// Removes a row. The last one takes its place.
  func remove(at place: Int) {
    swap(place, rows.count - 1)
    let row = rows.removeLast()
    index.remove(row, at: rows.count)
    undos.append(.removed(from: Int32(place)))
    removed.append(row)
    vacated.append(row.key(at: place))
  }

  /// The place of the row that has the least key, or the least behind a key; nil behind the last.
  func next(after key: R.Key? = nil) -> Int? { index.next(after: key) }
}

/// A table with rows of any type, for loops over all tables.
protocol AnyRows: AnyObject {
  var table: Table { get }
  var count: Int { get }
  func undo()
  func commit()
  func bytes(at place: Int) -> [UInt8]
  func leafKey(at place: Int, in state: LedgerState) -> Digest
  /// Appends a row of a checkpoint.
  func restore(_ bytes: [UInt8], at place: Int, in state: LedgerState) throws(CanonicalFault)
  /// Places that have changed since the last call. Some may hold no row any more.
  func takeUnrooted() -> [Int]
  func takeUnsaved() -> [Int]
  /// Keys of the leaves of rows that have vanished since the last call.
  func takeVacated(in state: LedgerState) -> [Digest]
  /// The first row that its index does not find, or that names a row that is not there.
  func misplacedRow(in state: LedgerState) -> Int?
}

extension Rows: AnyRows {
  var table: Table { R.table }

  func bytes(at place: Int) -> [UInt8] {
    var writer = CanonicalWriter()
    rows[place].encode(to: &writer, at: place)
    return writer.bytes
  }

  private func leafKey(_ key: R.Key, in state: LedgerState) -> Digest {
    var writer = CanonicalWriter()
    writer.write(R.table.rawValue)
    R.writeLeafKey(key, to: &writer, in: state)
    return Digest(sha256: writer.bytes)
  }

  func leafKey(at place: Int, in state: LedgerState) -> Digest { leafKey(rows[place].key(at: place), in: state) }

  func restore(_ bytes: [UInt8], at place: Int, in state: LedgerState) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    let row = try R(from: &reader, at: place)
    try reader.finish()
    guard place == rows.count, row.namesExistingRows(of: state), index.add(row, at: place) else { throw .notCanonical }
    rows.append(row)
    touched.insert(place, isSaved: true)
  }

  func takeUnrooted() -> [Int] { touched.takeUnrooted() }

  func takeUnsaved() -> [Int] { touched.takeUnsaved() }

  func takeVacated(in state: LedgerState) -> [Digest] {
    defer { vacated.removeAll() }
    // A key may have a row again, and a removal may have been undone.
    return vacated.filter { place(of: $0) == nil }.map { leafKey($0, in: state) }
  }

  func misplacedRow(in state: LedgerState) -> Int? {
    rows.indices.first { place(of: rows[$0].key(at: $0)) != $0 || !rows[$0].namesExistingRows(of: state) }
  }
}

/// Places of a table that have changed, each once.
private struct TouchedPlaces {
  /// Bits of a flag.
  private static let (isUnrooted, isUnsaved) = (UInt8(1), UInt8(2))

  private var flags: [UInt8] = []
  private var unrooted: [Int] = []
  private var unsaved: [Int] = []

  mutating func insert(_ place: Int, isSaved: Bool = false) {
    if flags.count <= place { flags += Array(repeating: 0, count: max(16, place + 1)) }
    let added =
      (isSaved ? TouchedPlaces.isUnrooted : TouchedPlaces.isUnrooted | TouchedPlaces.isUnsaved) & ~flags[place]
    if added == 0 { return }
    flags[place] |= added
    if added & TouchedPlaces.isUnrooted != 0 { unrooted.append(place) }
    if added & TouchedPlaces.isUnsaved != 0 { unsaved.append(place) }
  }

  mutating func takeUnrooted() -> [Int] {
    for place in unrooted { flags[place] &= ~TouchedPlaces.isUnrooted }
    defer { unrooted.removeAll(keepingCapacity: true) }
    return unrooted
  }

  mutating func takeUnsaved() -> [Int] {
    for place in unsaved { flags[place] &= ~TouchedPlaces.isUnsaved }
    defer { unsaved.removeAll(keepingCapacity: true) }
    return unsaved
  }
}
