import Bytecode
import Interface
import Primitives

extension Machine {
  /// The loop. Hot state (`pc`, `gas`, the frame) lives in locals and is passed by value to
  /// whatever lies out of line, so that it stays in registers of the processor. A block's gas is
  /// charged by the instruction that ends it, before that instruction does anything: at most 255
  /// from what is not negative, so the subtraction cannot overflow.
  func execute<H: Host>(
    _ entered: Int, from instruction: Int, _ image: Image, words: UnsafeMutablePointer<UInt64>,
    frame: UnsafeMutablePointer<UInt64>,
    stack calls: UnsafeMutablePointer<UInt64>, arena: inout Arena, gas available: Int, written before: UInt64,
    _ host: inout H
  ) -> Run {
    var function = entered
    var code = image.functions[function].code
    var pc = code + instruction
    var r = frame
    var gas = available
    let constants = image.constants
    let stackBase = arena.slab + Arena.scratchWords
    var stack = calls
    // The fields that were written, a bit for each.
    var written = before

    let (stop, detail): (Stop, Int)
    do throws(Failure) {
      running: while true {
        let i = pc.pointee
        pc += 1
        switch i.opcode {
        // MARK: Control
        case .next:
          try charge(Int(i.gas), &gas)
        case .jump:
          try charge(Int(i.gas), &gas)
          pc = code + Int(i.a)
        case .branch:
          // `continue` keeps this a jump that the processor guesses; without it, it becomes a
          // conditional move, and the next instruction waits for the register.
          try charge(Int(i.gas), &gas)
          if r[Int(i.a)] == 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .count:
          let times = r[Int(i.b)]
          if times & 1 == 1 || Int64(bitPattern: times) < 0 || times > constants[4 * Int(i.c)] {
            throw .trapped(.range)
          }
          r[Int(i.a)] = times >> 1
        case .loop:
          try charge(Int(i.gas), &gas)
          if r[Int(i.a)] == 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .again:
          try charge(Int(i.gas), &gas)
          let left = r[Int(i.a)] &- 1
          r[Int(i.a)] = left
          if left != 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .enter:
          try charge(Int(i.gas), &gas)
          (stop, detail) = (.enters, Int(i.a))
          break running
        case .stay:
          try charge(Int(i.gas), &gas)
          (stop, detail) = (.stays, 0)
          break running
        case .return:
          try charge(Int(i.gas), &gas)
          if stack == stackBase {
            (stop, detail) = (.returns, Int(i.a))
            break running
          }
          let (first, second) = (r[Int(i.a)], r[Int(i.a) + 1])
          let slots = image.functions[function].resultSlots
          stack -= 4
          pc = UnsafePointer(bitPattern: UInt(stack[0])).unsafelyUnwrapped
          code = UnsafePointer(bitPattern: UInt(stack[1])).unsafelyUnwrapped
          r = UnsafeMutablePointer(bitPattern: UInt(stack[2])).unsafelyUnwrapped
          function = Int(stack[3] >> 16)
          let target = Int(stack[3] & 0xFFFF)
          r[target] = first
          if slots == 2 { r[target + 1] = second }
        case .call:
          try charge(Int(i.gas), &gas)
          let callee = image.functions[Int(i.a)]
          let below = r + Int(image.functions[function].slotCount)
          for slot in 0..<Int(callee.argumentSlots) { below[slot] = r[Int(i.b) + slot] }
          stack[0] = UInt64(UInt(bitPattern: pc))
          stack[1] = UInt64(UInt(bitPattern: code))
          stack[2] = UInt64(UInt(bitPattern: r))
          stack[3] = UInt64(function) << 16 | UInt64(i.c)
          stack += 4
          r = below
          function = Int(i.a)
          code = callee.code
          pc = code
        case .fail:
          try charge(Int(i.gas), &gas)
          throw .trapped(trap(namedBy: i.a))
        case .require:
          if r[Int(i.a)] == 0 { throw .refused(.guardUnmet) }

        // MARK: Moving values
        case .copy: r[Int(i.a)] = r[Int(i.b)]
        case .copyPair:
          let value = pair(r, i.b)
          setPair(r, i.a, value)
        case .immediate: r[Int(i.a)] = UInt64(bitPattern: Int64(Int16(bitPattern: i.b))) << 1
        case .constant: r[Int(i.a)] = constants[4 * Int(i.b)]
        case .constantPair:
          r[Int(i.a)] = constants[4 * Int(i.b)]
          r[Int(i.a) + 1] = constants[4 * Int(i.b) + 1]
        case .constantWide:
          r[Int(i.a)] = try paid(
            wideConstant(
              &arena, constants[4 * Int(i.b)], image.objects,
              isText: image.functions[function].shapes[Int(i.a)].kind == .string, gas: gas), &gas)
        case .load: r[Int(i.a)] = words[Int(i.b)]
        case .loadPair:
          r[Int(i.a)] = words[Int(i.b)]
          r[Int(i.a) + 1] = words[Int(i.b) + 1]
        case .loadInt: r[Int(i.a)] = words[Int(i.b)] << 1
        case .loadWide:
          try charge(Gas.memory(words: 5), &gas)
          r[Int(i.a)] = arena.integer(atRest: words + Int(i.b))
        case .store:
          words[Int(i.a)] = r[Int(i.b)]
          written |= 1 &<< UInt64(i.c)
        case .storePair:
          let (low, high) = (r[Int(i.b)], r[Int(i.b) + 1])
          words[Int(i.a)] = low
          words[Int(i.a) + 1] = high
          written |= 1 &<< UInt64(i.c)
        case .storeInt:
          words[Int(i.a)] = UInt64(bitPattern: Int64(bitPattern: r[Int(i.b)]) >> 1)
          written |= 1 &<< UInt64(i.c)
        case .storeWide:
          let value = arena.operand(r[Int(i.b)], scratch: 0)
          words[Int(i.a)] = UInt64(value.count) << 1 | (value.isNegative ? 1 : 0)
          for limb in 0..<4 { words[Int(i.a) + 1 + limb] = limb < value.count ? value.limbs[limb] : 0 }
          written |= 1 &<< UInt64(i.c)
        case .balance: setPair(r, i.a, host.balance(ofVault: VaultID(i.b)).units)
        case .not: r[Int(i.a)] = r[Int(i.b)] ^ 1

        // MARK: Integers
        case .addInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (sum, overflow) = Int64(bitPattern: x).addingReportingOverflow(Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: sum)
          } else {
            r[Int(i.a)] = try paid(wideSum(&arena, x, y, negatingSecond: false, gas: gas), &gas)
          }
        case .subtractInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (difference, overflow) = Int64(bitPattern: x).subtractingReportingOverflow(Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: difference)
          } else {
            r[Int(i.a)] = try paid(wideSum(&arena, x, y, negatingSecond: true, gas: gas), &gas)
          }
        case .multiplyInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (product, overflow) = (Int64(bitPattern: x) >> 1).multipliedReportingOverflow(by: Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: product)
          } else {
            r[Int(i.a)] = try paid(wideProduct(&arena, x, y, gas: gas), &gas)
          }
        case .divideIntDown:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 { throw .trapped(.division) }
          // Both words are doubled: their quotient is the quotient. Where neither is negative it is rounded down already.
          if (x | y) & 1 == 0 && Int64(bitPattern: x | y) >= 0 {
            r[Int(i.a)] = (x / y) << 1
          } else {
            r[Int(i.a)] = try paid(quotient(&arena, x, y, .down, gas: gas), &gas)
          }
        case .divideIntUp, .divideIntHalfEven:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 { throw .trapped(.division) }
          r[Int(i.a)] = try paid(quotient(&arena, x, y, i.opcode == .divideIntUp ? .up : .halfEven, gas: gas), &gas)
        case .moduloInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 { throw .trapped(.division) }
          // The rest of two doubled words is the doubled rest.
          if (x | y) & 1 == 0 && Int64(bitPattern: x | y) >= 0 {
            r[Int(i.a)] = x % y
          } else {
            r[Int(i.a)] = try paid(quotient(&arena, x, y, .modulo, gas: gas), &gas)
          }
        case .narrow:
          let x = r[Int(i.b)]
          let range = constants + 4 * Int(i.c)
          if x & 1 == 0 {
            if Int64(bitPattern: x) < Int64(bitPattern: range[2]) || Int64(bitPattern: x) >= Int64(bitPattern: range[7])
            {
              throw .trapped(.range)
            }
          } else if try !paid(wideContains(arena, x, range, image.objects, gas: gas), &gas) {
            throw .trapped(.range)
          }
          r[Int(i.a)] = x
        case .equalInt, .lessInt, .lessOrEqualInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          var order = 0
          if (x | y) & 1 == 0 {
            order = x == y ? 0 : Int64(bitPattern: x) < Int64(bitPattern: y) ? -1 : 1
          } else {
            try charge(Gas.linear(arena.limbCount(x), arena.limbCount(y)), &gas)
            order = arena.compare(x, y)
          }
          r[Int(i.a)] = truth(i.opcode == .equalInt ? order == 0 : i.opcode == .lessInt ? order < 0 : order <= 0)

        // MARK: Truth values and durations
        case .equalWord: r[Int(i.a)] = truth(r[Int(i.b)] == r[Int(i.c)])
        case .lessDuration: r[Int(i.a)] = truth(r[Int(i.b)] < r[Int(i.c)])
        case .lessOrEqualDuration: r[Int(i.a)] = truth(r[Int(i.b)] <= r[Int(i.c)])
        case .addDuration:
          let sum = r[Int(i.b)] + r[Int(i.c)]
          if sum > UInt64(Duration.max.milliseconds) { throw .trapped(.range) }
          r[Int(i.a)] = sum
        case .subtractDuration:
          if r[Int(i.b)] < r[Int(i.c)] { throw .trapped(.negative) }
          r[Int(i.a)] = r[Int(i.b)] - r[Int(i.c)]
        case .timesDuration:
          guard
            let product = arena.scaled(UInt128(r[Int(i.b)]), by: r[Int(i.c)], max: UInt128(Duration.max.milliseconds))
          else { throw .trapped(.range) }
          r[Int(i.a)] = UInt64(product)

        // MARK: Amounts and percents
        case .equalPair: r[Int(i.a)] = truth(pair(r, i.b) == pair(r, i.c))
        case .lessAmount: r[Int(i.a)] = truth(pair(r, i.b) < pair(r, i.c))
        case .lessOrEqualAmount: r[Int(i.a)] = truth(pair(r, i.b) <= pair(r, i.c))
        case .addAmount:
          // Both are below 2^127: the sum fits 128 bits.
          let sum = pair(r, i.b) &+ pair(r, i.c)
          if sum > Amount.max.units { throw .trapped(.range) }
          setPair(r, i.a, sum)
        case .subtractAmount:
          let (difference, overflow) = pair(r, i.b).subtractingReportingOverflow(pair(r, i.c))
          if overflow { throw .trapped(.negative) }
          setPair(r, i.a, difference)
        case .timesAmount:
          guard let product = arena.scaled(pair(r, i.b), by: r[Int(i.c)], max: Amount.max.units) else {
            throw .trapped(.range)
          }
          setPair(r, i.a, product)
        case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
          let rounding: Rounding = i.opcode == .scaleAmountDown ? .down : i.opcode == .scaleAmountUp ? .up : .halfEven
          guard let amount = scaled(pair(r, i.b), by: r[Int(i.c)], outOf: r[Int(i.c) + 1], rounded: rounding) else {
            throw .trapped(.range)
          }
          setPair(r, i.a, amount)
        case .lessPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) < 0)
        case .lessOrEqualPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) <= 0)
        case .equalText:
          let (x, y) = (arena.slab + Int(r[Int(i.b)]), arena.slab + Int(r[Int(i.c)]))
          try charge(Gas.text(Int(x[0]), Int(y[0])), &gas)
          r[Int(i.a)] = truth(x[0] == y[0] && (0..<Gas.textWords(size: Int(x[0]))).allSatisfy { x[$0] == y[$0] })

        // MARK: Money and events
        case .settle:
          try charge(Int(i.gas), &gas)
          if let refused = host.settle() { throw refused }
        case .pay, .split, .payEach:
          try charge(Int(i.gas), &gas)
          try end(money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host), &gas)
        case .empty:
          try charge(Int(i.gas), &gas)
          if !money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host).isFound {
            pc = code + Int(i.b)
            continue running
          }
        case .ask, .payer, .balanceOfKey, .countKeys:
          _ = money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
        case .raise:
          let count = words[Int(i.a)]
          if count >= UInt64(image.fields[Int(i.c)].most) { throw .trapped(.counter) }
          words[Int(i.a)] = count + 1
          written |= 1 &<< UInt64(i.c)
        case .emit:
          try charge(Int(i.gas), &gas)
          try paid(((), emit(Int(i.a), r + Int(i.b), &arena, image, gas: gas, &host)), &gas)

        // MARK: Times and what the ledger tells
        case .now, .opened, .caller, .account, .addTime, .subtractFromTime, .subtractTime, .endOfDay, .intOfAmount,
          .sha256, .sm3:
          try end(told(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host), &gas)
        case .intOfDuration: r[Int(i.a)] = r[Int(i.b)] << 1

        // MARK: More on integers
        case .minInt, .maxInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          var isLess = Int64(bitPattern: x) < Int64(bitPattern: y)
          if (x | y) & 1 == 1 {
            try charge(Gas.linear(arena.limbCount(x), arena.limbCount(y)), &gas)
            isLess = arena.compare(x, y) < 0
          }
          r[Int(i.a)] = isLess == (i.opcode == .minInt) ? x : y

        // MARK: Ratios
        case .ratioOfInts, .addRatio, .subtractRatio, .multiplyRatio, .divideRatio, .narrowRatio:
          if let trap = ratio(i, r, arena) { throw .trapped(trap) }

        // MARK: Objects
        case .getElement:
          let (list, index) = (arena.slab + Int(r[Int(i.b)]), r[Int(i.c)])
          // A place of a wide integer is odd, and a negative index is beyond every count.
          if index & 1 == 1 || index >> 1 >= list[0] & 0xFFFF_FFFF { throw .trapped(.index) }
          r[Int(i.a)] = list[1 + Int(index >> 1)]
        case .setElement:
          let (list, index) = (arena.slab + Int(r[Int(i.a)]), r[Int(i.b)])
          if index & 1 == 1 || index >> 1 >= list[0] & 0xFFFF_FFFF { throw .trapped(.index) }
          list[1 + Int(index >> 1)] = r[Int(i.c)]
        case .match:
          try charge(Int(i.gas), &gas)
          let value = r[Int(i.a)]
          if (value & 1 == 0 ? value >> 1 : arena.slab[Int(value >> 1)]) != UInt64(i.c) {
            pc = code + Int(i.b)
            continue running
          }
        case .find, .findEntry:
          try charge(Int(i.gas), &gas)
          if try !end(object(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host), &gas) {
            pc = code + Int(i.b)
            continue running
          }
        case .textOfInt, .concatenate, .sizeOf, .scalarCount, .lessText, .make, .member, .replace, .wrap,
          .payload, .collect, .fillList, .countOf, .getElementPair, .setElementPair, .getElementObject,
          .setElementObject,
          .appendElement, .removeElement, .insertKey, .insertEntry, .removeKey, .hasKey, .found, .each, .item,
          .itemValue,
          .copyObject, .equalObject, .loadObject, .storeObject, .countEntries, .setEntry, .removeEntry:
          try end(object(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host), &gas)
        }
      }
    } catch {
      (stop, detail) = (.fails(error), 0)
    }
    return Run(stop, detail, function, pc - code, r, stack, max(gas, 0), written)
  }
}

