import Bytecode
import Interface
import Ledger
import Primitives
import Runtime
import TestRunner
import Testing
import VM

/// Entries of a map in a ledger's agreement: written, found, taken back with a call that traps, and
/// kept in the agreement's row.
@Suite struct EntryTests {
  private static let text = """
    module Book
    type map Int<0..9> -> Text<8> 3
    party keeper
    field names: #0 = [7, "seven"]
    state Open initial
    state Closed final
    action note(n: Int<0..9>, name: Text<8>) from Open by 1 of keeper
    action fumble(n: Int<0..9>, name: Text<8>) from Open by 1 of keeper
    action strike(n: Int<0..9>) from Open by 1 of keeper
    function
      register r0: Int<0..9>
      register r1: Text<8>
      0: settle
      1: set.entry names r0 r1
      2: stay
    function
      register r0: Int<0..9>
      register r1: Text<8>
      0: settle
      1: set.entry names r0 r1
      2: fail range
    function
      register r0: Int<0..9>
      0: settle
      1: remove.entry names r0
      2: stay

    """

  private func text(_ text: String) -> Value { .text(Array(text.utf8)) }

  @Test func entriesAreKeptOrTakenBack() throws {
    let module = try Verifier.verify(try Assembler.module(EntryTests.text))
    let interface = module.module.interface
    let state = LedgerState(time: Time(milliseconds: 0))
    var runtime = AgreementExecutor(engine: Machine(), contracts: [module], state: state)
    let keeper = state.openAccount { _ in .zero }
    let number = try #require(runtime.open(contract: 0, currencies: [], parties: [keeper], terms: []).0)
    func names() -> Value { state.agreements[number.index].value(0, interface) }
    func act(_ action: String, _ arguments: [Value]) -> Step {
      runtime.take(action, by: keeper, on: number, arguments: arguments, letGo: nil, gas: 100_000)
    }
    #expect(names() == .sequence([.int(Integer(7)), text("seven")]))

    #expect(act("note", [.int(Integer(2)), text("two")]).outcome == .stayed)
    #expect(act("note", [.int(Integer(7)), text("VII")]).outcome == .stayed)
    let both = Value.sequence([.int(Integer(2)), text("two"), .int(Integer(7)), text("VII")])
    #expect(names() == both)

    // A trap behind the write takes it back, for a new key and for one that is there.
    let before = state.digest
    for key in [3, 7] {
      #expect(act("fumble", [.int(Integer(key)), text("no")]).outcome == .refused(.trapped(.range)))
    }
    #expect(state.digest == before && names() == both)

    // The map takes three entries, and a fourth only where one has gone.
    #expect(act("note", [.int(Integer(0)), text("")]).outcome == .stayed)
    #expect(act("note", [.int(Integer(1)), text("one")]).outcome == .refused(.trapped(.range)))
    #expect(act("strike", [.int(Integer(2))]).outcome == .stayed)
    #expect(act("note", [.int(Integer(1)), text("one")]).outcome == .stayed)
    #expect(
      names() == .sequence([.int(Integer(0)), text(""), .int(Integer(1)), text("one"), .int(Integer(7)), text("VII")]))

    let agreement = state.agreements[number.index]
    #expect(try Agreement(canonicalBytes: agreement.canonicalBytes) == agreement)
  }
}
