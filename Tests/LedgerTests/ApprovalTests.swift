import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing
import Wording

/// Who may act, who must agree, and what each of them lets go.
@Suite struct ApprovalTests {
  private static let sum = ContractInterface.Parameter(name: "sum", type: .amount(currency: 0))
  private static let who = ContractInterface.Parameter(name: "who", type: .party)

  private static func units(_ value: Value) -> UInt128 {
    if case .amount(let amount) = value { amount.units } else { 0 }
  }

  private func amount(_ units: UInt128) -> Value { .amount(Amount(unchecked: units)) }

  private let fen = ScriptedWorld.fen

  /// Parties a, b, c, a field `payee`, a vault `pot`.
  private static func script(_ fill: (inout Script) -> Void) -> Script {
    var script = Script(parties: ["a", "b", "c"], states: ["Open", "Over"])
    script.interface.vaults = [.init(name: "pot", currency: 0)]
    script.interface.fields = [.init(name: "payee", type: .party, initialValue: .party(0))]
    fill(&script)
    return script
  }

  private func opened(_ script: Script, parties: [Int]? = nil) -> ScriptedWorld {
    var world = ScriptedWorld(script)
    #expect(world.open(parties: parties).outcome == .opened(state: 0))
    return world
  }

  /// a pays the sum to b, c nothing; two of three must agree.
  private static var twoOfThree: Script {
    script { script in
      let who = ContractInterface.Who.parties([.party(0), .party(1), .party(2)], needed: 2)
      script.action("pay", by: who, [sum]) { host, arguments in
        host.deposit([(units(arguments[0]), .party(0), .party(1))], then: .stays)
      }
    }
  }

