import Bytecode
import Interface
import Primitives

/// What an instruction out of line came to: the gas that is left, below zero where it ran out and
/// nothing was done, and the trap if it is one.
struct Outcome {
  var gas: Int
  var trap: Trap?
  /// Of a `find`, whether there is something.
  var isFound = true

  init(_ gas: Int, _ trap: Trap? = nil) {
    self.gas = gas
    self.trap = trap
  }
}

extension Machine {
  /// The instructions on objects and on what rests as entries. Everything that costs by size is
  /// charged before it is done.
  @inline(never)
  func object<H: Host>(
    _ i: Instruction, _ r: UnsafeMutablePointer<UInt64>, _ shapes: UnsafePointer<Shape>, _ arena: inout Arena,
    _ image: Image, gas available: Int,
    _ host: inout H
  ) -> Outcome {
    var gas = available
    let (a, b, c) = (r + Int(i.a), r + Int(i.b), r + Int(i.c))
    func composite(_ slot: UInt16) -> CompositeImage { image.composites[Int(shapes[Int(slot)].composite)] }
    /// The shapes in one element, or of a structure's members.
    func part(_ slot: UInt16, _ index: Int) -> Shape {
      image.shapes[Int(image.runs[Int(composite(slot).firstRun)].first) + index]
    }
    func small(_ word: UInt64) -> Int? { word & 1 == 0 ? Int(Int64(bitPattern: word) >> 1) : nil }
    func number(_ value: Int) -> UInt64 { UInt64(value) << 1 }
    /// The index that a word means in a list; nil beyond its ends.
    func index(_ word: UInt64, in list: UInt64) -> Int? {
      small(word).flatMap { $0 >= 0 && $0 < arena.count(of: list) ? $0 : nil }
    }

    switch i.opcode {
    // MARK: Texts and bytes
    case .textOfInt:
      gas -= Gas.decimal(limbs: arena.limbCount(b[0]))
      if gas < 0 { return Outcome(gas) }
      a[0] = UInt64(arena.digits(b[0]))
    case .concatenate:
      let (x, y) = (arena.slab + Int(b[0]), arena.slab + Int(c[0]))
      let (first, second) = (Int(x[0]), Int(y[0]))
      gas -= Gas.copy(words: Gas.textWords(size: first) + Gas.textWords(size: second))
      if gas < 0 { return Outcome(gas) }
      let bytes = UnsafeMutableRawPointer(arena.slab + arena.top + 1)
      bytes.copyMemory(from: x + 1, byteCount: first)
      (bytes + first).copyMemory(from: y + 1, byteCount: second)
      a[0] = UInt64(arena.endText(size: first + second))
    case .sizeOf: a[0] = arena.slab[Int(b[0])] << 1
    case .scalarCount:
      let text = arena.slab + Int(b[0])
      gas -= Gas.pass(size: Int(text[0]))
      if gas < 0 { return Outcome(gas) }
      let bytes = UnsafeRawPointer(text + 1).assumingMemoryBound(to: UInt8.self)
      var count = 0
      for index in 0..<Int(text[0]) where bytes[index] & 0xC0 != 0x80 { count += 1 }
      a[0] = number(count)
    case .lessText:
      gas -= Gas.text(Int(arena.slab[Int(b[0])]), Int(arena.slab[Int(c[0])]))
      if gas < 0 { return Outcome(gas) }
      a[0] = arena.compareTexts(b[0], c[0]) < 0 ? 1 : 0

    // MARK: Structures, enumerations, optionals
    case .make, .wrap:
      let isCase = i.opcode == .wrap
      let run = image.runs[Int(composite(i.a).firstRun) + (isCase ? Int(i.c) : 0)]
      if isCase && run.count == 0 {
        a[0] = UInt64(i.c) << 1
        return Outcome(gas)
      }
      let words = Int(run.slots) + (isCase ? 1 : 0)
      gas -= Gas.copy(words: words)
      if gas < 0 { return Outcome(gas) }
      let place = arena.take(words)
      if isCase { arena.slab[place] = UInt64(i.c) }
      let target = arena.slab + place + (isCase ? 1 : 0)
      for index in 0..<Int(run.count) {
        let shape = image.shapes[Int(run.first) + index]
        if !arena.put(shape, from: b + Int(shape.offset), to: target + Int(shape.offset), image, &gas) {
          return Outcome(gas)
        }
      }
      a[0] = isCase ? UInt64(place) << 1 | 1 : UInt64(place)
    case .member:
      let shape = part(i.b, Int(i.c))
      _ = arena.put(shape, from: arena.slab + Int(b[0]) + Int(shape.offset), to: a, image, &gas)
    case .replace:
      let run = image.runs[Int(composite(i.a).firstRun)]
      gas -= Gas.copy(words: Int(run.slots))
      if gas < 0 { return Outcome(gas) }
      let place = arena.append(arena.slab + Int(a[0]), count: Int(run.slots))
      let shape = part(i.a, Int(i.c))
      if !arena.put(shape, from: b, to: arena.slab + place + Int(shape.offset), image, &gas) { return Outcome(gas) }
      a[0] = UInt64(place)
    case .payload:
      let object = arena.slab + Int(b[0] >> 1)
      let run = image.runs[Int(composite(i.b).firstRun) + Int(object[0])]
      let shape = image.shapes[Int(run.first) + Int(i.c)]
      _ = arena.put(shape, from: object + 1 + Int(shape.offset), to: a, image, &gas)

    // MARK: Lists, sets, maps
    case .collect, .fillList:
      let stride = Int(composite(i.a).stride)
      var count = Int(i.c)
      if i.opcode == .fillList {
        guard let times = small(c[0]), times >= Int(composite(i.a).least), times <= Int(composite(i.a).most) else {
          return Outcome(gas, .range)
        }
        count = times
      }
      gas -= Gas.copy(words: 1 + count * stride)
      if gas < 0 { return Outcome(gas) }
      let place = arena.take(1 + count * stride)
      arena.slab[place] = Arena.header(count: count, capacity: count)
      let elements = arena.slab + place + 1
      if i.opcode == .fillList {
        if stride == 1 {
          elements.update(repeating: b[0], count: count)
        } else {
          for index in 0..<count { (elements[2 * index], elements[2 * index + 1]) = (b[0], b[1]) }
        }
      } else if count > 0 {
        let shape = part(i.a, 0)
        for index in 0..<count {
          if !arena.put(shape, from: b + index * stride, to: elements + index * stride, image, &gas) {
            return Outcome(gas)
          }
        }
      }
      a[0] = UInt64(place)
    case .countOf: a[0] = number(arena.count(of: b[0]))
    case .each: a[0] = UInt64(arena.count(of: b[0]))
    case .getElementPair:
      guard let index = index(c[0], in: b[0]) else { return Outcome(gas, .index) }
      let element = arena.elements(of: b[0]) + 2 * index
      (a[0], a[1]) = (element[0], element[1])
    case .setElementPair:
      guard let index = index(b[0], in: a[0]) else { return Outcome(gas, .index) }
      let element = arena.elements(of: a[0]) + 2 * index
      (element[0], element[1]) = (c[0], c[1])
    case .getElementObject:
      guard let index = index(c[0], in: b[0]) else { return Outcome(gas, .index) }
      _ = arena.put(part(i.b, 0), from: arena.elements(of: b[0]) + index, to: a, image, &gas)
    case .setElementObject:
      guard let index = index(b[0], in: a[0]) else { return Outcome(gas, .index) }
      _ = arena.put(part(i.a, 0), from: c, to: arena.elements(of: a[0]) + index, image, &gas)
    case .appendElement:
      let (list, composite) = (a[0], composite(i.a))
      let (count, stride) = (arena.count(of: list), Int(composite.stride))
      if count == Int(composite.most) { return Outcome(gas, .range) }
      guard let place = arena.grown(list, stride: stride, most: Int(composite.most), &gas) else { return Outcome(gas) }
      if !arena.put(part(i.a, 0), from: b, to: arena.elements(of: place) + count * stride, image, &gas) {
        return Outcome(gas)
      }
      arena.slab[Int(place)] = Arena.header(count: count + 1, capacity: arena.capacity(of: place))
      a[0] = place
    case .removeElement:
      guard let index = index(b[0], in: a[0]) else { return Outcome(gas, .index) }
      if arena.count(of: a[0]) == Int(composite(i.a).least) { return Outcome(gas, .range) }
      return close(a[0], index, Int(composite(i.a).stride), &arena, gas)
    case .insertKey, .insertEntry:
      let (composite, key) = (composite(i.a), part(i.a, 0))
      let (stride, count) = (Int(composite.stride), arena.count(of: a[0]))
      gas -= Gas.search(count: count, key: arena.keyCost(key, b))
      if gas < 0 { return Outcome(gas) }
      let (index, isThere) = arena.search(a[0], b, key, stride: stride)
      var place = a[0]
      if !isThere {
        if count == Int(composite.most) { return Outcome(gas, .range) }
        gas -= Gas.shift(words: (count - index) * stride)
        if gas < 0 { return Outcome(gas) }
        guard let room = arena.grown(place, stride: stride, most: Int(composite.most), &gas) else {
          return Outcome(gas)
        }
        place = room
        let element = arena.elements(of: place) + index * stride
        (element + stride).update(from: element, count: (count - index) * stride)
        arena.slab[Int(place)] = Arena.header(count: count + 1, capacity: arena.capacity(of: place))
        for slot in 0..<Int(key.slots) { element[slot] = b[slot] }
      }
      if i.opcode == .insertEntry {
        let value = part(i.a, 1)
        let target = arena.elements(of: place) + index * stride + Int(value.offset)
        if !arena.put(value, from: c, to: target, image, &gas) { return Outcome(gas) }
      }
      a[0] = place
    case .removeKey:
      let (stride, key) = (Int(composite(i.a).stride), part(i.a, 0))
      gas -= Gas.search(count: arena.count(of: a[0]), key: arena.keyCost(key, b))
      if gas < 0 { return Outcome(gas) }
      let (index, isThere) = arena.search(a[0], b, key, stride: stride)
      return isThere ? close(a[0], index, stride, &arena, gas) : Outcome(gas)
    case .hasKey, .find:
      let (place, key) = i.opcode == .hasKey ? (i.b, c) : (i.a, c)
      var outcome = Outcome(gas)
      if shapes[Int(place)].kind == .list {
        guard let index = index(key[0], in: r[Int(place)]) else {
          outcome.isFound = false
          return outcome
        }
        arena.slab[Arena.foundWord] = r[Int(place)] + 1 + UInt64(index * Int(composite(place).stride))
      } else {
        let (stride, shape) = (Int(composite(place).stride), part(place, 0))
        outcome.gas -= Gas.search(count: arena.count(of: r[Int(place)]), key: arena.keyCost(shape, key))
        if outcome.gas < 0 { return outcome }
        let (index, isThere) = arena.search(r[Int(place)], key, shape, stride: stride)
        outcome.isFound = isThere
        if i.opcode == .hasKey {
          a[0] = isThere ? 1 : 0
          return outcome
        }
        if isThere {
          arena.slab[Arena.foundWord] = r[Int(place)] + 1 + UInt64(index * stride + Int(part(place, 1).offset))
        }
      }
      arena.slab[Arena.foundWord + 1] = 0
      return outcome
    case .found:
      let (place, size) = (Int(arena.slab[Arena.foundWord]), Int(arena.slab[Arena.foundWord + 1] & 0xFFFF_FFFF))
      let shape = shapes[Int(i.a)]
      if size == 0 {
        _ = arena.put(shape, from: arena.slab + place, to: a, image, &gas)
      } else {
        gas -= Gas.wake(words: size)
        if gas < 0 { return Outcome(gas) }
        var words = UnsafePointer(arena.slab + place)
        // A register may be wider than what was found; the map's own shape says how the value rests.
        arena.wake(image.shapes[Int(arena.slab[Arena.foundWord + 1] >> 32)], &words, to: a, image)
      }
    case .item, .itemValue:
      let index = arena.count(of: b[0]) - Int(c[0])
      let shape = part(i.b, i.opcode == .item ? 0 : 1)
      _ = arena.put(
        shape, from: arena.elements(of: b[0]) + index * Int(composite(i.b).stride) + Int(shape.offset), to: a, image,
        &gas)
    case .copyObject: _ = arena.put(shapes[Int(i.b)], from: b, to: a, image, &gas)
    case .equalObject: a[0] = arena.equal(shapes[Int(i.b)], b, c, image, &gas) ? 1 : 0
    default: return entry(i, r, &arena, image, gas: gas, &host)
    }
    return Outcome(gas)
  }

