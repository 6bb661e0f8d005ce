// What is found in the bytecode, in the words of the source: who acts, what lies where, on which way one comes there.

import Assurance
import Bytecode
import Interface
import Semantics
import Source

struct ContractWords {
  let contract: CheckedContract
  let wellFormed: WellFormedModule
  /// Where each instruction comes from, by function.
  let spans: [[Span]]
  let source: SourceText
  let flow: MoneyFlow
  /// Of each function that is a body, its transition.
  private let transitionOf: [Int: TransitionID]

  init(_ contract: CheckedContract, _ wellFormed: WellFormedModule, _ spans: [[Span]], _ source: SourceText) {
    self.contract = contract
    self.wellFormed = wellFormed
    self.spans = spans
    self.source = source
    flow = MoneyFlow(wellFormed)
    var transitionOf: [Int: TransitionID] = [:]
    for transition in contract.interface.transitions.ids {
      transitionOf[wellFormed.function(of: .body(transition: transition))] = transition
    }
    self.transitionOf = transitionOf
  }

  var interface: ContractInterface { contract.interface }

  // MARK: Names

  func state(_ id: StateID) -> String { "`\(interface.states[id].name)`" }

  func vault(_ id: VaultID) -> String { "`\(interface.vaults[id].name)`" }

  /// An action by its name, everything else by what starts it: "`after 3 days`".
  func transition(_ index: TransitionID) -> String {
    if case .action(let name, _, _) = interface.transitions[index].trigger { return "`\(name)`" }
    return text(contract.spans.transitions[of: index])
  }

  func isAutomatic(_ transition: TransitionID) -> Bool { interface.transitions[transition].trigger.isAutomatic }

  /// What stands there, on one line, and cut where it is long.
  func text(_ span: Span) -> String {
    let words = source.text(span).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 60 ? "`\(words)`" : "`\(words.prefix(56)) …`"
  }

  /// `a`, `a and b`, `a, b and c`
  static func list(_ names: [String], _ joint: String = "and") -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " \(joint) " + last
  }

  /// Who may take an action, and how many of them it needs; nobody in particular where anybody may.
  func actors(of transition: TransitionID) -> (names: [String], needed: Int) {
    guard case .action(_, _, .parties(let actors, let needed)) = interface.transitions[transition].trigger else {
      return ([], 0)
    }
    return (actors.map { "`\(interface.name(of: $0, in: interface.transitions[transition]))`" }, needed)
  }

  /// "`buyer` and `seller`", "2 of `a`, `b` and `c`", "anybody"
  func who(_ transition: TransitionID) -> String {
    let (names, needed) = actors(of: transition)
    if names.isEmpty { return "anybody" }
    if needed == names.count { return ContractWords.list(names) }
    return needed == 1 ? ContractWords.list(names, "or") : "\(needed) of \(ContractWords.list(names))"
  }

  /// Who keeps taking these actions, each with all of its own: "`seller` keeps taking `counter` and
  /// `buyer` keeps taking `propose`".
  func takers(of actions: [TransitionID]) -> String {
    var takers: [(who: String, actions: [String])] = []
    for action in actions {
      let (who, name) = (who(action), transition(action))
      if let known = takers.firstIndex(where: { $0.who == who }) {
        if !takers[known].actions.contains(name) { takers[known].actions.append(name) }
      } else {
        takers.append((who, [name]))
      }
    }
    return ContractWords.list(
      takers.map { "\($0.who) \($0.who.contains(" and ") ? "keep" : "keeps") taking \(ContractWords.list($0.actions))" }
    )
  }

  // MARK: Graph

  /// The transitions that leave a state.
  func leaving(_ state: StateID) -> [TransitionID] {
    interface.transitions.ids.filter { interface.transitions[$0].source == state }
  }

  /// The states from which ways lead to one of these, themselves among them.
  private func leading(to states: [StateID]) -> Set<StateID> {
    var leading = Set(states)
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      for (index, transition) in contract.transitions.enumerated() where !leading.isDisjoint(with: transition.targets) {
        if leading.insert(interface.transitions[index].source).inserted { hasGrown = true }
      }
    }
    return leading
  }

  /// "`pay`, then `ship`"; nil where nothing needs to happen.
  func way(to state: StateID, filling vault: VaultID? = nil) -> String? {
    let way = flow.way(to: state, filling: vault)
    return way.isEmpty ? nil : way.map(transition).joined(separator: ", then ")
  }

  // MARK: Money

  /// The vaults that may hold something in a state.
  func held(in state: StateID) -> [VaultID] { interface.vaults.ids.filter { flow.mayHold($0, in: state) } }

  /// The deposits that may lie in a vault in one of these states, or once one of these transitions has asked for them.
  private func deposits(in vault: VaultID, at states: [StateID], after transitions: [TransitionID]) -> [(
    transition: TransitionID, deposit: CheckedDeposit
  )] {
    let leading = leading(to: states)
    return flow.sources(of: vault).compactMap { function, instruction in
      guard let transition = transitionOf[function] else { return nil }
      let checked = contract.transitions[of: transition]
      let isBefore =
        transitions.contains(transition) || !leading.isDisjoint(with: checked.targets)
        || (checked.targets.isEmpty && leading.contains(interface.transitions[transition].source))
      guard isBefore, let deposit = checked.deposits.first(where: { $0.amount.span == spans[function][instruction] })
      else { return nil }
      return (transition, deposit)
    }
  }

  /// What a vault may hold, by the expressions of its deposits: "`price` and `fee`".
  func amount(in vault: VaultID, at states: [StateID], after transitions: [TransitionID] = []) -> String {
    var amounts: [String] = []
    for (_, deposit) in deposits(in: vault, at: states, after: transitions) {
      let amount = text(deposit.amount.span)
      if !amounts.contains(amount) { amounts.append(amount) }
    }
    return (1...3).contains(amounts.count) ? ContractWords.list(amounts) : "what was paid in"
  }

  /// "`price` in `escrow`", "what everybody has paid into `bids`", of several vaults joined.
  func stake(in vaults: [VaultID], at states: [StateID], after transitions: [TransitionID] = []) -> String {
    ContractWords.list(
      vaults.map { vault in
        isPerParty(vault)
          ? "what everybody has paid into \(self.vault(vault))"
          : "\(amount(in: vault, at: states, after: transitions)) in \(self.vault(vault))"
      })
  }

  func isPerParty(_ vault: VaultID) -> Bool { interface.vaults[vault].key?.type == .party }

  /// The party that the deposits came from; of several the first, and the contract's first where it
  /// is not known who it will be.
  func payer(into vault: VaultID, at states: [StateID], after transitions: [TransitionID] = []) -> String? {
    for (transition, deposit) in deposits(in: vault, at: states, after: transitions) {
      switch deposit.payer {
      case .party(let party): return interface.parties[party]
      case .account, .vault, .entry: continue
      case nil:
        guard case .action(_, _, .parties(let actors, _)) = interface.transitions[transition].trigger,
          actors.count == 1,
          case .party(let party) = actors[0]
        else { continue }
        return interface.parties[party]
      }
    }
    return interface.parties.first
  }
}
