import Assurance
package import Compiler
import Fuzzing
import Interface
import Ledger
import Primitives
import Runtime
import Source
package import TestRunner

/// Random agreements under random actions and waits, on both engines at once. At the end everybody
/// falls silent, and the agreement must end with empty vaults all the same.
package struct RandomSequences: Sendable {
  /// How often each outcome came up, by name: `entered Paid`, `refused funds` and so on, for a test
  /// to see that all of them did.
  package private(set) var outcomes: [String: Int] = [:]
  package private(set) var stepCount = 0
  /// What each transition used at most; nil of one that has not led on.
  package private(set) var gasUse: [GasUse?]
  /// The first thing that was not as it must be, with the seed that shows it again.
  package private(set) var defect: String?

  private let contract: CompiledContract
  private let silence: Silence

  package init(_ contract: CompiledContract) {
    self.contract = contract
    silence = Outlook(contract.assured).silence
    gasUse = Array(repeating: nil, count: contract.interface.transitions.count)
  }

  package mutating func run(count: Int, seed: UInt64) {
    for index in 0..<count where defect == nil {
      var sequence = Sequence(contract, silence, seed: seed &+ UInt64(index))
      sequence.run()
      for (name, times) in sequence.outcomes { outcomes[name, default: 0] += times }
      stepCount += sequence.stepCount
      for (transition, use) in sequence.gasUse.enumerated() { gasUse[transition] = gasUse[transition].joined(use) }
      if let found = sequence.defect { defect = "seed \(seed &+ UInt64(index)): \(found)" }
    }
  }
}

/// One agreement.
private struct Sequence {
  private let contract: CompiledContract
  private let silence: Silence
  /// A party that does nothing from the opening on.
  private var silent: Int?
  private var random: Random
  private var twin: Twin
  private var accounts: [AccountRow] = []
  private var currencies: [Currency] = []
  private var totals: [UInt128] = []
  private(set) var outcomes: [String: Int] = [:]
  private(set) var stepCount = 0
  private(set) var defect: String?

  private var interface: ContractInterface { contract.interface }

  var gasUse: [GasUse?] { twin.gasUse[0] }

  init(_ contract: CompiledContract, _ silence: Silence, seed: UInt64) {
    self.contract = contract
    self.silence = silence
    random = Random(seed: seed)
    twin = Twin([contract])
  }

  mutating func run() {
    // One account for each party, a stranger, and sometimes one account in two roles.
    for _ in 0...interface.parties.count {
      let isPoor = random.oneIn(6)
      accounts.append(twin.openAccount { _ in Amount(unchecked: isPoor ? 50 : 1_000_000_000) })
    }
    currencies = interface.currencies.map { slot in
      switch slot {
      case .parameter: random.element(Currency.all)
      case .fixed(let currency): currency
      }
    }
    var parties = Array(accounts.prefix(interface.parties.count))
    if random.oneIn(10), parties.count > 1 { parties[1] = parties[0] }
    totals = Currency.all.map { twin.state.total(of: $0) }
    var opened: AgreementNumber?
    // Bounds on the terms are hit by chance, and not at once.
    for _ in 0..<6 where opened == nil {
      let (number, steps) = twin.open(contract: 0, currencies: currencies, parties: parties, terms: terms())
      record(steps)
      opened = number
    }
    guard let number = opened else { return }
    if random.oneIn(3), !parties.isEmpty { silent = random.below(parties.count) }
    for _ in 0..<(1 + random.below(12)) where defect == nil {
      if random.oneIn(4) { wait(number) } else { act(on: number) }
    }
    fallSilent(number)
  }

  // MARK: Steps

