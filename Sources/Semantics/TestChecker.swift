import Interface
import Primitives
import Source
import Syntax

/// Checks one `test` block against the contracts of its file.
struct TestChecker {
  let contracts: [CheckedContract]
  var diagnostics = Diagnostics()
  private var wallets: [CheckedTest.Wallet] = []
  private var agreements: [CheckedTest.Agreement] = []
  /// Every name that a `let` has bound.
  private var bound: [Identifier] = []

  init(contracts: [CheckedContract]) { self.contracts = contracts }

  mutating func check(_ test: Test) -> CheckedTest? {
    var steps: [CheckedStep] = []
    for step in test.steps {
      switch step {
      case .open(let name, let open): if let checked = check(open, name: name) { steps.append(checked) }
      case .wallet(let name, let function, let arguments): declareWallet(name, function, arguments)
      case .act(let act): if let checked = check(act) { steps.append(checked) }
      case .advance(let duration, let span):
        if case .duration(let value) = literal(duration, as: .duration) { steps.append(.init(kind: .advance(value), span: span)) }
      case .expect(let condition, let span): if let kind = check(expect: condition) { steps.append(.init(kind: kind, span: span)) }
      case .gained(let name, let amount, let span): if let kind = check(gain: amount, of: name) { steps.append(.init(kind: kind, span: span)) }
      }
    }
    guard diagnostics.isEmpty else { return nil }
    return CheckedTest(name: test.name, span: test.nameSpan, wallets: wallets, agreements: agreements, steps: steps)
  }

  // MARK: Names

  private mutating func bind(_ name: Identifier) {
    if let first = bound.first(where: { $0.text == name.text }) { return reportDuplicate(name, first: first, &diagnostics) }
    if wallets.contains(where: { $0.name == name.text }) {
      diagnostics.report(.duplicateName, "`\(name.text)` was used as a wallet before this `let`", at: name.span)
    }
    bound.append(name)
  }

  private mutating func declareWallet(_ name: Identifier, _ function: Identifier, _ arguments: [Argument]) {
    bind(name)
    guard function.text == "wallet" else {
      diagnostics.report(.testStep, "`\(function.text)` makes nothing; `open` or `wallet(…)` was wanted", at: function.span)
      return
    }
    let holdings = arguments.compactMap { money($0.value) }
    for (index, holding) in holdings.enumerated() where holdings[..<index].contains(where: { $0.currency == holding.currency }) {
      diagnostics.report(.duplicateName, "`\(name.text)` gets \(holding.currency.code) twice", at: arguments[index].value.span)
    }
    for argument in arguments {
      if let label = argument.label { diagnostics.report(.wrongArguments, "a wallet's amounts have no names", at: label.span) }
    }
    wallets.append(.init(name: name.text, holdings: holdings))
    checkIssue(of: holdings, at: name.span)
  }

  /// All wallets together hold no more of a currency than there can be. Room is left for those that are not declared.
  private mutating func checkIssue(of holdings: [CurrencyAmount], at span: Span) {
    for currency in holdings.map(\.currency) {
      let declared = wallets.flatMap { $0.holdings ?? [] }.filter { $0.currency == currency }
      let issue = declared.reduce(Integer(UInt64.max)) { $0 + Integer($1.amount.units) }
      if Amount(units: issue) == nil {
        diagnostics.report(.valueOutOfRange, "the wallets together hold more \(currency.code) than can be issued, 2^127 - 1 minor units", at: span)
      }
    }
  }

  private mutating func wallet(_ name: Identifier) -> Int? {
    if let index = wallets.firstIndex(where: { $0.name == name.text }) { return index }
    if bound.contains(where: { $0.text == name.text }) {
      diagnostics.report(.testStep, "`\(name.text)` is an agreement; a wallet was wanted", at: name.span)
      return nil
    }
    wallets.append(.init(name: name.text, holdings: nil))
    return wallets.count - 1
  }

  private mutating func agreement(_ name: Identifier) -> Int? {
    if let index = agreements.lastIndex(where: { $0.name == name.text }) { return index }
    reportUnknown("agreement", name, known: agreements.map(\.name), &diagnostics)
    return nil
  }

  private mutating func failure(_ name: Identifier?) -> Failure? {
    guard let name else { return nil }
    if let failure = Failure.all.first(where: { $0.name == name.text }) { return failure }
    diagnostics.report(
      .testStep, "`\(name.text)` is no reason to refuse", at: name.span,
      notes: ["the reasons are \(Failure.all.map { "`\($0.name)`" }.joined(separator: ", "))"])
    return nil
  }

  // MARK: Literals

  private mutating func money(_ tree: Expression) -> CurrencyAmount? { Literals.money(tree, &diagnostics) }

