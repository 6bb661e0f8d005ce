import ArgumentParser
import Bytecode
import Compiler
import Interface
import Presentation
import Primitives
import Source

struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile contracts to modules, one file (.ernb) each.",
    discussion:
      "The same source gives the same bytes on every machine. A module's id is the SHA-256 of its bytes. Where anything is wrong with the source, nothing is written."
  )

  @Argument(help: "A source file (.ern).")
  var path: String

  @Option(name: .shortAndLong, help: "The folder to write to.")
  var output = "."

  @Flag(help: "Print JSON: earnest.build/1.")
  var json = false

  func run() throws {
    let compilation = Files.compile(try Files.source(path))
    guard compilation.diagnostics.isEmpty else {
      if json {
        try Console.print(
          .object([
            ("schema", "earnest.build/1"), ("ok", .bool(false)),
            ("diagnostics", compilation.diagnostics.json(in: compilation.source)),
          ]))
      } else {
        try Console.show(compilation.diagnostics, of: compilation.source)
      }
      throw Exit.no
    }
    let modules = compilation.contracts.map {
      (name: $0.interface.name + ".ernb", id: $0.module.id, bytes: $0.module.module.bytes)
    }
    try Files.write(modules.map { ($0.name, $0.bytes) }, to: output)
    if json {
      let objects = modules.map { module -> JSON in
        .object([
          ("file", .text(Files.join(output, module.name))), ("id", .text(module.id.description)),
          ("size", .number(module.bytes.count)),
        ])
      }
      return try Console.print(
        .object([
          ("schema", "earnest.build/1"), ("ok", .bool(true)), ("modules", .list(objects)),
          ("warnings", compilation.warnings.json(in: compilation.source)),
        ]))
    }
    let warnings = compilation.warnings
    if !warnings.isEmpty { try Console.show(warnings, of: compilation.source) }
    if modules.isEmpty { try Console.print("there is no contract in \(path)") }
    for module in modules {
      try Console.print("\(Files.join(output, module.name))  \(module.bytes.count) bytes\n  id \(module.id)")
    }
  }
}
