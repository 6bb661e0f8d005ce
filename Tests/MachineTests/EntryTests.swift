import Assurance
import Bytecode
import Fuzzing
import Interface
import Primitives
import Testing
import VM

/// What the ledger runs besides actions, and what all of it costs.
@Suite struct EntryTests {
  private static let text = """
    module M
    currency C
    currency D
    party a
    party b
    type list Party 0..4
    type struct P(who: Party, when: Time, rate: Rate<C per D>, all: #0)
    type optional #1
    vault v: C
    vault p: C per Party 3
    field c: Counter<3> = 0
    derived due: Time = 0t
    derived all: #0 = []
    state S initial
    state U
    state T final
    action pay() from S by anyone
    at from S
    when from S
    after from U
    view shown(x: #2): #2
    view small(): Int
    view rate(q: Rate<C per D>): Rate<C per D>
    constant 86400000ms
    constant true
    function ; the opening
      register r0: Time
      register r1: Duration
      register r2: Party
      register r3: Party
      register r4: #0
      0: opened r0
      1: constant r1 k0
      2: add.time r0 r0 r1
      3: store s1 r0 due
      4: account r2 a
      5: account r3 b
      6: collect r4 r2 2
      7: store.object all r4
      8: stay
    function ; pay
      register r0: Amount<C>
      0: balance r0 v
      1: ask v r0 C
      2: settle
      3: stay
    function ; when the deadline of S comes
      register r0: Time
      0: load r0 s1
      1: return r0
    function ; what it does: back into S as long as the counter lets it
      answer @0..@1 -> @2
      0: raise s0 c
      1: enter U
      2: pay v a
      3: pay.each p
      4: enter T
    function ; the condition of S
      register r0: Bool
      0: constant r0 k1
      1: return r0
    function ; what it does
      0: enter U
    function ; when the deadline of U comes
      register r0: Duration
      0: constant r0 k0
      1: return r0
    function ; what it does
      answer @0..@1 -> @2
      0: raise s0 c
      1: enter S
      2: pay v b
      3: pay.each p
      4: enter T
    function ; shown
      register r0: #2
      0: return r0
    function ; small
      register r0: Int<0..9>
      0: immediate r0 7
      1: return r0
    function ; rate
      register r0: Rate<C per D>
      0: return r0
    """

  private func module() throws -> WellFormedModule { try Verifier.verify(try Assembler.module(EntryTests.text)) }

  private func host(_ module: WellFormedModule) -> BareHost {
    let interface = module.module.interface
    return BareHost(
      BareTable(count: 1, wordCount: interface.wordCount, vaultCount: interface.vaults.count).row(0),
      opening: interface, terms: [])
  }

  @Test func entriesGiveValuesOfEveryType() throws {
    let module = try module()
    var host = host(module)
    let machine = Machine()
    func run(_ entry: Entry, _ arguments: [Value] = []) -> Ending {
      machine.run(entry, of: module, arguments: arguments, gas: 100_000, host: &host).ending
    }
    #expect(run(.opening) == .stays)
    #expect(host.entries.first { $0.item == 2 }?.value == [2, 1, 2])
    #expect(run(.due(transition: 1)) == .returns(.time(Time(milliseconds: 1_767_225_600_000 + 86_400_000))))
    #expect(run(.due(transition: 2)) == .returns(.bool(true)))
    #expect(run(.due(transition: 3)) == .returns(.duration(Duration(unchecked: 86_400_000))))
    #expect(run(.view(1)) == .returns(.int(Integer(7))))
    let rate = try #require(Percent(reduced: 9, 4))
    #expect(run(.view(2), [.percent(rate)]) == .returns(.percent(rate)))
    let value = Value.variant(
      1,
      [
        .sequence([
          .party(3), .time(Time(milliseconds: 5)), .percent(rate), .sequence([.party(9), .party(2), .party(9)]),
        ])
      ])
    #expect(run(.view(0), [value]) == .returns(value))
    #expect(run(.view(0), [.variant(0, [])]) == .returns(.variant(0, [])))
  }

  /// Whatever way an agreement goes by itself, what was paid ahead when it was opened suffices.
  @Test func whatIsPaidAheadSuffices() throws {
    let module = try module()
    let interface = module.module.interface
    guard case .assured(let assured) = assure(module) else {
      Issue.record("the module is refused")
      return
    }
    let machine = Machine()
    let deadline = GasSchedule.of(.current).deadline
    var random = Random(seed: 11)
    var (dearest, longest) = (0, 0)
    for _ in 0..<200 {
      var (state, used, steps) = (interface.initialState, 0, 0)
      var host = host(module)
      while !interface.states[state].isFinal {
        let transition = random.element(
          interface.transitions.ids.filter {
            interface.transitions[$0].source == state && interface.transitions[$0].trigger.isAutomatic
          })
        let execution = machine.run(
          .body(transition: transition), of: module, arguments: [], gas: assured.gasMax[of: transition], host: &host)
        host.commit()
        guard case .enters(let target) = execution.ending else {
          Issue.record("what happens by itself fails: \(execution.ending)")
          return
        }
        used += deadline + Int(execution.gas)
        for next in interface.transitions.ids
        where interface.transitions[next].source == target && interface.transitions[next].trigger.isAutomatic {
          used += Int(machine.run(.due(transition: next), of: module, arguments: [], gas: 100_000, host: &host).gas)
        }
        state = target
        steps += 1
      }
      (dearest, longest) = (max(dearest, used), max(longest, steps))
    }
    #expect(dearest <= assured.prepayment.ahead[0].most, "\(dearest) of \(assured.prepayment.ahead)")
    #expect(longest >= 5 && assured.prepayment.ahead[2].most == 0)
  }

  /// A block of which an instruction traps is paid for as a whole, once the trap is answered; where
  /// it is not, the block costs nothing.
  @Test func anAnswerPaysForTheBlock() throws {
    func gas(isAnswered: Bool = true, given: Int = 1000) throws -> (Machine.Stop, Int) {
      let module = try Verifier.verify(
        try Assembler.module(
          """
          module M
          field i: Int<0..9> = 0
          state S initial
          action go(n: Int<0..9>) from S by anyone
          constant 0
          constant 9
          function
            register r0: Int<0..9>
            register r1: Int<0..9>
            register r2: Wide<5>
          \(isAnswered ? "answer @1..@2 -> @3" : "")
            0: settle
            1: call f1 r0 r1
            2: stay
          \(isAnswered ? "  3: store.int s0 r0 i\n  4: stay" : "")
          function takes 1 gives Int<0..9>
            register r0: Int<0..9>
            register r1: Wide<5>
            register r2: Int<0..9>
            0: next
            1: modulo.int r1 r0 r0
            2: narrow r2 r1 k0
            3: next
            4: return r2
          """))
      var host = host(module)
      let argument: [UInt64] = [0]
      let call = argument.withUnsafeBufferPointer {
        Machine().call(0, of: module, arguments: $0, gas: given, host: &host)
      }
      return (call.stop, call.gas)
    }
    // Entering 20, `settle` 10, `call` 8, the first block of what is called 1, its second 5 + 1 +
    // 1, what is answered 4 + 1.
    #expect(try gas() == (.stays, 20 + 10 + 8 + 1 + 7 + 5))
    #expect(try gas(given: 51) == (.stays, 51))
    #expect(try gas(given: 50) == (.fails(.trapped(.gas)), 50))
    #expect(try gas(given: 45) == (.fails(.trapped(.gas)), 45))
    #expect(try gas(isAnswered: false) == (.fails(.trapped(.division)), 20 + 10 + 8 + 1))
  }
}
