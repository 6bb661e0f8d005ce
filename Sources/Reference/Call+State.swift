// Terms and fields. What has a fixed size lies in the agreement's words; a map is entries, one for
// each key; anything else is the one entry with the empty key.

import Interface
import Semantics
import Source

extension Call {
  /// A term or field, counted terms first.
  mutating func value(ofItem item: Int) -> Value {
    let (type, slot) = slots[item]
    if type.wordsAtRest > 0 { return Resting.value(words[slot..<(slot + type.wordsAtRest)], as: type, in: types) }
    if let value = objects[item] { return value }
    let value = valueOfEntries(item, type)
    objects[item] = value
    return value
  }

  mutating func value(ofField field: StateVariableID) -> Value { value(ofItem: contract.interface.item(of: field)) }

  private func valueOfEntries(_ item: Int, _ type: ValueType) -> Value {
    var entries: [(key: [UInt64], value: [UInt64])] = []
    host.forEachEntry(item) { entries.append((Array($0), Array($1))) }
    return Resting.value(ofEntries: entries, as: type, in: types)
  }

  /// Of a map only the entries that differ are written.
  mutating func store(_ value: Value, in field: StateVariableID) {
    let item = contract.interface.item(of: field)
    let (type, slot) = slots[item]
    if type.wordsAtRest > 0 {
      let new = Resting.words(value, as: type, in: types)
      words.replaceSubrange(slot..<(slot + new.count), with: new)
      new.withUnsafeBufferPointer { host.setWords($0, at: slot) }
    } else if type.mapParts(in: types) != nil {
      let (old, new) = (self.value(ofItem: item).asElements, value.asElements)
      let (before, after) = (table(old), table(new))
      for place in stride(from: 0, to: old.count, by: 2) where after[old[place]] == nil {
        removeEntry(old[place], ofMap: item)
      }
      for place in stride(from: 0, to: new.count, by: 2) where before[new[place]] != new[place + 1] {
        setEntry(new[place], new[place + 1], ofMap: item)
      }
      objects[item] = value
    } else {
      for entry in Resting.entries(value, as: type, in: types) { set(entry.key, entry.value, of: item) }
      objects[item] = value
    }
  }

  /// Another element of a list, or a value for a map's key.
  mutating func storeElement(_ value: Value, for key: Value, in field: StateVariableID, at span: Span) throws(Failed) {
    let item = contract.interface.item(of: field)
    guard case .composite(let index) = slots[item].type else {
      preconditionFailure("only lists and maps have elements")
    }
    var elements = self.value(ofItem: item).asElements
    if case .list = types[index] {
      elements[try self.index(key, in: elements, at: span)] = value
      store(.sequence(elements), in: field)
    } else {
      elements = try with(elements, of: types[index], [key, value], at: span)
      setEntry(key, value, ofMap: item)
      objects[item] = .sequence(elements)
    }
  }

  // MARK: Entries

  /// The keys and values of a map, for looking up.
  private func table(_ map: [Value]) -> [Value: Value] {
    Dictionary(uniqueKeysWithValues: stride(from: 0, to: map.count, by: 2).map { (map[$0], map[$0 + 1]) })
  }

  private mutating func setEntry(_ key: Value, _ value: Value, ofMap item: Int) {
    guard let parts = slots[item].type.mapParts(in: types) else { preconditionFailure("only a map has keys") }
    set(Resting.words(key, as: parts.key, in: types), Resting.words(value, as: parts.value, in: types), of: item)
  }

  private mutating func removeEntry(_ key: Value, ofMap item: Int) {
    guard let parts = slots[item].type.mapParts(in: types) else { preconditionFailure("only a map has keys") }
    Resting.words(key, as: parts.key, in: types).withUnsafeBufferPointer { host.removeEntry(item, $0) }
  }

  private mutating func set(_ key: [UInt64], _ value: [UInt64], of item: Int) {
    key.withUnsafeBufferPointer { key in value.withUnsafeBufferPointer { host.setEntry(item, key, $0) } }
  }
}
