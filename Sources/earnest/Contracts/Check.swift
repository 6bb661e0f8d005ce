import ArgumentParser
import Assurance
import Compiler
import Interface
import Presentation
import Primitives
import Source

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is wrong with contracts, and how to mend it; and of those that are right what they come to.",
    discussion: """
      Of one file it also tells what its contracts come to: what happens in each state if nobody acts, who is paid then, and what is set aside for it; by \
      when it is over, whoever is silent; what is checked after every action. Of folders only with --summary.

      Exit code 0: nothing is wrong, though there may be warnings. 1: something is, or with --deny-warnings there is a warning. With --json, one object for \
      all files goes to standard output.
      """)

  @Argument(help: "Source files (.ern), or folders that hold some.")
  var paths: [String]

  @Flag(help: "Tell of every file what its contracts come to.")
  var summary = false

  @Flag(help: "End with exit code 1 where there is a warning.")
  var denyWarnings = false

  @Flag(help: "Print JSON: earnest.check/1.")
  var json = false

  func run() throws {
    var isClean = true
    var files: [JSON] = []
    let tellsAll = summary || (paths.count == 1 && paths[0].hasSuffix(".ern"))
    // The object is printed even where a file cannot be read; that file's exit code follows.
    let result = Result {
      try Files.forEachSource(paths) { source in
        let compilation = Files.compile(source)
        let outlooks = compilation.contracts.map(\.outlook)
        let warnings = compilation.warnings(outlooks)
        if !compilation.diagnostics.isEmpty || (denyWarnings && !warnings.isEmpty) { isClean = false }
        let summaries = zip(compilation.contracts, outlooks).map {
          ContractSummary(contract: $0, outlook: $1, source: compilation.source)
        }
        if json {
          return files.append(compilation.json(path: source.path, summaries, warnings: warnings))
        }
        if !compilation.diagnostics.isEmpty { return try Console.show(compilation.diagnostics, of: compilation.source) }
        if !warnings.isEmpty { try Console.show(warnings, of: compilation.source) }
        try show(source.path, compilation, warnings.all.count, tellsAll ? summaries : [])
      }
    }
    if case .failure = result { isClean = false }
    if json {
      try Console.print(.object([("schema", "earnest.check/1"), ("ok", .bool(isClean)), ("files", .list(files))]))
    }
    try result.get()
    if !isClean { throw Exit.no }
  }

  private func show(_ path: String, _ compilation: Compilation, _ warningCount: Int, _ summaries: [ContractSummary])
    throws
  {
    let names = compilation.contracts.map(\.interface.name).joined(separator: ", ")
    let warned = warningCount == 0 ? "" : ", " + Console.counted(warningCount, "warning")
    let counts = Console.counted(compilation.tests.count, "test") + warned
    try Console.print("\(path): \(Console.green("ok"))  \(names.isEmpty ? "no contract" : names), \(counts)")
    for summary in summaries {
      let title = summaries.count > 1 ? "\n\(Console.bold(summary.interface.name))\n" : "\n"
      try Console.print(title + summary.lines(Console.style).joined(separator: "\n"))
    }
    if summary && !summaries.isEmpty { try Console.print("") }
  }
}
