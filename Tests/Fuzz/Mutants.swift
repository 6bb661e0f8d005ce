import Assurance
import Bytecode
import Compiler
import ContractFuzzing
import Foundation
import Fuzzing
import Interface
import Primitives
import Source

/// What became of the mutants of one operator.
private struct Tally {
  var mutants = 0
  var accepted = 0
  var refused = 0
  /// Refused before there was a module to run.
  var withoutModule = 0
  var bad = 0
  var badAccepted = 0
  var imprecise = 0
  var moneyless = 0
  var endless = 0
  var driven = 0

  static func + (a: Tally, b: Tally) -> Tally {
    Tally(
      mutants: a.mutants + b.mutants, accepted: a.accepted + b.accepted, refused: a.refused + b.refused,
      withoutModule: a.withoutModule + b.withoutModule, bad: a.bad + b.bad, badAccepted: a.badAccepted + b.badAccepted,
      imprecise: a.imprecise + b.imprecise, moneyless: a.moneyless + b.moneyless, endless: a.endless + b.endless,
      driven: a.driven + b.driven)
  }
}

/// Mutants of sound contracts, each run on the bare machine whether assurance takes it or not: what
/// it takes must never lose or strand anything, and what it refuses should.
struct MutantFuzz {
  private let trial = BareTrial()
  private let schedules: Int
  private let seed: UInt64
  private let slice: (index: Int, count: Int)
  private var tallies: [(name: String, tally: Tally)] = []
  private var stillborn: [String: Int] = [:]
  private var imprecisions: [String] = []
  private var moneyless: [String] = []
  private var driven: [String] = []
  private var runCount = 0
  private var callCount = 0
  private var unopened = 0
  private let start = clock()

  init(schedules: Int, seed: UInt64, slice: (index: Int, count: Int)) {
    self.schedules = schedules
    self.seed = seed
    self.slice = slice
  }

  private mutating func change(_ name: String, _ body: (inout Tally) -> Void) {
    if let known = tallies.firstIndex(where: { $0.name == name }) {
      body(&tallies[known].tally)
    } else {
      var tally = Tally()
      body(&tally)
      tallies.append((name, tally))
    }
  }

