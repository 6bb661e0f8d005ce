import ContractFuzzing
import Fuzzing
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Testing

/// Deadlines run by themselves, first, each at its own time; blocks only group events.
@Suite struct EventTests {
  @Test func timeAloneRefundsTheBuyer() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    _ = try ledger.act("pay", on: number, by: "alice", letGo: TestLedger.fen(10_000))
    #expect(ledger.units("alice", "CNY") == 99_990_000 && ledger.defect == nil)
    let credits = TestLedger.people.map(ledger.credit)
    let pot = ledger.chain.state.agreements[number.index].pot.reduce(0) { $0 + $1.gas }
    let blocks = try ledger.advance(Duration(unchecked: 100 * 86_400_000))
    let receipts = blocks.flatMap(\.receipts).filter { $0.origin == .deadline }
    #expect(receipts.map(\.time) == [TestLedger.start + Duration(unchecked: 7 * 86_400_000)])
    #expect(receipts[0].steps[0].moves.map(\.sum) == TestLedger.fen(10_000))
    #expect(try ledger.units("alice", "CNY") == 100_000_000 && ledger.defectOfAnyEvent() == nil)
    // What the deadline used came out of the pot; the rest went back to who paid it.
    #expect(ledger.credit("alice") == credits[0] + pot - receipts[0].gas)
    #expect(receipts[0].steps[0].returned.reduce(0) { $0 + $1.gas } == pot - receipts[0].gas)
  }

  /// Where gas is free the pot is kept all the same, and whoever has no credit can act.
  @Test func gasMayBeFree() throws {
    let ledger = try TestLedger(gasPrice: 0, credit: 0)
    let number = try ledger.openPurchase()
    #expect(try ledger.act("pay", on: number, by: "alice", letGo: TestLedger.fen(10_000)).verdict == .done)
    #expect(ledger.chain.state.agreements[number.index].pot.reduce(0) { $0 + $1.gas } > 0)
    #expect(try ledger.send([TestLedger.transfer(5, "CNY", to: "p1")], by: "bob").verdict == .done)
    #expect(try ledger.send([TestLedger.transfer(3, "CNY", to: "p2")], by: "p1").verdict == .done)
    #expect(
      try ledger.send([TestLedger.transfer(1, "CNY", to: "p2")], by: "p3").verdict
        == .failed(operation: 0, .refused(.funds)))
    try ledger.advance(Duration(unchecked: 30 * 86_400_000))
    #expect(
      try ledger.units("alice", "CNY") == 100_000_000 && ledger.units("p2", "CNY") == 3
        && ledger.defectOfAnyEvent() == nil)
    #expect(TestLedger.people.allSatisfy { ledger.credit($0) == 0 })
  }

  /// A block far ahead of its parent needs the operator's leave; a chain of deadlines unrolls as if it had not slept.
  @Test func timeJumpsOnlyByTheOperatorsLeave() throws {
    let ledger = try TestLedger()
    let gap = Duration(unchecked: Int64(ProtocolNumber.current.limits.stampGap))
    #expect(ledger.chain.accepts(Proposal(height: 1, time: TestLedger.start + gap, entries: [])))
    #expect(
      !ledger.chain.accepts(Proposal(height: 1, time: TestLedger.start + gap + Duration(unchecked: 1), entries: [])))
    #expect(
      !ledger.chain.accepts(
        Proposal(height: 1, time: Time(milliseconds: TestLedger.start.milliseconds - 1), entries: [])))
    #expect(!ledger.chain.accepts(Proposal(height: 2, time: TestLedger.start, entries: [])))
    #expect(!ledger.chain.accepts(Proposal(height: 1, time: TestLedger.start, entries: [[1, 2, 3]])))
    let until = TestLedger.start + Duration(unchecked: 90 * 86_400_000)
    #expect(try ledger.send([.advance(until: until, signer: 0)], by: "operator").verdict == .done)
    #expect(ledger.chain.accepts(Proposal(height: 2, time: until, entries: [])))
    #expect(!ledger.chain.accepts(Proposal(height: 2, time: until + Duration(unchecked: 1), entries: [])))
  }

  /// The same events, cut into blocks in different ways: the same receipts, and the same state at the end.
  @Test func blocksOnlyGroupEvents() throws {
    func run(_ cut: (Int) -> Bool) throws -> ([Receipt], Digest, UInt64) {
      let ledger = try TestLedger()
      var receipts: [Receipt] = []
      let number = try ledger.openPurchase(shipIn: Duration(unchecked: 0))
      var waiting: [SignedTransaction] = []
      func flush() throws {
        let block = ledger.chain.execute(
          Proposal(height: ledger.chain.durable.height + 1, time: ledger.chain.time, entries: waiting.map(\.bytes)))
        _ = try ledger.chain.commit()
        waiting = []
        receipts += block.receipts
      }
      // A purchase that must be shipped at once: paying makes the refund due in the same moment, so
      // nobody gets in between.
      let steps: [(String, [Transaction.Operation])] = [
        ("bob", [TestLedger.transfer(7, "EUR", to: "dave")]),
        ("alice", [TestLedger.call("pay", number, [], TestLedger.fen(10_000))]),
        ("bob", [TestLedger.call("ship", number, [.text([65])])]),
        ("carol", [TestLedger.transfer(1_000_000_000, "USD", to: "dave")]),
        ("dave", [TestLedger.transfer(100_000_001, "EUR", to: "carol")]),
        ("alice", [TestLedger.transfer(5, "JPY", to: "p1")]),
      ]
      var ahead: [String: UInt64] = [:]
      for (index, (name, operations)) in steps.enumerated() {
        waiting.append(
          TestLedger.signed(ledger.transaction(operations, by: name, ahead: ahead[name, default: 0])))
        ahead[name, default: 0] += 1
        if cut(index) {
          try flush()
          ahead = [:]
        }
      }
      try flush()
      #expect(try ledger.defect == nil && ledger.defectOfAnyEvent() == nil)
      return (receipts, ledger.chain.root, ledger.chain.durable.height)
    }
    let whole = try run { _ in false }
    let single = try run { _ in true }
    #expect(whole.2 < single.2)
    #expect(whole.0.filter { $0.origin == .deadline }.count == 1)
    #expect(whole.0.contains { $0.verdict == .failed(operation: 0, .refused(.state)) })
    var random = Random(seed: 3)
    for _ in 0..<20 {
      let other = try run { _ in random.oneIn(2) }
      #expect(other.0 == whole.0 && other.1 == whole.1)
    }
    #expect(single.0 == whole.0 && single.1 == whole.1)
  }

  /// More deadlines than a block's gas holds: the rest comes in blocks of the same time that carry
  /// nothing else, in order, and no transaction gets before them.
  @Test func aStormOfDeadlinesGoesIntoContinuationBlocks() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    let chain = ledger.chain
    let opening = chain.state.agreements[number.index]
    let count = 400
    let again = Transaction.Opening(
      module: chain.state.modules[0].id, currencies: opening.currencies,
      parties: opening.parties.map { chain.state.account($0).id },
      terms: chain.terms(of: number), summary: opening.summary)
    for _ in 0..<count / 40 {
      #expect(try ledger.send(Array(repeating: .open(again, signer: 0), count: 40), by: "alice").verdict == .done)
    }
    let until = chain.time + Duration(unchecked: 3 * 86_400_000)
    _ = try ledger.send([.advance(until: until, signer: 0)], by: "operator")
    var later = ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "alice")
    later.validUntil = until + TestLedger.day
    let waiting = TestLedger.signed(later).bytes

    // A block's budget is far above what these deadlines take, so the machine is asked for less:
    // see `Chain.automaticGas`.
    chain.automaticGas = 50 * 6000
    var order: [Int] = []
    var heights = 0
    var foreign = later
    foreign.chain = .zero
    var isCarried = false
    while !isCarried {
      // Nothing is prepared before all that is left fits; what somebody puts in nevertheless has no effect.
      let prepared = chain.prepare([waiting], bytes: .max, gas: .max, time: until)
      isCarried = !prepared.isEmpty
      let block = chain.execute(
        Proposal(
          height: chain.durable.height + 1, time: until,
          entries: isCarried ? [waiting] : heights == 1 ? [TestLedger.signed(foreign).bytes, waiting] : []))
      if heights == 1 {
        #expect(block.receipts.suffix(2).map(\.verdict) == [.inadmissible(.chain), .inadmissible(.behind)])
      }
      #expect(!isCarried || block.receipts.last?.verdict == .done)
      _ = try chain.commit()
      #expect(chain.isBehind == !isCarried)
      order += block.receipts.flatMap(\.steps).compactMap { $0.agreement?.index }
      #expect(block.receipts.filter { $0.origin == .deadline }.allSatisfy { $0.time == until })
      heights += 1
    }
    #expect(heights > 5 && order == Array(0...count))
    #expect(try ledger.defect == nil && ledger.defectOfAnyEvent() == nil)
    // Replaying makes the same blocks.
    let replayed = try Chain.atGenesis(of: ledger.store)
    replayed.automaticGas = chain.automaticGas
    for height in 1...chain.durable.height { try replayed.replay(height, verifyingSignatures: true) }
    #expect(replayed.root == chain.root)
  }
}
