import ArgumentParser
import Compiler
import Primitives
import Semantics
import Source
import TestRunner
import Wording

extension Language: ExpressibleByArgument {}

struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests of contracts, each on both engines.",
    discussion: """
      Every step runs on the machine and on the reference interpreter, which must agree on outcome, moves, events and state. \
      Exit code 0: all passed. 1: a test failed or a source has errors. 2: --filter matches no test.
      """)

  @Argument(help: "Source files (.ern), or folders that hold some.")
  var paths: [String]

  @Option(help: "Run only tests whose name contains this text.")
  var filter: String?

  @Flag(help: "Tell what happens in each test.")
  var trace = false

  @Option(help: "The language of the story (en or zh); verdicts and failures stay English.")
  var lang = Language.english

  @Flag(help: "Print JSON: earnest.test/1.")
  var json = false

  func run() throws {
    var passed = 0
    var failed = 0
    var areSourcesClean = true
    var files: [JSON] = []
    // The summary comes even where a file cannot be read; that file's exit code follows.
    let result = Result {
      try Files.forEachSource(paths) { source in
        let compilation = Files.compile(source)
        if !compilation.diagnostics.isEmpty { areSourcesClean = false }
        let runs = compilation.tests.filter { test in filter.map { test.name.contains($0) } ?? true }
          .map { TestRun($0, in: compilation, wording: Wording(lang)) }
        passed += runs.filter(\.hasPassed).count
        failed += runs.filter { !$0.hasPassed }.count
        if json { return files.append(compilation.json(path: source.path, runs)) }
        if !compilation.diagnostics.isEmpty { try Console.show(compilation.diagnostics, of: compilation.source) }
        if !runs.isEmpty { try Console.print(Console.bold(source.path)) }
        for run in runs { try show(run, in: compilation.source) }
      }
    }
    if case .failure = result { areSourcesClean = false }
    let isUnmatched = filter != nil && passed + failed == 0
    if json {
      try Console.print(
        .object([
          ("schema", "earnest.test/1"), ("ok", .bool(areSourcesClean && failed == 0 && !isUnmatched)),
          ("passed", .number(passed)),
          ("failed", .number(failed)), ("files", .list(files)),
        ]))
    } else {
      try Console.print("\(passed) passed, \(failed) failed")
    }
    try result.get()
    if !areSourcesClean || failed > 0 { throw Exit.no }
    if isUnmatched, let filter {
      try Console.complain("no test's name contains “\(filter)”")
      throw Exit.nothingToRun
    }
  }

  private func show(_ run: TestRun, in source: SourceText) throws {
    let verdict = run.hasPassed ? Console.green("pass") : Console.red("FAIL")
    let gas = Console.dim("\(Wording(.english).grouped(String(run.gas))) gas")
    if trace {
      try Console.print("\n  \(Console.bold(run.name))")
      for line in run.story {
        let time = line.time.map { Wording(lang).time($0) } ?? ""
        try Console.print(
          "    " + Console.dim(time + String(repeating: " ", count: max(0, 18 - time.count))) + line.text)
      }
      try Console.print("    \(verdict)  \(gas)")
    } else {
      try Console.print("  \(verdict)  \(run.name)  \(gas)")
    }
    if let failure = run.failure {
      var diagnostics = Diagnostics()
      diagnostics.report(failure)
      try Console.show(diagnostics, of: source)
    }
  }
}
