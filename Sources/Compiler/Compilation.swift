// The pipeline, written once: source text → tree → checked program → module → well-formed →
// assured. Every tool calls this and reads what it needs.

package import Assurance
package import Bytecode
package import Interface
import Primitives
package import Semantics
package import Source
import Syntax

package struct Compilation: Sendable {
  package let source: SourceText
  package let diagnostics: Diagnostics
  /// In source order; empty where there are diagnostics, and before the last phase.
  package let contracts: [CompiledContract]
  /// The modules that the verifier has passed, those that assurance refuses among them: what trials
  /// run. In source order.
  package let wellFormed: [WellFormedModule]
  package let tests: [CheckedTest]

  /// How far a text is taken.
  package enum Phase: Int, CaseIterable, Sendable {
    case parsed, checked, lowered, wellFormed, assured
  }

  /// `load` gives the bytes of an imported file by its path from the folder of `source`, or nil
  /// where there is none. Who measures may stop after a phase.
  package init(
    _ source: SourceText, through last: Phase = .assured,
    importing load: @escaping (_ path: String) -> [UInt8]? = { _ in nil }
  ) {
    let imports = Imports(source, load)
    self.source = imports.source
    var diagnostics = imports.diagnostics
    var compiled: [CompiledContract] = []
    var wellFormed: [WellFormedModule] = []
    var tests: [CheckedTest] = []
    // What the parser did not understand is missing in the tree: checking it would complain about the gaps.
    if diagnostics.isEmpty && last != .parsed {
      let (program, semantics) = check(imports.file, importing: imports.files)
      diagnostics.append(contentsOf: semantics)
      tests = program.tests
      let sourceHash = Digest(sha256: source.bytes)
      if diagnostics.isEmpty && last != .checked {
        compiled = program.contracts.compactMap {
          Compilation.compile($0, imports.source, sourceHash, imports.hashes, through: last, &wellFormed, &diagnostics)
        }
      }
    }
    self.diagnostics = diagnostics
    self.wellFormed = wellFormed
    contracts = diagnostics.isEmpty ? compiled : []
    self.tests = diagnostics.isEmpty ? tests : []
  }

  private static func compile(
    _ contract: CheckedContract, _ source: SourceText, _ sourceHash: Digest, _ importHashes: [Digest],
    through last: Phase,
    _ modules: inout [WellFormedModule],
    _ diagnostics: inout Diagnostics
  ) -> CompiledContract? {
    switch Lowering.lower(contract, sourceHash: sourceHash, importHashes: importHashes) {
    case .failure(let tooLarge):
      let limits = ProtocolNumber.current.limits
      diagnostics.report(
        .limitExceeded, "what happens here is too large for one function", at: tooLarge.span,
        notes: [
          "a function has at most \(limits.instructions) instructions, \(limits.registers) registers and loops \(limits.loopDepth) deep",
          "a module has at most \(limits.functions) functions, \(limits.callDepth) deep, \(limits.constants) constants and \(limits.splits) splits",
        ])
      return nil
    case .success((let module, let spans)):
      if last == .lowered { return nil }
      let wellFormed: WellFormedModule
      do throws(ModuleFault) { wellFormed = try Verifier.verify(module) } catch {
        guard error.code == .size else {
          preconditionFailure("the verifier passes what lowering makes, but it said: \(error.description)")
        }
        let (size, limit) = (module.bytes.count, ProtocolNumber.current.limits.moduleSize)
        diagnostics.report(
          .limitExceeded, "this contract is a module of \(size) bytes; at most \(limit) are allowed",
          at: contract.spans.contract)
        return nil
      }
      modules.append(wellFormed)
      if last == .wellFormed { return nil }
      switch assure(wellFormed) {
      case .assured(let assured): return CompiledContract(checked: contract, assured: assured, spans: spans)
      case .refused(let findings):
        diagnostics.report(findings, ContractWords(contract, wellFormed, spans, source))
        return nil
      }
    }
  }
}

package struct CompiledContract: Sendable {
  package let checked: CheckedContract
  package let assured: AssuredModule
  /// Where each instruction comes from, by function. They travel beside the module and are no part of its identity.
  package let spans: [[Span]]

  package var interface: ContractInterface { checked.interface }
  package var module: WellFormedModule { assured.wellFormed }
}
