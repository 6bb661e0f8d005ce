package import Assurance
import Bytecode
package import Interface
package import Ledger
package import Primitives

extension AssuredModule {
  /// The latest of these moments for an agreement of this contract that entered a state then. Nil
  /// where there are none, and where one of them is told by what may change on the way: by a field
  /// that can still be written from the state on in which the agreement is, or was opened.
  package func latest(_ moments: [By], of agreement: Agreement, in state: StateID, enteredAt: Time) -> Time? {
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
