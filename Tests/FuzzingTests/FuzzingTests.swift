import Foundation
import Fuzzing
import Support
import Testing

/// A little of what `make fuzz` does much of.
@Suite struct FuzzingTests {
  @Test func integersAgreeWithTheReference() throws {
    var trial = IntegerTrial(seed: 7)
    try trial.run(100_000)
  }

  /// Counted by a library between the program and the allocator; making the module allocates, which
  /// shows that it counts.
  @Test func aWarmCallAllocatesAndRetainsNothing() throws {
    let folder = Repository.root.appendingPathComponent(".build-release/release")
    let result = try run(
      folder.appendingPathComponent("Fuzz").path, ["allocations", "1000"],
      environment: ["LD_PRELOAD": folder.appendingPathComponent("libInterposer.so").path])
    let lines = result.output.split(separator: "\n")
    try #require(lines.count == 2, "\(result.output)")
    #expect(lines[0].firstMatch(of: #/before: [1-9]\d* allocations, [1-9]\d* retains/#) != nil, "\(lines[0])")
    #expect(lines[1] == "1000 calls: 0 allocations, 0 retains, 0 releases")
  }

  @Test func whatTheVerifierAcceptsRuns() {
    var trial = ModuleTrial(seed: 7)
    while trial.count.modules < 1500 { trial.run(mutants: 50) }
    #expect(trial.count.accepted > 10 && trial.count.calls > 50)
  }
}
