// Whether agreements of a module lose or strand anything: they are run on the bare machine with
// everybody silent, with actions and waits at random, and with others who keep them going as long
// as they can. Whether the module is assured makes no difference to how it is run.

package import Assurance
package import Bytecode
package import Interface
package import Primitives
import VM

/// What a run shows that no agreement should do.
package enum Badness: Hashable, Sendable {
  /// A transition that happens by itself failed, or computing what is due behind it.
  case fails(transition: TransitionID, Failure)
  /// Of an assured module: what is due in a state cannot be computed.
  case dueFails(state: StateID, Failure)
  /// A final state was entered with money in a vault.
  case leavesMoney(state: StateID, vault: VaultID)
  /// Everybody is silent, the state has no deadline, and it is not final.
  case waits(state: StateID, holdsMoney: Bool)
  /// It goes on and on by itself.
  case circles(state: StateID)
  /// Those who act can keep it from ending; `holdsMoney` where there is always money in it meanwhile.
  case isDriven(state: StateID, holdsMoney: Bool)
  /// A call used more gas than its bound.
  case gas(String, used: Int, bound: Int)

  /// Whether only time is lost: no money is kept in the agreement that never ends.
  package var isWithoutMoney: Bool {
    switch self {
    case .waits(_, let holdsMoney), .isDriven(_, let holdsMoney): !holdsMoney
    case .fails, .dueFails, .leavesMoney, .circles, .gas: false
    }
  }
}

/// What many runs of a module have shown.
package struct BareReport: Sendable {
  /// The first run that lost or stranded something.
  package internal(set) var bad: (badness: Badness, schedule: Int)?
  /// The first run that never ends, and keeps nothing.
  package internal(set) var endless: (badness: Badness, schedule: Int)?
  /// The states in which money was seen.
  package internal(set) var moneyStates: Set<StateID> = []
  /// The transitions that no run has taken.
  package internal(set) var untaken: [TransitionID] = []
  package internal(set) var runCount = 0
  package internal(set) var callCount = 0
}

/// One event of a run, and what the agreement is behind it.
package struct BareStep: Sendable {
  package enum Event: Sendable {
    case opening(terms: [Value])
    /// `actors` agree, the caller among them.
    case action(transition: TransitionID, caller: UInt64, actors: [UInt64], arguments: [Value])
    case wait(until: Time)
    case automatic(transition: TransitionID)
  }

  package let event: Event
  package let outcome: BareAgreement.Outcome
  package let time: Time
  package let state: StateID
  package let words: [UInt64]
  package let vaults: [Amount]
  /// What each account was paid so far, from row 1 on.
  package let paid: [UInt128]
  package let deadlines: [BareAgreement.Deadline]
}

/// Tries one module after the other.
package struct BareTrial {
  private let machine = Machine()
  private let table = BareAgreement.table()

  package init() {}

  /// Runs a module under so many schedules, or until one is bad. The same seed runs the same.
  package func run(_ module: WellFormedModule, _ assured: AssuredModule?, schedules: Int, seed: UInt64) -> BareReport {
    var runs = BareRuns(
      BareAgreement(module, assured, machine, table), isAssured: assured != nil, schedules: schedules, seed: seed)
    return runs.report(schedules)
  }

  /// The steps of one of these runs.
  package func steps(
    of module: WellFormedModule, _ assured: AssuredModule?, schedule: Int, schedules: Int, seed: UInt64
  ) -> [BareStep] {
    var runs = BareRuns(
      BareAgreement(module, assured, machine, table), isAssured: assured != nil, schedules: schedules, seed: seed)
    return runs.steps(schedule)
  }
}
