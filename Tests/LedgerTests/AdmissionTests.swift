import Interface
import Ledger
import Ordering
import Presentation
import Primitives
import Runtime
import Signing
import Testing
import Wording

/// What the ledger does not admit, refuses, or does once: each with its own reason, and nothing else changes.
@Suite struct AdmissionTests {
  private func reason(_ ledger: TestLedger, _ change: (inout Transaction) -> Void) throws -> Receipt.Verdict {
    var transaction = ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    change(&transaction)
    return try ledger.send(TestLedger.signed(transaction)).verdict
  }

  @Test func eachInadmissibleTransactionHasItsReason() throws {
    let ledger = try TestLedger()
    _ = try ledger.send(
      TestLedger.signed(
        ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice", reference: "order 1")))
    let before = ledger.chain.state.digest
    let limits = ProtocolNumber.current.limits
    #expect(try reason(ledger) { $0.chain = Digest(sha256: []) } == .inadmissible(.chain))
    #expect(try reason(ledger) { $0.validUntil = ledger.chain.time } == .inadmissible(.expired))
    #expect(
      try reason(ledger) { $0.validUntil = ledger.chain.time + Duration(unchecked: Int64(limits.validity) + 1) }
        == .inadmissible(.horizon))
    #expect(try reason(ledger) { $0.nonce = 0 } == .inadmissible(.nonce))
    #expect(try reason(ledger) { $0.nonce = 2 } == .inadmissible(.nonce))
    #expect(try reason(ledger) { $0.reference = Array("order 1".utf8) } == .inadmissible(.reference))
    #expect(try reason(ledger) { $0.gasLimit = 1000 } == .inadmissible(.gasLimit))
    #expect(try reason(ledger) { $0.gasLimit = UInt64(limits.transactionGas) + 1 } == .inadmissible(.gasLimit))
    #expect(
      try TestLedger(credit: 50_000).send([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice").verdict
        == .inadmissible(.credit))

    let good = ledger.signed([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    let tag = 20
    func altered(_ change: (inout [UInt8]) -> Void) throws -> Receipt.Verdict {
      var bytes = good.bytes
      change(&bytes)
      guard case .refused(let reason) = ledger.sequencer.submit(bytes) else { return .done }
      return .inadmissible(reason)
    }
    #expect(try altered { $0 = [] } == .inadmissible(.malformed))
    #expect(try altered { $0.removeLast() } == .inadmissible(.malformed))
    #expect(try altered { $0[$0.count - 1] ^= 1 } == .inadmissible(.signature))
    // Two bytes of length, the tag, then the protocol's number.
    #expect(try altered { $0[2 + tag] = 1 } == .inadmissible(.protocolNumber))
    let other = TestLedger.signed(ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "bob"))
    #expect(
      try altered { $0.replaceSubrange($0.count - 97..<$0.count, with: other.bytes.suffix(97)) } == .inadmissible(.key))
    #expect(ledger.chain.state.digest == before)
  }

  /// Of several reasons the first is told: one fault is added to the other, from the last of the list to the first.
  @Test func reasonsComeInOneOrder() throws {
    let ledger = try TestLedger()
    _ = try ledger.send(
      TestLedger.signed(
        ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice", reference: "order 1")))
    var transaction = ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    var damage: (inout [UInt8]) -> Void = { _ in }
    func reason() -> Inadmissible? {
      var bytes = TestLedger.signed(transaction).bytes
      damage(&bytes)
      guard case .refused(let reason) = ledger.sequencer.submit(bytes) else { return nil }
      return reason
    }
    let limits = ProtocolNumber.current.limits
    let stranger = TestLedger.signed(ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "bob")).bytes
      .suffix(97)
    var told: [Inadmissible?] = []
    transaction.gasLimit = 1
    told.append(reason())
    transaction.reference = Array("order 1".utf8)
    told.append(reason())
    transaction.nonce = 9
    told.append(reason())
    transaction.validUntil = ledger.chain.time + Duration(unchecked: Int64(limits.validity) + 1)
    told.append(reason())
    transaction.validUntil = ledger.chain.time
    told.append(reason())
    damage = { $0[$0.count - 1] ^= 1 }
    told.append(reason())
    damage = { bytes in
      bytes.replaceSubrange(bytes.count - 97..<bytes.count, with: stranger)
      bytes[bytes.count - 1] ^= 1
    }
    told.append(reason())
    transaction.chain = .zero
    told.append(reason())
    let others = damage
    damage = { bytes in
      others(&bytes)
      bytes[22] = 1
    }
    told.append(reason())
    damage = { $0 = Array($0.dropLast()) }
    told.append(reason())
    #expect(
      told == [
        .gasLimit, .reference, .nonce, .horizon, .expired, .signature, .key, .chain, .protocolNumber, .malformed,
      ])
    // The list is the order, but for the two that need a ledger of their own: who has no credit,
    // and deadlines that come first.
    let order = Inadmissible.allCases.filter { $0 != .credit && $0 != .behind }
    #expect(told.reversed() == order.map(Optional.some))
  }

  @Test func aTransactionThatIsResentHasItsFirstResult() throws {
    let ledger = try TestLedger()
    let signed = ledger.signed([TestLedger.transfer(500, "CNY", to: "bob")], by: "alice")
    let first = try ledger.send(signed)
    let digest = ledger.chain.state.digest
    _ = try ledger.send([TestLedger.transfer(1, "EUR", to: "alice")], by: "bob")
    guard case .known(_, let again?) = ledger.sequencer.submit(signed.bytes) else { throw Unexpected() }
    #expect(again == first && ledger.chain.durable.height == 2)
    #expect(digest != ledger.chain.state.digest)
    // Another signature of the same bytes is the same transaction.
    #expect(ledger.units("bob", "CNY") == 100_000_500)
  }

  @Test func aHundredCopiesAreAppliedOnce() throws {
    let ledger = try TestLedger()
    let signed = ledger.signed([TestLedger.transfer(500, "CNY", to: "bob")], by: "alice")
    let submissions = ledger.sequencer.submit(Array(repeating: signed.bytes, count: 100))
    #expect(submissions.filter { if case .waiting = $0 { true } else { false } }.count == 1)
    try ledger.sequencer.run { _ in }
    #expect(ledger.units("bob", "CNY") == 100_000_500 && ledger.nonce("alice") == 1 && ledger.chain.durable.height == 1)
    // The same in one block, as a careless orderer might build it.
    let copy = ledger.signed([TestLedger.transfer(500, "CNY", to: "bob")], by: "alice")
    let block = ledger.chain.execute(
      Proposal(height: 2, time: ledger.chain.time, entries: Array(repeating: copy.bytes, count: 100)))
    #expect(block.receipts.filter { $0.verdict == .done }.count == 1)
    #expect(block.receipts.filter { $0.verdict == .inadmissible(.nonce) }.count == 99)
    _ = try ledger.chain.commit()
    #expect(ledger.units("bob", "CNY") == 100_001_000)
  }

  @Test func aSenderHasAtMostSoManyThatWait() throws {
    let ledger = try TestLedger()
    let most = EmbeddedSequencer<Chain>.waitingMax
    let entries = (0...most).map { ahead in
      TestLedger.signed(
        ledger.transaction(
          [TestLedger.transfer(1, "CNY", to: "bob")], by: "alice", ahead: UInt64(ahead), gasLimit: 100_000)
      ).bytes
    }
    let submissions = ledger.sequencer.submit(entries)
    guard case .waiting = submissions[most - 1], case .crowded = submissions[most] else { throw Unexpected() }
    try ledger.sequencer.run { _ in }
    #expect(ledger.units("bob", "CNY") == 100_000_000 + UInt128(most))
    #expect(ledger.chain.durable.height == 1)
  }

  /// Refused and trapped: nonce and gas are spent, and nothing else has changed.
  @Test func aRefusedTransactionSpendsItsNonceAndGasAlone() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    let agreement = ledger.chain.state.agreements[number.index]
    let cases: [(Failure, String, Transaction.Operation)] = [
      (.refused(.module), "alice", .publish(module: [1, 2, 3])),
      (
        .refused(.module), "alice",
        .open(.init(module: .zero, currencies: [], parties: [], terms: [], summary: .zero), signer: 0)
      ),
      (.refused(.agreement), "alice", TestLedger.call("pay", AgreementNumber(77))),
      (.refused(.visit), "alice", TestLedger.call("pay", number, [], TestLedger.fen(10_000), 9)),
      (.refused(.state), "bob", TestLedger.call("ship", number, [.text([65])])),
      (.refused(.argument), "alice", TestLedger.call("pay", number, [.bool(true)], TestLedger.fen(10_000))),
      (.refused(.authority), "bob", TestLedger.call("pay", number, [], TestLedger.fen(10_000))),
      (.refused(.amount), "alice", TestLedger.call("pay", number, [], TestLedger.fen(9999))),
      (.refused(.amount), "alice", TestLedger.call("pay", number)),
      (.refused(.funds), "alice", TestLedger.transfer(100_000_001, "CNY", to: "bob")),
      (.refused(.argument), "alice", TestLedger.transfer(0, "CNY", to: "bob")),
      (.refused(.credit), "alice", .grant(to: TestLedger.id("bob"), credit: 1_000_000_000, signer: 0)),
      (.refused(.authority), "alice", .advance(until: ledger.chain.time, signer: 0)),
      (.refused(.authority), "operator", .consent(number, subject: ledger.chain.subject(of: number), signer: 0)),
      (.refused(.consent), "alice", .consent(number, subject: .zero, signer: 0)),
    ]
    for (failure, name, operation) in cases {
      let row = try #require(ledger.row(name))
      let (nonce, credit) = (ledger.nonce(name), ledger.credit(name))
      // What came before in the same transaction is undone with it.
      let receipt = try ledger.send(
        [
          TestLedger.transfer(1, "CNY", to: "carol"), .grant(to: TestLedger.id("dave"), credit: 1, signer: 0),
          operation,
        ], by: name)
      if name == "operator" {
        #expect(receipt.verdict == .failed(operation: 0, .refused(.funds)))
        #expect(try ledger.send([operation], by: name).verdict == .failed(operation: 0, failure))
        continue
      }
      #expect(receipt.verdict == .failed(operation: 2, failure), "\(failure)")
      #expect(ledger.nonce(name) == nonce + 1 && ledger.credit(name) == credit - receipt.gas)
      #expect(ledger.chain.state.agreements[number.index] == agreement)
      #expect(
        ledger.chain.state.balance(row, Currency.all[0]).units == 100_000_000
          && ledger.units("carol", "CNY") == 100_000_000)
      #expect(ledger.defect == nil)
    }
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  @Test func aTransactionThatRunsOutOfGasSpendsItsLimit() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    let pay = TestLedger.call("pay", number, [], TestLedger.fen(10_000))
    let enough = ledger.chain.rehearse([pay], sender: TestLedger.id("alice"), coSigners: []) { $0[0] }
    let needed = enough.gas + enough.steps[0].prepaid
    let digest = ledger.chain.state.agreements[number.index]
    var transaction = ledger.transaction([pay], by: "alice", gasLimit: needed - 1)
    let credit = ledger.credit("alice")
    let receipt = try ledger.send(TestLedger.signed(transaction))
    #expect(receipt.verdict == .failed(operation: 0, .trapped(.gas)) && receipt.gas == needed - 1)
    #expect(ledger.credit("alice") == credit - needed + 1 && ledger.chain.state.agreements[number.index] == digest)
    transaction = ledger.transaction([pay], by: "alice", gasLimit: needed)
    #expect(try ledger.send(TestLedger.signed(transaction)).verdict == .done)
  }

