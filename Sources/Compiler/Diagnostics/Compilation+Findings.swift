// Findings as diagnostics: the state, the vault, the way that leads there, what is at stake in
// terms of the contract, whose silence causes it, and a fix that compiles.

import Assurance
import Bytecode
import Interface
import Semantics
import Source

extension Diagnostics {
  /// `words` are found only if there is room for what they say.
  mutating func report(_ findings: [Finding], _ words: @autoclosure () -> ContractWords) {
    let words = isFull ? nil : words()
    for finding in findings {
      if let words, !isFull { report(words.diagnostic(for: finding, among: findings)) } else { leaveOut() }
    }
  }
}

extension ContractWords {
  fileprivate func diagnostic(for finding: Finding, among findings: [Finding]) -> Diagnostic {
    switch finding {
    case .stateWithoutDeadline(let state): return withoutDeadline(state)
    case .automaticCanFail(let function, let instruction): return canFail(function, instruction)
    case .endlessCircle(let edges): return circle(edges)
    case .finalStateMayHoldMoney(let transition, let instruction, _):
      return stranding(transition, instruction, findings)
    case .gasAboveLimit(let function, let gas):
      return Diagnostic(
        .limitExceeded,
        "in the worst case this uses \(gas == Int.max ? "more gas than can be counted" : "\(gas) gas"); at most \(ProtocolNumber.current.limits.gas) are allowed",
        at: spans[function][0])
    case .aheadAboveLimit(let state, let gas, let most):
      return Diagnostic(
        .limitExceeded,
        "leading into \(self.state(state)) may cost \(gas) gas, what then happens by itself included; a transaction has at most \(most) for it",
        at: contract.spans.states[of: state], "nobody could pay that ahead",
        notes: ["loops over smaller collections and counters with lower ends cost less"])
    }
  }

  // MARK: Endings

  private func withoutDeadline(_ state: StateID) -> Diagnostic {
    let held = held(in: state)
    let reason = silence(in: state).map { " if \($0)" } ?? ": nobody can end it"
    let message =
      "\(self.state(state)) \(held.isEmpty ? "lasts" : "can hold \(stake(in: held, at: [state]))") for ever\(reason)"
    let way = way(to: state, filling: held.first).map { "it comes there by \($0)" }
    var fixes: [Diagnostic.Fix] = []
    if let deadline = deadline(for: state), let braces = contract.spans.braces[of: state] {
      fixes = [.init("say what time alone does, for instance", [insert(deadline, asLastIn: braces)])]
    }
    return Diagnostic(
      .stateWithoutDeadline, message, at: contract.spans.states[of: state], "has no deadline",
      secondary: held.map { .init(contract.spans.vaults[of: $0], "what lies here would wait with it") },
      notes: (way.map { [$0] } ?? [])
        + (fixes.isEmpty ? ["say what time alone does: `after 30 days { … } -> State`"] : []), fixes: fixes)
  }

  /// Whose silence keeps the agreement in a state: "`buyer` stays silent"; nil where nobody can end it.
  private func silence(in state: StateID) -> String? {
    let ways = leaving(state).filter { contract.transitions[of: $0].targets.contains { $0 != state } }
    let actions = ways.filter { !isAutomatic($0) }
    let condition = ways.count > actions.count ? "what it waits for never holds" : nil
    if actions.isEmpty { return condition }
    let silent: String
    let needed = actions.map { actors(of: $0) }
    let names = needed.reduce(into: [String]()) { names, action in names += action.names.filter { !names.contains($0) }
    }
    // Without one of these no action comes about.
    let decisive = names.filter { name in needed.allSatisfy { $0.names.contains(name) && $0.names.count == $0.needed } }
    if needed.contains(where: { $0.names.isEmpty }) {
      silent = "nobody acts"
    } else if !decisive.isEmpty {
      silent = "\(ContractWords.list(decisive, "or")) stays silent"
    } else {
      silent = "\(ContractWords.list(names)) stay silent"
    }
    return silent + (condition.map { " and \($0)" } ?? "")
  }

