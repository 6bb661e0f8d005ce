import Assurance
import Bytecode
import Compiler
import ContractFuzzing
import Fuzzing
import Interface
import Ledger
import Primitives
import Runtime
import Source
import Support
import TestRunner
import Testing
import VM

/// Agreements on the bare machine do what they would do on a ledger, and what a run of a bad one shows is recognized.
@Suite struct BareTests {
  private func sound() throws -> [CompiledContract] {
    try (Repository.files("contracts", ".ern") + Repository.files("Tests/Corpus/sound", ".ern")).flatMap { path in
      Compilation(SourceText(path: path, text: try Repository.text(path))).contracts
    }
  }

  // MARK: The ledger as second opinion

  @Test func agreementsDoWhatTheyDoOnALedger() throws {
    let (trial, machine) = (BareTrial(), Machine())
    var compared = 0
    for contract in try sound() {
      for schedule in 0..<8 {
        let steps = trial.steps(of: contract.module, contract.assured, schedule: schedule, schedules: 100, seed: 7)
        compared += compare(steps, contract, machine, schedule)
      }
    }
    #expect(compared > 500)
  }

  /// Does the same on a ledger; answers how many states were compared.
  private func compare(_ steps: [BareStep], _ contract: CompiledContract, _ machine: Machine, _ schedule: Int) -> Int {
    let interface = contract.interface
    let state = LedgerState(time: BareAgreement.start)
    var runtime = AgreementExecutor(engine: machine, contracts: [contract.module], state: state)
    // On the bare machine the accounts of the parties begin with row 1, and everybody has whatever is asked for.
    for _ in 0...(interface.parties.count + 2) {
      _ = state.openAccount { _ in Amount(unchecked: Amount.max.units >> 8) }
    }
    let currencies = interface.currencies.enumerated().map { index, slot in
      switch slot {
      case .parameter: Currency.all[index % Currency.all.count]
      case .fixed(let currency): currency
      }
    }
    var number: AgreementNumber?
    var paid = [UInt128](repeating: 0, count: interface.parties.count + 3)
    var compared = 0
    var place = 0
    while place < steps.count {
      // What happens by itself follows what brought it about.
      var last = place
      while last + 1 < steps.count, case .automatic = steps[last + 1].event { last += 1 }
      defer { place = last + 1 }
      var told: [Step]
      switch steps[place].event {
      case .opening(let terms):
        let parties = interface.parties.indices.map { AccountRow($0 + 1) }
        (number, told) = runtime.open(contract: 0, currencies: currencies, parties: parties, terms: terms)
      case .wait(let time): told = runtime.advance(to: time)
      case .automatic: told = []
      case .action(let transition, let caller, let actors, let arguments):
        guard let number, case .action(let name, _, let who) = interface.transitions[transition].trigger else {
          return compared
        }
        var needed = 1
        if case .parties(_, let count) = who { needed = count }
        for actor in actors.filter({ $0 != caller }).prefix(needed - 1) {
          let steps = runtime.act(name, by: AccountRow(Int(actor)), on: number, arguments: arguments, letGo: nil)
          // What agreed to an attempt before may suffice: then somebody else is the caller.
          if case .approved? = steps.first?.outcome { continue }
          if steps.first?.isRefused ?? true { continue }
          return compared
        }
        told = runtime.act(name, by: AccountRow(Int(caller)), on: number, arguments: arguments, letGo: nil)
        // Of those that agreed to another attempt before, some were refused then.
        if case .approved? = told.first?.outcome { return compared }
        if case .refused(.refused(.funds))? = told.first?.outcome { return compared }
        let isRefused = if case .refused = steps[place].outcome { true } else { false }
        #expect(told.first?.isRefused == isRefused, "\(interface.name), schedule \(schedule), step \(place): \(name)")
      }
      guard let number else {
        Issue.record(
          "\(interface.name), schedule \(schedule): no agreement was opened, \(told.first.map { "\($0.outcome)" } ?? "")"
        )
        return compared
      }
      told += runtime.advance(to: max(state.time, steps[last].time))
      for move in told.flatMap(\.moves) {
        if case .account(let row) = move.to { paid[row.index] += move.sum.amount.units }
      }
      let agreement = state.agreements[number.index]
      let (step, position) = (steps[last], agreement.position)
      let isSame =
        position.state == step.state && agreement.words == step.words && agreement.vaults == step.vaults
        && Array(paid[1...]) == step.paid
        && position.deadlines.map(\.transition) == step.deadlines.map(\.transition)
        && position.deadlines.map(\.due) == step.deadlines.map(\.due)
      #expect(isSame, "\(interface.name), schedule \(schedule), step \(place): \(step), but on the ledger \(agreement)")
      if !isSame { return compared }
      compared += 1
    }
    return compared
  }

  // MARK: What is bad

  private func report(_ body: String) throws -> BareReport {
    let text = """
      contract Bad<C: Currency> {
        party buyer, seller
        term price: Amount<C> where price > 0
        vault escrow: Money<C>
        \(body)
      }
      """
    let module = try #require(Compilation(SourceText(path: "bad.ern", text: text)).wellFormed.first, "\(body)")
    return BareTrial().run(module, nil, schedules: 100, seed: 1)
  }

