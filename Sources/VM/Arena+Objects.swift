import Bytecode
import Interface

/// Objects of the arena. A text or bytes is its size in bytes, then the bytes. A structure is its
/// members' slots. A case with a payload is its number, then the payload's slots, and its word is
/// the place << 1 | 1; one without is its number << 1 and no object. A list or set is a header, its
/// elements' slots behind it, a map keys and values in turns: count in the low half of the header,
/// capacity in the high half.
///
/// What an object refers to never changes, so it can be shared; only collections change, and of
/// those every holder has its own.
extension Arena {
  func count(of place: UInt64) -> Int { Int(slab[Int(place)] & 0xFFFF_FFFF) }
  func capacity(of place: UInt64) -> Int { Int(slab[Int(place)] >> 32) }
  func elements(of place: UInt64) -> UnsafeMutablePointer<UInt64> { slab + Int(place) + 1 }
  static func header(count: Int, capacity: Int) -> UInt64 { UInt64(capacity) << 32 | UInt64(count) }

  /// Takes so many words.
  mutating func take(_ words: Int) -> Int {
    defer { top += words }
    return top
  }

  /// Puts a value into a slot or two. A collection is copied, and paid for; false where gas is out.
  mutating func put(
    _ shape: Shape, from source: UnsafePointer<UInt64>, to target: UnsafeMutablePointer<UInt64>, _ image: Image,
    _ gas: inout Int
  )
    -> Bool
  {
    if shape.isCollection {
      guard let copy = duplicate(source[0], stride: Int(image.composites[Int(shape.composite)].stride), &gas) else {
        return false
      }
      target[0] = copy
      return true
    }
    let first = source[0]
    if shape.slots == 2 { target[1] = source[1] }
    target[0] = first
    return true
  }

  mutating func duplicate(_ place: UInt64, stride: Int, _ gas: inout Int) -> UInt64? {
    let count = count(of: place)
    let words = 1 + count * stride
    gas -= Gas.copy(words: words)
    if gas < 0 { return nil }
    let new = append(slab + Int(place), count: words)
    slab[new] = Arena.header(count: count, capacity: count)
    return UInt64(new)
  }

  /// A collection with room for one element more; nil where gas is out. The caller has asked
  /// whether it may have one more.
  mutating func grown(_ place: UInt64, stride: Int, most: Int, _ gas: inout Int) -> UInt64? {
    let (count, capacity) = (count(of: place), capacity(of: place))
    if count < capacity { return place }
    let room = Gas.grown(capacity, most: most)
    gas -= Gas.copy(words: 1 + room * stride)
    if gas < 0 { return nil }
    let new = take(1 + room * stride)
    (slab + new + 1).update(from: elements(of: place), count: count * stride)
    slab[new] = Arena.header(count: count, capacity: room)
    return UInt64(new)
  }

  // MARK: Order and equality

