import Primitives

/// Finds a table's rows, and knows of them what else follows from them. It is never stored.
protocol RowIndex {
  associatedtype Row: LedgerRow

  init()
  /// Nil of a key that has no row. Where keys are places, it need not know how many there are.
  func place(of key: Row.Key) -> Int?
  /// False, and nothing happens, where the row's key is there already.
  @discardableResult
  mutating func add(_ row: Row, at place: Int) -> Bool
  /// Takes out a row that is there.
  mutating func remove(_ row: Row, at place: Int)
}

/// Of a table whose rows are found by their places.
struct PlaceIndex<Row: LedgerRow>: RowIndex where Row.Key == Int {
  func place(of key: Int) -> Int? { key }
  mutating func add(_ row: Row, at place: Int) -> Bool { true }
  mutating func remove(_ row: Row, at place: Int) {}
}

struct HashIndex<Row: LedgerRow>: RowIndex {
  private var places: [Row.Key: Int] = [:]

  func place(of key: Row.Key) -> Int? { places[key] }

  mutating func add(_ row: Row, at place: Int) -> Bool {
    let key = row.key(at: place)
    if places[key] != nil { return false }
    places[key] = place
    return true
  }

  mutating func remove(_ row: Row, at place: Int) { places[row.key(at: place)] = nil }
}

/// Of a keyed table: an array in order of the keys. Adding and removing move what lies behind.
struct SortedIndex<Row: LedgerRow>: RowIndex where Row.Key: Comparable {
  private var entries: [(key: Row.Key, place: Int)] = []

  /// How many keys satisfy `isBefore`, which the lesser ones do.
  private func count(_ isBefore: (Row.Key) -> Bool) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(entries[middle].key) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func place(of key: Row.Key) -> Int? {
    let index = count { $0 < key }
    return index < entries.count && entries[index].key == key ? entries[index].place : nil
  }

  func next(after key: Row.Key?) -> Int? {
    let index = key.map { key in count { $0 <= key } } ?? 0
    return index < entries.count ? entries[index].place : nil
  }

  mutating func add(_ row: Row, at place: Int) -> Bool {
    let key = row.key(at: place)
    if self.place(of: key) != nil { return false }
    entries.insert((key, place), at: count { $0 < key })
    return true
  }

  mutating func remove(_ row: Row, at place: Int) {
    let key = row.key(at: place)
    entries.remove(at: count { $0 < key })
  }
}
