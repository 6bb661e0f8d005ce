import Bytecode
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing
import Wording

/// What a contract promises to keep, on a whole ledger: an action and an opening that would break
/// it are refused; a deadline cannot be, and its receipt tells it.
@Suite struct InvariantTests {
  private static let promise = """
    contract Promise {
      party owner
      term least: Int<0..9>
      field kept: Int<0..9> = 5
      vault box: Money<CNY>
      initial state Open {
        on fill() by owner receiving 1.00 CNY into box {}
        on lower(n: Int<0..9>) by owner receiving 1.00 CNY into box { kept = n }
        after 1 day { kept = 0 } -> Late
      }
      state Late {
        on empty() by owner, after 1 day { pay box to owner } -> Over
        on mend(n: Int<0..9>) by owner { kept = n }
      }
      final state Over
      invariant "enough is kept" while Open, Late: kept >= least
      invariant "at most a yuan is in the box" while Open: box <= 1.00 CNY
    }
    """

  private func opened(_ ledger: TestLedger, least: Int) throws -> Receipt {
    let module = TestLedger.compiled(InvariantTests.promise).module
    let opening = Transaction.Opening(
      module: Digest(sha256: module.bytes), currencies: [try #require(Currency.named("CNY"))],
      parties: [TestLedger.id("alice")],
      terms: [.int(Integer(least))], summary: .zero)
    return try ledger.send([.publish(module: module.bytes), .open(opening, signer: 0)], by: "alice")
  }

  @Test func anActionThatBreaksOneIsRefused() throws {
    let ledger = try TestLedger()
    #expect(try opened(ledger, least: 6).verdict == .failed(operation: 1, .refused(.invariant)))
    #expect(ledger.chain.state.agreements.isEmpty)
    #expect(try opened(ledger, least: 5).verdict == .done)
    let number = AgreementNumber(0)
    func lower(_ to: Int) throws -> Receipt.Verdict {
      try ledger.act("lower", on: number, by: "alice", [.int(Integer(to))], letGo: TestLedger.fen(100)).verdict
    }
    // One below what is promised, and exactly that; the money of what is refused has not moved.
    let before = ledger.chain.state.agreements[0]
    #expect(try lower(4) == .failed(operation: 0, .refused(.invariant)))
    #expect(ledger.chain.state.agreements[0] == before && ledger.units("alice", "CNY") == 100_000_000)
    #expect(try lower(5) == .done)
    // The second invariant counts as well: a second yuan is one too many.
    #expect(
      try ledger.act("fill", on: number, by: "alice", letGo: TestLedger.fen(100)).verdict
        == .failed(operation: 0, .refused(.invariant)))
    #expect(ledger.units("alice", "CNY") == 99_999_900)
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  @Test func aDeadlineThatBreaksOneIsADefect() throws {
    let ledger = try TestLedger()
    let chain = ledger.chain
    #expect(try opened(ledger, least: 5).verdict == .done)
    let number = AgreementNumber(0)
    #expect(try ledger.act("fill", on: number, by: "alice", letGo: TestLedger.fen(100)).verdict == .done)
    let receipt = try #require(try ledger.advance(TestLedger.day).flatMap(\.receipts).first)
    // It has happened, since a deadline cannot be refused; what it broke is told.
    #expect(
      receipt.verdict == .done && receipt.steps.map(\.defects) == [[0]]
        && receipt.steps.map(\.outcome) == [.entered(state: 1)])
    #expect(try Receipt(canonicalBytes: receipt.canonicalBytes) == receipt)
    for (language, sentence) in [
      (Language.english, "Defect: “enough is kept” no longer holds, although the contract promises it."),
      (.chinese, "缺陷：合约所保证的“enough is kept”不再成立。"),
    ] {
      let lines = LedgerStory(chain, Wording(language)) { _ in "alice" }.lines(receipt, nil)
      #expect(lines.contains(sentence) && lines.last == "Open → Late", "\(lines)")
    }
    // The agreement is not suspended: it goes its way, and its owner can mend it, wholly or not at all.
    let mend = { (to: Int) in try ledger.act("mend", on: number, by: "alice", [.int(Integer(to))]).verdict }
    #expect(try mend(4) == .failed(operation: 0, .refused(.invariant)))
    #expect(try mend(5) == .done)
    try ledger.advance(TestLedger.day)
    #expect(
      ledger.units("alice", "CNY") == 100_000_000 && ledger.chain.state.agreements[0].position.standing == .regular)
    #expect(try ledger.defectOfAnyEvent() == nil)
    #expect(try ledger.release(number, [], by: "operator").verdict == .failed(operation: 0, .refused(.state)))
  }
}
