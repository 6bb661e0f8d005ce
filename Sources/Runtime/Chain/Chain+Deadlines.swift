// What happens by itself, and the gas that was paid ahead for it.

package import Assurance
import Bytecode
import Interface
package import Ledger
import Primitives

extension Chain {
  // MARK: Deadlines

  /// Runs what is due at `until` or before, in order, until nothing is or the budget is used up.
  func runDeadlines(until: Time, budget: Int) -> [Receipt] {
    var receipts: [Receipt] = []
    var left = budget
    while left > 0, let receipt = runDeadline(until: until) {
      left -= Int(receipt.gas)
      receipts.append(receipt)
    }
    return receipts
  }

  private func runDeadline(until: Time) -> Receipt? {
    let potGas = { [state, schedule] (number: AgreementNumber) in
      max(0, Int(clamping: state.agreements[number.index].pot.reduce(0) { $0 + $1.gas }) - schedule.deadline)
    }
    guard var step = runtime.runNextDeadline(until: until, gas: potGas), let number = step.agreement else { return nil }
    var verdict = Receipt.Verdict.done
    if case .defect(let failure) = step.outcome { verdict = .defect(failure) }
    // A pot holds the dearest way that leads on by itself. Should one hold less nevertheless, that
    // is a defect of one agreement and not the ledger's end.
    let gas = min(step.gas + UInt64(schedule.deadline), state.agreements[number.index].pot.reduce(0) { $0 + $1.gas })
    takeFromPot(gas, of: number)
    state.spend(gas * genesis.gasPrice)
    if isFinal(number) { step.returned = returnPot(of: number) }
    return Receipt(origin: .deadline, time: step.time, verdict: verdict, gas: gas, results: [.stepped(step)])
  }

  func isFinal(_ number: AgreementNumber) -> Bool {
    runtime.interface(of: number).states[state.agreements[number.index].position.state].isFinal
  }

  // MARK: Pots

  /// W of an agreement as it stands: what its pot holds at least.
  package func ahead(of number: AgreementNumber) -> Int {
    let agreement = state.agreements[number.index]
    return modules[agreement.contract].ahead(of: agreement)
  }

  private func takeFromPot(_ gas: UInt64, of number: AgreementNumber) {
    var pot = state.agreements[number.index].pot
    var rest = gas
    while rest > 0 {
      guard let first = pot.first else { preconditionFailure("no more is taken from a pot than it holds") }
      let taken = min(rest, first.gas)
      rest -= taken
      pot[0] = PotShare(payer: first.payer, gas: first.gas - taken)
      if pot[0].gas == 0 { pot.removeFirst() }
    }
    state.setPot(number, pot)
  }

  func returnPot(of number: AgreementNumber) -> [PotShare] {
    let pot = state.agreements[number.index].pot
    if pot.isEmpty { return [] }
    for share in pot { state.setCredit(share.payer, state.account(share.payer).credit + share.gas * genesis.gasPrice) }
    state.setPot(number, [])
    return pot
  }
}

extension AssuredModule {
  /// W of an agreement of this contract: the gas that the dearest way takes at most that leads on by itself.
  package func ahead(of agreement: Agreement) -> Int {
    let interface = wellFormed.module.interface
    return prepayment.ahead[of: agreement.position.state].gas { field in
      guard case .int(let reached) = agreement.value(interface.item(of: field), interface), let count = reached.int
      else {
        preconditionFailure("a counter is a small integer")
      }
      return count
    }
  }
}
