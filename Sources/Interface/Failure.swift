/// Why the ledger did not do what it was asked, in the order in which it asks: the first that
/// applies is the answer, but for a `require` in an action's body, which is asked when the body
/// gets there. Nothing but this has happened then.
package enum Refusal: String, CaseIterable, Sendable {
  /// The module is not published, or what was to be published is none that the ledger takes.
  case module
  /// There is no agreement of this number.
  case agreement
  /// The agreement has entered a state since the transaction was made.
  case visit
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
  /// Money would come in before every party that may act has consented to the agreement, or the
  /// consent is to something else.
  case consent
  /// The transaction lets go something else than the action asks for.
  case amount
  /// The caller has less than it lets go.
  case funds
  /// The account has less gas than it gives.
  case credit
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
  /// There is no element at this index of a list.
  case index
  /// A text that should be a number is none.
  case text
  /// The counter has been raised as often as it may.
  case counter
  /// A vault holds money under as many keys as it may.
  case full
}

/// Why an entry has no effect at all: not even its nonce and gas are spent. In the order in which the ledger asks.
package enum Inadmissible: UInt8, CaseIterable, Sendable {
  /// The bytes are no transaction.
  case malformed
  /// It was made for another protocol.
  case protocolNumber
  /// It was made for another ledger.
  case chain
  /// It has other signers than it names, or a key is not its account's.
  case key
  /// A signature does not verify.
  case signature
  /// It was valid until a time that has passed.
  case expired
  /// It would be valid for longer than a transaction may be.
  case horizon
  /// Its nonce is not the sender's next one.
  case nonce
  /// The sender has used its client reference before.
  case reference
  /// Its gas limit is below what its bytes and signatures cost, or above what a transaction may use.
  case gasLimit
  /// The sender cannot pay its gas limit.
  case credit
  /// Deadlines are due that come first.
  case behind
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

  /// A number for the encoding: refusals first, then traps, each in order.
  package var code: UInt8 {
    guard let index = Failure.all.firstIndex(of: self) else { preconditionFailure("the list of failures is complete") }
    return UInt8(index)
  }

  package init?(code: UInt8) {
    guard Int(code) < Failure.all.count else { return nil }
    self = Failure.all[Int(code)]
  }

  package static let all = Refusal.allCases.map(Failure.refused) + Trap.allCases.map(Failure.trapped)
}
