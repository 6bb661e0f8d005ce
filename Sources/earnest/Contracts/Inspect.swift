import ArgumentParser
import Assurance
import Bytecode
import Compiler
import Interface
import Presentation
import Primitives
import Source
import Wording

extension ModuleView.Part: ExpressibleByArgument {}

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a contract or a module: its interface, code, gas or states.",
    discussion:
      "A source file (.ern) is compiled first; a module (.ernb) is verified and assured again, as a ledger would. Exit code 65: it is not a module."
  )

  @Argument(help: "A source file (.ern) or a module (.ernb).")
  var path: String

  @Argument(help: "What to show: interface, code, gas or states.")
  var view = ModuleView.Part.interface

  @Flag(help: "Print JSON: earnest.inspect/1.")
  var json = false

  func run() throws {
    let bytes = try Files.read(path)
    let modules =
      bytes.starts(with: Module.magic)
      ? [try assured(module: bytes)] : try compiled(SourceText(path: path, bytes: bytes))
    if json {
      let objects = modules.map { ModuleView($0).json(view) }
      return try Console.print(
        .object([("schema", "earnest.inspect/1"), ("ok", .bool(true)), ("modules", .list(objects))]))
    }
    if modules.isEmpty { try Console.print("there is no contract in \(path)") }
    for module in modules { try Console.print(ModuleView(module).text(view, Console.style)) }
  }

  private func compiled(_ source: SourceText) throws -> [AssuredModule] {
    let compilation = Files.compile(source)
    if compilation.diagnostics.isEmpty { return compilation.contracts.map(\.assured) }
    if json {
      try Console.print(
        .object([
          ("schema", "earnest.inspect/1"), ("ok", .bool(false)),
          ("diagnostics", compilation.diagnostics.json(in: compilation.source)),
        ]))
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
      case .refused(let findings):
        reason = findings.map { Wording(.english).clause($0.flaw, in: wellFormed.module.interface) }.joined(
          separator: "; ")
      }
    } catch { reason = Wording(.english).clause(error.flaw, in: nil) }
    if json {
      try Console.print(.object([("schema", "earnest.inspect/1"), ("ok", .bool(false)), ("refused", .text(reason))]))
    }
    try Console.complain("\(path) is refused: \(reason)")
    throw Exit.badData
  }
}