  @Test func moneyComesInOnlyAfterEverybodyHasConsented() throws {
    let ledger = try TestLedger()
    let bytes = try TestLedger.purchase.get()
    let day = Value.duration(TestLedger.day)
    let opening = Transaction.Opening(
      module: Digest(sha256: bytes), currencies: [Currency.all[0]],
      parties: ["alice", "bob", "dave", "carol"].map(TestLedger.id),
      terms: [.amount(Amount(unchecked: 10_000)), day, day], summary: Digest(sha256: []))
    #expect(try ledger.send([.publish(module: bytes), .open(opening, signer: 0)], by: "alice").verdict == .done)
    let number = AgreementNumber(0)
    let pay = TestLedger.call("pay", number, [], TestLedger.fen(10_000))
    let subject = ledger.chain.subject(of: number)
    for name in ["bob", "carol", "dave"] {
      #expect(try ledger.send([pay], by: "alice").verdict == .failed(operation: 0, .refused(.consent)))
      #expect(try ledger.send([.consent(number, subject: subject, signer: 0)], by: name).verdict == .done)
    }
    #expect(try ledger.send([pay], by: "alice").verdict == .done)
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  /// An orderer may put anything into a block. What was not signed has no effect, and the chain
  /// replays, with and without verifying again.
  @Test func aBlockMayHoldWhatWasNotSigned() throws {
    let ledger = try TestLedger()
    let good = ledger.signed([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    var bad = good.bytes
    bad[bad.count - 1] ^= 1
    let entries = [bad, [1, 2, 3], good.signedBytes, good.bytes, good.bytes]
    let block = ledger.chain.execute(Proposal(height: 1, time: ledger.chain.time, entries: entries))
    #expect(
      block.receipts.map(\.verdict) == [
        .inadmissible(.signature), .inadmissible(.malformed), .inadmissible(.malformed), .done, .inadmissible(.nonce),
      ])
    _ = try ledger.chain.commit()
    #expect(try ledger.chain.committed(good.id)?.1.verdict == .done)
    #expect(try Chain(ledger.store).durable.digest == ledger.chain.durable.digest)
    for isVerifying in [true, false] {
      let again = try Chain.atGenesis(of: ledger.store)
      try again.replay(1, verifyingSignatures: isVerifying)
      #expect(again.root == ledger.chain.root)
    }
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  /// A replica judges a proposal by itself: it need not have seen the transactions before.
  @Test func aProposalIsAcceptedByWhoeverSeesItFirst() throws {
    let (proposer, stranger) = (try TestLedger(), try TestLedger())
    let signed = proposer.signed([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    _ = proposer.chain.admit([signed.bytes])
    let entries = proposer.chain.prepare([signed.bytes], bytes: .max, gas: .max, time: TestLedger.start)
    #expect(entries.count == 1 && stranger.chain.accepts(Proposal(height: 1, time: TestLedger.start, entries: entries)))
    var bad = signed.bytes
    bad[bad.count - 1] ^= 1
    #expect(!stranger.chain.accepts(Proposal(height: 1, time: TestLedger.start, entries: [bad])))
  }

  /// What a sender cannot pay for together does not enter a block together; nor do two transactions of one reference.
  @Test func transactionsOfABlockAreLookedAtOneAfterTheOther() throws {
    let ledger = try TestLedger(credit: 250_000)
    let entries = (0..<4).map { ahead in
      TestLedger.signed(
        ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice", ahead: ahead, gasLimit: 100_000)
      ).bytes
    }
    #expect(ledger.chain.prepare(entries, bytes: .max, gas: .max, time: TestLedger.start) == Array(entries.prefix(2)))
    // What a sender gives away it cannot pay with.
    let generous = TestLedger.signed(
      ledger.transaction([.grant(to: TestLedger.id("bob"), credit: 100_000, signer: 0)], by: "dave", gasLimit: 100_000))
    let next = TestLedger.signed(
      ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "dave", ahead: 1, gasLimit: 100_000))
    #expect(
      ledger.chain.prepare([generous.bytes, next.bytes], bytes: .max, gas: .max, time: TestLedger.start) == [
        generous.bytes
      ])
    let twice = (0..<2).map { ahead in
      TestLedger.signed(
        ledger.transaction(
          [TestLedger.transfer(1, "CNY", to: "bob")], by: "carol", ahead: ahead, gasLimit: 100_000, reference: "order 1"
        )
      ).bytes
    }
    #expect(ledger.chain.prepare(twice, bytes: .max, gas: .max, time: TestLedger.start).count == 1)
    let admissions = ledger.chain.admit(entries + twice)
    #expect(admissions.filter { if case .admitted = $0 { true } else { false } }.count == 3)
  }

  /// A receipt names only what is there: the signers of a failed transaction, and no agreement that went with it.
  @Test func receiptsOfFailedTransactionsNameWhatIsThere() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    let story = LedgerStory(ledger.chain, Wording(.english)) { id in
      (TestLedger.people + ["p1"]).first { TestLedger.id($0) == id } ?? "?"
    }
    let call = Transaction.Call(agreement: number, visit: 0, action: "pay", arguments: [], letGo: [])
    let refused = ledger.signed([.act(call, signer: 1)], by: "alice", with: ["p1"])
    let receipt = try ledger.send(refused)
    #expect(receipt.verdict == .failed(operation: 0, .refused(.authority)))
    #expect(story.lines(receipt, refused.transaction) == ["Refused (authority): p1 is not among those who may pay."])

    let opened = ledger.chain.state.agreements[number.index]
    let opening = Transaction.Opening(
      module: ledger.chain.state.modules[0].id, currencies: opened.currencies,
      parties: opened.parties.map { ledger.chain.state.account($0).id },
      terms: ledger.chain.terms(of: number), summary: .zero)
    let undone = ledger.signed(
      [.open(opening, signer: 0), TestLedger.call("ship", AgreementNumber(1), [.text([65])])], by: "bob")
    let failed = try ledger.send(undone)
    #expect(failed.verdict == .failed(operation: 1, .refused(.state)) && failed.results.isEmpty)
    #expect(
      story.lines(failed, undone.transaction) == ["Refused (state): ship is not offered in the agreement's state."])
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  private struct Unexpected: Error {}
}