/// The gas is below zero where it ran out; nothing was done then.
@inline(__always) private func charge(_ cost: Int, _ gas: inout Int) throws(Failure) {
  gas &-= cost
  if gas < 0 { throw .trapped(.gas) }
}

/// The result of work out of line, and the gas that it has left.
@inline(__always) private func paid<Value>(_ done: (Value, gas: Int), _ gas: inout Int) throws(Failure) -> Value {
  gas = done.gas
  if gas < 0 { throw .trapped(.gas) }
  return done.0
}

/// True where an instruction that looks for something has found it.
@inline(__always) @discardableResult
private func end(_ outcome: Outcome, _ gas: inout Int) throws(Failure) -> Bool {
  if let trap = try paid((outcome.trap, outcome.gas), &gas) { throw .trapped(trap) }
  return outcome.isFound
}

@inline(__always) private func truth(_ condition: Bool) -> UInt64 { condition ? 1 : 0 }

/// Two slots, the low word first.
@inline(__always) private func pair(_ r: UnsafeMutablePointer<UInt64>, _ slot: UInt16) -> UInt128 {
  UInt128(r[Int(slot) + 1]) << 64 | UInt128(r[Int(slot)])
}

@inline(__always) private func setPair(_ r: UnsafeMutablePointer<UInt64>, _ slot: UInt16, _ value: UInt128) {
  r[Int(slot)] = UInt64(truncatingIfNeeded: value)
  r[Int(slot) + 1] = UInt64(value >> 64)
}
