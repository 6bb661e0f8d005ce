package import Compiler
package import Interface
import Ledger
import Presentation
package import Primitives
import Reference
import Runtime
package import Semantics
package import Source
package import Wording

/// One `test` block, run on both engines, step by step, up to its end or the first step that goes
/// otherwise than it says.
package struct TestRun: Sendable {
  /// What a step told, for `--trace`.
  package struct Line: Sendable {
    /// Nil for what goes on at the time of the line before.
    package let time: Time?
    package let text: String
  }

  package let name: String
  package let span: Span
  /// Nil where everything went as the test says.
  package let failure: Diagnostic?
  package let story: [Line]
  /// What all calls of the machine used together.
  package let gas: UInt64
  /// The state of the ledger at the end.
  package let digest: Digest
  /// The transitions that were taken, by index in their contract.
  package let transitions: Set<TransitionID>
  /// What transitions used at most, by contract and transition.
  package let gasUse: [[GasUse?]]

  package var hasPassed: Bool { failure == nil }

  /// Runs one of a compilation's tests, telling its story in the wording's language.
  package init(_ test: CheckedTest, in compilation: Compilation, wording: Wording) {
    var stage = Stage(test, compilation.contracts, wording)
    self = stage.run()
  }

  fileprivate init(
    name: String, span: Span, failure: Diagnostic?, story: [Line], gas: UInt64, digest: Digest,
    transitions: Set<TransitionID>,
    gasUse: [[GasUse?]]
  ) {
    self.name = name
    self.span = span
    self.failure = failure
    self.story = story
    self.gas = gas
    self.digest = digest
    self.transitions = transitions
    self.gasUse = gasUse
  }
}

/// A test on its way.
private struct Stage {
  private let test: CheckedTest
  private let contracts: [CompiledContract]
  private let wording: Wording
  private let told: Story
  private var twin: Twin
  private var accounts: [AccountRow] = []
  /// By the test's own numbering; nil before it is opened, or where opening was refused.
  private var numbers: [AgreementNumber?]
  /// What agreements have recorded so far.
  private var emissions: [(agreement: AgreementNumber, emission: Emission)] = []
  private var holdings: [[Amount]] = []
  private var lines: [TestRun.Line] = []
  private var lastTime: Time?
  private var gas: UInt64 = 0
  private var transitions: Set<TransitionID> = []

  init(_ test: CheckedTest, _ contracts: [CompiledContract], _ wording: Wording) {
    self.test = test
    self.contracts = contracts
    self.wording = wording
    told = Story(wording) { test.wallets[$0.index].name }
    twin = Twin(contracts)
    numbers = Array(repeating: nil, count: test.agreements.count)
    for wallet in test.wallets {
      accounts.append(twin.openAccount { currency in Stage.holding(wallet, currency) })
      holdings.append(Currency.all.map { Stage.holding(wallet, $0) })
    }
  }

  private static func holding(_ wallet: CheckedTest.Wallet, _ currency: Currency) -> Amount {
    guard let declared = wallet.holdings else {
      // A million of each.
      return Amount(unchecked: (0..<currency.decimals).reduce(1_000_000) { units, _ in units * 10 })
    }
    return declared.first { $0.currency == currency }?.amount ?? .zero
  }

  mutating func run() -> TestRun {
    let failure = run(test.steps)
    return TestRun(
      name: test.name, span: test.span, failure: failure, story: lines, gas: gas, digest: twin.digest,
      transitions: transitions,
      gasUse: twin.gasUse)
  }

  /// Up to the first step that goes otherwise than it says.
  private mutating func run(_ steps: [CheckedStep]) -> Diagnostic? {
    for step in steps {
      let failure = run(step)
      if let difference = twin.differences.first {
        return Diagnostic(
          .testFailed, "the two engines disagree, which is a bug of Earnest: \(difference)", at: step.span)
      }
      if let failure { return failure }
    }
    return nil
  }

  private mutating func tell(_ text: String) {
    lines.append(.init(time: twin.state.time == lastTime ? nil : twin.state.time, text: text))
    lastTime = twin.state.time
  }

