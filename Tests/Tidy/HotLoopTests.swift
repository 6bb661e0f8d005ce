import Foundation
import Support
import Testing

/// Reads the release build's machine code: in the machine's loop nothing is retained, no
/// exclusivity is checked, and no getter of another target is called.
@Suite struct HotLoopTests {
  @Test func theLoopCallsOnlyWhatIsMeantToLieOutOfLine() throws {
    let object = Repository.root.appendingPathComponent(".build-release/release/VM.build")
    let files = try FileManager.default.contentsOfDirectory(atPath: object.path).filter { $0.hasSuffix(".o") }.sorted()
    try #require(!files.isEmpty, "`make test` makes the release build that this test reads")
    var body: [Substring] = []
    for file in files {
      let listing = try run(
        "/usr/bin/env", ["objdump", "-dr", "--no-show-raw-insn", object.appendingPathComponent(file).path]
      ).output
      var isInside = false
      for line in listing.split(separator: "\n") {
        // The generic function itself, by the stem of its mangled name.
        if line.hasSuffix(">:") { isInside = line.contains("$s2VM7MachineV7execute") && !line.contains("U_") }
        if isInside { body.append(line) }
      }
    }
    try #require(body.count > 300, "the loop was not found")
    let relocations = body.compactMap {
      $0.firstMatch(of: #/R_X86_64_(?:PLT32|PC32|GOTPCREL\w*)\s+(\S+?)(?:[-+]0x[0-9a-f]+)?$/#).map { String($0.1) }
    }
    // One shared jump would make the loop's speed hang on its address: see `oneJumpEach` in Package.swift.
    let jumps = body.filter { $0.contains(#/\bjmp\s+\*/#) }.count
    #expect(
      jumps >= 40,
      "the loop has \(jumps) indirect jumps; the options that copy it behind each instruction have no effect")
    let forbidden = ["swift_beginAccess", "swift_endAccess", "swift_allocObject", "swift_isUniquelyReferenced"]
    for symbol in relocations {
      #expect(!forbidden.contains(symbol), "the loop calls \(symbol)")
      // Getters of the small types that cross from Bytecode and Primitives end in `vg`.
      #expect(
        !(symbol.hasSuffix("vg")
          && (symbol.hasPrefix("$s8Bytecode11Instruction") || symbol.hasPrefix("$s10Primitives"))),
        "the loop calls \(symbol)")
    }
  }
}
