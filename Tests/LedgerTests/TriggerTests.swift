import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing
import Wording

/// What an agreement does by itself: after a while, at a time, or when a condition holds; and what
/// it computes when it is opened or asked.
@Suite struct TriggerTests {
  private static let start = ScriptedWorld.start
  private static let day = ScriptedWorld.day

  /// `field left: Int<0..9>`, raised and lowered by actions that stay; goes from Open by three
  /// ways, each into a state of its own.
  private static func script(_ fill: (inout Script) -> Void) -> Script {
    var script = Script(parties: ["a"], states: ["Open", "After", "At", "When", "Over"])
    script.interface.fields = [.init(name: "left", type: .duration, initialValue: .duration(Duration(unchecked: 3)))]
    script.action("set", [.init(name: "to", type: .duration)]) { host, arguments in
      if let failure = host.settle() { return .fails(failure) }
      guard case .duration(let duration) = arguments[0] else { return .fails(.trapped(.range)) }
      host.setWord(0, UInt64(duration.milliseconds))
      return .stays
    }
    fill(&script)
    return script
  }

  private static func enter(_ state: StateID) -> Script.Part { { _, _ in .enters(state: state) } }

  private func opened(_ script: Script) -> ScriptedWorld {
    var world = ScriptedWorld(script)
    #expect(world.open().outcome == .opened(state: 0))
    return world
  }

  private func set(_ world: inout ScriptedWorld, _ value: Int64) -> Outcome {
    world.act("set", by: 0, [.duration(Duration(unchecked: value))])
  }

  private static func after(_: any Host) -> Value { .duration(day) }

  /// The earliest goes first; of two at one time the one that stands first.
  @Test func whatIsDueFirstGoesFirst() {
    func first(after: Int64, at: Int64, isAfterFirst: Bool) -> StateID? {
      var world = opened(
        TriggerTests.script { script in
          func addAfter() {
            script.automatic(.after, due: { _ in .duration(Duration(unchecked: after)) }, TriggerTests.enter(1))
          }
          func addAt() {
            script.automatic(.at, due: { .time($0.opened + Duration(unchecked: at)) }, TriggerTests.enter(2))
          }
          if isAfterFirst { addAfter() }
          addAt()
          if !isAfterFirst { addAfter() }
        })
      guard case .entered(let state)? = world.run(until: TriggerTests.start + TriggerTests.day).first?.outcome else {
        return nil
      }
      return state
    }
    #expect(first(after: 5, at: 6, isAfterFirst: false) == 1 && first(after: 6, at: 5, isAfterFirst: true) == 2)
    #expect(first(after: 5, at: 5, isAfterFirst: true) == 1 && first(after: 5, at: 5, isAfterFirst: false) == 2)
  }

  /// A time that has passed is due at once, not in the past.
  @Test func aTimeThatHasPassedIsDueNow() {
    var world = opened(
      TriggerTests.script { $0.automatic(.at, due: { _ in .time(Time(milliseconds: 5)) }, TriggerTests.enter(2)) })
    #expect(world.agreement.position.deadlines.map(\.due) == [TriggerTests.start])
    #expect(world.run(until: TriggerTests.start).map(\.time) == [TriggerTests.start])
  }

