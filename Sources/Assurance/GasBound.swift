import Bytecode

/// The most gas that a function can use: the dearest way through its blocks, each loop counted as often as its bound allows, every size at its widest.
/// Linear in the code. A bound that would not fit is `Int.max`.
func gasMax(of function: Int, in wellFormed: WellFormedModule) -> Int {
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
    let cost = sum(before, sum(instruction.opcode.row.gas, wellFormed.variableGasMax(instruction, in: function)))
    switch instruction.opcode {
    case .jump:
      arrive(Int(instruction.a), cost)
      here = nil
    case .branch:
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
    case .enter, .stay, .return:
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

private func sum(_ a: Int, _ b: Int) -> Int {
  let (result, overflow) = a.addingReportingOverflow(b)
  return overflow ? Int.max : result
}

private func product(_ a: Int, _ b: Int) -> Int {
  let (result, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? Int.max : result
}
