import Assurance
import Bytecode
import Foundation
import Interface
import Support
import Testing

/// A file in Tests/Corpus/verify is cases in assembler (`CaseFile`). The title of each says how the
/// verifier or assurance refuses it, and why: `blockGas: another sum`, `finding endlessCircle: a
/// circle`, or `passes`.
@Suite struct VerifierTests {
  @Test(arguments: Repository.files("Tests/Corpus/verify", ".erna"))
  func modulesAreRefusedAsTheFileSays(_ path: String) throws {
    for item in try CaseFile.cases(path) {
      let module = try Assembler.module(item.module)
      let actual: String
      do throws(ModuleFault) {
        let wellFormed = try Verifier.verify(bytes: module.bytes)
        switch assure(wellFormed) {
        case .assured: actual = "passes"
        case .refused(let findings): actual = "finding " + (findings.first.map { "\($0)" } ?? "").prefix { $0 != "(" }
        }
      } catch { actual = "\(error.code)" }
      #expect(item.title.split(separator: ":").first.map(String.init) == actual, "\(item.title)\n\(item.module)")
    }
  }

  /// Sizes and bytes are the subject of `ModuleTests`.
  @Test func everyFaultHasACase() throws {
    let titles = try Repository.files("Tests/Corpus/verify", ".erna").flatMap { try CaseFile.cases($0).map(\.title) }
    for code in ModuleFault.Code.verifiers where code != .size && code != .encoding {
      #expect(titles.contains { $0.hasPrefix("\(code):") }, "\(code)")
    }
  }

  /// What the tables promise: names are unique, only the last instruction of a block ends it, every
  /// opcode has a row and a name.
  @Test func theInstructionTableIsSound() {
    #expect(Set(Opcode.allCases.map(\.mnemonic)).count == Opcode.allCases.count)
    for (index, opcode) in Opcode.allCases.enumerated() {
      #expect(Int(opcode.rawValue) == index)
      #expect((1..<200).contains(opcode.row.gas))
    }
  }
}
