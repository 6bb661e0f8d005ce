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

    let failure: Failure
    failing: do {
      running: while true {
        let i = pc.pointee
        pc += 1
        switch i.opcode {
        // MARK: Control
        case .next:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
        case .jump:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          pc = code + Int(i.a)
        case .branch:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          if r[Int(i.a)] == 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .count:
          let times = r[Int(i.b)]
          if times & 1 == 1 || Int64(bitPattern: times) < 0 || times > constants[4 * Int(i.c)] {
            failure = .trapped(.range)
            break failing
          }
          r[Int(i.a)] = times >> 1
        case .loop:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          if r[Int(i.a)] == 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .again:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          let left = r[Int(i.a)] &- 1
          r[Int(i.a)] = left
          if left != 0 {
            pc = code + Int(i.b)
            continue running
          }
        case .enter:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          return Run(.enters, Int(i.a), function, pc - code, r, stack, gas, written)
        case .stay:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          return Run(.stays, 0, function, pc - code, r, stack, gas, written)
        case .return:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          if stack == stackBase { return Run(.returns, Int(i.a), function, pc - code, r, stack, gas, written) }
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
          gas &-= Int(i.gas)
          if gas < 0 { break running }
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
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          failure = .trapped(trap(namedBy: i.a))
          break failing
        case .require:
          if r[Int(i.a)] == 0 {
            failure = .refused(.guardUnmet)
            break failing
          }

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
          let (place, left) = wideConstant(
            &arena, constants[4 * Int(i.b)], image.objects,
            isText: image.functions[function].shapes[Int(i.a)].kind == .string, gas: gas)
          gas = left
          if gas < 0 { break running }
          r[Int(i.a)] = place
        case .load: r[Int(i.a)] = words[Int(i.b)]
        case .loadPair:
          r[Int(i.a)] = words[Int(i.b)]
          r[Int(i.a) + 1] = words[Int(i.b) + 1]
        case .loadInt: r[Int(i.a)] = words[Int(i.b)] << 1
        case .loadWide:
          gas -= Gas.memory(words: 5)
          if gas < 0 { break running }
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
        case .balance: setPair(r, i.a, host.balance(ofVault: Int(i.b)).units)
        case .not: r[Int(i.a)] = r[Int(i.b)] ^ 1

        // MARK: Integers
        case .addInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (sum, overflow) = Int64(bitPattern: x).addingReportingOverflow(Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: sum)
          } else {
            let (value, left) = wideSum(&arena, x, y, negatingSecond: false, gas: gas)
            gas = left
            if gas < 0 { break running }
            r[Int(i.a)] = value
          }
        case .subtractInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (difference, overflow) = Int64(bitPattern: x).subtractingReportingOverflow(Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: difference)
          } else {
            let (value, left) = wideSum(&arena, x, y, negatingSecond: true, gas: gas)
            gas = left
            if gas < 0 { break running }
            r[Int(i.a)] = value
          }
        case .multiplyInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          let (product, overflow) = (Int64(bitPattern: x) >> 1).multipliedReportingOverflow(by: Int64(bitPattern: y))
          if (x | y) & 1 == 0 && !overflow {
            r[Int(i.a)] = UInt64(bitPattern: product)
          } else {
            let (value, left) = wideProduct(&arena, x, y, gas: gas)
            gas = left
            if gas < 0 { break running }
            r[Int(i.a)] = value
          }
        case .divideIntDown:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 {
            failure = .trapped(.division)
            break failing
          }
          // Both words are doubled: their quotient is the quotient. Where neither is negative it is rounded down already.
          if (x | y) & 1 == 0 && Int64(bitPattern: x | y) >= 0 {
            r[Int(i.a)] = (x / y) << 1
          } else {
            let (value, left) = quotient(&arena, x, y, .down, gas: gas)
            gas = left
            if gas < 0 { break running }
            r[Int(i.a)] = value
          }
        case .divideIntUp, .divideIntHalfEven:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 {
            failure = .trapped(.division)
            break failing
          }
          let (value, left) = quotient(&arena, x, y, i.opcode == .divideIntUp ? .up : .halfEven, gas: gas)
          gas = left
          if gas < 0 { break running }
          r[Int(i.a)] = value
        case .moduloInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          if y == 0 {
            failure = .trapped(.division)
            break failing
          }
          // The rest of two doubled words is the doubled rest.
          if (x | y) & 1 == 0 && Int64(bitPattern: x | y) >= 0 {
            r[Int(i.a)] = x % y
          } else {
            let (value, left) = quotient(&arena, x, y, .modulo, gas: gas)
            gas = left
            if gas < 0 { break running }
            r[Int(i.a)] = value
          }
        case .narrow:
          let x = r[Int(i.b)]
          let range = constants + 4 * Int(i.c)
          if x & 1 == 0 {
            if Int64(bitPattern: x) < Int64(bitPattern: range[2]) || Int64(bitPattern: x) >= Int64(bitPattern: range[7])
            {
              failure = .trapped(.range)
              break failing
            }
          } else {
            let (isInside, left) = wideContains(arena, x, range, image.objects, gas: gas)
            gas = left
            if gas < 0 { break running }
            if !isInside {
              failure = .trapped(.range)
              break failing
            }
          }
          r[Int(i.a)] = x
        case .equalInt, .lessInt, .lessOrEqualInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          var order = 0
          if (x | y) & 1 == 0 {
            order = x == y ? 0 : Int64(bitPattern: x) < Int64(bitPattern: y) ? -1 : 1
          } else {
            gas -= Gas.linear(arena.limbCount(x), arena.limbCount(y))
            if gas < 0 { break running }
            order = arena.compare(x, y)
          }
          r[Int(i.a)] = truth(i.opcode == .equalInt ? order == 0 : i.opcode == .lessInt ? order < 0 : order <= 0)

        // MARK: Truth values and durations
        case .equalWord: r[Int(i.a)] = truth(r[Int(i.b)] == r[Int(i.c)])
        case .lessDuration: r[Int(i.a)] = truth(r[Int(i.b)] < r[Int(i.c)])
        case .lessOrEqualDuration: r[Int(i.a)] = truth(r[Int(i.b)] <= r[Int(i.c)])
        case .addDuration:
          let sum = r[Int(i.b)] + r[Int(i.c)]
          if sum > UInt64(Duration.max.milliseconds) {
            failure = .trapped(.range)
            break failing
          }
          r[Int(i.a)] = sum
        case .subtractDuration:
          if r[Int(i.b)] < r[Int(i.c)] {
            failure = .trapped(.negative)
            break failing
          }
          r[Int(i.a)] = r[Int(i.b)] - r[Int(i.c)]
        case .timesDuration:
          guard
            let product = arena.scaled(UInt128(r[Int(i.b)]), by: r[Int(i.c)], max: UInt128(Duration.max.milliseconds))
          else {
            failure = .trapped(.range)
            break failing
          }
          r[Int(i.a)] = UInt64(product)

        // MARK: Amounts and percents
        case .equalPair: r[Int(i.a)] = truth(pair(r, i.b) == pair(r, i.c))
        case .lessAmount: r[Int(i.a)] = truth(pair(r, i.b) < pair(r, i.c))
        case .lessOrEqualAmount: r[Int(i.a)] = truth(pair(r, i.b) <= pair(r, i.c))
        case .addAmount:
          // Both are below 2^127: the sum fits 128 bits.
          let sum = pair(r, i.b) &+ pair(r, i.c)
          if sum > Amount.max.units {
            failure = .trapped(.range)
            break failing
          }
          setPair(r, i.a, sum)
        case .subtractAmount:
          let (difference, overflow) = pair(r, i.b).subtractingReportingOverflow(pair(r, i.c))
          if overflow {
            failure = .trapped(.negative)
            break failing
          }
          setPair(r, i.a, difference)
        case .timesAmount:
          guard let product = arena.scaled(pair(r, i.b), by: r[Int(i.c)], max: Amount.max.units) else {
            failure = .trapped(.range)
            break failing
          }
          setPair(r, i.a, product)
        case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
          let rounding: Rounding = i.opcode == .scaleAmountDown ? .down : i.opcode == .scaleAmountUp ? .up : .halfEven
          guard let amount = scaled(pair(r, i.b), by: r[Int(i.c)], outOf: r[Int(i.c) + 1], rounded: rounding) else {
            failure = .trapped(.range)
            break failing
          }
          setPair(r, i.a, amount)
        case .lessPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) < 0)
        case .lessOrEqualPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) <= 0)
        case .equalText:
          let (x, y) = (arena.slab + Int(r[Int(i.b)]), arena.slab + Int(r[Int(i.c)]))
          gas -= Gas.text(Int(x[0]), Int(y[0]))
          if gas < 0 { break running }
          r[Int(i.a)] = truth(x[0] == y[0] && (0..<Gas.textWords(size: Int(x[0]))).allSatisfy { x[$0] == y[$0] })

        // MARK: Money and events
        case .settle:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          if let refused = host.settle() {
            failure = refused
            break failing
          }
        case .pay, .split, .payEach:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          let outcome = money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
          gas = outcome.gas
          if gas < 0 { break running }
          if let trap = outcome.trap {
            failure = .trapped(trap)
            break failing
          }
        case .empty:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          let outcome = money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
          if !outcome.isFound {
            pc = code + Int(i.b)
            continue running
          }
        case .ask, .payer, .balanceOfKey, .countKeys:
          _ = money(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
        case .raise:
          let count = words[Int(i.a)]
          if count >= UInt64(image.fields[Int(i.c)].most) {
            failure = .trapped(.counter)
            break failing
          }
          words[Int(i.a)] = count + 1
          written |= 1 &<< UInt64(i.c)
        case .emit:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          gas = emit(Int(i.a), r + Int(i.b), &arena, image, gas: gas, &host)
          if gas < 0 { break running }

        // MARK: Times and what the ledger tells
        case .now, .opened, .caller, .account, .addTime, .subtractFromTime, .subtractTime, .endOfDay, .intOfAmount,
          .sha256, .sm3:
          let outcome = told(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
          gas = outcome.gas
          if gas < 0 { break running }
          if let trap = outcome.trap {
            failure = .trapped(trap)
            break failing
          }
        case .intOfDuration: r[Int(i.a)] = r[Int(i.b)] << 1

        // MARK: More on integers
        case .minInt, .maxInt:
          let (x, y) = (r[Int(i.b)], r[Int(i.c)])
          var isLess = Int64(bitPattern: x) < Int64(bitPattern: y)
          if (x | y) & 1 == 1 {
            gas -= Gas.linear(arena.limbCount(x), arena.limbCount(y))
            if gas < 0 { break running }
            isLess = arena.compare(x, y) < 0
          }
          r[Int(i.a)] = isLess == (i.opcode == .minInt) ? x : y

        // MARK: Ratios
        case .ratioOfInts, .addRatio, .subtractRatio, .multiplyRatio, .divideRatio, .narrowRatio:
          if let trap = ratio(i, r, arena) {
            failure = .trapped(trap)
            break failing
          }

        // MARK: Objects
        case .getElement:
          let (list, index) = (arena.slab + Int(r[Int(i.b)]), r[Int(i.c)])
          // A place of a wide integer is odd, and a negative index is beyond every count.
          if index & 1 == 1 || index >> 1 >= list[0] & 0xFFFF_FFFF {
            failure = .trapped(.index)
            break failing
          }
          r[Int(i.a)] = list[1 + Int(index >> 1)]
        case .setElement:
          let (list, index) = (arena.slab + Int(r[Int(i.a)]), r[Int(i.b)])
          if index & 1 == 1 || index >> 1 >= list[0] & 0xFFFF_FFFF {
            failure = .trapped(.index)
            break failing
          }
          list[1 + Int(index >> 1)] = r[Int(i.c)]
        case .match:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          let value = r[Int(i.a)]
          if (value & 1 == 0 ? value >> 1 : arena.slab[Int(value >> 1)]) != UInt64(i.c) {
            pc = code + Int(i.b)
            continue running
          }
        case .find, .findEntry:
          gas &-= Int(i.gas)
          if gas < 0 { break running }
          let outcome = object(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
          gas = outcome.gas
          if gas < 0 { break running }
          if !outcome.isFound {
            pc = code + Int(i.b)
            continue running
          }
        case .textOfInt, .concatenate, .sizeOf, .scalarCount, .lessText, .make, .member, .replace, .wrap,
          .payload, .collect, .fillList, .countOf, .getElementPair, .setElementPair, .getElementObject,
          .setElementObject,
          .appendElement, .removeElement, .insertKey, .insertEntry, .removeKey, .hasKey, .found, .each, .item,
          .itemValue,
          .copyObject, .equalObject, .loadObject, .storeObject, .countEntries, .setEntry, .removeEntry:
          let outcome = object(i, r, image.functions[function].shapes, &arena, image, gas: gas, &host)
          gas = outcome.gas
          if gas < 0 { break running }
          if let trap = outcome.trap {
            failure = .trapped(trap)
            break failing
          }
        }
      }
      // Nobody asks how far below zero: with 0 here the loop need not carry the gas of every way that leads here.
      return Run(.fails(.trapped(.gas)), 0, function, pc - code, r, stack, 0, 0)
    }
    return Run(.fails(failure), 0, function, pc - code, r, stack, gas, written)
  }
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
