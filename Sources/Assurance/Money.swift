import Bytecode
import Interface

/// The vaults that may hold money, a bit for each. A vault is empty until something is received, paid or split into it, and again after it was paid out or
/// split without keeping a share: that is all there is to know, and it is enough.
private typealias Holdings = UInt32

/// Follows the vaults from the opening through every transition until nothing new is learnt, which takes at most as many rounds as there are vaults and
/// states; then names each `enter` of a final state that may leave money behind.
func strandedMoney(_ wellFormed: WellFormedModule) -> [Finding] {
  let interface = wellFormed.module.interface
  var atState = [Holdings?](repeating: nil, count: interface.states.count)
  atState[interface.initialState] = 0
  var hasChanged = true
  while hasChanged {
    hasChanged = false
    for (index, transition) in interface.transitions.enumerated() {
      guard let before = atState[transition.source] else { continue }
      for (_, state, holdings) in endings(of: index, from: before, in: wellFormed) {
        let known = atState[state]
        let joined = (known ?? 0) | holdings
        if known != joined {
          atState[state] = joined
          hasChanged = true
        }
      }
    }
  }
  return interface.transitions.indices.flatMap { index -> [Finding] in
    guard let before = atState[interface.transitions[index].source] else { return [] }
    return endings(of: index, from: before, in: wellFormed).filter { interface.states[$0.state].isFinal }.flatMap { ending in
      interface.vaults.indices.filter { ending.holdings & 1 << $0 != 0 }
        .map { Finding.finalStateMayHoldMoney(transition: index, instruction: ending.instruction, vault: $0) }
    }
  }
}

/// Where a transition's ways end, and what may lie in the vaults then. A way that stays ends in its own state.
private func endings(
  of transition: Int, from before: Holdings, in wellFormed: WellFormedModule
) -> [(instruction: Int, state: Int, holdings: Holdings)] {
  let code = wellFormed.module.functions[wellFormed.function(of: .body(transition: transition))].code
  var arriving = [Holdings?](repeating: nil, count: code.count)
  arriving[0] = before
  var endings: [(instruction: Int, state: Int, holdings: Holdings)] = []
  var isSettledDown = false
  // Only a loop sends something back; a second and later round sees it. Each adds a vault at least, so the rounds are few.
  while !isSettledDown {
    isSettledDown = true
    endings = []
    var here: Holdings?
    for (pc, instruction) in code.enumerated() {
      if let arrived = arriving[pc] { here = (here ?? 0) | arrived }
      guard var holdings = here else { continue }
      func move(to place: Place, mayHold: Bool) { if mayHold, case .vault(let vault) = place { holdings |= 1 << vault } }
      switch instruction.opcode {
      case .ask: move(to: PlaceOperand(number: instruction.a).place, mayHold: true)
      case .pay:
        let mayHold = holdings & 1 << instruction.a != 0
        holdings &= ~(1 << instruction.a)
        move(to: PlaceOperand(number: instruction.b).place, mayHold: mayHold)
      case .split:
        let mayHold = holdings & 1 << instruction.a != 0
        holdings &= ~(1 << instruction.a)
        for target in wellFormed.module.splits[Int(instruction.b)].flatMap(\.targets) { move(to: target, mayHold: mayHold) }
      case .enter: endings.append((pc, Int(instruction.a), holdings))
      case .stay: endings.append((pc, wellFormed.module.interface.transitions[transition].source, holdings))
      default: break
      }
      switch instruction.opcode {
      case .jump: arriving[Int(instruction.a)] = (arriving[Int(instruction.a)] ?? 0) | holdings
      case .branch, .loop: arriving[Int(instruction.b)] = (arriving[Int(instruction.b)] ?? 0) | holdings
      case .again:
        let known = arriving[Int(instruction.b)]
        if known.map({ $0 | holdings != $0 }) ?? true {
          arriving[Int(instruction.b)] = (known ?? 0) | holdings
          isSettledDown = false
        }
      default: break
      }
      switch instruction.opcode {
      case .jump, .enter, .stay: here = nil
      default: here = holdings
      }
    }
  }
  return endings
}
