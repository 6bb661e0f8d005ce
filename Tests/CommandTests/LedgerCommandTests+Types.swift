import Foundation
import Support
import Testing

/// Values of every type on the command line: read, shown, and refused with a reason.
extension LedgerCommandTests {
  private func openShown(_ earnest: (String...) throws -> CommandResult) throws {
    #expect(try earnest("publish", "Tests/Corpus/ledger/shown.ern", "--as", "alice", "--yes").status == 0)
    let opened = try earnest(
      "open", "Shown", "A=CNY", "B=USD", "keeper=alice", "rate=7.2345 CNY per USD",
      "plan=[Stage(share: 30%, due: 2026-02-01), Stage(share: 70%, due: 2026-03-01T08:30Z)]", "members=[alice, carol]",
      "limit=Some(5.00 CNY)",
      "key=\"ab\"", "judge=bob", "witness=dave", "ratio=2/3", "start=2026-01-05", "--as", "alice", "--yes")
    #expect(opened.status == 0, "\(opened.errors)")
  }

  @Test func valuesOfEveryTypeAreShown() throws {
    try withLedger { earnest, _ in
      try openShown(earnest)
      let shown = try earnest("show", "agreement", "1")
      for line in [
        "rate: 7.2345 CNY per USD",
        "plan: [Stage(share: 30%, due: 2026-02-01T00:00:00Z), Stage(share: 70%, due: 2026-03-01T08:30:00Z)]",
        "members: [alice, carol]", "limit: Some(5.00 CNY)", "key: 0x6162", "judge: bob", "witness: dave",
        "start: 2026-01-05T00:00:00Z",
        "ruling: Open", "owed: []",
        "raised: 0", "twice: 4/3", "rule by judge",
      ] { #expect(shown.output.contains(line), "\(line)\n\(shown.output)") }
      // What belongs to another state is not there.
      #expect(!shown.output.contains("holder") && !shown.output.contains("until"))
      #expect(try earnest("show", "agreement", "1", "--lang", "zh").output.contains("rate：每1美元合7.2345元"))

      let ruled = try earnest("act", "1", "rule", "how=Partial(40%, carol)", "--as", "bob", "--yes")
      #expect(
        ruled.output.contains("bob takes rule(Partial(40%, carol))")
          && ruled.output.contains("Recorded: Ruled, ruling Partial(40%, carol), who bob.")
      )
      #expect(try earnest("act", "1", "owe", "who=carol", "sum=3.00 CNY", "--as", "alice", "--yes").status == 0)
      #expect(
        try earnest("show", "agreement", "1", "--view", "owedBy", "--with", "who=carol").output == "owedBy: 3.00 CNY\n")
      #expect(try earnest("show", "agreement", "1", "--view", "first", "--json").output.contains(#""text":"30%""#))
      #expect(try earnest("act", "1", "hand", "heir=dave", "--as", "alice", "--yes").status == 0)
      let handed = try earnest("show", "agreement", "1").output
      #expect(
        handed.contains("holder: dave") && handed.contains("until: 2026-01-02T00:00:00Z")
          && handed.contains("owed: [carol: 3.00 CNY]"))
      #expect(handed.contains("end by holder (dave)") && handed.contains("raised: 1"))
      #expect(try earnest("audit").status == 0)
    }
  }

  @Test func whatIsNoValueIsRefused() throws {
    try withLedger { earnest, _ in
      try openShown(earnest)
      _ = try earnest("key", "new", "erin")
      let path = try ledgerPath(earnest)
      let cases: [([String], String)] = [
        (["act", "1", "hand", "heir=zoe", "--as", "alice", "--yes"], "nobody is called zoe here"),
        (["act", "1", "hand", "heir=erin", "--as", "alice", "--yes"], "erin is not on the ledger yet"),
        (["act", "1", "rule", "how=Partial(40%, zoe)", "--as", "bob", "--yes"], "there is no account `zoe`"),
        (["act", "1", "rule", "how=Shut", "--as", "bob", "--yes"], "how: "),
        (["act", "1", "owe", "who=bob", "sum=3.00 CNY", "--as", "alice", "--yes"], "Refused (guard)"),
        (
          ["act", "1", "rule", "how=Open", "--as", "carol", "--yes"],
          "Refused (authority): carol is not among those who may rule."
        ),
        (["show", "agreement", "1", "--view", "nothing"], "Shown has no view nothing; it has whole, owedBy, first"),
        (["show", "agreement", "1", "--view", "owedBy"], "what is the who? --with who=…"),
        (["show", "agreement", "1", "--view", "owedBy", "--with", "who=zoe"], "nobody is called zoe here"),
      ]
      for (arguments, message) in cases {
        let result = try run(LedgerCommandTests.program, arguments + ["--ledger", path])
        #expect(
          result.status == 1 && result.errors.contains(message), "\(arguments): \(result.status) \(result.errors)")
      }
      for (term, message) in [
        ("rate=7 USD per CNY", "this is USD per CNY; the agreement asks for CNY per USD"),
        ("rate=0 CNY per USD", "this rate is zero"),
        ("start=2026-02-30", "there is no such day"), ("witness=zoe", "nobody is called zoe here"),
        ("members=[alice, alice]", "stands here twice"),
        ("plan=[]", "plan: "), ("ratio=1/0", "nothing is divided by zero"),
      ] {
        var terms = [
          "keeper=alice", "rate=7 CNY per USD", "plan=[Stage(share: 30%, due: 2026-02-01)]", "members=[]", "limit=None",
          "key=\"\"", "judge=bob",
          "witness=dave",
          "ratio=1/3", "start=2026-01-05",
        ]
        terms = terms.map { $0.split(separator: "=")[0] == term.split(separator: "=")[0] ? term : $0 }
        let result = try run(
          LedgerCommandTests.program,
          ["open", "Shown", "A=CNY", "B=USD", "--as", "alice", "--yes", "--ledger", path] + terms)
        #expect(result.status == 1 && result.errors.contains(message), "\(term): \(result.status) \(result.errors)")
      }
    }
  }

  /// Shares lie under their owners' names; what somebody promises is said before it is signed, and
  /// shown until it happens.
  @Test func keysAndPromisesAreShown() throws {
    try withLedger { earnest, _ in
      #expect(try earnest("publish", "Tests/Corpus/ledger/pool.ern", "--as", "alice", "--yes").status == 0)
      #expect(
        try earnest(
          "open", "Pool", "organiser=alice", "guest=bob", "end=2026-01-11", "price=100.00 CNY", "fee=30.00 CNY", "--as",
          "alice", "--with", "bob",
          "--yes"
        ).status == 0)
      let joined = try earnest("act", "1", "join", "--as", "carol", "--yes")
      #expect(joined.output.contains("carol puts 100.00 CNY into shares[carol]."), "\(joined.output)")
      let promised = try earnest("act", "1", "fill", "--as", "bob", "--yes")
      #expect(
        promised.output.contains("bob agrees to fill(): 1 of 2 so far.")
          && promised.output.contains("bob will let go 70.00 CNY"))
      let shown = try earnest("show", "agreement", "1")
      for line in [
        "vault shares: 100.00 CNY", "shares[carol]: 100.00 CNY", "visits: [carol: 1]", "stake: 70.00 CNY",
        "guest (bob) has agreed to fill, and lets go 70.00 CNY when it happens",
      ] { #expect(shown.output.contains(line), "\(line)\n\(shown.output)") }
      let json = try earnest("show", "agreement", "1", "--json").output
      #expect(json.contains(#""keys":[{"key":"carol""#))
      let filled = try earnest("act", "1", "fill", "--as", "alice", "--yes")
      #expect(
        filled.output.contains("A condition that Open waits for holds.")
          && filled.output.contains("100.00 CNY goes from shares[carol] to carol."))
      let late = try earnest("act", "1", "join", "--as", "dave", "--yes")
      #expect(
        late.errors.contains(
          "join is not offered in the state Full: Open ended at 2026-01-01 00:00 because its condition held."))
      #expect(try earnest("audit").status == 0)
    }
  }
}
