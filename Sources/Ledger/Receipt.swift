// What became of an event, for everybody to read, by number and without words: sentences are made
// from it where somebody reads them.

package import Interface
package import Primitives

/// Money that went from one holder to another.
package struct Move: Hashable, Sendable {
  package enum Holder: Hashable, Sendable {
    case account(AccountRow)
    /// Of the agreement that the step belongs to.
    case vault(VaultID)
    /// What a vault holds under a key, which is a word as it rests.
    case entry(vault: VaultID, key: UInt64)
  }

  package let from: Holder
  package let to: Holder
  package let sum: CurrencyAmount

  package init(from: Holder, to: Holder, sum: CurrencyAmount) {
    self.from = from
    self.to = to
    self.sum = sum
  }
}

/// An event that a contract recorded, by index, with its values.
package struct Emission: Hashable, Sendable {
  package let event: Int
  package let arguments: [Value]

  package init(event: Int, arguments: [Value]) {
    self.event = event
    self.arguments = arguments
  }
}

/// Who or what moved an agreement.
package enum Cause: Hashable, Sendable {
  case opening
  case party(AccountRow, action: String)
  /// The ledger itself, when a deadline was due or a condition held: which, the step's transition tells.
  case deadline
}

/// How a step ended.
package enum Outcome: Hashable, Sendable {
  case opened(state: StateID)
  case entered(state: StateID)
  /// The action was taken and the agreement stays where it is.
  case stayed
  /// A party agreed to an action that waits for others.
  case approved(have: Int, needed: Int)
  case refused(Failure)
  /// What happens by itself failed, which no assured contract's does: it is undone and the agreement is suspended.
  case defect(Failure)
}

/// What happened to one agreement.
package struct Step: Hashable, Sendable {
  package let time: Time
  /// Nil where an opening was refused.
  package let agreement: AgreementNumber?
  package let cause: Cause
  /// The state in which it happened.
  package let state: StateID
  package var transition: TransitionID?
  package var outcome: Outcome
  package var moves: [Move] = []
  package var events: [Emission] = []
  /// Invariants that a deadline left broken, by index. There should be none.
  package var defects: [Int] = []
  /// What the contract's code used; 0 from an engine that does not meter.
  package var gas: UInt64 = 0
  /// For a refusal by state: what ended the state before by itself, or is about to end this one.
  package var endedBy: Agreement.EndedBy?
  /// For a refusal by authority, amount or funds: whose deposit it was, if not that of whoever acts.
  package var payer: AccountRow?
  /// Gas that was paid into the pot for what will happen by itself.
  package var prepaid: UInt64 = 0
  /// What the pot gave back at the end.
  package var returned: [PotShare] = []

  package init(
    time: Time, agreement: AgreementNumber?, cause: Cause, state: StateID, transition: TransitionID? = nil,
    outcome: Outcome
  ) {
    self.time = time
    self.agreement = agreement
    self.cause = cause
    self.state = state
    self.transition = transition
    self.outcome = outcome
  }

  package var isRefused: Bool { if case .refused = outcome { true } else { false } }

  /// What engines that meter and engines that do not must agree on.
  package var withoutGas: Step {
    var step = self
    step.gas = 0
    return step
  }
}

/// What became of one event of the ledger: a transaction, or a deadline.
package struct Receipt: Hashable, Sendable {
  package enum Origin: Hashable, Sendable {
    /// By the id, or where the bytes are no transaction a digest of the bytes that is no id.
    case transaction(Digest)
    case deadline
  }

  package enum Verdict: Hashable, Sendable {
    case done
    /// Refused or trapped at this operation: nonce and gas are spent, nothing else has happened.
    case failed(operation: Int, Failure)
    /// Nothing at all has happened.
    case inadmissible(Inadmissible)
    /// Of what happens by itself: it failed, against all that was proved. It is undone, and its agreement is suspended.
    case defect(Failure)
  }

  package let origin: Origin
  package let time: Time
  package let verdict: Verdict
  /// What the sender used, or for a deadline the pot.
  package let gas: UInt64
  /// In the order of the operations. Of a failed transaction only what tells more of its failure:
  /// the step that an agreement refused, or a module's flaw.
  package let results: [OperationResult]

  package init(origin: Origin, time: Time, verdict: Verdict, gas: UInt64, results: [OperationResult]) {
    self.origin = origin
    self.time = time
    self.verdict = verdict
    self.gas = gas
    self.results = results
  }

  /// What is wrong with the module that was to be published; nil where that is not why the transaction failed.
  package var flaw: ModuleFlaw? { if case .flawed(let flaw)? = results.first { flaw } else { nil } }

  package var steps: [Step] { results.compactMap { if case .stepped(let step) = $0 { step } else { nil } } }

  /// Every movement of money, those of vaults with the agreement they belong to.
  package var moves: [(move: Move, agreement: AgreementNumber?)] {
    guard verdict == .done else { return [] }
    return results.flatMap(\.moves)
  }
}
