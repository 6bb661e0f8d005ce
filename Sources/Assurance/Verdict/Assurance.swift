// What a module guarantees, read off its bytecode. The compiler and the ledger call the same code:
// a contract that was written by hand gets no further than one that was compiled. Findings are
// data; the compiler finds the words and the place in the source.

package import Bytecode
package import Interface

/// A well-formed module about which nothing was found, with what each transition costs at most.
/// `assure` is its one maker.
package struct AssuredModule: Sendable {
  package let wellFormed: WellFormedModule
  /// Of each transition the most gas that its body uses, entering the call included.
  package let gasMax: [Int]
  /// What leads on from each state, in gas.
  package let prepayment: Prepayment
}

package enum Finding: Hashable, Sendable {
  /// The state is not final and has no deadline. A condition is none: it may never hold.
  case stateWithoutDeadline(StateID)
  /// An instruction of an automatic transition can trap.
  case automaticCanFail(function: Int, instruction: Int)
  /// The agreement can go round in this circle for ever: no counter is raised on it, and no date ends it.
  case endlessCircle([Edge])
  /// A transition enters a final state with a vault that may hold money.
  case finalStateMayHoldMoney(transition: TransitionID, instruction: Int, vault: VaultID)
  /// A function's worst case is above the limit.
  case gasAboveLimit(function: Int, gas: Int)
  /// No transaction could pay ahead for what happens by itself once the state is entered: nobody
  /// could take an action that leads there.
  case aheadAboveLimit(state: StateID, gas: Int, most: Int)

  /// A module is refused for one finding; nobody reads more than so many of a kind.
  static let countMax = 100
}

package enum Verdict: Sendable {
  case assured(AssuredModule)
  case refused([Finding])
}

package func assure(_ wellFormed: WellFormedModule) -> Verdict {
  let interface = wellFormed.module.interface
  let bounds = gasBounds(wellFormed)
  let failures = FailureAnalysis(wellFormed)
  let edges = edges(wellFormed)
  let findings =
    statesWithoutDeadline(interface) + fallibleAutomaticInstructions(wellFormed, failures)
    + endlessCircles(wellFormed, edges)
    + MoneyFlow(wellFormed, failures).stranded
    + bounds.indices.filter { bounds[$0] > wellFormed.module.protocolNumber.limits.gas }.map {
      .gasAboveLimit(function: $0, gas: bounds[$0])
    }
  if !findings.isEmpty { return .refused(findings) }
  let prepayment = Prepayment(wellFormed, edges: edges, bounds: bounds)
  let unaffordable = unaffordableStates(wellFormed, prepayment, bounds)
  if !unaffordable.isEmpty { return .refused(unaffordable) }
  return .assured(
    AssuredModule(
      wellFormed: wellFormed,
      gasMax: interface.transitions.ids.map { bounds[wellFormed.function(of: .body(transition: $0))] },
      prepayment: prepayment))
}

/// The states that no transaction can lead into, whatever its size and however many sign it: each
/// costs what leads there, entering it, and W.
private func unaffordableStates(_ wellFormed: WellFormedModule, _ prepayment: Prepayment, _ bounds: [Int]) -> [Finding]
{
  let (interface, limits) = (wellFormed.module.interface, wellFormed.module.protocolNumber.limits)
  let schedule = GasSchedule.of(wellFormed.module.protocolNumber)
  let most =
    limits.transactionGas - schedule.transaction - (1 + limits.coSigners) * schedule.signature - limits.transactionSize
    * schedule.byte
    - max(schedule.opening, schedule.action)
  var dearest = [Int](repeating: 0, count: interface.states.count)
  dearest[of: interface.initialState] = prepayment.opening + prepayment.ahead[of: interface.initialState].most
  for (index, transition) in interface.transitions.identified where !transition.trigger.isAutomatic {
    let function = wellFormed.function(of: .body(transition: index))
    for instruction in wellFormed.module.functions[function].code where instruction.opcode == .enter {
      let target = Int(instruction.a)
      dearest[target] = max(
        dearest[target], bounds[function] + prepayment.entering[target] + prepayment.ahead[target].most)
    }
  }
  return interface.states.ids.filter { dearest[of: $0] > most }.prefix(Finding.countMax).map {
    .aheadAboveLimit(state: $0, gas: dearest[of: $0], most: most)
  }
}

private func statesWithoutDeadline(_ interface: ContractInterface) -> [Finding] {
  interface.states.ids.filter { state in
    !interface.states[state].isFinal
      && !interface.transitions.contains { $0.source == state && ($0.trigger == .after || $0.trigger == .at) }
  }.map { .stateWithoutDeadline($0) }
}

private func fallibleAutomaticInstructions(_ wellFormed: WellFormedModule, _ failures: FailureAnalysis) -> [Finding] {
  let interface = wellFormed.module.interface
  var findings: [Finding] = []
  for (index, transition) in interface.transitions.identified where transition.trigger.isAutomatic {
    for function in [Entry.due(transition: index), .body(transition: index)].map(wellFormed.function(of:)) {
      for instruction in wellFormed.module.functions[function].code.indices
      where failures.fails(at: instruction, in: function) {
        if findings.count == Finding.countMax { return findings }
        findings.append(.automaticCanFail(function: function, instruction: instruction))
      }
    }
  }
  return findings
}