  private mutating func literal(_ tree: Expression, as type: ValueType, currencies: [Currency] = [], isExact: Bool = true) -> Value? {
    Literals.value(tree, as: type, currencies: currencies, isExact: isExact, &diagnostics)
  }

  // MARK: Steps

  private mutating func check(_ open: Open, name: Identifier?) -> CheckedStep? {
    if let name { bind(name) }
    guard let index = contracts.firstIndex(where: { $0.interface.name == open.contract.name.text }) else {
      reportUnknown("contract", open.contract.name, known: contracts.map(\.interface.name), &diagnostics)
      return nil
    }
    let interface = contracts[index].interface
    guard let currencies = currencies(of: open.contract, interface), let (parties, terms) = arguments(of: open, interface, currencies) else {
      return nil
    }
    agreements.append(.init(name: name?.text ?? "an agreement", contract: index, currencies: currencies))
    return CheckedStep(
      kind: .open(agreement: agreements.count - 1, parties: parties, terms: terms, refused: failure(open.refused)), span: open.span)
  }

  private mutating func currencies(of type: TypeName, _ interface: ContractInterface) -> [Currency]? {
    var given: [Currency] = []
    for case .type(let argument) in type.arguments {
      guard let currency = Currency.named(argument.name.text) else {
        reportUnknown("currency", argument.name, known: Currency.all.map(\.code), &diagnostics)
        return nil
      }
      given.append(currency)
    }
    let wanted = interface.currencies.filter { if case .parameter = $0 { true } else { false } }.count
    guard given.count == wanted, given.count == type.arguments.count else {
      diagnostics.report(
        .wrongArguments, "`\(interface.name)` takes \(wanted) currencies between `<` and `>`; here are \(type.arguments.count)", at: type.span)
      return nil
    }
    return interface.currencies.enumerated().map { index, slot in
      switch slot {
      case .parameter: given[index]
      case .fixed(let currency): currency
      }
    }
  }

  private mutating func arguments(of open: Open, _ interface: ContractInterface, _ currencies: [Currency]) -> ([Int], [Value])? {
    var given: [String: Argument] = [:]
    let names = interface.parties + interface.terms.map(\.name)
    for argument in open.arguments {
      guard let label = argument.label else {
        diagnostics.report(.wrongArguments, "an agreement is opened with named arguments: `buyer: alice`", at: argument.value.span)
        return nil
      }
      guard names.contains(label.text) else {
        reportUnknown("party or term", label, known: names, &diagnostics)
        return nil
      }
      if given.updateValue(argument, forKey: label.text) != nil {
        diagnostics.report(.wrongArguments, "`\(label.text)` is given twice", at: label.span)
        return nil
      }
    }
    let missing =
      interface.parties.filter { given[$0] == nil } + interface.terms.filter { $0.defaultValue == nil && given[$0.name] == nil }.map(\.name)
    if !missing.isEmpty {
      diagnostics.report(
        .wrongArguments, "\(missing.map { "`\($0)`" }.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing", at: open.contract.span)
      return nil
    }
    let parties = interface.parties.compactMap { name -> Int? in
      guard let argument = given[name] else { return nil }
      if case .name(let wallet) = argument.value.kind { return self.wallet(Identifier(text: wallet, span: argument.value.span)) }
      diagnostics.report(.typeMismatch, "a wallet's name was wanted", at: argument.value.span)
      return nil
    }
    let terms = interface.terms.compactMap { term -> Value? in
      guard let argument = given[term.name] else { return term.defaultValue }
      return literal(argument.value, as: term.type, currencies: currencies, isExact: false)
    }
    return parties.count == interface.parties.count && terms.count == interface.terms.count ? (parties, terms) : nil
  }

  private mutating func check(_ act: Act) -> CheckedStep? {
    guard let agreement = actedOn(act) else { return nil }
    let interface = contracts[agreements[agreement].contract].interface
    let candidates = interface.transitions.compactMap { transition -> [ContractInterface.Parameter]? in
      if case .action(act.action.text, let parameters, _) = transition.trigger { parameters } else { nil }
    }
    guard !candidates.isEmpty else {
      let known = interface.transitions.compactMap { if case .action(let name, _, _) = $0.trigger { name } else { nil } }
      reportUnknown("action", act.action, known: known, &diagnostics)
      return nil
    }
    guard let wallet = wallet(act.wallet), let values = values(of: act, candidates, agreements[agreement].currencies) else { return nil }
    let letGo = act.letGo.flatMap { money($0) }
    return CheckedStep(
      kind: .act(
        wallet: wallet, agreement: agreement, action: act.action.text, arguments: values, letGo: letGo, refused: failure(act.refused)),
      span: act.span)
  }

