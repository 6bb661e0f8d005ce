import Assurance
import Bytecode
import Foundation
import Interface
import Support
import Testing

/// A file in Tests/Corpus/verify is a module in assembler; its first line says how the verifier or
/// assurance refuses it: `; refused: blockGas`, or `; passes`.
@Suite struct VerifierTests {
  @Test(arguments: Repository.files("Tests/Corpus/verify", ".erna"))
  func modulesAreRefusedAsTheFileSays(_ path: String) throws {
    // Cases stand one behind the other, each under its own first line; the part before the first is
    // common to all of them.
    let parts = try Repository.text(path).components(separatedBy: "\n; case ")
    let common = parts[0]
    for part in parts.dropFirst() {
      let lines = part.components(separatedBy: "\n")
      let expected = lines[0]
      let module = try Assembler.module(common + "\n" + lines.dropFirst().joined(separator: "\n"))
      let actual: String
      do throws(ModuleFault) {
        let wellFormed = try Verifier.verify(bytes: module.bytes)
        switch assure(wellFormed) {
        case .assured: actual = "passes"
        case .refused(let findings): actual = "finding " + (findings.first.map { "\($0)" } ?? "").prefix { $0 != "(" }
        }
      } catch { actual = "\(error.code)" }
      #expect(expected.split(separator: ":").first.map(String.init) == actual, "\(part)")
    }
  }

  /// Sizes and bytes are the subject of `ModuleTests`.
  @Test func everyFaultHasACase() throws {
    let cases = try Repository.files("Tests/Corpus/verify", ".erna").map { try Repository.text($0) }.joined()
    for code in ModuleFault.Code.verifiers where code != .size && code != .encoding {
      #expect(cases.contains("; case \(code):"), "\(code)")
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
