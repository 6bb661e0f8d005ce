// The instructions that ask for money and move it. Each first sees who gets how much, then whether
// there is room, then moves: where it traps, nothing has moved.

import Bytecode
import Interface
import Primitives

extension Machine {
  /// `empty` has found something where there is nothing.
  @inline(never)
  func money<H: Host>(
    _ i: Instruction, _ r: UnsafeMutablePointer<UInt64>, _ shapes: UnsafePointer<Shape>, _ arena: inout Arena,
    _ image: Image, gas available: Int,
    _ host: inout H
  ) -> Outcome {
    var gas = available
    func place(_ number: UInt16) -> Place { Machine.place(number, Machine.word(of: number, r, shapes)) }
    func setAmount(_ amount: Amount) {
      r[Int(i.a)] = UInt64(truncatingIfNeeded: amount.units)
      r[Int(i.a) + 1] = UInt64(amount.units >> 64)
    }
    switch i.opcode {
    case .payer:
      arena.slab[Arena.payerWord] = UInt64(i.a) + 1
      arena.slab[Arena.payerWord + 1] = Machine.word(of: i.a, r, shapes)
    case .ask:
      let named = arena.slab[Arena.payerWord]
      let payer = named == 0 ? nil : Machine.place(UInt16(named - 1), arena.slab[Arena.payerWord + 1])
      arena.slab[Arena.payerWord] = 0
      let units = UInt128(r[Int(i.b) + 1]) << 64 | UInt128(r[Int(i.b)])
      host.ask(Amount(unchecked: units), currency: Int(i.c), from: payer, to: place(i.a))
    case .balanceOfKey: setAmount(host.balance(ofVault: VaultID(i.b), key: Machine.key(r, shapes, Int(i.c))))
    case .countKeys: r[Int(i.a)] = UInt64(host.keyCount(ofVault: VaultID(i.b))) << 1
    case .empty:
      var outcome = Outcome(gas)
      outcome.isFound = Machine.held(place(i.a), &host) == .zero
      return outcome
    case .pay:
      let (source, target) = (place(i.a), place(i.b))
      let amount = Machine.held(source, &host)
      if amount == .zero || source == target { break }
      if case .vault(let vault) = source, image.keysMax[vault.index] > 0 {
        gas -= Gas.holdings(host.keyCount(ofVault: vault))
        if gas < 0 { return Outcome(gas) }
      }
      if case .entry(let vault, let key) = target, !host.hasRoom(inVault: vault, for: key) {
        return Outcome(gas, .full)
      }
      host.move(amount, from: source, to: target)
    case .payEach:
      gas -= Gas.holdings(host.keyCount(ofVault: VaultID(i.a)))
      if gas < 0 { return Outcome(gas) }
      host.payEach(vault: VaultID(i.a))
    case .split:
      let source = place(i.a)
      gas -= Int(image.splits[Int(i.b)].gas)
      if gas < 0 { return Outcome(gas) }
      let start = arena.top
      var division = Division(source)
      let trap = divide(Machine.held(source, &host).units, by: Int(i.b), r, shapes, image, &arena, &gas, &division)
      defer { arena.top = start }
      if gas < 0 || trap != nil { return Outcome(gas, trap) }
      if !division.hasRoom(arena, image, &host) { return Outcome(gas, .full) }
      for payment in stride(from: start, to: arena.top, by: Division.paymentWords) {
        host.move(division.amount(payment, arena), from: source, to: division.target(payment, arena))
      }
    default: preconditionFailure("the loop sends only instructions on money here")
    }
    return Outcome(gas)
  }

  /// `inout` so that the host is not copied.
  private static func held<H: Host>(_ source: Place, _ host: inout H) -> Amount {
    switch source {
    case .vault(let vault): host.balance(ofVault: vault)
    case .entry(let vault, let key): host.balance(ofVault: vault, key: key)
    case .party, .account: preconditionFailure("the verifier lets only vaults be paid from")
    }
  }

  /// A key as the host has it: an account's row, a number, or a case's number.
  fileprivate static func key(_ r: UnsafePointer<UInt64>, _ shapes: UnsafePointer<Shape>, _ slot: Int) -> UInt64 {
    shapes[slot].kind == .word ? r[slot] : r[slot] >> 1
  }

  /// What the register that an operand names holds: the row of an account, or a key.
  fileprivate static func word(of number: UInt16, _ r: UnsafePointer<UInt64>, _ shapes: UnsafePointer<Shape>) -> UInt64
  {
    switch PlaceOperand(number: number) {
    case .account(let slot)?: r[slot]
    case .entry(_, let slot)?: key(r, shapes, slot)
    case .vault?, .party?, nil: 0
    }
  }

  fileprivate static func place(_ number: UInt16, _ word: UInt64) -> Place {
    switch PlaceOperand(number: number) {
    case .vault(let index)?: .vault(VaultID(index))
    case .party(let index)?: .party(index)
    case .account?: .account(word)
    case .entry(let vault, _)?: .entry(vault: VaultID(vault), key: word)
    case nil: preconditionFailure("the verifier lets no other number be a place")
    }
  }