  /// The `.ern` files of the folders, in order.
  private func sources(_ folders: [String]) -> [SourceText] {
    var sources: [SourceText] = []
    for folder in folders {
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.hasSuffix(".ern") }.sorted() ?? []
      for name in names {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
        sources.append(SourceText(path: name, bytes: Array(data)))
      }
    }
    return sources
  }

  // MARK: Sources

  /// Whether no bad mutant is accepted.
  mutating func runSources(_ folders: [String]) -> Bool {
    var originals = 0
    var number = 0
    for source in sources(folders) {
      let mutants = SourceMutants(source)
      let compilation = Compilation(SourceText(path: source.path, text: mutants.original))
      guard compilation.diagnostics.isEmpty else {
        print("\(source.path) is not accepted as written: \(compilation.diagnostics.all.map(\.message))")
        continue
      }
      originals += 1
      var seen: [Module] = []
      for module in compilation.wellFormed {
        seen.append(SourceMutants.anonymous(module.module))
        if slice.index == 0 { judge(module, "as written", source.path, 0, "as written", "") }
      }
      for mutant in mutants.all {
        number += 1
        if number % slice.count != slice.index { continue }
        run(mutant, source.path, &seen)
      }
    }
    print("\(originals) contracts as written")
    return finish()
  }

  private mutating func run(_ mutant: SourceMutant, _ path: String, _ seen: inout [Module]) {
    let compilation = Compilation(SourceText(path: path, text: mutant.text))
    let name = mutant.kind.rawValue
    let modules = compilation.wellFormed.filter { !seen.contains(SourceMutants.anonymous($0.module)) }
    if let first = compilation.diagnostics.all.first, compilation.wellFormed.isEmpty {
      if SourceMutants.isAboutMoney(first.code) {
        change(name) {
          $0.mutants += 1
          $0.refused += 1
          $0.withoutModule += 1
        }
      } else {
        stillborn[first.code.rawValue, default: 0] += 1
      }
      return
    }
    if modules.isEmpty { stillborn["the same module", default: 0] += 1 }
    for module in modules {
      seen.append(SourceMutants.anonymous(module.module))
      let message = compilation.diagnostics.all.first.map { "\($0.code.rawValue) \($0.message)" } ?? ""
      judge(module, name, path, mutant.line, mutant.change, message)
    }
  }

  // MARK: Modules

  mutating func runModules(_ folders: [String], count: Int) -> Bool {
    var originals: [(path: String, module: WellFormedModule)] = []
    for source in sources(folders) {
      for contract in Compilation(source).contracts { originals.append((source.path, contract.module)) }
    }
    print("\(originals.count) contracts as written")
    var random = Random(seed: seed &+ UInt64(slice.index) &* 1_000_003)
    var seen = Set(originals.map(\.module.id))
    var (made, accepted) = (0, 0)
    while accepted < count / slice.count, !originals.isEmpty {
      let (path, original) = originals[made % originals.count]
      made += 1
      guard let mutant = ModuleMutant(of: original, &random), let wellFormed = try? Verifier.verify(mutant.module)
      else { continue }
      if !seen.insert(wellFormed.id).inserted { continue }
      accepted += 1
      judge(wellFormed, mutant.kind.rawValue, path, accepted, mutant.change, "")
    }
    print("\(made) mutants made, \(accepted) of them well-formed")
    return finish()
  }

  // MARK: Judging

  private mutating func judge(
    _ module: WellFormedModule, _ name: String, _ path: String, _ line: Int, _ what: String, _ message: String
  ) {
    let judged = MutantVerdict(module, trial, schedules: schedules, seed: seed)
    runCount += judged.report.runCount
    callCount += judged.report.callCount
    if judged.report.runCount == 0 { unopened += 1 }
    if name == "as written", !judged.report.untaken.isEmpty {
      print(
        "\(path): in \(judged.report.runCount) runs never taken: \(judged.untaken(of: module).joined(separator: ", "))")
    }
    let place = "\(path):\(line): \(name): \(what)"
    change(name) { tally in
      tally.mutants += 1
      if judged.isAccepted { tally.accepted += 1 } else { tally.refused += 1 }
      switch judged.judgement {
      case .sound: break
      case .rightlyRefused: tally.bad += 1
      case .wronglyAccepted:
        tally.bad += 1
        tally.badAccepted += 1
      case .imprecise: tally.imprecise += 1
      case .moneyless: tally.moneyless += 1
      case .endless: tally.endless += 1
      case .driven: tally.driven += 1
      }
    }
    switch judged.judgement {
    case .sound, .rightlyRefused, .endless: break
    case .wronglyAccepted:
      print("ACCEPTED THOUGH BAD \(place)")
      for line in judged.story(of: module, trial) { print("  \(line)") }
      if let text = ProcessInfo.processInfo.environment["SHOW"], text == "1" { print(Disassembler(module.module).text) }
    case .imprecise:
      imprecisions.append("\(place): \(message.isEmpty ? judged.findings.joined(separator: ", ") : message)")
    case .driven: driven.append("\(place): \(judged.report.endless.map { "\($0.badness)" } ?? "")")
    case .moneyless:
      moneyless.append("\(place): \(message.isEmpty ? judged.findings.joined(separator: ", ") : message)")
    }
    fflush(nil)
  }

  private func finish() -> Bool {
    let seconds = max(1, Int((clock() - start) / Int(CLOCKS_PER_SEC)))
    let total = tallies.reduce(Tally()) { $0 + $1.tally }
    print(
      "operator                  mutants accepted  refused    bad  bad-accepted  imprecise  moneyless    endless     driven"
    )
    for (name, tally) in tallies + [("together", total)] {
      let numbers = [
        (tally.mutants, 8), (tally.accepted, 9), (tally.refused, 9), (tally.bad, 7), (tally.badAccepted, 14),
        (tally.imprecise, 11),
        (tally.moneyless, 11), (tally.endless, 11), (tally.driven, 11),
      ]
      print(name.padding(toLength: 25, withPad: " ", startingAt: 0) + numbers.map { column($0.0, $0.1) }.joined())
    }
    print("refused by the checker, with no module to run: \(total.withoutModule)")
    print(
      "stillborn: \(stillborn.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
    )
    print("never opened: \(unopened)")
    print(
      "\(runCount) runs, \(callCount) calls, \(runCount / seconds) runs and \(total.mutants / seconds) mutants a second"
    )
    print(
      "refused though no run loses anything: \(total.imprecise), \(total.imprecise * 1000 / max(1, total.mutants)) ‰ of all mutants, "
        + "\(total.imprecise * 1000 / max(1, total.refused)) ‰ of those that are refused")
    for line in imprecisions { print("  \(line)") }
    print("refused only because a state without money lost its deadline: \(total.moneyless)")
    for line in moneyless.prefix(200) { print("  \(line)") }
    print("refused for a circle that others can go round for ever, though no money stays in it: \(total.endless)")
    print(
      "accepted though others can keep it going for ever, with a warning or without money that stays in it: \(total.driven)"
    )
    for line in driven.prefix(200) { print("  \(line)") }
    return total.badAccepted == 0
  }

  private func column(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
