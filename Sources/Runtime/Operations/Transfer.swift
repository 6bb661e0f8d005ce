import Interface
import Ledger
import Primitives

extension TransactionExecutor {
  mutating func perform(_ transfer: Transaction.Transfer, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.transfer)
    let (payer, sum) = (signers[signer], transfer.sum)
    guard sum.amount > .zero else { throw OperationFailure(.argument) }
    let payee = try row(transfer.to)
    if !state.hasBalance(payee, sum.currency) { try meter.charge(schedule.row) }
    guard state.debit(payer, sum.currency, sum.amount) else { throw OperationFailure(.funds) }
    state.credit(payee, sum.currency, sum.amount)
    return .transferred(Move(from: .account(payer), to: .account(payee), sum: sum))
  }
}
