import Bytecode
import Interface
package import Ledger
import Primitives
package import Runtime
package import Wording

/// Tells a ledger's receipts as sentences.
package struct LedgerStory {
  private let chain: Chain
  private let wording: Wording
  private let name: (AccountID) -> String
  private let story: Story

  package init(_ chain: Chain, _ wording: Wording, name: @escaping (AccountID) -> String) {
    self.chain = chain
    self.wording = wording
    self.name = name
    story = Story(wording) { name(chain.state.account($0).id) }
  }

  package func name(_ row: AccountRow) -> String { name(chain.state.account(row).id) }

  /// One sentence for each thing that happened. `transaction` is what was asked for, where it was a transaction.
  package func lines(_ receipt: Receipt, _ transaction: Transaction?) -> [String] {
    switch receipt.verdict {
    case .inadmissible(let reason): return [wording.notAdmitted(wording.sentence(reason))]
    case .failed(let index, let failure):
      guard let transaction, transaction.operations.indices.contains(index) else {
        return [wording.refused(failure, because: receipt.flaw.map { wording.notTaken($0, in: nil) } ?? failure.name)]
      }
      if let flaw = receipt.flaw {
        return [wording.refused(failure, because: reason(flaw, transaction.operations[index]))]
      }
      return [
        wording.refused(
          failure, because: reason(failure, transaction.operations[index], receipt.steps.first, transaction))
      ]
    case .done, .defect:
      return receipt.results.enumerated().flatMap { index, result in
        lines(result, transaction.flatMap { $0.operations.indices.contains(index) ? $0.operations[index] : nil })
      }
    }
  }

  private func lines(_ result: OperationResult, _ operation: Transaction.Operation?) -> [String] {
    switch result {
    case .published(let result):
      let row = chain.state.moduleRow(result.module)
      let contract = row.map { chain.interface(ofModule: $0).name } ?? "\(result.module)"
      return [wording.published(contract, isNew: result.isNew)]
    case .consented(let result):
      return [wording.consents(name(result.party), toAgreement: result.agreement.index + 1)]
    case .transferred(let move):
      guard case .account(let from) = move.from, case .account(let to) = move.to else { return [] }
      return [wording.pays(move.sum, from: name(from), to: name(to))]
    case .granted(let result):
      return [wording.grants(result.credit, from: name(result.from), to: name(result.to))]
    case .advanced(let until): return [wording.allowsTime(until: until)]
    case .released(let result):
      let agreement = chain.state.agreements[result.agreement.index]
      return [wording.releases(result.signers.map(name), agreement: result.agreement.index + 1)]
        + story.lines(result.moves, chain.interface(ofModule: agreement.contract), agreement)
        + result.returned.map { wording.getsBack(name($0.payer), $0.gas) }
    case .flawed(let flaw): return [wording.notTaken(flaw, in: nil)]
    case .stepped(let step):
      guard let number = step.agreement else { return [] }
      let agreement = chain.state.agreements[number.index]
      var (arguments, letGo) = ([Value](), [CurrencyAmount]())
      if case .act(let call, _) = operation { (arguments, letGo) = (call.arguments, call.letGo) }
      var lines = story.lines(step, chain.interface(ofModule: agreement.contract), agreement, arguments: arguments)
      if case .party(let row, _) = step.cause, case .approved = step.outcome, !letGo.isEmpty {
        lines.append(wording.willLetGo(name(row), letGo))
      }
      if let first = lines.first { lines[0] = wording.inAgreement(number.index + 1, first) }
      if step.prepaid > 0 { lines.append(wording.prepays(step.prepaid)) }
      for share in step.returned { lines.append(wording.getsBack(name(share.payer), share.gas)) }
      return lines
    }
  }

  /// What is wrong with a module, with its own names where the verifier has passed them: any
  /// other's might be made to look like something else.
  private func reason(_ flaw: ModuleFlaw, _ operation: Transaction.Operation) -> String {
    guard case .publish(let publication) = operation else { return wording.notTaken(flaw, in: nil) }
    return wording.notTaken(flaw, in: (try? Verifier.verify(bytes: publication.module))?.module.interface)
  }

  /// Why an operation failed.
  private func reason(
    _ failure: Failure, _ operation: Transaction.Operation, _ step: Step?, _ transaction: Transaction
  ) -> String {
    if let step, let contract = contract(of: step, operation) {
      return story.refusal(failure, step, chain.interface(ofModule: contract))
    }
    if case .release = operation, let sentence = wording.sentence(ofRelease: failure) { return sentence }
    let who = name(transaction.signers[operation.signer])
    return wording.sentence(failure, .init(who: who, action: operation.name, state: "", endedBy: nil))
  }

  /// The contract of an agreement that refused something, or of one that was not opened.
  private func contract(of step: Step, _ operation: Transaction.Operation) -> Int? {
    if case .open(let opening, _) = operation { return chain.state.moduleRow(opening.module) }
    return step.agreement.flatMap {
      $0.index < chain.state.agreements.count ? chain.state.agreements[$0.index].contract : nil
    }
  }
}

extension Transaction.Operation {
  /// What a sentence calls the operation: an action by its own name.
  fileprivate var name: String {
    if case .act(let call, _) = self { return call.action }
    // Credit is transferred by the same command as money.
    return code == .grant ? "\(Code.transfer)" : "\(code)"
  }
}
