import Assurance
import Bytecode
import Compiler
import Interface
import Ledger
import Primitives
import Runtime

/// What an agreement's contract says of it for the case that nobody acts any more: by when it ends,
/// along which way, who is paid, and how much gas that takes.
struct SilenceClaim {
  private let contract: CompiledContract
  private let silence: Silence
  private let state: StateID
  /// Nil where the terms alone do not tell.
  private let latest: Time?
  private let gas: Int

  /// Of an agreement as it stands at this time.
  init(_ contract: CompiledContract, _ silence: Silence, _ agreement: Agreement, now: Time) {
    self.contract = contract
    self.silence = silence
    state = agreement.position.state
    gas = contract.assured.ahead(of: agreement)
    latest = contract.assured.latest(
      silence.states[of: state].latest, of: agreement, in: state, enteredAt: agreement.position.enteredAt
    ).map {
      max(now, $0)
    }
  }

  /// What of it the steps show to be false; nil where they bear it out. `steps` lead from there to
  /// the end of time by themselves, and the agreement is `after` them.
  func fault(in steps: [Step], after agreement: Agreement) -> String? {
    let interface = contract.interface
    if !interface.states[agreement.position.state].isFinal {
      return "the agreement did not end although everybody was silent until the end of time"
    }
    if agreement.vaults.contains(where: { $0 > .zero }) { return "the agreement ended and left money in a vault" }
    if let end = steps.last?.time, let latest, end > latest {
      return "the agreement ended at \(end) by itself, and was said to end by \(latest) at the latest"
    }
    let used = steps.reduce(0) { $0 + Int($1.gas) + GasSchedule.of(.current).deadline }
    if used > gas { return "what happened by itself used \(used) gas, and W is \(gas)" }
    // At the end of time all that would come later comes at once, in another order.
    guard let end = steps.last?.time, end < Time.last else { return nil }
    var way: [Silence.Leg] = []
    for step in steps {
      guard let transition = step.transition, case .entered(let target) = step.outcome else { continue }
      let leg = Silence.Leg(transition: transition, target: target)
      way.append(leg)
      let told = silence.payouts[leg] ?? []
      for move in step.moves {
        guard case .vault(let vault) = move.from else { continue }
        let isTold = told.contains { payout in
          guard payout.vault == vault else { return false }
          switch (payout.payee, move.to) {
          case (.party(let party), .account(let row)): return agreement.parties[party] == row
          case (.account, .account), (.each, .account), (.list, .account): return true
          case (.vault(let vault), .vault(let target)), (.vault(let vault), .entry(let target, _)):
            return vault == target
          default: return false
          }
        }
        if !isTold { return "\(interface.states[step.state].name) pays \(move.to), which was not told" }
      }
    }
    let names = way.map { interface.states[$0.target].name }
    let visited = [state] + way.map(\.target)
    // A way that passes a state twice is told by its parts.
    if Set(visited).count == visited.count, !way.isEmpty, !silence.states[of: state].hasMoreWays,
      !silence.states[of: state].ways.contains(way)
    {
      return "the agreement went along \(names) by itself, which was not told"
    }
    return nil
  }
}
