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
    // The object is printed even where a file cannot be read; that file's exit code follows.
    let result = Result {
      try Files.forEachSource(paths) { source in
        let compilation = Files.compile(source)
        isClean = isClean && compilation.diagnostics.isEmpty
        if json {
          files.append(
            .object([
              ("file", .text(source.path)), ("contracts", .list(compilation.contracts.map { $0.json(in: compilation.source) })),
              ("diagnostics", compilation.diagnostics.json(in: compilation.source)), ("leftOut", .number(compilation.diagnostics.leftOut)),
            ]))
        } else if compilation.diagnostics.isEmpty {
          let names = compilation.contracts.map(\.interface.name).joined(separator: ", ")
          try Console.print(
            "\(source.path): \(Console.green("ok"))  \(names.isEmpty ? "no contract" : names), \(Console.counted(compilation.tests.count, "test"))")
        } else {
          try Console.show(compilation.diagnostics, of: compilation.source)
        }
      }
    }
    if case .failure = result { isClean = false }
    if json { try Console.print(.object([("schema", "earnest.check/1"), ("ok", .bool(isClean)), ("files", .list(files))])) }
    try result.get()
    if !isClean { throw Exit.no }
  }
}
