package import Assurance
import Bytecode
import Interface
package import Ledger
package import Primitives

extension AssuredModule {
  /// The latest of these moments for an agreement of this contract that entered a state then. Nil
  /// where there are none, and where one of them is told by what may change on the way: by a field
  /// that can still be written from the state on in which the agreement is, or was opened.
  package func latest(_ moments: [By], of agreement: Agreement, in state: Int, enteredAt: Time) -> Time? {
    let interface = wellFormed.module.interface
    let isSettled = wellFormed.settledItems(from: state)
    let times = moments.map { by in
      by.time(enteredAt: enteredAt.milliseconds) { part in
        switch part {
        case .opened: return agreement.openedAt.milliseconds
        case .item(let item):
          guard isSettled[item] else { return nil }
          switch agreement.value(item, interface) {
          case .duration(let duration): return duration.milliseconds
          case .time(let time): return time.milliseconds
          default: return nil
          }
        case .now, .computed: return nil
        }
      }
    }
    let known = times.compactMap { $0 }
    return known.count == times.count ? known.max().map { Time(milliseconds: min($0, Time.last.milliseconds)) } : nil
  }
}

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
      guard let moments = states[agreement.position.state] else { return .never }
      return module.latest(
        moments, of: agreement, in: agreement.position.state, enteredAt: agreement.position.enteredAt
      ).map { .by(max($0, time)) }
        ?? .unknown
    }
  }
}