  private mutating func tell(_ steps: [Step], contract: Int, arguments: [Value] = []) {
    for happened in steps {
      let agreement = happened.agreement.map { twin.state.agreements[$0.index] }
      let interface = contracts[agreement?.contract ?? contract].interface
      for (index, text) in told.lines(happened, interface, agreement, arguments: arguments).enumerated() {
        lines.append(.init(time: index == 0 && happened.time != lastTime ? happened.time : nil, text: text))
        lastTime = happened.time
      }
      gas += happened.gas
      if let number = happened.agreement { emissions += happened.events.map { (number, $0) } }
      switch happened.outcome {
      case .entered, .stayed: if let transition = happened.transition { transitions.insert(transition) }
      case .opened, .approved, .refused, .defect: break
      }
    }
  }

  private func fail(_ step: CheckedStep, _ message: String, notes: [String] = []) -> Diagnostic {
    Diagnostic(.testFailed, message, at: step.span, notes: notes)
  }

  // MARK: Steps

  private mutating func run(_ step: CheckedStep) -> Diagnostic? {
    switch step.kind {
    case .open(let agreement, let parties, let terms, let refused):
      let declared = test.agreements[agreement]
      let (number, steps) = twin.open(
        contract: declared.contract, currencies: declared.currencies, parties: parties.map { accounts[$0] },
        terms: terms.map(onLedger))
      numbers[agreement] = number
      tell(steps, contract: declared.contract)
      return judge(steps, expecting: refused, contract: declared.contract, at: step)
    case .act(let wallet, let agreement, let action, let arguments, let letGo, let refused):
      guard let number = numbers[agreement] else { return notOpened(agreement, step) }
      let arguments = arguments.map(onLedger)
      let steps = twin.act(action, by: accounts[wallet], on: number, arguments: arguments, letGo: letGo)
      tell(steps, contract: test.agreements[agreement].contract, arguments: arguments)
      return judge(steps, expecting: refused, contract: test.agreements[agreement].contract, at: step)
    case .advance(let duration): return pass(to: twin.state.time + duration, at: step)
    case .advanceTo(let time): return pass(to: time, at: step)
    case .block(let time, let steps): return pass(to: time, at: step) ?? run(steps)
    case .expectState(let agreement, let state):
      guard let number = numbers[agreement] else { return notOpened(agreement, step) }
      let states = twin.interface(of: number).states
      let actual = twin.state.agreements[number.index].position.state
      return actual == state
        ? nil
        : fail(
          step, "`\(test.agreements[agreement].name)` is \(states[actual].name); \(states[state].name) was expected")
    case .expectGain(let wallet, let currency, let units):
      let actual =
        Integer(twin.state.balance(accounts[wallet], currency).units) - Integer(holdings[wallet][currency.index].units)
      if actual == units { return nil }
      return fail(
        step,
        "`\(test.wallets[wallet].name)` gained \(wording.amount(actual, currency)); \(wording.amount(units, currency)) was expected"
      )
    case .expect(let comparison, let left, let right): return compare(comparison, left, right, at: step)
    case .expectEvent(let agreement, let event, let arguments):
      guard let number = numbers[agreement] else { return notOpened(agreement, step) }
      return find(event, arguments?.map(onLedger), of: number, named: test.agreements[agreement].name, at: step)
    }
  }

  /// A value of the test, in which a party is a wallet's number, as the ledger knows it. Accounts ascend as wallets do.
  private func onLedger(_ value: Value) -> Value { value.renumbering { UInt64(accounts[Int($0)].index) } }

  private mutating func pass(to time: Time, at step: CheckedStep) -> Diagnostic? {
    if let duration = time.since(twin.state.time) { tell(wording.timePasses(duration)) }
    let steps = twin.advance(to: time)
    tell(steps, contract: 0)
    return defect(in: steps, at: step)
  }

  // MARK: Expectations

  private func words(_ number: AgreementNumber) -> ValueWording {
    told.values(twin.interface(of: number), twin.state.agreements[number.index])
  }

