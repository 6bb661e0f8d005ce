// What the loop does rarely, or what takes long: wide integers, percents, splits, events. Gas comes in and goes out by value; below zero means that it ran
// out and nothing was done.

import Bytecode
import Interface
import Primitives

extension Machine {
  @inline(never)
  func wideSum(_ arena: inout Arena, _ x: UInt64, _ y: UInt64, negatingSecond: Bool, gas: Int) -> (value: UInt64, gas: Int) {
    let left = gas - Gas.linear(arena.limbCount(x), arena.limbCount(y))
    return left < 0 ? (0, left) : (arena.sum(x, y, negatingSecond: negatingSecond), left)
  }

  @inline(never)
  func wideProduct(_ arena: inout Arena, _ x: UInt64, _ y: UInt64, gas: Int) -> (value: UInt64, gas: Int) {
    let left = gas - Gas.product(arena.limbCount(x), arena.limbCount(y))
    return left < 0 ? (0, left) : (arena.product(x, y), left)
  }

  /// The divisor is not zero. Small operands with a small result cost nothing beyond the instruction.
  @inline(never)
  func quotient(_ arena: inout Arena, _ x: UInt64, _ y: UInt64, _ division: Arena.Division, gas: Int) -> (value: UInt64, gas: Int) {
    if (x | y) & 1 == 0, let word = smallQuotient(Int64(bitPattern: x) >> 1, Int64(bitPattern: y) >> 1, division) { return (word, gas) }
    let left = gas - Gas.quotient(arena.limbCount(x), arena.limbCount(y))
    return left < 0 ? (0, left) : (arena.quotient(x, y, division), left)
  }

  /// Nil where the quotient has no small form, which is -2^62 / -1 only.
  private func smallQuotient(_ x: Int64, _ y: Int64, _ division: Arena.Division) -> UInt64? {
    let (quotient, rest) = x.quotientAndRemainder(dividingBy: y)
    let isInexact = rest != 0
    let isNegative = (x < 0) != (y < 0)
    let value: Int64
    switch division {
    case .modulo: value = isInexact && isNegative ? rest + y : rest
    case .down: value = isInexact && isNegative ? quotient - 1 : quotient
    case .up: value = isInexact && !isNegative ? quotient + 1 : quotient
    case .halfEven:
      let (doubled, divisor) = (rest.magnitude << 1, y.magnitude)
      let awayFromZero = doubled > divisor || (doubled == divisor && quotient & 1 == 1)
      value = awayFromZero ? quotient + (isNegative ? -1 : 1) : quotient
    }
    let (word, overflow) = value.multipliedReportingOverflow(by: 2)
    return overflow ? nil : UInt64(bitPattern: word)
  }

  /// Whether a wide integer lies within a range whose ends are two constants.
  @inline(never)
  func wideContains(
    _ arena: Arena, _ x: UInt64, _ range: UnsafePointer<UInt64>, _ objects: UnsafePointer<UInt64>, gas: Int
  ) -> (isInside: Bool, gas: Int) {
    let left = gas - Gas.linear(arena.limbCount(x), 4)
    if left < 0 { return (false, left) }
    let value = arena.operand(x, scratch: 0)
    return (
      Arena.compare(value, arena.operand(range[0], in: objects, scratch: 1)) >= 0
        && Arena.compare(value, arena.operand(range[4], in: objects, scratch: 1)) <= 0, left
    )
  }

  /// Copies a constant's object into the arena. An integer's place is marked, a text's is not.
  @inline(never)
  func wideConstant(_ arena: inout Arena, _ word: UInt64, _ objects: UnsafePointer<UInt64>, isText: Bool, gas: Int) -> (word: UInt64, gas: Int) {
    let object = objects + Int(isText ? word : word >> 1)
    let count = isText ? Gas.textWords(size: Int(object[0])) : Gas.integerWords(limbs: Int(object[0] >> 1))
    let left = gas - Gas.memory(words: count)
    if left < 0 { return (0, left) }
    let place = UInt64(arena.append(object, count: count))
    return (isText ? place : place << 1 | 1, left)
  }

  // MARK: Percents and amounts

