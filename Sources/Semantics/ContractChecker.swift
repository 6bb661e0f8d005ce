import Interface
import Primitives
import Source
import Syntax

/// Checks one contract: declarations here, transitions, statements and expressions in the extensions beside it.
struct ContractChecker {
  let contract: Contract
  var diagnostics = Diagnostics()
  var scope = Scope()
  var interface: ContractInterface
  let limits = ProtocolNumber.current.limits
  /// Declared states, in source order.
  var stateNames: [Identifier] = []
  var eventNames: [Identifier] = []
  var usedEvents: Set<Int> = []
  var transitionSpans: [Span] = []
  /// Names whose declaration was refused: their uses are not complained about again.
  var misdeclared: Set<String> = []
  /// What the transition that is being checked may do and has declared.
  var isAutomatic = false
  var localCount = 0

  init(_ contract: Contract) {
    self.contract = contract
    interface = ContractInterface(name: contract.name.text)
  }

  mutating func check() -> CheckedContract? {
    checkSizes()
    // What follows looks names up in lists that are short.
    guard diagnostics.isEmpty else { return nil }
    declareCurrencies()
    let (bounds, vaultSpans) = declareMembers()
    declareStates()
    let transitions = checkTransitions()
    let invariants = checkInvariants()
    checkReachability(transitions)
    checkUses()
    guard diagnostics.isEmpty else { return nil }
    return CheckedContract(
      interface: interface, bounds: bounds, transitions: transitions, invariants: invariants,
      spans: .init(contract: contract.name.span, states: stateNames.map(\.span), vaults: vaultSpans, transitions: transitionSpans))
  }

  // MARK: Sizes

  func reportLimit(_ what: String, _ count: Int, _ limit: Int, at span: Span, _ diagnostics: inout Diagnostics) {
    if count > limit { diagnostics.report(.limitExceeded, "there are \(count) \(what); at most \(limit) are allowed", at: span) }
  }

  private mutating func checkSizes() {
    var counts = (parties: 0, terms: 0, vaults: 0, fields: 0, events: 0, states: 0, invariants: 0)
    for member in contract.members {
      switch member {
      case .parties(let names): counts.parties += names.count
      case .term(let term):
        counts.terms += 1
        reportLimit("conditions on this term", term.bounds.count, limits.conditions, at: term.name.span, &diagnostics)
      case .vault: counts.vaults += 1
      case .field: counts.fields += 1
      case .event(let event):
        counts.events += 1
        reportLimit("parameters", event.parameters.count, limits.parameters, at: event.name.span, &diagnostics)
      case .state: counts.states += 1
      case .finals(let names): counts.states += names.count
      case .invariant(let invariant):
        counts.invariants += 1
        reportLimit("bytes in the text of this invariant", invariant.text.utf8.count, limits.nameSize, at: invariant.condition.span, &diagnostics)
      }
    }
    for (what, count, limit) in [
      ("parties", counts.parties, limits.parties), ("terms", counts.terms, limits.terms), ("vaults", counts.vaults, limits.vaults),
      ("fields", counts.fields, limits.fields), ("events", counts.events, limits.events), ("states", counts.states, limits.states),
      ("invariants", counts.invariants, limits.invariants), ("currency parameters", contract.generics.count, limits.currencies),
    ] {
      reportLimit(what, count, limit, at: contract.name.span, &diagnostics)
    }
  }

  /// A name becomes part of the module, so its size has a limit.
  mutating func checkSize(of name: Identifier) {
    reportLimit("bytes in this name", name.text.utf8.count, limits.nameSize, at: name.span, &diagnostics)
  }

  // MARK: Currencies and types

  private mutating func declareCurrencies() {
    reportDuplicates(in: contract.generics.map(\.name), &diagnostics)
    checkSize(of: contract.name)
    for generic in contract.generics {
      checkSize(of: generic.name)
      if generic.bound.text != "Currency" {
        diagnostics.report(
          .unknownName, "`\(generic.bound.text)` is nothing a parameter can be; only `Currency` is", at: generic.bound.span,
          fixes: [.init("write", replacing: generic.bound.span, with: "Currency")])
      }
      if Currency.named(generic.name.text) != nil {
        diagnostics.report(.duplicateName, "`\(generic.name.text)` is a currency already; a parameter needs a name of its own", at: generic.name.span)
      }
      interface.currencies.append(.parameter(generic.name.text))
    }
  }

