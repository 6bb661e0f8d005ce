import Interface
package import Primitives
import Source
import Syntax

/// Checks one `test` block against the contracts of its file.
struct TestChecker: Reporting {
  let contracts: [CheckedContract]
  var diagnostics = Diagnostics()
  var names = TestNames()
  var agreements: [CheckedTest.Agreement] = []
  /// What the clock shows after the steps so far.
  var now = CheckedTest.start

  init(contracts: [CheckedContract]) { self.contracts = contracts }

  mutating func check(_ test: Test) -> CheckedTest? {
    let steps = test.steps.flatMap { check($0) }
    guard diagnostics.isEmpty else { return nil }
    return CheckedTest(
      name: test.name, span: test.nameSpan, wallets: names.wallets, agreements: agreements, steps: steps)
  }

  /// A step that says several things becomes as many.
  mutating func check(_ step: Step) -> [CheckedStep] {
    func made(_ kind: CheckedStep.Kind?, at span: Span) -> [CheckedStep] {
      kind.map { [CheckedStep(kind: $0, span: span)] } ?? []
    }
    switch step {
    case .open(let name, let open): return made(check(open, name: name), at: open.span)
    case .let(let name, let value):
      declare(name, value)
      return []
    case .act(let act): return made(check(act), at: act.span)
    case .advance(let duration, let span):
      guard case .duration(let value) = literal(duration, as: .duration) else { return [] }
      now = now + value
      return made(.advance(value), at: span)
    case .advanceTo(let tree, let span): return made(time(tree).map { .advanceTo($0) }, at: span)
    case .block(let tree, let steps, let span):
      guard let time = time(tree) else { return [] }
      return made(.block(time, steps.flatMap { inBlock($0) }), at: span)
    case .expect(let condition, let span): return made(check(expect: condition), at: span)
    case .gained(let wallet, let amounts, let span):
      return check(gain: amounts, of: wallet).flatMap { made($0, at: span) }
    case .emitted(let agreement, let event, let arguments, let span):
      return made(check(agreement, emitted: event, arguments, at: span), at: span)
    }
  }

  /// Within a block time stands still.
  mutating func inBlock(_ step: Step) -> [CheckedStep] {
    switch step {
    case .advance(_, let span), .advanceTo(_, let span), .block(_, _, let span):
      report(.testStep, "a block is one moment: no time passes in it", at: span)
      return []
    case .open, .let, .act, .expect, .gained, .emitted: return check(step)
    }
  }

  /// A time that is not past already.
  mutating func time(_ tree: Expression) -> Time? {
    guard case .time(let time) = literal(tree, as: .time) else { return nil }
    guard time >= now else {
      return refuse(.testStep, "it is \(now) already; time does not run backwards", at: tree.span)
    }
    now = time
    return time
  }

  // MARK: Names

  mutating func declare(_ name: Identifier, _ value: Expression) {
    names.bind(name, &diagnostics)
    if case .call(let function, let arguments) = value.kind, case .name(let text) = function.kind, text == "wallet" {
      return declareWallet(name, arguments)
    }
    guard value.isLiteral else {
      report(
        .testStep, "this makes nothing that a test could use; `open`, `wallet(…)` or a literal was wanted",
        at: value.span)
      return
    }
    names.constants[name.text] = value
  }

  mutating func declareWallet(_ name: Identifier, _ arguments: [Argument]) {
    let holdings = arguments.compactMap { money($0.value) }
    for (index, holding) in holdings.enumerated()
    where holdings[..<index].contains(where: { $0.currency == holding.currency }) {
      report(
        .duplicateName, "`\(name.text)` gets \(holding.currency.code) twice", at: arguments[index].value.span)
    }
    for argument in arguments {
      if let label = argument.label {
        report(.wrongArguments, "a wallet's amounts have no names", at: label.span)
      }
    }
    names.wallets.append(.init(name: name.text, holdings: holdings))
    checkIssue(of: holdings, at: name.span)
  }

