import ArgumentParser
import Bytecode
import Compiler
import Interface
import Ledger
import Primitives
import Source

struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publish contracts: the ledger proves their guarantees again, then anybody can open them.")

  @Argument(help: "A source file (.ern), all of whose contracts are published, or a module (.ernb).")
  var file: String

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let bytes = try Files.read(file)
    var modules = [bytes]
    if !bytes.starts(with: Module.magic) {
      let compilation = Files.compile(SourceText(path: file, bytes: bytes))
      guard compilation.diagnostics.isEmpty else {
        try Console.show(compilation.diagnostics, of: compilation.source)
        throw Exit.no
      }
      let warnings = compilation.warnings
      if !warnings.isEmpty { try Console.show(warnings, of: compilation.source) }
      modules = compilation.contracts.map(\.module.module.bytes)
      if modules.isEmpty {
        try Console.complain("there is no contract in \(file)")
        throw Exit.no
      }
    }
    _ = try ledger.open().transact(modules.map { .publish(module: $0) }, signing)
  }
}
