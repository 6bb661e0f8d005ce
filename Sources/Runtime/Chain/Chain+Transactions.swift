// What a transaction does around its operations, each of which has a file under Operations.

import Assurance
import Interface
import Ledger
import Primitives

/// What a transaction may still use, and what it has used.
struct Meter {
  let limit: UInt64
  /// Done and gone.
  private(set) var work: UInt64 = 0
  /// Put into pots.
  private(set) var prepaid: UInt64 = 0

  init(limit: UInt64) { self.limit = limit }

  /// No contract's call uses more than a number of this size.
  var left: Int { Int(clamping: limit - work - prepaid) }

  mutating func charge(_ gas: Int) throws(OperationFailure) {
    guard gas <= left else {
      work = limit - prepaid
      throw OperationFailure(.trapped(.gas))
    }
    work += UInt64(gas)
  }

  mutating func prepay(_ gas: Int) throws(OperationFailure) {
    guard gas <= left else {
      work = limit - prepaid
      throw OperationFailure(.trapped(.gas))
    }
    prepaid += UInt64(gas)
  }

  /// The transaction failed: what it put into pots was taken out again.
  mutating func undoPrepaid() { prepaid = 0 }
}

extension Chain {
  // MARK: Transactions

  /// Applies an admissible transaction of so many bytes, signatures included. The limit is set
  /// aside before and what was not used comes back at the end; a rehearsal, whose limit is only a
  /// bound, sets nothing aside.
  func apply(_ transaction: Transaction, id: Digest, size: Int, isRehearsal: Bool = false) -> Receipt {
    let beginning = state.mark
    // Signers are there whatever becomes of the rest, so that the receipt can name them.
    let signers = transaction.signers.map(rowOrNew)
    let sender = signers[0]
    state.setNonce(sender, transaction.nonce + 1)
    let reserved = isRehearsal ? 0 : transaction.gasLimit * genesis.gasPrice
    state.setCredit(sender, state.account(sender).credit - reserved)

    let mark = state.mark
    var executor = TransactionExecutor(
      chain: self, signers: signers, meter: Meter(limit: transaction.gasLimit))
    var results: [OperationResult] = []
    var verdict = Receipt.Verdict.done
    do throws(OperationFailure) {
      try executor.meter.charge(Int(clamping: baseGas(transaction, size: size)))
    } catch {
      preconditionFailure(
        "an admissible transaction's limit covers what it costs to be looked at, or it is not admitted")
    }
    for (index, operation) in transaction.operations.enumerated() {
      do throws(OperationFailure) {
        results.append(try operation.perform(by: &executor))
      } catch {
        state.rollBack(to: mark)
        executor.meter.undoPrepaid()
        verdict = .failed(operation: index, error.failure)
        results = error.result.map { [$0] } ?? []
        // A step of an agreement that this transaction opened names what is no longer there.
        if case .stepped(let step)? = error.result, let agreement = step.agreement,
          agreement.index >= state.agreements.count
        {
          results = []
        }
        break
      }
    }
    // Only what was done keeps others from bearing its name.
    if verdict == .done, let reference = transaction.reference {
      state.addReference(Chain.reference(reference, of: transaction.sender), of: id)
    }
    let meter = executor.meter
    let used = (meter.work + meter.prepaid) * genesis.gasPrice
    let credit = UInt128(state.account(sender).credit) + UInt128(reserved)
    guard let rest = UInt64(exactly: credit < UInt128(used) ? .max : credit - UInt128(used)) else {
      precondition(isRehearsal, "a limit that was set aside covers what was used")
      state.rollBack(to: beginning)
      return Receipt(origin: .transaction(id), time: state.time, verdict: .inadmissible(.credit), gas: 0, results: [])
    }
    state.setCredit(sender, rest)
    state.spend(meter.work * genesis.gasPrice)
    return Receipt(origin: .transaction(id), time: state.time, verdict: verdict, gas: meter.work, results: results)
  }

  private func rowOrNew(_ id: AccountID) -> AccountRow { state.row(of: id) ?? state.addAccount(id) }
}

/// Carries out a transaction's operations, each charging the meter before it works.
struct TransactionExecutor: OperationExecutor {
  let chain: Chain
  /// The sender, then the co-signers.
  let signers: [AccountRow]
  var meter: Meter

  var state: LedgerState { chain.state }
  var schedule: GasSchedule { chain.schedule }

  mutating func row(_ id: AccountID) throws(OperationFailure) -> AccountRow {
    if let row = state.row(of: id) { return row }
    try meter.charge(schedule.row)
    return state.addAccount(id)
  }

  func agreement(_ number: AgreementNumber) throws(OperationFailure) -> Agreement {
    guard number.index < state.agreements.count else { throw OperationFailure(.agreement) }
    return state.agreements[number.index]
  }

  /// Of a step that did not happen.
  func failed(_ step: Step) -> OperationFailure {
    guard case .refused(let failure) = step.outcome else {
      preconditionFailure("a step that did not happen was refused")
    }
    return OperationFailure(failure, .stepped(step))
  }

  /// After an opening or an action: the pot gets what it lacks, or gives back what is left at the end.
  mutating func settlePot(_ step: inout Step, _ number: AgreementNumber) throws(OperationFailure) {
    if chain.isFinal(number) {
      step.returned = chain.returnPot(of: number)
      return
    }
    let agreement = state.agreements[number.index]
    let needed = UInt64(chain.ahead(of: number))
    let held = agreement.pot.reduce(0) { $0 + $1.gas }
    guard held < needed else { return }
    try meter.prepay(Int(needed - held))
    step.prepaid = needed - held
    let payer = signers[0]
    var pot = agreement.pot
    if let last = pot.last, last.payer == payer {
      pot[pot.count - 1] = PotShare(payer: payer, gas: last.gas + step.prepaid)
    } else {
      pot.append(PotShare(payer: payer, gas: step.prepaid))
    }
    state.setPot(number, pot)
  }
}
