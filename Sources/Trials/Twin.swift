import Assurance
package import Compiler
package import Interface
package import Ledger
package import Primitives
import Reference
package import Runtime
package import Source
import VM

/// Two ledgers that are given the same events: on one the machine runs the contracts, on the other the reference interpreter. After every event receipts and
/// states are compared; whatever differs is told, and is a bug of ours.
package struct Twin {
  private var machine: Runtime<Machine>
  private var reference: Runtime<Interpreter>
  private let contracts: [CompiledContract]
  /// What the engines did not agree on, in words. It should stay empty.
  package private(set) var differences: [String] = []

  /// Tests start here.
  package static let start = Time(milliseconds: 1_767_225_600_000)

  package init(_ contracts: [CompiledContract]) {
    self.contracts = contracts
    machine = Runtime(engine: Machine(), contracts: contracts.map(\.module), state: LedgerState(time: Twin.start))
    reference = Runtime(engine: Interpreter(), contracts: contracts.map(\.checked), state: LedgerState(time: Twin.start))
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
  ) -> (AgreementNumber?, [Receipt<Span>]) {
    let (number, ours) = machine.open(contract: contract, currencies: currencies, parties: parties, terms: terms)
    let (other, theirs) = reference.open(contract: contract, currencies: currencies, parties: parties, terms: terms)
    if number != other { differences.append("the machine opens \(String(describing: number)), the reference \(String(describing: other))") }
    return (number, compare(ours, theirs, contract: contract))
  }

  package mutating func act(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, arguments: [Value], letGo: [CurrencyAmount]?
  ) -> [Receipt<Span>] {
    let ours = machine.act(action, by: caller, on: number, arguments: arguments, letGo: letGo)
    let theirs = reference.act(action, by: caller, on: number, arguments: arguments, letGo: letGo)
    return compare(ours, theirs, contract: state.agreements[number.index].contract)
  }

  package mutating func advance(to time: Time) -> [Receipt<Span>] { compare(machine.advance(to: time), reference.advance(to: time), contract: nil) }

  // MARK: Comparison

  /// The machine's receipts with places in the source, after holding them against the reference's. `contract` is the one whose call may have failed.
  private mutating func compare(_ ours: [Receipt<Machine.Site>], _ theirs: [Receipt<Span>], contract: Int?) -> [Receipt<Span>] {
    let mapped = ours.map { receipt in
      guard let index = receipt.agreement.map({ state.agreements[$0.index].contract }) ?? contract else {
        preconditionFailure("what belongs to no agreement was the opening of a contract")
      }
      return receipt.relocated { contracts[index].spans[$0.function][$0.instruction] }
    }
    for (our, their) in zip(mapped.map(\.withoutGas), theirs) where our != their { differences.append(our.difference(from: their)) }
    if mapped.count != theirs.count { differences.append("the machine tells of \(mapped.count) events, the reference of \(theirs.count)") }
    if machine.state.digest != reference.state.digest { differences.append("the states differ after \(mapped.map(\.cause))") }
    for receipt in mapped {
      guard let transition = receipt.transition, let number = receipt.agreement else { continue }
      let bound = contracts[state.agreements[number.index].contract].assured.gasMax[transition]
      if receipt.gas > UInt64(bound) { differences.append("transition \(transition) used \(receipt.gas) gas; its bound is \(bound)") }
    }
    machine.state.commit()
    reference.state.commit()
    return mapped
  }
}
