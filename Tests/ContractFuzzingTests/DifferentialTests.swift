import ContractFuzzing
import Source
import Support
import Testing

/// Random contracts over the whole language, on the machine and on the reference interpreter. `Fuzz
/// contracts` tries many more.
@Suite struct DifferentialTests {
  /// What no source reaches: instructions that only modules written by hand have, and what the
  /// ledger refuses before it comes to a contract.
  private static let beyondSources: Set = [
    "instruction count", "instruction less.text", "instruction fill.list", "instruction remove",
    "instruction remove.key", "failure module",
    "failure agreement", "failure visit", "failure consent", "failure credit", "failure gas",
  ]

  @Test func bothEnginesAgreeOnRandomContracts() {
    // Seeds whose contracts reach everything; among as many others a rare instruction may be missing.
    let seeds = UInt64(1601)...1900
    var accepted = 0
    var coverage = TrialCoverage()
    for seed in seeds {
      let trial = ContractTrial(seed: seed)
      switch trial.verdict {
      case .agreed: accepted += 1
      case .refused: continue
      case .differs(kind: _, let text):
        Issue.record("seed \(seed): \(text); `Fuzz contracts 1 \(seed) --case \(seed)` shows the smallest case")
      }
      coverage.add(trial.coverage)
    }
    #expect(accepted * 100 >= seeds.count * 60)
    let missing = coverage.missing.filter { !DifferentialTests.beyondSources.contains($0) }
    #expect(missing.isEmpty, "never reached: \(missing.joined(separator: ", "))")
  }

  /// Cases that once failed: the actions that a file names, and some others.
  @Test(arguments: Repository.files("Tests/Corpus/Found", ".ern"))
  func whatWasFoundStaysMended(_ path: String) throws {
    let source = try Repository.text(path)
    #expect(ContractTrial(.source(source), actions: ContractTrial.actions(in: source)).verdict == .agreed)
    for seed in 1...UInt64(20) { #expect(ContractTrial(source: source, seed: seed).verdict == .agreed) }
  }

  @Test func aSeedMakesOneCase() {
    for seed in 1...UInt64(5) {
      let (first, second) = (ContractTrial(seed: seed), ContractTrial(seed: seed))
      #expect(
        first.source == second.source && first.actionChoices == second.actionChoices
          && first.stepCount == second.stepCount)
      let replayed = ContractTrial(.choices(first.contractChoices), actions: first.actionChoices)
      #expect(replayed.source == first.source && replayed.stepCount == first.stepCount)
      #expect(ContractTrial.actions(in: replayed.file) == replayed.actionChoices)
    }
  }

  /// A case shrinks as far as what is looked for in it lets it.
  @Test func whatIsFoundShrinks() throws {
    let isFound = { (source: String) in source.contains("split ") && source.contains(" match ") }
    let found = try #require((1...UInt64(200)).lazy.map { ContractTrial(seed: $0) }.first { isFound($0.source) })
    var shrinking = Shrinking(triesMax: 200) { tapes in
      let smaller = ContractTrial(.choices(tapes[0]), actions: [])
      return isFound(smaller.source) ? [smaller.contractChoices, []] : nil
    }
    let smallest = shrinking.smallest([found.contractChoices, []])
    let source = ContractTrial(.choices(smallest[0]), actions: []).source
    #expect(isFound(source) && source.utf8.count < found.source.utf8.count / 2)
    #expect(shrinking.tries <= 200)
  }
}
