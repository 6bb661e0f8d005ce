import Assurance
import Bytecode
import Foundation
import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Semantics
import Source
import Support
import Testing
import Wording

@testable import Compiler

/// A ledger that does not take a module says what is wrong with it, where, and by a number that
/// stands for that for ever.
@Suite struct FlawTests {
  private static func module(_ file: String, _ title: String) throws -> Module {
    let all = try CaseFile.cases("Tests/Corpus/verify/\(file).erna")
    let found = try #require(all.first { $0.title == title }, "\(title)")
    return try Assembler.module(found.module)
  }

  /// What the compiler finds, which calls the same code.
  private static func found(in bytes: [UInt8]) -> ModuleFlaw? {
    do throws(ModuleFault) {
      guard case .refused(let findings) = assure(try Verifier.verify(bytes: bytes)) else { return nil }
      return findings.first?.flaw
    } catch { return error.flaw }
  }

  private func publish(_ bytes: [UInt8], on ledger: TestLedger, gasLimit: UInt64 = 20_000_000) throws -> (
    Transaction, Receipt
  ) {
    let transaction = ledger.transaction([.publish(module: bytes)], by: "alice", gasLimit: gasLimit)
    return (transaction, try ledger.send(TestLedger.signed(transaction)))
  }

  @Test func eachFindingIsInTheReceiptWithItsPlace() throws {
    let ledger = try TestLedger()
    let cases: [(ModuleFlaw.Kind, String, String, ModuleFlaw.Place)] = [
      (.stateWithoutDeadline, "assurance", "finding stateWithoutDeadline: a condition is no deadline", .state(0)),
      (.automaticCanFail, "assurance", "finding automaticCanFail: a difference of times", .instruction(1, function: 1)),
      (
        .automaticCanFail, "assurance", "finding automaticCanFail: the time of a deadline fails",
        .instruction(2, function: 0)
      ),
      (.endlessCircle, "assurance", "finding endlessCircle: a circle", .circle([0])),
      (.endlessCircle, "assurance", "finding endlessCircle: a circle through a condition", .circle([0, 2])),
      (
        .finalStateMayHoldMoney, "assurance", "finding finalStateMayHoldMoney: what lies under a key is left",
        .entering(transition: 1, instruction: 0, vault: 2)
      ),
      (.gasAboveLimit, "functions", "finding gasAboveLimit: four thousand million rounds", .function(0)),
      (.aheadAboveLimit, "assurance", "finding aheadAboveLimit: no transaction has so much gas", .state(0)),
    ]
    for (kind, file, title, place) in cases {
      let bytes = try FlawTests.module(file, title).bytes
      let (_, receipt) = try publish(bytes, on: ledger)
      #expect(receipt.verdict == .failed(operation: 0, .refused(.module)) && receipt.results.count == 1, "\(title)")
      let flaw = try #require(receipt.flaw, "\(title)")
      #expect(flaw.kind == kind && flaw.place == place, "\(title): \(flaw)")
      guard case .refused(let findings) = assure(try Verifier.verify(bytes: bytes)) else { throw Unexpected() }
      switch findings.first {
      case .gasAboveLimit(_, let gas), .aheadAboveLimit(_, let gas, _):
        #expect(flaw.gas == UInt64(gas) && gas > ProtocolNumber.current.limits.gas)
      default: #expect(flaw.gas == nil)
      }
    }
    let assurances = ModuleFlaw.Kind.allCases.filter { $0.rawValue >= ModuleFlaw.Kind.stateWithoutDeadline.rawValue }
    #expect(Set(cases.map(\.0)) == Set(assurances))
  }

