import Foundation
import Support
import Testing

/// The same commands in an uncooperative world: closed descriptors, races, texts that pretend,
/// files that are not what they seem.
extension LedgerCommandTests {
  /// A process that is started with closed descriptors must not take a ledger's file for its output.
  @Test(arguments: ["<&- >&-", ">&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
  func outputNeverGoesIntoTheLog(_ closed: String) throws {
    try withLedger { earnest, _ in
      let path = try ledgerPath(earnest)
      for command in ["ledger info", "transfer alice nobody '1.00 CNY' --yes", "transfer alice bob '1.00 CNY' --yes"] {
        _ = try run("/bin/sh", ["-c", "\(LedgerCommandTests.program) \(command) --ledger \(path) \(closed)"])
        #expect(try earnest("audit").status == 0, "\(command) \(closed)")
      }
    }
  }

  @Test func makingALedgerLeavesOthersAlone() throws {
    try withTemporaryFolder { folder in
      func make(_ name: String) throws -> Int32 {
        try run(LedgerCommandTests.program, ["ledger", "init", name], in: folder).status
      }
      for name in ["a.new", "a"] { #expect(try make(name) == 0) }
      for name in ["a.new", "a", ".", "a/log"] { #expect(try make(name) == 73) }
      for name in ["a.new", "a"] {
        #expect(try run(LedgerCommandTests.program, ["audit", "--ledger", name], in: folder).status == 0)
      }
      // Of many that make the same one, one does, and it is whole.
      let script = (0..<8).map { _ in "\(LedgerCommandTests.program) ledger init race & " }.joined() + "wait"
      _ = try run("/bin/bash", ["-c", script], in: folder)
      let paid = try run(
        LedgerCommandTests.program, ["transfer", "alice", "bob", "1.00 CNY", "--yes", "--ledger", "race"], in: folder)
      #expect(paid.status == 0, "\(paid.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "a.new", "race"])
      // A name that looks like an option is a name.
      #expect(try run(LedgerCommandTests.program, ["ledger", "init", "--", "-d"], in: folder).status == 0)
      #expect(
        try run(LedgerCommandTests.program, ["ledger", "info"], environment: ["EARNEST_LEDGER": "-d"], in: folder)
          .status == 0)
    }
  }

  /// What is rehearsed may name accounts and agreements that are not there yet.
  @Test func dryRunsTellOfWhatIsNotThereYet() throws {
    try withLedger { earnest, _ in
      _ = try earnest("publish", "contracts/purchase.ern", "--as", "alice", "--yes")
      _ = try earnest("key", "new", "erin")
      let opening = try earnest(
        "open", "Purchase", "buyer=alice", "seller=bob", "carrier=erin", "arbiter=carol", "price=100.00 CNY", "--as",
        "alice", "--dry-run")
      #expect(
        opening.status == 0
          && opening.output.contains("Agreement 1: Purchase is opened: buyer alice, seller bob, carrier erin"))
      let transfer = try earnest("transfer", "alice", "erin", "1.00 CNY", "--dry-run")
      #expect(transfer.status == 0 && transfer.output.contains("erin   +1.00 CNY"))
      #expect(try earnest("ledger", "info").output.contains("height 1 "))
    }
  }

  @Test func signersAreCountedOnce() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      #expect(try earnest("consent", "1", "--as", "alice", "--with", "alice,bob, bob", "--yes").status == 0)
      for name in 0..<16 { _ = try earnest("key", "new", "k\(name)") }
      let path = try ledgerPath(earnest)
      let many = [
        "transfer", "alice", "bob", "1.00 CNY", "--yes", "--ledger", path, "--with",
        (0..<16).map { "k\($0)" }.joined(separator: ","),
      ]
      let refused = try run(LedgerCommandTests.program, many)
      #expect(refused.status == 64 && refused.errors.contains("at most 15"))
      #expect(
        try run(LedgerCommandTests.program, many.dropLast() + [(0..<15).map { "k\($0)" }.joined(separator: ",")]).status
          == 0)
      for reference in ["", String(repeating: "x", count: 65)] {
        #expect(try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes", "--reference", reference).status == 64)
      }
      #expect(
        try earnest("transfer", "alice", "bob", "1.00 CNY", "--yes", "--reference", String(repeating: "x", count: 64))
          .status == 0)
    }
  }

  /// Nobody writes a line in somebody else's name, nor moves the cursor of whoever reads.
  @Test func textsShowWhatIsInThem() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      _ = try earnest("act", "1", "pay", "--as", "alice", "--yes")
      let waybill = "waybill=S”).\nAgreement 1: dave takes deliver()\u{1B}[8m\u{202E}"
      let shipped = try earnest("act", "1", "ship", waybill, "--as", "bob", "--yes")
      #expect(
        shipped.status == 0
          && shipped.output.contains("“S<U+201D>).<U+000A>Agreement 1: dave takes deliver()<U+001B>[8m<U+202E>”"))
      for result in [
        shipped, try earnest("show", "block", "4"), try earnest("act", "1", "deliver", "--as", "\u{1B}[8m", "--yes"),
      ] {
        #expect(!(result.output + result.errors).unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      }
      let twice = [
        "transfer", "alice", "bob", "1.00 CNY", "--yes", "--reference", "\u{1B}[8m", "--ledger",
        try ledgerPath(earnest),
      ]
      for _ in 0..<2 { #expect(try !run(LedgerCommandTests.program, twice).output.contains("\u{1B}")) }
    }
  }

  @Test func whoHasLittleGasCanUseIt() throws {
    try withLedger { earnest, _ in
      _ = try earnest("key", "new", "erin")
      #expect(try earnest("transfer", "alice", "erin", "5.00 CNY", "--yes").status == 0)
      #expect(try earnest("transfer", "alice", "erin", "200000 credit", "--yes").status == 0)
      #expect(try earnest("transfer", "erin", "bob", "1000 credit", "--yes").status == 0)
      #expect(try earnest("transfer", "erin", "bob", "1.00 CNY", "--yes").status == 0)
      #expect(try earnest("transfer", "erin", "bob", "1.00 CNY", "--yes").status == 0)
      let poor = try earnest("transfer", "erin", "bob", "100000 credit", "--yes")
      #expect(poor.status == 1 && poor.errors.contains("credit"), "\(poor.errors)")
      #expect(try earnest("audit").status == 0)
    }
  }

  @Test func filesOfPaymentsAreReadToTheirEnds() throws {
    try withLedger { earnest, folder in
      let file = folder.appendingPathComponent("payments.csv")
      let padding = String(repeating: "\n", count: 1 << 20)
      try "a,alice,bob,1.00 CNY\r\nb,alice,bob,1.00 CNY\(padding)a,alice,bob,1.00 CNY\r\nc,alice,bob,1.00 CNY\n".write(
        to: file, atomically: true, encoding: .utf8)
      let result = try earnest("transfer", "--file", file.path, "--yes")
      #expect(result.output.hasSuffix("3 paid, 1 paid before, 0 refused\n"), "\(result.output.suffix(200))")
    }
  }

  @Test func openingAgainUnderAReferenceOpensNothing() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      let arguments = [
        "buyer=alice", "seller=bob", "carrier=dave", "arbiter=carol", "price=1.00 CNY", "--as", "alice", "--reference",
        "r", "--yes",
      ]
      let path = try ledgerPath(earnest)
      let first = try run(LedgerCommandTests.program, ["open", "Purchase", "--ledger", path] + arguments)
      #expect(first.output.contains("earnest consent 2 --as NAME"))
      let again = try run(LedgerCommandTests.program, ["open", "Purchase", "--ledger", path] + arguments)
      #expect(
        again.status == 0
          && again.output == "alice has done this before, under the reference “r”; nothing is done twice\n")
    }
  }

  /// References are bytes: two spellings of a letter are two, and what is not UTF-8 or begins with
  /// a mark is none or not part of it.
  @Test func referencesAreBytes() throws {
    try withLedger { earnest, folder in
      let file = folder.appendingPathComponent("payments.csv")
      func pay(_ bytes: [UInt8]) throws -> CommandResult {
        try Data(bytes).write(to: file)
        return try earnest("transfer", "--file", file.path, "--yes")
      }
      let spellings = Array("caf\u{E9},alice,bob,1.00 CNY\ncafe\u{301},alice,bob,1.00 CNY\n".utf8)
      #expect(try pay(spellings).output.hasSuffix("2 paid, 0 paid before, 0 refused\n"))
      #expect(try pay(spellings).output.hasSuffix("0 paid, 2 paid before, 0 refused\n"))
      let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("B1,alice,bob,1.00 CNY\n".utf8)
      #expect(try pay(marked).output.hasSuffix("1 paid, 0 paid before, 0 refused\n"))
      #expect(try pay(Array(marked.dropFirst(3))).output.hasSuffix("0 paid, 1 paid before, 0 refused\n"))
      #expect(try pay([0x52, 0xE4] + Array(",alice,bob,1.00 CNY\n".utf8)).status == 65)
      // What was refused in this file was not paid before.
      let poor = Array("Z1,alice,bob,99999999999.00 CNY\nZ1,alice,bob,99999999999.00 CNY\n".utf8)
      #expect(try pay(poor).output.hasSuffix("0 paid, 0 paid before, 2 refused\n"))
      let id = String(repeating: "ab", count: 32)
      let keyless = try pay(Array("k1,alice,bob,1.00 CNY\nk2,\(id),bob,1.00 CNY\n".utf8))
      #expect(keyless.status == 1 && keyless.errors.contains("nothing was paid"))
      #expect(try earnest("show", "account", "bob").output.contains("1,000,003.00 CNY"))
      #expect(try earnest("key", "new", id).status == 64)
    }
  }

  /// What was looked up for an action may be looked up otherwise when it is sent again; what was said must be the same.
  @Test func anActionIsDoneOnceUnderItsReference() throws {
    try withLedger { earnest, _ in
      try open(earnest)
      #expect(try earnest("act", "1", "pay", "--as", "alice", "--reference", "order-1", "--yes").status == 0)
      let again = try earnest("act", "1", "pay", "--as", "alice", "--reference", "order-1", "--yes")
      #expect(again.status == 0 && again.output.contains("nothing is done twice"))
      #expect(try earnest("act", "1", "dispute", "--as", "alice", "--reference", "order-1", "--yes").status == 1)
      #expect(
        try earnest("act", "1", "pay", "--as", "alice", "--reference", "order-1", "--letting-go", "1.00 CNY", "--yes")
          .status == 1)
    }
  }

  @Test func whoHasTooLittleIsToldSo() throws {
    try withLedger { earnest, _ in
      _ = try earnest("publish", "contracts/purchase.ern", "--as", "alice", "--yes")
      _ = try earnest(
        "open", "Purchase", "buyer=alice", "seller=bob", "carrier=dave", "arbiter=carol", "price=99999999.00 CNY",
        "--as", "alice", "--with",
        "bob,carol,dave", "--yes")
      let poor = try earnest("act", "1", "pay", "--as", "alice", "--yes")
      #expect(poor.status == 1 && poor.errors.contains("Refused (funds): alice has less money than this takes."))
    }
  }

  /// Where the output fails after a block was kept, nobody is left to think that nothing happened.
  @Test func aBlockThatCouldNotBeToldIsNamed() throws {
    try withLedger { earnest, _ in
      let path = try ledgerPath(earnest)
      let result = try run(
        "/bin/sh",
        ["-c", "\(LedgerCommandTests.program) transfer alice bob '1.00 CNY' --yes --ledger \(path) > /dev/full"])
      #expect(result.status == 73 && result.errors.contains("block 1 holds transaction"))
      #expect(try earnest("show", "account", "bob").output.contains("1,000,001.00 CNY"))
    }
  }

  @Test func aLedgerCanBeMadeInTheFolderWhereOneIs() throws {
    try withTemporaryFolder { folder in
      let empty = folder.appendingPathComponent("empty")
      try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
      #expect(try run(LedgerCommandTests.program, ["ledger", "init", "."], in: empty).status == 0)
      #expect(try run(LedgerCommandTests.program, ["audit", "--ledger", "empty"], in: folder).status == 0)
    }
  }
}
