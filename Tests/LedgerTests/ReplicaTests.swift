import ContractFuzzing
import Fuzzing
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Signing
import Testing

/// A ledger behind somebody else's consensus: the calls of ABCI 2.0, in their order, on several
/// replicas with their own mempools.
@Suite struct ReplicaTests {
  /// What CometBFT does with an application: CheckTx on each, PrepareProposal on one,
  /// ProcessProposal and FinalizeBlock on all, Commit on all.
  private func height(_ replicas: [TestLedger], proposer: Int, time: Time, mempool: [[UInt8]]) throws -> Block {
    for replica in replicas { _ = replica.chain.admit(mempool) }
    let chain = replicas[proposer].chain
    let entries = chain.prepare(mempool, bytes: 100_000, gas: 1 << 28, time: time)
    let proposal = Proposal(height: chain.durable.height + 1, time: time, entries: entries)
    var blocks: [Block] = []
    for replica in replicas {
      #expect(replica.chain.accepts(proposal))
      blocks.append(replica.chain.execute(proposal))
    }
    for replica in replicas { #expect(try replica.chain.commit() == 0) }
    #expect(Set(blocks.map(\.header.digest)).count == 1)
    return blocks[0]
  }

  @Test func replicasAgreeOnEveryHeader() throws {
    let replicas = try (0..<3).map { _ in try TestLedger() }
    var random = Random(seed: 11)
    var time = TestLedger.start
    for round in 0..<30 {
      let ledger = replicas[0]
      var mempool = ["alice", "bob", "carol"].map { name -> [UInt8] in
        var transaction = ledger.transaction(
          [TestLedger.transfer(UInt128(1 + random.below(1000)), "EUR", to: random.element(TestLedger.people))], by: name
        )
        transaction.validUntil = time + Duration(unchecked: 1)
        return TestLedger.signed(transaction).bytes
      }
      // A lie, a copy, and a transaction for another ledger.
      mempool += [[1, 2, 3], mempool[0]]
      var foreign = ledger.transaction([TestLedger.transfer(1, "CNY", to: "bob")], by: "dave")
      foreign.chain = .zero
      mempool.append(TestLedger.signed(foreign).bytes)
      let block = try height(replicas, proposer: round % 3, time: time, mempool: mempool)
      #expect(block.entries.count == 3 && block.receipts.allSatisfy { $0.verdict == .done })
      time = time + Duration(unchecked: Int64(random.below(80_000_000)))
    }
    #expect(Set(replicas.map(\.chain.root)).count == 1)
    for replica in replicas { #expect(try replica.defectOfAnyEvent() == nil) }
    // One of them is restarted, and one that was never there catches up by replay.
    #expect(try Chain(replicas[1].store).durable.digest == replicas[0].chain.durable.digest)
  }

  /// The same genesis and the same transactions give these roots, in debug and release, on any
  /// machine. They change with the protocol, and with the source of the contract, whose digest is
  /// in its module.
  @Test func theRootsAreThese() throws {
    let ledger = try TestLedger()
    let number = try ledger.openPurchase()
    _ = try ledger.act("pay", on: number, by: "alice", letGo: TestLedger.fen(10_000))
    _ = try ledger.send([TestLedger.transfer(123, "JPY", to: "p1")], by: "bob")
    try ledger.advance(Duration(unchecked: 30 * 86_400_000))
    #expect(try ledger.defectOfAnyEvent() == nil)
    #expect(ledger.chain.id.description == "589448f4963831a0c496f0c2637427d6a6ddab61d5d6bc4b27fe7918c07d4f3e")
    #expect(ledger.chain.root.description == "2c53066372476f1601993d14c0c0bda3201a9cb4060bedf2d23b347199a23602")
    #expect(
      ledger.chain.durable.digest.description == "ac205f599d134c663e5498ba9a3cd280dbb8c9db0d2c535bf6931a62b228c6f8")
  }
}