  /// An absolute time may depend on fields: it is computed again when they have changed.
  @Test func timesFollowTheFields() {
    var world = opened(
      TriggerTests.script { script in
        script.automatic(
          .at, due: { .time($0.opened + Duration(unchecked: Int64($0.word(0, of: 1)))) }, TriggerTests.enter(2))
      })
    #expect(world.agreement.position.deadlines.map(\.due) == [TriggerTests.start + Duration(unchecked: 3)])
    #expect(
      set(&world, 900) == .stayed
        && world.agreement.position.deadlines.map(\.due) == [TriggerTests.start + Duration(unchecked: 900)])
    #expect(world.run(until: TriggerTests.start + Duration(unchecked: 899)).isEmpty)
    #expect(set(&world, 800) == .stayed)
    #expect(
      world.run(until: TriggerTests.start + Duration(unchecked: 899)).map(\.time) == [
        TriggerTests.start + Duration(unchecked: 899)
      ])
  }

  private static var condition: Script {
    script { script in
      script.automatic(.after, due: after, enter(1))
      script.automatic(.when, due: { .bool($0.word(0, of: 1) == 0) }, enter(3))
      script.action("late", in: 3) { _, _ in .stays }
      script.automatic(.after, in: 3, due: after, enter(4))
      script.automatic(.after, in: 1, due: after, enter(4))
    }
  }

  /// A condition is asked on entering and after each action; where it holds, it is due now.
  @Test func aConditionIsDueWhenItHolds() {
    var world = opened(TriggerTests.condition)
    #expect(world.agreement.position.deadlines.map(\.transition) == [1])
    world.state.setTime(TriggerTests.start + Duration(unchecked: 50))
    #expect(set(&world, 1) == .stayed && world.run(until: world.state.time).isEmpty)
    #expect(set(&world, 0) == .stayed)
    #expect(
      world.agreement.position.deadlines == [
        .init(transition: 1, due: TriggerTests.start + TriggerTests.day), .init(transition: 2, due: world.state.time),
      ])
    // It comes before any action: the state is as good as over.
    let late = world.step("set", by: 0, [.duration(Duration(unchecked: 1))])
    #expect(late.outcome == .refused(.refused(.state)) && late.endedBy == .init(transition: 2, due: world.state.time))
    let interface = world.runtime.interface(ofContract: 0)
    let (story, chinese) = (Story(Wording(.english)) { _ in "alice" }, Story(Wording(.chinese)) { _ in "alice" })
    #expect(
      story.refusal(.refused(.state), late, interface)
        == "set comes too late: a condition that Open waits for holds since 2026-01-01 00:00:00.050.")
    let steps = world.run(until: world.state.time)
    #expect(
      steps.map(\.outcome) == [.entered(state: 3)] && steps.map(\.cause) == [.deadline]
        && steps.map(\.transition) == [2])
    #expect(
      story.lines(steps[0], interface, world.agreement, arguments: []) == [
        "A condition that Open waits for holds.", "Open → When",
      ])
    #expect(chinese.lines(steps[0], interface, world.agreement, arguments: [])[0] == "Open 所等待的条件已成立，自动执行。")
    let refused = world.step("set", by: 0, [.duration(Duration(unchecked: 1))])
    #expect(refused.outcome == .refused(.refused(.state)))
    #expect(
      story.refusal(.refused(.state), refused, interface)
        == "set is not offered in the state When: Open ended at 2026-01-01 00:00:00.050 because its condition held.")
    #expect(
      chinese.refusal(.refused(.state), refused, interface)
        == "当前状态 When 不提供 set：Open 的条件已于 2026-01-01 00:00:00.050 成立。")
  }

  /// One that holds on entering is due on entering, at the time of what led there.
  @Test func aConditionThatHoldsAlreadyIsDueOnEntering() {
    var script = TriggerTests.script { script in
      script.automatic(.after, due: TriggerTests.after, TriggerTests.enter(1))
      script.automatic(.after, in: 1, due: TriggerTests.after, TriggerTests.enter(4))
      script.automatic(.when, in: 1, due: { _ in .bool(true) }, TriggerTests.enter(3))
      script.automatic(.after, in: 3, due: { _ in .duration(Duration(unchecked: 0)) }, TriggerTests.enter(4))
    }
    var world = opened(script)
    let due = TriggerTests.start + TriggerTests.day
    let steps = world.run(until: due + TriggerTests.day)
    #expect(
      steps.map(\.outcome) == [.entered(state: 1), .entered(state: 3), .entered(state: 4)]
        && steps.allSatisfy { $0.time == due })
    // Source order decides between a condition and a deadline of the same time.
    script = TriggerTests.script { script in
      script.automatic(.after, due: { _ in .duration(Duration(unchecked: 0)) }, TriggerTests.enter(1))
      script.automatic(.when, due: { _ in .bool(true) }, TriggerTests.enter(3))
      for state: StateID in [1, 3] {
        script.automatic(.after, in: state, due: TriggerTests.after, TriggerTests.enter(4))
      }
    }
    world = opened(script)
    #expect(world.run(until: TriggerTests.start).map(\.outcome) == [.entered(state: 1)])
  }

  // MARK: Opening and views

  private static func derived(_ ending: Ending) -> Script {
    script { script in
      script.interface.terms = [.init(name: "t", type: .duration, defaultValue: nil, boundCount: 1)]
      script.interface.fields.append(
        .init(name: "fee", type: .duration, initialValue: .duration(Duration(unchecked: 0)), role: .derived))
      script.interface.fields.append(
        .init(name: "p", type: .party, initialValue: .party(0), role: .parameter(state: 1)))
      script.part(.bound(term: 0, number: 0)) { host, _ in .returns(.bool(host.word(0, of: 4) < 100)) }
      script.part(.opening) { host, _ in
        host.setWord(2, host.word(0, of: 4) * 2)
        return ending
      }
      // What is computed at the opening is there when the first state is entered.
      script.automatic(.after, due: { .duration(Duration(unchecked: Int64($0.word(2, of: 4)))) }, enter(1))
      script.automatic(.after, in: 1, due: after, enter(4))
      script.interface.views = [
        .init(name: "feeTimes", parameters: [.init(name: "n", type: .duration)], type: .duration)
      ]
      script.part(.view(0)) { host, arguments in
        guard case .duration(let times) = arguments[0], times.milliseconds > 0 else {
          return .fails(.trapped(.division))
        }
        let fee = Int64(host.word(2, of: 4))
        // A view that writes is none; what it writes is undone all the same.
        host.setWord(2, 77)
        return .returns(.duration(Duration(unchecked: fee * times.milliseconds)))
      }
    }
  }

  @Test func derivedFieldsAreComputedOnce() {
    var world = ScriptedWorld(TriggerTests.derived(.stays))
    func term(_ milliseconds: Int64) -> [Value] { [.duration(Duration(unchecked: milliseconds))] }
    #expect(world.open(term(100)).outcome == .refused(.refused(.terms)))
    #expect(world.open(term(30)).outcome == .opened(state: 0))
    #expect(world.agreement.position.deadlines.map(\.due) == [TriggerTests.start + Duration(unchecked: 60)])
    #expect(world.agreement.openedAt == TriggerTests.start)
    let before = world.state.digest
    for (arguments, ending) in [
      (term(2), .returns(.duration(Duration(unchecked: 120)))), (term(0), .fails(.trapped(.division))),
      ([], .fails(.refused(.argument))),
      ([.bool(true)], .fails(.refused(.argument))),
    ] as [([Value], Ending)] {
      #expect(world.runtime.view(0, of: AgreementNumber(0), arguments: arguments, gas: ScriptedWorld.gas) == ending)
    }
    #expect(world.state.digest == before)
  }

  @Test func aTrapAtTheOpeningRefusesIt() {
    var world = ScriptedWorld(TriggerTests.derived(.fails(.trapped(.negative))))
    let before = world.state.digest
    let step = world.open([.duration(Duration(unchecked: 30))])
    #expect(
      step.outcome == .refused(.trapped(.negative)) && step.agreement == nil && step.gas == 2
        && world.state.digest == before)
    #expect(world.runtime.failureSite == 7)
  }
}
