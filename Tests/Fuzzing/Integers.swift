import Primitives
import VM

/// The machine's integers against GMP's mpz, which the reference interpreter computes with:
/// operands around every limb boundary, up to 4,096 bits.
package struct IntegerTrial {
  private var random: Random
  private let slab = UnsafeMutablePointer<UInt64>.allocate(capacity: 1 << 16)

  package init(seed: UInt64) { random = Random(seed: seed) }

  /// A difference: the operation with its operands, what came out and what should have.
  package struct Difference: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs so many operations; throws the first difference.
  package mutating func run(_ count: Int) throws(Difference) {
    defer { slab.deallocate() }
    var done = 0
    while done < count {
      // The operands serve for all operations; making them takes longer than any of these.
      let (x, y) = (operand(), operand())
      try arithmetic(x, y)
      try division(x, y)
      try text(x)
      done += y.sign == 0 ? 5 : 9
    }
  }

  private mutating func operand() -> Integer {
    let limbs = random.element([0, 1, 1, 1, 2, 2, 3, 4, 4, 5, 8, 16, 32])
    let isNegative = random.below(2) == 0
    if random.below(2) == 0 {
      // Just below, at or above a power of two near a boundary of limbs or of the small form.
      let bits = min(4000, max(0, 64 * limbs + random.element([-3, -2, -1, 0, 1, 2])))
      let value = Integer.power(ofTwo: bits) + Integer(random.below(5) - 2)
      return isNegative ? -value : value
    }
    var words = (0..<limbs).map { _ in random.next() }
    if random.below(3) == 0 {
      for index in words.indices { words[index] = random.element([0, 1, .max, 1 << 63, 1 << 62]) }
    }
    if limbs == 1 { words[0] >>= UInt64(random.below(64)) }
    return Integer(limbs: words, isNegative: isNegative)
  }

  private func word(_ value: Integer, _ arena: inout Arena) -> UInt64 {
    if let int = value.int, int >= -(1 << 62), int < 1 << 62 { return UInt64(bitPattern: Int64(int)) << 1 }
    let words = [UInt64(value.limbs.count) << 1 | (value.sign < 0 ? 1 : 0)] + value.limbs
    return UInt64(arena.append(words, count: words.count)) << 1 | 1
  }

  private func check(_ word: UInt64, _ expected: Integer?, _ arena: Arena, _ operation: @autoclosure () -> String)
    throws(Difference)
  {
    let operand = arena.operand(word, scratch: 0)
    let value = Integer(
      limbs: Array(UnsafeBufferPointer(start: operand.limbs, count: operand.count)), isNegative: operand.isNegative)
    // One form for each value: small where it fits.
    let isCanonical = word & 1 == 0 || value.int.map { $0 < -(1 << 62) || $0 >= 1 << 62 } ?? true
    if value != expected || !isCanonical {
      throw Difference(
        description:
          "\(operation()) is \(value)\(isCanonical ? "" : " in the wrong form"), not \(expected.map { "\($0)" } ?? "nothing")"
      )
    }
  }

  private func fresh() -> Arena { Arena(slab: slab, top: Arena.scratchWords) }

  private func arithmetic(_ x: Integer, _ y: Integer) throws(Difference) {
    var arena = fresh()
    let (a, b) = (word(x, &arena), word(y, &arena))
    let sum = arena.sum(a, b, negatingSecond: false)
    try check(sum, x + y, arena, "\(x) + \(y)")
    let difference = arena.sum(a, b, negatingSecond: true)
    try check(difference, x - y, arena, "\(x) - \(y)")
    let product = arena.product(a, b)
    try check(product, x * y, arena, "\(x) × \(y)")
    if arena.compare(a, b).signum() != (x < y ? -1 : x == y ? 0 : 1) {
      throw Difference(description: "the order of \(x) and \(y)")
    }
  }

  private func division(_ x: Integer, _ y: Integer) throws(Difference) {
    if y.sign == 0 { return }
    var arena = fresh()
    let (a, b) = (word(x, &arena), word(y, &arena))
    for (division, rounding) in [(Arena.Division.down, Rounding.down), (.up, .up), (.halfEven, .halfEven)] {
      let quotient = arena.quotient(a, b, division)
      try check(quotient, x.divided(by: y, rounded: rounding), arena, "\(x) / \(y) rounded \(rounding)")
    }
    let rest = arena.quotient(a, b, .modulo)
    try check(rest, x.modulo(y), arena, "\(x) mod \(y)")
  }

  private func text(_ x: Integer) throws(Difference) {
    var arena = fresh()
    let a = word(x, &arena)
    let place = arena.digits(a)
    let size = Int(arena.slab[place])
    let digits = String(
      decoding: (0..<size).map { UInt8(truncatingIfNeeded: arena.slab[place + 1 + $0 / 8] >> (8 * UInt64($0 % 8))) },
      as: UTF8.self)
    if digits != x.description { throw Difference(description: "\(x) in digits is \(digits)") }
  }
}
