import Bytecode
import Interface

/// The vaults that may hold money, a bit for each. A vault is empty until something is received, paid or split into it, and again after it was paid out or
/// split without keeping a share: that is all there is to know, and it is enough.
private typealias Holdings = UInt32

/// Follows the vaults from the opening through the transitions, then names each `enter` of a final state that may leave money behind. A state about which
/// something was learnt is looked at again, which happens at most once for each vault, and once more.
func strandedMoney(_ wellFormed: WellFormedModule) -> [Finding] {
  let interface = wellFormed.module.interface
  var transitions = [[Int]](repeating: [], count: interface.states.count)
  for (index, transition) in interface.transitions.enumerated() { transitions[transition.source].append(index) }

  var atState = [Holdings?](repeating: nil, count: interface.states.count)
  atState[interface.initialState] = 0
  var waiting = [interface.initialState]
  var isWaiting = [Bool](repeating: false, count: interface.states.count)
  while let source = waiting.popLast() {
    isWaiting[source] = false
    guard let before = atState[source] else { continue }
    for ending in transitions[source].flatMap({ endings(of: $0, from: before, in: wellFormed) }) {
      let joined = (atState[ending.state] ?? 0) | ending.holdings
      if atState[ending.state] == joined { continue }
      atState[ending.state] = joined
      if !isWaiting[ending.state] { waiting.append(ending.state) }
      isWaiting[ending.state] = true
    }
  }

  var findings: [Finding] = []
  for (index, transition) in interface.transitions.enumerated() {
    guard let before = atState[transition.source], findings.count < Finding.countMax else { continue }
    for ending in endings(of: index, from: before, in: wellFormed) where interface.states[ending.state].isFinal {
      for vault in interface.vaults.indices where ending.holdings & 1 << vault != 0 {
        findings.append(.finalStateMayHoldMoney(transition: index, instruction: ending.instruction, vault: vault))
      }
      if findings.count >= Finding.countMax { break }
    }
  }
  return findings
}

/// Where a transition's ways end, and what may lie in the vaults then. A way that stays ends in its own state.
private func endings(
  of transition: Int, from before: Holdings, in wellFormed: WellFormedModule
) -> [(instruction: Int, state: Int, holdings: Holdings)] {
  let code = wellFormed.module.functions[wellFormed.function(of: .body(transition: transition))].code
  var arriving = [Holdings?](repeating: nil, count: code.count)
  arriving[0] = before
  var ending = [Holdings?](repeating: nil, count: code.count)
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
    func fill(_ place: Place) { if case .vault(let vault) = place { holdings |= 1 << vault } }
    var next: Int? = pc + 1
    switch instruction.opcode {
    case .ask: fill(PlaceOperand(number: instruction.a).place)
    case .pay, .split:
      let mayHold = holdings & 1 << instruction.a != 0
      holdings &= ~(1 << instruction.a)
      guard mayHold else { break }
      if instruction.opcode == .pay {
        fill(PlaceOperand(number: instruction.b).place)
      } else {
        for target in wellFormed.module.splits[Int(instruction.b)].flatMap(\.targets) { fill(target) }
      }
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
    case .enter, .stay:
      ending[pc] = (ending[pc] ?? 0) | holdings
      next = nil
    default: break
    }
    here = next == nil ? nil : holdings
    pc += 1
  }
  let source = wellFormed.module.interface.transitions[transition].source
  return code.indices.compactMap { pc in ending[pc].map { (pc, code[pc].opcode == .enter ? Int(code[pc].a) : source, $0) } }
}
