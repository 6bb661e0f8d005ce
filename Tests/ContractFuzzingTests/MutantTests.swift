import Assurance
import Bytecode
import Compiler
import ContractFuzzing
import Fuzzing
import Interface
import Primitives
import Source
import Support
import Testing

/// A few of the mutants that `Fuzz mutants` tries by the thousand: none that loses or strands money
/// is accepted, and few are refused that do not.
@Suite struct MutantTests {
  private struct Count {
    var mutants = 0
    var refused = 0
    var bad = 0
    var imprecise = 0

    mutating func note(_ verdict: MutantVerdict, _ module: WellFormedModule, _ trial: BareTrial, _ what: String) {
      mutants += 1
      if !verdict.isAccepted { refused += 1 }
      switch verdict.judgement {
      case .sound, .moneyless, .endless, .driven: break
      case .rightlyRefused: bad += 1
      case .imprecise: imprecise += 1
      case .wronglyAccepted:
        Issue.record("accepted: \(what)\n\(verdict.story(of: module, trial).joined(separator: "\n"))")
      }
    }
  }

  @Test func noBadMutantOfASourceIsAccepted() throws {
    let trial = BareTrial()
    var count = Count()
    var kinds: Set<SourceMutant.Operator> = []
    let paths = Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/sound", ".ern")
    for (place, path) in paths.enumerated() where place % 3 == 0 {
      let mutants = SourceMutants(SourceText(path: path, text: try Repository.text(path))).all
      for mutant in mutants.enumerated().filter({ $0.offset % 9 == place % 9 }).map(\.element) {
        let compilation = Compilation(SourceText(path: path, text: mutant.text))
        for module in compilation.wellFormed {
          kinds.insert(mutant.kind)
          let verdict = MutantVerdict(module, trial, schedules: 24, seed: 1)
          count.note(verdict, module, trial, "\(path):\(mutant.line): \(mutant.kind.rawValue): \(mutant.change)")
        }
      }
    }
    #expect(count.mutants > 200 && count.refused > 50 && count.bad > 30 && kinds.count > 12, "\(count)")
    #expect(count.imprecise * 100 <= count.mutants * 15, "\(count)")
  }

  @Test func noBadMutantOfAModuleIsAccepted() throws {
    let trial = BareTrial()
    var count = Count()
    var random = Random(seed: 1)
    var made = 0
    let originals = try Repository.files("contracts", ".ern").flatMap { path in
      Compilation(SourceText(path: path, text: try Repository.text(path))).contracts.map(\.module)
    }
    while count.mutants < 1000 {
      let original = originals[made % originals.count]
      made += 1
      guard let mutant = ModuleMutant(of: original, &random), let module = try? Verifier.verify(mutant.module) else {
        continue
      }
      let verdict = MutantVerdict(module, trial, schedules: 10, seed: 1)
      count.note(verdict, module, trial, "\(original.module.interface.name): \(mutant.kind.rawValue): \(mutant.change)")
    }
    #expect(made < 4 * count.mutants && count.refused > 200 && count.bad > 100, "\(count) of \(made)")
    #expect(count.imprecise * 10 <= count.mutants * 2, "\(count)")
  }
}
