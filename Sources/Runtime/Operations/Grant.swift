import Interface
import Ledger

extension TransactionExecutor {
  mutating func perform(_ grant: Transaction.Grant, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.transfer)
    let (giver, receiver) = (signers[signer], try row(grant.to))
    let held = state.account(giver).credit
    guard grant.credit <= held else { throw OperationFailure(.credit) }
    state.setCredit(giver, held - grant.credit)
    state.setCredit(receiver, state.account(receiver).credit + grant.credit)
    return .granted(.init(from: giver, to: receiver, credit: grant.credit))
  }
}