  private mutating func compare(
    _ comparison: Comparison, _ left: TestOperand, _ right: TestOperand, at step: CheckedStep
  ) -> Diagnostic? {
    let found: Found
    let wanted: Value
    switch value(left) {
    case .success(let value): found = value
    case .failure(let missing): return fail(step, missing.reason)
    }
    if case .constant(let value) = right {
      wanted = onLedger(value)
    } else {
      switch value(right) {
      case .success(let other): wanted = other.value
      case .failure(let missing): return fail(step, missing.reason)
      }
    }
    if comparison.holds(found.value, wanted) { return nil }
    let words = words(found.agreement)
    let differences = Differences(found.value, wanted, found.type, in: twin.interface(of: found.agreement).types, words)
    return fail(
      step,
      "this is \(words.text(found.value, found.type)); `\(comparison.symbol)` \(words.text(wanted, found.type)) was expected",
      notes: comparison == .equal ? differences.lines : [])
  }

  /// What an operand looks at.
  private struct Found {
    let value: Value
    let type: ValueType
    let agreement: AgreementNumber
  }

  private struct Missing: Error {
    let reason: String
  }

  private mutating func value(_ operand: TestOperand) -> Result<Found, Missing> {
    guard let agreement = operand.agreement else {
      preconditionFailure("the checker gives a comparison something to look at")
    }
    let name = test.agreements[agreement].name
    guard let number = numbers[agreement] else {
      return .failure(Missing(reason: "`\(name)` was never opened: its opening was refused"))
    }
    let (opened, interface) = (twin.state.agreements[number.index], twin.interface(of: number))
    func found(_ value: Value, _ type: ValueType) -> Result<Found, Missing> {
      .success(Found(value: value, type: type, agreement: number))
    }
    switch operand {
    case .constant(let value): return found(onLedger(value), .bool)
    case .balance(_, let vault):
      return found(.amount(opened.vaults[of: vault]), .amount(currency: interface.vaults[vault].currency))
    case .balanceOfKey(_, let vault, let key):
      guard let type = interface.vaults[vault].key?.type else {
        preconditionFailure("the checker looks under keys only where there are some")
      }
      // A key that its type does not have holds nothing.
      guard type.admits(onLedger(key), in: interface.types) else {
        return found(.amount(.zero), .amount(currency: interface.vaults[vault].currency))
      }
      let word = Resting.words(onLedger(key), as: type, in: interface.types)[0]
      return found(
        .amount(opened.balance(ofVault: vault, key: word)), .amount(currency: interface.vaults[vault].currency))
    case .keyCount(_, let vault):
      let count = opened.holdings(ofVault: vault).count
      return found(.int(Integer(count)), .counter(most: interface.vaults[vault].key?.most ?? count))
    case .field(_, let field):
      let declared = interface.fields[field]
      var index = field
      if case .parameter(let state) = declared.role, state != opened.position.state {
        // States may have parameters of one name: the one that is asked for is that of the state the agreement is in.
        guard
          let own = interface.parameters(ofState: opened.position.state).first(where: {
            interface.fields[$0].name == declared.name
          }),
          interface.fields[own].type == declared.type
        else {
          let (here, there) = (interface.states[opened.position.state].name, interface.states[state].name)
          return .failure(Missing(reason: "`\(name)` is \(here); `\(declared.name)` belongs to the state \(there)"))
        }
        index = own
      }
      return found(opened.value(interface.item(of: index), interface), declared.type)
    case .view(_, let view, let arguments):
      let arguments = arguments.map(onLedger)
      let (declared, interface) = (interface.views[view], interface)
      guard zip(declared.parameters, arguments).allSatisfy({ $0.type.admits($1, in: interface.types) }) else {
        return .failure(
          Missing(reason: "`\(declared.name)` is asked with an argument that its parameter does not admit"))
      }
      switch twin.show(view, of: number, arguments: arguments) {
      case .returns(let value): return found(value, declared.type)
      case .fails(let failure):
        return .failure(Missing(reason: "`\(declared.name)` shows nothing: it fails because of `\(failure.name)`"))
      case .enters, .stays: preconditionFailure("a view leads nowhere")
      }
    }
  }

