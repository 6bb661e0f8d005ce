import Assurance
import Compiler
import Fuzzing
import Interface
import Ledger
import Primitives
import Runtime
import Source
import TestRunner

/// Agreements of one contract under actions and waits that a tape chooses, on both engines. At the
/// end everybody falls silent, and the last must end with empty vaults all the same.
struct DrawnSequence {
  private(set) var tape: Tape
  private(set) var log: [String] = []
  private(set) var stepCount = 0
  private(set) var defect: String?
  private(set) var coverage: TrialCoverage

  private let contract: CompiledContract
  private let silence: Silence
  private let isTelling: Bool
  /// True where somebody wrote the contract, and not chance: no deadline breaks an invariant then, and
  /// sometimes a party does nothing from the opening on.
  private let isWritten: Bool
  private var silent: Int?
  private var twin: Twin
  private var accounts: [AccountRow] = []
  private var totals: [UInt128] = []

  private var interface: ContractInterface { contract.interface }

  var gasUse: [GasUse?] { twin.gasUse[0] }

  /// `isTelling`: whether the log is kept, which costs time.
  init(
    _ contract: CompiledContract, _ silence: Silence, _ tape: Tape, isTelling: Bool = false, isWritten: Bool = false
  ) {
    self.contract = contract
    self.silence = silence
    self.isWritten = isWritten
    self.isTelling = isTelling
    self.tape = tape
    twin = Twin([contract])
    coverage = TrialCoverage(contract)
  }

  mutating func run() {
    for _ in 0..<(interface.parties.count + 2) {
      let isPoor = tape.oneIn(6)
      accounts.append(twin.openAccount { _ in Amount(unchecked: isPoor ? 50 : 1_000_000_000_000) })
    }
    totals = Currency.all.map { twin.state.total(of: $0) }
    let currencies = interface.currencies.map { slot in
      switch slot {
      case .parameter: tape.element(Currency.all)
      case .fixed(let currency): currency
      }
    }
    if isWritten, tape.oneIn(3), !interface.parties.isEmpty { silent = tape.below(interface.parties.count) }
    var last = open(currencies)
    var openings = 1
    for _ in 0..<(isWritten ? 6 + tape.below(12) : 20) where defect == nil {
      if tape.oneIn(30) || openings > 6 { break }
      guard let number = last, !isFinal(number) || tape.oneIn(6) else {
        // One has ended, or none would begin: there may be another.
        openings += 1
        last = open(currencies) ?? last
        continue
      }
      if tape.oneIn(4) { wait(number) } else { act(on: number) }
      look(at: number)
    }
    if let number = last, defect == nil { fallSilent(number) }
  }

  private func isFinal(_ number: AgreementNumber) -> Bool {
    interface.states[twin.state.agreements[number.index].position.state].isFinal
  }

  // MARK: Steps

  private mutating func open(_ currencies: [Currency]) -> AgreementNumber? {
    var parties = interface.parties.indices.map { accounts[$0] }
    if parties.count > 1 && tape.oneIn(10) { parties[1] = parties[0] }
    var terms = interface.terms.map { tape.value(of: $0, choosing) }
    // Times are mostly agreed on in the order in which they come.
    if !tape.oneIn(4) {
      let places = terms.indices.filter { interface.terms[$0].type == .time }
      for (place, time) in zip(places, places.map { terms[$0] }.sorted(by: Value.precedes)) { terms[place] = time }
    }
    let wrong = tape.oneIn(40)
    note("open \(currencies.map(\.code)) parties \(parties.map(\.index)) terms \(terms)")
    let (number, steps) = twin.open(
      contract: 0, currencies: currencies, parties: parties, terms: wrong ? Array(terms.dropLast()) : terms)
    record(steps)
    return number
  }

