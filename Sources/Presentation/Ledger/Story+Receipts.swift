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
      guard let transaction, transaction.instructions.indices.contains(index) else {
        return [wording.refused(failure, because: receipt.flaw.map { wording.notTaken($0, in: nil) } ?? failure.name)]
      }
      if let flaw = receipt.flaw {
        return [wording.refused(failure, because: reason(flaw, transaction.instructions[index]))]
      }
      return [
        wording.refused(
          failure, because: reason(failure, transaction.instructions[index], receipt.steps.first, transaction))
      ]
    case .done, .defect:
      return receipt.deeds.enumerated().flatMap { index, deed in
        lines(deed, transaction.flatMap { $0.instructions.indices.contains(index) ? $0.instructions[index] : nil })
      }
    }
  }

  private func lines(_ deed: Deed, _ instruction: Transaction.Instruction?) -> [String] {
    switch deed {
    case .published(let module, let isNew):
      let contract = chain.state.moduleRow(module).map { chain.interface(ofModule: $0).name } ?? "\(module)"
      return [wording.published(contract, isNew: isNew)]
    case .consented(let number, let row): return [wording.consents(name(row), toAgreement: number.index + 1)]
    case .transferred(let move):
      guard case .account(let from) = move.from, case .account(let to) = move.to else { return [] }
      return [wording.pays(move.sum, from: name(from), to: name(to))]
    case .granted(let from, let to, let credit): return [wording.grants(credit, from: name(from), to: name(to))]
    case .advanced(let until): return [wording.allowsTime(until: until)]
    case .released(let number, let signers, let moves, let returned):
      let agreement = chain.state.agreements[number.index]
      return [wording.releases(signers.map(name), agreement: number.index + 1)]
        + story.lines(moves, chain.interface(ofModule: agreement.contract), agreement)
        + returned.map { wording.getsBack(name($0.payer), $0.gas) }
    case .flawed(let flaw): return [wording.notTaken(flaw, in: nil)]
    case .stepped(let step):
      guard let number = step.agreement else { return [] }
      let agreement = chain.state.agreements[number.index]
      var (arguments, letGo) = ([Value](), [CurrencyAmount]())
      if case .act(let call, _) = instruction { (arguments, letGo) = (call.arguments, call.letGo) }
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
  private func reason(_ flaw: ModuleFlaw, _ instruction: Transaction.Instruction) -> String {
    guard case .publish(let bytes) = instruction else { return wording.notTaken(flaw, in: nil) }
    return wording.notTaken(flaw, in: (try? Verifier.verify(bytes: bytes))?.module.interface)
  }

  /// Why an instruction failed.
  private func reason(
    _ failure: Failure, _ instruction: Transaction.Instruction, _ step: Step?, _ transaction: Transaction
  ) -> String {
    let who = name(transaction.signers[instruction.signer])
    if let step {
      let contract: Int? =
        switch instruction {
        case .open(let opening, _): chain.state.moduleRow(opening.module)
        case .act(let call, _):
          chain.state.agreements.indices.contains(call.agreement.index)
            ? chain.state.agreements[call.agreement.index].contract : nil
        case .publish, .consent, .transfer, .grant, .advance, .release: nil
        }
      if let contract { return story.refusal(failure, step, chain.interface(ofModule: contract)) }
    }
    if case .release = instruction, let sentence = wording.sentence(ofRelease: failure) { return sentence }
    return wording.sentence(failure, .init(who: who, action: instruction.name, state: "", endedBy: nil))
  }
}

extension Transaction.Instruction {
  /// How a sentence calls it: an action by its own name.
  fileprivate var name: String {
    switch self {
    case .publish: "publish"
    case .open: "open"
    case .consent: "consent"
    case .act(let call, _): call.action
    case .transfer: "transfer"
    case .grant: "transfer"
    case .advance: "advance"
    case .release: "release"
    }
  }
}
