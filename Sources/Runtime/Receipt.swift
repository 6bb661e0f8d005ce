package import Interface
package import Ledger
package import Primitives

/// Money that went from one holder to another.
package struct Move: Hashable, Sendable {
  package enum Holder: Hashable, Sendable {
    case account(AccountRow)
    case vault(Int)
  }

  package let from: Holder
  package let to: Holder
  package let sum: CurrencyAmount
}

/// An event that a contract recorded, by index, with its values.
package struct Emission: Hashable, Sendable {
  package let event: Int
  package let arguments: [Value]
}

/// Who or what brought an event about.
package enum Cause: Hashable, Sendable {
  case opening
  case party(AccountRow, action: String)
  /// The ledger itself, when a deadline was due.
  case deadline
}

/// How an event ended.
package enum Outcome: Hashable, Sendable {
  case opened(state: Int)
  case entered(state: Int)
  /// The action was taken and the agreement stays where it is.
  case stayed
  /// A party agreed to an action that waits for others.
  case approved(have: Int, needed: Int)
  case refused(Failure)
}

/// What became of one event of the ledger, for everybody to read.
package struct Receipt<Site: Hashable & Sendable>: Hashable, Sendable {
  package let time: Time
  /// Nil where an opening was refused.
  package let agreement: AgreementNumber?
  package let cause: Cause
  /// The state in which it happened.
  package let state: Int
  package var transition: Int?
  package var outcome: Outcome
  package var moves: [Move] = []
  package var events: [Emission] = []
  /// Invariants that a deadline left broken, by index. There should be none.
  package var defects: [Int] = []
  /// Where a refused or trapped call stopped.
  package var site: Site?
  /// What the call used; 0 from an engine that does not meter.
  package var gas: UInt64 = 0
  /// For a refusal by state: the state that a deadline ended, and when that was due.
  package var endedBy: Agreement.EndedBy?

  /// The same receipt with its site told otherwise.
  package func relocated<Other>(_ relocate: (Site) -> Other) -> Receipt<Other> {
    Receipt<Other>(
      time: time, agreement: agreement, cause: cause, state: state, transition: transition, outcome: outcome, moves: moves, events: events,
      defects: defects, site: site.map(relocate), gas: gas, endedBy: endedBy)
  }

  /// What engines that meter and engines that do not must agree on.
  package var withoutGas: Receipt {
    var receipt = self
    receipt.gas = 0
    return receipt
  }

  /// In words, the first thing on which two receipts of one event differ.
  package func difference(from other: Receipt) -> String {
    if outcome != other.outcome { return "the outcome is \(outcome) on the machine and \(other.outcome) on the reference" }
    if site != other.site { return "\(outcome) stops at different places" }
    if moves != other.moves {
      return "the machine moves \(moves.map(\.sum.amount.units)), the reference \(other.moves.map(\.sum.amount.units)) units"
    }
    if events != other.events { return "the events differ" }
    return "the receipts differ in time, state or invariants"
  }
}
