import Bytecode
package import Interface

/// Who gets what of a vault.
package struct Payout: Hashable, Sendable {
  /// Nobody reads more of a way.
  static let countMax = 64

  /// The instruction that pays, by its place in the transition's body.
  package let instruction: Int
  package let vault: VaultID
  package let payee: Payee
  package let portion: Portion

  package enum Payee: Hashable, Sendable {
    case party(Int)
    /// An account that a register names: of a field or an argument.
    case account(register: Int)
    case vault(VaultID)
    /// Each key of the vault, which is an account.
    case each
    /// The accounts of a list.
    case list(register: Int)
  }

  package enum Portion: Hashable, Sendable {
    case all
    /// A share that a register tells, perhaps capped by what is left.
    case share(register: Int, isCapped: Bool)
    /// What other shares have left.
    case rest
    /// An equal part of what other shares have left, or of all.
    case evenly
  }
}

extension WellFormedModule {
  /// What may be paid on the ways through a body to a state, out of vaults that may hold something
  /// then, in the order of the code.
  func payouts(on leg: Silence.Leg, _ flow: MoneyFlow) -> [Payout] {
    let function = function(of: .body(transition: leg.transition))
    let code = module.functions[function].code
    // Which instructions lead there. All ways lead ahead but those round loops: for them it is gone
    // through again, at most once for each loop around another.
    var leads = [Bool](repeating: false, count: code.count)
    var isChanged = true
    while isChanged {
      isChanged = false
      for pc in code.indices.reversed() where !leads[pc] {
        let instruction = code[pc]
        func isLed(_ target: Int?) -> Bool { target.map { $0 < leads.count && leads[$0] } ?? false }
        switch instruction.opcode.row.flow {
        case .enters: leads[pc] = StateID(instruction.a) == leg.target
        case .stays, .returns, .traps: break
        case .jumps: leads[pc] = isLed(Int(instruction.a))
        case .straight, .endsBlock, .branches, .opensLoop, .closesLoop:
          leads[pc] = isLed(pc + 1) || isLed(instruction.target) || isLed(target(answering: pc, in: function))
        }
        if leads[pc] { isChanged = true }
      }
    }
    var payouts: [Payout] = []
    for (pc, instruction) in code.enumerated() where leads[pc] && payouts.count < Payout.countMax {
      func add(_ vault: VaultID, _ place: PlaceOperand, _ portion: Payout.Portion) {
        let payee: Payout.Payee =
          switch place {
          case .party(let party): .party(party)
          case .account(let register): .account(register: register)
          case .vault(let vault), .entry(let vault, _): .vault(VaultID(vault))
          }
        if payee != .vault(vault) {
          payouts.append(Payout(instruction: pc, vault: vault, payee: payee, portion: portion))
        }
      }
      func add(_ vault: VaultID, _ shares: [SplitShare]) {
        for share in shares {
          let portion: Payout.Portion =
            switch share.portion {
            case .part(let register): .share(register: register, isCapped: false)
            case .upTo(let register): .share(register: register, isCapped: true)
            case .rest: .rest
            case .evenly: .evenly
            }
          switch share.targets {
          case .places(let places): for place in places { add(vault, place, portion) }
          case .split(let table): add(vault, module.splits[table])
          case .list(let register):
            payouts.append(Payout(instruction: pc, vault: vault, payee: .list(register: register), portion: portion))
          }
        }
      }
      func holding(_ vault: VaultID?) -> VaultID? {
        guard let vault, let held = flow.holdings(before: pc, of: leg.transition), held & 1 << vault.index != 0 else {
          return nil
        }
        return vault
      }
      let source = PlaceOperand(number: instruction.a)?.vault
      switch instruction.opcode.row.effect {
      case .pays:
        if let vault = holding(source), let place = PlaceOperand(number: instruction.b) { add(vault, place, .all) }
      case .splits: if let vault = holding(source) { add(vault, module.splits[Int(instruction.b)]) }
      case .paysEach:
        if let vault = holding(VaultID(instruction.a)) {
          payouts.append(Payout(instruction: pc, vault: vault, payee: .each, portion: .all))
        }
      case .nothing, .stores, .increments, .namesPayer, .asks, .settles, .emits: break
      }
    }
    return payouts
  }
}