  /// The index of a currency, by the name of a parameter or a code.
  mutating func currency(_ name: Identifier) -> Int? {
    if let index = interface.currencies.firstIndex(of: .parameter(name.text)) { return index }
    guard let currency = Currency.named(name.text) else {
      let known = interface.currencies.compactMap { if case .parameter(let name) = $0 { name } else { nil } } + Currency.all.map(\.code)
      reportUnknown("currency", name, known: known, &diagnostics)
      return nil
    }
    if let index = interface.currencies.firstIndex(of: .fixed(currency)) { return index }
    interface.currencies.append(.fixed(currency))
    reportLimit("currencies", interface.currencies.count, limits.currencies, at: name.span, &diagnostics)
    return interface.currencies.count - 1
  }

  /// The one currency argument of `Amount<C>` and `Money<C>`.
  private mutating func currencyArgument(of type: TypeName) -> Int? {
    if type.arguments.count == 1, case .type(let name) = type.arguments[0], name.arguments.isEmpty { return currency(name.name) }
    diagnostics.report(.typeMismatch, "`\(type.name.text)` takes one currency: `\(type.name.text)<C>`", at: type.span)
    return nil
  }

  mutating func valueType(_ type: TypeName) -> ValueType? {
    switch type.name.text {
    case "Amount": return currencyArgument(of: type).map { .amount(currency: $0) }
    case "Money":
      diagnostics.report(
        .moneyIsNotAValue, "`Money` is the type of a vault; this is a number of units at most", at: type.span,
        fixes: [.init("write", replacing: type.name.span, with: "Amount")])
      return nil
    case "Int": return integerType(type)
    case "Text": return textType(type)
    case "Bool", "Percent", "Duration":
      if !type.arguments.isEmpty {
        diagnostics.report(.typeMismatch, "`\(type.name.text)` takes no arguments", at: type.span)
        return nil
      }
      return type.name.text == "Bool" ? .bool : type.name.text == "Percent" ? .percent : .duration
    default:
      reportUnknown("type", type.name, known: ["Amount", "Bool", "Duration", "Int", "Percent", "Text"], &diagnostics)
      return nil
    }
  }

  private mutating func integerType(_ type: TypeName) -> ValueType? {
    if type.arguments.isEmpty { return .int(.whole) }
    if type.arguments.count == 1, case .range(let low, let high) = type.arguments[0], let lowest = Literals.integer(low.text),
      let highest = Literals.integer(high.text), let range = IntegerRange(lowest, highest)
    {
      return .int(range)
    }
    diagnostics.report(.valueOutOfRange, "an integer's range runs upwards and stays below 2^255: `Int<0..3500>`", at: type.span)
    return nil
  }

  private mutating func textType(_ type: TypeName) -> ValueType? {
    if type.arguments.count == 1, case .bound(let bound) = type.arguments[0], let max = Literals.integer(bound.text)?.int,
      (1...limits.textScalars).contains(max)
    {
      return .text(max: max)
    }
    diagnostics.report(.valueOutOfRange, "a text's bound lies between 1 and \(limits.textScalars) characters: `Text<64>`", at: type.span)
    return nil
  }

  // MARK: Members

  private mutating func declareMembers() -> (bounds: [[TypedExpression]], vaultSpans: [Span]) {
    var bounds: [[TypedExpression]] = []
    var vaultSpans: [Span] = []
    for member in contract.members {
      switch member {
      case .parties(let names):
        for name in names {
          checkSize(of: name)
          if scope.declare(name, .party(interface.parties.count), &diagnostics) { interface.parties.append(name.text) }
        }
      case .term(let term): if let checked = check(term) { bounds.append(checked) } else { misdeclared.insert(term.name.text) }
      case .vault(let vault):
        checkSize(of: vault.name)
        guard vault.type.name.text == "Money" else {
          diagnostics.report(
            .typeMismatch, "a vault holds money: its type is `Money<C>`, not `\(vault.type.name.text)`", at: vault.type.span,
            fixes: vault.type.name.text == "Amount" ? [.init("write", replacing: vault.type.name.span, with: "Money")] : [])
          misdeclared.insert(vault.name.text)
          continue
        }
        guard let currency = currencyArgument(of: vault.type), scope.declare(vault.name, .vault(interface.vaults.count), &diagnostics) else {
          continue
        }
        interface.vaults.append(.init(name: vault.name.text, currency: currency))
        vaultSpans.append(vault.name.span)
      case .field(let field):
        checkSize(of: field.name)
        guard let type = valueType(field.type), rests(type, at: field.type.span), let initial = constant(field.initialValue, as: type),
          scope.declare(field.name, .field(interface.fields.count), &diagnostics)
        else {
          misdeclared.insert(field.name.text)
          continue
        }
        interface.fields.append(.init(name: field.name.text, type: type, initialValue: initial))
      case .event(let event):
        checkSize(of: event.name)
        eventNames.append(event.name)
        interface.events.append(.init(name: event.name.text, parameters: check(event.parameters)))
      case .state, .finals, .invariant: break
      }
    }
    reportDuplicates(in: eventNames, &diagnostics)
    return (bounds, vaultSpans)
  }

