package import Bytecode
package import Interface

/// Where money may lie: followed from the opening through the transitions. A state about which
/// something was learnt is looked at again, which happens at most once for each vault, and once
/// more.
package struct MoneyFlow {
  private let wellFormed: WellFormedModule
  /// Of each split table, the vaults that it lays something into.
  private let filled: [Holdings]
  /// By transition.
  private let bodies: [VaultDataflow]
  /// Of each transition its `enter`s and `stay`s, and the state that each leads to.
  private let endings: [[(instruction: Int, state: StateID)]]
  /// Of each state what may lie in the vaults there; nil where no way leads.
  private var atState: [Holdings?]
  /// Of each state and vault the transition that first was seen to lead there with money in it, and
  /// whether it had lain there before that transition.
  private var bringing: [[(transition: TransitionID, wasThere: Bool)?]]

  package init(_ wellFormed: WellFormedModule) { self.init(wellFormed, FailureAnalysis(wellFormed)) }

  init(_ wellFormed: WellFormedModule, _ failures: FailureAnalysis) {
    self.wellFormed = wellFormed
    let interface = wellFormed.module.interface
    var filled: [Holdings] = []
    for table in wellFormed.module.splits {
      // What is divided in turn stands in a table before.
      filled.append(
        table.reduce(0) { held, share in
          switch share.targets {
          case .places(let places): places.reduce(held) { $0 | ($1.vault.map { 1 << Holdings($0.index) } ?? 0) }
          case .split(let table): held | filled[table]
          case .list: held
          }
        })
    }
    self.filled = filled
    let functions = interface.transitions.ids.map { wellFormed.function(of: .body(transition: $0)) }
    let bodies = functions.map { VaultDataflow(of: $0, in: wellFormed, failures, filled: filled) }
    self.bodies = bodies
    let endings = interface.transitions.ids.map { transition -> [(instruction: Int, state: StateID)] in
      let code = wellFormed.module.functions[functions[of: transition]].code
      return code.indices.compactMap { pc in
        switch code[pc].opcode.row.flow {
        case .enters: (pc, StateID(code[pc].a))
        case .stays: (pc, interface.transitions[transition].source)
        case .straight, .endsBlock, .jumps, .branches, .opensLoop, .closesLoop, .returns, .traps: nil
        }
      }
    }
    self.endings = endings
    atState = Array(repeating: nil, count: interface.states.count)
    bringing = Array(repeating: Array(repeating: nil, count: interface.vaults.count), count: interface.states.count)
    var transitions = [[TransitionID]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.identified { transitions[of: transition.source].append(index) }

    atState[of: interface.initialState] = 0
    var waiting = [interface.initialState]
    var isWaiting = [Bool](repeating: false, count: interface.states.count)
    while let source = waiting.popLast() {
      isWaiting[of: source] = false
      guard let before = atState[of: source] else { continue }
      for transition in transitions[of: source] {
        for ending in endings[of: transition] {
          guard let holdings = bodies[of: transition].holdings(before: ending.instruction, from: before) else {
            continue
          }
          let known = atState[of: ending.state] ?? 0
          let joined = known | holdings
          if atState[of: ending.state] == joined { continue }
          atState[of: ending.state] = joined
          for vault in interface.vaults.ids where (joined & ~known) & 1 << vault.index != 0 {
            bringing[of: ending.state][of: vault] = (transition, before & 1 << vault.index != 0)
          }
          if !isWaiting[of: ending.state] { waiting.append(ending.state) }
          isWaiting[of: ending.state] = true
        }
      }
    }
  }

  package func mayHold(_ vault: VaultID, in state: StateID) -> Bool {
    (atState[of: state] ?? 0) & 1 << vault.index != 0
  }

  /// Each `enter` of a final state that may leave money behind.
  var stranded: [Finding] {
    let interface = wellFormed.module.interface
    var findings: [Finding] = []
    for (index, transition) in interface.transitions.identified {
      guard let before = atState[of: transition.source] else { continue }
      for ending in endings[of: index] where interface.states[ending.state].isFinal {
        guard let holdings = bodies[of: index].holdings(before: ending.instruction, from: before) else { continue }
        for vault in interface.vaults.ids where holdings & 1 << vault.index != 0 {
          if findings.count == Finding.countMax { return findings }
          findings.append(.finalStateMayHoldMoney(transition: index, instruction: ending.instruction, vault: vault))
        }
      }
    }
    return findings
  }

  /// The transitions of a way from the opening to a state, the last of which leads there; one on
  /// which the vault is filled, if that is asked and it may be.
  package func way(to state: StateID, filling vault: VaultID? = nil) -> [TransitionID] {
    let interface = wellFormed.module.interface
    var way: [TransitionID] = []
    var target = state
    if let vault {
      // Back to where it came in: each step was seen before the one behind it.
      while let (transition, wasThere) = bringing[of: target][of: vault] {
        way.insert(transition, at: 0)
        target = interface.transitions[transition].source
        if !wasThere { break }
      }
    }
    // Then the shortest way there.
    var before = [TransitionID?](repeating: nil, count: interface.states.count)
    var isSeen = [Bool](repeating: false, count: interface.states.count)
    isSeen[of: interface.initialState] = true
    var waiting = [interface.initialState]
    let edges = edges(wellFormed)
    var place = 0
    while place < waiting.count && !isSeen[of: target] {
      for edge in edges where edge.source == waiting[place] && !isSeen[of: edge.target] {
        isSeen[of: edge.target] = true
        before[of: edge.target] = edge.transition
        waiting.append(edge.target)
      }
      place += 1
    }
    while let transition = before[of: target], target != interface.initialState {
      way.insert(transition, at: 0)
      target = interface.transitions[transition].source
    }
    return way
  }

  /// The instructions that ask for what may lie in a vault, or lay it there from another, by function.
  package func sources(of vault: VaultID) -> [(function: Int, instruction: Int)] {
    var filled: Holdings = 1 << vault.index
    var found: [(function: Int, instruction: Int)] = []
    // What is paid in from another vault came into that one somewhere.
    for _ in wellFormed.module.interface.vaults.ids {
      found = []
      let before = filled
      for transition in wellFormed.module.interface.transitions.ids {
        let function = wellFormed.function(of: .body(transition: transition))
        for (pc, instruction) in wellFormed.module.functions[function].code.enumerated()
        where filling(instruction) & filled != 0 {
          if instruction.opcode == .ask {
            found.append((function, pc))
          } else if let source = PlaceOperand(number: instruction.a)?.vault {
            filled |= 1 << source.index
          }
        }
      }
      if filled == before { break }
    }
    return found
  }

  /// The vaults that may hold something before an instruction of a transition's body, a bit for
  /// each; nil where no way leads.
  func holdings(before instruction: Int, of transition: TransitionID) -> Holdings? {
    atState[of: wellFormed.module.interface.transitions[transition].source].flatMap {
      bodies[of: transition].holdings(before: instruction, from: $0)
    }
  }

  /// The vaults that an instruction may lay something into.
  private func filling(_ instruction: Instruction) -> Holdings {
    func bit(_ place: PlaceOperand?) -> Holdings { place?.vault.map { 1 << $0.index } ?? 0 }
    switch instruction.opcode.row.effect {
    case .asks: return bit(PlaceOperand(number: instruction.a))
    case .pays: return bit(PlaceOperand(number: instruction.b))
    case .splits: return filled[Int(instruction.b)]
    case .nothing, .stores, .increments, .namesPayer, .settles, .paysEach, .emits: return 0
    }
  }
}
