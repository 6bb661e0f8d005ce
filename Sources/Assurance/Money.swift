package import Bytecode
import Interface

/// The vaults that may hold money, a bit for each, of one with keys for all of them together. A vault is empty until something is received, paid or split into
/// it, and again after all of it was paid out or split without keeping a share, or where it was asked and is: that is all there is to know, and it is enough.
private typealias Holdings = UInt32

/// Where money may lie: followed from the opening through the transitions. A state about which something was learnt is looked at again, which happens at most once
/// for each vault, and once more.
package struct MoneyFlow {
  private let wellFormed: WellFormedModule
  private let fallibility: Fallibility
  /// Of each state what may lie in the vaults there; nil where no way leads.
  private var atState: [Holdings?]
  /// Of each state and vault the transition that first was seen to lead there with money in it, and whether it had lain there before that transition.
  private var bringing: [[(transition: Int, wasThere: Bool)?]]

  package init(_ wellFormed: WellFormedModule) { self.init(wellFormed, Fallibility(wellFormed)) }

  init(_ wellFormed: WellFormedModule, _ fallibility: Fallibility) {
    self.wellFormed = wellFormed
    self.fallibility = fallibility
    let interface = wellFormed.module.interface
    atState = Array(repeating: nil, count: interface.states.count)
    bringing = Array(repeating: Array(repeating: nil, count: interface.vaults.count), count: interface.states.count)
    var transitions = [[Int]](repeating: [], count: interface.states.count)
    for (index, transition) in interface.transitions.enumerated() { transitions[transition.source].append(index) }

    atState[interface.initialState] = 0
    var waiting = [interface.initialState]
    var isWaiting = [Bool](repeating: false, count: interface.states.count)
    while let source = waiting.popLast() {
      isWaiting[source] = false
      guard let before = atState[source] else { continue }
      for transition in transitions[source] {
        for ending in endings(of: transition, holdings(in: transition, from: before)) {
          let known = atState[ending.state] ?? 0
          let joined = known | ending.holdings
          if atState[ending.state] == joined { continue }
          atState[ending.state] = joined
          for vault in interface.vaults.indices where (joined & ~known) & 1 << vault != 0 {
            bringing[ending.state][vault] = (transition, before & 1 << vault != 0)
          }
          if !isWaiting[ending.state] { waiting.append(ending.state) }
          isWaiting[ending.state] = true
        }
      }
    }
  }

  package func mayHold(_ vault: Int, in state: Int) -> Bool { (atState[state] ?? 0) & 1 << vault != 0 }

  /// Each `enter` of a final state that may leave money behind.
  var stranded: [Finding] {
    let interface = wellFormed.module.interface
    var findings: [Finding] = []
    for (index, transition) in interface.transitions.enumerated() {
      guard let before = atState[transition.source], findings.count < Finding.countMax else { continue }
      for ending in endings(of: index, holdings(in: index, from: before)) where interface.states[ending.state].isFinal {
        for vault in interface.vaults.indices where ending.holdings & 1 << vault != 0 {
          findings.append(.finalStateMayHoldMoney(transition: index, instruction: ending.instruction, vault: vault))
        }
        if findings.count >= Finding.countMax { break }
      }
    }
    return findings
  }

  /// The transitions of a way from the opening to a state, the last of which leads there; one on which the vault is filled, if that is asked and it may be.
  package func way(to state: Int, filling vault: Int? = nil) -> [Int] {
    let interface = wellFormed.module.interface
    var way: [Int] = []
    var target = state
    if let vault {
      // Back to where it came in: each step was seen before the one behind it.
      while let (transition, wasThere) = bringing[target][vault] {
        way.insert(transition, at: 0)
        target = interface.transitions[transition].source
        if !wasThere { break }
      }
    }
    // Then the shortest way there.
    var before = [Int?](repeating: nil, count: interface.states.count)
    var isSeen = [Bool](repeating: false, count: interface.states.count)
    isSeen[interface.initialState] = true
    var waiting = [interface.initialState]
    let edges = edges(wellFormed)
    var place = 0
    while place < waiting.count && !isSeen[target] {
      for edge in edges where edge.source == waiting[place] && !isSeen[edge.target] {
        isSeen[edge.target] = true
        before[edge.target] = edge.transition
        waiting.append(edge.target)
      }
      place += 1
    }
    while let transition = before[target], target != interface.initialState {
      way.insert(transition, at: 0)
      target = interface.transitions[transition].source
    }
    return way
  }

  /// The instructions that ask for what may lie in a vault, or lay it there from another, by function.
  package func sources(of vault: Int) -> [(function: Int, instruction: Int)] {
    var filled: Holdings = 1 << vault
    var found: [(function: Int, instruction: Int)] = []
    // What is paid in from another vault came into that one somewhere.
    for _ in wellFormed.module.interface.vaults.indices {
      found = []
      let before = filled
      for transition in wellFormed.module.interface.transitions.indices {
        let function = wellFormed.function(of: .body(transition: transition))
        for (pc, instruction) in wellFormed.module.functions[function].code.enumerated() where filling(instruction) & filled != 0 {
          if instruction.opcode == .ask {
            found.append((function, pc))
          } else if let source = PlaceOperand(number: instruction.a)?.vault {
            filled |= 1 << source
          }
        }
      }
      if filled == before { break }
    }
    return found
  }

  /// Of each instruction of a transition's body the vaults that may hold something before it, a bit for each; nil where no way leads.
  func holdings(in transition: Int) -> [UInt32?] {
    atState[wellFormed.module.interface.transitions[transition].source].map { holdings(in: transition, from: $0) } ?? []
  }

  /// The vaults that an instruction may lay something into.
  private func filling(_ instruction: Instruction) -> Holdings {
    func bit(_ place: PlaceOperand?) -> Holdings { place?.vault.map { 1 << $0 } ?? 0 }
    func bits(_ shares: [SplitShare]) -> Holdings {
      shares.reduce(0) { filled, share in
        switch share.targets {
        case .places(let places): places.reduce(filled) { $0 | bit($1) }
        case .split(let table): filled | bits(wellFormed.module.splits[table])
        case .list: filled
        }
      }
    }
    switch instruction.opcode {
    case .ask: return bit(PlaceOperand(number: instruction.a))
    case .pay: return bit(PlaceOperand(number: instruction.b))
    case .split: return bits(wellFormed.module.splits[Int(instruction.b)])
    default: return 0
    }
  }

  /// Where a transition's ways end, and what may lie in the vaults then. A way that stays ends in its own state.
  private func endings(of transition: Int, _ holdings: [Holdings?]) -> [(instruction: Int, state: Int, holdings: Holdings)] {
    let code = wellFormed.module.functions[wellFormed.function(of: .body(transition: transition))].code
    let source = wellFormed.module.interface.transitions[transition].source
    return code.indices.compactMap { pc in
      guard code[pc].opcode == .enter || code[pc].opcode == .stay, let holdings = holdings[pc] else { return nil }
      return (pc, code[pc].opcode == .enter ? Int(code[pc].a) : source, holdings)
    }
  }

  /// Of each instruction of a transition's body what may lie in the vaults before it; nil where no way leads.
  private func holdings(in transition: Int, from before: Holdings) -> [Holdings?] {
    let function = wellFormed.function(of: .body(transition: transition))
    let code = wellFormed.module.functions[function].code
    // Of what has been gone through, what was there; of what lies ahead, what has been brought there so far.
    var arriving = [Holdings?](repeating: nil, count: code.count)
    arriving[0] = before
    var here: Holdings?
    var pc = 0
    func arrive(_ target: Int, _ holdings: Holdings) { arriving[target] = (arriving[target] ?? 0) | holdings }

    while pc < code.count {
      let instruction = code[pc]
      if let arrived = arriving[pc] { here = (here ?? 0) | arrived }
      guard var holdings = here else {
        pc += 1
        continue
      }
      arriving[pc] = holdings
      if let answer = wellFormed.target(answering: pc, in: function), fallibility.traps(at: pc, in: function) { arrive(answer, holdings) }
      var next: Int? = pc + 1
      switch instruction.opcode {
      case .ask: holdings |= filling(instruction)
      case .pay, .split:
        guard let source = PlaceOperand(number: instruction.a), let vault = source.vault, holdings & 1 << vault != 0 else { break }
        // What lies under other keys stays.
        if case .vault = source { holdings &= ~(1 << vault) }
        holdings |= filling(instruction)
      case .payEach: holdings &= ~(1 << instruction.a)
      case .empty:
        arrive(Int(instruction.b), holdings)
        if case .vault(let vault)? = PlaceOperand(number: instruction.a) { holdings &= ~(1 << vault) }
      case .jump:
        arrive(Int(instruction.a), holdings)
        next = nil
      case .branch, .match, .find, .findEntry: arrive(Int(instruction.b), holdings)
      case .loop:
        arrive(Int(instruction.b), holdings)
        arrive(pc + 1, holdings)
      case .again:
        // What a round adds, the next one begins with: the body alone is gone through again, once for each vault at most.
        let head = Int(instruction.b)
        if arriving[head].map({ $0 | holdings != $0 }) ?? true {
          arrive(head, holdings)
          here = nil
          pc = head
          continue
        }
      case .fail: next = nil
      case .enter, .stay: next = nil
      default: break
      }
      here = next == nil ? nil : holdings
      pc += 1
    }
    return arriving
  }
}
