import Bytecode
import ContractFuzzing
import Foundation
import Interface
import Ledger
import Primitives
import Runtime
import Support
import Testing

/// What somebody sees and does who has a suspended agreement in a folder.
@Suite struct ReleaseCommandTests {
  /// Alice has paid for a purchase whose deadline has failed; carried out by this process, and kept in a checkpoint.
  private func withSuspended<R>(_ body: (FolderOfTests) throws -> R) throws -> R {
    try FolderOfTests.temporary { parent in
      let ledger = try FolderOfTests(in: parent)
      #expect(try ledger.earnest("publish", "contracts/purchase.ern", "--as", "alice", "--yes").status == 0)
      #expect(
        try ledger.earnest(
          "open", "Purchase", "buyer=alice", "seller=bob", "carrier=dave", "arbiter=carol", "price=100.00 CNY",
          "shipIn=1 hours", "--as", "alice",
          "--with", "bob,carol,dave", "--yes"
        ).status == 0)
      #expect(try ledger.earnest("act", "1", "pay", "--as", "alice", "--yes").status == 0)
      do {
        let chain = try ledger.open().chain
        let whole = try Verifier.verify(bytes: chain.state.modules[0].bytes)
        chain.runtime.add(try whole.failing(.division) { $0.trigger.isAutomatic }, after: 0)
        let time = chain.time + Duration(unchecked: 3_600_000)
        let block = chain.execute(Proposal(height: chain.durable.height + 1, time: time, entries: []))
        #expect(block.receipts.map(\.verdict) == [.defect(.trapped(.division))])
        _ = try chain.commit()
        try chain.checkpoint()
      }
      return try body(ledger)
    }
  }

  @Test func whatIsSuspendedIsShownAndReleased() throws {
    try withSuspended { ledger in
      let block = try ledger.earnest("show", "block", "4")
      #expect(
        block.output.contains(
          "Agreement 1: Defect (division): the deadline of Paid failed, against all that was proved. It is undone, and the agreement is suspended."
        ),
        "\(block)")
      let receipts = try ledger.earnest("show", "block", "4", "--json").output
      #expect(
        receipts.contains(#""outcome":"defect","reason":"division""#)
          && receipts.contains(#""from":"Paid","outcome":"defect""#), "\(receipts)")
      let shown = try ledger.earnest("show", "agreement", "1").output
      #expect(
        shown.contains("suspended: what happens by itself failed against all that was proved")
          && shown.contains(
            "alice, bob, carol and dave can release it if all of them sign, or operator: earnest release 1")
          && !shown.contains("possible now") && shown.contains("vault escrow: 100.00 CNY"), "\(shown)")
      #expect(try ledger.earnest("show", "agreement", "1", "--lang", "zh").output.contains("即可放款：earnest release 1"))
      let json = try ledger.earnest("show", "agreement", "1", "--json").output
      #expect(
        json.contains(#""suspended":true,"released":false,"release":{"all":[{"#)
          && json.contains(#""name":"operator"}}"#), "\(json)")
      #expect(try ledger.earnest("ledger", "info").output.contains("Purchase  Paid  suspended\n"))

      let payouts = ["escrow=60.00 CNY to alice", "escrow=40.00 CNY to bob"]
      func release(_ arguments: [String]) throws -> CommandResult {
        try run(
          FolderOfTests.program, ["release", "1"] + arguments,
          environment: ["EARNEST_LEDGER": ledger.path, "NO_COLOR": "1"])
      }
      let all = ["--as", "alice", "--with", "bob,carol,dave"]
      for (arguments, status, complaint) in [
        (["till=1.00 CNY to bob"] + all, 1, "Purchase has no vault till"),
        (["escrow[3]=1.00 CNY to bob"] + all, 1, "has no keys"),
        (["escrow=1.00 EUR to bob"] + all, 1, "holds CNY, not EUR"),
        (["escrow=0.00 CNY to bob"] + all, 1, "a payout of nothing"),
        (["escrow=1.00 CNY to nobody"] + all, 1, "nobody is called nobody"), (["escrow"] + all, 64, "is no VAULT="),
        (["escrow=1.00 CNY to bob", "escrow=2.00 CNY to bob"] + all, 64, "say once"), (payouts, 64, "--as NAME"),
        (
          payouts.dropLast() + all + ["--yes"], 1,
          "Refused (amount): What is paid out is not exactly what the agreement holds."
        ),
        (
          payouts + ["--as", "alice", "--yes"], 1,
          "Refused (consent): Not everybody who has a say in this release has signed."
        ),
        (payouts + all + ["--yes", "--lang", "zh", "--with", "bob"], 1, "被拒绝（consent）：须为此次放款签字的各方尚未全部签字。"),
      ] as [([String], Int32, String)] {
        let result = try release(arguments)
        #expect(result.status == status && result.errors.contains(complaint), "\(arguments): \(result)")
      }
      let dry = try release(payouts + all + ["--dry-run"])
      #expect(
        dry.status == 0 && dry.output.contains("40.00 CNY goes from escrow to bob.")
          && dry.output.contains("escrow of agreement 1  -100.00 CNY"))
      #expect(try ledger.earnest("ledger", "info").output.contains("suspended\n"))

      let done = try release(payouts + all + ["--yes", "--json"])
      #expect(
        done.status == 0 && done.output.contains("Agreement 1 is released on the word of alice, bob, carol and dave."),
        "\(done)")
      #expect(try ledger.earnest("show", "account", "alice").output.contains("999,960.00 CNY"))
      #expect(
        try ledger.earnest("show", "agreement", "1").output.contains(
          "suspended and released: what it held has been paid out"))
      #expect(
        try ledger.earnest("show", "agreement", "1", "--json").output.contains(
          #""suspended":true,"released":true,"release":null"#))
      #expect(try ledger.earnest("ledger", "info").output.contains("Purchase  Paid  suspended, released\n"))
      let again = try release(payouts + all + ["--yes"])
      #expect(
        again.status == 1
          && again.errors.contains("Refused (state): The agreement is not suspended, or has been released before."))
    }
  }
}
