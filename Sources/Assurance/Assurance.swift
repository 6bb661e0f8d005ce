// What a module guarantees, read off its bytecode. The compiler and the ledger call the same code: a contract that was written by hand gets no further than
// one that was compiled. Findings are data; the compiler finds the words and the place in the source.

package import Bytecode
import Interface

/// A well-formed module about which nothing was found, with what each transition costs at most. `assure` is its one maker.
package struct AssuredModule: Sendable {
  package let wellFormed: WellFormedModule
  /// Of each transition the most gas that its body uses, entering the call included.
  package let gasMax: [Int]
  /// What leads on from each state, in gas.
  package let prepayment: Prepayment
}

package enum Finding: Hashable, Sendable {
  /// The state is not final and has no deadline. A condition is none: it may never hold.
  case stateWithoutDeadline(Int)
  /// An instruction of an automatic transition can trap.
  case automaticCanFail(function: Int, instruction: Int)
  /// The states lead round in a circle by themselves, and no counter is raised on the way.
  case automaticCycle([Int])
  /// A transition enters a final state with a vault that may hold money.
  case finalStateMayHoldMoney(transition: Int, instruction: Int, vault: Int)
  /// A function's worst case is above the limit.
  case gasAboveLimit(function: Int, gas: Int)

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
  let fallibility = Fallibility(wellFormed)
  let edges = automaticEdges(wellFormed)
  let findings =
    statesWithoutDeadline(interface) + fallibleAutomaticInstructions(wellFormed, fallibility) + automaticCycles(interface, edges)
    + strandedMoney(wellFormed, fallibility)
    + bounds.indices.filter { bounds[$0] > wellFormed.module.protocolNumber.limits.gas }.map { .gasAboveLimit(function: $0, gas: bounds[$0]) }
  if !findings.isEmpty { return .refused(findings) }
  return .assured(
    AssuredModule(
      wellFormed: wellFormed, gasMax: interface.transitions.indices.map { bounds[wellFormed.function(of: .body(transition: $0))] },
      prepayment: Prepayment(wellFormed, edges: edges, bounds: bounds)))
}

private func statesWithoutDeadline(_ interface: ContractInterface) -> [Finding] {
  interface.states.indices.filter { state in
    !interface.states[state].isFinal && !interface.transitions.contains { $0.source == state && ($0.trigger == .after || $0.trigger == .at) }
  }.map { .stateWithoutDeadline($0) }
}

private func fallibleAutomaticInstructions(_ wellFormed: WellFormedModule, _ fallibility: Fallibility) -> [Finding] {
  let interface = wellFormed.module.interface
  var findings: [Finding] = []
  for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
    for function in [Entry.due(transition: index), .body(transition: index)].map(wellFormed.function(of:)) {
      for instruction in wellFormed.module.functions[function].code.indices where fallibility.fails(at: instruction, in: function) {
        if findings.count == Finding.countMax { return findings }
        findings.append(.automaticCanFail(function: function, instruction: instruction))
      }
    }
  }
  return findings
}
