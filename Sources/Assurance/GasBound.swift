import Bytecode
import Interface

/// The most gas that each function can use.
func gasBounds(_ wellFormed: WellFormedModule) -> [Int] {
  var bounds = [Int](repeating: 0, count: wellFormed.module.functions.count)
  for function in bounds.indices.reversed() { bounds[function] = gasMax(of: function, in: wellFormed, bounds) }
  return bounds
}

/// The most gas that a function can use: the dearest way through its blocks, each loop counted as
/// often as its bound allows, every size at its widest. Linear in the code. A bound that would not
/// fit is `Int.max`. `bounds` has what the functions behind this one use, which are all that it may
/// call.
private func gasMax(of function: Int, in wellFormed: WellFormedModule, _ bounds: [Int]) -> Int {
  let code = wellFormed.module.functions[function].code
  // Of each instruction, the dearest way from the head of its innermost loop (or from the start) to
  // it; nil where no way leads.
  var arriving = [Int?](repeating: nil, count: code.count)
  // The loops that are open, with what led to each and how often it goes round.
  var open: [(loop: Int, before: Int, bound: Int)] = []
  var dearest = 0
  var here: Int? = wellFormed.callGasMax(function)

  func arrive(_ target: Int, _ cost: Int) { arriving[target] = max(arriving[target] ?? 0, cost) }
  /// What a way costs that leaves the innermost loops, having gone round them as often as they allow.
  func leaving<S: Sequence>(_ loops: S, _ cost: Int) -> Int where S.Element == (loop: Int, before: Int, bound: Int) {
    loops.reduce(cost) { sum($1.before, product($0, max(1, $1.bound))) }
  }
  // Of each instruction the fixed gas of what follows it in its block: where it traps and is
  // answered, the whole block is paid for.
  var following = [Int](repeating: 0, count: code.count)
  for pc in code.indices.dropLast().reversed() where !code[pc].opcode.row.endsBlock {
    following[pc] = code[pc + 1].opcode.row.gas + following[pc + 1]
  }

  for (pc, instruction) in code.enumerated() {
    if let arrived = arriving[pc] { here = max(here ?? 0, arrived) }
    guard let before = here else { continue }
    let called = instruction.opcode == .call ? bounds[Int(instruction.a)] : 0
    let cost = sum(
      before, sum(called, sum(instruction.opcode.row.gas, wellFormed.variableGasMax(instruction, in: function))))
    if let answer = wellFormed.target(answering: pc, in: function) {
      // It leads ahead, perhaps out of loops.
      arrive(
        answer,
        leaving(
          open.reversed().prefix { !($0.loop < answer && answer < Int(code[$0.loop].b)) }, sum(cost, following[pc])))
    }
    switch instruction.opcode {
    case .jump:
      arrive(Int(instruction.a), cost)
      here = nil
    case .branch, .match, .find, .findEntry, .empty:
      arrive(Int(instruction.b), cost)
      here = cost
    case .loop:
      // Inside, ways are counted from the loop's head; its exit is reached when it is closed, or at once.
      arrive(Int(instruction.b), cost)
      var bound = 0
      if case .counter(let times)? = wellFormed.registers[function].type(at: Int(instruction.a)) { bound = times }
      open.append((pc, cost, bound))
      here = 0
    case .again:
      guard let loop = open.popLast() else { preconditionFailure("the verifier has shown that loops nest") }
      here = sum(loop.before, product(cost, loop.bound))
    case .enter, .stay, .return, .fail:
      dearest = max(dearest, leaving(open.reversed(), cost))
      here = nil
    default:
      // A refused `require` and a trap end the call too, never dearer than going on.
      here = cost
    }
  }
  return dearest
}
