import Bytecode
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Support
import Testing
import Wording

/// What was proved impossible, made to happen on a whole ledger; and how what such an agreement holds comes out again.
@Suite struct ReleaseTests {
  // MARK: The defect

  /// Due at the same moment: an offer of the same contract that nobody has paid, and another contract's deadline.
  @Test func whatCannotHappenIsADefectOfOneAgreement() throws {
    let purchases = try FailingPurchases()
    let (ledger, chain) = (purchases.ledger, purchases.chain)
    let start = chain.time
    try ledger.advance(Duration(unchecked: 4 * 86_400_000))
    let offer = try ledger.openPurchase()
    let group = TestLedger.compiled(try Repository.text("contracts/group-purchase.ern"))
    #expect(try ledger.send([.publish(module: group.module.bytes)], by: "bob").verdict == .done)
    let closes = Value.time(start + Duration(unchecked: 7 * 86_400_000))
    let joined = try ledger.open(
      Digest(sha256: group.module.bytes), ["CNY"], ["bob"], [FailingClub.amount(300), .int(Integer(2)), closes])
    #expect(try ledger.act("join", on: joined, by: "carol", letGo: TestLedger.fen(300)).verdict == .done)
    let block = try purchases.fail(in: 3)
    #expect(
      block.receipts.map(\.verdict) == [.defect(.trapped(.division)), .defect(.trapped(.division)), .done, .done])
    #expect(block.receipts.flatMap(\.steps).map { $0.agreement?.index } == [0, 1, offer.index, joined.index])
    #expect(block.receipts[0].steps.map(\.outcome) == [.defect(.trapped(.division))])
    #expect(ledger.units("carol", "CNY") == 100_000_000 && ledger.defect == nil)
    try purchases.expectReplay()
  }

  /// All the money is there; what the attempt cost is gone from the pot.
  @Test func whatFailedIsUndone() throws {
    let purchases = try FailingPurchases()
    let before = (purchases.agreement(purchases.first).vaults, purchases.ledger.units("alice", "CNY"))
    let receipt = try purchases.fail().receipts[0]
    #expect(receipt.steps[0].moves.isEmpty && receipt.moves.isEmpty)
    #expect(try Receipt(canonicalBytes: receipt.canonicalBytes) == receipt)
    #expect(
      purchases.agreement(purchases.first).vaults == before.0 && purchases.ledger.units("alice", "CNY") == before.1)
    #expect(receipt.gas > 0 && purchases.ledger.defect == nil)
  }

  /// By nobody, nor by time; the ledger goes on.
  @Test func aSuspendedAgreementOffersNothing() throws {
    let purchases = try FailingPurchases()
    let (ledger, number) = (purchases.ledger, purchases.first)
    let vaults = purchases.agreement(number).vaults
    try purchases.fail()
    #expect(purchases.chain.silence(of: number) { $0.isEmpty })
    #expect(try ledger.act("ship", on: number, by: "bob", [.text([65])]).verdict == .refused(.state))
    #expect(try ledger.act("cancel", on: number, by: "bob").verdict == .refused(.state))
    #expect(try ledger.send([TestLedger.transfer(5, "CNY", to: "bob")], by: "alice").verdict == .done)
    try ledger.advance(Duration(unchecked: 400 * 86_400_000))
    #expect(purchases.agreement(number).position.standing == .suspended)
    #expect(purchases.agreement(number).vaults == vaults && ledger.defect == nil)
  }

  @Test func theStoryTellsOfADefect() throws {
    let purchases = try FailingPurchases()
    let receipt = try purchases.fail().receipts[0]
    #expect(
      purchases.ledger.story().lines(receipt, nil) == [
        "Agreement 1: Defect (division): the deadline of Paid failed, against all that was proved. It is undone, and the agreement is suspended."
      ])
    #expect(purchases.ledger.story(.chinese).lines(receipt, nil).first?.hasPrefix("协议 1：缺陷（division）：") == true)
  }

  /// A pot that holds too little is a defect of its agreement, and no end of the ledger.
  @Test func aPotThatIsShortEndsNothingElse() throws {
    let deadline = UInt64(GasSchedule.of(.current).deadline)
    for held in [0, 1, deadline, deadline + 1] as [UInt64] {
      let ledger = try TestLedger()
      let (first, second) = (try ledger.openPurchase(), try ledger.openPurchase())
      for number in [first, second] {
        #expect(try ledger.act("pay", on: number, by: "alice", letGo: TestLedger.fen(10_000)).verdict == .done)
      }
      let state = ledger.chain.state
      state.setPot(first, held == 0 ? [] : [PotShare(payer: state.agreements[first.index].pot[0].payer, gas: held)])
      let block = ledger.chain.execute(
        Proposal(
          height: ledger.chain.durable.height + 1, time: ledger.chain.time + Duration(unchecked: 7 * 86_400_000),
          entries: []))
      #expect(block.receipts.map(\.verdict) == [.defect(.trapped(.gas)), .done])
      #expect(block.receipts[0].gas <= held && state.agreements[first.index].position.standing == .suspended)
      #expect(state.agreements[first.index].vaults == [Amount(unchecked: 10_000)])
      _ = try ledger.chain.commit()
      let good = [TestLedger.payout(0, to: "alice", 10_000)]
      #expect(try ledger.release(first, good, by: "operator").verdict == .done)
    }
  }

  // MARK: The release

  /// The money of a purchase that failed, for three of its people.
  private static let payouts = [
    TestLedger.payout(0, to: "alice", 6000), TestLedger.payout(0, to: "bob", 3999), TestLedger.payout(0, to: "p1", 1),
  ]

  private func signed(_ purchases: FailingPurchases) -> SignedTransaction {
    purchases.ledger.signed(
      [.release(.init(agreement: purchases.first, payouts: ReleaseTests.payouts))], by: "bob",
      with: ["alice", "carol", "dave"])
  }

  @Test func aReleasePaysOutWhatAllHaveSigned() throws {
    let purchases = try FailingPurchases()
    let ledger = purchases.ledger
    try purchases.fail()
    let units = (ledger.units("alice", "CNY"), ledger.units("bob", "CNY"))
    let receipt = try ledger.send(signed(purchases))
    #expect(receipt.verdict == .done && receipt.moves.count == 3)
    #expect(receipt.moves.allSatisfy { $0.agreement == purchases.first })
    #expect(try Receipt(canonicalBytes: receipt.canonicalBytes) == receipt)
    #expect(ledger.units("alice", "CNY") == units.0 + 6000 && ledger.units("bob", "CNY") == units.1 + 3999)
    #expect(ledger.units("p1", "CNY") == 1 && ledger.defect == nil)
    let agreement = purchases.agreement(purchases.first)
    #expect(agreement.position.standing == .released && agreement.pot.isEmpty)
  }

  @Test func aReleaseHappensOnce() throws {
    let purchases = try FailingPurchases()
    let (ledger, number) = (purchases.ledger, purchases.first)
    try purchases.fail()
    #expect(try ledger.send(signed(purchases)).verdict == .done)
    #expect(
      try ledger.release(number, ReleaseTests.payouts, on: ["bob", "alice", "carol", "dave"]) == .refused(.state))
    #expect(try ledger.release(number, [], on: ["operator"]) == .refused(.state))
    #expect(try ledger.act("ship", on: number, by: "bob", [.text([65])]).verdict == .refused(.state))
  }

  @Test func theStoryTellsOfARelease() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    let signed = signed(purchases)
    let receipt = try purchases.ledger.send(signed)
    let lines = purchases.ledger.story().lines(receipt, signed.transaction)
    #expect(lines.first == "Agreement 1 is released on the word of alice, bob, carol and dave.")
    #expect(lines.contains("60.00 CNY goes from escrow to alice.") && lines.count == 4)
    #expect(
      purchases.ledger.story(.chinese).lines(receipt, signed.transaction).first
        == "协议 1 由 alice、bob、carol 和 dave 签字放款。")
  }

  @Test func aReleaseIsReplayedAndKeptInACheckpoint() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    #expect(try purchases.ledger.send(signed(purchases)).verdict == .done)
    try purchases.expectReplay()
    try purchases.chain.checkpoint()
    #expect(try Chain(purchases.ledger.store).state.digest == purchases.chain.state.digest)
  }

  // MARK: Whole or not at all

  /// To a stranger and a party, on everybody's word.
  private func release(_ purchases: FailingPurchases) -> Transaction.Operation {
    .release(
      .init(
        agreement: purchases.first,
        payouts: [TestLedger.payout(0, to: "p1", 4000), TestLedger.payout(0, to: "bob", 6000)]))
  }

  private func gasNeeded(_ purchases: FailingPurchases) -> UInt64 {
    let others = purchases.all.dropFirst().map(TestLedger.id)
    return purchases.chain.rehearse([release(purchases)], sender: TestLedger.id("alice"), coSigners: others) {
      $0[0].gas
    }
  }

  @Test func aRehearsedReleaseLeavesNothing() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    let digest = purchases.chain.state.digest
    #expect(gasNeeded(purchases) > 0 && purchases.chain.state.digest == digest)
  }

  @Test func whatFailsBehindAReleaseUndoesIt() throws {
    let purchases = try FailingPurchases()
    let (ledger, others) = (purchases.ledger, Array(purchases.all.dropFirst()))
    try purchases.fail()
    let agreement = purchases.agreement(purchases.first)
    let failed = try ledger.send(
      [release(purchases), TestLedger.transfer(1_000_000_000, "CNY", to: "bob")], by: "alice", with: others)
    #expect(failed.verdict == .failed(operation: 1, .refused(.funds)))
    #expect(purchases.agreement(purchases.first) == agreement && ledger.units("p1", "CNY") == 0)
    try purchases.expectReplay()
  }

  @Test func oneUnitOfGasTooLittleDoesNothing() throws {
    let purchases = try FailingPurchases()
    let (ledger, others) = (purchases.ledger, Array(purchases.all.dropFirst()))
    try purchases.fail()
    let (agreement, needed) = (purchases.agreement(purchases.first), gasNeeded(purchases))
    let short = ledger.transaction([release(purchases)], by: "alice", with: others, gasLimit: needed - 1)
    #expect(try ledger.send(TestLedger.signed(short)).verdict == .failed(operation: 0, .trapped(.gas)))
    #expect(purchases.agreement(purchases.first) == agreement && ledger.defect == nil)
    let enough = ledger.transaction([release(purchases)], by: "alice", with: others, gasLimit: needed)
    #expect(try ledger.send(TestLedger.signed(enough)).verdict == .done)
    #expect(ledger.units("p1", "CNY") == 4000)
    try purchases.expectReplay()
  }

  /// Both agreements are released in one transaction, which then spends what one of them paid out.
  @Test func whatIsPaidOutCanBeSpentInTheSameTransaction() throws {
    let purchases = try FailingPurchases()
    let ledger = purchases.ledger
    try purchases.fail()
    let rest = Transaction.Operation.release(.init(agreement: purchases.second, payouts: purchases.good))
    let transfer = TestLedger.transfer(99_990_000, "CNY", to: "bob")
    #expect(
      try ledger.send([release(purchases), rest, transfer], by: "alice", with: Array(purchases.all.dropFirst())).verdict
        == .done)
    #expect(ledger.units("alice", "CNY") == 0 && ledger.units("p1", "CNY") == 4000)
    try purchases.expectReplay()
  }
}