  /// All wallets together hold no more of a currency than there can be. Room is left for those that are not declared.
  mutating func checkIssue(of holdings: [CurrencyAmount], at span: Span) {
    for currency in holdings.map(\.currency) {
      let declared = names.wallets.flatMap { $0.holdings ?? [] }.filter { $0.currency == currency }
      let issue = declared.reduce(Integer(UInt64.max)) { $0 + Integer($1.amount.units) }
      if Amount(units: issue) == nil {
        report(
          .valueOutOfRange, "the wallets together hold more \(currency.code) than can be issued, 2^127 - 1 minor units",
          at: span)
      }
    }
  }

  mutating func wallet(_ tree: Expression) -> Int? {
    if case .name(let text) = tree.kind { return names.wallet(Identifier(text: text, span: tree.span), &diagnostics) }
    return refuse(.typeMismatch, "a wallet's name was wanted", at: tree.span)
  }

  mutating func agreement(_ name: Identifier) -> Int? {
    if let index = agreements.lastIndex(where: { $0.name == name.text }) { return index }
    reportUnknown("agreement", name, known: agreements.map(\.name))
    return nil
  }

  func interface(of agreement: Int) -> ContractInterface { contracts[agreements[agreement].contract].interface }

  mutating func failure(_ name: Identifier?) -> Failure? {
    guard let name else { return nil }
    if let failure = Failure.all.first(where: { $0.name == name.text }) { return failure }
    return refuse(
      .testStep, "`\(name.text)` is no reason to refuse", at: name.span,
      notes: ["the reasons are \(Failure.all.map { "`\($0.name)`" }.joined(separator: ", "))"])
  }

  // MARK: Literals

  mutating func money(_ tree: Expression) -> CurrencyAmount? {
    if case .name(let text) = tree.kind, let constant = names.constants[text] { return money(constant) }
    return literalMoney(tree)
  }

  mutating func literal(
    _ tree: Expression, as type: ValueType, in types: [TypeDefinition] = [], currencies: [Currency] = [],
    isExact: Bool = true
  ) -> Value? {
    var (names, diagnostics) = (self.names, self.diagnostics)
    defer { (self.names, self.diagnostics) = (names, diagnostics) }
    return Literals.value(
      tree, as: type, in: types, currencies: currencies, isExact: isExact,
      names: { names.meaning(of: $0, as: $1, &$2) }, &diagnostics)
  }

  /// A value for an agreement; it need not lie in its type's range, so that a test can show how it is refused.
  mutating func literal(_ tree: Expression, as type: ValueType, for agreement: Int) -> Value? {
    literal(
      tree, as: type, in: interface(of: agreement).types, currencies: agreements[agreement].currencies, isExact: false)
  }

  /// Arguments in order, as literals of their parameters' types; nil after a diagnostic.
  mutating func literals(
    _ arguments: [Argument], _ parameters: [ContractInterface.Parameter], of name: String, at span: Span,
    for agreement: Int
  ) -> [Value]? {
    inOrder(arguments, parameters.map(\.name), of: name, at: span).flatMap {
      zip($0, parameters).all { literal($0, as: $1.type, for: agreement) }
    }
  }

  // MARK: Opening

  mutating func check(_ open: Open, name: Identifier?) -> CheckedStep.Kind? {
    if let name { names.bind(name, &diagnostics) }
    if open.contract.isOptional || open.contract.qualifier != nil {
      return refuse(
        .testStep, "a contract is opened by its name and its currencies, such as `Purchase<CNY>`",
        at: open.contract.span)
    }
    guard let index = contracts.firstIndex(where: { $0.interface.name == open.contract.name.text }) else {
      reportUnknown("contract", open.contract.name, known: contracts.map(\.interface.name))
      return nil
    }
    let interface = contracts[index].interface
    guard let currencies = currencies(of: open.contract, interface),
      let (parties, terms) = arguments(of: open, interface, currencies)
    else {
      return nil
    }
    agreements.append(.init(name: name?.text ?? "an agreement", contract: index, currencies: currencies))
    return .open(agreement: agreements.count - 1, parties: parties, terms: terms, refused: failure(open.refused))
  }

  mutating func currencies(of type: TypeName, _ interface: ContractInterface) -> [Currency]? {
    var given: [Currency] = []
    for case .type(let argument) in type.arguments {
      guard let currency = fixedCurrency(argument.name) else { return nil }
      given.append(currency)
    }
    let wanted = interface.currencies.filter { if case .parameter = $0 { true } else { false } }.count
    guard given.count == wanted, given.count == type.arguments.count else {
      return refuse(
        .wrongArguments,
        "`\(interface.name)` takes \(wanted == 1 ? "1 currency" : "\(wanted) currencies") between `<` and `>`; here are \(type.arguments.count)",
        at: type.span)
    }
    var rest = given[...]
    return interface.currencies.compactMap { slot in
      switch slot {
      case .parameter: rest.popFirst()
      case .fixed(let currency): currency
      }
    }
  }

