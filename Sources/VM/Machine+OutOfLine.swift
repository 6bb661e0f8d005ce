// What the loop does rarely, or what takes long: wide integers, percents, events. Gas comes in and
// goes out by value; below zero means that it ran out and nothing was done.

import Bytecode
import Interface
import Primitives

extension Machine {
  @inline(never)
  func wideSum(_ arena: inout Arena, _ x: UInt64, _ y: UInt64, negatingSecond: Bool, gas: Int) -> (
    value: UInt64, gas: Int
  ) {
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
  func quotient(_ arena: inout Arena, _ x: UInt64, _ y: UInt64, _ division: Arena.Division, gas: Int) -> (
    value: UInt64, gas: Int
  ) {
    if (x | y) & 1 == 0, let word = smallQuotient(Int64(bitPattern: x) >> 1, Int64(bitPattern: y) >> 1, division) {
      return (word, gas)
    }
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
  func wideConstant(_ arena: inout Arena, _ word: UInt64, _ objects: UnsafePointer<UInt64>, isText: Bool, gas: Int) -> (
    word: UInt64, gas: Int
  ) {
    let object = objects + Int(isText ? word : word >> 1)
    let count = isText ? Gas.textWords(size: Int(object[0])) : Gas.integerWords(limbs: Int(object[0] >> 1))
    let left = gas - Gas.memory(words: count)
    if left < 0 { return (0, left) }
    let place = UInt64(arena.append(object, count: count))
    return (isText ? place : place << 1 | 1, left)
  }

  @inline(never)
  func trap(namedBy operand: UInt16) -> Trap {
    guard let trap = Trap(operand: operand) else { preconditionFailure("the verifier admits no other operand") }
    return trap
  }

  // MARK: Percents and amounts

  /// units × numerator / denominator; nil from 2^127.
  func scaled(_ units: UInt128, by numerator: UInt64, outOf denominator: UInt64, rounded rounding: Rounding) -> UInt128?
  {
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

  // MARK: Ratios

  /// Writes R[a], or answers why there is no such ratio.
  @inline(never)
  func ratio(_ i: Instruction, _ r: UnsafeMutablePointer<UInt64>, _ arena: Arena) -> Trap? {
    let (a, b, c) = (r + Int(i.a), r + Int(i.b), r + Int(i.c))
    func wide(_ x: UInt64, _ y: UInt64) -> UInt128 { UInt128(x) * UInt128(y) }
    var (numerator, denominator): (UInt128, UInt128)
    switch i.opcode {
    case .narrowRatio:
      if b[0] > b[1] { return .range }
      (a[0], a[1]) = (b[0], b[1])
      return nil
    case .ratioOfInts:
      let (x, y) = (arena.operand(b[0], scratch: 0), arena.operand(c[0], scratch: 1))
      if y.count == 0 { return .division }
      if x.count > 2 || y.count > 2 || (x.count > 0 && x.isNegative != y.isNegative) { return .range }
      func magnitude(_ x: Arena.Operand) -> UInt128 {
        (0..<x.count).reduce(0) { $0 | UInt128(x.limbs[$1]) << (64 * UInt128($1)) }
      }
      (numerator, denominator) = (magnitude(x), magnitude(y))
    case .multiplyRatio: (numerator, denominator) = (wide(b[0], c[0]), wide(b[1], c[1]))
    case .divideRatio:
      if c[0] == 0 { return .division }
      (numerator, denominator) = (wide(b[0], c[1]), wide(b[1], c[0]))
    default:
      // All parts are below 2^63: products are below 2^126.
      let (x, y) = (wide(b[0], c[1]), wide(c[0], b[1]))
      if i.opcode == .subtractRatio && x < y { return .negative }
      (numerator, denominator) = (i.opcode == .addRatio ? x + y : x - y, wide(b[1], c[1]))
    }
    let divisor = greatestCommonDivisor(numerator, denominator)
    numerator /= divisor
    denominator /= divisor
    if numerator >> 63 != 0 || denominator >> 63 != 0 { return .range }
    (a[0], a[1]) = (UInt64(numerator), UInt64(denominator))
    return nil
  }

  /// By halving and subtracting; `y` is not zero.
  private func greatestCommonDivisor(_ x: UInt128, _ y: UInt128) -> UInt128 {
    if x == 0 { return y }
    let zeros = min(x.trailingZeroBitCount, y.trailingZeroBitCount)
    var (a, b) = (x >> UInt128(x.trailingZeroBitCount), y >> UInt128(y.trailingZeroBitCount))
    while a != b {
      if a < b { (a, b) = (b, a) }
      a -= b
      a >>= UInt128(a.trailingZeroBitCount)
    }
    return a << UInt128(zeros)
  }

  // MARK: Events

  /// Hands an event's values, which lie in consecutive registers, to the host as they rest. Answers
  /// the gas that is left.
  @inline(never)
  func emit<H: Host>(
    _ event: Int, _ r: UnsafePointer<UInt64>, _ arena: inout Arena, _ image: Image, gas available: Int, _ host: inout H
  ) -> Int {
    var gas = available
    let start = arena.top
    let run = image.events[event]
    for index in 0..<Int(run.count) {
      let shape = image.shapes[Int(run.first) + index]
      if !arena.rest(shape, r + Int(shape.offset), image, &gas) { return gas }
    }
    host.emit(event: event, arguments: UnsafeBufferPointer(start: arena.slab + start, count: arena.top - start))
    arena.top = start
    return gas
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
