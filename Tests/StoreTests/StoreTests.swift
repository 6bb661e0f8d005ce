import Foundation
import Interface
import Ledger
import Primitives
import Runtime
import Signing
import Store
import Support
import Testing

/// What a folder does with files that were cut, changed, taken away or are in use.
@Suite struct StoreTests {
  /// A ledger with a few blocks and a checkpoint.
  private func withLedger<R>(_ body: (FolderOfTests, URL) throws -> R) throws -> R {
    try FolderOfTests.temporary { parent in
      let ledger = try FolderOfTests(in: parent)
      let file = try FolderOfTests.payments(12, in: parent)
      #expect(
        try ledger.earnest("transfer", "--file", file, "--yes", "--block", "4").output.hasSuffix(
          "12 paid, 0 paid before, 0 refused\n"))
      do { try ledger.open().chain.checkpoint() }
      return try body(ledger, parent)
    }
  }

  @Test func oneProcessAtATime() throws {
    try withLedger { ledger, _ in
      let held = try ledger.open()
      let second = try ledger.earnest("ledger", "info")
      #expect(second.status == 75 && second.errors.contains("another process"))
      #expect(throws: StoreFault.busy(ledger.path)) { try LedgerFolder(ledger.path, inspect: nil) }
      _ = held
    }
  }

  @Test func whereThereIsNoLedgerItIsSaid() throws {
    try FolderOfTests.temporary { parent in
      let ledger = try FolderOfTests(in: parent)
      let result = try run(FolderOfTests.program, ["ledger", "info"], environment: ["EARNEST_LEDGER": parent.path])
      #expect(result.status == 66 && result.errors.contains("there is no ledger"))
      #expect(try ledger.earnest("ledger", "init").status == 73)
    }
  }

  /// A log that was cut anywhere is refused, or is whole: nothing ends the process, and nothing is lost without a word.
  @Test func aLogThatWasCutIsRefused() throws {
    try withLedger { ledger, _ in
      let whole = try ledger.bytes("log")
      let (height, digest) = try ledger.open().chain.durable
      for size in [0, 1, 100, 4095, 4096, 8191] + Array(stride(from: 8192, to: whole.count, by: 4096 + 512)) {
        try ledger.write(Array(whole.prefix(size)), to: "log")
        let result = try ledger.earnest("ledger", "info", "--json")
        if result.status == 0 {
          #expect(
            result.output.contains(#""height":\#(height)"#) && result.output.contains(digest.description),
            "\(size) bytes")
        } else {
          #expect(
            [65, 74].contains(result.status) && result.errors.hasPrefix("earnest: "),
            "\(size) bytes: \(result.status) \(result.errors)")
        }
      }
      try ledger.write(whole, to: "log")
      #expect(try ledger.earnest("audit").status == 0)
      // To look does not change what is there.
      let cut = Array(whole.prefix(20_000))
      try ledger.write(cut, to: "log")
      #expect(try ledger.earnest("audit").status == 65)
      #expect(try ledger.bytes("log") == cut)
    }
  }

  /// A bit changed anywhere in the log is noticed, or does not matter.
  @Test func aLogThatWasChangedIsNoticed() throws {
    try withLedger { ledger, _ in
      let whole = try ledger.bytes("log")
      let digest = try ledger.open().chain.durable.digest
      var noticed = 0
      // The whole of both roots' records, and bytes everywhere else.
      let places = Array(0..<160) + Array(4096..<4256) + Array(stride(from: 8192, to: whole.count, by: 397))
      for (index, place) in places.enumerated() {
        var changed = whole
        changed[place] ^= 1 << UInt8(index % 8)
        try ledger.write(changed, to: "log")
        do {
          #expect(try ledger.open().chain.durable.digest == digest, "byte \(place)")
        } catch { noticed += 1 }
      }
      #expect(noticed > 50)
    }
  }

  /// Checkpoints can be made again: whatever happens to them, the ledger is the same.
  @Test func damagedCheckpointsAreRebuilt() throws {
    try withLedger { ledger, _ in
      let whole = try ledger.bytes("state")
      let digest = try ledger.open().chain.durable.digest
      let cuts = [0, 1, 4096, 8192, whole.count / 2].map { Array(whole.prefix($0)) }
      let flips = stride(from: 16, to: whole.count, by: 1733).map { place -> [UInt8] in
        var changed = whole
        changed[place] ^= 0x10
        return changed
      }
      for damaged in cuts + flips + [Array("not a database".utf8)] {
        try ledger.write(damaged, to: "state")
        #expect(try ledger.open().chain.durable.digest == digest)
      }
      try FileManager.default.removeItem(at: ledger.url.appendingPathComponent("state"))
      let (folder, chain) = try ledger.open()
      #expect(chain.durable.digest == digest)
      try chain.checkpoint()
      #expect(try folder.checkpointHeight() == chain.durable.height)
    }
  }

  /// What a checkpoint holds is what the log says: one of another ledger is put aside.
  @Test func aCheckpointOfAnotherLedgerIsPutAside() throws {
    try withLedger { ledger, _ in
      try withLedger { other, _ in
        let digest = try ledger.open().chain.durable.digest
        try ledger.write(try other.bytes("state"), to: "state")
        #expect(try ledger.open().chain.durable.digest == digest)
      }
    }
  }

  @Test func keysAndFoldersAreForTheirOwnerAlone() throws {
    try withLedger { ledger, _ in
      for (file, mode) in [("", 0o700), ("/keys", 0o600), ("/passphrase", 0o600), ("/log", 0o600), ("/state", 0o600)] {
        let attributes = try FileManager.default.attributesOfItem(atPath: ledger.path + file)
        #expect(attributes[.posixPermissions] as? Int == mode, "\(file)")
      }
    }
  }

  /// A last page that nothing uses may be gone: it is not read, but the next block is written
  /// there. One that is in use is missed.
  @Test func whatNothingUsesMayBeGone() throws {
    try FolderOfTests.temporary { parent in
      let ledger = try FolderOfTests(in: parent)
      var (goesOn, isRefused) = (0, 0)
      for round in 1...9 {
        #expect(try ledger.earnest("transfer", "alice", "bob", "1.00 CNY", "--yes").status == 0)
        let digest = try ledger.open().chain.durable.digest
        let copy = try FolderOfTests(copying: ledger, to: parent.appendingPathComponent("copy-\(round)"))
        try copy.write(Array(try copy.bytes("log").dropLast(4096)), to: "log")
        let result = try copy.earnest("transfer", "alice", "bob", "1.00 CNY", "--yes")
        if result.status == 0 {
          goesOn += 1
          #expect(try copy.open().folder.block(UInt64(round))?.header.digest == digest)
          #expect(try copy.earnest("audit").status == 0)
        } else {
          isRefused += 1
          #expect(
            result.status == 65 && result.errors.contains("cut short"), "\(round): \(result.status) \(result.errors)")
        }
      }
      #expect(goesOn > 0 && isRefused > 0)
    }
  }

  /// A ledger whose checkpoints were put aside goes on, and makes new ones.
  @Test func aLedgerGoesOnAfterItsCheckpointsWerePutAside() throws {
    try withLedger { ledger, parent in
      try withLedger { other, _ in try ledger.write(try other.bytes("state"), to: "state") }
      let file = parent.appendingPathComponent("more.csv")
      try (1...520).map { "x\($0),alice,bob,1.00 CNY\n" }.joined().write(to: file, atomically: true, encoding: .utf8)
      let result = try ledger.earnest("transfer", "--file", file.path, "--yes", "--block", "1")
      #expect(result.status == 0, "\(result.errors)")
      let (folder, chain) = try ledger.open()
      #expect(try folder.checkpointHeight() == chain.durable.height && chain.durable.height == 523)
    }
  }

  @Test func filesThatAreNoFilesAreRefused() throws {
    try withLedger { ledger, _ in
      for file in ["log", "state"] {
        let url = ledger.url.appendingPathComponent(file)
        let bytes = try ledger.bytes(file)
        try FileManager.default.removeItem(at: url)
        try #require(mkfifo(url.path, 0o600) == 0)
        let result = try ledger.earnest("ledger", "info")
        #expect(file == "state" ? result.status == 0 : result.status == 65, "\(file): \(result.errors)")
        try FileManager.default.removeItem(at: url)
        try ledger.write(bytes, to: file)
      }
    }
  }

  // MARK: Audit

  /// A store that changes what is kept, as somebody with access to the folder might.
  private final class Forger: Durable {
    private let folder: LedgerFolder
    private let forge: (Block, [(id: Digest, index: Int)]) -> (Block, [(id: Digest, index: Int)])

    init(
      _ folder: LedgerFolder,
      _ forge: @escaping (Block, [(id: Digest, index: Int)]) -> (Block, [(id: Digest, index: Int)])
    ) {
      self.folder = folder
      self.forge = forge
    }

    func genesis() throws(StoreFault) -> [UInt8] { try folder.genesis() }
    func height() throws(StoreFault) -> UInt64 { try folder.height() }
    func block(_ height: UInt64) throws(StoreFault) -> Block? { try folder.block(height) }
    func place(_ transaction: Digest) throws(StoreFault) -> TransactionPlace? { try folder.place(transaction) }
    func checkpoint() throws(StoreFault) -> Checkpoint? { nil }
    func discardCheckpoint() throws(StoreFault) {}
    func save(_ rows: [(place: RowPlace, bytes: [UInt8]?)], height: UInt64, digest: Digest) throws(StoreFault) {}
    func append(_ block: Block, transactions: [(id: Digest, index: Int)]) throws(StoreFault) {
      let (block, transactions) = forge(block, transactions)
      try folder.append(block, transactions: transactions)
    }
  }

  /// Adds a forged block to a ledger: a payment by alice, signed by `sign`, whose signature nobody looks at.
  private func forge(
    _ ledger: FolderOfTests, badSignature: Bool = false,
    _ forge: @escaping (Block, [(id: Digest, index: Int)]) -> (Block, [(id: Digest, index: Int)])
  ) throws {
    let keys = try Keystore(
      opening: try ledger.bytes("keys"), passphrase: Array(try ledger.bytes("passphrase").prefix { $0 != 10 }))
    let alice = try #require(keys.key(named: "alice"))
    let folder = try LedgerFolder(ledger.path, inspect: nil)
    let chain = try Chain(
      Forger(folder, forge), examine: { entries in entries.map { Examined(kept: $0, wasVerified: true) } })
    let id = AccountID(of: alice.publicKey)
    let transaction = Transaction(
      chain: chain.id, sender: id, nonce: try #require(chain.state.row(of: id).map { chain.state.account($0).nonce }),
      validUntil: chain.time + Duration(unchecked: 1000), gasLimit: 100_000,
      operations: [.transfer(to: id, CurrencyAmount(Amount(unchecked: 1), Currency.all[0]), signer: 0)])
    var bytes = try #require(SignedTransaction(transaction, keys: [alice])).bytes
    if badSignature { bytes[bytes.count - 1] ^= 1 }
    _ = chain.execute(Proposal(height: chain.durable.height + 1, time: chain.time, entries: [bytes]))
    _ = try chain.commit()
  }

  private func resealed(_ block: Block, receipts: [Receipt]? = nil, stateRoot: Digest? = nil) -> Block {
    let receipts = receipts ?? block.receipts
    let header = Header(
      height: block.header.height, time: block.header.time, parent: block.header.parent,
      entriesRoot: block.header.entriesRoot,
      receiptsRoot: merkleRoot(receipts.map(\.canonicalBytes)), stateRoot: stateRoot ?? block.header.stateRoot)
    return Block(header: header, entries: block.entries, receipts: receipts)
  }

  /// Whoever can write into the folder can make a log whose digests all fit. `replay` shows that
  /// its blocks are what the rules make of them, `audit` besides that everybody signed, and both
  /// name the block.
  @Test func auditNamesWhatWasForged() throws {
    let forgeries:
      [(
        name: String, badSignature: Bool, replays: Bool, says: String,
        forge: (Block, [(id: Digest, index: Int)]) -> (Block, [(id: Digest, index: Int)])
      )] = [
        ("nothing", false, true, "", { ($0, $1) }),
        ("a signature", true, true, "block 4 differs: receipt 0", { ($0, $1) }),
        (
          "a receipt", false, false, "block 4 differs: receipt 0",
          { block, places in
            let told = block.receipts[0]
            let receipt = Receipt(
              origin: told.origin, time: told.time, verdict: told.verdict, gas: told.gas + 1, results: told.results)
            return (self.resealed(block, receipts: [receipt]), places)
          }
        ),
        (
          "the state's root", false, false, "block 4 differs: the state's root",
          { (self.resealed($0, stateRoot: .zero), $1) }
        ),
        ("a place", false, true, "is not found where it lies, in block 4", { ($0, $1.map { ($0.id, $0.index + 1) }) }),
      ]
    for forgery in forgeries {
      try withLedger { ledger, _ in
        try forge(ledger, badSignature: forgery.badSignature, forgery.forge)
        let (replay, audit) = (try ledger.earnest("replay"), try ledger.earnest("audit"))
        #expect(replay.status == (forgery.replays ? 0 : 65), "\(forgery.name): \(replay.errors)")
        #expect(
          audit.status == (forgery.says.isEmpty ? 0 : 65)
            && (forgery.says.isEmpty || audit.errors.contains(forgery.says)),
          "\(forgery.name): \(audit.errors)")
      }
    }
  }
}
