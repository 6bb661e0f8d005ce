import Bytecode
import ContractFuzzing
import Fuzzing
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
  /// Purchases whose deadline in Paid fails after it has paid the buyer back. The first two are
  /// paid, the third waits for its buyer.
  private struct Purchases {
    let ledger: TestLedger
    let broken: WellFormedModule

    init() throws {
      ledger = try TestLedger()
      let whole = try Verifier.verify(bytes: try TestLedger.purchase.get())
      let paid = whole.module.interface.states.firstIndex { $0.name == "Paid" }
      broken = try whole.failing(.division) { $0.source == paid && $0.trigger.isAutomatic }
      _ = try ledger.publish(whole, running: broken)
      for _ in 0..<2 {
        let number = try ledger.openPurchase()
        #expect(try ledger.act("pay", on: number, by: "alice", letGo: TestLedger.fen(10_000)).verdict == .done)
      }
      // Strangers that can pay their gas.
      let grants = ["p1", "p3"].map {
        Transaction.Operation.grant(to: TestLedger.id($0), credit: 100_000_000, signer: 0)
      }
      #expect(try ledger.send(grants, by: "alice").verdict == .done)
    }

    let all = ["alice", "bob", "carol", "dave"]

    func agreement(_ index: Int) -> Agreement { ledger.chain.state.agreements[index] }

    /// Seven days later both have failed.
    func fail() throws {
      ledger.suspended = [AgreementNumber(0), AgreementNumber(1)]
      try ledger.advance(Duration(unchecked: 7 * 86_400_000))
      #expect((0..<2).allSatisfy { agreement($0).position.standing == .suspended })
    }

    /// The same events again come out the same, as long as the same module runs; cut into any blocks.
    func expectReplay() throws {
      let again = try Chain.atGenesis(of: ledger.store)
      for height in 1...ledger.chain.durable.height {
        try again.replay(height, verifyingSignatures: true)
        if height == 1 { again.runtime.add(broken, after: 0) }
      }
      #expect(again.root == ledger.chain.root && again.durable.digest == ledger.chain.durable.digest)
      #expect(again.state.digest == ledger.chain.state.digest)
      #expect(try ledger.defectOfAnyEvent { again, height in if height == 2 { again.run(broken, at: 0) } } == nil)
    }
  }

  @Test func whatCannotHappenIsADefectOfOneAgreement() throws {
    let purchases = try Purchases()
    let (ledger, chain) = (purchases.ledger, purchases.ledger.chain)
    // Due at the same moment: an offer of the same contract that nobody has paid, and another contract's deadline.
    let start = chain.time
    try ledger.advance(Duration(unchecked: 4 * 86_400_000))
    let offer = try ledger.openPurchase()
    let group = TestLedger.compiled(try Repository.text("contracts/group-purchase.ern"))
    #expect(try ledger.send([.publish(module: group.module.bytes)], by: "bob").verdict == .done)
    let closes = Value.time(start + Duration(unchecked: 7 * 86_400_000))
    let joined = try ledger.open(
      Digest(sha256: group.module.bytes), ["CNY"], ["bob"], [.amount(Amount(unchecked: 300)), .int(Integer(2)), closes])
    #expect(try ledger.act("join", on: joined, by: "carol", letGo: TestLedger.fen(300)).verdict == .done)

    let before = (chain.state.agreements[0].vaults, ledger.units("alice", "CNY"))
    ledger.suspended = [AgreementNumber(0), AgreementNumber(1)]
    let blocks = try ledger.advance(Duration(unchecked: 3 * 86_400_000))
    let block = try #require(blocks.first { !$0.receipts.isEmpty })
    #expect(
      block.receipts.map(\.verdict) == [.defect(.trapped(.division)), .defect(.trapped(.division)), .done, .done])
    #expect(block.receipts.flatMap(\.steps).map { $0.agreement?.index } == [0, 1, offer.index, joined.index])
    #expect(block.receipts[0].steps.map(\.outcome) == [.defect(.trapped(.division))])
    #expect(block.receipts[0].steps[0].moves.isEmpty && block.receipts[0].moves.isEmpty)
    #expect(try Receipt(canonicalBytes: block.receipts[0].canonicalBytes) == block.receipts[0])
    // It is undone, and all the money is there; what the attempt cost is gone from the pot.
    #expect(
      chain.state.agreements[0].vaults == before.0 && ledger.units("alice", "CNY") == before.1
        && ledger.units("carol", "CNY") == 100_000_000)
    #expect(block.receipts[0].gas > 0 && ledger.defect == nil)
    // Nothing is offered any more, by anybody, nor by time.
    #expect(chain.silence(of: AgreementNumber(0)) { $0.isEmpty })
    #expect(
      try ledger.act("ship", on: AgreementNumber(0), by: "bob", [.text([65])]).verdict
        == .failed(operation: 0, .refused(.state)))
    #expect(
      try ledger.act("cancel", on: AgreementNumber(0), by: "bob").verdict == .failed(operation: 0, .refused(.state)))
    // The ledger goes on.
    #expect(try ledger.send([TestLedger.transfer(5, "CNY", to: "bob")], by: "alice").verdict == .done)
    try ledger.advance(Duration(unchecked: 400 * 86_400_000))
    #expect(chain.state.agreements[0].position.standing == .suspended && chain.state.agreements[0].vaults == before.0)

    let story = LedgerStory(chain, Wording(.english)) { id in TestLedger.people.first { TestLedger.id($0) == id } ?? "?"
    }
    #expect(
      story.lines(block.receipts[0], nil) == [
        "Agreement 1: Defect (division): the deadline of Paid failed, against all that was proved. It is undone, and the agreement is suspended."
      ])

    let payouts = [
      TestLedger.payout(0, to: "alice", 6000), TestLedger.payout(0, to: "bob", 3999), TestLedger.payout(0, to: "p1", 1),
    ]
    let units = (ledger.units("alice", "CNY"), ledger.units("bob", "CNY"))
    let signed = ledger.signed(
      [.release(.init(agreement: AgreementNumber(0), payouts: payouts))], by: "bob", with: ["alice", "carol", "dave"])
    let receipt = try ledger.send(signed)
    #expect(
      receipt.verdict == .done && receipt.moves.count == 3
        && receipt.moves.allSatisfy { $0.agreement == AgreementNumber(0) })
    #expect(try Receipt(canonicalBytes: receipt.canonicalBytes) == receipt)
    #expect(
      ledger.units("alice", "CNY") == units.0 + 6000 && ledger.units("bob", "CNY") == units.1 + 3999
        && ledger.units("p1", "CNY") == 1)
    #expect(
      chain.state.agreements[0].position.standing == .released && chain.state.agreements[0].pot.isEmpty
        && ledger.defect == nil)
    let lines = story.lines(receipt, signed.transaction)
    #expect(lines.first == "Agreement 1 is released on the word of alice, bob, carol and dave.")
    #expect(lines.contains("60.00 CNY goes from escrow to alice.") && lines.count == 4)
    let chinese = LedgerStory(chain, Wording(.chinese)) { id in
      TestLedger.people.first { TestLedger.id($0) == id } ?? "?"
    }
    #expect(chinese.lines(receipt, signed.transaction).first == "协议 1 由 alice、bob、carol 和 dave 签字放款。")
    #expect(chinese.lines(block.receipts[0], nil).first?.hasPrefix("协议 1：缺陷（division）：") == true)
    // Once, and for ever.
    #expect(
      try ledger.release(AgreementNumber(0), payouts, by: "bob", with: ["alice", "carol", "dave"]).verdict
        == .failed(operation: 0, .refused(.state)))
    #expect(
      try ledger.release(AgreementNumber(0), [], by: "operator").verdict == .failed(operation: 0, .refused(.state)))
    #expect(
      try ledger.act("ship", on: AgreementNumber(0), by: "bob", [.text([65])]).verdict
        == .failed(operation: 0, .refused(.state)))
    try purchases.expectReplay()

    // A start from a checkpoint knows it too.
    try chain.checkpoint()
    #expect(try Chain(ledger.store).state.digest == chain.state.digest)
  }

  /// Every wrong release, with the first reason that applies; none leaves a trace.
  @Test func wrongReleasesAreRefused() throws {
    let purchases = try Purchases()
    let (ledger, chain, all) = (purchases.ledger, purchases.ledger.chain, purchases.all)
    let number = AgreementNumber(0)
    let good = [TestLedger.payout(0, to: "alice", 10_000)]
    func refused(_ refusal: Refusal, _ number: AgreementNumber, _ payouts: [Transaction.Payout], _ signers: [String])
      throws
    {
      let before = chain.state.agreements
      let receipt = try ledger.release(number, payouts, by: signers[0], with: Array(signers.dropFirst()))
      #expect(receipt.verdict == .failed(operation: 0, .refused(refusal)), "\(refusal): \(payouts)")
      #expect(chain.state.agreements == before && ledger.defect == nil && receipt.results.isEmpty)
    }
    // Before anything is wrong nobody can touch an agreement, not even all together with the operator.
    try refused(.state, number, good, all + ["operator"])
    try refused(.state, number, [], all)
    try purchases.fail()
    try refused(.agreement, AgreementNumber(9), good, all)
    try refused(.argument, number, [TestLedger.payout(1, to: "alice", 10_000)], all)
    try refused(.argument, number, [TestLedger.payout(0, 0, to: "alice", 10_000)], all)
    try refused(.authority, number, good, ["p1"])
    for missing in all { try refused(.consent, number, good, all.filter { $0 != missing } + ["p1"]) }
    for units in [9999, 10_001, 1] as [UInt128] {
      try refused(.amount, number, [TestLedger.payout(0, to: "alice", units)], all)
      try refused(.amount, number, [TestLedger.payout(0, to: "alice", units)], ["operator"])
    }
    try refused(.amount, number, [], all)
    try refused(.amount, number, good + [TestLedger.payout(0, to: "bob", 1)], all)
    try refused(
      .amount, number, [TestLedger.payout(0, to: "alice", Amount.max.units), TestLedger.payout(0, to: "bob", 10_001)],
      all)
    // Of several reasons the first is told: each fault is added to those behind it.
    let wrong = [TestLedger.payout(0, to: "alice", 9)]
    try refused(.amount, number, wrong, all)
    try refused(.consent, number, wrong, ["alice"])
    try refused(.authority, number, wrong, ["p1"])
    try refused(.argument, number, [TestLedger.payout(1, to: "alice", 9)], ["p1"])
    try refused(.state, try ledger.openPurchase(), [TestLedger.payout(1, to: "alice", 9)], ["p1"])
    try refused(.agreement, AgreementNumber(9), wrong, ["p1"])
    // Signing what was released before does not help another agreement's parties.
    #expect(try ledger.release(number, good, by: "operator").verdict == .done)
    try refused(.state, number, good, all)
    try refused(.amount, AgreementNumber(1), [], ["operator"])
    #expect(try ledger.release(AgreementNumber(1), good, by: all[0], with: all.dropFirst() + ["p1"]).verdict == .done)
    #expect(ledger.units("alice", "CNY") == 100_000_000 && ledger.defect == nil)
    try purchases.expectReplay()
  }

  /// What comes after it in a transaction and fails undoes it; a rehearsal leaves nothing; one unit
  /// of gas too little does nothing.
  @Test func aReleaseHappensWholeOrNotAtAll() throws {
    let purchases = try Purchases()
    let (ledger, chain, all) = (purchases.ledger, purchases.ledger.chain, purchases.all)
    try purchases.fail()
    let release = Transaction.Operation.release(
      .init(
        agreement: AgreementNumber(0),
        payouts: [TestLedger.payout(0, to: "p1", 4000), TestLedger.payout(0, to: "bob", 6000)]))
    let others = Array(all.dropFirst())
    let (agreement, digest) = (chain.state.agreements[0], chain.state.digest)
    let needed = chain.rehearse([release], sender: TestLedger.id("alice"), coSigners: others.map(TestLedger.id)) {
      $0[0].gas
    }
    #expect(chain.state.digest == digest)
    let failed = try ledger.send(
      [release, TestLedger.transfer(1_000_000_000, "CNY", to: "bob")], by: "alice", with: others)
    #expect(
      failed.verdict == .failed(operation: 1, .refused(.funds)) && chain.state.agreements[0] == agreement
        && ledger.units("p1", "CNY") == 0)
    let short = ledger.transaction([release], by: "alice", with: others, gasLimit: needed - 1)
    #expect(try ledger.send(TestLedger.signed(short)).verdict == .failed(operation: 0, .trapped(.gas)))
    #expect(chain.state.agreements[0] == agreement && ledger.defect == nil)
    let enough = ledger.transaction([release], by: "alice", with: others, gasLimit: needed)
    #expect(try ledger.send(TestLedger.signed(enough)).verdict == .done)
    #expect(ledger.units("p1", "CNY") == 4000)
    // Two agreements in one transaction, and what was paid out can be spent in it.
    let rest = Transaction.Operation.release(
      .init(agreement: AgreementNumber(1), payouts: [TestLedger.payout(0, to: "alice", 10_000)]))
    #expect(
      try ledger.send([rest, TestLedger.transfer(99_990_000, "CNY", to: "bob")], by: "alice", with: others).verdict
        == .done)
    #expect(ledger.units("alice", "CNY") == 0)
    try purchases.expectReplay()
  }

  /// Random payouts of random people: done exactly where they should be, and nothing is made or lost.
  @Test func randomReleasesAddUpOrAreRefused() throws {
    var random = Random(seed: 26)
    var counts: [String: Int] = [:]
    for _ in 0..<4 {
      let purchases = try Purchases()
      let (ledger, all) = (purchases.ledger, purchases.all)
      try purchases.fail()
      for _ in 0..<30 {
        let number = AgreementNumber(random.below(2))
        var rest = 10_000
        var payouts: [Transaction.Payout] = []
        for name in ["alice", "bob", "p1", "p2"] where random.oneIn(2) && rest > 0 {
          let units = 1 + random.below(rest)
          rest -= units
          payouts.append(TestLedger.payout(0, to: name, UInt128(units)))
        }
        let last = rest + (random.oneIn(3) ? random.below(3) - 1 : 0)
        if last > 0 { payouts.append(TestLedger.payout(0, to: "dave", UInt128(last))) }
        let signers =
          random.oneIn(8) ? ["operator"] : all.filter { _ in !random.oneIn(6) } + (random.oneIn(2) ? ["p3"] : [])
        guard let sender = signers.first else { continue }
        let expected: Receipt.Verdict =
          if purchases.agreement(number.index).position.standing == .released {
            .failed(operation: 0, .refused(.state))
          } else if signers != ["operator"] && !all.contains(where: signers.contains) {
            .failed(operation: 0, .refused(.authority))
          } else if signers != ["operator"] && !all.allSatisfy(signers.contains) {
            .failed(operation: 0, .refused(.consent))
          } else if payouts.reduce(0, { $0 + $1.amount.units }) != 10_000 {
            .failed(operation: 0, .refused(.amount))
          } else {
            .done
          }
        #expect(try ledger.release(number, payouts, by: sender, with: Array(signers.dropFirst())).verdict == expected)
        #expect(ledger.defect == nil)
        counts["\(expected)", default: 0] += 1
      }
      try purchases.expectReplay()
    }
    #expect(counts.count >= 4, "\(counts)")
  }

  // MARK: Who has a say

  /// Members have paid under their own keys, the parties into what lies in common, in two currencies and under numbers.
  private static let club = """
    contract Club<C: Currency, D: Currency> {
      party host, guest
      field steward: Party = host
      vault common: Money<C>
      vault foreign: Money<D>
      vault seats: Money<C> per Int<0..9>[2]
      vault shares: Money<C> per Party[3]
      initial state Open {
        on name(who: Party) by host { steward = who }
        on keep() by steward {}
        on fill(a: Amount<C>, b: Amount<D>) by host receiving a into common and b into foreign {}
        on sit(n: Int<0..9>, a: Amount<C>) by guest receiving a into seats[n] {}
        on join(a: Amount<C>) by guest receiving a into shares[caller] {}
        on lend(who: Party, a: Amount<C>) by guest receiving a into shares[who] {}
        JOINING
        after 1 days {
          pay shares to each
          pay common to host
          pay foreign to host
          pay seats to host
        } -> Over
      }
      final state Over
    }
    """

  private func club(_ ledger: TestLedger, _ joining: String = "") throws -> (AgreementNumber, WellFormedModule) {
    let whole = TestLedger.compiled(ReleaseTests.club.replacing("JOINING", with: joining))
    let broken = try whole.failing(.range) { $0.trigger.isAutomatic }
    let id = try ledger.publish(whole, running: broken)
    return (try ledger.open(id, ["CNY", "EUR"], ["alice", "bob"]), broken)
  }

  private func key(_ ledger: TestLedger, _ name: String) throws -> UInt64 {
    UInt64(try #require(ledger.row(name)).index)
  }

  private func amount(_ units: UInt128) -> Value { .amount(Amount(unchecked: units)) }

  private func sums(_ cny: UInt128, _ eur: UInt128) throws -> [CurrencyAmount] {
    TestLedger.fen(cny) + [CurrencyAmount(Amount(unchecked: eur), try #require(Currency.named("EUR")))]
  }

  @Test func everyPlaceIsPaidOutExactly() throws {
    let ledger = try TestLedger()
    let (number, broken) = try club(ledger)
    let (alice, bob, carol) = (try key(ledger, "alice"), try key(ledger, "bob"), try key(ledger, "carol"))
    for receipt in [
      try ledger.act(
        "fill", on: number, by: "alice", [amount(70), amount(50)],
        letGo: try sums(70, 50).sorted { $0.currency.index < $1.currency.index }),
      try ledger.act("sit", on: number, by: "bob", [.int(Integer(4)), amount(9)], letGo: TestLedger.fen(9)),
      try ledger.act("sit", on: number, by: "bob", [.int(Integer(7)), amount(8)], letGo: TestLedger.fen(8)),
      try ledger.act("join", on: number, by: "bob", [amount(20)], letGo: TestLedger.fen(20)),
      try ledger.act("lend", on: number, by: "bob", [.party(carol), amount(30)], letGo: TestLedger.fen(30)),
      try ledger.act("name", on: number, by: "alice", [.party(try key(ledger, "dave"))]),
    ] { #expect(receipt.verdict == .done, "\(receipt.verdict)") }
    ledger.suspended = [number]
    try ledger.advance(TestLedger.day)
    #expect(ledger.chain.state.agreements[0].position.standing == .suspended)
    // The parties, and the steward that a field names. Carol is a member and no more.
    let releasers = ledger.chain.releasers(of: number)
    #expect(releasers.accounts == ["alice", "bob", "dave"].compactMap(ledger.row).sorted() && releasers.areEverybody)

    let good = [
      TestLedger.payout(0, to: "dave", 70), TestLedger.payout(1, to: "alice", 50),
      TestLedger.payout(2, 4, to: "bob", 9),
      TestLedger.payout(2, 7, to: "alice", 8), TestLedger.payout(3, bob, to: "bob", 20),
      TestLedger.payout(3, carol, to: "carol", 30),
    ]
    let all = ["alice", "bob", "dave"]
    func verdict(_ payouts: [Transaction.Payout], _ signers: [String]) throws -> Receipt.Verdict {
      try ledger.release(number, payouts, by: signers[0], with: Array(signers.dropFirst())).verdict
    }
    for index in good.indices {
      // One unit more or less in one place, and one place left out.
      for units in [good[index].amount.units - 1, good[index].amount.units + 1] {
        var payouts = good
        payouts[index] = Transaction.Payout(
          vault: good[index].vault, key: good[index].key, to: good[index].to, amount: Amount(unchecked: units))
        #expect(try verdict(payouts, all) == .failed(operation: 0, .refused(.amount)))
      }
      var payouts = good
      payouts.remove(at: index)
      #expect(try verdict(payouts, all) == .failed(operation: 0, .refused(.amount)))
    }
    // What is too little in one place is not made up in another of the same currency.
    #expect(
      try verdict(
        [TestLedger.payout(0, to: "dave", 71), TestLedger.payout(2, 4, to: "bob", 8)] + [good[1]] + good[3...], all)
        == .failed(operation: 0, .refused(.amount)))
    // Under a key where nothing lies nothing is paid out.
    #expect(
      try verdict(good + [TestLedger.payout(2, 5, to: "bob", 1)], all) == .failed(operation: 0, .refused(.amount)))
    #expect(
      try verdict(good + [TestLedger.payout(3, alice, to: "alice", 1)], all)
        == .failed(operation: 0, .refused(.amount)))
    #expect(
      try verdict(good + [TestLedger.payout(3, .max, to: "alice", 1)], all)
        == .failed(operation: 0, .refused(.amount)))
    #expect(
      try verdict(good + [TestLedger.payout(2, to: "alice", 1)], all) == .failed(operation: 0, .refused(.argument)))
    #expect(try verdict(good, ["alice", "bob"]) == .failed(operation: 0, .refused(.consent)))
    // What lies under carol's key goes elsewhere only on carol's word; not even whom the genesis names gives it away.
    let taken = good.dropLast() + [TestLedger.payout(3, carol, to: "alice", 30)]
    for signers in [all, ["operator"], all + ["operator"]] {
      #expect(try verdict(Array(taken), signers) == .failed(operation: 0, .refused(.consent)))
      #expect(
        try verdict(
          good.dropLast() + [
            TestLedger.payout(3, carol, to: "alice", 1), TestLedger.payout(3, carol, to: "carol", 29),
          ], signers)
          == .failed(operation: 0, .refused(.consent)))
    }
    #expect(ledger.defect == nil)
    // Three members were paid ahead for and two are there: something is left in the pot.
    let (pot, credit) = (ledger.chain.state.agreements[0].pot, ledger.credit("alice"))
    #expect(pot.map(\.payer) == [ledger.row("alice")])
    let release = ledger.signed([.release(.init(agreement: number, payouts: Array(taken)))], by: "carol", with: all)
    let receipt = try ledger.send(release)
    let by = try ["alice", "bob", "dave"].map { try #require(ledger.row($0)) }
    #expect(
      receipt.verdict == .done
        && receipt.results == [
          .released(.init(agreement: number, signers: by, moves: receipt.moves.map(\.move), returned: pot))
        ])
    #expect(ledger.credit("alice") == credit + pot.reduce(0) { $0 + $1.gas })
    let story = LedgerStory(ledger.chain, Wording(.english)) { id in
      TestLedger.people.first { TestLedger.id($0) == id } ?? "?"
    }
    let lines = story.lines(receipt, release.transaction)
    #expect(
      lines.contains("0.30 CNY goes from shares[carol] to alice.") && lines.last?.hasPrefix("alice gets back ") == true)
    #expect(ledger.units("dave", "CNY") == 100_000_070 && ledger.units("alice", "EUR") == 100_000_000)
    #expect(
      ledger.units("alice", "CNY") == 100_000_000 - 70 + 8 + 30 && ledger.units("bob", "CNY") == 100_000_000 - 67 + 29)
    #expect(ledger.chain.state.agreements[0].holdings.isEmpty && ledger.defect == nil)
    #expect(try ledger.defectOfAnyEvent { again, height in if height == 2 { again.run(broken, at: 0) } } == nil)
  }

  /// Where an action is open to anyone, nobody knows whose what lies in common is: the parties
  /// divide only what lies under accounts' keys.
  @Test func whatAnyoneMayHavePutInIsNotForThePartiesToDivide() throws {
    for joining in [
      "on give(a: Amount<C>) by anyone receiving a into common {}",
      "on give(who: Party, a: Amount<C>) by who receiving a into common {}",
    ] {
      let ledger = try TestLedger()
      let (number, _) = try club(ledger, joining)
      let arguments = joining.contains("who") ? [Value.party(try key(ledger, "carol")), amount(5)] : [amount(5)]
      #expect(try ledger.act("give", on: number, by: "carol", arguments, letGo: TestLedger.fen(5)).verdict == .done)
      #expect(try ledger.act("join", on: number, by: "bob", [amount(20)], letGo: TestLedger.fen(20)).verdict == .done)
      ledger.suspended = [number]
      try ledger.advance(TestLedger.day)
      #expect(!ledger.chain.releasers(of: number).areEverybody)
      let bob = try key(ledger, "bob")
      let payouts = [TestLedger.payout(0, to: "carol", 5), TestLedger.payout(3, bob, to: "bob", 20)]
      #expect(
        try ledger.release(number, payouts, by: "alice", with: ["bob"]).verdict
          == .failed(operation: 0, .refused(.consent)))
      #expect(
        try ledger.release(number, payouts, by: "alice", with: ["bob", "carol"]).verdict
          == .failed(operation: 0, .refused(.consent)))
      #expect(try ledger.release(number, payouts, by: "operator").verdict == .done)
      #expect(ledger.defect == nil && ledger.units("carol", "CNY") == 100_000_000)
    }
    // With nothing in common, they need nobody.
    let ledger = try TestLedger()
    let (number, _) = try club(ledger, "on poke() by anyone {}")
    #expect(try ledger.act("join", on: number, by: "bob", [amount(20)], letGo: TestLedger.fen(20)).verdict == .done)
    ledger.suspended = [number]
    try ledger.advance(TestLedger.day)
    let bob = try key(ledger, "bob")
    #expect(
      try ledger.release(number, [TestLedger.payout(3, bob, to: "bob", 20)], by: "bob", with: ["alice"]).verdict
        == .done)
  }

  /// Whom a field names now need not be who has paid. Each is invited, pays 50.00 CNY, and is named
  /// no longer, or only by what the state knows.
  private static let guests = [
    """
    party seller
    vault held: Money<CNY>
    initial state Offered {
      on invite(guest: Party) by seller -> Invited(guest: guest)
      after 3 days -> Over
    }
    state Invited(guest: Party) {
      on pay() by guest receiving 50.00 CNY into held -> Held(owner: guest)
      after 3 days -> Over
    }
    state Held(owner: Party) {
      after 5 days { pay held to owner } -> Over
    }
    final state Over
    """,
    """
    party seller
    field guest: Party = seller
    vault held: Money<CNY>
    initial state Offered {
      on invite(who: Party) by seller { guest = who }
      on pay() by guest receiving 50.00 CNY into held {}
      after 5 days { pay held to guest } -> Over
    }
    final state Over
    """,
  ]

  @Test func whoIsNamedNoLongerMayHavePaid() throws {
    for (number, text) in ReleaseTests.guests.enumerated() {
      let ledger = try TestLedger()
      let whole = TestLedger.compiled("contract Guest {\n\(text)\n}")
      let id = try ledger.publish(whole, running: try whole.failing(.division) { $0.trigger.isAutomatic })
      let agreement = try ledger.open(id, ["CNY"], ["bob"])
      func invite(_ name: String) throws {
        #expect(try ledger.act("invite", on: agreement, by: "bob", [.party(try key(ledger, name))]).verdict == .done)
      }
      try invite("carol")
      #expect(try ledger.act("pay", on: agreement, by: "carol", letGo: TestLedger.fen(5000)).verdict == .done)
      if number == 1 { try invite("bob") }
      ledger.suspended = [agreement]
      try ledger.advance(Duration(unchecked: 5 * 86_400_000))
      let releasers = ledger.chain.releasers(of: agreement)
      #expect(releasers.accounts == [try #require(ledger.row("bob"))] && !releasers.areEverybody)
      let taken = [TestLedger.payout(0, to: "bob", 5000)]
      #expect(try ledger.release(agreement, taken, by: "bob").verdict == .failed(operation: 0, .refused(.consent)))
      #expect(
        try ledger.release(agreement, taken, by: "bob", with: ["carol"]).verdict
          == .failed(operation: 0, .refused(.consent)))
      #expect(try ledger.release(agreement, [TestLedger.payout(0, to: "carol", 5000)], by: "operator").verdict == .done)
      #expect(ledger.defect == nil && ledger.units("carol", "CNY") == 100_000_000)
    }
  }

  /// A field that names somebody once and for ever, or who acts without paying, takes nothing from the parties.
  @Test func whoIsNamedForEverIsKnown() throws {
    let ledger = try TestLedger()
    let whole = TestLedger.compiled(
      """
      contract Sure {
        party seller, buyer
        let payer = buyer
        field helper: Party = buyer
        field clerk: Party = seller
        vault held: Money<CNY>
        initial state Offered {
          on appoint(who: Party) by seller { clerk = who }
          on look() by clerk {}
          on pay() by payer receiving 30.00 CNY into held {}
          on add() by helper receiving 20.00 CNY into held {}
          after 5 days { pay held to buyer } -> Over
        }
        final state Over
      }
      """)
    let id = try ledger.publish(whole, running: try whole.failing(.division) { $0.trigger.isAutomatic })
    let agreement = try ledger.open(id, ["CNY"], ["bob", "carol"])
    #expect(try ledger.act("pay", on: agreement, by: "carol", letGo: TestLedger.fen(3000)).verdict == .done)
    #expect(try ledger.act("add", on: agreement, by: "carol", letGo: TestLedger.fen(2000)).verdict == .done)
    ledger.suspended = [agreement]
    try ledger.advance(Duration(unchecked: 5 * 86_400_000))
    let releasers = ledger.chain.releasers(of: agreement)
    #expect(releasers.accounts == ["bob", "carol"].compactMap(ledger.row).sorted() && releasers.areEverybody)
    let given = [TestLedger.payout(0, to: "carol", 5000)]
    #expect(try ledger.release(agreement, given, by: "bob").verdict == .failed(operation: 0, .refused(.consent)))
    #expect(try ledger.release(agreement, given, by: "bob", with: ["carol"]).verdict == .done)
  }

  /// In a group purchase only members act, and they are no parties: whom the genesis names gives
  /// each its own back, at as many keys as there are.
  @Test func whereNobodyMayActOnlyTheOperatorReleases() throws {
    let ledger = try TestLedger()
    let whole = TestLedger.compiled(try Repository.text("contracts/group-purchase.ern"))
    let id = try ledger.publish(whole, running: try whole.failing(.share) { $0.trigger.isAutomatic })
    let most = 100
    let closes = Value.time(TestLedger.start + TestLedger.day)
    let number = try ledger.open(id, ["CNY"], ["alice"], [amount(3), .int(Integer(1)), closes])
    let members = (0..<most).map { "p\($0)" }
    #expect(try ledger.send(members.map { TestLedger.transfer(3, "CNY", to: $0) }, by: "alice").verdict == .done)
    for first in stride(from: 0, to: most, by: 10) {
      #expect(
        try ledger.send(
          members[first..<first + 10].map { .grant(to: TestLedger.id($0), credit: 1_000_000, signer: 0) }, by: "bob"
        ).verdict == .done)
    }
    for name in members {
      let join = ledger.transaction(
        [TestLedger.call("join", number, [], TestLedger.fen(3))], by: name, gasLimit: 900_000)
      #expect(try ledger.send(TestLedger.signed(join)).verdict == .done)
    }
    ledger.suspended = [number]
    try ledger.advance(TestLedger.day)
    #expect(ledger.chain.releasers(of: number).accounts.isEmpty)
    let payouts = try members.map { TestLedger.payout(0, try key(ledger, $0), to: $0, 3) }
    #expect(try ledger.release(number, payouts, by: "alice").verdict == .failed(operation: 0, .refused(.authority)))
    #expect(
      try ledger.release(number, Array(payouts.dropLast()), by: "operator").verdict
        == .failed(operation: 0, .refused(.amount)))
    #expect(try ledger.release(number, payouts, by: "operator").verdict == .done)
    #expect(members.allSatisfy { ledger.units($0, "CNY") == 3 } && ledger.defect == nil)
  }

  /// As many parties as a contract may have can all sign one transaction; one of them less is too
  /// few. Who consented without having to has a say as well.
  @Test func allOfThemSign() throws {
    let most = ProtocolNumber.current.limits.parties
    #expect(most == ProtocolNumber.current.limits.coSigners + 1)
    let names = (0..<most).map { "p\($0)" }
    func text(_ acting: Int) -> String {
      """
      contract Crowd {
        party \(names.joined(separator: ", "))
        vault box: Money<CNY>
        initial state Open {
          on put() by \(names[0]) receiving 1.00 CNY into box {}
          on go() by \(names.prefix(acting).joined(separator: " and ")), after 1 days {
            split box { evenly -> \(names.joined(separator: ", ")) }
          } -> Over
        }
        final state Over
      }
      """
    }
    for (acting, signing, late, needed) in [
      (most, [0], nil, most), (2, [0], nil, 2), (2, [0, 9], nil, 3), (1, [9], nil, 2), (1, [9], 5, 3),
    ]
      as [(Int, [Int], Int?, Int)]
    {
      let ledger = try TestLedger()
      for name in names {
        #expect(
          try ledger.send([.grant(to: TestLedger.id(name), credit: 30_000_000, signer: 0)], by: "alice").verdict
            == .done)
      }
      let whole = TestLedger.compiled(text(acting))
      let id = try ledger.publish(whole, running: try whole.failing(.index) { $0.trigger.isAutomatic })
      let number = try ledger.open(id, ["CNY"], names, signing: signing.map { names[$0] })
      ledger.suspended = [number]
      try ledger.advance(TestLedger.day)
      // A party that did not have to consent may do so still.
      if let late {
        let consent = Transaction.Operation.consent(number, subject: ledger.chain.subject(of: number), signer: 0)
        #expect(try ledger.send([consent], by: names[late]).verdict == .done)
      }
      let signers = Array(Set(names.prefix(acting) + (signing + [late].compactMap { $0 }).map { names[$0] })).sorted()
      #expect(signers.count == needed && ledger.chain.releasers(of: number).accounts.count == needed)
      let pot = ledger.chain.state.agreements[0].pot
      for missing in signers {
        let others = signers.filter { $0 != missing }
        #expect(
          try ledger.release(number, [], by: others[0], with: Array(others.dropFirst())).verdict
            == .failed(operation: 0, .refused(.consent)))
      }
      let receipt = try ledger.release(number, [], by: signers[0], with: Array(signers.dropFirst()))
      guard case .released(let released)? = receipt.results.first, released.agreement == number else {
        Issue.record("\(receipt)")
        continue
      }
      #expect(
        released.signers.count == needed && released.moves.isEmpty && released.returned == pot && ledger.defect == nil)
    }
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
}
