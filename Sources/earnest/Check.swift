import ArgumentParser
import Compiler
import Interface
import Primitives
import Source

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is wrong with contracts, and how to mend it.",
    discussion: "Exit code 0: nothing is wrong. 1: something is. With --json, one object for all files goes to standard output.")

  @Argument(help: "Source files (.ern), or folders that hold some.")
  var paths: [String]

  @Flag(help: "Print JSON: earnest.check/1.")
  var json = false

  func run() throws {
    var isClean = true
    var files: [JSON] = []
    for path in try Files.sources(paths) {
      let compilation = Compilation(try Files.source(path))
      isClean = isClean && compilation.diagnostics.isEmpty
      if json {
        files.append(
          .object([
            ("file", .text(path)), ("contracts", .list(compilation.contracts.map { .text($0.interface.name) })),
            ("diagnostics", .list(compilation.diagnostics.all.map { $0.json(in: compilation.source) })),
            ("leftOut", .number(compilation.diagnostics.leftOut)),
          ]))
      } else if compilation.diagnostics.isEmpty {
        let names = compilation.contracts.map(\.interface.name).joined(separator: ", ")
        Console.print("\(path): \(Console.green("ok"))  \(names.isEmpty ? "no contract" : names), \(compilation.tests.count) tests")
      } else {
        Console.show(compilation.diagnostics, of: compilation.source)
      }
    }
    if json { Console.print(.object([("schema", "earnest.check/1"), ("ok", .bool(isClean)), ("files", .list(files))])) }
    if !isClean { throw Exit.no }
  }
}
