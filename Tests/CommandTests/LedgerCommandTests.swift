import Foundation
import Support
import Testing

/// The ledger's commands as a user runs them, from the release build.
@Suite struct LedgerCommandTests {
  static let program = Repository.root.appendingPathComponent(".build-release/release/earnest").path

  func withLedger<R>(_ body: ((String...) throws -> CommandResult, URL) throws -> R) throws -> R {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("ledger").path
      func earnest(_ arguments: String...) throws -> CommandResult {
        try run(LedgerCommandTests.program, arguments, environment: ["EARNEST_LEDGER": path, "NO_COLOR": "1"])
      }
      try #require(try earnest("ledger", "init").status == 0)
      return try body(earnest, folder)
    }
  }

  func open(_ earnest: (String...) throws -> CommandResult) throws {
    #expect(try earnest("publish", "contracts/purchase.ern", "--as", "alice", "--yes").status == 0)
    #expect(
      try earnest(
        "open", "Purchase", "buyer=alice", "seller=bob", "carrier=dave", "arbiter=carol", "price=100.00 CNY", "--as",
        "alice", "--with",
        "bob,carol,dave", "--yes"
      ).status == 0)
  }

  /// What the pages tell a newcomer to paste works when it is pasted.
  @Test(arguments: ["README.md", "README.zh.md"])
  func theTourWorks(_ page: String) throws {
    let text = try Repository.text(page)
    let blocks = text.components(separatedBy: "```sh\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    // The two commands of make come first.
    let tour = blocks.dropFirst().joined()
    #expect(tour.contains("earnest audit"))
    let script = "shopt -s expand_aliases\n" + tour
    try withTemporaryFolder { folder in
      let result = try run("/bin/bash", ["-c", script], environment: ["TMPDIR": folder.path, "NO_COLOR": "1"])
      let complaints = result.errors.split(separator: "\n").filter {
        $0.hasPrefix("earnest:") || $0.contains("command not found")
      }
      // Bob is too late, and says so; nothing else is refused.
      let expected =
        page == "README.md"
        ? [
          "earnest: Refused (state): ship is not offered in the state Refunded: the deadline of Paid was 2026-01-08 00:00."
        ] : []
      #expect(complaints.map(String.init) == expected, "\(result.errors)")
      #expect(result.output.contains("all valid, every cent accounted for"))
      for line in text.components(separatedBy: "```text\n").dropFirst().flatMap({
        ($0.components(separatedBy: "```").first ?? "").split(separator: "\n")
      })
      where line.hasPrefix("2026-") { #expect(result.output.contains(line), "\(line)") }
    }
  }

  @Test func theDemoTellsItsStory() throws {
    let result = try run("/bin/bash", ["demo/story.sh"], environment: ["NO_COLOR": "1"])
    #expect(result.status == 0, "\(result.errors)")
    for sentence in [
      "100.00 CNY goes from escrow to bob.", "2026-01-08 00:00  100.00 CNY goes from escrow to alice.",
      "协议 2：Paid 的期限已到，自动执行。",
      "all valid, every cent accounted for",
    ] { #expect(result.output.contains(sentence), "\(sentence)") }
    let counts = try #require(result.output.firstMatch(of: #/(\d+) paid, (\d+) paid before, 0 refused/#))
    #expect((Int(counts.1) ?? 0) + (Int(counts.2) ?? 0) == 1000 && (Int(counts.2) ?? 0) >= 300)
  }

  @Test func nobodyIsAskedWhereNobodyIs() throws {
    try withLedger { earnest, _ in
      let result = try earnest("transfer", "alice", "bob", "25.00 CNY")
      #expect(
        result.status == 1 && result.errors.contains("--yes answers") && result.output.contains("bob    +25.00 CNY"))
      let dry = try earnest("transfer", "alice", "bob", "25.00 CNY", "--dry-run")
      #expect(dry.status == 0 && dry.output.contains("alice  -25.00 CNY"))
      #expect(try earnest("ledger", "info").output.contains("height 0 "))
    }
  }

  @Test func whatIsRefusedIsSaidAndNothingIsSent() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      let cases: [([String], Int32, String)] = [
        (["act", "1", "pay", "--as", "bob", "--yes"], 1, "Refused (authority): bob is not among those who may pay."),
        (["act", "1", "pay", "--as", "alice", "--letting-go", "99.99 CNY", "--yes"], 1, "Refused (amount)"),
        (["act", "1", "pay", "--as", "alice", "--letting-go", "100.00 EUR", "--yes"], 1, "Refused (amount)"),
        (["act", "1", "pay", "--as", "alice", "--visit", "7", "--yes"], 1, "Refused (visit)"),
        (
          ["act", "1", "accept", "--as", "alice", "--yes"], 1,
          "Refused (state): accept is not offered in the state Offered."
        ),
        (["act", "1", "dance", "--as", "alice", "--yes"], 1, "Purchase has no action dance; it has pay, ship"),
        (["act", "2", "pay", "--as", "alice", "--yes"], 1, "there is no agreement 2"),
        (["act", "0", "pay", "--as", "alice", "--yes"], 1, "there is no agreement 0"),
        (["act", "1", "ship", "--as", "bob", "--yes"], 1, "what is the waybill?"),
        (["act", "1", "pay", "--as", "zoe", "--yes"], 1, "nobody is called zoe here"),
        (["act", "1", "pay", "--yes"], 64, "--as NAME"),
        (["transfer", "alice", "bob", "1000001.00 CNY", "--yes"], 1, "Refused (funds)"),
        (["transfer", "alice", "bob", "0.00 CNY", "--yes"], 1, "Refused (argument)"),
        (["transfer", "alice", "bob", "1.001 CNY", "--yes"], 1, "CNY has 2 decimals"),
        (["transfer", "alice", "bob", "1.00 XXX", "--yes"], 1, "there is no currency `XXX`"),
        (["transfer", "alice", "bob", "-1.00 CNY", "--yes"], 64, ""),
        (["open", "Purchase", "buyer=alice", "--as", "alice", "--yes"], 1, "who is the seller?"),
        (["open", "Sale", "buyer=alice", "--as", "alice", "--yes"], 1, "no contract Sale is published"),
        (["consent", "1", "--as", "operator", "--yes"], 1, "Refused (authority)"),
        (["publish", "LICENSE", "--as", "alice", "--yes"], 1, ""),
        (["advance", "soon"], 1, "7 days"),
        (["advance", "0", "parsecs"], 1, ""),
        (["show", "block", "99"], 1, "there is no block 99"),
        (["show", "transaction", "ab"], 1, "there is no transaction ab"),
        (["key", "new", "a b"], 64, ""),
        (["key", "new", "alice"], 1, "already"),
      ]
      let before = try earnest("ledger", "info", "--json").output
      for (arguments, status, message) in cases {
        let environment = ["EARNEST_LEDGER": try ledgerPath(earnest)]
        let result = try run(LedgerCommandTests.program, arguments, environment: environment)
        #expect(
          result.status == status && (message.isEmpty || result.errors.contains(message)),
          "\(arguments): \(result.status) \(result.errors)")
      }
      #expect(try earnest("ledger", "info", "--json").output == before)
    }
  }

  /// Where the ledger of these calls lies.
  func ledgerPath(_ earnest: (String...) throws -> CommandResult) throws -> String {
    let result = try earnest("ledger", "init")
    return String(try #require(result.errors.firstMatch(of: #/there is a ledger in (.+) already/#)).1)
  }

  @Test func aReferenceIsTakenOnce() throws {
    try withLedger { earnest, folder in
      #expect(try earnest("transfer", "alice", "bob", "25.00 CNY", "--reference", "order 1", "--yes").status == 0)
      let again = try earnest("transfer", "alice", "bob", "25.00 CNY", "--reference", "order 1", "--yes")
      #expect(again.status == 0 && again.output.contains("nothing is done twice"))
      #expect(try earnest("show", "account", "bob").output.contains("1,000,025.00 CNY"))
      let file = folder.appendingPathComponent("payments.csv")
      try "a,alice,bob,1.00 CNY\n\nb,bob,carol,2.00 EUR\nc,alice,carol,5000000.00 CNY\n".write(
        to: file, atomically: true, encoding: .utf8)
      let first = try earnest("transfer", "--file", file.path, "--yes")
      #expect(first.status == 1 && first.output.hasSuffix("2 paid, 0 paid before, 1 refused\n"))
      // What was refused is not done: it is refused again, or paid once there is enough.
      #expect(
        try earnest("transfer", "--file", file.path, "--yes").output.hasSuffix("0 paid, 2 paid before, 1 refused\n"))
      try "a,alice,carol,1.00 CNY\nc,alice,carol,5.00 CNY\n".write(to: file, atomically: true, encoding: .utf8)
      let other = try earnest("transfer", "--file", file.path, "--yes")
      #expect(other.output.contains("a  alice has done something else under this reference"))
      #expect(other.output.hasSuffix("1 paid, 0 paid before, 1 refused\n"))
      let different = try earnest("transfer", "alice", "bob", "26.00 CNY", "--reference", "order 1", "--yes")
      #expect(different.status == 1 && different.errors.contains("something else"))
      try "a,alice,bob\n".write(to: file, atomically: true, encoding: .utf8)
      #expect(try earnest("transfer", "--file", file.path, "--yes").status == 65)
    }
  }

  @Test func newAccountsAppearWhenTheyArePaid() throws {
    try withLedger { earnest, _ in
      let made = try earnest("key", "new", "erin")
      let id = try #require(made.output.split(separator: " ").last).trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(id.utf8.count == 64)
      #expect(try earnest("show", "account", "erin").output.contains("nobody has paid this account"))
      #expect(try earnest("transfer", "alice", id, "25.00 CNY", "--yes").output.contains("from alice to erin"))
      let poor = try earnest("transfer", "erin", "alice", "1.00 CNY", "--yes")
      #expect(poor.status == 1 && poor.errors.contains("has not the credit"))
      #expect(try earnest("transfer", "alice", "erin", "1000000 credit", "--yes").status == 0)
      #expect(try earnest("transfer", "erin", "alice", "1.00 CNY", "--yes").status == 0)
      #expect(try earnest("key", "list").output.contains("erin  \(id)"))
      #expect(try earnest("audit").status == 0)
    }
  }

  @Test func theKeystoreAsksForItsPassphrase() throws {
    try withLedger { earnest, folder in
      let passphrase = folder.appendingPathComponent("ledger/passphrase")
      let elsewhere = folder.appendingPathComponent("elsewhere")
      try FileManager.default.moveItem(at: passphrase, to: elsewhere)
      let nobody = try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes")
      #expect(nobody.status == 77 && nobody.errors.contains("--passphrase-file"))
      #expect(
        try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes", "--passphrase-file", elsewhere.path).status == 0)
      try "wrong\n".write(to: elsewhere, atomically: true, encoding: .utf8)
      let wrong = try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes", "--passphrase-file", elsewhere.path)
      #expect(wrong.status == 77 && wrong.errors.contains("does not open"))
      let keys = folder.appendingPathComponent("ledger/keys")
      var bytes = try Data(contentsOf: keys)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: keys)
      let damaged = try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes", "--passphrase-file", elsewhere.path)
      #expect(damaged.status == 65 && damaged.errors.contains("damaged"))
    }
  }

  @Test func jsonIsJSON() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      _ = try earnest("act", "1", "pay", "--as", "alice", "--yes")
      _ = try earnest("advance", "8", "days")
      let blocks = try earnest("show", "block", "3", "--json").output
      let id = try #require(blocks.firstMatch(of: #/"transaction":"([0-9a-f]{64})"/#)).1
      let views: [(String, CommandResult)] = [
        ("ledger", try earnest("ledger", "info", "--json")), ("key", try earnest("key", "list", "--json")),
        ("show", try earnest("show", "account", "alice", "--json")),
        ("show", try earnest("show", "agreement", "1", "--json")),
        ("show", try earnest("show", "block", "3", "--json")), ("show", try earnest("show", "block", "5", "--json")),
        ("show", try earnest("show", "transaction", String(id), "--json")), ("replay", try earnest("replay", "--json")),
        ("audit", try earnest("audit", "--json")),
      ]
      for (name, result) in views {
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(result.status == 0 && object?["schema"] as? String == "earnest.\(name)/1", "\(result.output)")
      }
      #expect(
        views[5].1.output.contains("100.00 CNY goes from escrow to alice.")
          && views[5].1.output.contains("100.00元 由 escrow 付给 alice。"))
    }
  }

  /// A ledger that the release build made comes out the same in other processes: with their own
  /// hash seeds, in any time zone and language.
  @Test func theSameLedgerHasTheSameRootsEverywhere() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      _ = try earnest("act", "1", "pay", "--as", "alice", "--yes")
      _ = try earnest("advance", "8", "days")
      let path = try ledgerPath(earnest)
      let environments = [
        [:], [:], [:], ["SWIFT_DETERMINISTIC_HASHING": "1"], ["TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8"],
        ["LC_ALL": "fr_FR.UTF-8", "TZ": "America/Caracas"],
      ]
      let outputs = try environments.map { environment in
        try run(LedgerCommandTests.program, ["audit", "--json", "--ledger", path], environment: environment).output
      }
      #expect(Set(outputs).count == 1 && outputs[0].contains(#""ok":true"#))
      // The debug build's program, which is made together with these tests.
      let debug = Repository.root.appendingPathComponent(".build/debug/earnest").path
      try #require(FileManager.default.isExecutableFile(atPath: debug))
      for environment in environments {
        #expect(try run(debug, ["audit", "--json", "--ledger", path], environment: environment).output == outputs[0])
      }
    }
  }

  /// When does my money arrive, whatever the others do? What is shown is what then happens.
  @Test func whatTimeAloneWillDoIsShown() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      _ = try earnest("act", "1", "pay", "--as", "alice", "--yes")
      let before = try earnest("ledger", "info", "--json").output
      let shown = try earnest("show", "agreement", "1").output
      let lines = ["The deadline of Paid is due.", "100.00 CNY goes from escrow to alice.", "Paid → Refunded"]
      #expect(
        shown.contains(
          "if nobody does anything any more:\n    2026-01-08 00:00  "
            + lines.joined(separator: "\n" + String(repeating: " ", count: 22))))
      let chinese = try earnest("show", "agreement", "1", "--lang", "zh").output
      #expect(
        chinese.contains("若从此无人操作：\n    2026-01-08 00:00  Paid 的期限已到，自动执行。")
          && chinese.contains("100.00元 由 escrow 付给 alice。"))
      #expect(
        try earnest("show", "agreement", "1", "--json").output.contains(
          #""from":"Paid","outcome":"entered","to":"Refunded""#))
      #expect(try earnest("ledger", "info", "--json").output == before)
      let happened = try earnest("advance", "8", "days").output
      for line in lines { #expect(happened.contains("2026-01-08 00:00  ") && happened.contains(line)) }
    }
  }

  @Test func whatIsPublishedCanBeRead() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      for view in ["interface", "code", "gas", "states"] {
        #expect(try earnest("show", "contract", "Purchase", view).output.contains("Purchase"))
      }
      #expect(try earnest("show", "contract", "Sale").status == 1)
      let refused = try earnest("act", "1", "ship", "waybill=1", "--as", "bob", "--yes", "--json")
      #expect(
        refused.status == 1 && refused.output.contains(#""ok":false,"sent":false"#)
          && refused.output.contains(#""reason":"state""#))
      let paid = try earnest("act", "1", "pay", "--as", "alice", "--yes", "--json")
      #expect(paid.output.contains(#""ok":true,"sent":true"#) && paid.output.contains(#""to":"Paid""#))
      for output in [refused.output, paid.output, try earnest("advance", "1", "day", "--json").output] {
        #expect(try JSONSerialization.jsonObject(with: Data(output.utf8)) is [String: Any])
      }
      #expect(try earnest("act", "1", "ship", "waybill=1", "--as", "bob", "--json").status == 64)
    }
  }

  /// A file is shown before it is paid, and flags that it does not take are refused.
  @Test func aFileOfPaymentsIsShownFirst() throws {
    try withLedger { earnest, folder in
      let file = folder.appendingPathComponent("payments.csv")
      try "a,alice,bob,1.00 CNY\nb,alice,carol,2.50 CNY\nc,bob,carol,7 credit\n".write(
        to: file, atomically: true, encoding: .utf8)
      let dry = try earnest("transfer", "--file", file.path, "--dry-run")
      #expect(dry.status == 0 && dry.output.contains("alice  -3.50 CNY") && dry.output.contains("bob  -7 credit"))
      #expect(try earnest("transfer", "--file", file.path).status == 1)
      for flag in ["--as=carol", "--with=carol", "--reference=r", "--json"] {
        #expect(try earnest("transfer", "--file", file.path, "--yes", flag).status == 64, "\(flag)")
      }
      #expect(try earnest("transfer", "alice", "bob", "1.00 CNY", "--as", "carol", "--yes").status == 64)
      #expect(try earnest("ledger", "info").output.contains("height 0 "))
      try "REFERENCE,FROM,TO,AMOUNT\na,alice,bob,1.00 CNY\n".write(to: file, atomically: true, encoding: .utf8)
      let header = try earnest("transfer", "--file", file.path, "--yes")
      #expect(header.status == 65 && header.errors.contains("line 1"))
    }
  }
}
