import Fuzzing
import Primitives
import Testing

@testable import Ledger

/// A keyed table against a dictionary: changes, removals, what undoes them, roots, checkpoints.
@Suite struct RowsTests {
  private struct Entry: LedgerRow, Equatable {
    typealias Key = UInt32
    typealias Index = SortedIndex<Entry>

    static let table = Table.reference

    let number: UInt32
    var value: UInt64

    init(number: UInt32, value: UInt64) {
      self.number = number
      self.value = value
    }

    func key(at place: Int) -> UInt32 { number }

    static func writeLeafKey(_ key: UInt32, to writer: inout CanonicalWriter, in state: LedgerState) {
      writer.write(key)
    }

    mutating func exchange(_ change: UInt64) -> UInt64 {
      defer { value = change }
      return value
    }

    func encode(to writer: inout CanonicalWriter) {
      writer.write(number)
      writer.write(value)
    }

    init(from reader: inout CanonicalReader) throws(CanonicalFault) {
      self.init(number: try reader.read(UInt32.self), value: try reader.read(UInt64.self))
    }
  }

  private let state = LedgerState(time: Time(milliseconds: 0))

  /// A tree of the table's rows alone, as if none had ever been removed.
  private func freshRoot(_ model: [UInt32: UInt64]) -> Digest {
    let rows = Rows<Entry>()
    for (number, value) in model.sorted(by: { $0.key < $1.key }) { rows.append(Entry(number: number, value: value)) }
    var tree = StateTree()
    update(&tree, rows)
    return tree.root
  }

  private func update(_ tree: inout StateTree, _ rows: Rows<Entry>) {
    let gone = rows.takeVacated(in: state)
    let changed = rows.takeUnrooted().filter { $0 < rows.count }
    tree.update(
      changed.map { (rows.leafKey(at: $0, in: state), Digest(sha256: rows.bytes(at: $0))) }, removing: gone)
  }

  private func walked(_ rows: Rows<Entry>) -> [Entry] {
    var entries: [Entry] = []
    while let place = rows.next(after: entries.last?.number) { entries.append(rows[place]) }
    return entries
  }

  private func entries(_ model: [UInt32: UInt64]) -> [Entry] {
    model.sorted { $0.key < $1.key }.map { Entry(number: $0.key, value: $0.value) }
  }

  /// Makes up to `count` changes; returns how many.
  private func change(
    _ rows: Rows<Entry>, _ model: inout [UInt32: UInt64], _ count: Int, _ random: inout Random
  ) -> Int {
    for _ in 0..<count {
      let (number, value) = (UInt32(random.below(40)), UInt64(random.below(1000)))
      switch (rows.place(of: number), random.below(3)) {
      case (nil, _):
        rows.append(Entry(number: number, value: value))
        model[number] = value
      case (let place?, 0):
        rows.apply(value, at: place)
        model[number] = value
      case (let place?, _):
        rows.remove(at: place)
        model[number] = nil
      }
    }
    return count
  }

  @Test func aRemovedRowWasNeverThere() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = Random(seed: seed)
      let rows = Rows<Entry>()
      var tree = StateTree()
      var model: [UInt32: UInt64] = [:]
      var saved: [Int: [UInt8]] = [:]
      for _ in 0..<20 {
        _ = change(rows, &model, random.below(12), &random)
        let (before, bytes) = (model, rows.rows)
        for _ in 0..<change(rows, &model, random.below(12), &random) { rows.undo() }
        model = before
        #expect(rows.rows == bytes)
        rows.commit()
        #expect(walked(rows) == entries(model) && rows.misplacedRow(in: state) == nil)
        update(&tree, rows)
        #expect(tree.root == freshRoot(model) && tree.leafCount == model.count)
        if random.oneIn(2) { continue }
        for place in rows.takeUnsaved() { saved[place] = place < rows.count ? rows.bytes(at: place) : nil }
        let restored = Rows<Entry>()
        for (place, bytes) in saved.sorted(by: { $0.key < $1.key }) {
          try restored.restore(bytes, at: place, in: state)
        }
        #expect(restored.rows == rows.rows && restored.takeUnsaved().isEmpty)
        var again = StateTree()
        update(&again, restored)
        #expect(again.root == tree.root)
      }
    }
  }

  @Test func aKeyIsRestoredOnce() throws {
    let rows = Rows<Entry>()
    let bytes = Entry(number: 1, value: 2).canonicalBytes
    try rows.restore(bytes, at: 0, in: state)
    for (bytes, place) in [(bytes, 1), (Entry(number: 2, value: 2).canonicalBytes, 2), (bytes + [0], 1)] {
      #expect(throws: CanonicalFault.self) { try rows.restore(bytes, at: place, in: state) }
    }
  }

  /// Each table's property holds rows of that table, and their numbers are these for good.
  @Test func tablesHaveTheirNumbers() {
    for table in Table.allCases { #expect(state.rows(of: table).table == table) }
    #expect(
      Table.allCases.map { "\($0) \($0.rawValue)" }
        == ["ledger 0", "account 1", "balance 2", "agreement 3", "module 4", "reference 5"])
  }
}