  /// Whether an agreement has recorded this event so far.
  private func find(
    _ event: Int, _ arguments: [Value]?, of number: AgreementNumber, named name: String, at step: CheckedStep
  ) -> Diagnostic? {
    let recorded = emissions.filter { $0.agreement == number && $0.emission.event == event }.map(\.emission.arguments)
    if arguments.map({ recorded.contains($0) }) ?? !recorded.isEmpty { return nil }
    let declared = twin.interface(of: number).events[event]
    let words = words(number)
    func text(_ values: [Value]) -> String {
      "\(declared.name)(\(zip(values, declared.parameters).map { words.text($0, $1.type) }.joined(separator: ", ")))"
    }
    guard let arguments, let last = recorded.last else {
      return fail(step, "`\(name)` has emitted no `\(declared.name)`")
    }
    let differences = zip(declared.parameters, zip(last, arguments)).filter { $0.1.0 != $0.1.1 }.map {
      parameter, values in
      "`\(parameter.name)` is \(words.text(values.0, parameter.type)); \(words.text(values.1, parameter.type)) was expected"
    }
    return fail(
      step,
      "`\(name)` emitted \(recorded.suffix(3).map(text).joined(separator: ", ")); \(text(arguments)) was expected",
      notes: differences)
  }

  // MARK: Judgement

  private func notOpened(_ agreement: Int, _ step: CheckedStep) -> Diagnostic {
    fail(step, "`\(test.agreements[agreement].name)` was never opened: its opening was refused")
  }

  private func judge(_ steps: [Step], expecting expected: Failure?, contract: Int, at step: CheckedStep) -> Diagnostic?
  {
    guard let first = steps.first else { return nil }
    let interface = contracts[contract].interface
    switch (first.outcome, expected) {
    case (.refused(let failure), let expected?) where failure == expected: return nil
    case (.refused(let failure), let expected):
      let wanted = expected.map { "`\($0.name)` was expected" } ?? "it was expected to happen"
      let site = twin.failureSite.map { [Diagnostic.Label($0, "stopped here")] } ?? []
      return Diagnostic(
        .testFailed, "this is refused because of `\(failure.name)`; \(wanted)", at: step.span, secondary: site,
        notes: [told.refusal(failure, first, interface)])
    case (_, let expected?):
      return fail(step, "this happens; it was expected to be refused because of `\(expected.name)`")
    case (_, nil): return defect(in: steps, at: step)
    }
  }

  private func defect(in steps: [Step], at step: CheckedStep) -> Diagnostic? {
    for happened in steps {
      if case .defect(let failure) = happened.outcome {
        return fail(step, "a deadline failed, which is a bug of Earnest: \(failure.name)")
      }
      guard let number = happened.agreement, let index = happened.defects.first else { continue }
      return fail(step, "a deadline breaks the invariant “\(twin.interface(of: number).invariants[index].text)”")
    }
    return nil
  }
}

extension TestOperand {
  /// The agreement that it looks at.
  fileprivate var agreement: Int? {
    switch self {
    case .constant: nil
    case .balance(let agreement, _), .balanceOfKey(let agreement, _, _), .keyCount(let agreement, _),
      .field(let agreement, _), .view(let agreement, _, _):
      agreement
    }
  }
}

extension Value {
  /// The value with another number for each account in it. Numbers that ascend must go on doing so:
  /// sets and maps are kept in their order.
  fileprivate func renumbering(_ number: (UInt64) -> UInt64) -> Value {
    switch self {
    case .party(let row): .party(number(row))
    case .sequence(let values): .sequence(values.map { $0.renumbering(number) })
    case .variant(let index, let payload): .variant(index, payload.map { $0.renumbering(number) })
    case .bool, .int, .percent, .amount, .duration, .time, .text, .bytes: self
    }
  }
}
