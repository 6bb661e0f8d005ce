import Dispatch
import Foundation
import Ledger
import Primitives
import Runtime
import Store
import Support
import Testing

/// The program is killed, or the disk fills up, in the middle of a thousand payments: what was
/// acknowledged is there, and nothing is half done.
@Suite struct CrashTests {
  private static let count = 1000
  private static let points = 200

  /// What holds after whatever happened: everything acknowledged is there, the log replays, and blocks are whole.
  private func check(_ ledger: FolderOfTests, _ result: CommandResult, _ what: String) throws -> Int {
    let acknowledged = result.output.split(separator: "\n").filter { $0.hasPrefix("w") }.compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    let (folder, chain) = try ledger.open()
    let names = try run(FolderOfTests.program, ["key", "list", "--ledger", ledger.path]).output.split(separator: "\n")
      .map {
        $0.split(separator: " ")
      }
    let ids = Dictionary(
      uniqueKeysWithValues: names.compactMap { cells in
        Digest(hexadecimal: String(cells[1])).map { (cells[0], AccountID($0)) }
      })
    guard let alice = ids["alice"] else { throw Missing() }
    for reference in acknowledged {
      #expect(
        chain.transaction(called: Array(reference.utf8), by: alice) != nil,
        "\(what): \(reference) was acknowledged and is not there")
    }
    let paid = (1...CrashTests.count).filter { chain.transaction(called: Array("w\($0)".utf8), by: alice) != nil }
    #expect(
      paid == Array(1..<paid.count + 1) && paid.count % 10 == 0 && paid.count - acknowledged.count <= 10, "\(what)")
    #expect(try folder.height() == UInt64(paid.count / 10), "\(what)")
    #expect(chain.imbalance == nil, "\(what)")
    return acknowledged.count
  }

  private struct Missing: Error {}

  @Test func killedAtTwoHundredPoints() throws {
    try FolderOfTests.temporary { parent in
      let template = try FolderOfTests(in: parent)
      let file = try FolderOfTests.payments(CrashTests.count, in: parent)
      let counted = try FolderOfTests(copying: template, to: parent.appendingPathComponent("counted"))
      let whole = try counted.earnest(
        "transfer", "--file", file, "--yes", "--block", "10",
        interposing: ["INTERPOSE_COUNT": parent.appendingPathComponent("count").path])
      #expect(whole.output.hasSuffix("1000 paid, 0 paid before, 0 refused\n"))
      let calls = try #require(
        Int(
          String(contentsOf: parent.appendingPathComponent("count"), encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)))
      #expect(calls > 3 * CrashTests.points)

      nonisolated(unsafe) var acknowledged = [Int](repeating: 0, count: CrashTests.points)
      let guardian = NSLock()
      DispatchQueue.concurrentPerform(iterations: CrashTests.points) { index in
        let point = 1 + index * (calls - 1) / (CrashTests.points - 1)
        do {
          let folder = parent.appendingPathComponent("point-\(index)")
          let ledger = try FolderOfTests(copying: template, to: folder)
          let result = try ledger.earnest(
            "transfer", "--file", file, "--yes", "--block", "10",
            interposing: ["INTERPOSE_AT": String(point), "INTERPOSE_DO": index % 2 == 0 ? "kill" : "tear"])
          #expect(result.status == -9, "point \(point)")
          let found = try check(ledger, result, "point \(point)")
          guardian.withLock { acknowledged[index] = found }
          #expect(try ledger.earnest("replay").status == 0, "point \(point)")
          // Every so often the rest is paid, and it is as if nothing had happened.
          if index % 20 == 19 {
            #expect(try ledger.earnest("transfer", "--file", file, "--yes", "--block", "10").status == 0)
            #expect(try ledger.earnest("show", "account", "bob").output.contains("1,001,000.00 CNY"))
            #expect(try ledger.earnest("audit").status == 0)
          }
          try FileManager.default.removeItem(at: folder)
        } catch { Issue.record("point \(point): \(error)") }
      }
      // The points lie all over the run, and the test has seen acknowledgements.
      #expect(Set(acknowledged).count > 50 && (acknowledged.max() ?? 0) > 950)
    }
  }

  /// A full disk, and a sync that fails: the command says so and stops, and what was acknowledged is there.
  @Test func aDiskThatFailsStopsTheLedger() throws {
    try FolderOfTests.temporary { parent in
      let template = try FolderOfTests(in: parent)
      let file = try FolderOfTests.payments(CrashTests.count, in: parent)
      for (deed, points) in [("full", Array(1...12) + [200, 500]), ("sync", Array(1...12) + Array(500...512))] {
        var failed = 0
        for point in points {
          let ledger = try FolderOfTests(copying: template, to: parent.appendingPathComponent("\(deed)-\(point)"))
          let result = try ledger.earnest(
            "transfer", "--file", file, "--yes", "--block", "10",
            interposing: ["INTERPOSE_AT": String(point), "INTERPOSE_DO": deed])
          if result.status == 0 { continue }
          failed += 1
          #expect(result.status == 74 && result.errors.contains("cannot write"), "\(deed) \(point): \(result.errors)")
          _ = try check(ledger, result, "\(deed) \(point)")
        }
        #expect(failed > 1, "\(deed)")
      }
    }
  }
}
