import Assurance
import Bytecode
import Compiler
import ContractFuzzing
import Interface
import Ledger
import Primitives
import Runtime
import Source
import Support
import TestRunner
import Testing
import VM
import Wording

/// With any amount of gas a call either happens or is undone; what it needs exactly is enough, and is within its bound.
@Suite struct GasTests {
  @Test func everyAmountOfGasSucceedsOrLeavesNoTrace() throws {
    let source = SourceText(path: "purchase.ern", text: try Repository.text("contracts/purchase.ern"))
    let contract = try #require(Compilation(source).contracts.first)
    let state = LedgerState(time: Time(milliseconds: 0))
    var runtime = AgreementExecutor(engine: Machine(), contracts: [contract.module], state: state)
    let accounts = contract.interface.parties.map { _ in state.openAccount { _ in Amount(unchecked: 1_000_000) } }
    let day = Value.duration(Duration(unchecked: 86_400_000))
    let (opened, _) = runtime.open(
      contract: 0, currencies: [Currency.all[0]], parties: accounts, terms: [.amount(Amount(unchecked: 999)), day, day])
    let number = try #require(opened)

    /// Takes the action with ever more gas until it happens; answers how much that took.
    func needed(_ action: String, by party: Int, _ arguments: [Value]) throws -> Int {
      let before = state.digest
      for gas in 0..<2000 {
        let step = runtime.take(action, by: accounts[party], on: number, arguments: arguments, letGo: nil, gas: gas)
        guard case .refused(let failure) = step.outcome else {
          #expect(step.gas == UInt64(gas) && gas <= contract.assured.gasMax(of: step), "\(action)")
          return gas
        }
        #expect(failure == .trapped(.gas) && state.digest == before, "\(action) with \(gas)")
      }
      return 0
    }

    // Due times and invariants of the state that is entered count as well.
    #expect(try needed("pay", by: 0, []) > 50)
    #expect(try needed("ship", by: 1, [.text(Array("SF1029384756".utf8))]) > 50)
    #expect(try needed("dispute", by: 0, []) > 10)
    let ruling = try #require(Percent(Integer(1), outOf: Integer(3)))
    #expect(try needed("rule", by: 3, [.percent(ruling), .text(Array("both were late".utf8))]) > 150)
    #expect(state.agreements[number.index].vaults == [.zero])
  }

  private static let examples = Repository.files("contracts", ".ern")

  private static func compilation(_ path: String) throws -> Compilation {
    Compilation(SourceText(path: path, text: try Repository.text(path)))
  }

  /// Where nothing leads round by itself, W of a state is the dearest way from it to an end: here
  /// by trying all of them.
  @Test(
    arguments: examples + Repository.files("Tests/Corpus/run", ".ern") + Repository.files("Tests/Corpus/sound", ".ern"))
  func whatIsPaidAheadIsTheDearestWay(_ path: String) throws {
    for contract in try GasTests.compilation(path).contracts {
      let (interface, assured) = (contract.interface, contract.assured)
      let automatic = edges(contract.module).filter { interface.transitions[$0.transition].trigger.isAutomatic }
      /// Nil where a circle is met.
      func dearest(from state: StateID, _ path: [StateID]) -> Int? {
        if path.contains(state) { return nil }
        var most = 0
        for edge in automatic where edge.source == state {
          guard let rest = dearest(from: edge.target, path + [state]) else { return nil }
          most = max(most, GasTests.cost(edge, assured) + rest)
        }
        return most
      }
      for state in interface.states.ids {
        if let most = dearest(from: state, []) {
          #expect(assured.prepayment.ahead[of: state].most == most, "\(interface.states[state].name)")
        }
        #expect((assured.prepayment.ahead[of: state].most == 0) == interface.states[state].isFinal)
      }
    }
  }

  private static func cost(_ edge: Edge, _ assured: AssuredModule) -> Int {
    GasSchedule.of(.current).deadline + assured.gasMax[of: edge.transition]
      + assured.prepayment.entering[of: edge.target]
  }

