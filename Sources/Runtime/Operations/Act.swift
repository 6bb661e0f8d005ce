import Interface
import Ledger

extension TransactionExecutor {
  mutating func perform(_ call: Transaction.Call, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.action)
    _ = try agreement(call.agreement)
    var step = chain.runtime.take(
      call.action, by: signers[signer], on: call.agreement, visit: call.visit, arguments: call.arguments,
      letGo: call.letGo, gas: meter.left)
    try meter.charge(Int(clamping: step.gas))
    if step.isRefused { throw failed(step) }
    // It is kept until the agreement leaves its state, and where a parameter names who may act, anybody may agree.
    if case .approved = step.outcome { try meter.charge(schedule.row) }
    try settlePot(&step, call.agreement)
    return .stepped(step)
  }
}