  private mutating func act(on number: AgreementNumber) {
    let position = twin.state.agreements[number.index].position
    let offered = interface.transitions.indices.filter { !interface.transitions[$0].trigger.isAutomatic }
    let here = offered.filter { interface.transitions[$0].source == position.state }
    let transition = interface.transitions[random.element(here.isEmpty || random.oneIn(8) ? offered : here)]
    guard case .action(let name, let parameters, let who) = transition.trigger else { return }
    var arguments = parameters.map { value(of: $0.type) }
    var caller = random.element(accounts)
    if case .parties(let actors, _) = who, !random.oneIn(5) {
      caller =
        twin.account(of: random.element(actors), on: number, arguments).flatMap { accounts.contains($0) ? $0 : nil }
        ?? caller
    }
    if random.oneIn(20) { arguments.append(.bool(true)) }
    if let silent, caller == twin.state.agreements[number.index].parties[silent] { return }
    let before = twin.digest
    let steps = twin.act(name, by: caller, on: number, arguments: arguments, letGo: letGo())
    record(steps)
    if case .refused(let failure)? = steps.first?.outcome, twin.digest != before {
      defect = "the refusal `\(failure.name)` changed the state"
    }
  }

  /// Mostly what is asked for, sometimes something else.
  private mutating func letGo() -> [CurrencyAmount]? {
    random.oneIn(5)
      ? [CurrencyAmount(Amount(unchecked: UInt128(random.below(2000))), random.element(Currency.all))] : nil
  }

  /// Up to a deadline, just before it, past it, or some time.
  private mutating func wait(_ number: AgreementNumber) {
    let now = twin.state.time
    let next = twin.state.agreements[number.index].position.deadlines.map(\.due).min()
    let times = [next, next.map { Time(milliseconds: $0.milliseconds - 1) }, next.map { $0 + Duration(unchecked: 1) }]
      .compactMap { $0 }
    let time =
      random.oneIn(3) || times.isEmpty
      ? now + Duration(unchecked: Int64(random.below(40 * 86_400_000))) : random.element(times)
    record(twin.advance(to: max(now, time)))
  }

  /// Nobody does anything any more: time alone must end the agreement and empty its vaults.
  private mutating func fallSilent(_ number: AgreementNumber) {
    let agreement = twin.state.agreements[number.index]
    let claim = SilenceClaim(contract, silence, agreement, now: twin.state.time)
    let steps = twin.advance(to: Time.last)
    record(steps)
    if defect != nil { return }
    let ended = twin.state.agreements[number.index]
    defect = claim.fault(in: steps, after: ended)
    guard defect == nil, let silent, let moments = silence.latestWithout[silent][interface.initialState],
      let latest = contract.assured.latest(
        moments, of: agreement, in: interface.initialState, enteredAt: agreement.openedAt)
    else { return }
    let end = ended.position.enteredAt
    if end > latest {
      defect =
        "the agreement ended at \(end), and was said to end by \(latest) while \(interface.parties[silent]) is silent"
    }
  }

  // MARK: Values

  private mutating func terms() -> [Value] {
    var terms = interface.terms.map { term in
      term.defaultValue.flatMap { random.oneIn(2) ? $0 : nil } ?? mostlyAdmitted(term.type)
    }
    // Times are mostly agreed on in the order in which they come.
    if random.oneIn(4) { return terms }
    let places = terms.indices.filter { interface.terms[$0].type == .time }
    for (place, time) in zip(places, places.map { terms[$0] }.sorted(by: Value.precedes)) { terms[place] = time }
    return terms
  }

  /// A value that the type admits, or now and then one that it does not.
  private mutating func mostlyAdmitted(_ type: ValueType) -> Value {
    for _ in 0..<8 {
      let value = value(of: type)
      if type.admits(value, in: interface.types) || random.oneIn(12) { return value }
    }
    return type.blank(in: interface.types)
  }

