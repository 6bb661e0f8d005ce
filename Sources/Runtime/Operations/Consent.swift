import Interface
import Ledger

extension TransactionExecutor {
  mutating func perform(_ consent: Transaction.Consent, by signer: Int) throws(OperationFailure) -> OperationResult {
    try meter.charge(schedule.consent)
    let agreement = try agreement(consent.agreement)
    let party = signers[signer]
    let own = agreement.parties.enumerated().reduce(UInt16(0)) {
      $1.element == party ? $0 | 1 << UInt16($1.offset) : $0
    }
    guard own != 0 else { throw OperationFailure(.authority) }
    guard consent.subject == chain.subject(of: consent.agreement) else { throw OperationFailure(.consent) }
    state.setConsents(consent.agreement, agreement.consents | own)
    return .consented(.init(agreement: consent.agreement, party: party))
  }
}
