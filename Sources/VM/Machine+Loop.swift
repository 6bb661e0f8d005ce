import Bytecode
import Interface
import Primitives

extension Machine {
  /// The loop. Hot state (`pc`, `gas`, the frame) lives in locals and is passed by value to whatever lies out of line, so that it stays in registers of the
  /// processor. A block's gas is charged by the instruction that ends it, before that instruction does anything: at most 255 from what is not negative, so the
  /// subtraction cannot overflow.
  func execute<H: Host>(
    _ code: UnsafePointer<Instruction>, frame r: UnsafeMutablePointer<UInt64>, arena: inout Arena, constants: UnsafePointer<UInt64>,
    objects: UnsafePointer<UInt64>, gas available: Int, function: Int, _ contract: WellFormedModule, _ host: inout H
  ) -> Run {
    var pc = code
    var gas = available
    let words = host.words

    @inline(__always) func word(_ index: UInt16) -> UInt64 { r[Int(index)] }
    @inline(__always) func truth(_ condition: Bool) -> UInt64 { condition ? 1 : 0 }
    @inline(__always) func pair(_ index: UInt16) -> UInt128 { UInt128(r[Int(index) + 1]) << 64 | UInt128(r[Int(index)]) }
    @inline(__always) func setPair(_ index: UInt16, _ value: UInt128) {
      r[Int(index)] = UInt64(truncatingIfNeeded: value)
      r[Int(index) + 1] = UInt64(value >> 64)
    }
    @inline(__always) func ended(_ stop: Run.Stop, _ detail: Int) -> Run { Run(stop: stop, detail: detail, instruction: pc - code - 1, gas: gas) }

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
        if word(i.a) == 0 {
          pc = code + Int(i.b)
          continue running
        }
      case .count:
        let times = word(i.b)
        if times & 1 == 1 || Int64(bitPattern: times) < 0 || times > constants[4 * Int(i.c)] { return ended(.fails(.trapped(.range)), 0) }
        r[Int(i.a)] = times >> 1
      case .loop:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        if word(i.a) == 0 {
          pc = code + Int(i.b)
          continue running
        }
      case .again:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        let left = word(i.a) &- 1
        r[Int(i.a)] = left
        if left != 0 {
          pc = code + Int(i.b)
          continue running
        }
      case .enter:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        return ended(.enters, Int(i.a))
      case .stay:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        return ended(.stays, 0)
      case .return:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        return ended(.returns, Int(i.a))
      case .require:
        if word(i.a) == 0 { return ended(.fails(.refused(.guardUnmet)), 0) }

      // MARK: Moving values
      case .copy: r[Int(i.a)] = word(i.b)
      case .copyPair:
        let value = pair(i.b)
        setPair(i.a, value)
      case .immediate: r[Int(i.a)] = UInt64(bitPattern: Int64(Int16(bitPattern: i.b))) << 1
      case .constant: r[Int(i.a)] = constants[4 * Int(i.b)]
      case .constantPair:
        r[Int(i.a)] = constants[4 * Int(i.b)]
        r[Int(i.a) + 1] = constants[4 * Int(i.b) + 1]
      case .constantWide:
        let (place, left) = wideConstant(
          &arena, constants[4 * Int(i.b)], objects, isText: contract.registers[function].type(at: Int(i.a))?.isInteger == false, gas: gas)
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
      case .store: host.setWord(word(i.b), at: Int(i.a))
      case .storePair:
        host.setWord(word(i.b), at: Int(i.a))
        host.setWord(word(i.b + 1), at: Int(i.a) + 1)
      case .storeInt: host.setWord(UInt64(bitPattern: Int64(bitPattern: word(i.b)) >> 1), at: Int(i.a))
      case .storeWide:
        let value = arena.operand(word(i.b), scratch: 0)
        host.setWord(UInt64(value.count) << 1 | (value.isNegative ? 1 : 0), at: Int(i.a))
        for limb in 0..<4 { host.setWord(limb < value.count ? value.limbs[limb] : 0, at: Int(i.a) + 1 + limb) }
      case .balance: setPair(i.a, host.balance(ofVault: Int(i.b)).units)
      case .not: r[Int(i.a)] = word(i.b) ^ 1

      // MARK: Integers
      case .addInt:
        let (x, y) = (word(i.b), word(i.c))
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
        let (x, y) = (word(i.b), word(i.c))
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
        let (x, y) = (word(i.b), word(i.c))
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
        let (x, y) = (word(i.b), word(i.c))
        if y == 0 { return ended(.fails(.trapped(.division)), 0) }
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
        let (x, y) = (word(i.b), word(i.c))
        if y == 0 { return ended(.fails(.trapped(.division)), 0) }
        let (value, left) = quotient(&arena, x, y, i.opcode == .divideIntUp ? .up : .halfEven, gas: gas)
        gas = left
        if gas < 0 { break running }
        r[Int(i.a)] = value
      case .moduloInt:
        let (x, y) = (word(i.b), word(i.c))
        if y == 0 { return ended(.fails(.trapped(.division)), 0) }
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
        let x = word(i.b)
        let range = constants + 4 * Int(i.c)
        if x & 1 == 0 {
          if Int64(bitPattern: x) < Int64(bitPattern: range[2]) || Int64(bitPattern: x) >= Int64(bitPattern: range[7]) {
            return ended(.fails(.trapped(.range)), 0)
          }
        } else {
          let (isInside, left) = wideContains(arena, x, range, objects, gas: gas)
          gas = left
          if gas < 0 { break running }
          if !isInside { return ended(.fails(.trapped(.range)), 0) }
        }
        r[Int(i.a)] = x
      case .equalInt, .lessInt, .lessOrEqualInt:
        let (x, y) = (word(i.b), word(i.c))
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
      case .equalWord: r[Int(i.a)] = truth(word(i.b) == word(i.c))
      case .lessDuration: r[Int(i.a)] = truth(word(i.b) < word(i.c))
      case .lessOrEqualDuration: r[Int(i.a)] = truth(word(i.b) <= word(i.c))
      case .addDuration:
        let sum = word(i.b) + word(i.c)
        if sum > UInt64(Duration.max.milliseconds) { return ended(.fails(.trapped(.range)), 0) }
        r[Int(i.a)] = sum
      case .subtractDuration:
        if word(i.b) < word(i.c) {
          return ended(.fails(.trapped(.negative)), 0)
        }
        r[Int(i.a)] = word(i.b) - word(i.c)
      case .timesDuration:
        guard let product = arena.scaled(UInt128(word(i.b)), by: word(i.c), max: UInt128(Duration.max.milliseconds)) else {
          return ended(.fails(.trapped(.range)), 0)
        }
        r[Int(i.a)] = UInt64(product)

      // MARK: Amounts and percents
      case .equalPair: r[Int(i.a)] = truth(pair(i.b) == pair(i.c))
      case .lessAmount: r[Int(i.a)] = truth(pair(i.b) < pair(i.c))
      case .lessOrEqualAmount: r[Int(i.a)] = truth(pair(i.b) <= pair(i.c))
      case .addAmount:
        // Both are below 2^127: the sum fits 128 bits.
        let sum = pair(i.b) &+ pair(i.c)
        if sum > Amount.max.units { return ended(.fails(.trapped(.range)), 0) }
        setPair(i.a, sum)
      case .subtractAmount:
        let (difference, overflow) = pair(i.b).subtractingReportingOverflow(pair(i.c))
        if overflow {
          return ended(.fails(.trapped(.negative)), 0)
        }
        setPair(i.a, difference)
      case .timesAmount:
        guard let product = arena.scaled(pair(i.b), by: word(i.c), max: Amount.max.units) else { return ended(.fails(.trapped(.range)), 0) }
        setPair(i.a, product)
      case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
        let rounding: Rounding = i.opcode == .scaleAmountDown ? .down : i.opcode == .scaleAmountUp ? .up : .halfEven
        guard let amount = scaled(pair(i.b), by: word(i.c), outOf: word(i.c + 1), rounded: rounding) else {
          return ended(.fails(.trapped(.range)), 0)
        }
        setPair(i.a, amount)
      case .lessPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) < 0)
      case .lessOrEqualPercent: r[Int(i.a)] = truth(comparePercents(r + Int(i.b), r + Int(i.c)) <= 0)
      case .equalText:
        let (x, y) = (arena.slab + Int(word(i.b)), arena.slab + Int(word(i.c)))
        gas -= Gas.text(Int(x[0]), Int(y[0]))
        if gas < 0 { break running }
        r[Int(i.a)] = truth(x[0] == y[0] && (0..<Gas.textWords(size: Int(x[0]))).allSatisfy { x[$0] == y[$0] })

      // MARK: Money and events
      case .ask: host.ask(Amount(unchecked: pair(i.b)), currency: Int(i.c), to: PlaceOperand(number: i.a).place)
      case .settle:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        if let refusal = host.settle() { return ended(.fails(.refused(refusal)), 0) }
      case .pay:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        let held = host.balance(ofVault: Int(i.a))
        if held != .zero { host.move(held, fromVault: Int(i.a), to: PlaceOperand(number: i.b).place) }
      case .split:
        let shares = contract.module.splits[Int(i.b)]
        gas -= Int(i.gas) + SplitShare.gas(shares)
        if gas < 0 { break running }
        if !divide(vault: Int(i.a), shares, r, contract.registers[function], &host) {
          return ended(.fails(.trapped(.share)), 0)
        }
      case .emit:
        gas &-= Int(i.gas)
        if gas < 0 { break running }
        let (arguments, words) = values(of: contract.module.interface.events[Int(i.a)], from: r + Int(i.b), arena)
        gas -= Gas.event(words: words)
        if gas < 0 { break running }
        host.emit(event: Int(i.a), arguments: arguments)
      }
    }
    // Nobody asks how far below zero: with 0 here the loop need not carry the gas of every way that leads here.
    return Run(stop: .fails(.trapped(.gas)), detail: 0, instruction: pc - code - 1, gas: 0)
  }
}
