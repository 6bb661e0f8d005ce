// What a module guarantees, read off its bytecode. The compiler and the ledger call the same code: a contract that was written by hand gets no further than
// one that was compiled. Findings are data; the compiler finds the words and the place in the source.

package import Bytecode
import Interface
import Primitives

/// A well-formed module about which nothing was found, with what each transition costs at most. `assure` is its one maker.
package struct AssuredModule: Sendable {
  package let wellFormed: WellFormedModule
  /// Of each transition the most gas that its body uses, entering the call included.
  package let gasMax: [Int]
  /// What leads on from each state, in gas.
  package let prepayment: Prepayment
}

package enum Finding: Hashable, Sendable {
  /// The state is not final and nothing happens in it by itself.
  case stateWithoutDeadline(Int)
  /// An instruction of an automatic transition can trap.
  case automaticCanFail(function: Int, instruction: Int)
  /// The states lead round in a circle by themselves.
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
  let findings =
    statesWithoutDeadline(interface) + fallibleAutomaticInstructions(wellFormed) + automaticCycles(wellFormed) + strandedMoney(wellFormed)
    + bounds.indices.filter { bounds[$0] > wellFormed.module.protocolNumber.limits.gas }.map { .gasAboveLimit(function: $0, gas: bounds[$0]) }
  if !findings.isEmpty { return .refused(findings) }
  return .assured(
    AssuredModule(
      wellFormed: wellFormed, gasMax: interface.transitions.indices.map { bounds[wellFormed.function(of: .body(transition: $0))] },
      prepayment: Prepayment(wellFormed, bounds: bounds)))
}

private func statesWithoutDeadline(_ interface: ContractInterface) -> [Finding] {
  interface.states.indices.filter { state in
    !interface.states[state].isFinal && !interface.transitions.contains { $0.source == state && $0.trigger.isAutomatic }
  }.map { .stateWithoutDeadline($0) }
}

// MARK: Endings

/// The states that a transition can enter.
func targets(of transition: Int, in wellFormed: WellFormedModule) -> [Int] {
  wellFormed.module.functions[wellFormed.function(of: .body(transition: transition))].code.filter { $0.opcode == .enter }.map { Int($0.a) }
}

/// A circle of automatic transitions would run for ever. Each is named once, by the states on it, from the first on.
private func automaticCycles(_ wellFormed: WellFormedModule) -> [Finding] {
  let interface = wellFormed.module.interface
  var next = [[Int]](repeating: [], count: interface.states.count)
  for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
    for target in targets(of: index, in: wellFormed) where !next[transition.source].contains(target) { next[transition.source].append(target) }
  }
  var findings: [Finding] = []
  var isDone = [Bool](repeating: false, count: interface.states.count)
  for start in interface.states.indices where !isDone[start] {
    // A walk in depth with its path kept aside, so that no graph makes the stack grow.
    var path = [(state: start, edge: 0)]
    while let (state, edge) = path.last {
      if edge == next[state].count {
        isDone[state] = true
        path.removeLast()
        continue
      }
      path[path.count - 1].edge += 1
      let target = next[state][edge]
      if let first = path.firstIndex(where: { $0.state == target }) {
        if findings.count == Finding.countMax { return findings }
        findings.append(.automaticCycle(path[first...].map(\.state)))
      } else if !isDone[target] {
        path.append((target, 0))
      }
    }
  }
  return findings
}

// MARK: Infallibility

private func fallibleAutomaticInstructions(_ wellFormed: WellFormedModule) -> [Finding] {
  let interface = wellFormed.module.interface
  var findings: [Finding] = []
  // Of each function, whether it can trap. What it calls lies behind it.
  var canTrap = [Bool](repeating: false, count: wellFormed.module.functions.count)
  for function in canTrap.indices.reversed() {
    canTrap[function] = wellFormed.module.functions[function].code.indices.contains { traps(at: $0, function, wellFormed, canTrap) }
  }
  for (index, transition) in interface.transitions.enumerated() where transition.trigger.isAutomatic {
    for function in [Entry.due(transition: index), .body(transition: index)].map(wellFormed.function(of:)) {
      if canTrap[function] == false { continue }
      for instruction in wellFormed.module.functions[function].code.indices where traps(at: instruction, function, wellFormed, canTrap) {
        if findings.count == Finding.countMax { return findings }
        findings.append(.automaticCanFail(function: function, instruction: instruction))
      }
    }
  }
  return findings
}