  /// Writes down who gets how much, in order; answers the trap where the shares take more than
  /// there is. Below zero gas, nothing is of use.
  private func divide(
    _ whole: UInt128, by table: Int, _ r: UnsafePointer<UInt64>, _ shapes: UnsafePointer<Shape>, _ image: Image,
    _ arena: inout Arena,
    _ gas: inout Int, _ division: inout Division
  ) -> Trap? {
    let split = image.splits[table]
    var left = whole
    for index in 0..<Int(split.count) {
      let share = image.shares[Int(split.first) + index]
      var units = left
      if share.kind == .part {
        units = part(share, of: whole, r, shapes)
        if units > left {
          if !share.isCapped { return .share }
          units = left
        }
      }
      left -= units
      switch share.target {
      case .split:
        if let trap = divide(units, by: Int(share.first), r, shapes, image, &arena, &gas, &division) { return trap }
        if gas < 0 { return nil }
      case .places:
        for target in 0..<Int(share.count) {
          let number = image.targets[Int(share.first) + target]
          division.add(even(units, Int(share.count), target), number, Machine.word(of: number, r, shapes), &arena)
        }
      case .list:
        let list = r[Int(share.first)]
        let count = arena.count(of: list)
        gas -= Gas.accounts(count)
        if gas < 0 { return nil }
        for target in 0..<count {
          division.add(even(units, count, target), Division.account, arena.elements(of: list)[target], &arena)
        }
      }
    }
    return nil
  }

  /// One of `count` even parts: the first ones get a unit more where it does not divide.
  private func even(_ units: UInt128, _ count: Int, _ index: Int) -> UInt128 {
    if count == 1 { return units }
    let (each, extra) = units.quotientAndRemainder(dividingBy: UInt128(count))
    return each + (UInt128(index) < extra ? 1 : 0)
  }

  private func part(_ share: ShareImage, of whole: UInt128, _ r: UnsafePointer<UInt64>, _ shapes: UnsafePointer<Shape>)
    -> UInt128
  {
    let slot = Int(share.slot)
    if shapes[slot].kind == .amount { return UInt128(r[slot + 1]) << 64 | UInt128(r[slot]) }
    guard let part = scaled(whole, by: r[slot], outOf: r[slot + 1], rounded: .down) else {
      preconditionFailure("a percent at rest is at most the whole")
    }
    return part
  }
}

/// Payments in the arena, one behind the other, before any is made: the amount's two words, the
/// number of the place, the account or key that belongs to it. Behind the number of a place under a
/// key stands that of such a payment before it.
private struct Division {
  static let paymentWords = 4
  /// What some account has as its number.
  static let account = PlaceOperand.account(register: 0).number
  private static let isNew: UInt64 = 1 << 16

  private let source: Place
  /// The last payment under a key; 0 where there is none.
  private var last = 0

  init(_ source: Place) { self.source = source }

  /// What stays where it is does not move, nor does nothing.
  mutating func add(_ units: UInt128, _ number: UInt16, _ word: UInt64, _ arena: inout Arena) {
    let target = Machine.place(number, word)
    if units == 0 || target == source { return }
    let place = arena.take(Division.paymentWords)
    arena.slab[place] = UInt64(truncatingIfNeeded: units)
    arena.slab[place + 1] = UInt64(units >> 64)
    arena.slab[place + 2] = UInt64(number)
    arena.slab[place + 3] = word
    if case .entry = target {
      arena.slab[place + 2] |= UInt64(last) << 32
      last = place
    }
  }

  func amount(_ payment: Int, _ arena: Arena) -> Amount {
    Amount(unchecked: UInt128(arena.slab[payment + 1]) << 64 | UInt128(arena.slab[payment]))
  }

  func target(_ payment: Int, _ arena: Arena) -> Place {
    Machine.place(UInt16(truncatingIfNeeded: arena.slab[payment + 2]), arena.slab[payment + 3])
  }

  /// Whether each vault has room for the keys that are new in it, before the source gives anything up.
  func hasRoom<H: Host>(_ arena: Arena, _ image: Image, _ host: inout H) -> Bool {
    var payment = last
    while payment != 0 {
      let before = Int(arena.slab[payment + 2] >> 32)
      guard case .entry(let vault, let key) = target(payment, arena) else {
        preconditionFailure("only payments under keys are chained")
      }
      if host.balance(ofVault: vault, key: key) == .zero {
        // Those that are new in this vault and come later have been marked; one of them may be for the same key.
        var (count, isCounted) = (1, false)
        var later = last
        while later != payment {
          if case .entry(vault, let other) = target(later, arena), arena.slab[later + 2] & Division.isNew != 0 {
            count += 1
            isCounted = isCounted || other == key
          }
          later = Int(arena.slab[later + 2] >> 32)
        }
        if !isCounted {
          if host.keyCount(ofVault: vault) + count > Int(image.keysMax[vault.index]) { return false }
          arena.slab[payment + 2] |= Division.isNew
        }
      }
      payment = before
    }
    return true
  }
}
