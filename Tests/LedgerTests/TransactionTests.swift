import ContractFuzzing
import Fuzzing
import Interface
import Ledger
import Primitives
import Signing
import Testing

@Suite struct TransactionTests {
  private static let transaction = Transaction(
    chain: Digest(sha256: [1]), sender: TestLedger.id("alice"), nonce: 7, validUntil: TestLedger.start, gasLimit: 100,
    memoHash: Digest(sha256: [2]),
    reference: Array("order 7".utf8), coSigners: [TestLedger.id("bob")],
    operations: [
      .publish(module: [1, 2, 3]),
      .open(
        .init(
          module: Digest(sha256: [3]), currencies: [Currency.all[1]], parties: [TestLedger.id("carol")],
          terms: [.int(Integer(5)), .text(Array("契".utf8)), .bool(true), .duration(.max), .amount(.max)],
          summary: Digest(sha256: [])), signer: 1),
      .consent(AgreementNumber(3), subject: Digest(sha256: [4]), signer: 0),
      TestLedger.call("pay", AgreementNumber(9), [], TestLedger.fen(5), 2),
      TestLedger.transfer(9, "JPY", to: "dave"), .grant(to: TestLedger.id("dave"), credit: 3, signer: 1),
      .advance(until: TestLedger.start, signer: 0),
      .release(
        .init(
          agreement: AgreementNumber(4),
          payouts: [
            TestLedger.payout(0, to: "bob", 5), TestLedger.payout(1, 7, to: "bob", 5),
            TestLedger.payout(1, .max, to: "carol", .max >> 1),
          ])),
    ])

  @Test func whatIsEncodedIsDecoded() throws {
    let signed = TestLedger.signed(TransactionTests.transaction)
    let again = try SignedTransaction(decoding: signed.bytes)
    #expect(
      again.transaction == TransactionTests.transaction && again.id == signed.id
        && again.signatures == signed.signatures)
    #expect(again.hasKeysOfSigners && again.hasValidSignatures)
    #expect(SignedTransaction.size(of: TransactionTests.transaction) == signed.bytes.count)
  }

  /// A bit changed anywhere gives other bytes that are refused, or a transaction with another id,
  /// or one whose signatures fail.
  @Test func everyFlippedBitIsNoticed() throws {
    let signed = TestLedger.signed(TransactionTests.transaction)
    for bit in 0..<signed.bytes.count * 8 {
      var bytes = signed.bytes
      bytes[bit / 8] ^= 1 << (bit % 8)
      guard let other = try? SignedTransaction(decoding: bytes) else { continue }
      #expect(other.bytes == bytes && other.transaction.canonicalBytes == other.signedBytes)
      #expect(
        !other.hasKeysOfSigners || other.signatures.map { $0.verifies(other.signedBytes) }.contains(false), "bit \(bit)"
      )
    }
    for count in 0..<signed.bytes.count {
      #expect(throws: CanonicalFault.self) { try SignedTransaction(decoding: Array(signed.bytes.prefix(count))) }
    }
    #expect(throws: CanonicalFault.trailing) { try SignedTransaction(decoding: signed.bytes + [0]) }
  }

  private func isTaken(_ change: (inout Transaction) -> Void) -> Bool {
    var transaction = TransactionTests.transaction
    change(&transaction)
    return (try? Transaction(canonicalBytes: transaction.canonicalBytes)) != nil
  }

  @Test func limitsHoldAtNAndNPlusOne() {
    let limits = ProtocolNumber.current.limits
    let one = TestLedger.transfer(1, "CNY", to: "bob")
    #expect(isTaken { $0.operations = Array(repeating: one, count: limits.operationsOfTransaction) })
    #expect(!isTaken { $0.operations = Array(repeating: one, count: limits.operationsOfTransaction + 1) })
    #expect(!isTaken { $0.operations = [] })
    let others = (0...limits.coSigners).map { AccountID(Digest(sha256: [UInt8($0)])) }.sorted()
    #expect(isTaken { $0.coSigners = Array(others.dropLast()) })
    #expect(!isTaken { $0.coSigners = others })
    #expect(isTaken { $0.reference = Array(repeating: 1, count: limits.referenceSize) })
    #expect(!isTaken { $0.reference = Array(repeating: 1, count: limits.referenceSize + 1) })
    #expect(!isTaken { $0.reference = [] })
  }

  @Test func whatHasTwoSpellingsHasOne() {
    #expect(!isTaken { $0.coSigners = [TestLedger.id("bob"), TestLedger.id("bob")] })
    #expect(!isTaken { $0.coSigners = [$0.sender] })
    #expect(!isTaken { $0.coSigners = [TestLedger.id("bob"), TestLedger.id("carol")].sorted(by: >) })
    #expect(!isTaken { $0.operations = [.consent(AgreementNumber(0), subject: .zero, signer: 2)] })
    let twice = TestLedger.fen(1) + TestLedger.fen(2)
    #expect(!isTaken { $0.operations = [TestLedger.call("pay", AgreementNumber(0), [], twice)] })
    #expect(!isTaken { $0.operations = [TestLedger.call("pay", AgreementNumber(0), [], TestLedger.fen(0))] })
    // Payouts ascend, by vault, key and account; nobody is paid twice from one place, nor nothing.
    func areTaken(_ payouts: [Transaction.Payout]) -> Bool {
      var release = Transaction.Release(agreement: AgreementNumber(0), payouts: [])
      release.payouts = payouts
      return isTaken { $0.operations = [.release(release)] }
    }
    let people = ["bob", "carol"].sorted { TestLedger.id($0) < TestLedger.id($1) }
    let ascending = [
      TestLedger.payout(0, to: people[0], 2), TestLedger.payout(0, to: people[1], 1),
      TestLedger.payout(0, 0, to: people[0], 1),
      TestLedger.payout(0, 9, to: people[0], 1), TestLedger.payout(0, 9, to: people[1], 1),
      TestLedger.payout(255, to: people[0], 1),
    ]
    #expect(areTaken([]) && areTaken(ascending))
    #expect(Transaction.Release(agreement: AgreementNumber(0), payouts: ascending.reversed()).payouts == ascending)
    for index in ascending.indices.dropLast() {
      var swapped = ascending
      swapped.swapAt(index, index + 1)
      #expect(!areTaken(swapped))
    }
    #expect(!areTaken([TestLedger.payout(0, to: "bob", 1), TestLedger.payout(0, to: "bob", 2)]))
    #expect(!areTaken([TestLedger.payout(0, to: "bob", 0)]))
  }

  /// Random bytes, and good ones with random changes, never end the process.
  @Test func anyBytesAreDecodedOrRefused() {
    var random = Random(seed: 5)
    let good = TestLedger.signed(TransactionTests.transaction).bytes
    for _ in 0..<20_000 {
      var bytes = random.oneIn(4) ? (0..<random.below(300)).map { _ in UInt8(random.below(256)) } : good
      for _ in 0..<random.below(4) where !bytes.isEmpty {
        switch random.below(3) {
        case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 1: bytes.remove(at: random.below(bytes.count))
        default: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count + 1))
        }
      }
      if let signed = try? SignedTransaction(decoding: bytes) {
        #expect(signed.transaction.canonicalBytes == signed.signedBytes)
      }
      _ = SignedTransaction.inadmissibility(of: bytes)
      _ = try? Block(canonicalBytes: bytes)
      _ = try? Genesis(canonicalBytes: bytes)
    }
  }
}
