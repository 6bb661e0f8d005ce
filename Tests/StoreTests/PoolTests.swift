import Foundation
import Ledger
import Primitives
import Runtime
import Support
import Testing

/// What lies under keys and in maps is in checkpoints and in the log like everything else.
@Suite struct PoolTests {
  @Test func keysOutliveARestart() throws {
    try FolderOfTests.temporary { parent in
      let ledger = try FolderOfTests(in: parent)
      let pool = Repository.root.appendingPathComponent("Tests/Corpus/ledger/pool.ern").path
      #expect(try ledger.earnest("publish", pool, "--as", "alice", "--yes").status == 0)
      #expect(
        try ledger.earnest(
          "open", "Pool", "organiser=alice", "guest=bob", "end=2026-01-11", "price=100.00 CNY", "fee=30.00 CNY", "--as",
          "alice", "--with", "bob",
          "--yes"
        ).status == 0)
      #expect(try ledger.earnest("act", "1", "join", "--as", "carol", "--yes").status == 0)
      #expect(try ledger.earnest("act", "1", "fill", "--as", "bob", "--yes").status == 0)
      do { try ledger.open().chain.checkpoint() }
      #expect(try ledger.earnest("act", "1", "join", "--as", "dave", "--yes").status == 0)
      /// The lock is let go in between.
      func kept() throws -> (digest: Digest, agreement: Agreement, imbalance: String?) {
        let chain = try ledger.open().chain
        return (chain.durable.digest, chain.state.agreements[0], chain.imbalance)
      }
      let before = try kept()
      #expect(before.agreement.holdings.count == 2 && before.agreement.position.approvals.count == 1)
      // Without the checkpoint everything comes about again.
      try FileManager.default.removeItem(at: ledger.url.appendingPathComponent("state"))
      #expect(try kept() == before && before.imbalance == nil)
      #expect(try ledger.earnest("audit").status == 0)
    }
  }
}