  private mutating func check(_ term: Term) -> [TypedExpression]? {
    checkSize(of: term.name)
    guard let type = valueType(term.type), rests(type, at: term.type.span) else { return nil }
    var defaultValue: Value?
    if let expression = term.defaultValue {
      guard let value = constant(expression, as: type) else { return nil }
      defaultValue = value
    }
    guard scope.declare(term.name, .term(interface.terms.count), &diagnostics) else { return nil }
    interface.terms.append(.init(name: term.name.text, type: type, defaultValue: defaultValue, boundCount: term.bounds.count))
    let bounds = term.bounds.compactMap { condition($0) }
    // Its own conditions are no use of a term.
    scope.forgetUse(of: term.name.text)
    return bounds
  }

  /// Whether values of a type can lie in an agreement's state; says so where not.
  private mutating func rests(_ type: ValueType, at span: Span) -> Bool {
    if type.wordsAtRest > 0 { return true }
    diagnostics.report(.typeNotAllowedHere, "a text is a parameter or part of an event; terms and fields do not hold texts so far", at: span)
    return false
  }

  /// Parameters with their types; those that are wrong are left out, with a diagnostic.
  mutating func check(_ parameters: [Parameter]) -> [ContractInterface.Parameter] {
    reportDuplicates(in: parameters.map(\.name), &diagnostics)
    return parameters.compactMap { parameter in
      checkSize(of: parameter.name)
      return valueType(parameter.type).map { .init(name: parameter.name.text, type: $0) }
    }
  }

  private mutating func declareStates() {
    var initial: [Identifier] = []
    for member in contract.members {
      switch member {
      case .state(let state):
        if state.isInitial {
          initial.append(state.name)
          interface.initialState = stateNames.count
        }
        stateNames.append(state.name)
        interface.states.append(.init(name: state.name.text, isFinal: false))
      case .finals(let names):
        for name in names {
          stateNames.append(name)
          interface.states.append(.init(name: name.text, isFinal: true))
        }
      case .parties, .term, .vault, .field, .event, .invariant: break
      }
    }
    for name in stateNames { checkSize(of: name) }
    reportDuplicates(in: stateNames + eventNames, &diagnostics)
    if initial.isEmpty {
      diagnostics.report(.initialState, "`\(contract.name.text)` has no initial state", at: contract.name.span, "an agreement begins nowhere")
    }
    for extra in initial.dropFirst() {
      diagnostics.report(.initialState, "there is a second initial state", at: extra.span, secondary: [.init(initial[0].span, "the first")])
    }
  }

  /// The index of a state by name.
  mutating func state(_ name: Identifier) -> Int? {
    if let index = stateNames.firstIndex(where: { $0.text == name.text }) { return index }
    reportUnknown("state", name, known: stateNames.map(\.text), &diagnostics)
    return nil
  }

  private mutating func checkInvariants() -> [TypedExpression] {
    var checked: [TypedExpression] = []
    for case .invariant(let invariant) in contract.members {
      reportDuplicates(in: invariant.states, &diagnostics)
      let states = invariant.states.isEmpty ? Array(stateNames.indices) : invariant.states.compactMap { state($0) }
      guard let condition = condition(invariant.condition) else { continue }
      interface.invariants.append(.init(text: invariant.text, states: states.sorted()))
      checked.append(condition)
    }
    return checked
  }

  private mutating func checkUses() {
    // Only the contract's own names are left in the scope. Where something else is wrong, a use may have been passed over: then nothing is said.
    guard diagnostics.isEmpty else { return }
    for (name, meaning) in scope.leave(to: 0) {
      let rule: String
      switch meaning {
      case .party: rule = "neither acts nor is paid"
      case .vault: rule = "is never used"
      case .term, .field, .parameter, .local: rule = "is never read"
      }
      diagnostics.report(.unused, "`\(name.text)` is \(meaning.noun) that \(rule)", at: name.span)
    }
    for (index, name) in eventNames.enumerated() where !usedEvents.contains(index) {
      diagnostics.report(.unused, "`\(name.text)` is an event that is never emitted", at: name.span)
    }
  }
}
