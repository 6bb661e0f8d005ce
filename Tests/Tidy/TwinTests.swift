import Foundation
import Support
import Testing

/// Runs every benchmark program once, on the release build's machine and on its twin in C: what
/// `make bench` measures on the day on which somebody needs it still works.
@Suite struct TwinTests {
  @Test("benchmarks: the machine and its twin in C agree on gas and state")
  func theTwinAgrees() throws {
    let release = Repository.root.appendingPathComponent(".build-release")
    let benchmarks = release.appendingPathComponent("release/Benchmarks").path
    try #require(
      FileManager.default.isExecutableFile(atPath: benchmarks),
      "`make test` makes the release build that this test runs")
    _ = try output("/usr/bin/env", ["make", "-C", "benchmarks", "twin"])

    let names = try output(benchmarks, ["list"]).split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    #expect(names.count == 7, "a benchmark that is added or removed is counted here")
    let aims = try Repository.text("benchmarks/compare/programs.py").matches(of: #/(?m)^    "([\w-]+)": \{/#)
    #expect(aims.map { String($0.1) } == names, "AIMS in programs.py has each benchmark, in the order of `list`")
    for name in names {
      let program = release.appendingPathComponent("twin/\(name).once")
      try output(benchmarks, ["program", name, "1"]).write(to: program, atomically: true, encoding: .utf8)
      // The first word is the time.
      let machine = try output(benchmarks, ["run", name, "1"]).split(separator: " ").dropFirst()
      let twin = try output(release.appendingPathComponent("twin/twin").path, [program.path]).split(separator: " ")
        .dropFirst()
      #expect(machine.count == 2 && machine == twin, "\(name): the machine has \(machine), its twin \(twin)")
    }
  }

  private func output(_ program: String, _ arguments: [String]) throws -> String {
    let result = try run(program, arguments)
    try #require(result.status == 0, "\(program) \(arguments): \(result.output)\(result.errors)")
    return result.output
  }
}
