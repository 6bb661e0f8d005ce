import Bytecode
import Interface

/// The vaults that may hold money, a bit for each, of one with keys for all of them together. A vault is empty until something is received, paid or split into
/// it, and again after all of it was paid out or split without keeping a share, or where it was asked and is: that is all there is to know, and it is enough.
private typealias Holdings = UInt32

/// Follows the vaults from the opening through the transitions, then names each `enter` of a final state that may leave money behind. A state about which
/// something was learnt is looked at again, which happens at most once for each vault, and once more.
func strandedMoney(_ wellFormed: WellFormedModule, _ fallibility: Fallibility) -> [Finding] {
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
    for ending in transitions[source].flatMap({ endings(of: $0, from: before, in: wellFormed, fallibility) }) {
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
    for ending in endings(of: index, from: before, in: wellFormed, fallibility) where interface.states[ending.state].isFinal {
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
  of transition: Int, from before: Holdings, in wellFormed: WellFormedModule, _ fallibility: Fallibility
) -> [(instruction: Int, state: Int, holdings: Holdings)] {
  let function = wellFormed.function(of: .body(transition: transition))
  let code = wellFormed.module.functions[function].code
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
    func fill(_ place: PlaceOperand?) { if let vault = place?.vault { holdings |= 1 << vault } }
    func fillTargets(_ shares: [SplitShare]) {
      for share in shares {
        switch share.targets {
        case .places(let places): for place in places { fill(place) }
        case .split(let table): fillTargets(wellFormed.module.splits[table])
        case .list: break
        }
      }
    }
    if let answer = wellFormed.target(answering: pc, in: function), fallibility.traps(at: pc, in: function) { arrive(answer, holdings) }
    var next: Int? = pc + 1
    switch instruction.opcode {
    case .ask: fill(PlaceOperand(number: instruction.a))
    case .pay, .split:
      guard let source = PlaceOperand(number: instruction.a), let vault = source.vault, holdings & 1 << vault != 0 else { break }
      // What lies under other keys stays.
      if case .vault = source { holdings &= ~(1 << vault) }
      if instruction.opcode == .pay {
        fill(PlaceOperand(number: instruction.b))
      } else {
        fillTargets(wellFormed.module.splits[Int(instruction.b)])
      }
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