  /// Along every automatic edge W falls by at least what the edge costs, wherever the counters
  /// stand: so no pot runs dry.
  @Test(
    arguments: examples + Repository.files("Tests/Corpus/run", ".ern") + Repository.files("Tests/Corpus/sound", ".ern"))
  func whatIsPaidAheadFallsByWhatIsUsed(_ path: String) throws {
    for contract in try GasTests.compilation(path).contracts {
      let (interface, ahead) = (contract.interface, contract.assured.prepayment.ahead)
      let ends = interface.fields.map { field in if case .counter(let most) = field.type { most } else { 0 } }
      for edge in edges(contract.module) where interface.transitions[edge.transition].trigger.isAutomatic {
        func isRaised(_ field: StateVariableID) -> Bool { edge.raised & 1 << UInt64(field.index) != 0 }
        // From the start, from the last time that it can be gone along, and in between.
        for part in 0...2 {
          func before(_ field: StateVariableID) -> Int {
            isRaised(field) ? (ends[of: field] - 1) * part / 2 : ends[of: field] * part / 2
          }
          func after(_ field: StateVariableID) -> Int { before(field) + (isRaised(field) ? 1 : 0) }
          let (have, need) = (ahead[of: edge.source].gas(before), ahead[of: edge.target].gas(after))
          #expect(GasTests.cost(edge, contract.assured) + need <= have, "\(interface.states[edge.source].name)")
        }
      }
    }
  }

  /// What is paid ahead is not much more than what can be used: of every automatic transition of
  /// the examples the bound is at most twice what its own tests and random sequences have driven it
  /// to.
  @Test(arguments: examples) func boundsAreNearWhatIsUsed(_ path: String) throws {
    let compilation = try GasTests.compilation(path)
    let contract = try #require(compilation.contracts.first)
    var sequences = RandomSequences(contract)
    sequences.run(count: 300, seed: 5)
    var use = sequences.gasUse
    for test in compilation.tests {
      for (transition, driven) in TestRun(test, in: compilation, wording: Wording(.english)).gasUse[0].enumerated() {
        use[transition] = use[transition].joined(driven)
      }
    }
    for (index, transition) in contract.interface.transitions.identified where transition.trigger.isAutomatic {
      let driven = try #require(use[of: index], "transition \(index) was never taken")
      // Three people share the pool in its tests, and a hundred may: they are asked for below.
      if path == "contracts/group-purchase.ern" { continue }
      #expect(driven.bound <= 2 * driven.used, "\(contract.interface.states[transition.source].name): \(driven)")
    }
  }

  /// The one that the tests above do not drive far enough, with as many as may take part.
  @Test func aFullPoolUsesNearlyItsBound() throws {
    let contract = try #require(try GasTests.compilation("contracts/group-purchase.ern").contracts.first)
    let state = LedgerState(time: Time(milliseconds: 0))
    var runtime = AgreementExecutor(engine: Machine(), contracts: [contract.module], state: state)
    let accounts = (0..<100).map { _ in state.openAccount { _ in Amount(unchecked: 1000) } }
    let closes = Time(milliseconds: 86_400_000)
    let (opened, _) = runtime.open(
      contract: 0, currencies: [Currency.all[0]], parties: [accounts[0]],
      terms: [.amount(Amount(unchecked: 9)), .int(Integer(100)), .time(closes)])
    let number = try #require(opened)
    // One too few for the seller: each is paid back.
    for account in accounts.dropFirst() { _ = runtime.act("join", by: account, on: number, arguments: [], letGo: nil) }
    let step = try #require(runtime.advance(to: closes).last)
    #expect(step.outcome == .entered(state: 2) && step.moves.count == 99)
    #expect(
      contract.assured.gasMax(of: step) <= 2 * Int(step.gas), "\(step.gas) of \(contract.assured.gasMax(of: step))")
  }
}
