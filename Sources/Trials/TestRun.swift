package import Compiler
import Interface
import Ledger
package import Primitives
import Reference
import Runtime
package import Semantics
package import Source
package import Wording

/// One `test` block, run on both engines, step by step, up to its end or the first step that goes otherwise than it says.
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
  package let transitions: Set<Int>

  package var hasPassed: Bool { failure == nil }

  /// Runs one of a compilation's tests, telling its story in the wording's language.
  package init(_ test: CheckedTest, in compilation: Compilation, wording: Wording) {
    var stage = Stage(test, compilation.contracts, wording)
    self = stage.run()
  }

  fileprivate init(name: String, span: Span, failure: Diagnostic?, story: [Line], gas: UInt64, digest: Digest, transitions: Set<Int>) {
    self.name = name
    self.span = span
    self.failure = failure
    self.story = story
    self.gas = gas
    self.digest = digest
    self.transitions = transitions
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
  private var holdings: [[Amount]] = []
  private var lines: [TestRun.Line] = []
  private var lastTime: Time?
  private var gas: UInt64 = 0
  private var transitions: Set<Int> = []

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
    var failure: Diagnostic?
    for step in test.steps {
      failure = run(step)
      if let difference = twin.differences.first {
        failure = Diagnostic(.testFailed, "the two engines disagree, which is a bug of Earnest: \(difference)", at: step.span)
      }
      if failure != nil { break }
    }
    return TestRun(name: test.name, span: test.span, failure: failure, story: lines, gas: gas, digest: twin.digest, transitions: transitions)
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
      switch happened.outcome {
      case .entered, .stayed: if let transition = happened.transition { transitions.insert(transition) }
      case .opened, .approved, .refused, .suspended: break
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
        contract: declared.contract, currencies: declared.currencies, parties: parties.map { accounts[$0] }, terms: terms)
      numbers[agreement] = number
      tell(steps, contract: declared.contract)
      return judge(steps, expecting: refused, contract: declared.contract, at: step)
    case .act(let wallet, let agreement, let action, let arguments, let letGo, let refused):
      guard let number = numbers[agreement] else { return notOpened(agreement, step) }
      let steps = twin.act(action, by: accounts[wallet], on: number, arguments: arguments, letGo: letGo.map { [$0] })
      tell(steps, contract: test.agreements[agreement].contract, arguments: arguments)
      return judge(steps, expecting: refused, contract: test.agreements[agreement].contract, at: step)
    case .advance(let duration):
      tell(wording.timePasses(duration))
      let steps = twin.advance(to: twin.state.time + duration)
      tell(steps, contract: 0)
      return defect(in: steps, at: step)
    case .expectState(let agreement, let state):
      guard let number = numbers[agreement] else { return notOpened(agreement, step) }
      let states = twin.interface(of: number).states
      let actual = twin.state.agreements[number.index].position.state
      return actual == state ? nil : fail(step, "`\(test.agreements[agreement].name)` is \(states[actual].name); \(states[state].name) was expected")
    case .expectGain(let wallet, let currency, let units):
      let actual = Integer(twin.state.balance(accounts[wallet], currency).units) - Integer(holdings[wallet][currency.index].units)
      if actual == units { return nil }
      return fail(step, "`\(test.wallets[wallet].name)` gained \(wording.amount(actual, currency)); \(wording.amount(units, currency)) was expected")
    case .expect(let comparison, let left, let right):
      for case .some(let agreement) in [left.agreement, right.agreement] where numbers[agreement] == nil { return notOpened(agreement, step) }
      guard let (a, type, currencies) = value(left), let (b, _, _) = value(right, like: (type, currencies)) else {
        preconditionFailure("the checker gives a comparison something to look at")
      }
      if comparison.holds(a, b) { return nil }
      return fail(
        step,
        "this is \(wording.value(a, type, currencies: currencies)); `\(comparison.symbol)` \(wording.value(b, type, currencies: currencies)) was expected"
      )
    }
  }

  private func notOpened(_ agreement: Int, _ step: CheckedStep) -> Diagnostic {
    fail(step, "`\(test.agreements[agreement].name)` was never opened: its opening was refused")
  }

  private func judge(_ steps: [Step], expecting expected: Failure?, contract: Int, at step: CheckedStep) -> Diagnostic? {
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
    case (_, let expected?): return fail(step, "this happens; it was expected to be refused because of `\(expected.name)`")
    case (_, nil): return defect(in: steps, at: step)
    }
  }

  private func defect(in steps: [Step], at step: CheckedStep) -> Diagnostic? {
    for happened in steps {
      if case .suspended(let failure) = happened.outcome { return fail(step, "a deadline failed, which is a bug of Earnest: \(failure.name)") }
      guard let number = happened.agreement, let index = happened.defects.first else { continue }
      return fail(step, "a deadline breaks the invariant “\(twin.interface(of: number).invariants[index].text)”")
    }
    return nil
  }

  /// An operand's value with its type. A constant has the type of what it is compared with.
  private func value(_ operand: TestOperand, like other: (ValueType, [Currency])? = nil) -> (Value, ValueType, [Currency])? {
    switch operand {
    case .constant(let value): return other.map { (value, $0.0, $0.1) }
    case .balance(let agreement, let vault):
      guard let number = numbers[agreement] else { return nil }
      let opened = twin.state.agreements[number.index]
      return (.amount(opened.vaults[vault]), .amount(currency: twin.interface(of: number).vaults[vault].currency), opened.currencies)
    case .field(let agreement, let field):
      guard let number = numbers[agreement] else { return nil }
      let (opened, interface) = (twin.state.agreements[number.index], twin.interface(of: number))
      return (opened.value(interface.terms.count + field, interface), interface.fields[field].type, opened.currencies)
    }
  }
}

extension TestOperand {
  /// The agreement that it looks at.
  fileprivate var agreement: Int? {
    switch self {
    case .constant: nil
    case .balance(let agreement, _), .field(let agreement, _): agreement
    }
  }
}
