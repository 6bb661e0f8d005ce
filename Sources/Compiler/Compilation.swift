// The pipeline, written once: source text → tree → checked program → module → well-formed → assured. Every tool calls this and reads what it needs.

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
  /// The modules that the verifier has passed, those that assurance refuses among them: what trials run. In source order.
  package let wellFormed: [WellFormedModule]
  package let tests: [CheckedTest]

  /// How far a text is taken.
  package enum Phase: Int, CaseIterable, Sendable {
    case parsed, checked, lowered, wellFormed, assured
  }

  /// `load` gives the bytes of an imported file by its path from the folder of `source`, or nil where there is none. Who measures may stop after a phase.
  package init(_ source: SourceText, through last: Phase = .assured, importing load: @escaping (_ path: String) -> [UInt8]? = { _ in nil }) {
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
        compiled = program.contracts.compactMap { Compilation.compile($0, sourceHash, imports.hashes, through: last, &wellFormed, &diagnostics) }
      }
    }
    self.diagnostics = diagnostics
    contracts = diagnostics.isEmpty ? compiled : []
    self.wellFormed = wellFormed
    self.tests = diagnostics.isEmpty ? tests : []
  }

  private static func compile(
    _ contract: CheckedContract, _ sourceHash: Digest, _ importHashes: [Digest], through last: Phase, _ modules: inout [WellFormedModule],
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
        guard error.code == .size else { preconditionFailure("the verifier passes what lowering makes, but it said: \(error.description)") }
        let (size, limit) = (module.bytes.count, ProtocolNumber.current.limits.moduleSize)
        diagnostics.report(.limitExceeded, "this contract is a module of \(size) bytes; at most \(limit) are allowed", at: contract.spans.contract)
        return nil
      }
      modules.append(wellFormed)
      if last == .wellFormed { return nil }
      switch assure(wellFormed) {
      case .assured(let assured): return CompiledContract(checked: contract, assured: assured, spans: spans)
      case .refused(let findings):
        for finding in findings { diagnostics.report(finding, in: contract, wellFormed, spans) }
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

extension Diagnostics {
  fileprivate mutating func report(_ finding: Finding, in contract: CheckedContract, _ wellFormed: WellFormedModule, _ spans: [[Span]]) {
    let interface = contract.interface
    switch finding {
    case .stateWithoutDeadline(let state):
      let waitedFor = interface.transitions.filter { $0.source == state }.flatMap { transition -> [String] in
        guard case .action(_, _, .parties(let parties, _)) = transition.trigger else { return [] }
        return parties.map { interface.name(of: $0, in: transition) }
      }
      var names: [String] = []
      for name in waitedFor where !names.contains(name) { names.append(name) }
      let who =
        names.isEmpty
        ? "nobody can end it" : "it lasts for ever if \(names.map { "`\($0)`" }.joined(separator: " and ")) \(names.count == 1 ? "is" : "are") silent"
      report(
        .stateWithoutDeadline, "the state `\(interface.states[state].name)` has no deadline: \(who)", at: contract.spans.states[state],
        "could last for ever",
        notes: ["say what time alone does: `after 30 days { … } -> State`"])
    case .automaticCanFail(let function, let instruction):
      report(
        .automaticCanFail, "a deadline cannot fail, and this can", at: spans[function][instruction], "may fail when nobody is there",
        notes: [
          "`else` answers it, such as `a - b else 0`; in a split, `up to` caps a share by what is left",
          "or compute it in an action, which may fail, and keep it in a field",
        ])
    case .endlessCircle(let edges):
      let names = edges.map { "`\(interface.states[$0.source].name)`" }.joined(separator: " → ")
      report(
        .endlessCircle, "the agreement can go round for ever: \(names) and back to `\(interface.states[edges[0].source].name)`",
        at: contract.spans.states[edges[0].source], "comes round again")
    case .finalStateMayHoldMoney(let transition, let instruction, let vault):
      let function = wellFormed.function(of: .body(transition: transition))
      let name = interface.vaults[vault].name
      report(
        .finalStateMayHoldMoney, "the vault `\(name)` may still hold money here, and nothing can happen afterwards", at: spans[function][instruction],
        "a final state", secondary: [.init(contract.spans.vaults[vault], "what lies here would be lost")],
        notes: ["pay it out before: `pay \(name) to …`"])
    case .gasAboveLimit(let function, let gas):
      report(
        .limitExceeded,
        "in the worst case this uses \(gas == Int.max ? "more gas than can be counted" : "\(gas) gas"); at most \(ProtocolNumber.current.limits.gas) are allowed",
        at: spans[function][0])
    case .aheadAboveLimit(let state, let gas, let most):
      report(
        .limitExceeded,
        "leading into `\(interface.states[state].name)` may cost \(gas) gas, what then happens by itself included; a transaction has at most \(most) for it",
        at: contract.spans.states[state], "nobody could pay that ahead",
        notes: ["loops over smaller collections and counters with lower ends cost less"])
    }
  }
}