  /// units × numerator / denominator; nil from 2^127.
  func scaled(_ units: UInt128, by numerator: UInt64, outOf denominator: UInt64, rounded rounding: Rounding) -> UInt128? {
    let divisor = UInt128(denominator)
    let product = units.multipliedFullWidth(by: UInt128(numerator))
    guard product.high < divisor else { return nil }
    let (quotient, rest) = divisor.dividingFullWidth(product)
    let isUp: Bool
    switch rounding {
    case .down: isUp = false
    case .up: isUp = rest > 0
    case .halfEven: isUp = rest << 1 > divisor || (rest << 1 == divisor && quotient & 1 == 1)
    }
    guard quotient < Amount.max.units || (quotient == Amount.max.units && !isUp) else { return nil }
    return quotient + (isUp ? 1 : 0)
  }

  /// Negative, zero or positive, as the first percent is below, equal to or above the second.
  func comparePercents(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Int {
    let (left, right) = (UInt128(a[0]) * UInt128(b[1]), UInt128(b[0]) * UInt128(a[1]))
    return left == right ? 0 : left < right ? -1 : 1
  }

  // MARK: Splits and events

  /// Divides a vault; false where the shares take more than it holds. Shares are taken in order; nothing is moved before all of them are known to fit.
  @inline(never)
  func divide<H: Host>(
    vault: Int, _ shares: [SplitShare], _ r: UnsafePointer<UInt64>, _ layout: RegisterLayout, _ host: inout H
  ) -> Bool {
    let whole = host.balance(ofVault: vault).units
    var left = whole
    var moves: [(units: UInt128, place: Place)] = []
    func portion(_ slot: Int) -> UInt128 {
      if case .amount = layout.type(at: slot) { return UInt128(r[slot + 1]) << 64 | UInt128(r[slot]) }
      guard let part = scaled(whole, by: r[slot], outOf: r[slot + 1], rounded: .down) else {
        preconditionFailure("a percent at rest is at most the whole")
      }
      return part
    }
    for share in shares {
      switch share.portion {
      case .part(let slot), .upTo(let slot):
        var units = portion(slot)
        if units > left {
          guard case .upTo = share.portion else { return false }
          units = left
        }
        left -= units
        moves.append((units, share.targets[0]))
      case .rest: moves.append((left, share.targets[0]))
      case .evenly:
        let (each, extra) = left.quotientAndRemainder(dividingBy: UInt128(share.targets.count))
        for (index, target) in share.targets.enumerated() { moves.append((each + (index < Int(extra) ? 1 : 0), target)) }
      }
    }
    // What stays in the vault does not move.
    for move in moves where move.units > 0 && move.place != .vault(vault) {
      host.move(Amount(unchecked: move.units), fromVault: vault, to: move.place)
    }
    return true
  }

  /// An event's values, which lie in consecutive registers, and the words that they take.
  @inline(never)
  func values(of event: ContractInterface.Event, from r: UnsafePointer<UInt64>, _ arena: Arena) -> (values: [Value], words: Int) {
    var slot = 0
    var words = 0
    let values = event.parameters.map { parameter -> Value in
      let first = r[slot]
      defer { slot += RegisterType(parameter.type).slots }
      switch parameter.type {
      case .text:
        let object = arena.slab + Int(first)
        words += Gas.textWords(size: Int(object[0]))
        return .text((0..<Int(object[0])).map { UInt8(truncatingIfNeeded: object[1 + $0 / 8] >> (8 * UInt64($0 % 8))) })
      case .int:
        let value = arena.operand(first, scratch: 0)
        words += first & 1 == 1 ? Gas.integerWords(limbs: value.count) : 1
        return .int(Integer(limbs: Array(UnsafeBufferPointer(start: value.limbs, count: value.count)), isNegative: value.isNegative))
      case .bool:
        words += 1
        return .bool(first != 0)
      case .duration:
        words += 1
        return .duration(Duration(unchecked: Int64(bitPattern: first)))
      case .percent, .amount:
        words += 2
        return Resting.value([first, r[slot + 1]][...], as: parameter.type)
      }
    }
    return (values, words)
  }
}

extension Arena {
  /// `factor` times an integer; nil where that lies below 0 or above `max`.
  func scaled(_ factor: UInt128, by word: UInt64, max: UInt128) -> UInt128? {
    if factor == 0 { return 0 }
    let times = operand(word, scratch: 0)
    guard !times.isNegative, times.count <= 2 else { return nil }
    var multiplier: UInt128 = 0
    for index in (0..<times.count).reversed() { multiplier = multiplier << 64 | UInt128(times.limbs[index]) }
    let (product, overflow) = factor.multipliedReportingOverflow(by: multiplier)
    return overflow || product > max ? nil : product
  }
}
