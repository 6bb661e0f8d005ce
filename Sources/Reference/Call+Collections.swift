// Lists, sets and maps are plain arrays: a list's elements; a set's keys, ascending; a map's keys,
// ascending, each with its value behind it.

import Interface
import Primitives
import Semantics
import Source

extension Call {
  func definition(_ collection: TypedExpression) -> TypeDefinition {
    guard case .value(.composite(let index)) = collection.type else {
      preconditionFailure("a collection is of one of the contract's types")
    }
    return types[index]
  }

  /// What a loop goes through: elements, or keys.
  func members(_ elements: [Value], of definition: TypeDefinition) -> [Value] {
    guard case .map = definition else { return elements }
    return stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
  }

  func count(_ value: Value, of type: ExpressionType) -> Int {
    switch (value, type) {
    // Each scalar has one byte that does not continue another.
    case (.text(let bytes), _): bytes.count { $0 & 0xC0 != 0x80 }
    case (.bytes(let bytes), _): bytes.count
    case (.sequence(let elements), .value(.composite(let index))): members(elements, of: types[index]).count
    default: preconditionFailure("the checker counts only what has parts")
    }
  }

  func contains(_ elements: [Value], of definition: TypeDefinition, _ element: Value) -> Bool {
    switch definition {
    case .list: elements.contains(element)
    case .set: place(of: element, in: elements, stride: 1).isThere
    case .map: place(of: element, in: elements, stride: 2).isThere
    case .structure, .enumeration, .optional: preconditionFailure("only a collection contains something")
    }
  }

  func element(of elements: [Value], _ definition: TypeDefinition, _ key: Value, at span: Span) throws(Failed) -> Value
  {
    guard case .map = definition else { return elements[try index(key, in: elements, at: span)] }
    let (place, isThere) = place(of: key, in: elements, stride: 2)
    if !isThere { throw .trap(.index, at: span) }
    return elements[place + 1]
  }

  /// An index into a list that has such an element.
  func index(_ value: Value, in elements: [Value], at span: Span) throws(Failed) -> Int {
    guard let index = value.asInteger.int, elements.indices.contains(index) else { throw .trap(.index, at: span) }
    return index
  }

  /// With an element more at the end of a list, with a key in a set, or with a key and its value in a map.
  func with(_ elements: [Value], of definition: TypeDefinition, _ added: [Value], at span: Span) throws(Failed)
    -> [Value]
  {
    let (place, isThere) =
      switch definition {
      case .list: (elements.count, false)
      case .set, .map, .structure, .enumeration, .optional:
        self.place(of: added[0], in: elements, stride: added.count)
      }
    if !isThere && elements.count / added.count == definition.most { throw .trap(.range, at: span) }
    var result = elements
    result.replaceSubrange(place..<(isThere ? place + added.count : place), with: added)
    return result
  }

  /// Where among ascending keys this one lies, or would. Every `stride` values there is a key.
  private func place(of key: Value, in elements: [Value], stride: Int) -> (place: Int, isThere: Bool) {
    // All keys before `low` precede it, and none from `high` on.
    var (low, high) = (0, elements.count / stride)
    while low < high {
      let middle = (low + high) / 2
      if Value.precedes(elements[middle * stride], key) { low = middle + 1 } else { high = middle }
    }
    return (low * stride, low * stride < elements.count && elements[low * stride] == key)
  }
}
