// Where money lies and goes. Accounts, keys and portions are evaluated first, in the order of the
// source; the one instruction that moves it comes last.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  mutating func ask(for deposit: CheckedDeposit) {
    var used: [Register] = []
    let payer = deposit.payer.map { operand($0, &used) }
    let amount = evaluate(deposit.amount, as: .value(.amount(currency: deposit.currency)))
    let place = operand(deposit.place, &used)
    let span = deposit.amount.span
    // It holds for the next `ask` alone.
    if let payer { builder.emit(.payer, payer.number, at: span) }
    builder.emit(.ask, place.number, amount.operand, UInt16(deposit.currency), at: span)
    builder.release(amount)
    for register in used { builder.release(register) }
  }

  mutating func pay(from source: CheckedPlace, to target: CheckedPlace, at span: Span) {
    var used: [Register] = []
    let from = operand(source, &used)
    let to = operand(target, &used)
    // What is paid to where it lies already stays there.
    if from != to { builder.emit(.pay, from.number, to.number, at: span) }
    for register in used { builder.release(register) }
  }

  mutating func split(_ source: CheckedPlace, _ shares: [CheckedShare], at span: Span) {
    var used: [Register] = []
    let from = operand(source, &used)
    var literals: [(TypedExpression, Register)] = []
    let table = table(shares, &used, &literals)
    // Right before the split, where whoever reads only the code sees that literal percents are at most the whole.
    for (literal, register) in literals { _ = evaluate(literal, into: register) }
    builder.emit(.split, from.number, UInt16(truncatingIfNeeded: table), at: span)
    for register in used { builder.release(register) }
  }

  /// The split table of these shares, behind those of what is divided in turn. The registers that
  /// it names are added to `used`, and with those of `literals` among them they are still to be
  /// filled.
  private mutating func table(
    _ shares: [CheckedShare], _ used: inout [Register], _ literals: inout [(TypedExpression, Register)]
  ) -> Int {
    var table: [SplitShare] = []
    for share in shares {
      let portion: SplitShare.Portion =
        switch share.portion {
        case .part(let value): .part(register: evaluate(share: value, &used, &literals))
        case .upTo(let value): .upTo(register: evaluate(share: value, &used, &literals))
        case .rest: .rest
        case .evenly: .evenly
        }
      let targets: SplitShare.Targets
      switch share.targets {
      case .places(let places):
        var operands: [PlaceOperand] = []
        for place in places { operands.append(operand(place, &used)) }
        targets = .places(operands)
      case .shares(let shares): targets = .split(self.table(shares, &used, &literals))
      case .list(let accounts): targets = .list(register: evaluate(share: accounts, &used, &literals))
      }
      table.append(SplitShare(portion, to: targets))
    }
    return pool.split(table)
  }

  private mutating func evaluate(
    share value: TypedExpression, _ used: inout [Register], _ literals: inout [(TypedExpression, Register)]
  ) -> Int {
    let register: Register
    if case .constant = value.kind {
      register = builder.temporary(RegisterType(value.type))
      literals.append((value, register))
    } else {
      register = evaluate(value)
    }
    used.append(register)
    return register.slot
  }

  /// A place as an instruction names it. Registers that it names are added to `used`.
  private mutating func operand(_ place: CheckedPlace, _ used: inout [Register]) -> PlaceOperand {
    switch place {
    case .vault(let vault): return .vault(vault.index)
    case .party(let party): return .party(party)
    case .account(let account):
      let register = evaluate(account, as: .party)
      used.append(register)
      return .account(register: register.placeSlot)
    case .entry(let vault, let key):
      let register = evaluate(key, asKeyOf: vault)
      used.append(register)
      return .entry(vault: vault.index, register: register.placeSlot)
    }
  }

  /// Leads to the label where the vault, or what it holds under the key, is not empty.
  mutating func branch(unlessEmpty vault: VaultID, _ key: TypedExpression?, to label: Label, at span: Span) {
    var used: [Register] = []
    let place = operand(key.map { .entry(vault: vault, key: $0) } ?? .vault(vault), &used)
    builder.emit(.empty, place.number, to: label, at: span)
    for register in used { builder.release(register) }
  }

  /// A key in a register of just the type of the vault's keys.
  mutating func evaluate(_ key: TypedExpression, asKeyOf vault: VaultID) -> Register {
    guard let type = interface.vaults[vault].key?.type else {
      preconditionFailure("the checker gives keys to vaults that have them")
    }
    return evaluate(key, as: RegisterType(type))
  }
}

extension FunctionBuilder.Register {
  /// The slot where a place has ten bits for it. A function with more slots is refused when it is finished.
  fileprivate var placeSlot: Int { slot & 0x3FF }
}
