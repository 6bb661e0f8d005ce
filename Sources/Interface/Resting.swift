import Primitives

/// Values as words, the way they rest in an agreement's state and cross into and out of an engine.
/// A type of fixed size always takes as many words, so that every term and field has its slot when
/// the module is made; of any other type the words are its parts' one behind the other, each count
/// in front.
///
/// Bool, Duration, Time, Party, Counter: one word. A small Int: the number in two's complement; any
/// other Int: limb count << 1 | sign, and four limbs. Percent, Ratio, Rate: numerator, denominator.
/// Amount: low word, high word. Text, Bytes: size in bytes, then the bytes, the last word filled
/// with zeros. Structure: its members. Enumeration and optional: the case's number, then its
/// payload. List and set: count, then the elements. Map: count, then key and value in turns.
package enum Resting {
  /// `value` must be admitted by `type`.
  package static func words(_ value: Value, as type: ValueType, in types: [TypeDefinition] = []) -> [UInt64] {
    var words: [UInt64] = []
    append(value, as: type, in: types, to: &words)
    return words
  }

  private static func append(_ value: Value, as type: ValueType, in types: [TypeDefinition], to words: inout [UInt64]) {
    switch (value, type) {
    case (.bool(let value), _): words.append(value ? 1 : 0)
    case (.duration(let value), _): words.append(UInt64(bitPattern: value.milliseconds))
    case (.percent(let value), _): words += [value.numerator, value.denominator]
    case (.time(let value), _): words.append(UInt64(bitPattern: value.milliseconds))
    case (.party(let row), _): words.append(row)
    case (.int(let value), .counter):
      guard let count = value.int else { preconditionFailure("a value rests only under its type") }
      words.append(UInt64(count))
    case (.amount(let value), _): words += [UInt64(truncatingIfNeeded: value.units), UInt64(value.units >> 64)]
    case (.int(let value), .int(let range)):
      if range.isSmall, let small = value.int {
        words.append(UInt64(bitPattern: Int64(small)))
      } else {
        let limbs = value.limbs
        words.append(UInt64(limbs.count) << 1 | (value.sign < 0 ? 1 : 0))
        words += limbs
        words += Array(repeating: 0, count: 4 - limbs.count)
      }
    case (.text(let bytes), _), (.bytes(let bytes), _): words += packed(bytes)
    case (.sequence(let values), .composite(let index)):
      switch types[index] {
      case .structure(_, let members):
        for (value, member) in zip(values, members) { append(value, as: member.type, in: types, to: &words) }
      case .list(let element, _, _), .set(let element, _):
        words.append(UInt64(values.count))
        for value in values { append(value, as: element, in: types, to: &words) }
      case .map(let key, let element, _):
        words.append(UInt64(values.count / 2))
        for (place, value) in values.enumerated() {
          append(value, as: place.isMultiple(of: 2) ? key : element, in: types, to: &words)
        }
      case .enumeration, .optional: preconditionFailure("a value rests only under its type")
      }
    case (.variant(let number, let payload), .composite(let index)):
      guard let payloads = types[index].payloads else { preconditionFailure("a value rests only under its type") }
      words.append(UInt64(number))
      for (value, type) in zip(payload, payloads[number]) { append(value, as: type, in: types, to: &words) }
    case (.int, _), (.sequence, _), (.variant, _): preconditionFailure("a value rests only under its type")
    }
  }

  /// The inverse of `words`.
  package static func value(_ words: ArraySlice<UInt64>, as type: ValueType, in types: [TypeDefinition] = []) -> Value {
    var rest = words
    return take(&rest, as: type, in: types)
  }

  /// The value at the front of `words`, which is taken off.
  package static func take(_ words: inout ArraySlice<UInt64>, as type: ValueType, in types: [TypeDefinition] = [])
    -> Value
  {
    func next() -> UInt64 {
      guard let word = words.popFirst() else { preconditionFailure("a value at rest is whole") }
      return word
    }
    func values(_ declared: [ValueType]) -> [Value] { declared.map { take(&words, as: $0, in: types) } }
    switch type {
    case .bool: return .bool(next() != 0)
    case .duration: return .duration(Duration(unchecked: Int64(bitPattern: next())))
    case .amount:
      let low = next()
      return .amount(Amount(unchecked: UInt128(next()) << 64 | UInt128(low)))
    case .time: return .time(Time(milliseconds: Int64(bitPattern: next())))
    case .party: return .party(next())
    case .counter: return .int(Integer(next()))
    case .ratio, .rate:
      let numerator = next()
      guard let percent = Percent(reduced: numerator, next()) else {
        preconditionFailure("a fraction at rest is reduced")
      }
      return .percent(percent)
    case .int(let range):
      let first = next()
      if range.isSmall { return .int(Integer(Int(Int64(bitPattern: first)))) }
      let limbs = (0..<4).map { _ in next() }
      return .int(Integer(limbs: Array(limbs.prefix(Int(first >> 1))), isNegative: first & 1 == 1))
    case .text: return .text(unpacked())
    case .bytes: return .bytes(unpacked())
    case .composite(let index):
      switch types[index] {
      case .structure(_, let members): return .sequence(values(members.map(\.type)))
      case .list(let element, _, _), .set(let element, _):
        return .sequence((0..<Int(next())).map { _ in take(&words, as: element, in: types) })
      case .map(let key, let element, _): return .sequence((0..<Int(next())).flatMap { _ in values([key, element]) })
      case .enumeration, .optional:
        let number = Int(next())
        return .variant(number, values(types[index].payloads?[number] ?? []))
      }
    }
    func unpacked() -> [UInt8] {
      let size = Int(next())
      let packed = (0..<(size + 7) / 8).map { _ in next() }
      return (0..<size).map { UInt8(truncatingIfNeeded: packed[$0 / 8] >> (8 * UInt64($0 % 8))) }
    }
  }

  /// A size in bytes, then the bytes, the last word filled with zeros.
  package static func packed(_ bytes: [UInt8]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: 1 + (bytes.count + 7) / 8)
    words[0] = UInt64(bytes.count)
    for (index, byte) in bytes.enumerated() { words[1 + index / 8] |= UInt64(byte) << (8 * UInt64(index % 8)) }
    return words
  }

  // MARK: Entries

  /// A value of no fixed size as the entries that it rests in: one for each key of a map, in its
  /// order; anything else is the one with the empty key.
  package static func entries(_ value: Value, as type: ValueType, in types: [TypeDefinition]) -> [(
    key: [UInt64], value: [UInt64]
  )] {
    guard let (key, element) = type.mapParts(in: types), case .sequence(let values) = value else {
      return [([], words(value, as: type, in: types))]
    }
    return stride(from: 0, to: values.count, by: 2).map {
      (words(values[$0], as: key, in: types), words(values[$0 + 1], as: element, in: types))
    }
  }

  /// The inverse of `entries`, whatever their order: the state keeps them in that of the keys' words.
  package static func value(
    ofEntries entries: [(key: [UInt64], value: [UInt64])], as type: ValueType, in types: [TypeDefinition]
  ) -> Value {
    guard let (key, element) = type.mapParts(in: types) else {
      guard let entry = entries.first else { preconditionFailure("a value of no fixed size is always there") }
      return value(entry.value[...], as: type, in: types)
    }
    let pairs = entries.map { (value($0.key[...], as: key, in: types), value($0.value[...], as: element, in: types)) }
    return .sequence(pairs.sorted { Value.precedes($0.0, $1.0) }.flatMap { [$0.0, $0.1] })
  }
}
