import Fuzzing
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing

/// Every wrong release, with the first reason that applies; none leaves a trace.
extension ReleaseTests {
  /// Not even all together with the operator.
  @Test func beforeAnythingFailsNobodyReleases() throws {
    let purchases = try FailingPurchases()
    try purchases.expectRefused(.state, purchases.first, purchases.good, purchases.all + ["operator"])
    try purchases.expectRefused(.state, purchases.first, [], purchases.all)
  }

  @Test func anAgreementThatIsNotThereIsNotReleased() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    try purchases.expectRefused(.agreement, AgreementNumber(9), purchases.good, purchases.all)
  }

  @Test func aPayoutFromNoPlaceIsRefused() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    for payout in [TestLedger.payout(1, to: "alice", 10_000), TestLedger.payout(0, 0, to: "alice", 10_000)] {
      try purchases.expectRefused(.argument, purchases.first, [payout], purchases.all)
    }
  }

  @Test func strangersReleaseNothing() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    try purchases.expectRefused(.authority, purchases.first, purchases.good, ["p1"])
  }

  /// A stranger does not stand in for anybody.
  @Test func everyPartyMustSign() throws {
    let purchases = try FailingPurchases()
    try purchases.fail()
    for missing in purchases.all {
      try purchases.expectRefused(
        .consent, purchases.first, purchases.good, purchases.all.filter { $0 != missing } + ["p1"])
    }
  }

  /// Neither the parties nor the operator pay out more or less.
  @Test func allThatIsThereIsPaidOut() throws {
    let purchases = try FailingPurchases()
    let (number, all) = (purchases.first, purchases.all)
    try purchases.fail()
    for units in [9999, 10_001, 1] as [UInt128] {
      for signers in [all, ["operator"]] {
        try purchases.expectRefused(.amount, number, [TestLedger.payout(0, to: "alice", units)], signers)
      }
    }
    try purchases.expectRefused(.amount, number, [], all)
    try purchases.expectRefused(.amount, number, purchases.good + [TestLedger.payout(0, to: "bob", 1)], all)
    // The sum is no smaller for being too great.
    try purchases.expectRefused(
      .amount, number, [TestLedger.payout(0, to: "alice", Amount.max.units), TestLedger.payout(0, to: "bob", 10_001)],
      all)
  }

  /// Each fault is added to those behind it.
  @Test func ofSeveralReasonsTheFirstIsTold() throws {
    let purchases = try FailingPurchases()
    let number = purchases.first
    try purchases.fail()
    let wrong = [TestLedger.payout(0, to: "alice", 9)]
    let wrongPlace = [TestLedger.payout(1, to: "alice", 9)]
    try purchases.expectRefused(.amount, number, wrong, purchases.all)
    try purchases.expectRefused(.consent, number, wrong, ["alice"])
    try purchases.expectRefused(.authority, number, wrong, ["p1"])
    try purchases.expectRefused(.argument, number, wrongPlace, ["p1"])
    try purchases.expectRefused(.state, try purchases.ledger.openPurchase(), wrongPlace, ["p1"])
    try purchases.expectRefused(.agreement, AgreementNumber(9), wrong, ["p1"])
  }

  @Test func aReleaseIsOfOneAgreementOnly() throws {
    let purchases = try FailingPurchases()
    let (ledger, all) = (purchases.ledger, purchases.all)
    try purchases.fail()
    #expect(try ledger.release(purchases.first, purchases.good, on: ["operator"]) == .done)
    try purchases.expectRefused(.state, purchases.first, purchases.good, all)
    try purchases.expectRefused(.amount, purchases.second, [], ["operator"])
    #expect(try ledger.release(purchases.second, purchases.good, on: all + ["p1"]) == .done)
    #expect(ledger.units("alice", "CNY") == 100_000_000 && ledger.defect == nil)
    try purchases.expectReplay()
  }

  /// Random payouts of random people: done exactly where they should be, and nothing is made or lost.
  @Test func randomReleasesAddUpOrAreRefused() throws {
    var random = Random(seed: 26)
    var counts: [String: Int] = [:]
    for _ in 0..<4 {
      let purchases = try FailingPurchases()
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
          if purchases.agreement(number).position.standing == .released {
            .refused(.state)
          } else if signers != ["operator"] && !all.contains(where: signers.contains) {
            .refused(.authority)
          } else if signers != ["operator"] && !all.allSatisfy(signers.contains) {
            .refused(.consent)
          } else if payouts.reduce(0, { $0 + $1.amount.units }) != 10_000 {
            .refused(.amount)
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
}