  private func circle(_ edges: [Edge]) -> Diagnostic {
    let states = edges.map(\.source)
    let round = (states + states.prefix(1)).map(state).joined(separator: " → ")
    let actions = edges.filter { !isAutomatic($0.transition) }
    let message =
      actions.isEmpty
      ? "\(round) goes round by itself, for ever"
      : "\(round) can go round for ever, as long as \(takers(of: actions.map(\.transition)))"
    let held = interface.vaults.ids.filter { vault in states.contains { flow.mayHold(vault, in: $0) } }
    let last = edges[edges.count - 1]
    return Diagnostic(
      .endlessCircle, message, at: contract.spans.transitions[of: last.transition],
      "leads back to \(state(last.target))",
      secondary: [.init(contract.spans.states[of: last.target], "the circle begins here")],
      notes: (held.isEmpty ? [] : ["held on the way: \(stake(in: held, at: states))"])
        + [
          "a counter that is raised on the way ends it, or an `at` of a term in the states where somebody keeps acting"
        ],
      fixes: counting(edges).map { [$0] } ?? [])
  }

  /// Counts the rounds: on an action, which is refused when there were enough, or else on the way
  /// back, with what happens then.
  private func counting(_ edges: [Edge]) -> Diagnostic.Fix? {
    guard
      let edge = edges.last(where: { edge in self.sharing(bodyOf: edge.transition).allSatisfy { !isAutomatic($0) } })
        ?? edges.last
    else {
      return nil
    }
    let counter = unused(["rounds", "turns", "laps"])
    let sharing = self.sharing(bodyOf: edge.transition)
    var statement = "raise \(counter)"
    if sharing.contains(where: isAutomatic) {
      let states = sharing.map { interface.transitions[$0].source }
      let held = interface.vaults.ids.filter { vault in states.contains { flow.mayHold(vault, in: $0) } }
      guard let ending = ending(paying: held, at: states) else { return nil }
      statement += " else { \(ending) }"
    }
    let function = wellFormed.function(of: .body(transition: edge.transition))
    let code = wellFormed.module.functions[function].code
    let ways = code.indices.filter { code[$0].opcode == .enter && StateID(code[$0].a) == edge.target }
    let place =
      ways.count == 1
      ? insert(statement, before: spans[function][edge.instruction], of: edge.transition)
      : insert(statement, asFirstOf: edge.transition)
    return Diagnostic.Fix("count the rounds, for instance", [declare(counter: counter), place])
  }

  // MARK: Money

  /// All vaults together that are left behind at one `->`.
  private func stranding(_ transition: TransitionID, _ instruction: Int, _ findings: [Finding]) -> Diagnostic {
    let function = wellFormed.function(of: .body(transition: transition))
    let place = spans[function][instruction]
    var vaults: [VaultID] = []
    var transitions: [TransitionID] = []
    for case .finalStateMayHoldMoney(let other, let instruction, let vault) in findings {
      guard spans[wellFormed.function(of: .body(transition: other))][instruction] == place else { continue }
      if !vaults.contains(vault) { vaults.append(vault) }
      if !transitions.contains(other) { transitions.append(other) }
    }
    vaults.sort()
    let states = transitions.map { interface.transitions[$0].source }
    let source = states[0]
    let name = self.transition(transition)
    let target = state(StateID(wellFormed.module.functions[function].code[instruction].a))
    var notes: [String] = []
    for vault in vaults {
      if flow.mayHold(vault, in: source) {
        way(to: source, filling: vault).map {
          notes.append("\(self.vault(vault)) is filled on the way: \($0), then \(name)")
        }
      } else {
        notes.append("\(name) itself fills \(self.vault(vault))")
      }
    }
    let statement = payouts(of: vaults, at: states, after: transitions)
    return Diagnostic(
      .finalStateMayHoldMoney,
      "\(stake(in: vaults, at: states, after: transitions)) would be lost: \(target) is final, and nothing can happen there",
      at: place, "is entered without paying \(ContractWords.list(vaults.map(self.vault)))",
      secondary: vaults.map { .init(contract.spans.vaults[of: $0], "may still hold it") }, notes: notes,
      fixes: statement.map { [.init("pay it out before, for instance", [insert($0, before: place, of: transition)])] }
        ?? [])
  }
}
