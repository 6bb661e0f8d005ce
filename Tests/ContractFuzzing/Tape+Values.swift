import Interface
import Primitives

/// What values are chosen from, besides chance.
struct Choosing {
  /// Those of the contract.
  let types: [TypeDefinition]
  let now: Time
  /// Rows of accounts that there are.
  let accounts: [UInt64]
}

extension Tape {
  /// A value of the type, or now and then one that it does not admit.
  mutating func value(of type: ValueType, _ choosing: Choosing, mayBeWrong: Bool) -> Value {
    let value = drawn(type, choosing, mayBeWrong: mayBeWrong && oneIn(2))
    return mayBeWrong || type.admits(value, in: choosing.types) ? value : type.blank(in: choosing.types)
  }

  private mutating func drawn(_ type: ValueType, _ choosing: Choosing, mayBeWrong: Bool) -> Value {
    switch type {
    case .bool: return .bool(oneIn(2))
    case .int(let range): return .int(integer(in: range, mayBeWrong))
    case .counter(let most): return .int(Integer(below(most + 1)))
    case .percent:
      let denominator = element([1, 100, 3, 10_000, 1 << 30])
      return fraction(mayBeWrong ? denominator + 1 : below(denominator + 1), denominator)
    case .ratio:
      return fraction(
        below(element([3, 100, 1 << 30])) * element([1, 1 << 31]), 1 + below(element([3, 100, 1 << 30])))
    case .rate: return fraction(mayBeWrong ? 0 : 1 + below(100_000), element([1, 100, 10_000]))
    case .amount:
      let units = element([100, 0, 1, 2000, 1_000_000])
      return .amount(Amount(unchecked: oneIn(25) ? Amount.max.units - UInt128(below(2)) : UInt128(units + below(3))))
    case .duration:
      let day = 86_400_000
      let spans = [day, 0, 1, Int(Duration.max.milliseconds), below(100) * day / 7]
      return .duration(Duration(unchecked: Int64(element(spans))))
    case .time:
      let now = choosing.now.milliseconds
      let times = [now, now + 1, 0, Time.last.milliseconds, now + Int64(below(400)) * 21_600_000]
      return .time(min(Time(milliseconds: element(times)), Time.last))
    case .party: return .party(element(choosing.accounts))
    case .text(let max):
      let count = mayBeWrong ? max + 1 : below(min(max, 9) + 1)
      return .text((0..<count).flatMap { _ in element(["x", "é", "货", "𝄞"]).utf8 })
    case .bytes(let max):
      let count = mayBeWrong ? max + 1 : below(min(max, 9) + 1)
      return .bytes((0..<count).map { _ in UInt8(below(256)) })
    case .composite(let index): return drawn(choosing.types[index], choosing, mayBeWrong: mayBeWrong)
    }
  }

  private mutating func integer(in range: IntegerRange, _ mayBeWrong: Bool) -> Integer {
    if mayBeWrong { return range.high + Integer(1) }
    let value: Integer
    switch weighted(5, 2, 2, 2) {
    case 0: value = (range.contains(.zero) ? .zero : range.low) + Integer(below(4))
    case 1: value = range.low + Integer(below(3))
    case 2: value = range.high - Integer(below(3))
    default:
      let power = Integer.power(ofTwo: element([62, 63, 64, 31, 127, 253])) + Integer(below(3) - 1)
      value = oneIn(2) ? -power : power
    }
    return max(range.low, min(range.high, value))
  }

  private func fraction(_ numerator: Int, _ denominator: Int) -> Value {
    .percent(Percent(Integer(numerator), outOf: Integer(denominator)) ?? .whole)
  }

  private mutating func drawn(_ type: TypeDefinition, _ choosing: Choosing, mayBeWrong: Bool) -> Value {
    switch type {
    case .structure(_, let members): return .sequence(members.map { drawn($0.type, choosing, mayBeWrong: mayBeWrong) })
    case .enumeration, .optional:
      let payloads = type.payloads ?? []
      let number = below(payloads.count)
      return .variant(number, payloads[number].map { drawn($0, choosing, mayBeWrong: mayBeWrong) })
    case .list(let element, let least, let most):
      let count = mayBeWrong && oneIn(2) ? most + 1 : min(most, least + below(4))
      return .sequence((0..<count).map { _ in drawn(element, choosing, mayBeWrong: mayBeWrong) })
    case .set(let element, let most): return .sequence(keys(of: element, most, choosing))
    case .map(let key, let element, let most):
      return .sequence(
        keys(of: key, most, choosing).flatMap { [$0, drawn(element, choosing, mayBeWrong: mayBeWrong)] })
    }
  }

  /// A few distinct keys, ascending.
  private mutating func keys(of type: ValueType, _ most: Int, _ choosing: Choosing) -> [Value] {
    var keys: [Value] = []
    for _ in 0..<below(min(most, 3) + 1) {
      let key = drawn(type, choosing, mayBeWrong: false)
      if !keys.contains(key) { keys.append(key) }
    }
    return keys.sorted(by: Value.precedes)
  }
}
