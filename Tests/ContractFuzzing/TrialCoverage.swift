import Assurance
import Bytecode
import Compiler
package import Interface
import Ledger
import Semantics

/// What random contracts have reached: instructions and parts of the language in what was run, and
/// the ways in which calls ended.
package struct TrialCoverage: Sendable {
  package private(set) var opcodes = [Int](repeating: 0, count: Opcode.allCases.count)
  package private(set) var expressions: [ExpressionKind: Int] = [:]
  package private(set) var statements = [Int](repeating: 0, count: StatementKind.allCases.count)
  /// By their numbers, not all of which are given.
  package private(set) var failures = [Int](repeating: 0, count: 256)
  package private(set) var outcomes: [String: Int] = [:]
  /// The transitions that were taken, of whichever contract.
  package private(set) var taken: Set<TransitionID> = []

  private let contract: CompiledContract?
  /// The entries that were run, by their place among the contract's.
  private var isRun: [Bool]
  private let entries: [Entry]

  package init() {
    contract = nil
    (isRun, entries) = ([], [])
  }

  init(_ contract: CompiledContract) {
    self.contract = contract
    entries = contract.interface.entries
    isRun = Array(repeating: false, count: entries.count)
  }

  package mutating func add(_ other: TrialCoverage) {
    for index in opcodes.indices { opcodes[index] += other.opcodes[index] }
    expressions.merge(other.expressions) { $0 + $1 }
    for index in statements.indices { statements[index] += other.statements[index] }
    for index in failures.indices { failures[index] += other.failures[index] }
    outcomes.merge(other.outcomes) { $0 + $1 }
    taken.formUnion(other.taken)
  }

  // MARK: What happened

  mutating func note(_ step: Step) {
    switch step.outcome {
    case .opened(let state):
      outcomes["opened", default: 0] += 1
      run { if case .bound = $0 { true } else { $0 == .opening } }
      stand(in: state)
    case .entered(let state):
      outcomes["entered", default: 0] += 1
      stand(in: state)
    case .stayed:
      outcomes["stayed", default: 0] += 1
      stand(in: step.state)
    case .approved: outcomes["approved", default: 0] += 1
    case .refused(let failure), .defect(let failure):
      outcomes["refused", default: 0] += 1
      failures[Int(failure.code)] += 1
      switch failure {
      case .trapped, .refused(.guardUnmet), .refused(.amount), .refused(.funds): break
      case .refused: return
      }
    }
    guard let transition = step.transition else { return }
    run { $0 == .body(transition: transition) }
    if !step.isRefused { taken.insert(transition) }
  }

  mutating func note(_ ending: Ending, ofView view: Int) {
    switch ending {
    case .fails(let failure):
      failures[Int(failure.code)] += 1
      if case .refused = failure { return }
    case .returns, .enters, .stays: break
    }
    outcomes["shown", default: 0] += 1
    run { $0 == .view(view) }
  }

  private mutating func stand(in state: StateID) {
    guard let interface = contract?.interface else { return }
    run { entry in
      switch entry {
      case .due(let transition): interface.transitions[transition].source == state
      case .invariant(let index): interface.invariants[index].states.contains(state)
      case .bound, .opening, .body, .view: false
      }
    }
  }

  private mutating func run(_ isMeant: (Entry) -> Bool) {
    for (index, entry) in entries.enumerated() where isMeant(entry) { isRun[index] = true }
  }

  /// With what is in everything that was run.
  var finished: TrialCoverage {
    guard let contract else { return self }
    var coverage = self
    let functions = contract.module.module.functions
    var isReached = isRun + Array(repeating: false, count: functions.count - isRun.count)
    for (index, function) in functions.enumerated() where isReached[index] {
      for instruction in function.code {
        coverage.opcodes[Int(instruction.opcode.rawValue)] += 1
        if instruction.opcode == .call { isReached[Int(instruction.a)] = true }
      }
    }
    var walk = KindWalk(contract.checked)
    for (index, entry) in entries.enumerated() where isRun[index] { walk.visit(entry) }
    coverage.expressions.merge(walk.expressions.map { ($0, 1) }) { $0 + $1 }
    for kind in walk.statements { coverage.statements[kind.rawValue] += 1 }
    return coverage
  }

  // MARK: In words

  /// What of each kind was never reached. Running out of gas is not tried.
  package var missing: [String] {
    Opcode.allCases.filter { opcodes[Int($0.rawValue)] == 0 }.map { "instruction \($0.mnemonic)" }
      + ExpressionKind.allCases.filter { expressions[$0] == nil }.map { "expression \($0.name)" }
      + StatementKind.allCases.filter { statements[$0.rawValue] == 0 }.map { "statement \($0)" }
      + Failure.all.filter { failures[Int($0.code)] == 0 }.map { "failure \($0.name)" }
  }

  package var table: String {
    func line(_ title: String, _ counts: [(String, Int)]) -> String {
      "\(title): " + counts.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
    return [
      line("instructions", Opcode.allCases.map { ($0.mnemonic, opcodes[Int($0.rawValue)]) }),
      line("expressions", ExpressionKind.allCases.map { ($0.name, expressions[$0] ?? 0) }),
      line("statements", StatementKind.allCases.map { ("\($0)", statements[$0.rawValue]) }),
      line("failures", Failure.all.map { ($0.name, failures[Int($0.code)]) }),
      line("outcomes", outcomes.map { ($0.key, $0.value) }),
    ].joined(separator: "\n")
  }
}
