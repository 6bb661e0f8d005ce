import ContractFuzzing
import Fuzzing
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Testing

/// Random people doing random things. After every event no money and no gas was made or lost, and
/// every agreement can pay what it will do by itself; the chain replays to the same roots, also
/// from a checkpoint.
@Suite struct RandomLedgerTests {
  private func run(seed: UInt64, steps: Int) throws -> (ledger: TestLedger, verdicts: [String: Int]) {
    var random = Random(seed: seed)
    let ledger = try TestLedger()
    let chain = ledger.chain
    let number = try ledger.openPurchase()
    let names = ["alice", "bob", "carol", "dave", "p1", "p2", "operator"]
    var verdicts: [String: Int] = [:]
    func operation() throws -> Transaction.Operation {
      let agreement = AgreementNumber(random.below(chain.state.agreements.count + (random.oneIn(20) ? 1 : 0)))
      switch random.below(12) {
      case 0, 1:
        return TestLedger.transfer(
          UInt128(random.below(random.element([2, 5000, 300_000_000]))), random.element(Currency.all).code,
          to: random.element(names))
      case 2:
        return .grant(to: TestLedger.id(random.element(names)), credit: UInt64(random.below(2_000_000_000)), signer: 0)
      case 3: return .publish(module: random.oneIn(2) ? [UInt8(random.below(256))] : try TestLedger.purchase.get())
      case 4:
        let parties = (0..<4).map { _ in TestLedger.id(random.element(names)) }
        let terms: [Value] = [
          .amount(Amount(unchecked: UInt128(random.below(20_000)))),
          .duration(Duration(unchecked: Int64(random.below(70)) * 86_400_000)),
          .duration(Duration(unchecked: Int64(random.below(3)) * 86_400_000)),
        ]
        return .open(
          .init(
            module: chain.state.modules[0].id, currencies: [random.element(Currency.all)], parties: parties,
            terms: random.oneIn(10) ? [] : terms, summary: .zero), signer: 0)
      case 5: return .advance(until: chain.time + Duration(unchecked: Int64(random.below(20) * 86_400_000)), signer: 0)
      case 6, 7:
        let subject =
          agreement.index < chain.state.agreements.count && !random.oneIn(8) ? chain.subject(of: agreement) : .zero
        return .consent(agreement, subject: subject, signer: 0)
      case 8 where random.oneIn(2):
        let payouts =
          random.oneIn(2) ? [] : [TestLedger.payout(0, to: random.element(names), UInt128(1 + random.below(20_000)))]
        return .release(.init(agreement: agreement, payouts: payouts))
      default:
        let action = random.element(["pay", "pay", "ship", "cancel", "deliver", "dispute", "accept", "settle", "rule"])
        let percent = Percent(Integer(random.below(101)), outOf: Integer(100)).map { Value.percent($0) } ?? .bool(true)
        let arguments: [Value] =
          switch action {
          case "ship": [.text(Array("SF1".utf8))]
          case "settle": [percent]
          case "rule": [percent, .text(Array("so".utf8))]
          default: []
          }
        var call = Transaction.Call(
          agreement: agreement, visit: random.oneIn(10) ? UInt64(random.below(4)) : 0, action: action,
          arguments: arguments, letGo: [])
        if random.oneIn(10) {
          call.letGo = TestLedger.fen(UInt128(1 + random.below(20_000)))
        } else {
          call.letGo = chain.asked(call, by: TestLedger.id(random.element(names)))
        }
        return .act(call, signer: 0)
      }
    }
    for _ in 0..<steps {
      if random.oneIn(6) {
        for block in try ledger.advance(Duration(unchecked: Int64(random.below(12 * 86_400_000)))) {
          for receipt in block.receipts {
            verdicts["\(receipt.origin == .deadline ? "deadline" : "other")", default: 0] += 1
          }
        }
      } else {
        let senders = (0..<1 + random.below(4)).map { _ in random.element(names) }
        var ahead: [String: UInt64] = [:]
        let entries = try senders.map { name -> [UInt8] in
          let transaction = ledger.transaction(
            try (0..<1 + random.below(3)).map { _ in try operation() }, by: name, ahead: ahead[name, default: 0],
            gasLimit: UInt64(random.element([60_000, 200_000, 20_000_000])))
          ahead[name, default: 0] += 1
          return TestLedger.signed(transaction).bytes
        }
        let time = chain.time + Duration(unchecked: Int64(random.below(2) * random.below(86_400_000)))
        let block = chain.execute(Proposal(height: chain.durable.height + 1, time: time, entries: entries))
        _ = try chain.commit()
        for receipt in block.receipts {
          switch receipt.verdict {
          case .done: verdicts["done", default: 0] += 1
          case .failed(_, let failure): verdicts["\(failure.name)", default: 0] += 1
          case .inadmissible(let reason): verdicts["not \(reason)", default: 0] += 1
          case .defect: verdicts["defect", default: 0] += 1
          }
        }
        #expect(block.isWhole && (try? Block(canonicalBytes: block.canonicalBytes)) == block)
      }
      #expect(ledger.defect == nil, "seed \(seed), height \(chain.durable.height)")
      if random.oneIn(15) { try chain.checkpoint() }
    }
    _ = number
    return (ledger, verdicts)
  }

