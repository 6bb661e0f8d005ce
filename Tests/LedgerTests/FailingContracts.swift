import Bytecode
import ContractFuzzing
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Support
import Testing
import Wording

extension TestLedger {
  func key(_ name: String) throws -> UInt64 { UInt64(try #require(row(name)).index) }

  func story(_ language: Language = .english) -> LedgerStory {
    LedgerStory(chain, Wording(language)) { id in TestLedger.people.first { TestLedger.id($0) == id } ?? "?" }
  }

  /// Releases on the word of these, the first of whom sends it.
  func release(_ number: AgreementNumber, _ payouts: [Transaction.Payout], on signers: [String]) throws
    -> Receipt.Verdict
  {
    try release(number, payouts, by: signers[0], with: Array(signers.dropFirst())).verdict
  }
}

extension Receipt.Verdict {
  static func refused(_ refusal: Refusal) -> Receipt.Verdict { .failed(operation: 0, .refused(refusal)) }
}

/// Purchases whose deadline in Paid fails after it has paid the buyer back. The first two are
/// paid, the third waits for its buyer.
struct FailingPurchases {
  let ledger: TestLedger
  let broken: WellFormedModule
  let all = ["alice", "bob", "carol", "dave"]
  let first = AgreementNumber(0)
  let second = AgreementNumber(1)
  /// All that lies in one of them.
  let good = [TestLedger.payout(0, to: "alice", 10_000)]

  init() throws {
    ledger = try TestLedger()
    let whole = try Verifier.verify(bytes: try TestLedger.purchase.get())
    let paid = whole.module.interface.states.firstID { $0.name == "Paid" }
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

  var chain: Chain { ledger.chain }

  func agreement(_ number: AgreementNumber) -> Agreement { chain.state.agreements[number.index] }

  /// Seven days after they were paid both have failed; `days` are left until then. Answers the block that says so.
  @discardableResult
  func fail(in days: Int64 = 7) throws -> Block {
    ledger.suspended = [first, second]
    let blocks = try ledger.advance(Duration(unchecked: days * 86_400_000))
    #expect([first, second].allSatisfy { agreement($0).position.standing == .suspended })
    return try #require(blocks.first { !$0.receipts.isEmpty })
  }

  /// A refusal leaves no trace.
  func expectRefused(
    _ refusal: Refusal, _ number: AgreementNumber, _ payouts: [Transaction.Payout], _ signers: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = chain.state.agreements
    let receipt = try ledger.release(number, payouts, by: signers[0], with: Array(signers.dropFirst()))
    #expect(receipt.verdict == .refused(refusal), "\(refusal): \(payouts)", sourceLocation: sourceLocation)
    #expect(
      chain.state.agreements == before && ledger.defect == nil && receipt.results.isEmpty,
      sourceLocation: sourceLocation)
  }

  /// The same events again come out the same, as long as the same module runs; cut into any blocks.
  func expectReplay() throws {
    let again = try Chain.atGenesis(of: ledger.store)
    for height in 1...chain.durable.height {
      try again.replay(height, verifyingSignatures: true)
      if height == 1 { again.runtime.add(broken, after: 0) }
    }
    #expect(again.root == chain.root && again.durable.digest == chain.durable.digest)
    #expect(again.state.digest == chain.state.digest)
    #expect(try ledger.defectOfAnyEvent { again, height in if height == 2 { again.run(broken, at: 0) } } == nil)
  }
}

/// A club whose deadline fails. Members pay under their own keys, the parties into what lies in
/// common, in two currencies and under numbers.
struct FailingClub {
  private static let text = """
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

  let ledger: TestLedger
  let number: AgreementNumber
  let broken: WellFormedModule
  /// Those who must sign, where all has come in.
  let all = ["alice", "bob", "dave"]

  /// `joining` is one more action of the contract.
  init(_ joining: String = "") throws {
    ledger = try TestLedger()
    let whole = TestLedger.compiled(FailingClub.text.replacing("JOINING", with: joining))
    broken = try whole.failing(.range) { $0.trigger.isAutomatic }
    let id = try ledger.publish(whole, running: broken)
    number = try ledger.open(id, ["CNY", "EUR"], ["alice", "bob"])
  }

  /// Something lies in every place, and dave is the steward; then the deadline has failed.
  static func filled() throws -> FailingClub {
    let club = try FailingClub()
    let dave = try club.ledger.key("dave")
    let euros = CurrencyAmount(Amount(unchecked: 50), try #require(Currency.named("EUR")))
    try club.act(
      "fill", by: "alice", [amount(70), amount(50)],
      letGo: (TestLedger.fen(70) + [euros]).sorted { $0.currency.index < $1.currency.index })
    try club.act("sit", by: "bob", [.int(Integer(4)), amount(9)], letGo: TestLedger.fen(9))
    try club.act("sit", by: "bob", [.int(Integer(7)), amount(8)], letGo: TestLedger.fen(8))
    try club.act("join", by: "bob", [amount(20)], letGo: TestLedger.fen(20))
    try club.act("lend", by: "bob", [.party(try club.carol), amount(30)], letGo: TestLedger.fen(30))
    try club.act("name", by: "alice", [.party(dave)])
    try club.fail()
    return club
  }

  static func amount(_ units: UInt128) -> Value { .amount(Amount(unchecked: units)) }

  var carol: UInt64 { get throws { try ledger.key("carol") } }

  /// Pays out exactly what lies where in a filled club.
  var good: [Transaction.Payout] {
    get throws {
      [
        TestLedger.payout(0, to: "dave", 70), TestLedger.payout(1, to: "alice", 50),
        TestLedger.payout(2, 4, to: "bob", 9), TestLedger.payout(2, 7, to: "alice", 8),
        TestLedger.payout(3, try ledger.key("bob"), to: "bob", 20), TestLedger.payout(3, try carol, to: "carol", 30),
      ]
    }
  }

  func act(_ action: String, by name: String, _ arguments: [Value], letGo: [CurrencyAmount] = []) throws {
    let receipt = try ledger.act(action, on: number, by: name, arguments, letGo: letGo)
    #expect(receipt.verdict == .done, "\(action): \(receipt.verdict)")
  }

  func fail() throws {
    ledger.suspended = [number]
    try ledger.advance(TestLedger.day)
    #expect(ledger.chain.state.agreements[number.index].position.standing == .suspended)
  }

  func verdict(_ payouts: [Transaction.Payout], _ signers: [String]) throws -> Receipt.Verdict {
    try ledger.release(number, payouts, on: signers)
  }
}
