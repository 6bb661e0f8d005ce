import Assurance
import Interface
import Ledger
import Primitives

extension TransactionExecutor {
  mutating func perform(_ publication: Transaction.Publication) throws(OperationFailure) -> OperationResult {
    let bytes = publication.module
    try meter.charge(schedule.moduleByte * bytes.count)
    let id = Digest(sha256: bytes)
    if state.moduleRow(id) != nil { return .published(.init(module: id, isNew: false)) }
    let module: AssuredModule
    do throws(ModuleFlaw) { module = try Chain.assured(bytes) } catch {
      throw OperationFailure(.refused(.module), .flawed(error))
    }
    try meter.charge(schedule.row)
    chain.take(module, after: state.modules.count)
    state.publish(id, bytes: bytes)
    return .published(.init(module: id, isNew: true))
  }
}
