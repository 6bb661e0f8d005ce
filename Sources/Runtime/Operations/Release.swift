// What becomes of a suspended agreement: what it holds is paid out once, on the word of everybody
// who has a say, or of whom the genesis names.

import Bytecode
import Interface
package import Ledger
import Primitives

/// Who may release a suspended agreement without whom the genesis names, and what.
package struct Releasers: Hashable, Sendable {
  /// Those who must all sign, ascending; empty where nobody may act, and then nobody has a say.
  package let accounts: [AccountRow]
  /// Whether everybody who can have put money into it is known. If not, what lies under no
  /// account's key is not theirs to divide.
  package let areEverybody: Bool
}

extension Chain {
  // MARK: Release

  /// Parties that may act had to consent; others that did have a say as well, and so has whoever a
  /// field names that may act.
  package func releasers(of number: AgreementNumber) -> Releasers {
    let agreement = state.agreements[number.index]
    let interface = runtime.interface(of: number)
    let actors = interface.transitions.flatMap { transition -> [ContractInterface.Actor] in
      guard case .action(_, _, .parties(let actors, _)) = transition.trigger else { return [] }
      return actors
    }
    let acting = Set(actors).sorted().compactMap { actor -> AccountRow? in
      switch actor {
      case .party(let party): return agreement.parties[party]
      case .field(let field):
        // The parameter of a state names nobody where the agreement is not in it.
        if case .parameter(let state) = interface.fields[field].role, state != agreement.position.state { return nil }
        guard case .party(let row) = agreement.value(interface.item(of: field), interface) else { return nil }
        return AccountRow(Int(row))
      case .parameter: return nil
      }
    }
    let consenting = agreement.parties.indices.filter { agreement.consents >> UInt16($0) & 1 == 1 }.map {
      agreement.parties[$0]
    }
    return Releasers(
      accounts: acting.isEmpty ? [] : Set(acting + consenting).sorted(),
      areEverybody: !isOpen(runtime.contract(of: number)))
  }

  /// Whether somebody can have put money in who is not among the releasers. Whoever pays is
  /// somebody who takes the action, so the actors say it.
  private func isOpen(_ module: WellFormedModule) -> Bool {
    let interface = module.module.interface
    return interface.transitions.ids.contains { index in
      guard case .action(_, _, let who) = interface.transitions[index].trigger else { return false }
      guard case .parties(let actors, _) = who else { return true }
      return actors.contains { actor in
        switch actor {
        case .party: false
        // Whom a parameter names whoever acts says.
        case .parameter: true
        // Who has paid need not be whom the field names now.
        case .field(let field): !module.module.isFixed(field) && module.asks(transition: index)
        }
      }
    }
  }
}

extension TransactionExecutor {
  mutating func perform(_ release: Transaction.Release) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.action + schedule.transfer * release.payouts.count)
    let number = release.agreement
    let agreement = try agreement(number)
    guard agreement.position.standing == .suspended else { throw OperationFailure(.state) }
    let vaults = chain.runtime.interface(of: number).vaults
    guard
      release.payouts.allSatisfy({
        vaults.has($0.vault) && (vaults[$0.vault].key == nil) == ($0.key == nil)
      })
    else {
      throw OperationFailure(.argument)
    }
    let (releasing, isWhole) = try releasing(release, of: number)
    if !isWhole { throw OperationFailure(.consent) }
    guard paysOut(release.payouts, exactlyWhat: agreement, vaults) else { throw OperationFailure(.amount) }

    for vault in vaults.ids where agreement.vaults[of: vault] > .zero {
      if vaults[vault].key == nil {
        state.setVault(number, vault, .zero)
      } else {
        _ = state.emptyHoldings(number, vault)
      }
    }
    var moves: [Move] = []
    for payout in release.payouts {
      let sum = CurrencyAmount(payout.amount, agreement.vaultCurrencies[of: payout.vault])
      let payee = try row(payout.to)
      if !state.hasBalance(payee, sum.currency) { try meter.charge(schedule.row) }
      state.credit(payee, sum.currency, sum.amount)
      let holder = payout.key.map { Move.Holder.entry(vault: payout.vault, key: $0) } ?? .vault(payout.vault)
      moves.append(Move(from: holder, to: .account(payee), sum: sum))
    }
    var position = agreement.position
    position.standing = .released
    state.setPosition(number, position)
    let returned = chain.returnPot(of: number)
    return .released(.init(agreement: number, signers: releasing, moves: moves, returned: returned))
  }

  /// On whose word the agreement is released, and whether that suffices. Refused where nobody who signed has a say.
  private func releasing(
    _ release: Transaction.Release, of number: AgreementNumber
  ) throws(OperationFailure) -> (by: [AccountRow], isWhole: Bool) {
    let vaults = chain.runtime.interface(of: number).vaults
    let operators = signers.filter { state.account($0).id == chain.genesis.operatorAccount }
    let releasers = chain.releasers(of: number)
    let own = releasers.accounts.filter(signers.contains)
    guard !operators.isEmpty || !own.isEmpty else { throw OperationFailure(.authority) }
    let isEverybody = !own.isEmpty && own == releasers.accounts
    var isWhole = isEverybody || !operators.isEmpty
    for payout in release.payouts {
      if let key = payout.key, vaults[payout.vault].key?.type == .party {
        // Whose that is the ledger knows: not even whom the genesis names gives it to somebody else.
        let owner = AccountRow(Int(clamping: key))
        if owner.index < state.accountCount, state.account(owner).id != payout.to, !signers.contains(owner) {
          isWhole = false
        }
      } else if operators.isEmpty && !releasers.areEverybody {
        isWhole = false
      }
    }
    return (isEverybody ? own : operators, isWhole)
  }

  /// Whether this is all that lies in each place, and nothing from any other.
  private func paysOut(
    _ payouts: [Transaction.Payout], exactlyWhat agreement: Agreement, _ vaults: [ContractInterface.Vault]
  ) -> Bool {
    var rest = payouts[...]
    func takes(_ held: Amount, _ vault: VaultID, _ key: UInt64?) -> Bool {
      let own = rest.prefix { $0.vault == vault && $0.key == key }
      rest = rest.dropFirst(own.count)
      return own.reduce(Amount.zero) { $0?.adding($1.amount) } == held
    }
    for vault in vaults.ids {
      if vaults[vault].key == nil {
        if !takes(agreement.vaults[of: vault], vault, nil) { return false }
      } else {
        for holding in agreement.holdings(ofVault: vault) where !takes(holding.amount, vault, holding.key) {
          return false
        }
      }
    }
    return rest.isEmpty
  }
}

extension WellFormedModule {
  /// Whether a transition can ask for money.
  fileprivate func asks(transition: TransitionID) -> Bool {
    module.functions[function(of: .body(transition: transition))].code.contains { $0.opcode == .ask }
  }
}

extension Module {
  /// Whether a field of type party names the same account from the opening on; a state's parameter
  /// may name another each time the state is entered.
  fileprivate func isFixed(_ field: StateVariableID) -> Bool {
    switch interface.fields[field].role {
    case .derived: true
    case .declared, .parameter: false
    case .initialized:
      // The opening stores each such field, and no view or condition stores any.
      zip(interface.entries, functions).allSatisfy { entry, function in
        guard case .body = entry else { return true }
        return !function.code.contains { $0.opcode == .store && StateVariableID($0.c) == field }
      }
    }
  }
}
