import Interface
import Ledger

extension TransactionExecutor {
  mutating func perform(_ opening: Transaction.Opening, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.opening)
    guard let contract = state.moduleRow(opening.module) else { throw OperationFailure(.module) }
    guard opening.parties.count == chain.runtime.interface(ofContract: contract).parties.count else {
      throw OperationFailure(.argument)
    }
    var parties: [AccountRow] = []
    for party in opening.parties { parties.append(try row(party)) }
    let consents = parties.enumerated().reduce(UInt16(0)) {
      signers.contains($1.element) ? $0 | 1 << UInt16($1.offset) : $0
    }
    var step = chain.runtime.open(
      .init(
        contract: contract, currencies: opening.currencies, parties: parties, terms: opening.terms,
        summary: opening.summary, consents: consents),
      gas: meter.left)
    try meter.charge(Int(clamping: step.gas))
    guard let number = step.agreement else { throw failed(step) }
    try settlePot(&step, number)
    return .stepped(step)
  }
}
