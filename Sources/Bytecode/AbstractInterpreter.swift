// One forward pass over a function's code, shared by all that is proved of it: the verifier, where
// money may be, which counters a way raises, how much gas it takes. An analysis brings the states
// that it tells apart and what an instruction does to them; where instructions lead is decided here
// alone. (Cousot and Cousot, 1977; as in the Move verifier's `absint`.)
//
// Control goes forward but for closed loops, so a pass sees every way into an instruction before
// the instruction itself. A loop's body is passed once: an analysis for which one round is not all
// rounds accounts for the others at the loop's ends.

@usableFromInline
package protocol AbstractInterpreter {
  associatedtype State
  associatedtype Failure: Error

  /// The instruction that handles a trap of the one at `pc`; nil where nothing does.
  func handler(at pc: Int) -> Int?

  /// Merges into `state` what another way to the instruction at `pc` knows.
  mutating func join(_ state: inout State, _ other: State, at pc: Int) throws(Failure)

  /// No way leads to the instruction at `pc`.
  mutating func skip(_ pc: Int) throws(Failure)

  /// Turns what is known before the instruction into what is known behind it.
  ///
  /// - Parameter handled: what the handler of its trap knows, if there is a handler.
  mutating func step(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout State, handled: inout State?
  ) throws(Failure)

  /// Splits what is known behind a branch or a loop's beginning: returns what holds where its target
  /// runs next, and leaves in `state` what holds where the instruction behind it does.
  mutating func branch(_ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout State) -> State
}

extension AbstractInterpreter {
  /// Passes once over the instructions of a range, linear in their number. Ways that lead out of the range end there.
  ///
  /// - Parameters:
  ///   - entry: what is known before the first instruction.
  ///   - arriving: room for a state of each instruction of the function, all nil, and nil again when it returns.
  /// - Returns: what is known behind the last instruction; nil where nothing falls through it.
  @inlinable
  package mutating func pass(
    _ code: [Instruction], _ range: ClosedRange<Int>, entry: State, _ arriving: inout [State?]
  ) throws(Failure) -> State? {
    var state: State? = entry
    for pc in range {
      if let other = arriving[pc] {
        arriving[pc] = nil
        if var here = state.take() {
          try join(&here, other, at: pc)
          state = here
        } else {
          state = other
        }
      }
      // Held in one place, a state is changed where it is.
      guard var here = state.take() else {
        try skip(pc)
        continue
      }
      let instruction = code[pc]
      let row = instruction.opcode.row
      let handler = handler(at: pc)
      var handled: State? = handler == nil ? nil : here
      try step(instruction, row, at: pc, &here, handled: &handled)
      if let handler, let handled { try arrive(at: handler, handled, range, &arriving) }
      switch row.flow {
      case .straight, .endsBlock, .closesLoop: state = here
      case .jumps: try arrive(at: Int(instruction.a), here, range, &arriving)
      case .branches, .opensLoop:
        let taken = branch(instruction, row, at: pc, &here)
        try arrive(at: Int(instruction.b), taken, range, &arriving)
        state = here
      case .enters, .stays, .returns, .traps: break
      }
    }
    return state
  }

  @inlinable
  mutating func arrive(
    at target: Int, _ state: State, _ range: ClosedRange<Int>, _ arriving: inout [State?]
  ) throws(Failure) {
    if target > range.upperBound { return }
    if var here = arriving[target].take() {
      try join(&here, state, at: target)
      arriving[target] = here
    } else {
      arriving[target] = state
    }
  }
}
