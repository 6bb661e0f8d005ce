import Bytecode
import Interface
import Primitives

/// The instructions of a function on integers that cannot trap, as the ranges of what they work on
/// show: those that `narrow` what fits, and that divide by what is never 0. One pass over the code
/// of its own, since nothing is kept where ways meet and states need not be merged: behind a place that is led to from elsewhere only the types of the registers are known.
func instructionsThatFit(_ function: Int, in wellFormed: WellFormedModule, isTarget: [Bool]) -> [Bool] {
  let code = wellFormed.module.functions[function].code
  let layout = wellFormed.registers[function]
  var fits = [Bool](repeating: false, count: code.count)
  guard code.contains(where: { $0.opcode.row.traps == .range }) else { return fits }

  typealias Bounds = (low: Integer, high: Integer)
  var known = [Bounds?](repeating: nil, count: layout.slotCount)
  var written: [Int] = []
  func bounds(_ slot: UInt16) -> Bounds? {
    if let bounds = known[Int(slot)] { return bounds }
    switch layout.type(at: Int(slot)) {
    case .value(.int(let range))?: return (range.low, range.high)
    case .wide(let bits)?:
      let most = Integer.power(ofTwo: bits) - Integer(1)
      return (-most, most)
    case .value?, .loopCounter?, nil: return nil
    }
  }
  func constant(_ index: UInt16) -> Integer? {
    if case .int(let value) = wellFormed.module.constants[Int(index)] { value } else { nil }
  }
  func combine(_ instruction: Instruction, _ operation: (Bounds, Bounds) -> Bounds) -> Bounds? {
    bounds(instruction.b).flatMap { b in bounds(instruction.c).map { operation(b, $0) } }
  }

  for (pc, instruction) in code.enumerated() {
    if isTarget[pc] {
      for slot in written { known[slot] = nil }
      written = []
    }
    var result: Bounds?
    let value = instruction.opcode.row.value
    switch value {
    case .immediate:
      let value = Integer(Int(Int16(bitPattern: instruction.b)))
      result = (value, value)
    case .constant: result = constant(instruction.b).map { ($0, $0) }
    case .copy: result = bounds(instruction.b)
    case .sum: result = combine(instruction) { ($0.low + $1.low, $0.high + $1.high) }
    case .difference: result = combine(instruction) { ($0.low - $1.high, $0.high - $1.low) }
    case .product:
      result = combine(instruction) { a, b in
        let products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high].sorted()
        return (products[0], products[3])
      }
    case .minimum: result = combine(instruction) { (min($0.low, $1.low), min($0.high, $1.high)) }
    case .maximum: result = combine(instruction) { (max($0.low, $1.low), max($0.high, $1.high)) }
    case .narrowed:
      guard let value = bounds(instruction.b), let low = constant(instruction.c), let high = constant(instruction.c + 1)
      else { break }
      fits[pc] = low <= value.low && value.high <= high
      if fits[pc] { result = value }
    case .quotient, .remainder:
      guard let divisor = bounds(instruction.c) else { break }
      fits[pc] = divisor.low.sign > 0 || divisor.high.sign < 0
      guard divisor.low.sign > 0, let dividend = bounds(instruction.b), dividend.low.sign >= 0 else { break }
      if value == .remainder {
        result = (.zero, min(dividend.high, divisor.high - Integer(1)))
      } else if let least = dividend.low.divided(by: divisor.high, rounded: .down),
        let most = dividend.high.divided(by: divisor.low, rounded: .up)
      {
        result = (least, most)
      }
    case .opaque, .read, .less, .lessOrEqual, .negation: break
    }
    for case (.write, let slot) in instruction.operands {
      known[Int(slot)] = result
      written.append(Int(slot))
    }
  }
  return fits
}
