import Foundation
import Support
import Testing

/// The manifest is the architecture diagram: what a target imports, it declares; what it declares,
/// it imports; and the two halves of the house do not see each other.
@Suite struct LayersTests {
  /// Of each target in Package.swift the targets it depends on, in the order of the manifest.
  private func manifest() throws -> [(name: String, dependencies: Set<String>)] {
    let text = try Repository.text("Package.swift")
    var targets: [(name: String, dependencies: Set<String>)] = []
    for match in text.matches(of: #/room\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?/#) {
      targets.append((String(match.1), names(match.2 ?? "")))
    }
    // The programs below Tests stand outside of the house.
    for match in text.matches(
      of: #/executableTarget\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\](?!,\s*path: "Tests)/#)
    {
      targets.append((String(match.1), names(match.2)))
    }
    return targets
  }

  /// Our own targets among a target's dependencies.
  private func names(_ dependencies: Substring) -> Set<String> {
    Set(dependencies.replacing(#/\.product\([^)]*\)/#, with: "").matches(of: #/"(\w+)"/#).map { String($0.1) })
  }

  private func imports(of target: String, in folder: String) throws -> Set<String> {
    var imports: Set<String> = []
    for file in Repository.files(folder, ".swift") {
      for match in try Repository.text(file).matches(of: #/(?m)^(?:package |public |@testable )?import (\w+)/#) {
        imports.insert(String(match.1))
      }
    }
    return imports
  }

  private func folder(_ target: String) -> String { target == "Benchmarks" ? "benchmarks" : "Sources/\(target)" }

  @Test func importsAreTheDeclaredOnes() throws {
    let targets = try manifest()
    let own = Set(targets.map(\.name)).union(["CGMP", "COpenSSL", "CSodium", "CLMDB"])
    #expect(targets.count >= 15)
    for target in targets {
      let imported = try imports(of: target.name, in: folder(target.name)).intersection(own)
      #expect(
        imported == target.dependencies,
        "\(target.name) imports \(imported.sorted()), declares \(target.dependencies.sorted())")
    }
  }

  /// Every target stands behind those it depends on, so the list can be read from top to bottom.
  @Test func theManifestIsInOrder() throws {
    var seen: Set<String> = ["CGMP", "COpenSSL", "CSodium", "CLMDB"]
    for target in try manifest() {
      #expect(
        target.dependencies.isSubset(of: seen),
        "\(target.name) stands before \(target.dependencies.subtracting(seen).sorted())")
      seen.insert(target.name)
    }
  }

  @Test func theTwoHalvesDoNotSeeEachOther() throws {
    let front: Set = ["Source", "Syntax", "Semantics", "Compiler"]
    let back: Set = ["VM", "Ledger", "Runtime", "Store", "Ordering"]
    for target in try manifest() {
      if front.contains(target.name) { #expect(target.dependencies.isDisjoint(with: back), "\(target.name)") }
      if back.contains(target.name) {
        #expect(target.dependencies.isDisjoint(with: front.union(["Reference"])), "\(target.name)")
      }
    }
    let bridges = try manifest().filter { target in
      !target.dependencies.isDisjoint(with: front) && !target.dependencies.isDisjoint(with: back)
    }
    #expect(bridges.map(\.name) == ["Presentation", "TestRunner", "earnest", "Benchmarks"])
  }

  /// What makes random contracts and mutants is for tests: the program that is shipped has nothing of it.
  @Test func theProgramHasNoGenerator() throws {
    for target in try manifest() where target.name != "Benchmarks" {
      #expect(target.dependencies.isDisjoint(with: ["ContractFuzzing", "Fuzzing", "Support"]), "\(target.name)")
    }
    let program = Repository.root.appendingPathComponent(".build-release/release/earnest").path
    try #require(
      FileManager.default.fileExists(atPath: program), "`make test` makes the release build that this test reads")
    let symbols = try run("/usr/bin/env", ["nm", program]).output
    // A mangled name has the module's name behind the count of its letters.
    func has(_ module: String) -> Bool { symbols.contains("\(module.utf8.count)\(module)") }
    #expect(has("TestRunner"), "the symbols were not read")
    #expect(!has("ContractFuzzing"))
    #expect(!has("Fuzzing"))
  }

  /// Files, clocks and the environment are touched only at the edge; Foundation is imported only there.
  @Test func onlyTheEdgeTouchesTheWorld() throws {
    let edge: Set = ["Store", "Ordering", "earnest", "Benchmarks"]
    for target in try manifest() where !edge.contains(target.name) {
      let world: Set = ["Foundation", "Dispatch", "Glibc", "Synchronization", "FoundationEssentials"]
      #expect(try imports(of: target.name, in: folder(target.name)).isDisjoint(with: world), "\(target.name)")
    }
  }

  /// What decides whether a module is assured uses nothing of what only reports on it.
  @Test func theVerdictNeedsNoReport() throws {
    func code(_ folder: String) throws -> [(file: String, text: String)] {
      try Repository.files("Sources/Assurance/\(folder)", ".swift").map {
        ($0, try Repository.text($0).replacing(#/(?m)\/\/.*$/#, with: ""))
      }
    }
    let reported = try code("Report").flatMap { file in
      file.text.matches(of: #/(?m)^(?:package |private )?(?:struct|enum|func) (\w+)/#).map { String($0.1) }
    }
    #expect(reported.contains("Outlook"))
    for (file, text) in try code("Verdict") {
      let words = Set(text.matches(of: #/\w+/#).map { String($0.0) })
      #expect(words.isDisjoint(with: reported), "\(file) uses \(words.intersection(reported).sorted())")
    }
  }
}