  private mutating func act(on number: AgreementNumber) {
    let position = twin.state.agreements[number.index].position
    let offered = interface.transitions.ids.filter { !interface.transitions[$0].trigger.isAutomatic }
    if offered.isEmpty { return wait(number) }
    let here = offered.filter { interface.transitions[$0].source == position.state }
    let transition = interface.transitions[tape.element(here.isEmpty || tape.oneIn(12) ? offered : here)]
    guard case .action(let name, let parameters, let who) = transition.trigger else { return }
    let mayBeWrong = tape.oneIn(8)
    var arguments = parameters.map { tape.value(of: $0.type, choosing, mayBeWrong: mayBeWrong) }
    if tape.oneIn(30) { arguments.append(.bool(true)) }
    let letGo =
      tape.oneIn(10) ? [CurrencyAmount(Amount(unchecked: UInt128(tape.below(2000))), tape.element(Currency.all))] : nil
    for caller in callers(who, number, arguments) where defect == nil {
      if let silent, caller == twin.state.agreements[number.index].parties[silent] { return }
      note(
        "\(name) by \(caller.index) with \(arguments)\(letGo.map { " letting \($0.map { "\($0.amount.units) \($0.currency.code)" }) go" } ?? "")"
      )
      let before = twin.digest
      let steps = twin.act(name, by: caller, on: number, arguments: arguments, letGo: letGo)
      record(steps)
      if case .refused(let failure)? = steps.first?.outcome, twin.digest != before {
        defect = "the refusal `\(failure.name)` changed the state"
      }
      if !(steps.first.map { if case .approved = $0.outcome { true } else { false } } ?? false) { return }
    }
  }

  /// Mostly those who may act, as many as it takes.
  private mutating func callers(_ who: ContractInterface.Who, _ number: AgreementNumber, _ arguments: [Value])
    -> [AccountRow]
  {
    guard case .parties(let actors, _) = who, !tape.oneIn(15) else { return [tape.element(accounts)] }
    let rows = actors.compactMap { twin.account(of: $0, on: number, arguments) }.filter(accounts.contains)
    if rows.isEmpty { return [tape.element(accounts)] }
    return tape.oneIn(4) ? rows.reversed() : rows
  }

  private mutating func wait(_ number: AgreementNumber) {
    let deadlines = twin.state.agreements[number.index].position.deadlines
    let time = tape.time(after: twin.state.time, deadlines.map(\.due).min())
    note("advance to \(time)")
    record(twin.advance(to: time))
  }

  /// What every view shows.
  private mutating func look(at number: AgreementNumber) {
    for (index, view) in interface.views.enumerated() where defect == nil {
      let arguments = view.parameters.map { tape.value(of: $0.type, choosing, mayBeWrong: tape.oneIn(20)) }
      let ending = twin.show(index, of: number, arguments: arguments)
      if let difference = twin.differences.first {
        note("\(view.name) with \(arguments)")
        defect = difference
      }
      coverage.note(ending, ofView: index)
    }
  }

  private mutating func fallSilent(_ number: AgreementNumber) {
    note("advance to \(Time.last)")
    let before = twin.state.agreements[number.index]
    let claim = SilenceClaim(contract, silence, before, now: twin.state.time)
    let steps = twin.advance(to: Time.last)
    record(steps)
    if defect != nil { return }
    let ended = twin.state.agreements[number.index]
    defect = claim.fault(in: steps.filter { $0.agreement == number }, after: ended)
    guard defect == nil, let silent, let moments = silence.latestWithout[silent][of: interface.initialState],
      let latest = contract.assured.latest(
        moments, of: before, in: interface.initialState, enteredAt: before.openedAt)
    else { return }
    let end = ended.position.enteredAt
    if end > latest {
      defect =
        "the agreement ended at \(end), and was said to end by \(latest) while \(interface.parties[silent]) is silent"
    }
  }

  private mutating func note(_ text: @autoclosure () -> String) { if isTelling { log.append(text()) } }

  // MARK: What must hold

  private mutating func record(_ steps: [Step]) {
    stepCount += 1
    for step in steps {
      coverage.note(step)
      if case .defect(let failure) = step.outcome { defect = "a deadline failed: \(failure.name)" }
      if isWritten, let index = step.defects.first {
        defect = "a deadline broke the invariant “\(interface.invariants[index].text)”"
      }
    }
    if let found = twin.defect(of: steps.compactMap(\.agreement).last, holding: totals) { defect = found }
  }

  private var choosing: Choosing {
    Choosing(types: interface.types, now: twin.state.time, accounts: accounts.map { UInt64($0.index) })
  }
}