  private mutating func value(of type: ValueType) -> Value {
    switch type {
    case .bool: return .bool(random.oneIn(2))
    case .int(let range): return .int(integer(in: range))
    case .counter(let most): return .int(Integer(random.below(most + 2)))
    case .percent:
      let denominator = random.element([100, 10_000, 3, 7, 1 << 62])
      return fraction(random.oneIn(10) ? denominator + 1 : random.below(denominator + 1), denominator)
    case .ratio:
      return fraction(
        random.below(random.element([3, 100, 1 << 62])), 1 + random.below(random.element([3, 100, 1 << 62])))
    case .rate: return fraction(random.oneIn(20) ? 0 : 1 + random.below(100_000), random.element([1, 100, 10_000]))
    case .amount:
      return .amount(
        Amount(
          unchecked: random.oneIn(20)
            ? Amount.max.units : UInt128(random.below(random.element([2, 100, 2000, 1_000_000])))))
    case .duration:
      return .duration(Duration(unchecked: Int64(random.element([0, 1, 86_400_000, random.below(100 * 86_400_000)]))))
    case .time:
      let now = twin.state.time.milliseconds
      return .time(
        Time(
          milliseconds: random.element([
            0, now, now + 1, now + Int64(random.below(100 * 86_400_000)), Time.last.milliseconds,
          ])))
    case .party: return .party(UInt64(random.element(accounts).index))
    case .text(let max):
      return .text(Array(repeating: UInt8(ascii: "x"), count: random.oneIn(10) ? max + 1 : random.below(max + 1)))
    case .bytes(let max):
      let count = random.oneIn(10) ? max + 1 : random.below(max + 1)
      return .bytes((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    case .composite(let index): return value(of: interface.types[index])
    }
  }

  private mutating func integer(in range: IntegerRange) -> Integer {
    let limits = [62, 63, 64].flatMap { bits in [0, -1].map { Integer.power(ofTwo: bits) + Integer($0) } }
    let ends =
      limits + limits.map { -$0 } + [
        range.low, range.high, range.low - Integer(1), .zero, Integer(1), Integer(random.below(1_000_000)),
        Integer(-random.below(1_000_000)),
        range.low + Integer(random.below(8)),
      ]
    let limbs = (0..<4).map { _ in random.next() >> UInt64(random.below(64)) }
    let all = ends + [Integer(limbs: limbs, isNegative: random.oneIn(2))]
    return random.element(random.oneIn(4) ? all : all.filter { range.contains($0) })
  }

  private func fraction(_ numerator: Int, _ denominator: Int) -> Value {
    guard let fraction = Percent(Integer(numerator), outOf: Integer(denominator)) else {
      preconditionFailure("a fraction of small numbers is one")
    }
    return .percent(fraction)
  }

  private mutating func value(of type: TypeDefinition) -> Value {
    switch type {
    case .structure(_, let members): return .sequence(members.map { value(of: $0.type) })
    case .enumeration, .optional:
      let payloads = type.payloads ?? []
      let number = random.below(payloads.count)
      return .variant(number, payloads[number].map { value(of: $0) })
    case .list(let element, let least, let most):
      let count = random.oneIn(10) ? least - 1 : min(most + (random.oneIn(10) ? 1 : 0), least + random.below(4))
      return .sequence((0..<max(0, count)).map { _ in value(of: element) })
    case .set(let element, let most): return .sequence(keys(of: element, most))
    case .map(let key, let element, let most):
      return .sequence(keys(of: key, most).flatMap { [$0, value(of: element)] })
    }
  }

  /// A few distinct keys, ascending.
  private mutating func keys(of type: ValueType, _ most: Int) -> [Value] {
    var keys: [Value] = []
    for _ in 0..<random.below(min(most, 4) + 1) {
      let key = value(of: type)
      if !keys.contains(key) { keys.append(key) }
    }
    return keys.sorted(by: Value.precedes)
  }

  // MARK: What must hold

  private mutating func record(_ steps: [Step]) {
    stepCount += 1
    for step in steps {
      let name: String
      switch step.outcome {
      case .opened: name = "opened"
      case .entered(let state): name = "entered \(interface.states[state].name)"
      case .stayed: name = "stayed"
      case .approved: name = "approved"
      case .refused(let failure): name = "refused \(failure.name)"
      case .defect(let failure):
        name = "defect"
        defect = "a deadline failed: \(failure.name)"
      }
      outcomes[name, default: 0] += 1
      if let transition = step.transition, !name.hasPrefix("refused") {
        outcomes["transition \(transition)", default: 0] += 1
      }
      if let index = step.defects.first {
        defect = "a deadline broke the invariant “\(interface.invariants[index].text)”"
      }
    }
    if let found = twin.defect(of: steps.compactMap(\.agreement).last, holding: totals) { defect = found }
  }
}
