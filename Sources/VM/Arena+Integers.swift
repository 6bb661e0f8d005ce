import CGMP

/// Decimal digits. Gas has paid for the words that they use beyond `top`.
extension Arena {
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
}