  /// Negative, zero or positive. The shapes of keys only.
  func compareKeys(_ shape: Shape, _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Int {
    switch shape.kind {
    case .word, .variant: a[0] == b[0] ? 0 : a[0] < b[0] ? -1 : 1
    case .smallInt, .int: compare(a[0], b[0])
    case .amount: a[1] != b[1] ? (a[1] < b[1] ? -1 : 1) : a[0] == b[0] ? 0 : a[0] < b[0] ? -1 : 1
    case .string: compareTexts(a[0], b[0])
    case .fraction, .structure, .list, .set, .map: 0
    }
  }

  func compareTexts(_ x: UInt64, _ y: UInt64) -> Int {
    let (a, b) = (slab + Int(x), slab + Int(y))
    let shorter = min(a[0], b[0])
    for index in 0..<Int((shorter + 7) / 8) where a[1 + index] != b[1 + index] {
      // The first byte is the lowest of its word; the filling zeros of a shorter text are below or
      // equal to whatever follows in a longer one.
      let (left, right) = (a[1 + index].byteSwapped, b[1 + index].byteSwapped)
      return left < right ? -1 : 1
    }
    return a[0] == b[0] ? 0 : a[0] < b[0] ? -1 : 1
  }

  /// What comparing a key costs: so much for each step of a search.
  func keyCost(_ shape: Shape, _ key: UnsafePointer<UInt64>) -> Int {
    switch shape.kind {
    case .string: 2 + (Int(slab[Int(key[0])]) + 7) / 8
    case .smallInt, .int: 1 + limbCount(key[0])
    default: 2
    }
  }

  /// Where a key lies among the elements, or would; paid by the caller.
  func search(_ place: UInt64, _ key: UnsafePointer<UInt64>, _ shape: Shape, stride: Int) -> (index: Int, isThere: Bool)
  {
    var (low, high) = (0, count(of: place))
    let elements = elements(of: place)
    while low < high {
      let middle = (low + high) / 2
      let order = compareKeys(shape, elements + middle * stride, key)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// Everything in two values of one type; `gas` is below zero where it was not enough.
  func equal(_ shape: Shape, _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, _ image: Image, _ gas: inout Int)
    -> Bool
  {
    gas -= 2
    if gas < 0 { return false }
    func all(_ run: RunImage, _ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
      for index in 0..<Int(run.count) {
        let part = image.shapes[Int(run.first) + index]
        if !equal(part, a + Int(part.offset), b + Int(part.offset), image, &gas) { return false }
      }
      return true
    }
    switch shape.kind {
    case .word: return a[0] == b[0]
    case .amount, .fraction: return a[0] == b[0] && a[1] == b[1]
    case .smallInt, .int: return compare(a[0], b[0]) == 0
    case .string:
      gas -= Int(slab[Int(a[0])]) / 8
      if gas < 0 { return false }
      return compareTexts(a[0], b[0]) == 0
    case .structure:
      return all(image.runs[Int(image.composites[Int(shape.composite)].firstRun)], slab + Int(a[0]), slab + Int(b[0]))
    case .variant:
      if a[0] & b[0] & 1 == 0 { return a[0] == b[0] }
      let (x, y) = (slab + Int(a[0] >> 1), slab + Int(b[0] >> 1))
      return x[0] == y[0]
        && all(image.runs[Int(image.composites[Int(shape.composite)].firstRun) + Int(x[0])], x + 1, y + 1)
    case .list, .set, .map:
      let count = count(of: a[0])
      if count != self.count(of: b[0]) { return false }
      let composite = image.composites[Int(shape.composite)]
      let run = image.runs[Int(composite.firstRun)]
      let (x, y) = (elements(of: a[0]), elements(of: b[0]))
      for index in 0..<count where !all(run, x + index * Int(composite.stride), y + index * Int(composite.stride)) {
        return false
      }
      return true
    }
  }

  // MARK: Values at rest

  /// Writes a value behind `top` as it rests, and moves `top`; false where gas is out.
  mutating func rest(_ shape: Shape, _ slots: UnsafePointer<UInt64>, _ image: Image, _ gas: inout Int) -> Bool {
    func push(_ word: UInt64) -> Bool {
      gas -= 2
      if gas < 0 { return false }
      slab[top] = word
      top += 1
      return true
    }
    func all(_ run: RunImage, _ slots: UnsafePointer<UInt64>) -> Bool {
      for index in 0..<Int(run.count) {
        let part = image.shapes[Int(run.first) + index]
        if !rest(part, slots + Int(part.offset), image, &gas) { return false }
      }
      return true
    }
    switch shape.kind {
    case .word: return push(slots[0])
    case .amount, .fraction: return push(slots[0]) && push(slots[1])
    case .smallInt: return push(UInt64(bitPattern: Int64(bitPattern: slots[0]) >> 1))
    case .int:
      let value = operand(slots[0], scratch: 0)
      if !push(UInt64(value.count) << 1 | (value.isNegative ? 1 : 0)) { return false }
      for limb in 0..<4 { if !push(limb < value.count ? value.limbs[limb] : 0) { return false } }
      return true
    case .string:
      let object = slab + Int(slots[0])
      for index in 0..<Gas.textWords(size: Int(object[0])) { if !push(object[index]) { return false } }
      return true
    case .structure: return all(image.runs[Int(image.composites[Int(shape.composite)].firstRun)], slab + Int(slots[0]))
    case .variant:
      if slots[0] & 1 == 0 { return push(slots[0] >> 1) }
      let object = slab + Int(slots[0] >> 1)
      return push(object[0])
        && all(image.runs[Int(image.composites[Int(shape.composite)].firstRun) + Int(object[0])], object + 1)
    case .list, .set, .map:
      let count = count(of: slots[0])
      let composite = image.composites[Int(shape.composite)]
      if !push(UInt64(count)) { return false }
      let (run, elements) = (image.runs[Int(composite.firstRun)], elements(of: slots[0]))
      for index in 0..<count { if !all(run, elements + index * Int(composite.stride)) { return false } }
      return true
    }
  }

  /// Takes a value that rests at `words` into a slot or two; moves `words` behind it. Paid by the caller, by the words.
  mutating func wake(
    _ shape: Shape, _ words: inout UnsafePointer<UInt64>, to slots: UnsafeMutablePointer<UInt64>, _ image: Image
  ) {
    func all(_ run: RunImage, _ slots: UnsafeMutablePointer<UInt64>) {
      for index in 0..<Int(run.count) {
        let part = image.shapes[Int(run.first) + index]
        wake(part, &words, to: slots + Int(part.offset), image)
      }
    }
    switch shape.kind {
    case .word:
      slots[0] = words[0]
      words += 1
    case .amount, .fraction:
      slots[0] = words[0]
      slots[1] = words[1]
      words += 2
    case .smallInt:
      slots[0] = words[0] << 1
      words += 1
    case .int:
      slots[0] = integer(atRest: words)
      words += 5
    case .string:
      let count = Gas.textWords(size: Int(words[0]))
      slots[0] = UInt64(append(words, count: count))
      words += count
    case .structure:
      let run = image.runs[Int(image.composites[Int(shape.composite)].firstRun)]
      let place = take(Int(run.slots))
      all(run, slab + place)
      slots[0] = UInt64(place)
    case .variant:
      let number = words[0]
      words += 1
      let run = image.runs[Int(image.composites[Int(shape.composite)].firstRun) + Int(number)]
      if run.count == 0 {
        slots[0] = number << 1
      } else {
        let place = take(1 + Int(run.slots))
        slab[place] = number
        all(run, slab + place + 1)
        slots[0] = UInt64(place) << 1 | 1
      }
    case .list, .set, .map:
      let count = Int(words[0])
      words += 1
      let composite = image.composites[Int(shape.composite)]
      let place = take(1 + count * Int(composite.stride))
      slab[place] = Arena.header(count: count, capacity: count)
      for index in 0..<count {
        all(image.runs[Int(composite.firstRun)], slab + place + 1 + index * Int(composite.stride))
      }
      slots[0] = UInt64(place)
    }
  }
}
