import ContractFuzzing
import Glibc
import Source

/// The case that is being tried, for the message of a process that ends by itself.
nonisolated(unsafe) private var currentSeed: UInt64 = 0

/// Random contracts on the machine and on the reference interpreter (ContractFuzzing).
struct ContractFuzz {
  private var accepted = 0
  private var steps = 0
  private var refusals: [String: Int] = [:]
  private var coverage = TrialCoverage()
  /// The first seed of each kind of finding.
  private var findings: [(kind: String, seed: UInt64, count: Int)] = []

  /// Whether no difference was found.
  mutating func run(_ count: Int, seed: UInt64) -> Bool {
    ContractFuzz.sayWhereItEnds()
    let start = clock()
    for index in 0..<UInt64(count) {
      currentSeed = seed &+ index
      note(ContractTrial(seed: currentSeed), seed: currentSeed)
      if index % 20_000 == 19_999 {
        print("\(index + 1) contracts, \(findings.reduce(0) { $0 + $1.count }) differences")
        fflush(nil)
      }
    }
    let seconds = max(1, (clock() - start) / CLOCKS_PER_SEC)
    print(
      "\(count) contracts, \(accepted * 100 / max(1, count)) % accepted, \(steps) steps, \(findings.reduce(0) { $0 + $1.count }) differences, \(count / seconds) contracts a second"
    )
    print(
      "refused: \(refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
    )
    print(coverage.table)
    let missing = coverage.missing
    print(missing.isEmpty ? "everything was reached" : "never reached: \(missing.joined(separator: ", "))")
    for finding in findings { print("\(finding.count) of a kind, first with seed \(finding.seed): \(finding.kind)") }
    if let first = findings.first { show(first.seed) }
    return findings.isEmpty
  }

  private mutating func note(_ trial: ContractTrial, seed: UInt64) {
    switch trial.verdict {
    case .refused(let codes):
      for code in codes.prefix(1) { refusals[code.rawValue, default: 0] += 1 }
      return
    case .agreed: break
    case .differs(let kind, _):
      if let known = findings.firstIndex(where: { $0.kind == kind }) {
        findings[known].count += 1
      } else {
        findings.append((kind, seed, 1))
      }
    }
    accepted += 1
    steps += trial.stepCount
    coverage.add(trial.coverage)
  }

  // MARK: One case

  /// Shows the case of a seed, as small as it becomes.
  func show(_ seed: UInt64) {
    let contract = ContractTrial.contract(seed: seed)
    if ContractFuzz.endsProcess(contract.choices, seed) { return ContractFuzz.showEnding(contract.choices, seed) }
    let seeded = ContractTrial(seed: seed)
    let trial = ContractTrial(.choices(seeded.contractChoices), actions: seeded.actionChoices)
    ContractFuzz.tell(trial, seed)
    guard case .differs(let kind, _) = trial.verdict else { return }
    ContractFuzz.shrink(trial, seed) { if case .differs(kind, _) = $0 { true } else { false } }
  }

  /// Shows the smallest contract that is refused for the same reason.
  func showRefusal(_ code: String, _ count: Int, seed: UInt64) {
    for index in 0..<UInt64(count) {
      let trial = ContractTrial(seed: seed &+ index)
      guard case .refused(let codes) = trial.verdict, codes.first?.rawValue == code,
        let message = trial.diagnostics.all.first?.message
      else {
        continue
      }
      print("seed \(seed &+ index): \(message)")
      ContractFuzz.shrink(trial, seed &+ index) {
        if case .refused(let codes) = $0 { codes.first?.rawValue == code } else { false }
      }
      return
    }
  }

  private static func shrink(_ trial: ContractTrial, _ seed: UInt64, while isSame: (ContractTrial.Verdict) -> Bool) {
    withoutActuallyEscaping(isSame) { isSame in
      var shrinking = Shrinking(triesMax: 4000) { tapes in
        let smaller = ContractTrial(.choices(tapes[0]), actions: tapes[1])
        return isSame(smaller.verdict) ? [smaller.contractChoices, smaller.actionChoices] : nil
      }
      let smallest = shrinking.smallest([trial.contractChoices, trial.actionChoices])
      let small = ContractTrial(.choices(smallest[0]), actions: smallest[1])
      print(
        "shrunk from \(trial.contractChoices.count) + \(trial.actionChoices.count) to \(small.contractChoices.count) + \(small.actionChoices.count) choices in \(shrinking.tries) tries"
      )
      tell(small, seed)
    }
  }

  private static func tell(_ trial: ContractTrial, _ seed: UInt64) {
    print("// seed \(seed)\n\(trial.file)")
    switch trial.verdict {
    case .agreed: print("both engines agree")
    case .refused:
      let renderer = DiagnosticRenderer(source: SourceText(path: "trial.ern", text: trial.source), isColoured: false)
      for diagnostic in trial.diagnostics.all.prefix(3) { print(renderer.render(diagnostic)) }
    case .differs(kind: _, let text): print("DIFFERENCE: \(text)")
    }
  }

  // MARK: A process that ends by itself

  /// A broken precondition ends the process: the seed is told then, so that the case can be tried again.
  private static func sayWhereItEnds() {
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS] {
      signal(number) { _ in
        let text = Array("the process ended in the case of seed \(currentSeed)\n".utf8)
        _ = write(2, text, text.count)
        _exit(3)
      }
    }
  }

  /// Shows the smallest contract that ends the process.
  private static func showEnding(_ choices: [UInt32], _ seed: UInt64) {
    var shrinking = Shrinking(triesMax: 1500) { endsProcess($0[0], seed) ? $0 : nil }
    let smallest = shrinking.smallest([choices])[0]
    print("// seed \(seed)\n\(ContractTrial.source(of: smallest))")
    print("the process ends; shrunk from \(choices.count) to \(smallest.count) choices in \(shrinking.tries) tries")
  }

  /// Whether another process that tries this contract ends by itself.
  private static func endsProcess(_ choices: [UInt32], _ seed: UInt64) -> Bool {
    let texts = ["Fuzz", "contracts", "1", "--choices", choices.map(String.init).joined(separator: ","), String(seed)]
    var arguments = texts.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    // Where it ends is known; its last words would only be in the way.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    var process: pid_t = 0
    var status: Int32 = 0
    guard posix_spawn(&process, "/proc/self/exe", nil, nil, &arguments, environ) == 0,
      waitpid(process, &status, 0) == process
    else { return false }
    // Ended by a signal.
    return status & 0x7F != 0
  }

  /// In that other process.
  func attempt(_ choices: String, seed: UInt64) {
    _ = ContractTrial(contract: choices.split(separator: ",").compactMap { UInt32($0) }, actionsOf: seed)
  }
}
