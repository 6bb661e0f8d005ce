import Assurance
import Bytecode
import Compiler
import Interface
import Ledger
import Primitives
import Runtime
import Source
import Support
import TestRunner
import Testing
import VM

/// A module with a flipped bit that is still assured is another contract, and a contract like any
/// other: it runs, it ends under silence with empty vaults, and nothing that is done to it ends the
/// process or makes or loses money.
@Suite struct FlippedModuleTests {
  @Test func whatIsStillAssuredRunsLikeAnyContract() throws {
    let source = SourceText(path: "purchase.ern", text: try Repository.text("contracts/purchase.ern"))
    let original = try #require(Compilation(source).contracts.first).module
    let bytes = original.module.bytes
    let machine = Machine()
    var ran = 0
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      guard let wellFormed = try? Verifier.verify(bytes: flipped), case .assured(let module) = assure(wellFormed) else {
        continue
      }
      // A bit of the source's hash changes nothing else.
      if module.wellFormed.module.functions == original.module.functions,
        module.wellFormed.module.interface == original.module.interface,
        module.wellFormed.module.constants == original.module.constants
      {
        continue
      }
      drive(module, on: machine, choice: bit)
      ran += 1
    }
    #expect(ran > 1000)
  }

  private func drive(_ module: AssuredModule, on machine: Machine, choice: Int) {
    let interface = module.wellFormed.module.interface
    let state = LedgerState(time: Time(milliseconds: 0))
    var runtime = AgreementExecutor(engine: machine, contracts: [module.wellFormed], state: state)
    let accounts = interface.parties.map { _ in state.openAccount { _ in Amount(unchecked: 1 << 100) } }
    let currencies = interface.currencies.map { slot in
      switch slot {
      case .parameter: Currency.all[0]
      case .fixed(let currency): currency
      }
    }
    let totals = Currency.all.map { state.total(of: $0) }
    let (number, _) = runtime.open(
      contract: 0, currencies: currencies, parties: accounts,
      terms: interface.terms.map { $0.defaultValue ?? value($0.type, choice) })
    guard let number else { return }
    for (index, transition) in interface.transitions.identified {
      guard case .action(let name, let parameters, _) = transition.trigger else { continue }
      if index.index == choice % interface.transitions.count { continue }
      for caller in accounts {
        let before = state.digest
        let steps = runtime.act(
          name, by: caller, on: number, arguments: parameters.map { value($0.type, choice) }, letGo: nil)
        if steps[0].isRefused { #expect(state.digest == before) }
      }
    }
    for _ in interface.states { _ = runtime.advance(to: state.time + Duration.max) }
    let agreement = state.agreements[number.index]
    #expect(
      interface.states[agreement.position.state].isFinal && agreement.vaults.allSatisfy { $0 == .zero }, "bit \(choice)"
    )
    #expect(zip(Currency.all, totals).allSatisfy { state.total(of: $0) == $1 }, "bit \(choice)")
  }

  private func value(_ type: ValueType, _ choice: Int) -> Value {
    switch type {
    case .bool: .bool(choice % 2 == 0)
    case .int(let range): .int(choice % 2 == 0 ? range.low : range.high)
    case .percent: Percent(Integer(choice % 101), outOf: Integer(100)).map { .percent($0) } ?? .bool(false)
    case .amount: .amount(Amount(unchecked: UInt128(choice + 1)))
    case .duration: .duration(Duration(unchecked: Int64(choice)))
    case .text: .text(Array("text".utf8))
    case .ratio, .rate: Percent(Integer(1), outOf: Integer(3)).map { .percent($0) } ?? .bool(false)
    case .bytes: .bytes([1, 2, 3])
    case .time: .time(Time(milliseconds: Int64(choice)))
    case .party: .party(0)
    case .counter(let most): .int(Integer(choice % (most + 1)))
    case .composite: .sequence([])
    }
  }
}