  /// An approval only promises: the money moves when the last one agrees, and then exactly as promised.
  @Test func approvalsPromiseMoney() {
    var world = opened(ApprovalTests.twoOfThree)
    #expect(world.act("pay", by: 0, [amount(100)], letGo: fen(100)) == .approved(have: 1, needed: 2))
    #expect(world.units(0) == 1000 && world.agreement.position.approvals.map(\.letGo) == [fen(100)])
    let step = world.step("pay", by: 1, [amount(100)])
    #expect(step.outcome == .stayed && world.units(0) == 900 && world.units(1) == 1100)
    #expect(step.moves == [Move(from: .account(world.people[0]), to: .account(world.people[1]), sum: fen(100)[0])])
    // What was done has spent its approvals.
    #expect(world.agreement.position.approvals.isEmpty)
    // A cent more or less than was promised.
    for promise in [99, 101] as [UInt128] {
      #expect(world.act("pay", by: 0, [amount(100)], letGo: fen(promise)) == .approved(have: 1, needed: 2))
      let refused = world.step("pay", by: 1, [amount(100)])
      #expect(refused.outcome == .refused(.refused(.amount)) && refused.payer == world.people[0])
      let story = Story(Wording(.english)) { "p\($0.index)" }
      #expect(
        story.refusal(.refused(.amount), refused, world.runtime.interface(ofContract: 0))
          == "p0 lets go another amount than pay asks of p0.")
    }
    // Of whoever completes it nothing is asked.
    #expect(world.act("pay", by: 0, [amount(100)], letGo: fen(100)) == .approved(have: 1, needed: 2))
    #expect(world.act("pay", by: 1, [amount(100)], letGo: fen(1)) == .refused(.refused(.amount)))
    #expect(world.act("pay", by: 2, [amount(100)]) == .stayed)
  }

  /// A new approval of an account takes the place of the one before, whatever it was about.
  @Test func anApprovalReplacesTheOneBefore() {
    var world = opened(ApprovalTests.twoOfThree)
    #expect(world.act("pay", by: 0, [amount(100)], letGo: fen(100)) == .approved(have: 1, needed: 2))
    #expect(world.act("pay", by: 0, [amount(50)], letGo: fen(50)) == .approved(have: 1, needed: 2))
    #expect(world.agreement.position.approvals.count == 1)
    #expect(world.act("pay", by: 1, [amount(100)]) == .approved(have: 1, needed: 2))
    #expect(world.act("pay", by: 1, [amount(50)]) == .stayed && world.units(0) == 950)
  }

  /// Whoever pays must have agreed to this very action, and have the money for everything it pays.
  @Test func whoPaysHasAgreedAndHasIt() {
    var world = opened(ApprovalTests.twoOfThree)
    #expect(world.act("pay", by: 1, [amount(10)]) == .approved(have: 1, needed: 2))
    let refused = world.step("pay", by: 2, [amount(10)])
    #expect(refused.outcome == .refused(.refused(.authority)) && refused.payer == world.people[0])
    #expect((try? Step(canonicalBytes: refused.canonicalBytes)) == refused)
    for (sum, outcome) in [(1001, .refused(.refused(.funds))), (1000, .stayed)] as [(UInt128, Outcome)] {
      #expect(world.act("pay", by: 0, [amount(sum)], letGo: fen(sum)) == .approved(have: 1, needed: 2))
      #expect(world.act("pay", by: 1, [amount(sum)]) == outcome)
    }
  }

  /// Nothing moves before everybody can pay: what somebody gets by the same action does not count.
  @Test func everybodyHasItBeforeAnythingMoves() {
    var world = opened(
      ApprovalTests.script { script in
        script.action("swap", by: .parties([.party(0), .party(1)], needed: 2), [ApprovalTests.sum, ApprovalTests.sum]) {
          host, arguments in
          host.deposit(
            [
              (ApprovalTests.units(arguments[0]), .party(0), .party(1)),
              (ApprovalTests.units(arguments[1]), .party(1), .party(0)),
            ], then: .stays)
        }
      })
    #expect(world.act("swap", by: 0, [amount(1000), amount(1001)], letGo: fen(1000)) == .approved(have: 1, needed: 2))
    let refused = world.step("swap", by: 1, [amount(1000), amount(1001)], letGo: fen(1001))
    #expect(refused.outcome == .refused(.refused(.funds)) && refused.payer == nil)
    #expect(world.act("swap", by: 0, [amount(1000), amount(400)], letGo: fen(1000)) == .approved(have: 1, needed: 2))
    #expect(world.act("swap", by: 1, [amount(1000), amount(400)], letGo: fen(400)) == .stayed)
    #expect(world.units(0) == 400 && world.units(1) == 1600)
  }

  /// What is asked of somebody is known before anybody has agreed.
  @Test func whatWillBeAskedIsKnown() {
    var world = opened(ApprovalTests.twoOfThree)
    func asked(_ person: Int) -> [CurrencyAmount] {
      world.runtime.deposits(
        of: "pay", by: world.people[person], on: AgreementNumber(0), arguments: [amount(70)], gas: ScriptedWorld.gas)
    }
    let before = world.state.digest
    #expect(asked(0) == fen(70) && asked(1).isEmpty && asked(4).isEmpty && world.state.digest == before)
  }

  /// One account in two roles agrees for both.
  @Test func oneAccountCountsForItsRoles() {
    var world = opened(ApprovalTests.twoOfThree, parties: [0, 0, 1])
    #expect(world.act("pay", by: 0, [amount(10)], letGo: fen(10)) == .stayed)
    #expect(world.act("pay", by: 1, [amount(10)]) == .approved(have: 1, needed: 2))
  }

  @Test func oneOfSeveralIsEnough() {
    var world = opened(
      ApprovalTests.script { script in
        script.action("go", by: .parties([.party(0), .party(1)], needed: 1)) { host, _ in
          host.deposit([(5, nil, .vault(0))], then: .stays)
        }
      })
    #expect(world.act("go", by: 2, letGo: fen(5)) == .refused(.refused(.authority)))
    #expect(world.act("go", by: 1, letGo: fen(5)) == .stayed && world.agreement.position.approvals.isEmpty)
    #expect(world.act("go", by: 0, letGo: fen(4)) == .refused(.refused(.amount)))
    #expect(world.act("go", by: 0, letGo: nil) == .stayed && world.agreement.vaults == [Amount(unchecked: 10)])
  }

  /// A field says who may act; whom it no longer names, and who agreed as such, no longer counts.
  @Test func fieldsAndParametersNameActors() {
    var world = opened(
      ApprovalTests.script { script in
        script.action("assign", by: .parties([.field(0)], needed: 1), [ApprovalTests.who]) { host, arguments in
          if let failure = host.settle() { return .fails(failure) }
          guard case .party(let row) = arguments[0] else { return .fails(.trapped(.range)) }
          host.setWord(0, row)
          return .stays
        }
        script.action("pass", by: .parties([.field(0), .parameter(0)], needed: 2), [ApprovalTests.who]) {
          host, arguments in
          guard case .party(let row) = arguments[0] else { return .fails(.trapped(.range)) }
          // The asking price, from the assignee to the payee.
          return host.deposit([(20, .account(row), .account(host.word(0, of: 1)))], then: .stays)
        }
      })
    #expect(world.act("assign", by: 1, [.party(1)]) == .refused(.refused(.authority)))
    #expect(world.act("pass", by: 0, [.party(4)]) == .approved(have: 1, needed: 2))
    #expect(world.act("pass", by: 3, [.party(4)], letGo: fen(20)) == .refused(.refused(.authority)))
    #expect(world.act("pass", by: 3, [.party(3)], letGo: fen(20)) == .approved(have: 1, needed: 2))
    #expect(world.act("pass", by: 4, [.party(4)], letGo: fen(20)) == .stayed)
    #expect(world.units(0) == 1020 && world.units(4) == 980)
    // The payee agrees and hands its place on: its agreement is that of nobody who may act.
    #expect(world.act("pass", by: 0, [.party(4)]) == .approved(have: 1, needed: 2))
    #expect(world.act("assign", by: 0, [.party(2)]) == .stayed)
    #expect(world.act("pass", by: 4, [.party(4)], letGo: fen(20)) == .approved(have: 1, needed: 2))
    #expect(world.act("pass", by: 0, [.party(4)]) == .refused(.refused(.authority)))
    #expect(world.act("pass", by: 2, [.party(4)]) == .stayed && world.units(2) == 1020)
    // Whoever is payee and assignee agrees for both, and pays itself.
    #expect(world.act("pass", by: 2, [.party(2)], letGo: fen(20)) == .stayed && world.units(2) == 1020)
  }

  @Test func approvalsAreCanonical() throws {
    var world = opened(ApprovalTests.twoOfThree)
    #expect(world.act("pay", by: 0, [amount(100)], letGo: nil) == .approved(have: 1, needed: 2))
    #expect(world.act("pay", by: 2, [amount(50)], letGo: fen(0)) == .approved(have: 1, needed: 2))
    #expect(
      world.agreement.position.approvals.map(\.actors) == [[0], [2]]
        && world.agreement.position.approvals.map(\.letGo) == [nil, []])
    let position = world.agreement.position
    #expect(try Agreement.Position(canonicalBytes: position.canonicalBytes) == position)
    var swapped = position
    swapped.approvals.reverse()
    #expect(throws: CanonicalFault.notCanonical) { try Agreement.Position(canonicalBytes: swapped.canonicalBytes) }
    for (actors, letGo) in [([], []), ([1, 1], []), ([2, 1], []), ([0], fen(0)), ([0], fen(1) + fen(1))]
      as [([Int], [CurrencyAmount])]
    {
      let approval = Agreement.Approval(
        transition: 0, account: world.people[0], actors: actors, arguments: .zero, letGo: letGo)
      #expect(throws: CanonicalFault.notCanonical) { try Agreement.Approval(canonicalBytes: approval.canonicalBytes) }
    }
  }
}
