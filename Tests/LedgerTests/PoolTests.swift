import ContractFuzzing
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Testing

/// The whole language through blocks: keys of vaults, maps, states' parameters, promises and
/// conditions are kept, proved, undone and rebuilt like everything else.
@Suite struct PoolTests {
  static let module = Result { try TestLedger.module("Tests/Corpus/ledger/pool.ern") }

  /// alice organises, bob is the guest; 100.00 CNY a share, 30.00 of fee, over after 10 days.
  private func opened(_ ledger: TestLedger, fee: UInt128 = 3000) throws -> Receipt {
    let bytes = try PoolTests.module.get()
    let end = TestLedger.start + Duration(unchecked: 10 * 86_400_000)
    let opening = Transaction.Opening(
      module: Digest(sha256: bytes), currencies: [Currency.all[0]], parties: ["alice", "bob"].map(TestLedger.id),
      terms: [.time(end), .amount(Amount(unchecked: 10_000)), .amount(Amount(unchecked: fee))],
      summary: Digest(sha256: []))
    return try ledger.send([.publish(module: bytes), .open(opening, signer: 0)], by: "alice", with: ["bob"])
  }

  private let number = AgreementNumber(0)

  private func join(_ ledger: TestLedger, _ name: String) throws -> Receipt.Verdict {
    try ledger.act("join", on: number, by: name, letGo: TestLedger.fen(10_000)).verdict
  }

