// What can be asked of a ledger without changing it.

package import Interface
package import Ledger
package import Primitives

extension Chain {
  // MARK: Asking

  package func interface(ofModule index: Int) -> ContractInterface { runtime.interface(ofContract: index) }

  package func isConsented(_ number: AgreementNumber) -> Bool { runtime.isConsented(number) }

  /// The transaction that was done and that its sender called so.
  package func transaction(called reference: [UInt8], by sender: AccountID) -> Digest? {
    state.transaction(ofReference: Chain.reference(reference, of: sender))
  }

  /// What will happen to an agreement if nobody does anything any more: every step that leads on by
  /// itself, to an end. `tell` is asked before it is undone.
  package func silence<R>(of number: AgreementNumber, tell: ([Step]) -> R) -> R {
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    var steps: [Step] = []
    while let step = runtime.runNextDeadline(of: number, gas: limits.transactionGas) { steps.append(step) }
    return tell(steps)
  }

  /// What the parties of an agreement consent to.
  package func subject(of number: AgreementNumber) -> Digest {
    let agreement = state.agreements[number.index]
    return Agreement.subject(
      module: state.modules[agreement.contract].id, currencies: agreement.currencies,
      parties: agreement.parties.map { state.account($0).id },
      terms: terms(of: number), summary: agreement.summary)
  }

  /// What a view shows of an agreement now, or why it shows nothing; nil where the contract has no view of this name.
  package func view(_ name: String, of number: AgreementNumber, arguments: [Value]) -> Ending? {
    runtime.interface(of: number).views.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }.map {
      runtime.view($0, of: number, arguments: arguments, gas: limits.transactionGas)
    }
  }

  package func terms(of number: AgreementNumber) -> [Value] {
    let interface = runtime.interface(of: number)
    return interface.terms.indices.map { state.agreements[number.index].value($0, interface) }
  }

  // MARK: Rehearsal

  /// What a transaction would do now, with what it would make due at once; nothing is kept. `tell`
  /// is asked before it is undone, while everything that the receipts name is there.
  package func rehearse<R>(
    _ operations: [Transaction.Operation], sender: AccountID, coSigners: [AccountID], reference: [UInt8]? = nil,
    tell: ([Receipt]) -> R
  ) -> R {
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    // What is overdue comes first, as it will in the block.
    _ = runDeadlines(until: time, budget: .max)
    let account = state.row(of: sender).map { state.account($0) }
    let affordable = genesis.gasPrice == 0 ? UInt64(limits.transactionGas) : (account?.credit ?? 0) / genesis.gasPrice
    let transaction = Transaction(
      chain: id, sender: sender, nonce: account?.nonce ?? 0, validUntil: time,
      gasLimit: min(affordable, UInt64(limits.transactionGas)),
      reference: reference, coSigners: coSigners, operations: operations)
    func inadmissible(_ reason: Inadmissible) -> R {
      tell([Receipt(origin: .transaction(.zero), time: time, verdict: .inadmissible(reason), gas: 0, results: [])])
    }
    let size = SignedTransaction.size(of: transaction)
    guard size <= limits.transactionSize, (try? Transaction(canonicalBytes: transaction.canonicalBytes)) != nil else {
      return inadmissible(.malformed)
    }
    guard transaction.gasLimit >= baseGas(transaction, size: size) else { return inadmissible(.credit) }
    let receipt = apply(transaction, id: .zero, size: size, isRehearsal: true)
    return tell([receipt] + runDeadlines(until: time, budget: automaticGas))
  }

  /// What an action would ask of its caller now, with everybody's approval, a sum for each currency; nothing is kept.
  package func asked(_ call: Transaction.Call, by caller: AccountID) -> [CurrencyAmount] {
    guard let row = state.row(of: caller), call.agreement.index < state.agreements.count else { return [] }
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    _ = runDeadlines(until: time, budget: .max)
    let deposits = runtime.deposits(
      of: call.action, by: row, on: call.agreement, visit: call.visit, arguments: call.arguments,
      gas: limits.transactionGas)
    return Currency.all.compactMap { currency in
      let sum = deposits.filter { $0.currency == currency }.reduce(Amount.zero) { $0?.adding($1.amount) }
      return sum.flatMap { $0 == .zero ? nil : CurrencyAmount($0, currency) }
    }
  }
}