  /// Takes an element out; those behind it move up.
  private func close(_ place: UInt64, _ index: Int, _ stride: Int, _ arena: inout Arena, _ available: Int) -> Outcome {
    let count = arena.count(of: place)
    let gas = available - Gas.shift(words: (count - index - 1) * stride)
    if gas < 0 { return Outcome(gas) }
    let element = arena.elements(of: place) + index * stride
    element.update(from: element + stride, count: (count - index - 1) * stride)
    arena.slab[Int(place)] = Arena.header(count: count - 1, capacity: arena.capacity(of: place))
    return Outcome(gas)
  }

  // MARK: The agreement's state

  private func entry<H: Host>(
    _ i: Instruction, _ r: UnsafeMutablePointer<UInt64>, _ arena: inout Arena, _ image: Image, gas available: Int,
    _ host: inout H
  ) -> Outcome {
    var gas = available
    /// The words behind `start` as the host reads them.
    func written(since start: Int) -> UnsafeBufferPointer<UInt64> {
      UnsafeBufferPointer(start: arena.slab + start, count: arena.top - start)
    }
    let none = UnsafeBufferPointer(start: UnsafePointer(arena.slab), count: 0)
    /// The shapes of the key and the value of a map among the items.
    func part(_ item: UInt16, _ index: Int) -> Int {
      Int(image.runs[Int(image.composites[Int(image.items[Int(item)].composite)].firstRun)].first) + index
    }
    let start = arena.top
    switch i.opcode {
    case .loadObject:
      let shape = image.items[Int(i.b)]
      if shape.kind == .map {
        return loadMap(Int(i.b), shape, to: r + Int(i.a), &arena, image, gas, &host)
      }
      guard let rest = host.entry(Int(i.b), none), let words = rest.baseAddress else {
        preconditionFailure("a value of no fixed size is always there")
      }
      gas -= Gas.wake(words: rest.count)
      if gas < 0 { return Outcome(gas) }
      var next = words
      arena.wake(shape, &next, to: r + Int(i.a), image)
    case .storeObject:
      if !arena.rest(image.items[Int(i.a)], r + Int(i.b), image, &gas) { return Outcome(gas) }
      host.setEntry(Int(i.a), none, written(since: start))
      arena.top = start
    case .countEntries: r[Int(i.a)] = UInt64(host.entryCount(Int(i.b))) << 1
    case .findEntry:
      if !arena.rest(image.shapes[part(i.a, 0)], r + Int(i.c), image, &gas) { return Outcome(gas) }
      let found = host.entry(Int(i.a), written(since: start))
      arena.top = start
      var outcome = Outcome(gas)
      guard let found, let words = found.baseAddress else {
        outcome.isFound = false
        return outcome
      }
      outcome.gas -= Gas.copy(words: found.count)
      if outcome.gas < 0 { return outcome }
      arena.slab[Arena.foundWord] = UInt64(arena.append(words, count: found.count))
      arena.slab[Arena.foundWord + 1] = UInt64(part(i.a, 1)) << 32 | UInt64(found.count)
      return outcome
    case .setEntry, .removeEntry:
      if !arena.rest(image.shapes[part(i.a, 0)], r + Int(i.b), image, &gas) { return Outcome(gas) }
      let key = written(since: start)
      if i.opcode == .removeEntry {
        host.removeEntry(Int(i.a), key)
      } else {
        let middle = arena.top
        if !arena.rest(image.shapes[part(i.a, 1)], r + Int(i.c), image, &gas) { return Outcome(gas) }
        let most = Int(image.composites[Int(image.items[Int(i.a)].composite)].most)
        if host.entryCount(Int(i.a)) >= most, host.entry(Int(i.a), key) == nil {
          arena.top = start
          return Outcome(gas, .range)
        }
        host.setEntry(Int(i.a), key, written(since: middle))
      }
      arena.top = start
    default: preconditionFailure("the loop sends only instructions on objects here")
    }
    return Outcome(gas)
  }

