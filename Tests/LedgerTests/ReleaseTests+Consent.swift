import Bytecode
import ContractFuzzing
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Support
import Testing

/// Who has a say in what is released.
extension ReleaseTests {
  // MARK: What lies where

  /// The parties, and the steward that a field names. Carol is a member and no more.
  @Test func thePartiesAndWhomAFieldNamesRelease() throws {
    let club = try FailingClub.filled()
    let releasers = club.ledger.chain.releasers(of: club.number)
    #expect(releasers.accounts == club.all.compactMap(club.ledger.row).sorted() && releasers.areEverybody)
    #expect(try club.verdict(try club.good, ["alice", "bob"]) == .refused(.consent))
  }

  /// Not one unit more or less in any place, and none left out.
  @Test func everyPlaceIsPaidOutExactly() throws {
    let club = try FailingClub.filled()
    let good = try club.good
    for index in good.indices {
      for units in [good[index].amount.units - 1, good[index].amount.units + 1] {
        var payouts = good
        payouts[index] = Transaction.Payout(
          vault: good[index].vault, key: good[index].key, to: good[index].to, amount: Amount(unchecked: units))
        #expect(try club.verdict(payouts, club.all) == .refused(.amount))
      }
      var payouts = good
      payouts.remove(at: index)
      #expect(try club.verdict(payouts, club.all) == .refused(.amount))
    }
    #expect(club.ledger.defect == nil)
  }

  /// Though it is of the same currency.
  @Test func whatIsMissingInOnePlaceIsNotMadeUpInAnother() throws {
    let club = try FailingClub.filled()
    let good = try club.good
    let shifted =
      [TestLedger.payout(0, to: "dave", 71), TestLedger.payout(2, 4, to: "bob", 8)] + [good[1]] + good[3...]
    #expect(try club.verdict(shifted, club.all) == .refused(.amount))
  }

