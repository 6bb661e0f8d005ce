import Bytecode
import Interface

/// The most gas that each function can use.
func gasBounds(_ wellFormed: WellFormedModule) -> [Int] {
  var pass = GasPass(wellFormed)
  // Functions call only those behind them.
  for function in wellFormed.module.functions.indices.reversed() { pass.bound(function) }
  return pass.bounds
}

/// The most gas that a function can use: the most expensive way through its blocks, each loop
/// counted as often as its bound allows, every size at its widest. Linear in the code. A bound that
/// would not fit is `Int.max`.
///
/// The state is the gas of the most expensive way from the innermost loop's first instruction, or
/// from the function's.
private struct GasPass: AbstractInterpreter {
  private let wellFormed: WellFormedModule
  private(set) var bounds: [Int]
  private var function = 0
  private var code: [Instruction] = []
  /// Of each instruction the fixed gas of what follows it in its block: where it traps and is
  /// answered, the whole block is paid for.
  private var following: [Int] = []
  /// The loops that are open, with what led to each and how often it goes round.
  private var open: [(loop: Int, before: Int, bound: Int)] = []

  init(_ wellFormed: WellFormedModule) {
    self.wellFormed = wellFormed
    bounds = Array(repeating: 0, count: wellFormed.module.functions.count)
  }

  mutating func bound(_ function: Int) {
    self.function = function
    let answers = wellFormed.module.functions[function].answers
    code = wellFormed.module.functions[function].code
    following = Array(repeating: 0, count: answers.isEmpty ? 0 : code.count)
    for pc in following.indices.dropLast().reversed() {
      let row = code[pc].opcode.row
      if !row.endsBlock { following[pc] = code[pc + 1].opcode.row.gas + following[pc + 1] }
    }
    var arriving = [Int?](repeating: nil, count: code.count)
    _ = pass(code, 0...(code.count - 1), entry: wellFormed.callGasMax(function), &arriving)
  }

  func handler(at pc: Int) -> Int? { wellFormed.target(answering: pc, in: function) }

  func join(_ state: inout Int, _ other: Int, at pc: Int) { state = max(state, other) }

  func skip(_ pc: Int) {}

  /// What a way costs that leaves the innermost loops, having gone round them as often as they allow.
  private func leaving<S: Sequence>(_ loops: S, _ cost: Int) -> Int
  where S.Element == (loop: Int, before: Int, bound: Int) {
    loops.reduce(cost) { sum($1.before, product($0, max(1, $1.bound))) }
  }

  mutating func step(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout Int, handled: inout Int?
  ) {
    let called: Int =
      switch row.traps {
      case .callee: bounds[Int(instruction.a)]
      case .never, .operands, .range, .scale, .room, .shares, .refuses: 0
      }
    state = sum(state, sum(called, sum(row.gas, wellFormed.variableGasMax(instruction, in: function))))
    if let handler = handler(at: pc) {
      // It leads ahead, perhaps out of loops.
      let left = open.reversed().prefix { !($0.loop < handler && handler < Int(code[$0.loop].b)) }
      handled = leaving(left, sum(state, following[pc]))
    }
    switch row.flow {
    case .straight, .endsBlock, .jumps, .branches, .opensLoop: break
    case .closesLoop:
      guard let loop = open.popLast() else { preconditionFailure("the verifier has shown that loops nest") }
      state = sum(loop.before, product(state, loop.bound))
    // A refused `require` and a trap end the call too, never more expensive than going on.
    case .enters, .stays, .returns, .traps: bounds[function] = max(bounds[function], leaving(open.reversed(), state))
    }
  }

  mutating func branch(_ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout Int) -> Int {
    let taken = state
    if row.flow == .opensLoop {
      // Inside, ways are counted from the loop's head; its exit is reached when it is closed, or at once.
      var bound = 0
      if case .loopCounter(let times)? = wellFormed.registers[function].type(at: Int(instruction.a)) { bound = times }
      open.append((pc, state, bound))
      state = 0
    }
    return taken
  }
}