  /// The arguments of an act. The same action may leave several states, with other parameters in each: the first list that they fit is taken.
  private mutating func values(of act: Act, _ candidates: [[ContractInterface.Parameter]], _ currencies: [Currency]) -> [Value]? {
    let before = diagnostics
    var complaints: Diagnostics?
    for parameters in candidates {
      if let ordered = inOrder(act.arguments, parameters.map(\.name), of: "`\(act.action.text)`", at: act.action.span, &diagnostics) {
        let values = zip(ordered, parameters).compactMap { literal($0, as: $1.type, currencies: currencies, isExact: false) }
        if values.count == parameters.count { return values }
      }
      complaints = complaints ?? diagnostics
      diagnostics = before
    }
    diagnostics = complaints ?? before
    return nil
  }

  private mutating func actedOn(_ act: Act) -> Int? {
    if let name = act.agreement { return agreement(name) }
    if agreements.count == 1 { return 0 }
    diagnostics.report(.testStep, "this does not say on which agreement: `on deal`", at: act.span)
    return nil
  }

  private mutating func check(gain tree: Expression, of name: Identifier) -> CheckedStep.Kind? {
    var (isNegative, amount) = (false, tree)
    if case .negate(let inner) = tree.kind { (isNegative, amount) = (true, inner) }
    guard let wallet = wallet(name), let money = money(amount) else { return nil }
    let units = Integer(money.amount.units)
    return .expectGain(wallet: wallet, currency: money.currency, units: isNegative ? -units : units)
  }

  private mutating func check(expect tree: Expression) -> CheckedStep.Kind? {
    switch tree.kind {
    case .isState(let object, let state):
      guard case .name(let text) = object.kind, let agreement = agreement(Identifier(text: text, span: object.span)) else { break }
      let interface = contracts[agreements[agreement].contract].interface
      guard let index = interface.states.firstIndex(where: { $0.name == state.text }) else {
        reportUnknown("state", state, known: interface.states.map(\.name), &diagnostics)
        return nil
      }
      return .expectState(agreement: agreement, state: index)
    case .binary(let operation, let left, let right):
      guard let comparison = Comparison(operation) else { break }
      if case .member(let object, let member) = left.kind {
        guard let (operand, type, currencies) = self.operand(object, member) else { return nil }
        if case .member(let object, let member) = right.kind {
          guard let (other, otherType, otherCurrencies) = self.operand(object, member) else { return nil }
          if case .amount(let x) = type, case .amount(let y) = otherType, currencies[x] != otherCurrencies[y] {
            diagnostics.report(.currencyMismatch, "\(currencies[x].code) and \(otherCurrencies[y].code) are not compared", at: tree.span)
            return nil
          }
          return isDefined(comparison, type, otherType, at: tree.span) ? .expect(comparison, operand, other) : nil
        }
        guard let value = literal(right, as: type, currencies: currencies, isExact: false) else { return nil }
        return isDefined(comparison, type, type, at: tree.span) ? .expect(comparison, operand, .constant(value)) : nil
      }
    default: break
    }
    diagnostics.report(
      .testStep, "this cannot be looked at from outside", at: tree.span,
      notes: ["expect `deal is State`, `alice gained 5.00 CNY`, or compare `deal.vault` or `deal.field` with a value"])
    return nil
  }

  private mutating func isDefined(_ comparison: Comparison, _ a: ValueType, _ b: ValueType, at span: Span) -> Bool {
    let isEquality = comparison == .equal || comparison == .notEqual
    switch (a, b) {
    case (.int, .int), (.percent, .percent), (.duration, .duration), (.amount, .amount): return true
    case (.bool, .bool) where isEquality: return true
    default:
      diagnostics.report(.noSuchOperation, "`\(a.name)` and `\(b.name)` are not compared like this", at: span)
      return false
    }
  }

  private mutating func operand(_ object: Identifier, _ member: Identifier) -> (TestOperand, ValueType, [Currency])? {
    guard let agreement = agreement(object) else { return nil }
    let (interface, currencies) = (contracts[agreements[agreement].contract].interface, agreements[agreement].currencies)
    if let index = interface.vaults.firstIndex(where: { $0.name == member.text }) {
      return (.balance(agreement: agreement, vault: index), .amount(currency: interface.vaults[index].currency), currencies)
    }
    if let index = interface.fields.firstIndex(where: { $0.name == member.text }) {
      return (.field(agreement: agreement, field: index), interface.fields[index].type, currencies)
    }
    reportUnknown("vault or field", member, known: interface.vaults.map(\.name) + interface.fields.map(\.name), &diagnostics)
    return nil
  }
}