  @Test func whateverPeopleDoNothingIsMadeOrLost() throws {
    var all: [String: Int] = [:]
    for seed in 0..<24 as Range<UInt64> {
      let (ledger, verdicts) = try run(seed: seed, steps: 40)
      all.merge(verdicts, uniquingKeysWith: +)
      // From the last checkpoint, and from the genesis with every signature verified.
      #expect(try Chain(ledger.store).durable.digest == ledger.chain.durable.digest)
      let again = try Chain.atGenesis(of: ledger.store)
      for height in 1...ledger.chain.durable.height { try again.replay(height, verifyingSignatures: true) }
      #expect(again.root == ledger.chain.root && again.state.digest == ledger.chain.state.digest)
      // In the end everybody falls silent, and every agreement ends by itself: a block a day needs nobody's leave.
      for _ in 0..<400 { try ledger.sequencer.advance(to: ledger.chain.latestStamp) { _ in } }
      #expect(ledger.defect == nil)
      // One event at a time, with what must hold after each.
      #expect(try ledger.defectOfAnyEvent() == nil, "seed \(seed)")
      #expect(
        ledger.chain.state.agreements.allSatisfy {
          ledger.chain.interface(ofModule: $0.contract).states[$0.position.state].isFinal
            && $0.vaults.allSatisfy { $0 == .zero }
        })
    }
    for verdict in [
      "done", "deadline", "state", "visit", "authority", "amount", "consent", "funds", "module", "agreement", "gas",
      "credit", "terms", "not credit",
    ] {
      #expect(all[verdict, default: 0] > 0, "\(verdict) never came up: \(all)")
    }
  }

  /// A start reads the checkpoint and the blocks behind it, and no other.
  @Test func aCheckpointSavesTheBlocksBeforeIt() throws {
    let (ledger, _) = try run(seed: 7, steps: 30)
    try ledger.chain.checkpoint()
    for name in ["alice", "bob", "carol"] { _ = try ledger.send([TestLedger.transfer(1, "CNY", to: "dave")], by: name) }
    let (before, tail) = (
      ledger.store.readCount, ledger.chain.durable.height - (try #require(ledger.store.checkpoint()).height)
    )
    #expect(try Chain(ledger.store).durable.digest == ledger.chain.durable.digest)
    #expect(ledger.store.readCount - before == 1 + Int(tail) && tail < 4)
  }

  /// Undoing a block brings back the state that was there, row by row.
  @Test func whatIsRolledBackHasNotHappened() throws {
    let (ledger, _) = try run(seed: 99, steps: 30)
    let state = ledger.chain.state
    let before = state.digest
    for name in ["alice", "bob", "p2"] {
      for action in ["pay", "cancel", "accept"] {
        for index in state.agreements.indices {
          ledger.chain.rehearse(
            [TestLedger.call(action, AgreementNumber(index))], sender: TestLedger.id(name), coSigners: []
          ) { _ in }
          _ = ledger.chain.asked(
            .init(agreement: AgreementNumber(index), visit: 0, action: action, arguments: [], letGo: []),
            by: TestLedger.id(name))
        }
      }
    }
    ledger.chain.rehearse(
      [.publish(module: try TestLedger.module("contracts/safe-purchase.ern"))], sender: TestLedger.id("alice"),
      coSigners: []
    ) {
      _ in
    }
    _ = ledger.chain.prepare(
      [], bytes: .max, gas: .max, time: ledger.chain.time + Duration(unchecked: 400 * 86_400_000))
    #expect(state.digest == before && ledger.defect == nil)
    let next = state.nextDue
    let rebuilt = try LedgerState(
      rows: Table.allCases.flatMap { table in
        (0..<state.count(of: table)).map {
          (place: RowPlace(table: table, index: $0), bytes: state.row(RowPlace(table: table, index: $0)))
        }
      })
    #expect(rebuilt.digest == before && rebuilt.nextDue == next)
  }
}
