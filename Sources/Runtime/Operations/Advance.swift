import Interface
import Ledger

extension TransactionExecutor {
  mutating func perform(_ advance: Transaction.Advance, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.transfer)
    guard state.account(signers[signer]).id == chain.genesis.operatorAccount else { throw OperationFailure(.authority) }
    state.setStampUntil(max(advance.until, state.stampUntil))
    return .advanced(until: advance.until)
  }
}
