import ArgumentParser
import Bytecode
import Compiler
import Foundation
import Interface
import Primitives
import Source

struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile contracts to modules, one file (.ernb) each.",
    discussion:
      "The same source gives the same bytes on every machine. A module's id is the SHA-256 of its bytes. Nothing is written where anything is wrong.")

  @Argument(help: "A source file (.ern).")
  var path: String

  @Option(name: .shortAndLong, help: "The folder to write to. (default: here)")
  var output = "."

  @Flag(help: "Print JSON: earnest.build/1.")
  var json = false

  func run() throws {
    let compilation = Compilation(try Files.source(path))
    guard compilation.diagnostics.isEmpty else {
      if json {
        Console.print(
          .object([
            ("schema", "earnest.build/1"), ("ok", .bool(false)),
            ("diagnostics", .list(compilation.diagnostics.all.map { $0.json(in: compilation.source) })),
          ]))
      } else {
        Console.show(compilation.diagnostics, of: compilation.source)
      }
      throw Exit.no
    }
    var modules: [JSON] = []
    for contract in compilation.contracts {
      let bytes = contract.module.module.bytes
      let file = (output as NSString).appendingPathComponent(contract.interface.name + ".ernb")
      try Files.write(bytes, to: file)
      if json {
        modules.append(
          .object([
            ("contract", .text(contract.interface.name)), ("file", .text(file)), ("id", .text(contract.module.id.description)),
            ("size", .number(bytes.count)),
          ]))
      } else {
        Console.print("\(file)  \(bytes.count) bytes\n  id \(contract.module.id)")
      }
    }
    if json { Console.print(.object([("schema", "earnest.build/1"), ("ok", .bool(true)), ("modules", .list(modules))])) }
  }
}
