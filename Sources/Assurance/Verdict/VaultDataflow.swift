import Bytecode
import Interface

/// The vaults that may hold money, a bit for each, of one with keys for all of them together. A
/// vault is empty until something is received, paid or split into it, and again after all of it was
/// paid out or split without keeping a share, or where it was asked and is: that is all there is to
/// know, and it is enough.
typealias Holdings = UInt32

/// How money comes through a body. Of each instruction and vault it is known from which vaults what
/// lies there may have come, as they were when the body began, and whether something may have been
/// received. So a body is passed once, whatever holds before it; and a loop once more, for what its
/// rounds do together.
struct VaultDataflow {
  /// A bit for each vault from which it came, and `received`.
  fileprivate typealias Origins = UInt64
  fileprivate static let received: Origins = 1 << 32

  /// Of each instruction, where it is reached, the origins of what each vault holds before it: so
  /// many words for each instruction as there are vaults.
  private let origins: [Origins]
  private let isReached: [Bool]
  private let vaultCount: Int

  init(of function: Int, in wellFormed: WellFormedModule, _ failures: FailureAnalysis, filled: [Holdings]) {
    let code = wellFormed.module.functions[function].code
    vaultCount = wellFormed.module.interface.vaults.count
    let handlers = code.indices.map { pc in
      wellFormed.target(answering: pc, in: function).flatMap { failures.traps(at: pc, in: function) ? $0 : nil }
    }
    var flow = VaultPass(handlers: handlers, filled: filled, vaultCount: vaultCount)
    let untouched: [Origins] = (0..<vaultCount).map { 1 << Origins($0) }
    var arriving = [[Origins]?](repeating: nil, count: code.count)
    // Inner loops end before outer ones. What a loop's rounds do together is known before anything
    // is said of what lies around it.
    for (pc, instruction) in code.enumerated() where instruction.opcode.row.flow == .closesLoop {
      let head = Int(instruction.b)
      flow.rounds[head] = flow.pass(code, head...pc, entry: untouched, &arriving).map(VaultPass.closure)
      for place in head...pc { flow.isReached[place] = false }
    }
    _ = flow.pass(code, 0...(code.count - 1), entry: untouched, &arriving)
    (origins, isReached) = (flow.origins, flow.isReached)
  }

  /// What may lie in the vaults before an instruction, if this may lie in them before the body; nil where no way leads.
  func holdings(before pc: Int, from holdings: Holdings) -> Holdings? {
    guard isReached[pc] else { return nil }
    return (0..<vaultCount).reduce(Holdings(0)) { held, vault in
      origins[pc * vaultCount + vault] & (VaultDataflow.received | Origins(holdings)) != 0
        ? held | 1 << Holdings(vault) : held
    }
  }
}

private struct VaultPass: AbstractInterpreter {
  typealias Origins = VaultDataflow.Origins

  /// Of each instruction that can trap and is answered, where that leads.
  let handlers: [Int?]
  /// Of each split table, the vaults that it lays something into.
  let filled: [Holdings]
  let vaultCount: Int
  /// Of each loop's first instruction what so many rounds as one likes do, once that is known.
  var rounds: [[Origins]?]
  var origins: [Origins]
  var isReached: [Bool]

  init(handlers: [Int?], filled: [Holdings], vaultCount: Int) {
    self.handlers = handlers
    self.filled = filled
    self.vaultCount = vaultCount
    rounds = Array(repeating: nil, count: handlers.count)
    origins = Array(repeating: 0, count: handlers.count * vaultCount)
    isReached = Array(repeating: false, count: handlers.count)
  }

  func handler(at pc: Int) -> Int? { handlers[pc] }

  func join(_ state: inout [Origins], _ other: [Origins], at pc: Int) {
    for vault in 0..<vaultCount { state[vault] |= other[vault] }
  }

  func skip(_ pc: Int) {}

  mutating func step(
    _ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout [Origins], handled: inout [Origins]?
  ) {
    if let rounds = rounds[pc] { state = VaultPass.after(state, rounds) }
    for vault in 0..<vaultCount { origins[pc * vaultCount + vault] = state[vault] }
    isReached[pc] = true
    if handled != nil { handled = state }
    switch row.effect {
    case .asks: if let vault = PlaceOperand(number: instruction.a)?.vault { state[of: vault] |= VaultDataflow.received }
    case .pays:
      move(PlaceOperand(number: instruction.b)?.vault.map { 1 << Holdings($0.index) } ?? 0, instruction, &state)
    case .splits: move(filled[Int(instruction.b)], instruction, &state)
    case .paysEach: state[Int(instruction.a)] = 0
    case .nothing, .stores, .increments, .namesPayer, .settles, .emits: break
    }
  }

  private func move(_ targets: Holdings, _ instruction: Instruction, _ state: inout [Origins]) {
    guard let source = PlaceOperand(number: instruction.a), let vault = source.vault else { return }
    let moved = state[of: vault]
    // What lies under other keys stays.
    if case .vault = source { state[of: vault] = 0 }
    for target in 0..<vaultCount where targets & 1 << Holdings(target) != 0 { state[target] |= moved }
  }

  func branch(_ instruction: Instruction, _ row: OpcodeRow, at pc: Int, _ state: inout [Origins]) -> [Origins] {
    let taken = state
    switch row.reads {
    case .emptiness: if case .vault(let vault)? = PlaceOperand(number: instruction.a) { state[vault] = 0 }
    case .registers, .state, .vault, .now, .opened, .caller, .parties: break
    }
    return taken
  }

  // MARK: Relations

  /// First the one, then the other.
  private static func after(_ first: [Origins], _ second: [Origins]) -> [Origins] {
    second.map { origins in
      first.indices.reduce(origins & VaultDataflow.received) { origins & 1 << Origins($1) != 0 ? $0 | first[$1] : $0 }
    }
  }

  /// So many rounds as one likes, or none: doubled until no way from vault to vault is longer.
  static func closure(_ round: [Origins]) -> [Origins] {
    var rounds = round.indices.map { round[$0] | 1 << Origins($0) }
    var length = 1
    while length < round.count {
      rounds = after(rounds, rounds)
      length *= 2
    }
    return rounds
  }
}
