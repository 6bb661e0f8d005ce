import Assurance
import Interface
package import Ledger
package import Primitives

extension Chain {
  /// By when an agreement is over if one party is silent.
  package enum Latest: Hashable, Sendable {
    case by(Time)
    /// Others can put it off again and again.
    case never
    /// It hangs on what is computed on the way.
    case unknown
  }

  /// Of each party by when the agreement is over if that party does nothing any more, whatever all
  /// others do. Empty of one that has ended or stands still.
  package func latestWithoutEach(of number: AgreementNumber) -> [Latest] {
    let agreement = state.agreements[number.index]
    if isFinal(number) || agreement.position.standing != .regular { return [] }
    let module = modules[agreement.contract]
    return Outlook(module).silence.latestWithout.map { states in
      guard let moments = states[of: agreement.position.state] else { return .never }
      return module.latest(
        moments, of: agreement, in: agreement.position.state, enteredAt: agreement.position.enteredAt
      ).map { .by(max($0, time)) }
        ?? .unknown
    }
  }
}
