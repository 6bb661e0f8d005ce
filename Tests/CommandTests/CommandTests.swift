import Bytecode
import Compiler
import Foundation
import Semantics
import Source
import Support
import TestRunner
import Testing
import Wording

/// The program as a user runs it: the release build that `make test` makes first, in a folder of its own.
@Suite struct CommandTests {
  private static let program = Repository.root.appendingPathComponent(".build-release/release/earnest").path

  private func earnest(_ arguments: String..., environment: [String: String] = [:], in folder: URL = Repository.root)
    throws -> CommandResult
  {
    try #require(
      FileManager.default.isExecutableFile(atPath: CommandTests.program),
      "`make test` makes the release build that this test reads")
    return try run(CommandTests.program, arguments, environment: environment, in: folder)
  }

  private func withFile<R>(_ name: String, _ bytes: [UInt8], _ body: (URL) throws -> R) throws -> R {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: folder.appendingPathComponent(name))
      return try body(folder)
    }
  }

  @Test func checkSaysOkOrWhatIsWrong() throws {
    let fine = try earnest("check", "contracts")
    #expect(fine.status == 0 && fine.output.contains("contracts/purchase.ern: ok"))
    let wrong = try earnest("check", "Tests/Corpus/check/names.ern")
    #expect(wrong.status == 1 && wrong.output.isEmpty && wrong.errors.contains("error[E0201]"))
  }

  /// Of one file what its contracts come to; of folders where it is asked for.
  @Test func checkTellsWhatAContractComesTo() throws {
    let one = try earnest("check", "contracts/purchase.ern")
    #expect(one.status == 0 && one.output.contains("  Paid         after shipIn → Refunded: escrow to buyer "))
    #expect(one.output.contains("  arbiter      from the opening on: after shipIn + inspect + 63 days\n"))
    #expect(try !earnest("check", "contracts").output.contains("Refunded"))
    #expect(try earnest("check", "--summary", "contracts").output.contains("after shipIn → Refunded: escrow to buyer"))
    let object =
      try JSONSerialization.jsonObject(with: Data(try earnest("check", "--json", "contracts/purchase.ern").output.utf8))
      as? [String: Any]
    let contract = ((object?["files"] as? [[String: Any]])?.first?["contracts"] as? [[String: Any]])?.first
    for member in ["states", "parties", "invariants"] {
      #expect((contract?[member] as? [Any])?.isEmpty == false, "\(member)")
    }
  }

  /// The tour shows what `check` prints of its contract once that is mended.
  @Test func theReadmeShowsWhatCheckPrints() throws {
    let readme = try Repository.text("README.md")
    let parts = readme.components(separatedBy: "<<'ERN'\n")
    let source = try #require(parts.last?.components(separatedBy: "\nERN\n").first)
    let mended = source.replacing(
      "  on release", with: "  after 30 days { pay held to guest } -> Ended\n    on release")
    try withFile("deposit.ern", Array(mended.utf8)) { folder in
      let shown = try earnest("check", "deposit.ern", in: folder)
      #expect(shown.status == 0 && readme.contains("```text\n\(shown.output)```"), "\(shown.output)\(shown.errors)")
    }
  }

  @Test func warningsAreShownAndMayBeDenied() throws {
    let warned = try earnest("check", "Tests/Corpus/render/warnings.ern")
    #expect(
      warned.status == 0 && warned.errors.contains("warning[W0801]")
        && warned.output.contains(": ok  Lease, 0 tests, 5 warnings"))
    #expect(try earnest("check", "--deny-warnings", "Tests/Corpus/render/warnings.ern").status == 1)
    #expect(try earnest("check", "--deny-warnings", "contracts/purchase.ern").status == 0)
    try withTemporaryFolder { folder in
      let built = try earnest("build", "contracts/moderated-order.ern", "-o", folder.path)
      #expect(
        built.status == 0 && built.errors.contains("warning[W0804]") && built.output.contains("ModeratedOrder.ernb"))
    }
    let json = try earnest("check", "--json", "Tests/Corpus/render/warnings.ern")
    #expect(
      json.status == 0 && json.output.contains(#""severity":"warning""#) && json.output.contains(#""diagnostics":[]"#))
    #expect(try earnest("explain", "W0803").output.contains("Nobody gains by staying silent."))
    let endless = try earnest("check", "Tests/Corpus/render/warnings.ern")
    #expect(endless.output.contains("while `landlord` keeps taking `inspect`"))
  }

  @Test func anyBytesAreDiagnosed() throws {
    for bytes in [
      [], [0], [0xFF], Array(repeating: UInt8(ascii: "("), count: 2_000_000), Array(repeating: 0, count: 1 << 20),
      Array("contract".utf8),
    ] {
      try withFile("x.ern", bytes) { folder in
        let result = try earnest("check", "x.ern", in: folder)
        #expect(result.status == (bytes.isEmpty ? 0 : 1), "\(bytes.prefix(8)): \(result.errors.prefix(200))")
      }
    }
  }

  /// The depth limit of the release build is that of the debug build, and a program with the
  /// smallest stack that Linux gives keeps it.
  @Test func theDepthLimitIsOneNumber() throws {
    func source(_ depth: Int) -> String {
      let condition = String(repeating: "(", count: depth) + "true" + String(repeating: ")", count: depth)
      return
        "contract A { party a initial state S { on go() by a where \(condition) -> T after 1 day -> T } final state T }"
    }
    func isFine(_ depth: Int) -> Bool {
      Compilation(SourceText(path: "x.ern", text: source(depth))).diagnostics.isEmpty
    }
    let deepest = try #require((1...300).last(where: isFine))
    for depth in [deepest, deepest + 1] {
      try withFile("x.ern", Array(source(depth).utf8)) { folder in
        #expect(try earnest("check", "x.ern", in: folder).status == (depth == deepest ? 0 : 1))
        let small = try run(
          "/bin/sh", ["-c", "ulimit -s 1024 && exec \(CommandTests.program) check x.ern"], in: folder)
        #expect(small.status == (depth == deepest ? 0 : 1))
      }
    }
  }

  @Test func filesThatAreNotThereHaveTheirOwnCodes() throws {
    #expect(try earnest("check", "nowhere.ern").status == 66)
    #expect(try earnest("inspect", "nowhere.ernb").status == 66)
    #expect(try earnest("build", "contracts").status == 66)
    #expect(try earnest("build", "contracts/purchase.ern", "-o", "/nowhere/at/all").status == 73)
    #expect(try earnest("check").status == 64)
    #expect(try earnest("chek").status == 64)
    #expect(try earnest("explain", "E9999").status == 1)
    #expect(try earnest("test", "contracts", "--filter", "no such test").status == 2)
  }

  @Test func testsPassOrFail() throws {
    let passed = try earnest("test", "contracts/purchase.ern")
    #expect(passed.status == 0 && passed.output.hasSuffix("14 passed, 0 failed\n"))
    let failed = try earnest("test", "Tests/Corpus/failing.ern")
    let count = try Repository.text("Tests/Corpus/failing.ern").matches(of: #/(?m)^test "/#).count
    #expect(
      failed.status == 1 && failed.output.hasSuffix("1 passed, \(count - 1) failed\n")
        && failed.errors.contains("error[E0702]"))
    let chinese = try earnest("test", "--trace", "--lang", "zh", "--filter", "never ships", "contracts/purchase.ern")
    #expect(chinese.output.contains("alice 将 100.00元 存入 escrow。"))
  }

  /// The library that the tests are linked with was built for debugging, the program for release:
  /// both must make the same bytes, with any hash seed, in any time zone and language.
  @Test func debugAndReleaseGiveTheSameBytes() throws {
    let source = SourceText(path: "contracts/purchase.ern", text: try Repository.text("contracts/purchase.ern"))
    let expected = try #require(Compilation(source).contracts.first).module.module.bytes
    let environments = [
      [:], ["SWIFT_DETERMINISTIC_HASHING": "1"], ["TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8"],
      ["LC_ALL": "fr_FR.UTF-8", "TZ": "America/Caracas"],
    ]
    try withTemporaryFolder { folder in
      for environment in environments {
        let result = try earnest("build", "contracts/purchase.ern", "-o", folder.path, environment: environment)
        #expect(result.status == 0)
        #expect(try Array(Data(contentsOf: folder.appendingPathComponent("Purchase.ernb"))) == expected)
      }
    }
  }

  /// Gas, stories and final states too: three processes with their own hash seeds, and this one,
  /// which was built for debugging.
  @Test func theSameTestsGiveTheSameDigests() throws {
    let runs = try (0..<3).map { _ in try earnest("test", "--json", "contracts", "Tests/Corpus/run").output }
    #expect(Set(runs).count == 1)
    #expect(runs[0].contains(#""ok":true"#))
    for path in Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/run", ".ern") {
      let compilation = Compilation(SourceText(path: path, text: try Repository.text(path)))
      for test in compilation.tests {
        let run = TestRun(test, in: compilation, wording: Wording(.english))
        #expect(runs[0].contains(#""gas":\#(run.gas),"digest":"\#(run.digest)""#), "\(path): \(test.name)")
      }
    }
  }

  @Test func aDamagedModuleIsRefused() throws {
    try withTemporaryFolder { folder in
      _ = try earnest("build", "contracts/purchase.ern", "-o", folder.path)
      let file = folder.appendingPathComponent("Purchase.ernb")
      var bytes = try Data(contentsOf: file)
      for view in ["interface", "code", "gas", "states"] {
        #expect(try earnest("inspect", file.path, view).status == 0)
      }
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: file)
      let result = try earnest("inspect", file.path)
      #expect(result.status == 65 && result.errors.contains("is refused"))
    }
  }

  @Test func jsonIsJSON() throws {
    for arguments in [
      ["check", "contracts"], ["check", "Tests/Corpus/check/text.ern"], ["test", "contracts"],
      ["inspect", "contracts/purchase.ern"],
      ["inspect", "contracts/purchase.ern", "code"], ["inspect", "contracts/purchase.ern", "gas"],
      ["inspect", "contracts/purchase.ern", "states"],
      ["explain"], ["explain", "E0403"], ["build", "contracts/purchase.ern", "-o", NSTemporaryDirectory()],
    ] {
      let result = try run(CommandTests.program, arguments + ["--json"])
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      #expect(object?["schema"] as? String == "earnest.\(arguments[0])/1")
    }
  }

  @Test func everyViewOfEveryContractIsShown() throws {
    for path in Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/run", ".ern") {
      for view in ["interface", "code", "gas", "states"] {
        #expect(try earnest("inspect", path, view).status == 0, "\(path) \(view)")
        #expect(try earnest("inspect", path, view, "--json").status == 0, "\(path) \(view)")
      }
    }
    let withDefault =
      "contract R { party a term t: Amount<JPY> = 500 JPY vault v: Money<JPY> initial state S { on go() by a receiving t into v -> P "
      + "after 1 day -> T } state P { after 1 day { pay v to a } -> T } final state T }"
    try withFile("r.ern", Array(withDefault.utf8)) { folder in
      let result = try earnest("inspect", "r.ern", in: folder)
      #expect(result.output.contains("t: Amount<JPY> = 500 JPY"))
    }
  }

  /// Output that cannot be written, files that never end, modules under another name: a sentence
  /// and an exit code, never a crash.
  @Test func theWorldMayBeUncooperative() throws {
    let program = CommandTests.program
    #expect(try run("/bin/sh", ["-c", "\(program) explain > /dev/full"]).status == 73)
    #expect(try run("/bin/sh", ["-c", "\(program) explain >&-"]).status == 73)
    // More than a pipe holds, so that the writer is still there when the reader goes.
    let long =
      "contract L { party a field f: Bool = true initial state S { on go() by a { \(String(repeating: "require f ", count: 10_000)) } -> T "
      + "after 1 day -> T } final state T }"
    try withFile("long.ern", Array(long.utf8)) { folder in
      let result = try run(
        "/bin/sh", ["-c", "trap '' PIPE; (\(program) inspect long.ern code; echo $? >&2) | head -1"], in: folder)
      #expect(result.errors == "141\n")
    }
    try withTemporaryFolder { folder in
      #expect(try run("/usr/bin/mkfifo", [folder.appendingPathComponent("pipe.ern").path]).status == 0)
      #expect(try earnest("check", "pipe.ern", in: folder).status == 66)
      #expect(try earnest("check", ".", in: folder).status == 66)
      #expect(try earnest("check", "/dev/zero").status == 66)
      #expect(
        try earnest(
          "build", Repository.root.appendingPathComponent("contracts/purchase.ern").path, "-o", "nowhere", in: folder
        ).status == 73)
      #expect(
        try earnest("build", Repository.root.appendingPathComponent("contracts/purchase.ern").path, in: folder).status
          == 0)
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent("Purchase.ernb"), to: folder.appendingPathComponent("module.bin"))
      #expect(try earnest("inspect", "module.bin", in: folder).status == 0)
      #expect(try earnest("check", "module.bin", in: folder).errors.contains("is a module"))
      try Data("contract".utf8).write(to: folder.appendingPathComponent("bad.ern"))
      let mixed = try earnest("check", "--json", "nowhere.ern", "bad.ern", in: folder)
      #expect(mixed.status == 66 && mixed.output.contains(#""ok":false"#) && mixed.output.contains("E0101"))
      #expect(try earnest("inspect", "--json", "bad.ern", in: folder).output.contains(#""ok":false"#))
    }
  }

  @Test func colourFollowsTheEnvironment() throws {
    #expect(try !earnest("check", "Tests/Corpus/check/names.ern").errors.contains("\u{1B}"))
    #expect(
      try earnest("check", "Tests/Corpus/check/names.ern", environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": ""]).errors
        .contains("\u{1B}[1;31m"))
    #expect(
      try !earnest("check", "Tests/Corpus/check/names.ern", environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"])
        .errors.contains("\u{1B}"))
  }

  @Test func explainShowsRuleReasonAndExamples() throws {
    let result = try earnest("explain", "e0403")
    #expect(result.status == 0)
    for part in ["E0403", "Every state that is not final has a deadline.", "Wrong", "Right"] {
      #expect(result.output.contains(part))
    }
  }
}