  /// All entries of a map, in the order of their keys.
  private func loadMap<H: Host>(
    _ item: Int, _ shape: Shape, to target: UnsafeMutablePointer<UInt64>, _ arena: inout Arena, _ image: Image,
    _ available: Int, _ host: inout H
  ) -> Outcome {
    let composite = image.composites[Int(shape.composite)]
    let (count, stride) = (host.entryCount(item), Int(composite.stride))
    let run = image.runs[Int(composite.firstRun)]
    let (key, value) = (image.shapes[Int(run.first)], image.shapes[Int(run.first) + 1])
    var gas = available - Gas.rest(words: 1 + count * stride)
    if gas < 0 { return Outcome(gas) }
    let place = arena.take(1 + count * stride)
    arena.slab[place] = Arena.header(count: 0, capacity: count)
    var memory = arena
    host.forEachEntry(item) { keyWords, valueWords in
      gas -= Gas.wake(words: keyWords.count + valueWords.count)
      guard gas >= 0, var next = keyWords.baseAddress, var following = valueWords.baseAddress else { return }
      // The key is read first, beyond what is there, then put where its order wants it.
      let index = memory.count(of: UInt64(place))
      let elements = memory.slab + place + 1
      memory.wake(key, &next, to: elements + index * stride, image)
      gas -= Gas.search(count: index, key: memory.keyCost(key, elements + index * stride))
      let (slot, _) = memory.search(UInt64(place), elements + index * stride, key, stride: stride)
      gas -= Gas.shift(words: (index - slot) * stride)
      if gas < 0 { return }
      let element = elements + slot * stride
      if slot < index {
        let (first, second) = (elements[index * stride], key.slots == 2 ? elements[index * stride + 1] : 0)
        (element + stride).update(from: element, count: (index - slot) * stride)
        element[0] = first
        if key.slots == 2 { element[1] = second }
      }
      memory.wake(value, &following, to: element + Int(value.offset), image)
      memory.slab[place] = Arena.header(count: index + 1, capacity: count)
    }
    arena.top = memory.top
    if gas < 0 { return Outcome(gas) }
    target[0] = UInt64(place)
    return Outcome(gas)
  }
}
