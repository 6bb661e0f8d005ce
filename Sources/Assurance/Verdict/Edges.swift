// The graph of an agreement, read off the code: one edge for each `enter`.

package import Bytecode
package import Interface

/// One way in which a transition leads on: an `enter` of its body.
package struct Edge: Hashable, Sendable {
  package let transition: TransitionID
  package let source: StateID
  package let target: StateID
  /// The `enter`, by its place in the body.
  package let instruction: Int
  /// The counters that every way to it has raised, a bit for each field. None of them is ever
  /// lowered, so such an edge is gone along only so often.
  package let raised: UInt64

  package var isRanked: Bool { raised != 0 }

  /// The field of the first counter that it raises, which is the one that its rounds are counted by.
  package var rank: StateVariableID? { isRanked ? StateVariableID(raised.trailingZeroBitCount) : nil }
}

/// All of them, in the order of the transitions and of the code.
package func edges(_ wellFormed: WellFormedModule) -> [Edge] {
  var endings = Endings(wellFormed)
  return wellFormed.module.interface.transitions.ids.flatMap { transition in
    let source = wellFormed.module.interface.transitions[transition].source
    return endings.of(transition).compactMap { ending in
      ending.target.map {
        Edge(transition: transition, source: source, target: $0, instruction: ending.instruction, raised: ending.raised)
      }
    }
  }
}

/// Where bodies end, with the state that they enter, if they enter one, and the counters that have
/// been raised on every way there. Nothing takes a bit away again, so a loop's rounds need not be
/// passed twice: what holds before it holds in every round.
struct Endings: AbstractInterpreter {
  private let wellFormed: WellFormedModule
  private var function = 0
  private var found: [(instruction: Int, target: StateID?, raised: UInt64)] = []

  init(_ wellFormed: WellFormedModule) { self.wellFormed = wellFormed }

  mutating func of(_ transition: TransitionID) -> [(instruction: Int, target: StateID?, raised: UInt64)] {
    function = wellFormed.function(of: .body(transition: transition))
    found = []
    let code = wellFormed.module.functions[function].code
    var arriving = [UInt64?](repeating: nil, count: code.count)
    _ = pass(code, 0...(code.count - 1), entry: 0, &arriving)
    return found
  }

  func handler(at pc: Int) -> Int? { wellFormed.target(answering: pc, in: function) }

  func join(_ state: inout UInt64, _ other: UInt64, at pc: Int) { state &= other }

  func skip(_ pc: Int) {}

  mutating func step(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout UInt64, handled: inout UInt64?
  ) {
    switch row.effect {
    case .increments: state |= 1 << UInt64(instruction.c)
    case .nothing, .stores, .namesPayer, .asks, .settles, .pays, .splits, .paysEach, .emits: break
    }
    switch row.flow {
    case .enters: found.append((pc, StateID(instruction.a), state))
    case .stays: found.append((pc, nil, state))
    case .straight, .endsBlock, .jumps, .branches, .opensLoop, .closesLoop, .returns, .traps: break
    }
  }

  func branch(_ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout UInt64) -> UInt64 { state }
}

/// What an agreement's memory is made of, by the slot at which it begins.
struct Items {
  private let interface: ContractInterface
  private let itemAtSlot: [Int]

  init(_ interface: ContractInterface) {
    self.interface = interface
    var items = [Int](repeating: 0, count: interface.wordCount)
    for (item, place) in interface.slots.enumerated() where place.type.wordsAtRest > 0 { items[place.slot] = item }
    itemAtSlot = items
  }

  /// The term or field, counted terms first, that an instruction names.
  func item(namedBy instruction: Instruction) -> Int? {
    instruction.stateOperand.map { operand in
      switch operand {
      case .word(let word): itemAtSlot[word]
      case .item(let item): item
      }
    }
  }

  /// The term or field that an instruction reads.
  func read(by instruction: Instruction) -> Int? {
    instruction.opcode.row.reads == .state ? item(namedBy: instruction) : nil
  }

