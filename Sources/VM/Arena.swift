// Integers that outgrow one word, as objects in the slab: a header (limb count << 1 | sign), then
// the limbs, least first. Arithmetic is GMP's mpn layer on them: no allocation, no reference
// counting. A value that fits the small form is always in it, so every value has one
// representation.

import Bytecode
import CGMP

/// The part of the slab behind the frame. It grows while a call runs and is empty again when the
/// next one begins; gas pays for every word beforehand, and the slab is as large as the gas allows.
package struct Arena {
  package let slab: UnsafeMutablePointer<UInt64>
  /// The first free word.
  package var top: Int

  package init(slab: UnsafeMutablePointer<UInt64>, top: Int) {
    self.slab = slab
    self.top = top
  }

  /// The first words of the slab: two where small operands are spelled out as limbs, two for what a
  /// `find` has found, two for what a `payer` has named.
  package static let scratchWords = 6
  package static let foundWord = 2
  package static let payerWord = 4

  /// A magnitude and its sign, wherever its limbs lie.
  package struct Operand {
    package let limbs: UnsafePointer<UInt64>
    package let count: Int
    package let isNegative: Bool
  }

  /// The integer in a register; `scratch` is 0 or 1, one for each operand of an operation.
  package func operand(_ word: UInt64, scratch: Int) -> Operand { operand(word, in: slab, scratch: scratch) }

  package func operand(_ word: UInt64, in objects: UnsafePointer<UInt64>, scratch: Int) -> Operand {
    if word & 1 == 1 {
      let header = objects[Int(word >> 1)]
      return Operand(limbs: objects + Int(word >> 1) + 1, count: Int(header >> 1), isNegative: header & 1 == 1)
    }
    let value = Int64(bitPattern: word) >> 1
    slab[scratch] = value.magnitude
    return Operand(limbs: slab + scratch, count: value == 0 ? 0 : 1, isNegative: value < 0)
  }

  /// The limbs of an integer, for gas: a small one counts as one.
  package func limbCount(_ word: UInt64) -> Int { word & 1 == 1 ? Int(slab[Int(word >> 1)] >> 1) : 1 }

  /// Where a result's limbs go before `finish` makes an object of them.
  var result: UnsafeMutablePointer<UInt64> { slab + top + 1 }

  /// Makes the integer whose limbs were written at `result` canonical, and answers its register word.
  package mutating func finish(count: Int, isNegative: Bool) -> UInt64 {
    var count = count
    while count > 0, result[count - 1] == 0 { count -= 1 }
    if count == 0 { return 0 }
    if count == 1 {
      let magnitude = result[0]
      if magnitude < 1 << 62 || (magnitude == 1 << 62 && isNegative) {
        let value = Int64(bitPattern: magnitude)
        return UInt64(bitPattern: isNegative ? -value : value) << 1
      }
    }
    slab[top] = UInt64(count) << 1 | (isNegative ? 1 : 0)
    defer { top += 1 + count }
    return UInt64(top) << 1 | 1
  }

  // MARK: Arithmetic

  package mutating func sum(_ x: UInt64, _ y: UInt64, negatingSecond: Bool) -> UInt64 {
    let a = operand(x, scratch: 0)
    let b = operand(y, scratch: 1)
    let bIsNegative = b.isNegative != negatingSecond
    if a.isNegative == bIsNegative {
      let (long, short) = a.count >= b.count ? (a, b) : (b, a)
      if long.count == 0 { return 0 }
      let carry = short.count == 0 ? copy(long) : limbs_add(result, long.limbs, long.count, short.limbs, short.count)
      result[long.count] = carry
      return finish(count: long.count + 1, isNegative: a.isNegative)
    }
    let order = Arena.compareMagnitudes(a, b)
    if order == 0 { return 0 }
    let (long, short) = order > 0 ? (a, b) : (b, a)
    if short.count == 0 {
      _ = copy(long)
    } else {
      limbs_subtract(result, long.limbs, long.count, short.limbs, short.count)
    }
    return finish(count: long.count, isNegative: order > 0 ? a.isNegative : bIsNegative)
  }

  /// Copies an operand to `result`; there is no carry.
  private func copy(_ x: Operand) -> UInt64 {
    result.update(from: x.limbs, count: x.count)
    return 0
  }

  package mutating func product(_ x: UInt64, _ y: UInt64) -> UInt64 {
    let a = operand(x, scratch: 0)
    let b = operand(y, scratch: 1)
    let (long, short) = a.count >= b.count ? (a, b) : (b, a)
    if short.count == 0 { return 0 }
    limbs_multiply(result, long.limbs, long.count, short.limbs, short.count)
    return finish(count: long.count + short.count, isNegative: a.isNegative != b.isNegative)
  }

  package enum Division {
    case down
    case up
    case halfEven
    case modulo
  }

  /// The divisor is not zero.
  package mutating func quotient(_ x: UInt64, _ y: UInt64, _ division: Division) -> UInt64 {
    let a = operand(x, scratch: 0)
    let b = operand(y, scratch: 1)
    // The quotient's limbs, one more for a carry, then the rest's.
    let quotientCount = a.count >= b.count ? a.count - b.count + 1 : 1
    let rest = result + quotientCount + 1
    if a.count >= b.count {
      limbs_divide(result, rest, a.limbs, a.count, b.limbs, b.count)
    } else {
      result[0] = 0
      for index in 0..<b.count { rest[index] = index < a.count ? a.limbs[index] : 0 }
    }
    result[quotientCount] = 0
    var restCount = b.count
    while restCount > 0, rest[restCount - 1] == 0 { restCount -= 1 }
    let isNegative = a.isNegative != b.isNegative

    let awayFromZero: Bool
    switch division {
    case .modulo:
      if restCount == 0 { return 0 }
      if isNegative {
        limbs_subtract(result, b.limbs, b.count, rest, restCount)
        return finish(count: b.count, isNegative: b.isNegative)
      }
      result.update(from: rest, count: restCount)
      return finish(count: restCount, isNegative: a.isNegative)
    case .down: awayFromZero = restCount > 0 && isNegative
    case .up: awayFromZero = restCount > 0 && !isNegative
    case .halfEven:
      let order = Arena.compareDouble(UnsafePointer(rest), restCount, to: b)
      awayFromZero = order > 0 || (order == 0 && result[0] & 1 == 1)
    }
    if awayFromZero {
      var index = 0
      repeat {
        result[index] &+= 1
        index += 1
      } while result[index - 1] == 0
    }
    return finish(count: quotientCount + 1, isNegative: isNegative)
  }

  // MARK: Comparison

  /// Negative, zero or positive, as x is below, equal to or above y.
  package func compare(_ x: UInt64, _ y: UInt64) -> Int {
    Arena.compare(operand(x, scratch: 0), operand(y, scratch: 1))
  }

  static func compare(_ a: Operand, _ b: Operand) -> Int {
    if a.isNegative != b.isNegative { return a.isNegative ? -1 : 1 }
    return a.isNegative ? -compareMagnitudes(a, b) : compareMagnitudes(a, b)
  }

  private static func compareMagnitudes(_ a: Operand, _ b: Operand) -> Int {
    a.count != b.count ? (a.count < b.count ? -1 : 1) : a.count == 0 ? 0 : Int(limbs_compare(a.limbs, b.limbs, a.count))
  }

  /// Compares twice a magnitude below `b` with `b`, from the top limb down.
  private static func compareDouble(_ limbs: UnsafePointer<UInt64>, _ count: Int, to b: Operand) -> Int {
    for index in (0..<b.count).reversed() {
      let limb = index < count ? limbs[index] : 0
      let below = index > 0 && index - 1 < count ? limbs[index - 1] >> 63 : 0
      if index == b.count - 1 && limb >> 63 == 1 { return 1 }
      let doubled = limb << 1 | below
      if doubled != b.limbs[index] { return doubled < b.limbs[index] ? -1 : 1 }
    }
    return 0
  }

  // MARK: Objects

  /// Copies an object of so many words to the top and answers its place.
  package mutating func append(_ words: UnsafePointer<UInt64>, count: Int) -> Int {
    (slab + top).update(from: words, count: count)
    defer { top += count }
    return top
  }

  /// Copies an integer's object from a field of the state, header first.
  package mutating func integer(atRest words: UnsafePointer<UInt64>) -> UInt64 {
    let count = Int(words[0] >> 1)
    result.update(from: words + 1, count: count)
    return finish(count: count, isNegative: words[0] & 1 == 1)
  }
}