  @Test func underAKeyWhereNothingLiesNothingIsPaidOut() throws {
    let club = try FailingClub.filled()
    let (good, alice) = (try club.good, try club.ledger.key("alice"))
    for payout in [
      TestLedger.payout(2, 5, to: "bob", 1), TestLedger.payout(3, alice, to: "alice", 1),
      TestLedger.payout(3, .max, to: "alice", 1),
    ] { #expect(try club.verdict(good + [payout], club.all) == .refused(.amount)) }
    #expect(try club.verdict(good + [TestLedger.payout(2, to: "alice", 1)], club.all) == .refused(.argument))
  }

  /// Money under carol's key goes elsewhere only on carol's word; not even whom the genesis names gives it away.
  @Test func whatLiesUnderAKeyIsItsAccounts() throws {
    let club = try FailingClub.filled()
    let (good, carol) = (Array(try club.good.dropLast()), try club.carol)
    let parted = [TestLedger.payout(3, carol, to: "alice", 1), TestLedger.payout(3, carol, to: "carol", 29)]
    for signers in [club.all, ["operator"], club.all + ["operator"]] {
      for taken in [[TestLedger.payout(3, carol, to: "alice", 30)], parted] {
        #expect(try club.verdict(good + taken, signers) == .refused(.consent))
      }
    }
    #expect(club.ledger.defect == nil)
  }

  @Test func onItsAccountsWordItGoesElsewhere() throws {
    let club = try FailingClub.filled()
    let (ledger, number) = (club.ledger, club.number)
    let taken = try club.good.dropLast() + [TestLedger.payout(3, try club.carol, to: "alice", 30)]
    // Three members were paid ahead for and two are there: something is left in the pot.
    let (pot, credit) = (ledger.chain.state.agreements[0].pot, ledger.credit("alice"))
    #expect(pot.map(\.payer) == [ledger.row("alice")])
    let release = ledger.signed(
      [.release(.init(agreement: number, payouts: Array(taken)))], by: "carol", with: club.all)
    let receipt = try ledger.send(release)
    let by = try ["alice", "bob", "dave"].map { try #require(ledger.row($0)) }
    #expect(
      receipt.verdict == .done
        && receipt.results == [
          .released(.init(agreement: number, signers: by, moves: receipt.moves.map(\.move), returned: pot))
        ])
    #expect(ledger.credit("alice") == credit + pot.reduce(0) { $0 + $1.gas })
    let lines = ledger.story().lines(receipt, release.transaction)
    #expect(
      lines.contains("0.30 CNY goes from shares[carol] to alice.") && lines.last?.hasPrefix("alice gets back ") == true)
    #expect(ledger.units("dave", "CNY") == 100_000_070 && ledger.units("alice", "EUR") == 100_000_000)
    #expect(
      ledger.units("alice", "CNY") == 100_000_000 - 70 + 8 + 30 && ledger.units("bob", "CNY") == 100_000_000 - 67 + 29)
    #expect(ledger.chain.state.agreements[0].holdings.isEmpty && ledger.defect == nil)
    #expect(try ledger.defectOfAnyEvent { again, height in if height == 2 { again.run(club.broken, at: 0) } } == nil)
  }

  /// Where an action is open to anyone, nobody knows whose what lies in common is: the parties
  /// divide only what lies under accounts' keys.
  @Test func whatAnyoneMayHavePutInIsNotForThePartiesToDivide() throws {
    for joining in [
      "on give(a: Amount<C>) by anyone receiving a into common {}",
      "on give(who: Party, a: Amount<C>) by who receiving a into common {}",
    ] {
      let club = try FailingClub(joining)
      let (ledger, amount) = (club.ledger, FailingClub.amount(5))
      let arguments = joining.contains("who") ? [Value.party(try club.carol), amount] : [amount]
      try club.act("give", by: "carol", arguments, letGo: TestLedger.fen(5))
      try club.act("join", by: "bob", [FailingClub.amount(20)], letGo: TestLedger.fen(20))
      try club.fail()
      #expect(!ledger.chain.releasers(of: club.number).areEverybody)
      let payouts = [
        TestLedger.payout(0, to: "carol", 5), TestLedger.payout(3, try ledger.key("bob"), to: "bob", 20),
      ]
      #expect(try club.verdict(payouts, ["alice", "bob"]) == .refused(.consent))
      #expect(try club.verdict(payouts, ["alice", "bob", "carol"]) == .refused(.consent))
      #expect(try club.verdict(payouts, ["operator"]) == .done)
      #expect(ledger.defect == nil && ledger.units("carol", "CNY") == 100_000_000)
    }
  }

  /// Though an action is open to anyone.
  @Test func withNothingInCommonThePartiesNeedNobody() throws {
    let club = try FailingClub("on poke() by anyone {}")
    try club.act("join", by: "bob", [FailingClub.amount(20)], letGo: TestLedger.fen(20))
    try club.fail()
    let payouts = [TestLedger.payout(3, try club.ledger.key("bob"), to: "bob", 20)]
    #expect(try club.verdict(payouts, ["bob", "alice"]) == .done)
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
        #expect(try ledger.act("invite", on: agreement, by: "bob", [.party(try ledger.key(name))]).verdict == .done)
      }
      try invite("carol")
      #expect(try ledger.act("pay", on: agreement, by: "carol", letGo: TestLedger.fen(5000)).verdict == .done)
      if number == 1 { try invite("bob") }
      ledger.suspended = [agreement]
      try ledger.advance(Duration(unchecked: 5 * 86_400_000))
      let releasers = ledger.chain.releasers(of: agreement)
      #expect(releasers.accounts == [try #require(ledger.row("bob"))] && !releasers.areEverybody)
      let taken = [TestLedger.payout(0, to: "bob", 5000)]
      #expect(try ledger.release(agreement, taken, by: "bob").verdict == .refused(.consent))
      #expect(
        try ledger.release(agreement, taken, by: "bob", with: ["carol"]).verdict
          == .refused(.consent))
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
    #expect(try ledger.release(agreement, given, by: "bob").verdict == .refused(.consent))
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
    let number = try ledger.open(id, ["CNY"], ["alice"], [FailingClub.amount(3), .int(Integer(1)), closes])
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
    let payouts = try members.map { TestLedger.payout(0, try ledger.key($0), to: $0, 3) }
    #expect(try ledger.release(number, payouts, by: "alice").verdict == .refused(.authority))
    #expect(
      try ledger.release(number, Array(payouts.dropLast()), by: "operator").verdict
        == .refused(.amount))
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
            == .refused(.consent))
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
}