  private let paying = "on pay() by buyer receiving price into escrow"

  @Test func whatIsBadIsRecognized() throws {
    let fails = try report(
      """
      let twice = price * 2
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { after 1 day { split escrow { twice -> seller; rest -> buyer } } -> Done }
      final state Done
      """)
    #expect(fails.bad?.badness == .fails(transition: 2, .trapped(.share)))

    let due = try report(
      """
      field wait: Duration = 1 day
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { after 1 day -> Late }
      state Late { after wait - 2 days { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(due.bad?.badness == .fails(transition: 2, .trapped(.negative)))

    let leaves = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on take() by seller { pay escrow to seller } -> Done after 1 day -> Done }
      final state Done
      """)
    #expect(leaves.bad?.badness == .leavesMoney(state: 2, vault: 0))

    let waits = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on take() by seller { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(waits.bad?.badness == .waits(state: 1, holdsMoney: true))

    let circles = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on take() by seller { pay escrow to seller } -> Done after 1 day -> Owed }
      state Owed { after 1 day -> Paid }
      final state Done
      """)
    #expect([.circles(state: 1), .circles(state: 2)].contains(circles.bad?.badness))

    let atOnce = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on take() by seller { pay escrow to seller } -> Done when escrow == price -> Paid after 1 day { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(atOnce.bad?.badness == .circles(state: 1))

    let driven = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on again() by buyer -> Paid after 7 days { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(driven.bad?.badness == .isDriven(state: 1, holdsMoney: true))

    // Nothing is entered again, but the deadline never comes.
    let putOff = try report(
      """
      field until: Time = 2026-01-01
      initial state Open { \(paying) { until = now + 7 days } -> Paid after 1 day -> Done }
      state Paid { on wait() by buyer { until = now + 7 days } at until { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(putOff.bad?.badness == .isDriven(state: 1, holdsMoney: true))
  }

  /// The bounds of a cheaper contract are too low for a dearer one.
  @Test func gasAboveItsBoundIsRecognized() throws {
    func contract(_ body: String, _ wait: String) throws -> CompiledContract {
      let text = """
        contract Dear {
          party buyer
          term lots: Int<1..30>
          initial state Open { on go() by buyer { \(body) } -> Done after \(wait) -> Done }
          final state Done
          event Gone(lots: Int)
        }
        """
      return try #require(Compilation(SourceText(path: "dear.ern", text: text)).contracts.first, "\(body)")
    }
    let (cheap, dear) = (
      try contract("emit Gone(lots)", "1 day"), try contract("emit Gone(lots * lots * lots)", "1 day")
    )
    let slow = try contract("emit Gone(lots)", "if lots * lots > 30 { 2 days } else { 1 day }")
    func badness(_ contract: CompiledContract, _ bounds: CompiledContract) -> Badness? {
      BareTrial().run(contract.module, bounds.assured, schedules: 50, seed: 1).bad?.badness
    }
    guard case .gas("transition 0", _, _)? = badness(dear, cheap),
      case .gas("entering Open", _, _)? = badness(slow, cheap)
    else {
      Issue.record("\(String(describing: badness(dear, cheap))), \(String(describing: badness(slow, cheap)))")
      return
    }
    #expect(badness(cheap, cheap) == nil && badness(dear, dear) == nil && badness(slow, slow) == nil)
  }

  @Test func whatOnlyLosesTimeIsTold() throws {
    let waits = try report(
      """
      initial state Open { \(paying) { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(waits.bad == nil && waits.endless?.badness == .waits(state: 0, holdsMoney: false))

    let driven = try report(
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on back() by seller { pay escrow to buyer } -> Open after 7 days { pay escrow to seller } -> Done }
      final state Done
      """)
    #expect(driven.bad == nil)
    guard case .isDriven(_, holdsMoney: false)? = driven.endless?.badness else {
      Issue.record("\(String(describing: driven.endless))")
      return
    }
  }

  /// What ends at a time, or when a counter is full, is not driven, and a condition that holds at once is no circle.
  @Test func whatIsSoundIsNotBlamed() throws {
    for body in [
      """
      term ends: Time
      initial state Open { \(paying) -> Paid at ends -> Done }
      state Paid { on again() by buyer -> Paid at ends { pay escrow to seller } -> Done }
      final state Done
      """,
      """
      field rounds: Counter<300>
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { on again() by buyer { raise rounds } -> Paid after 1 day { pay escrow to seller } -> Done }
      final state Done
      """,
      """
      initial state Open { \(paying) -> Paid after 1 day -> Done }
      state Paid { when escrow == price { pay escrow to seller } -> Done after 1 day { pay escrow to buyer } -> Done }
      final state Done
      """,
    ] {
      let report = try report(body)
      #expect(report.runCount == 100 && report.bad == nil && report.endless == nil, "\(body)")
    }
  }

  /// Every run of what is accepted as written ends, empties its vaults, and stays within its gas.
  @Test func whatIsSoundEnds() throws {
    for contract in try sound() {
      let report = BareTrial().run(contract.module, contract.assured, schedules: 60, seed: 3)
      #expect(report.bad == nil && report.endless == nil, "\(contract.interface.name)")
    }
  }
}
