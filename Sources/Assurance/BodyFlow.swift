import Bytecode
import Interface

/// The vaults that may hold money, a bit for each, of one with keys for all of them together. A
/// vault is empty until something is received, paid or split into it, and again after all of it was
/// paid out or split without keeping a share, or where it was asked and is: that is all there is to
/// know, and it is enough.
typealias Holdings = UInt32

/// How money comes through a body. Of each instruction and vault it is known from which vaults what
/// lies there may have come, as they were when the body began, and whether something may have been
/// received. So a body is gone through once, whatever holds before it; and a loop once more, for
/// what its rounds do together.
struct BodyFlow {
  /// A bit for each vault from which it came, and `received`.
  private typealias Origins = UInt64
  private static let received: Origins = 1 << 32

  /// Of each instruction, where it is reached, the origins of what each vault holds before it: so
  /// many words for each instruction as there are vaults.
  private var origins: [Origins]
  private var isReached: [Bool]
  private let vaultCount: Int
  private let code: [Instruction]
  /// Of each instruction that is answered and can trap, where that leads.
  private let answers: [Int?]
  /// Of each split table, the vaults that it lays something into.
  private let filled: [Holdings]

  init(of function: Int, in wellFormed: WellFormedModule, _ fallibility: Fallibility, filled: [Holdings]) {
    let code = wellFormed.module.functions[function].code
    self.code = code
    self.filled = filled
    vaultCount = wellFormed.module.interface.vaults.count
    answers = code.indices.map { pc in
      wellFormed.target(answering: pc, in: function).flatMap { fallibility.traps(at: pc, in: function) ? $0 : nil }
    }
    origins = Array(repeating: 0, count: code.count * vaultCount)
    isReached = Array(repeating: false, count: code.count)
    // Inner loops end before outer ones. What a loop's rounds do together is known before anything
    // is said of what lies around it.
    var rounds = [[Origins]?](repeating: nil, count: code.count)
    for (pc, instruction) in code.enumerated() where instruction.opcode == .again {
      let head = Int(instruction.b)
      begin(at: head, with: (0..<vaultCount).map { 1 << Origins($0) })
      follow(from: head, through: pc, rounds, isWithin: true)
      rounds[head] = isReached[pc] ? BodyFlow.closure(Array(origins[(pc * vaultCount)..<((pc + 1) * vaultCount)])) : nil
      for place in head...pc { isReached[place] = false }
    }
    begin(at: 0, with: (0..<vaultCount).map { 1 << Origins($0) })
    follow(from: 0, through: code.count - 1, rounds, isWithin: false)
  }

  /// What may lie in the vaults before an instruction, if this may lie in them before the body; nil where no way leads.
  func holdings(before pc: Int, from holdings: Holdings) -> Holdings? {
    guard isReached[pc] else { return nil }
    return (0..<vaultCount).reduce(Holdings(0)) { held, vault in
      origins[pc * vaultCount + vault] & (BodyFlow.received | Origins(holdings)) != 0
        ? held | 1 << Holdings(vault) : held
    }
  }

  // MARK: Going through

  private mutating func begin(at pc: Int, with here: [Origins]) {
    for vault in 0..<vaultCount { origins[pc * vaultCount + vault] = here[vault] }
    isReached[pc] = true
  }

  private mutating func arrive(_ target: Int, _ here: [Origins], last: Int) {
    // Out of the loop that is looked at.
    if target > last { return }
    for vault in 0..<vaultCount {
      origins[target * vaultCount + vault] =
        (isReached[target] ? origins[target * vaultCount + vault] : 0) | here[vault]
    }
    isReached[target] = true
  }

  /// Follows straight code from an instruction that has been reached. All ways lead ahead but those
  /// round loops, and what those come to is known.
  private mutating func follow(from first: Int, through last: Int, _ rounds: [[Origins]?], isWithin: Bool) {
    for pc in first...last where isReached[pc] {
      if !(isWithin && pc == first), let rounds = rounds[pc] {
        let before = Array(origins[(pc * vaultCount)..<((pc + 1) * vaultCount)])
        begin(at: pc, with: BodyFlow.after(before, rounds))
      }
      var here = Array(origins[(pc * vaultCount)..<((pc + 1) * vaultCount)])
      if let answer = answers[pc] { arrive(answer, here, last: last) }
      let instruction = code[pc]
      switch instruction.opcode {
      case .ask: if let vault = PlaceOperand(number: instruction.a)?.vault { here[vault] |= BodyFlow.received }
      case .pay, .split:
        guard let source = PlaceOperand(number: instruction.a), let vault = source.vault else { break }
        let moved = here[vault]
        // What lies under other keys stays.
        if case .vault = source { here[vault] = 0 }
        let targets =
          instruction.opcode == .split
          ? filled[Int(instruction.b)] : PlaceOperand(number: instruction.b)?.vault.map { 1 << Holdings($0) } ?? 0
        for target in 0..<vaultCount where targets & 1 << Holdings(target) != 0 { here[target] |= moved }
      case .payEach: here[Int(instruction.a)] = 0
      case .empty:
        arrive(Int(instruction.b), here, last: last)
        if case .vault(let vault)? = PlaceOperand(number: instruction.a) { here[vault] = 0 }
      case .jump:
        arrive(Int(instruction.a), here, last: last)
        continue
      case .branch, .match, .find, .findEntry, .loop: arrive(Int(instruction.b), here, last: last)
      case .fail, .enter, .stay, .return: continue
      default: break
      }
      arrive(pc + 1, here, last: last)
    }
  }

  // MARK: Relations

  /// First the one, then the other.
  private static func after(_ first: [Origins], _ second: [Origins]) -> [Origins] {
    second.map { origins in
      first.indices.reduce(origins & received) { origins & 1 << Origins($1) != 0 ? $0 | first[$1] : $0 }
    }
  }

  /// So many rounds as one likes, or none: doubled until no way from vault to vault is longer.
  private static func closure(_ round: [Origins]) -> [Origins] {
    var rounds = round.indices.map { round[$0] | 1 << Origins($0) }
    var length = 1
    while length < round.count {
      rounds = after(rounds, rounds)
      length *= 2
    }
    return rounds
  }
}