/// Whether an instruction has values of its operands' types with which it traps. Out of gas is not asked here: an automatic transition is given its bound.
private func traps(at pc: Int, _ function: Int, _ wellFormed: WellFormedModule, _ canTrap: [Bool]) -> Bool {
  let instruction = wellFormed.module.functions[function].code[pc]
  switch instruction.opcode {
  case .count, .require, .divideIntDown, .divideIntUp, .divideIntHalfEven, .moduloInt, .narrow, .addDuration, .subtractDuration, .timesDuration,
    .addAmount, .subtractAmount, .timesAmount, .ask, .settle, .fail, .intOfText, .ratioOfInts, .addRatio, .subtractRatio, .multiplyRatio,
    .divideRatio, .narrowRatio, .fillList, .getElement, .getElementPair, .getElementObject, .setElement, .setElementPair, .setElementObject,
    .appendElement, .removeElement, .insertKey, .insertEntry, .setEntry:
    return true
  case .call: return canTrap[Int(instruction.a)]
  case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven: return wellFormed.registers[function].type(at: Int(instruction.c)) == .ratio
  case .split: return canExceed(wellFormed.module.splits[Int(instruction.b)], at: pc, function, wellFormed)
  case .next, .jump, .branch, .loop, .again, .enter, .stay, .return, .copy, .copyPair, .immediate, .constant, .constantPair, .constantWide, .load,
    .loadPair, .loadInt, .loadWide, .store, .storePair, .storeInt, .storeWide, .balance, .not, .addInt, .subtractInt, .multiplyInt, .equalInt,
    .lessInt,
    .lessOrEqualInt, .equalWord, .lessDuration, .lessOrEqualDuration, .equalPair, .lessAmount, .lessOrEqualAmount, .lessPercent, .lessOrEqualPercent,
    .equalText, .pay, .emit, .powerInt, .gcdInt, .minInt, .maxInt, .shiftLeftInt, .shiftRightInt, .textOfInt, .concatenate, .sizeOf,
    .scalarCount, .lessText, .make, .member, .replace, .wrap, .match, .payload, .collect, .countOf, .removeKey, .hasKey, .find, .found, .each, .item,
    .itemValue, .copyObject, .equalObject, .loadObject, .storeObject, .countEntries, .findEntry, .removeEntry:
    return false
  }
}

/// Whether the uncapped shares of a split can be more than the whole: an amount always can; percents can unless their literals add up to at most 100 %.
private func canExceed(_ shares: [SplitShare], at pc: Int, _ function: Int, _ wellFormed: WellFormedModule) -> Bool {
  var parts: [Int] = []
  for (index, share) in shares.enumerated() {
    guard case .part(let register) = share.portion else { continue }
    guard wellFormed.registers[function].type(at: register) == .percent else { return true }
    // A capped share before a fixed one may leave too little for it.
    if shares[..<index].contains(where: { if case .upTo = $0.portion { true } else { false } }) { return true }
    parts.append(register)
  }
  if parts.count <= 1 { return false }
  var sum: (numerator: Integer, denominator: Integer) = (.zero, Integer(1))
  for register in parts {
    guard let percent = literal(inRegister: register, before: pc, function, wellFormed) else { return true }
    let denominator = Integer(percent.denominator)
    sum = (sum.numerator * denominator + Integer(percent.numerator) * sum.denominator, sum.denominator * denominator)
  }
  return sum.numerator > sum.denominator
}

private func isTarget(_ index: Int, in code: [Instruction]) -> Bool {
  code.contains { instruction in
    switch instruction.opcode {
    case .jump: Int(instruction.a) == index
    case .branch, .loop, .again, .match, .find, .findEntry: Int(instruction.b) == index
    default: false
    }
  }
}

/// The percent that the straight code before an instruction puts into a register, where it is a constant.
private func literal(inRegister slot: Int, before pc: Int, _ function: Int, _ wellFormed: WellFormedModule) -> Percent? {
  let code = wellFormed.module.functions[function].code
  for (index, instruction) in code[..<pc].enumerated().reversed() {
    // A `next` only cuts a block that is too dear for one gas byte; the code goes on straight, unless something jumps behind it.
    if instruction.opcode.row.endsBlock && (instruction.opcode != .next || isTarget(index + 1, in: code)) { return nil }
    guard case .write = instruction.opcode.row.a, Int(instruction.a) == slot else { continue }
    if instruction.opcode == .constantPair, case .percent(let percent) = wellFormed.module.constants[Int(instruction.b)] { return percent }
    return nil
  }
  return nil
}
