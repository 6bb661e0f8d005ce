import Bytecode
import Interface

/// The most gas that each function can use.
func gasBounds(_ wellFormed: WellFormedModule) -> [Int] {
  var bounds = [Int](repeating: 0, count: wellFormed.module.functions.count)
  for function in bounds.indices.reversed() { bounds[function] = gasMax(of: function, in: wellFormed, bounds) }
  return bounds
}

/// The most gas that a function can use: the dearest way through its blocks, each loop counted as often as its bound allows, every size at its widest.
/// Linear in the code. A bound that would not fit is `Int.max`. `bounds` has what the functions behind this one use, which are all that it may call.
private func gasMax(of function: Int, in wellFormed: WellFormedModule, _ bounds: [Int]) -> Int {
  let code = wellFormed.module.functions[function].code
  // Of each instruction, the dearest way from the head of its innermost loop (or from the start) to it; nil where no way leads.
  var arriving = [Int?](repeating: nil, count: code.count)
  // The loops that are open, with what led to each and what its exit costs at most.
  var open: [(before: Int, bound: Int)] = []
  var dearest = 0
  var here: Int? = wellFormed.callGasMax(function)

  func arrive(_ target: Int, _ cost: Int) { arriving[target] = max(arriving[target] ?? 0, cost) }

  for (pc, instruction) in code.enumerated() {
    if let arrived = arriving[pc] { here = max(here ?? 0, arrived) }
    guard let before = here else { continue }
    let called = instruction.opcode == .call ? bounds[Int(instruction.a)] : 0
    let cost = sum(before, sum(called, sum(instruction.opcode.row.gas, wellFormed.variableGasMax(instruction, in: function))))
    switch instruction.opcode {
    case .jump:
      arrive(Int(instruction.a), cost)
      here = nil
    case .branch, .match, .find, .findEntry:
      arrive(Int(instruction.b), cost)
      here = cost
    case .loop:
      // Inside, ways are counted from the loop's head; its exit is reached when it is closed, or at once.
      arrive(Int(instruction.b), cost)
      var bound = 0
      if case .counter(let times)? = wellFormed.registers[function].type(at: Int(instruction.a)) { bound = times }
      open.append((cost, bound))
      here = 0
    case .again:
      guard let loop = open.popLast() else { preconditionFailure("the verifier has shown that loops nest") }
      here = sum(loop.before, product(cost, loop.bound))
    case .enter, .stay, .return, .fail:
      // A way that ends inside loops has gone round them as often as they allow.
      var total = cost
      for loop in open.reversed() { total = sum(loop.before, product(total, max(1, loop.bound))) }
      dearest = max(dearest, total)
      here = nil
    default:
      // A refused `require` and a trap end the call too, never dearer than going on.
      here = cost
    }
  }
  return dearest
}
