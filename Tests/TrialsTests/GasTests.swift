import Assurance
import Bytecode
import Compiler
import Interface
import Ledger
import Primitives
import Runtime
import Source
import Support
import Testing
import Trials
import VM

/// With any amount of gas a call either happens or is undone; what it needs exactly is enough, and is within its bound.
@Suite struct GasTests {
  @Test func everyAmountOfGasSucceedsOrLeavesNoTrace() throws {
    let source = SourceText(path: "purchase.ern", text: try Repository.text("contracts/purchase.ern"))
    let contract = try #require(Compilation(source).contracts.first)
    let state = LedgerState(time: Time(milliseconds: 0))
    var runtime = Runtime(engine: Machine(), contracts: [contract.module], state: state)
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

  /// W of a state is the dearest way that leads on from it by itself: here by trying all of them.
  @Test func whatIsPaidAheadIsTheDearestWay() throws {
    for path in Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/run", ".ern") {
      for contract in Compilation(SourceText(path: path, text: try Repository.text(path))).contracts {
        let (interface, assured) = (contract.interface, contract.assured)
        let deadline = GasSchedule.of(.current).deadline
        func ways(from state: Int) -> [Int] {
          let ways = interface.transitions.indices.filter {
            interface.transitions[$0].source == state && interface.transitions[$0].trigger.isAutomatic
          }
          .flatMap { transition -> [Int] in
            let code = contract.module.module.functions[contract.module.function(of: .body(transition: transition))].code
            return code.filter { $0.opcode == .enter }.flatMap { enter -> [Int] in
              let target = Int(enter.a)
              return ways(from: target).map { $0 + deadline + assured.gasMax[transition] + assured.prepayment.entering[target] }
            }
          }
          return ways.isEmpty ? [0] : ways
        }
        for state in interface.states.indices {
          #expect(assured.prepayment.ahead[state].most == ways(from: state).max(), "\(path): \(interface.states[state].name)")
          #expect((assured.prepayment.ahead[state].most == 0) == interface.states[state].isFinal)
        }
      }
    }
  }
}
