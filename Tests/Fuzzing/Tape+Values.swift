package import Interface
package import Primitives

/// What values are chosen from, besides chance.
package struct Choosing {
  /// Those of the contract.
  let types: [TypeDefinition]
  let now: Time
  /// Rows of accounts that there are.
  let accounts: [UInt64]

  package init(types: [TypeDefinition], now: Time, accounts: [UInt64]) {
    self.types = types
    self.now = now
    self.accounts = accounts
  }
}

/// Random values of every type: the one place where modules, contracts and mutants get theirs.
extension Tape {
  /// A value of the type, or now and then one that it does not admit. Half of the time it is what
  /// somebody would write, the other half what nobody expects.
  package mutating func value(of type: ValueType, _ choosing: Choosing, mayBeWrong: Bool = false) -> Value {
    if !mayBeWrong, oneIn(2), let value = expected(type, choosing.now) { return value }
    let value = drawn(type, choosing, mayBeWrong: mayBeWrong && oneIn(2))
    return mayBeWrong || type.admits(value, in: choosing.types) ? value : type.blank(in: choosing.types)
  }

  /// The terms to open an agreement with: each its default, or a value.
  package mutating func value(of term: ContractInterface.Term, _ choosing: Choosing) -> Value {
    if let value = term.defaultValue, oneIn(2) { return value }
    return value(of: term.type, choosing)
  }

  /// A time to wait: up to a deadline, just before it, just past it, or some time.
  package mutating func time(after now: Time, _ next: Time?) -> Time {
    let some = now + Duration(unchecked: Int64(below(40)) * 21_600_000)
    guard let next, !oneIn(5) else { return some }
    return max(
      now,
      element([
        next, Time(milliseconds: next.milliseconds - 1), next + Duration(unchecked: 1),
        now + Duration(unchecked: (next.milliseconds - now.milliseconds) * Int64(below(1000)) / 1000),
      ]))
  }

  private mutating func expected(_ type: ValueType, _ now: Time) -> Value? {
    let day: Int64 = 86_400_000
    switch type {
    case .time: return .time(min(now + Duration(unchecked: Int64(below(400)) * day), .last))
    case .duration: return .duration(Duration(unchecked: Int64(1 + below(60)) * day))
    case .amount: return .amount(Amount(unchecked: UInt128(below(element([10, 1000, 100_000, 10_000_000])))))
    case .percent: return fraction(below(30), 100)
    case .text(let max): return .text(Array(repeating: UInt8(ascii: "x"), count: 1 + below(max)))
    case .int(let range):
      guard let low = range.low.int, let width = (range.high - range.low).int, width < 1 << 32 else { return nil }
      return .int(Integer(low + below(width + 1)))
    case .bool, .counter, .ratio, .rate, .party, .bytes, .composite: return nil
    }
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
    case .text(let max): return .text((0..<count(max, mayBeWrong)).flatMap { _ in element(["x", "é", "货", "𝄞"]).utf8 })
    case .bytes(let max): return .bytes((0..<count(max, mayBeWrong)).map { _ in UInt8(below(256)) })
    case .composite(let index): return drawn(choosing.types[index], choosing, mayBeWrong: mayBeWrong)
    }
  }

  /// How long a text is, or some bytes.
  private mutating func count(_ most: Int, _ mayBeWrong: Bool) -> Int {
    mayBeWrong ? most + 1 : below((oneIn(4) ? most : min(most, 9)) + 1)
  }

  private mutating func integer(in range: IntegerRange, _ mayBeWrong: Bool) -> Integer {
    if mayBeWrong { return range.high + Integer(1) }
    let value: Integer
    switch weighted(5, 2, 2, 2, 1) {
    case 0: value = (range.contains(.zero) ? .zero : range.low) + Integer(below(4))
    case 1: value = range.low + Integer(below(3))
    case 2: value = range.high - Integer(below(3))
    case 3:
      let power = Integer.power(ofTwo: element([62, 63, 64, 31, 127, 253])) + Integer(below(3) - 1)
      value = oneIn(2) ? -power : power
    default:
      let limbs = (0..<4).map { _ in (UInt64(below(1 << 31)) << 33 | UInt64(below(1 << 31))) >> UInt64(below(64)) }
      value = Integer(limbs: limbs, isNegative: oneIn(2))
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
    for _ in 0..<below(min(most, 4) + 1) {
      let key = drawn(type, choosing, mayBeWrong: false)
      if !keys.contains(key) { keys.append(key) }
    }
    return keys.sorted(by: Value.precedes)
  }
}
