// Why something did not happen, each reason with its number and its name. A number is what receipts
// keep: it is never changed, and never used for something else. Refusals and traps share their
// numbers; the next is 22. The order of checks is that of the cases, whatever their numbers.

/// Why the ledger did not do what it was asked, in the order in which it asks: the first that
/// applies is the answer, but for a `require` in an action's body, which is asked when the body
/// gets there. Nothing but this has happened then.
package enum Refusal: UInt8, CaseIterable, Sendable {
  /// The module is not published, or what was to be published is none that the ledger takes.
  case module = 0
  /// There is no agreement of this number.
  case agreement = 1
  /// The agreement has entered a state since the transaction was made.
  case visit = 2
  /// The action is not offered in the agreement's state.
  case state = 3
  /// An argument is missing, superfluous, or no value of its parameter's type.
  case argument = 4
  /// The terms of an opening break a `where` of the contract.
  case terms = 5
  /// Whoever signed is not a party that may take the action.
  case authority = 6
  /// A `where` or a `require` does not hold.
  case guardUnmet = 7
  /// Money would come in before every party that may act has consented to the agreement, or the
  /// consent is to something else.
  case consent = 8
  /// The transaction lets go something else than the action asks for.
  case amount = 9
  /// The caller has less than it lets go.
  case funds = 10
  /// The account has less gas than it gives.
  case credit = 11
  /// The action would leave an invariant broken.
  case invariant = 12
}

/// What stops a call in the middle. Everything that the call did is undone.
package enum Trap: UInt8, CaseIterable, Sendable {
  /// A value left the range of its type.
  case range = 13
  /// A difference of amounts or durations is below zero.
  case negative = 14
  /// Division by zero.
  case division = 15
  /// The shares of a split take more than the vault holds.
  case share = 16
  /// The call used more gas than it was given.
  case gas = 17
  /// There is no element at this index of a list.
  case index = 18
  /// The counter has been raised as often as it may.
  case counter = 20
  /// A vault holds money under as many keys as it may.
  case full = 21
}

/// Why an entry has no effect at all: not even its nonce and gas are spent. In the order in which the
/// ledger asks; their numbers are their own.
package enum Inadmissible: UInt8, CaseIterable, Sendable {
  /// The bytes are no transaction.
  case malformed = 0
  /// It was made for another protocol.
  case protocolNumber = 1
  /// It was made for another ledger.
  case chain = 2
  /// It has other signers than it names, or a key is not its account's.
  case key = 3
  /// A signature does not verify.
  case signature = 4
  /// It was valid until a time that has passed.
  case expired = 5
  /// It would be valid for longer than a transaction may be.
  case horizon = 6
  /// Its nonce is not the sender's next one.
  case nonce = 7
  /// The sender has used its client reference before.
  case reference = 8
  /// Its gas limit is below what its bytes and signatures cost, or above what a transaction may use.
  case gasLimit = 9
  /// The sender cannot pay its gas limit.
  case credit = 10
  /// Deadlines are due that come first.
  case behind = 11
}

extension Refusal {
  /// `guard` alone would be a word of Swift.
  package var name: String { self == .guardUnmet ? "guard" : "\(self)" }
}

extension Trap {
  package var name: String { "\(self)" }

  /// The trap that an operand names; nil of none.
  package init?(operand: UInt16) { self.init(rawValue: UInt8(clamping: operand)) }
}

/// A call's end without effect. The names of both lists are what a test writes after `refused`.
package enum Failure: Error, Hashable {
  case refused(Refusal)
  case trapped(Trap)

  package var name: String {
    switch self {
    case .refused(let refusal): refusal.name
    case .trapped(let trap): trap.name
    }
  }

  package var code: UInt8 {
    switch self {
    case .refused(let refusal): refusal.rawValue
    case .trapped(let trap): trap.rawValue
    }
  }

  package init?(code: UInt8) {
    guard let failure = Refusal(rawValue: code).map(Failure.refused) ?? Trap(rawValue: code).map(Failure.trapped) else {
      return nil
    }
    self = failure
  }

  /// Refusals in the order of their checks, then traps.
  package static let all = Refusal.allCases.map(Failure.refused) + Trap.allCases.map(Failure.trapped)
}
