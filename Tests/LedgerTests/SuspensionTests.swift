import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing
import Wording

/// What happens by itself and fails, as no assured contract's does on the machine.
@Suite struct SuspensionTests {
  private func suspended(_ trigger: ContractInterface.Trigger, due: Value) -> (ScriptedWorld, [Step]) {
    var script = Script(parties: ["a"], states: ["S", "P", "T"])
    script.interface.vaults = [.init(name: "v", currency: 0)]
    script.action("go") { host, _ in host.deposit([(5, nil, .vault(0))], then: .enters(state: 1)) }
    script.automatic(trigger, in: 1, due: { _ in due }) { host, _ in
      // It has moved money before it fails.
      host.move(host.balance(ofVault: 0), from: .vault(0), to: .party(0))
      return .fails(.trapped(.range))
    }
    script.action("go", in: 1) { _, _ in .stays }
    var world = ScriptedWorld(script)
    #expect(world.open().outcome == .opened(state: 0))
    #expect(world.act("go", by: 0, letGo: nil) == .entered(state: 1))
    return (world, world.run(until: ScriptedWorld.start + Duration(unchecked: 9 * 86_400_000)))
  }

  @Test func whatFailsIsUndoneAndTheAgreementStandsStill() {
    var (world, steps) = suspended(.after, due: .duration(ScriptedWorld.day))
    #expect(steps.map(\.outcome) == [.defect(.trapped(.range))] && steps[0].moves.isEmpty)
    #expect(
      world.agreement.position.standing == .suspended && world.agreement.position.state == 1
        && world.agreement.vaults == [Amount(unchecked: 5)])
    #expect(world.units(0) == 995 && world.state.nextDue == nil)
    #expect(world.act("go", by: 0, letGo: nil) == .refused(.refused(.state)))
  }

  /// What failed is told for what it was.
  @Test func whatFailedIsToldForWhatItWas() {
    for (trigger, due, beginning) in [
      (.after, .duration(ScriptedWorld.day), "Defect (range): the deadline of P failed"),
      (.at, .time(ScriptedWorld.start), "Defect (range): the deadline of P failed"),
      (.when, .bool(true), "Defect (range): what P does when its condition holds failed"),
    ] as [(ContractInterface.Trigger, Value, String)] {
      let (world, steps) = suspended(trigger, due: due)
      let story = Story(Wording(.english)) { _ in "alice" }
      let lines = story.lines(steps[0], world.runtime.interface(ofContract: 0), world.agreement, arguments: [])
      #expect(lines.count == 1 && lines[0].hasPrefix(beginning))
    }
  }
}