  private func party(_ ledger: TestLedger, _ name: String) throws -> Value {
    .party(UInt64(try #require(ledger.row(name)).index))
  }

  private func share(_ ledger: TestLedger, _ name: String) throws -> Ending? {
    ledger.chain.view("shareOf", of: number, arguments: [try party(ledger, name)])
  }

  /// Every way back to the same state: from the last checkpoint, from the genesis, and from the rows.
  private func expectRebuilt(_ ledger: TestLedger) throws {
    #expect(try ledger.defect == nil && ledger.defectOfAnyEvent() == nil)
    let state = ledger.chain.state
    let started = try Chain(ledger.store)
    #expect(started.root == ledger.chain.root && started.state.digest == state.digest)
    let again = try Chain.atGenesis(of: ledger.store)
    for height in 1...ledger.chain.durable.height { try again.replay(height, verifyingSignatures: true) }
    #expect(again.root == ledger.chain.root && again.state.digest == state.digest)
    let rebuilt = try LedgerState(
      rows: Table.allCases.flatMap { table in
        (0..<state.count(of: table)).map {
          (place: RowPlace(table: table, index: $0), bytes: state.row(RowPlace(table: table, index: $0)))
        }
      })
    #expect(rebuilt.digest == state.digest && rebuilt.nextDue == state.nextDue)
  }

  @Test func keysAndMapsAreKept() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger).verdict == .done)
    #expect(try join(ledger, "carol") == .done && join(ledger, "dave") == .done && join(ledger, "carol") == .done)
    #expect(try join(ledger, "bob") == .failed(operation: 0, .trapped(.full)))
    #expect(try share(ledger, "carol") == .returns(.amount(Amount(unchecked: 20_000))))
    #expect(try share(ledger, "bob") == .returns(.amount(.zero)))
    #expect(ledger.chain.view("shareOf", of: number, arguments: [.party(1000)]) == .fails(.refused(.argument)))
    #expect(ledger.chain.view("other", of: number, arguments: []) == nil)
    try ledger.chain.checkpoint()
    try expectRebuilt(ledger)
    // What comes behind a checkpoint changes rows that are in it.
    #expect(try ledger.act("leave", on: number, by: "carol").verdict == .done && join(ledger, "bob") == .done)
    #expect(try ledger.act("leave", on: number, by: "carol").verdict == .failed(operation: 0, .refused(.guardUnmet)))
    try expectRebuilt(ledger)
    try ledger.chain.checkpoint()
    try expectRebuilt(ledger)
    let agreement = ledger.chain.state.agreements[0]
    #expect(agreement.holdings.count == 2 && agreement.vaults.map(\.units) == [20_000, 0])
    let interface = ledger.chain.interface(ofModule: 0)
    let visits = try ["bob", "carol", "dave"].map { try party(ledger, $0) }.sorted(by: Value.precedes)
    let counts = try visits.map { Value.int(Integer($0 == (try party(ledger, "carol")) ? 2 : 1)) }
    #expect(agreement.value(3, interface) == .sequence(zip(visits, counts).flatMap { [$0, $1] }))
    // In the end each gets its own.
    try ledger.advance(Duration(unchecked: 11 * 86_400_000))
    #expect(["bob", "carol", "dave"].allSatisfy { ledger.units($0, "CNY") == 100_000_000 })
    try expectRebuilt(ledger)
  }

  /// A transaction that fails leaves no key and no entry behind, nor does one that is only rehearsed.
  @Test func whatFailsLeavesNothing() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger).verdict == .done)
    #expect(try join(ledger, "carol") == .done)
    let before = ledger.chain.state.agreements[0]
    let join = TestLedger.call("join", number, [], TestLedger.fen(10_000))
    let failing = try ledger.send(
      [join, join, TestLedger.call("leave", number), join, TestLedger.transfer(1 << 100, "CNY", to: "bob")], by: "dave")
    #expect(failing.verdict == .failed(operation: 4, .refused(.funds)) && ledger.chain.state.agreements[0] == before)
    let digest = ledger.chain.state.digest
    ledger.chain.rehearse([join, join], sender: TestLedger.id("dave"), coSigners: []) { receipts in
      #expect(receipts.first?.verdict == .done)
    }
    #expect(ledger.chain.state.digest == digest)
    try expectRebuilt(ledger)
  }

  /// What a guest promises is paid when the organiser agrees too; that fills the box, and what
  /// waits for that runs in the same block.
  @Test func aPromiseIsKeptAndAConditionFollows() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger).verdict == .done)
    #expect(try join(ledger, "carol") == .done)
    let fill = Transaction.Call(agreement: number, visit: 0, action: "fill", arguments: [], letGo: [])
    #expect(ledger.chain.asked(fill, by: TestLedger.id("bob")) == TestLedger.fen(7000))
    #expect(ledger.chain.asked(fill, by: TestLedger.id("alice")).isEmpty)
    for promise in [6999, 7001] as [UInt128] {
      let promised = try ledger.act("fill", on: number, by: "bob", letGo: TestLedger.fen(promise))
      #expect(
        promised.steps.map(\.outcome) == [.approved(have: 1, needed: 2)] && ledger.units("bob", "CNY") == 100_000_000)
      #expect(try ledger.act("fill", on: number, by: "alice").verdict == .failed(operation: 0, .refused(.amount)))
    }
    #expect(try ledger.act("fill", on: number, by: "bob", letGo: TestLedger.fen(7000)).verdict == .done)
    try ledger.chain.checkpoint()
    try expectRebuilt(ledger)
    // The guest spends what it has promised: then it cannot pay.
    #expect(try ledger.send([TestLedger.transfer(99_995_000, "CNY", to: "dave")], by: "bob").verdict == .done)
    let refused = try ledger.act("fill", on: number, by: "alice")
    #expect(
      refused.verdict == .failed(operation: 0, .refused(.funds)) && refused.steps.first?.payer == ledger.row("bob"))
    #expect(try ledger.send([TestLedger.transfer(99_995_000, "CNY", to: "bob")], by: "dave").verdict == .done)

    let height = ledger.chain.durable.height
    let pot = ledger.chain.state.agreements[0].pot.reduce(0) { $0 + $1.gas }
    let filled = try ledger.act("fill", on: number, by: "alice")
    #expect(filled.verdict == .done && filled.steps[0].moves.map(\.sum) == TestLedger.fen(7000))
    let block = try #require(try ledger.store.block(height + 1))
    #expect(block.receipts.map(\.origin) == [filled.origin, .deadline] && block.receipts[1].time == ledger.chain.time)
    let ended = block.receipts[1].steps[0]
    #expect(
      ended.outcome == .entered(state: 2) && ended.returned.reduce(0) { $0 + $1.gas } == pot - block.receipts[1].gas)
    #expect(
      ledger.units("carol", "CNY") == 100_000_000 && ledger.units("alice", "CNY") == 100_007_000
        && ledger.units("bob", "CNY") == 99_993_000)
    #expect(try ledger.act("leave", on: number, by: "carol").steps.first?.endedBy?.due == ledger.chain.time)
    try expectRebuilt(ledger)
  }

  /// What a transaction makes due comes before the rest of that transaction could.
  @Test func nothingComesBetweenAConditionAndWhatItDoes() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger).verdict == .done)
    #expect(try ledger.act("fill", on: number, by: "bob", letGo: TestLedger.fen(7000)).verdict == .done)
    let join = TestLedger.call("join", number, [], TestLedger.fen(10_000))
    let both = try ledger.send([TestLedger.call("fill", number), join], by: "alice")
    #expect(
      both.verdict == .failed(operation: 1, .refused(.state)) && both.steps.first?.endedBy?.due == ledger.chain.time)
    #expect(ledger.chain.state.agreements[0].position.approvals.count == 1)
    try expectRebuilt(ledger)
  }

  @Test func aStatesParametersSayWhoMayAct() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger).verdict == .done)
    #expect(
      try ledger.act("propose", on: number, by: "alice", [.party(999)]).verdict
        == .failed(operation: 0, .refused(.argument)))
    #expect(try ledger.act("propose", on: number, by: "alice", [try party(ledger, "dave")]).verdict == .done)
    #expect(try ledger.act("take", on: number, by: "alice").verdict == .failed(operation: 0, .refused(.authority)))
    try ledger.chain.checkpoint()
    try expectRebuilt(ledger)
    #expect(try ledger.act("take", on: number, by: "dave").verdict == .done)
    try expectRebuilt(ledger)
  }

  /// What follows from the terms must follow: a fee above the price leaves less than nothing.
  @Test func anOpeningTrapsWithItsTerms() throws {
    let ledger = try TestLedger()
    let refused = try opened(ledger, fee: 10_001)
    #expect(refused.verdict == .failed(operation: 1, .trapped(.negative)) && ledger.chain.state.agreements.isEmpty)
    #expect(try opened(ledger, fee: 10_000).verdict == .done)
    try expectRebuilt(ledger)
  }

  /// The same blocks on three replicas: the same headers, keys included.
  @Test func replicasAgree() throws {
    let replicas = try (0..<3).map { _ in try TestLedger() }
    func inBlock(_ transactions: (TestLedger) throws -> [SignedTransaction]) throws -> [Receipt] {
      let entries = try transactions(replicas[0]).map(\.bytes)
      let blocks = try replicas.map { replica in
        let proposal = Proposal(height: replica.chain.durable.height + 1, time: replica.chain.time, entries: entries)
        #expect(replica.chain.accepts(proposal))
        let block = replica.chain.execute(proposal)
        _ = try replica.chain.commit()
        return block
      }
      #expect(Set(blocks.map(\.header.digest)).count == 1)
      return blocks[0].receipts
    }
    let bytes = try PoolTests.module.get()
    let opening = Transaction.Opening(
      module: Digest(sha256: bytes), currencies: [Currency.all[0]], parties: ["alice", "bob"].map(TestLedger.id),
      terms: [
        .time(TestLedger.start + TestLedger.day), .amount(Amount(unchecked: 100)), .amount(Amount(unchecked: 30)),
      ], summary: .zero)
    let join = TestLedger.call("join", number, [], TestLedger.fen(100))
    #expect(
      try inBlock { [$0.signed([.publish(module: bytes), .open(opening, signer: 0)], by: "alice", with: ["bob"])] }.map(
        \.verdict) == [.done])
    #expect(
      try inBlock { ledger in ["dave", "carol", "operator", "alice"].map { ledger.signed([join], by: $0) } }.map(
        \.verdict)
        == [.done, .done, .failed(operation: 0, .refused(.funds)), .failed(operation: 0, .trapped(.full))])
    #expect(
      try inBlock { ledger in
        [
          ledger.signed([TestLedger.call("leave", number)], by: "carol"), ledger.signed([join], by: "alice"),
          ledger.signed([TestLedger.call("fill", number, [], TestLedger.fen(70))], by: "bob"),
        ]
      }.allSatisfy { $0.verdict == .done })
    let last = try inBlock { [$0.signed([TestLedger.call("fill", number)], by: "alice")] }
    #expect(last.map(\.verdict) == [.done, .done] && last[1].steps[0].moves.count == 3)
    for replica in replicas {
      try replica.chain.checkpoint()
      try expectRebuilt(replica)
    }
  }
}