  mutating func arguments(of open: Open, _ interface: ContractInterface, _ currencies: [Currency]) -> ([Int], [Value])?
  {
    var given: [String: Argument] = [:]
    let known = interface.parties + interface.terms.map(\.name)
    for argument in open.arguments {
      guard let label = argument.label else {
        return refuse(
          .wrongArguments, "an agreement is opened with named arguments: `buyer: alice`", at: argument.value.span)
      }
      guard known.contains(label.text) else {
        reportUnknown("party or term", label, known: known)
        return nil
      }
      if given.updateValue(argument, forKey: label.text) != nil {
        return refuse(.wrongArguments, "`\(label.text)` is given twice", at: label.span)
      }
    }
    let missing =
      interface.parties.filter { given[$0] == nil }
      + interface.terms.filter { $0.defaultValue == nil && given[$0.name] == nil }.map(\.name)
    if !missing.isEmpty {
      return refuse(
        .wrongArguments,
        "\(missing.map { "`\($0)`" }.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing",
        at: open.contract.span)
    }
    let parties = interface.parties.compactMap { name in given[name].flatMap { wallet($0.value) } }
    let terms = interface.terms.compactMap { term -> Value? in
      guard let argument = given[term.name] else { return term.defaultValue }
      return literal(argument.value, as: term.type, in: interface.types, currencies: currencies, isExact: false)
    }
    return parties.count == interface.parties.count && terms.count == interface.terms.count ? (parties, terms) : nil
  }

  // MARK: Acting

  mutating func check(_ act: Act) -> CheckedStep.Kind? {
    guard act.path.count == 2 else {
      let message =
        act.path.count < 2
        ? "nobody does this; an action is taken by a wallet: `alice.pay()`"
        : "there is no built-in contract `\(act.path[1].text)` yet"
      return refuse(.testStep, message, at: act.span)
    }
    let name = act.path[1]
    guard let agreement = actedOn(act) else { return nil }
    let interface = interface(of: agreement)
    let candidates = interface.transitions.compactMap { transition -> [ContractInterface.Parameter]? in
      if case .action(name.text, let parameters, _) = transition.trigger { parameters } else { nil }
    }
    guard !candidates.isEmpty else {
      let known = interface.transitions.compactMap {
        if case .action(let name, _, _) = $0.trigger { name } else { nil }
      }
      reportUnknown("action", name, known: known)
      return nil
    }
    guard let wallet = names.wallet(act.path[0], &diagnostics),
      let arguments = values(of: act, candidates, for: agreement)
    else { return nil }
    let letGo = act.letGo.flatMap(\.conjuncts).compactMap { money($0) }
    return .act(
      wallet: wallet, agreement: agreement, action: name.text, arguments: arguments,
      letGo: act.letGo.isEmpty ? nil : letGo,
      refused: failure(act.refused))
  }

  /// The arguments of an act. The same action may leave several states, with other parameters in
  /// each: the first list that they fit is taken.
  mutating func values(of act: Act, _ candidates: [[ContractInterface.Parameter]], for agreement: Int) -> [Value]? {
    let name = act.path[1]
    // Where no list fits, the report is that of the first.
    var first: TestChecker?
    for parameters in candidates {
      var attempt = self
      if let values = attempt.literals(act.arguments, parameters, of: name.text, at: name.span, for: agreement) {
        self = attempt
        return values
      }
      first = first ?? attempt
    }
    self = first ?? self
    return nil
  }

  mutating func actedOn(_ act: Act) -> Int? {
    if let name = act.agreement { return agreement(name) }
    if agreements.count == 1 { return 0 }
    return refuse(.testStep, "this does not say on which agreement: `on deal`", at: act.span)
  }
}

extension CheckedTest {
  /// When every test begins: 2026-01-01T00:00:00Z.
  package static let start = Time(milliseconds: 1_767_225_600_000)
}
