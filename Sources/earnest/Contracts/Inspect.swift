import ArgumentParser
import Assurance
import Bytecode
import Compiler
import Interface
import Primitives
import Source

struct Inspect: ParsableCommand {
  enum View: String, CaseIterable, ExpressibleByArgument {
    case interface
    case code
    case gas
    case states
  }

  static let configuration = CommandConfiguration(
    abstract: "Show what is in a contract or a module: its interface, code, gas or states.",
    discussion:
      "A source file (.ern) is compiled first; a module (.ernb) is verified and assured again, as a ledger would. Exit code 65: it is not a module.")

  @Argument(help: "A source file (.ern) or a module (.ernb).")
  var path: String

  @Argument(help: "What to show: interface, code, gas or states.")
  var view = View.interface

  @Flag(help: "Print JSON: earnest.inspect/1.")
  var json = false

  func run() throws {
    let bytes = try Files.read(path)
    let modules = bytes.starts(with: Module.magic) ? [try assured(module: bytes)] : try compiled(SourceText(path: path, bytes: bytes))
    if json {
      let objects = modules.map { ModuleView($0).json(view) }
      return try Console.print(.object([("schema", "earnest.inspect/1"), ("ok", .bool(true)), ("modules", .list(objects))]))
    }
    if modules.isEmpty { try Console.print("there is no contract in \(path)") }
    for module in modules { try Console.print(ModuleView(module).text(view)) }
  }

  private func compiled(_ source: SourceText) throws -> [AssuredModule] {
    let compilation = Files.compile(source)
    if compilation.diagnostics.isEmpty { return compilation.contracts.map(\.assured) }
    if json {
      try Console.print(
        .object([("schema", "earnest.inspect/1"), ("ok", .bool(false)), ("diagnostics", compilation.diagnostics.json(in: compilation.source))]))
    } else {
      try Console.show(compilation.diagnostics, of: compilation.source)
    }
    throw Exit.no
  }

  private func assured(module bytes: [UInt8]) throws -> AssuredModule {
    var reason: String
    do throws(ModuleFault) {
      let wellFormed = try Verifier.verify(bytes: bytes)
      switch assure(wellFormed) {
      case .assured(let module): return module
      case .refused(let findings): reason = findings.map { $0.sentence(about: wellFormed.module.interface) }.joined(separator: "; ")
      }
    } catch { reason = error.description }
    if json {
      try Console.print(.object([("schema", "earnest.inspect/1"), ("ok", .bool(false)), ("refused", .text(reason))]))
    }
    try Console.complain("\(path) is refused: \(reason)")
    throw Exit.badData
  }
}

extension Finding {
  fileprivate func sentence(about interface: ContractInterface) -> String {
    switch self {
    case .stateWithoutDeadline(let state): "the state \(interface.states[state].name) has no deadline"
    case .automaticCanFail(let function, let instruction): "a deadline can fail (function \(function), instruction \(instruction))"
    case .endlessCircle(let edges): "a circle has no end: \(edges.map { interface.states[$0.source].name }.joined(separator: " → "))"
    case .finalStateMayHoldMoney(let transition, _, let vault):
      "transition \(transition) enters a final state although the vault \(interface.vaults[vault].name) may hold money"
    case .aheadAboveLimit(let state, let gas, let most):
      "leading into state \(state) may cost \(gas) gas, which is more than the \(most) that a transaction has for it"
    case .gasAboveLimit(let function, let gas): "function \(function) may use \(gas) gas, which is more than is allowed"
    }
  }
}
