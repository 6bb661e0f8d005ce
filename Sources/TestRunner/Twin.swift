package import Assurance
package import Compiler
package import Interface
package import Ledger
package import Primitives
import Reference
import Runtime
import Semantics
package import Source
import VM

/// Two ledgers that are given the same events: on one the machine runs the contracts, on the other
/// the reference interpreter. After every event receipts and states are compared; whatever differs
/// is told, and is a bug of ours.
package struct Twin {
  private var machine: AgreementExecutor<Machine>
  private var reference: AgreementExecutor<Interpreter>
  private let contracts: [CompiledContract]
  /// What the engines did not agree on, in words. It should stay empty.
  package private(set) var differences: [String] = []

  /// What transitions that led on used at most, by contract and transition; nil of one that has not led on.
  package private(set) var gasUse: [[GasUse?]]

  /// Where the last call that failed stopped.
  package private(set) var failureSite: Span?

  package init(_ contracts: [CompiledContract]) {
    self.contracts = contracts
    gasUse = contracts.map { Array(repeating: nil, count: $0.interface.transitions.count) }
    machine = AgreementExecutor(
      engine: Machine(), contracts: contracts.map(\.module), state: LedgerState(time: CheckedTest.start))
    reference = AgreementExecutor(
      engine: Interpreter(), contracts: contracts.map(\.checked), state: LedgerState(time: CheckedTest.start))
  }

  /// What the machine's ledger holds.
  package var state: LedgerState { machine.state }

  package var digest: Digest { machine.state.digest }

  package func interface(of number: AgreementNumber) -> ContractInterface { machine.interface(of: number) }

  // MARK: Events

  package mutating func openAccount(holding: (Currency) -> Amount) -> AccountRow {
    _ = reference.state.openAccount(holding: holding)
    return machine.state.openAccount(holding: holding)
  }

  package mutating func open(
    contract: Int, currencies: [Currency], parties: [AccountRow], terms: [Value]
  ) -> (AgreementNumber?, [Step]) {
    let (number, ours) = machine.open(contract: contract, currencies: currencies, parties: parties, terms: terms)
    let (other, theirs) = reference.open(contract: contract, currencies: currencies, parties: parties, terms: terms)
    if number != other {
      differences.append("the machine opens \(String(describing: number)), the reference \(String(describing: other))")
    }
    return (number, compare(ours, theirs, contract: contract))
  }

  package mutating func act(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, arguments: [Value], letGo: [CurrencyAmount]?
  ) -> [Step] {
    let ours = machine.act(action, by: caller, on: number, arguments: arguments, letGo: letGo)
    let theirs = reference.act(action, by: caller, on: number, arguments: arguments, letGo: letGo)
    return compare(ours, theirs, contract: state.agreements[number.index].contract)
  }

  package mutating func advance(to time: Time) -> [Step] {
    compare(machine.advance(to: time), reference.advance(to: time), contract: nil)
  }

  /// What a view shows, or why it shows nothing.
  package mutating func show(_ view: Int, of number: AgreementNumber, arguments: [Value]) -> Ending {
    let ours = machine.show(view, of: number, arguments: arguments)
    let theirs = reference.show(view, of: number, arguments: arguments)
    if ours != theirs { differences.append("a view shows \(ours) on the machine and \(theirs) on the reference") }
    if !machine.state.takeUnrooted().isEmpty || !reference.state.takeUnrooted().isEmpty {
      differences.append("looking at a view changes the state")
    }
    return ours
  }

  /// Who it is that may act, where anybody is named.
  package func account(of actor: ContractInterface.Actor, on number: AgreementNumber, _ arguments: [Value])
    -> AccountRow?
  {
    let (agreement, interface) = (state.agreements[number.index], interface(of: number))
    let value: Value
    switch actor {
    case .party(let party): return agreement.parties[party]
    case .field(let field): value = agreement.value(interface.item(of: field), interface)
    case .parameter(let parameter): value = arguments[parameter]
    }
    guard case .party(let row) = value else { return nil }
    return AccountRow(Int(row))
  }

  // MARK: What must hold

  /// The first thing that is not as it must be after an event: the engines differ, money was made
  /// or lost, or the keys of a vault of the agreement do not add up. `totals` has of each currency
  /// what there is.
  package func defect(of number: AgreementNumber?, holding totals: [UInt128]) -> String? {
    if let difference = differences.first { return difference }
    for (currency, total) in zip(Currency.all, totals) where state.total(of: currency) != total {
      return "\(currency.code) was made or lost: \(total) units before, \(state.total(of: currency)) after"
    }
    return number.flatMap { defectOfKeys(of: $0) }
  }

  /// What a vault holds under its keys is together what it holds, under no more of them than it
  /// may, and under none nothing.
  private func defectOfKeys(of number: AgreementNumber) -> String? {
    let agreement = state.agreements[number.index]
    for (index, vault) in interface(of: number).vaults.enumerated() {
      guard let key = vault.key else { continue }
      let held = agreement.holdings(ofVault: VaultID(index))
      if held.count > key.most {
        return "the vault `\(vault.name)` holds money under \(held.count) keys; it may under \(key.most)"
      }
      if held.reduce(UInt128(0), { $0 + $1.amount.units }) != agreement.vaults[index].units
        || held.contains(where: { $0.amount == .zero })
      {
        return "the keys of the vault `\(vault.name)` do not add up to what it holds"
      }
    }
    return nil
  }

  // MARK: Comparison

  /// The machine's steps, after holding them against the reference's.
  private mutating func compare(_ ours: [Step], _ theirs: [Step], contract: Int?) -> [Step] {
    func index(_ step: Step) -> Int {
      guard let index = step.agreement.map({ state.agreements[$0.index].contract }) ?? contract else {
        preconditionFailure("what belongs to no agreement was the opening of a contract")
      }
      return index
    }
    failureSite = nil
    if let step = ours.last, step.isRefused {
      failureSite = machine.failureSite.map { contracts[index(step)].spans[$0.function][$0.instruction] }
      if failureSite != reference.failureSite { differences.append("\(step.outcome) stops at different places") }
    }
    for (our, their) in zip(ours.map(\.withoutGas), theirs) where our != their {
      differences.append(Twin.difference(our, their))
    }
    if ours.count != theirs.count {
      differences.append("the machine tells of \(ours.count) events, the reference of \(theirs.count)")
    }
    if !haveEqualStates() { differences.append("the states differ after \(ours.map(\.cause))") }
    for step in ours {
      let bound = contracts[index(step)].assured.gasMax(of: step)
      if step.gas > UInt64(bound) { differences.append("\(step.cause) used \(step.gas) gas; its bound is \(bound)") }
      guard case .entered = step.outcome, let transition = step.transition else { continue }
      let use = GasUse(used: Int(step.gas), bound: bound)
      gasUse[index(step)][of: transition] = gasUse[index(step)][of: transition].joined(use)
    }
    machine.state.commit()
    reference.state.commit()
    return ours
  }

  /// Whether the two ledgers hold the same. Rows that neither has changed since the last event were compared then.
  private func haveEqualStates() -> Bool {
    let places = machine.state.takeUnrooted() + reference.state.takeUnrooted()
    return places.allSatisfy { place in
      let isThere = machine.state.holds(place)
      return isThere == reference.state.holds(place)
        && (!isThere || machine.state.row(place) == reference.state.row(place))
    }
  }

  /// In words, the first thing on which two steps differ.
  private static func difference(_ our: Step, _ their: Step) -> String {
    if our.outcome != their.outcome {
      return "the outcome is \(our.outcome) on the machine and \(their.outcome) on the reference"
    }
    if our.moves != their.moves {
      return
        "the machine moves \(our.moves.map(\.sum.amount.units)), the reference \(their.moves.map(\.sum.amount.units)) units"
    }
    if our.events != their.events { return "the events differ" }
    return "the steps differ in time, state or invariants"
  }
}

/// The most gas that a transition was seen to use, with what entering its target takes, and the
/// highest bound that this was held against.
package struct GasUse: Hashable, Sendable {
  package let used: Int
  package let bound: Int

}

extension GasUse? {
  package func joined(_ other: GasUse?) -> GasUse? {
    guard let self, let other else { return self ?? other }
    return GasUse(used: max(self.used, other.used), bound: max(self.bound, other.bound))
  }
}

extension AssuredModule {
  /// The most gas that a step of this contract uses.
  package func gasMax(of step: Step) -> Int {
    guard let transition = step.transition else { return prepayment.opening }
    let target: Int =
      switch step.outcome {
      case .entered(let state): prepayment.entering[of: state]
      // A refusal comes before or after the body; what it would have entered is not told.
      case .refused, .stayed, .opened, .approved, .defect: prepayment.entering.max() ?? 0
      }
    return gasMax[of: transition] + target
  }
}
