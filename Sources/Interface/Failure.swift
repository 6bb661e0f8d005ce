/// Why the ledger did not do what it was asked, in the order in which it asks: the first that applies is the answer, but for a `require` in an action's
/// body, which is asked when the body gets there. Nothing but this has happened then.
package enum Refusal: String, CaseIterable, Sendable {
  /// The action is not offered in the agreement's state.
  case state
  /// An argument is missing, superfluous, or no value of its parameter's type.
  case argument
  /// The terms of an opening break a `where` of the contract.
  case terms
  /// Whoever signed is not a party that may take the action.
  case authority
  /// A `where` or a `require` does not hold.
  case guardUnmet = "guard"
  /// The transaction lets go something else than the action asks for.
  case amount
  /// The caller has less than it lets go.
  case funds
  /// The action would leave an invariant broken.
  case invariant
}

/// What stops a call in the middle. Everything that the call did is undone.
package enum Trap: String, CaseIterable, Sendable {
  /// A value left the range of its type.
  case range
  /// A difference of amounts or durations is below zero.
  case negative
  /// Division by zero.
  case division
  /// The shares of a split take more than the vault holds.
  case share
  /// The call used more gas than it was given.
  case gas
}

/// A call's end without effect. The names of both lists are what a test writes after `refused`.
package enum Failure: Hashable, Sendable {
  case refused(Refusal)
  case trapped(Trap)

  package var name: String {
    switch self {
    case .refused(let refusal): refusal.rawValue
    case .trapped(let trap): trap.rawValue
    }
  }

  package static let all = Refusal.allCases.map(Failure.refused) + Trap.allCases.map(Failure.trapped)
}
