import CGMP

/// Powers, divisors, shifts and decimal digits. Gas has paid for the words that they use beyond `top`.
extension Arena {
  /// `exponent` is not negative.
  package mutating func power(_ base: UInt64, _ exponent: Int) -> UInt64 {
    var value: UInt64 = 2
    if exponent == 0 { return value }
    for bit in (0..<(Int.bitWidth - exponent.leadingZeroBitCount)).reversed() {
      if value != 2 { value = product(value, value) }
      if exponent >> bit & 1 == 1 { value = value == 2 ? base : product(value, base) }
    }
    return value
  }

  /// The bits of the magnitude.
  package func bitWidth(_ word: UInt64) -> Int {
    let x = operand(word, scratch: 0)
    return x.count == 0 ? 0 : 64 * x.count - x.limbs[x.count - 1].leadingZeroBitCount
  }

  package mutating func divisor(_ x: UInt64, _ y: UInt64) -> UInt64 {
    let a = operand(x, scratch: 0)
    let b = operand(y, scratch: 1)
    if a.count == 0 || b.count == 0 {
      let other = a.count == 0 ? b : a
      result.update(from: other.limbs, count: other.count)
      return finish(count: other.count, isNegative: false)
    }
    // The result lies first; behind it both operands, without their factors of two, are used up.
    let room = max(a.count, b.count) + 2
    let (u, v) = (result + room, result + 2 * room)
    let (uCount, uZeros) = Arena.odd(a, to: u)
    let (vCount, vZeros) = Arena.odd(b, to: v)
    let isSwapped = uCount < vCount || (uCount == vCount && u[uCount - 1] < v[vCount - 1])
    let count = isSwapped ? limbs_gcd(result, v, vCount, u, uCount) : limbs_gcd(result, u, uCount, v, vCount)
    let zeros = min(uZeros, vZeros)
    return shiftedLeft(Operand(limbs: result, count: count, isNegative: false), by: zeros)
  }

  /// Copies a magnitude without its factors of two; answers its limbs and how many there were.
  private static func odd(_ x: Operand, to limbs: UnsafeMutablePointer<UInt64>) -> (count: Int, zeros: Int) {
    var zeros = 0
    while x.limbs[zeros] == 0 { zeros += 1 }
    let bits = x.limbs[zeros].trailingZeroBitCount
    var count = x.count - zeros
    if bits == 0 {
      limbs.update(from: x.limbs + zeros, count: count)
    } else {
      limbs_shift_right(limbs, x.limbs + zeros, count, UInt32(bits))
    }
    if limbs[count - 1] == 0 { count -= 1 }
    return (count, 64 * zeros + bits)
  }

  /// `x` may lie where the result goes.
  private mutating func shiftedLeft(_ x: Operand, by bits: Int) -> UInt64 {
    if x.count == 0 { return 0 }
    let (words, rest) = (bits / 64, bits % 64)
    let target = result + words
    // Upwards from the top, so that an operand in the same place is read before it is written over.
    if rest == 0 {
      for index in (0..<x.count).reversed() { target[index] = x.limbs[index] }
      target[x.count] = 0
    } else {
      target[x.count] = limbs_shift_left(target, x.limbs, x.count, UInt32(rest))
    }
    for index in 0..<words { result[index] = 0 }
    return finish(count: x.count + words + 1, isNegative: x.isNegative)
  }

  package mutating func shiftedLeft(_ word: UInt64, by bits: Int) -> UInt64 {
    shiftedLeft(operand(word, scratch: 0), by: bits)
  }

  /// Rounded down.
  package mutating func shiftedRight(_ word: UInt64, by bits: Int) -> UInt64 {
    let x = operand(word, scratch: 0)
    let (words, rest) = (bits / 64, bits % 64)
    if words >= x.count { return x.isNegative ? UInt64(bitPattern: -2) : 0 }
    var lost = false
    for index in 0..<words where x.limbs[index] != 0 { lost = true }
    let count = x.count - words
    if rest == 0 {
      result.update(from: x.limbs + words, count: count)
    } else {
      lost = lost || x.limbs[words] << UInt64(64 - rest) != 0
      limbs_shift_right(result, x.limbs + words, count, UInt32(rest))
    }
    result[count] = 0
    if x.isNegative && lost {
      var index = 0
      repeat {
        result[index] &+= 1
        index += 1
      } while result[index - 1] == 0
    }
    return finish(count: count + 1, isNegative: x.isNegative)
  }

  /// Makes the text of an integer and answers its place.
  package mutating func digits(_ word: UInt64) -> Int {
    let x = operand(word, scratch: 0)
    let text = slab + top
    let bytes = UnsafeMutableRawPointer(text + 1).assumingMemoryBound(to: UInt8.self)
    // The digits' values go behind a copy of the limbs, which is used up, and both behind the room for the text.
    let room = 3 * x.count + 3
    let copy = text + room
    copy.update(from: x.limbs, count: x.count)
    let values = UnsafeMutableRawPointer(copy + x.count + 1).assumingMemoryBound(to: UInt8.self)
    let count = x.count == 0 ? 0 : limbs_to_digits(values, copy, x.count)
    var first = 0
    while first < count, values[first] == 0 { first += 1 }
    var size = 0
    if x.isNegative {
      bytes[0] = UInt8(ascii: "-")
      size = 1
    }
    for index in first..<count {
      bytes[size] = values[index] + UInt8(ascii: "0")
      size += 1
    }
    if size == 0 {
      bytes[0] = UInt8(ascii: "0")
      size = 1
    }
    return endText(size: size)
  }

  /// Completes the text whose bytes were written behind `top`, and answers its place.
  package mutating func endText(size: Int) -> Int {
    let words = (size + 7) / 8
    let bytes = UnsafeMutableRawPointer(slab + top + 1).assumingMemoryBound(to: UInt8.self)
    for index in size..<(8 * words) { bytes[index] = 0 }
    slab[top] = UInt64(size)
    defer { top += 1 + words }
    return top
  }

  /// The integer that a text writes; nil where it writes none.
  package mutating func integer(ofText place: Int) -> UInt64? {
    let size = Int(slab[place])
    let bytes = UnsafeRawPointer(slab + place + 1).assumingMemoryBound(to: UInt8.self)
    let isNegative = size > 0 && bytes[0] == UInt8(ascii: "-")
    let first = isNegative ? 1 : 0
    guard size > first else { return nil }
    let room = size / 19 + 3
    let values = UnsafeMutableRawPointer(result + room).assumingMemoryBound(to: UInt8.self)
    for index in first..<size {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
      values[index - first] = bytes[index] - UInt8(ascii: "0")
    }
    return finish(count: limbs_from_digits(result, values, size - first), isNegative: isNegative)
  }
}