  @Test func faultsOfTheVerifierAreInTheReceiptWithTheirPlace() throws {
    let ledger = try TestLedger()
    let cases: [(ModuleFlaw.Kind, String, ModuleFlaw.Place)] = [
      (.blockGas, "blockGas: the ending instruction carries another sum", .instruction(1, function: 0)),
      (.unusedOperand, "unusedOperand: next has no operands", .instruction(1, function: 0)),
      (.functionCount, "functionCount: one is too many", .function(3)),
      (.target, "target: a jump leaves a loop", .instruction(2, function: 0)),
      (.type, "type: an integer wider than the limit", .function(0)),
    ]
    for (kind, title, place) in cases {
      let (_, receipt) = try publish(try FlawTests.module("functions", title).bytes, on: ledger)
      #expect(receipt.flaw == ModuleFlaw(kind, at: place), "\(title): \(receipt)")
    }
  }

  /// The whole corpus of the verifier, so every code: what the ledger says is what the compiler's way says.
  @Test(arguments: Repository.files("Tests/Corpus/verify", ".erna"))
  func theLedgerSaysWhatTheCompilerFinds(_ path: String) throws {
    let ledger = try TestLedger()
    for item in try CaseFile.cases(path) {
      let title = item.title
      let bytes = try Assembler.module(item.module).bytes
      let (_, receipt) = try publish(bytes, on: ledger)
      #expect(receipt.flaw == FlawTests.found(in: bytes), "\(title)")
      #expect((receipt.flaw == nil) == (receipt.verdict == .done), "\(title)")
      let said =
        receipt.flaw.map { flaw in title.hasPrefix("finding ") ? "finding \(flaw.kind)" : "\(flaw.kind)" } ?? "passes"
      #expect(title.split(separator: ":").first.map(String.init) == said)
      if let flaw = receipt.flaw { #expect(flaw.isPossible, "\(flaw)") }
    }
  }

  @Test func bytesThatAreNoModuleAreSaidToBeNone() throws {
    let ledger = try TestLedger()
    let good = try TestLedger.purchase.get()
    let garbage = [
      [], [1, 2, 3], Module.magic, Array(good.dropLast()), good + [0], [UInt8](repeating: 0xFF, count: 1000),
    ]
    for bytes in garbage {
      let (_, receipt) = try publish(bytes, on: ledger)
      #expect(
        receipt.verdict == .failed(operation: 0, .refused(.module))
          && receipt.flaw == ModuleFlaw(.encoding, at: .module))
    }
    let large = [UInt8](repeating: 0, count: ProtocolNumber.current.limits.moduleSize + 1)
    let (_, receipt) = try publish(large, on: ledger, gasLimit: UInt64(ProtocolNumber.current.limits.transactionGas))
    #expect(
      receipt.verdict == .failed(operation: 0, .refused(.module)) && receipt.flaw == ModuleFlaw(.size, at: .module))
  }

  /// The same rows change as where a module is not known, which are the sender's and the ledger's own.
  @Test func aRefusedPublicationSpendsItsNonceAndGasAlone() throws {
    let ledger = try TestLedger()
    let bytes = try FlawTests.module("assurance", "finding endlessCircle: a circle").bytes
    let state = ledger.chain.state
    func changed(_ operation: Transaction.Operation) throws -> (Receipt, [RowPlace]) {
      _ = state.takeUnsaved()
      let before = (ledger.nonce("alice"), ledger.credit("alice"))
      let receipt = try ledger.send([TestLedger.transfer(1, "CNY", to: "carol"), operation], by: "alice")
      #expect(receipt.verdict == .failed(operation: 1, .refused(.module)))
      #expect(ledger.nonce("alice") == before.0 + 1 && ledger.credit("alice") == before.1 - receipt.gas)
      return (receipt, state.takeUnsaved().filter { state.holds($0) }.sorted())
    }
    let (unknown, rows) = try changed(
      .open(.init(module: .zero, currencies: [], parties: [], terms: [], summary: .zero), signer: 0))
    let (refused, others) = try changed(.publish(module: bytes))
    #expect(unknown.results.isEmpty && refused.flaw == ModuleFlaw(.endlessCircle, at: .circle([0])))
    #expect(!rows.isEmpty && rows == others)
    #expect(
      state.modules.isEmpty && ledger.chain.modules.isEmpty && ledger.units("carol", "CNY") == 100_000_000
        && ledger.defect == nil)
    // What was refused is refused again, for the same reason, and what is taken is taken afterwards.
    #expect(try publish(bytes, on: ledger).1.flaw == refused.flaw)
    _ = try ledger.openPurchase()
    #expect(try ledger.defectOfAnyEvent() == nil)
  }

  @Test func aReplaySaysTheSame() throws {
    let ledger = try TestLedger()
    let titles = [
      "finding stateWithoutDeadline: a condition is no deadline", "finding automaticCanFail: a difference of times",
    ]
    var sent: [(Digest, Receipt)] = []
    for bytes in try titles.map({ try FlawTests.module("assurance", $0).bytes }) + [[1, 2, 3]] {
      let (transaction, receipt) = try publish(bytes, on: ledger)
      sent.append((transaction.id, receipt))
    }
    let again = try Chain.atGenesis(of: ledger.store)
    for height in 1...ledger.chain.durable.height { try again.replay(height, verifyingSignatures: true) }
    #expect(again.root == ledger.chain.root && again.durable.digest == ledger.chain.durable.digest)
    let opened = try Chain(ledger.store)
    for (id, receipt) in sent {
      #expect(receipt.flaw != nil)
      #expect(try opened.committed(id)?.1 == receipt)
    }
  }

  @Test func aFlawHasOneEncoding() throws {
    let places: [ModuleFlaw.Place] = [
      .module, .function(4095), .instruction(32_766, function: 7), .state(127), .circle([0, 3, 2]), .circle([]),
      .entering(transition: 511, instruction: 9, vault: 31),
    ]
    var count = 0
    for kind in ModuleFlaw.Kind.allCases {
      #expect(ModuleFlaw.Kind.allCases.firstIndex(of: kind) == Int(kind.rawValue))
      for place in places {
        for gas in [nil, 1, UInt64.max] {
          let flaw = ModuleFlaw(kind, at: place, gas: gas)
          let receipt = Receipt(
            origin: .transaction(.zero), time: TestLedger.start, verdict: .failed(operation: 0, .refused(.module)),
            gas: 1, results: [.flawed(flaw)])
          let bytes = receipt.canonicalBytes
          guard flaw.isPossible else {
            #expect(throws: CanonicalFault.notCanonical) { try Receipt(canonicalBytes: bytes) }
            continue
          }
          count += 1
          #expect(try Receipt(canonicalBytes: bytes) == receipt)
          #expect(throws: CanonicalFault.self) { try Receipt(canonicalBytes: Array(bytes.dropLast())) }
          #expect(throws: CanonicalFault.trailing) { try Receipt(canonicalBytes: bytes + [0]) }
        }
      }
    }
    #expect(count == 30 * 3 + 4 + 2 * 2)
    #expect(throws: CanonicalFault.unknownCase) {
      try ModuleFlaw(canonicalBytes: [UInt8(ModuleFlaw.Kind.allCases.count), 0, 0])
    }
    #expect(throws: CanonicalFault.unknownCase) { try ModuleFlaw(canonicalBytes: [0, 6, 0]) }
  }

  /// With the transaction at hand names stand behind numbers; the receipt alone has numbers.
  @Test func aFlawIsToldInWords() throws {
    let ledger = try TestLedger()
    let cases: [(String, String, english: String, chinese: String, numbers: String)] = [
      (
        "assurance", "finding stateWithoutDeadline: a condition is no deadline",
        "state 0 (S) has no deadline [flaw 30, stateWithoutDeadline]", "状态 0（S）没有期限［不合格项 30，stateWithoutDeadline］",
        "state 0 has no deadline [flaw 30, stateWithoutDeadline]"
      ),
      (
        "assurance", "finding automaticCanFail: a difference of times",
        "what happens by itself can fail (function 1 of transition 0, instruction 1) [flaw 31, automaticCanFail]",
        "自动事项可能失败（转移 0 的函数 1，指令 1）［不合格项 31，automaticCanFail］",
        "what happens by itself can fail (function 1, instruction 1) [flaw 31, automaticCanFail]"
      ),
      (
        "assurance", "finding endlessCircle: a circle through a condition",
        "the agreement can go round for ever: state 0 (S) → state 2 (U) → state 0 (S) [flaw 32, endlessCircle]",
        "协议可能无休止地循环：状态 0（S） → 状态 2（U） → 状态 0（S）［不合格项 32，endlessCircle］",
        "the agreement can go round for ever: state 0 → state 2 → state 0 [flaw 32, endlessCircle]"
      ),
      (
        "assurance", "finding finalStateMayHoldMoney: what lies under a key is left",
        "a final state is entered although a vault may still hold money (transition 1, instruction 0, vault 2 (p)) [flaw 33, finalStateMayHoldMoney]",
        "进入终止状态时金库可能仍有余款（转移 1，指令 0，金库 2（p））［不合格项 33，finalStateMayHoldMoney］",
        "a final state is entered although a vault may still hold money (transition 1, instruction 0, vault 2) [flaw 33, finalStateMayHoldMoney]"
      ),
      (
        "functions", "blockGas: the ending instruction carries another sum",
        "the gas of a block is not the sum of its instructions (function 0, instruction 1) [flaw 19, blockGas]",
        "基本块的 gas 不等于其指令之和（函数 0，指令 1）［不合格项 19，blockGas］",
        "the gas of a block is not the sum of its instructions (function 0, instruction 1) [flaw 19, blockGas]"
      ),
    ]
    func story(_ language: Language) -> LedgerStory { LedgerStory(ledger.chain, Wording(language)) { _ in "?" } }
    for (file, title, english, chinese, numbers) in cases {
      let (transaction, receipt) = try publish(try FlawTests.module(file, title).bytes, on: ledger)
      let refused = "Refused (module): The ledger does not take this module: "
      #expect(story(.english).lines(receipt, transaction) == ["\(refused)\(english)."])
      #expect(story(.chinese).lines(receipt, transaction) == ["被拒绝（module）：账本不接受这个模块：\(chinese)。"])
      #expect(story(.english).lines(receipt, nil) == ["\(refused)\(numbers)."])
      // A rehearsal tells the same, before anything is signed.
      let rehearsed = ledger.chain.rehearse(transaction.operations, sender: transaction.sender, coSigners: []) {
        receipts in
        receipts.first.map { story(.english).lines($0, transaction) }
      }
      #expect(rehearsed == ["\(refused)\(english)."])
    }
  }

  /// What the compiler tells an author of a source is what a ledger would say of its module.
  @Test func theCompilerAndTheLedgerSpeakOfTheSame() throws {
    let codes: [DiagnosticCode] = [.stateWithoutDeadline, .automaticCanFail, .endlessCircle, .finalStateMayHoldMoney]
    var texts = try codes.map { try #require($0.explanation.wrong?.file, "\($0)") }
    texts.append(try Repository.text("Tests/Corpus/check/unaffordable.ern"))
    texts.append(
      """
      contract Dear {
        party p
        field l: List<Int<0..9>, 400>
        field k: Int<0..9> = 0
        initial state A {
          on go() by p { for x in l { for y in l { for z in l { k = if x == y and y == z { 3 } else { k } } } } } -> B
          after 1 day -> B
        }
        final state B
      }
      """)
    var kinds: Set<ModuleFlaw.Kind> = []
    for text in texts {
      let source = SourceText(path: "test.ern", text: text)
      let diagnostics = Compilation(source).diagnostics.all
      let imports = Imports(source) { _ in nil }
      let contract = try #require(check(imports.file, importing: imports.files).0.contracts.first, "\(text)")
      let (module, _) = try Lowering.lower(contract, sourceHash: .zero).get()
      let flaw = try #require(FlawTests.found(in: module.bytes), "\(text)")
      #expect(flaw.kind.diagnosticCode == diagnostics.first?.code, "\(flaw): \(diagnostics)")
      kinds.insert(flaw.kind)
      let ledger = try TestLedger()
      #expect(try publish(module.bytes, on: ledger).1.flaw == flaw)
    }
    #expect(kinds.count == texts.count)
  }

  private struct Unexpected: Error {}
}