  /// The term or field that an instruction changes.
  func written(by instruction: Instruction) -> Int? {
    switch instruction.opcode.row.effect {
    case .stores, .increments: item(namedBy: instruction)
    case .nothing, .namesPayer, .asks, .settles, .pays, .splits, .paysEach, .emits: nil
    }
  }

  /// Whether it has one value from the opening on: a term, or what follows from the terms.
  func isFixed(_ item: Int) -> Bool {
    item < interface.terms.count || interface.fields[item - interface.terms.count].role == .derived
  }
}

extension WellFormedModule {
  /// The terms and fields, counted terms first, that nothing changes any more from a state on, whatever is done.
  package func settledItems(from state: StateID) -> [Bool] {
    let interface = module.interface
    let edges = edges(self)
    var isReached = [Bool](repeating: false, count: interface.states.count)
    isReached[of: state] = true
    var waiting = [state]
    while let source = waiting.popLast() {
      for edge in edges where edge.source == source && !isReached[of: edge.target] {
        isReached[of: edge.target] = true
        waiting.append(edge.target)
      }
    }
    let items = Items(interface)
    var isSettled = [Bool](repeating: true, count: interface.terms.count + interface.fields.count)
    for (index, transition) in interface.transitions.identified where isReached[of: transition.source] {
      for instruction in module.functions[function(of: .body(transition: index))].code {
        if let item = items.written(by: instruction) { isSettled[item] = false }
      }
    }
    return isSettled
  }

  /// Whether this is a deadline at a time that is the same in every visit: nothing but terms, what
  /// follows from them, and the time of the opening tells it. What it calls need not be looked at,
  /// since functions are given all that they know.
  func isDated(_ transition: TransitionID, _ items: Items) -> Bool {
    guard module.interface.transitions[transition].trigger == .at else { return false }
    return module.functions[function(of: .due(transition: transition))].code.allSatisfy { instruction in
      switch instruction.opcode.row.reads {
      case .registers, .opened, .parties: true
      case .state: items.item(namedBy: instruction).map(items.isFixed) ?? false
      case .vault, .emptiness, .now, .caller: false
      }
    }
  }
}

/// Agreements end because every way round is gone along only so often, or only until a date. What
/// may be gone round without end is named, once for each circle, by its edges from the first state
/// on.
///
/// An edge that raises a counter is used up. An action of a state with a dated deadline is taken
/// before that date and never again: afterwards the deadline is due as soon as the state is
/// entered, before anybody can act. What remains of the graph without the two must have no circle.
func endlessCircles(_ wellFormed: WellFormedModule, _ edges: [Edge]) -> [Finding] {
  let interface = wellFormed.module.interface
  let items = Items(interface)
  var isDated = [Bool](repeating: false, count: interface.states.count)
  for (index, transition) in interface.transitions.identified where wellFormed.isDated(index, items) {
    isDated[of: transition.source] = true
  }
  var leaving = [[Edge]](repeating: [], count: interface.states.count)
  for edge in edges
  where !edge.isRanked && (interface.transitions[edge.transition].trigger.isAutomatic || !isDated[of: edge.source]) {
    leaving[of: edge.source].append(edge)
  }
  var findings: [Finding] = []
  var isDone = [Bool](repeating: false, count: interface.states.count)
  var placeOnPath = [Int?](repeating: nil, count: interface.states.count)
  for start in interface.states.ids where !isDone[of: start] {
    // A walk in depth with its path kept aside, so that no graph makes the stack grow.
    var path = [(state: start, next: 0)]
    placeOnPath[of: start] = 0
    while let (state, next) = path.last {
      if next == leaving[of: state].count {
        isDone[of: state] = true
        placeOnPath[of: state] = nil
        path.removeLast()
        continue
      }
      path[path.count - 1].next += 1
      let target = leaving[of: state][next].target
      if let first = placeOnPath[of: target] {
        if findings.count == Finding.countMax { return findings }
        findings.append(.endlessCircle(path[first...].map { leaving[of: $0.state][$0.next - 1] }))
      } else if !isDone[of: target] {
        placeOnPath[of: target] = path.count
        path.append((target, 0))
      }
    }
  }
  return findings
}
