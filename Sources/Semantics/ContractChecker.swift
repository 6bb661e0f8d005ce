import Interface
import Primitives
import Source
import Syntax

/// Checks one contract: declarations here, types, transitions, statements, money and expressions in
/// the extensions beside it.
struct ContractChecker: Reporting {
  /// Nil where what files declare outside of contracts is checked by itself: then a contract's limits do not count.
  let contract: Contract?
  /// The file's and the contract's own functions and types, by name.
  var declarations: Declarations
  var diagnostics = Diagnostics()
  /// How many expressions were looked at.
  var expressionCount = 0
  var context = Context(.constant)
  var interface: ContractInterface
  let limits = ProtocolNumber.current.limits
  /// Declared states, in source order.
  var stateNames: [Identifier] = []
  var stateIDs: [String: StateID] = [:]
  /// Of each state the names of its parameters, which are in scope in its transitions.
  var stateParameters: [[(name: Identifier, meaning: Scope.Meaning)]] = []
  var eventNames: [Identifier] = []
  /// Events with a mistake in them: it is reported once, not wherever they are emitted.
  var brokenEvents: Set<Int> = []
  var usedEvents: Set<Int> = []
  var transitionSpans: [Span] = []
  var bodies: [CheckedContract.Body] = []
  private var termSpans: [Span] = []
  private var stateBraces: [Span?] = []

  // Types.
  var typeIndexes: [TypeDefinition: Int] = [:]
  /// Types by the names of their declarations.
  var declaredTypes: [String: ValueType] = [:]
  /// The declarations that are being looked into.
  var resolving: [String] = []
  var currencyParameters: [String: Int] = [:]

  // Functions.
  var functions: [CheckedFunction] = []
  var instances: [FunctionInstance: Int] = [:]
  /// Calls inside each other, of each checked function.
  var functionDepths: [Int] = []
  /// The functions whose bodies are being checked.
  var calling: [String] = []
  /// Functions with a mistake in them: it is reported once, not at every call.
  var brokenFunctions: Set<String> = []
  var usedFunctions: Set<String> = []
  init(_ contract: Contract?, _ declarations: Declarations) {
    self.contract = contract
    self.declarations = declarations
    interface = ContractInterface(name: contract?.name.text ?? "")
  }

  var members: [Member] { contract?.members ?? [] }

  /// The contract's name, at which its limits are reported.
  var nameSpan: Span { contract?.name.span ?? Span(0, 0) }

  mutating func check() -> CheckedContract? {
    guard let contract else { return nil }
    checkSizes(of: contract)
    // What follows looks names up in lists that are short.
    guard diagnostics.isEmpty else { return nil }
    declareCurrencies(of: contract)
    declareTypesAndFunctions()
    declareStates(of: contract)
    let (bounds, derived, vaultSpans) = declareMembers()
    declareStateParameters()
    reportLimit(
      "fields, `let`s and parameters of states", interface.fields.count, limits.fields, at: nameSpan)
    let transitions = checkTransitions()
    let invariants = checkInvariants()
    let views = checkViews()
    checkReachability(transitions)
    checkTypeSizes()
    checkUses()
    guard diagnostics.isEmpty else { return nil }
    return CheckedContract(
      interface: interface, bounds: bounds, derived: derived, transitions: transitions, invariants: invariants,
      views: views, functions: functions,
      spans: .init(
        contract: nameSpan, states: stateNames.map(\.span), vaults: vaultSpans, transitions: transitionSpans,
        terms: termSpans,
        braces: stateBraces, bodies: bodies, declarationsEnd: contract.declarationsEnd))
  }

  /// Checks the types and functions that files declare outside of contracts, each function with
  /// currencies of its own.
  mutating func check(_ files: [File]) {
    let functions = files.flatMap(\.functions)
    let genericsMax = functions.reduce(0) { max($0, $1.generics.count) }
    interface.currencies = Array(repeating: .parameter(""), count: genericsMax)
    for name in files.flatMap({ $0.structures.map(\.name) + $0.enumerations.map(\.name) }) {
      _ = declaredType(named: name.text, at: name.span)
    }
    checkTypeSizes()
    for function in functions { check(function) }
  }

  // MARK: Sizes

  mutating func reportLimit(_ what: String, _ count: Int, _ limit: Int, at span: Span) {
    if count > limit {
      report(.limitExceeded, "there are \(count) \(what); at most \(limit) are allowed", at: span)
    }
  }

  private mutating func checkSizes(of contract: Contract) {
    var counts = (parties: 0, terms: 0, vaults: 0, fields: 0, events: 0, states: 0, invariants: 0, views: 0)
    for member in members {
      switch member {
      case .parties(let names): counts.parties += names.count
      case .term(let term):
        counts.terms += 1
        reportLimit("conditions on this term", term.bounds.count, limits.conditions, at: term.name.span)
      case .vault: counts.vaults += 1
      case .field, .derived: counts.fields += 1
      case .event(let event):
        counts.events += 1
        reportLimit("parameters", event.parameters.count, limits.parameters, at: event.name.span)
      case .state(let state):
        counts.states += 1
        reportLimit("parameters", state.parameters.count, limits.parameters, at: state.name.span)
      case .finals(let names): counts.states += names.count
      case .invariant(let invariant):
        counts.invariants += 1
        reportLimit(
          "bytes in the text of this invariant", invariant.text.utf8.count, limits.nameSize,
          at: invariant.condition.span)
      case .view(let view):
        counts.views += 1
        reportLimit("parameters", view.parameters.count, limits.parameters, at: view.name.span)
      case .shared, .structure, .enumeration, .function: break
      }
    }
    for (what, count, limit) in [
      ("parties", counts.parties, limits.parties), ("terms", counts.terms, limits.terms),
      ("vaults", counts.vaults, limits.vaults),
      ("fields", counts.fields, limits.fields), ("events", counts.events, limits.events),
      ("states", counts.states, limits.states),
      ("invariants", counts.invariants, limits.invariants), ("views", counts.views, limits.views),
      ("currency parameters", contract.generics.count, limits.currencies),
    ] {
      reportLimit(what, count, limit, at: nameSpan)
    }
  }

  /// A name becomes part of the module, so its size has a limit.
  mutating func checkSize(of name: Identifier) {
    reportLimit("bytes in this name", name.text.utf8.count, limits.nameSize, at: name.span)
  }

  // MARK: Members

  private mutating func declareTypesAndFunctions() {
    var own: [Identifier] = []
    for member in members {
      switch member {
      case .structure(let structure):
        own.append(structure.name)
        declareAnew(structure.name, declarations.type(structure.name.text))
        declarations.add(structure)
      case .enumeration(let enumeration):
        own.append(enumeration.name)
        declareAnew(enumeration.name, declarations.type(enumeration.name.text))
        declarations.add(enumeration)
      case .function(let function):
        declareAnew(function.name, declarations.functions[function.name.text]?.name)
        declarations.add(function)
        reportBuiltIn(function.name)
      case .parties, .term, .derived, .vault, .field, .event, .state, .shared, .finals, .invariant, .view: break
      }
    }
    for name in own { _ = declaredType(named: name.text, at: name.span) }
  }

  /// The functions of the language keep their names.
  mutating func reportBuiltIn(_ name: Identifier) {
    guard LanguageFunction.reserved.contains(name.text) else { return }
    report(
      .duplicateName, "`\(name.text)` is a function of the language; this needs a name of its own", at: name.span,
      notes: ["a name means one thing: there is no overloading and no shadowing"])
  }

  private mutating func declareAnew(_ name: Identifier, _ first: Identifier?) {
    if let first { reportDuplicate(name, first: first) }
  }

  private mutating func declareMembers() -> (bounds: [[TypedExpression]], derived: [FieldValue], vaultSpans: [Span]) {
    var bounds: [[TypedExpression]] = []
    var derived: [FieldValue] = []
    var vaultSpans: [Span] = []
    for member in members {
      switch member {
      case .parties(let names):
        for name in names {
          checkSize(of: name)
          if context.scope.declare(name, .party(interface.parties.count), &diagnostics) {
            interface.parties.append(name.text)
          }
        }
      case .term(let term):
        if let checked = check(term) { bounds.append(checked) } else { context.scope.declareError(term.name) }
      case .derived(let name, let value):
        if let checked = declare(derived: name, value) {
          derived.append(checked)
        } else {
          context.scope.declareError(name)
        }
      case .vault(let vault):
        if declare(vault) { vaultSpans.append(vault.name.span) } else { context.scope.declareError(vault.name) }
      case .field(let field): if !declare(field, &derived) { context.scope.declareError(field.name) }
      case .event(let event):
        checkSize(of: event.name)
        eventNames.append(event.name)
        let parameters = check(event.parameters)
        if parameters == nil { brokenEvents.insert(interface.events.count) }
        interface.events.append(.init(name: event.name.text, parameters: parameters ?? []))
      case .state, .shared, .finals, .invariant, .view, .structure, .enumeration, .function: break
      }
    }
    reportDuplicates(in: eventNames)
    for name in context.scope.identifiers {
      if let function = declarations.functions[name.text] { reportDuplicate(name, first: function.name) }
    }
    return (bounds, derived, vaultSpans)
  }

  private mutating func check(_ term: Term) -> [TypedExpression]? {
    checkSize(of: term.name)
    guard let type = valueType(term.type) else { return nil }
    var defaultValue: Value?
    if let expression = term.defaultValue {
      guard let value = constant(expression, as: type) else { return nil }
      defaultValue = value
    }
    guard context.scope.declare(term.name, .term(TermID(interface.terms.count)), &diagnostics) else { return nil }
    interface.terms.append(
      .init(name: term.name.text, type: type, defaultValue: defaultValue, boundCount: term.bounds.count))
    termSpans.append(term.span)
    enter(.opening)
    let bounds = term.bounds.map { condition($0) }
    // Its own conditions are no use of a term.
    context.scope.forgetUse(of: term.name.text)
    return bounds
  }

  private mutating func declare(derived name: Identifier, _ value: Expression) -> FieldValue? {
    checkSize(of: name)
    enter(.opening)
    let checked = expression(value)
    guard let type = keptType(checked),
      context.scope.declare(name, .field(StateVariableID(interface.fields.count)), &diagnostics)
    else {
      return nil
    }
    interface.fields.append(
      .init(name: name.text, type: type, initialValue: type.blank(in: interface.types), role: .derived))
    return FieldValue(field: StateVariableID(interface.fields.count - 1), value: rest(checked, as: type))
  }

  /// False after a diagnostic.
  private mutating func declare(_ vault: Vault) -> Bool {
    checkSize(of: vault.name)
    if vault.type.isOptional || vault.type.qualifier != nil {
      return refuse(
        .typeMismatch, "a vault holds money: its type is `Money<C>`, without anything about it", at: vault.type.span)
    }
    if vault.type.name.text == "Item" {
      return refuse(
        .noBuiltIn, "vaults of goods come with the tracking contract, which there is not yet", at: vault.type.span)
    }
    if vault.type.name.text != "Money" {
      return refuse(
        .typeMismatch, "a vault holds money: its type is `Money<C>`, not `\(vault.type.name.text)`",
        at: vault.type.span,
        fixes: vault.type.name.text == "Amount" ? [.init("write", replacing: vault.type.name.span, with: "Money")] : [])
    }
    guard let currency = currencyArgument(of: vault.type) else { return false }
    var key: ContractInterface.Vault.Key?
    if let declared = vault.key {
      guard let checked = check(declared) else { return false }
      key = checked
    }
    guard context.scope.declare(vault.name, .vault(VaultID(interface.vaults.count)), &diagnostics) else { return false }
    interface.vaults.append(.init(name: vault.name.text, currency: currency, key: key))
    return true
  }

  private mutating func check(_ key: Vault.Key) -> ContractInterface.Vault.Key? {
    guard let type = valueType(key.type) else { return nil }
    let isWord: Bool
    switch type {
    case .party: isWord = true
    case .int(let range): isWord = range.isSmall && range.low.sign >= 0
    case .composite: isWord = type.isKey(in: interface.types)
    default: isWord = false
    }
    guard isWord else {
      return refuse(
        .typeNotAllowedHere,
        "a vault is kept per party, per case of an enumeration without values, or per small number from 0 up",
        at: key.type.span)
    }
    guard let most = Literals.integer(key.most.text)?.int, (1...limits.vaultKeys).contains(most) else {
      return refuse(
        .valueOutOfRange, "a vault has between 1 and \(limits.vaultKeys) keys: `per Party[200]`", at: key.most.span)
    }
    return .init(type: type, most: most)
  }

  /// False after a diagnostic.
  private mutating func declare(_ field: Field, _ computed: inout [FieldValue]) -> Bool {
    checkSize(of: field.name)
    guard let type = valueType(field.type, ofField: true) else { return false }
    var initial = type.blank(in: interface.types)
    var computing: TypedExpression?
    if let tree = field.initialValue {
      if case .counter = type {
        return refuse(.typeNotAllowedHere, "a counter begins at 0 and is only raised", at: tree.span)
      }
      enter(.opening)
      let value = resting(tree, as: type)
      if let constant = constantValue(value) {
        guard admits(constant, type, at: tree.span) else { return false }
        initial = constant
      } else {
        computing = value
      }
    } else if !beginsByItself(type) {
      return refuse(
        .notConstant, "`\(field.name.text)` has no value to begin with", at: field.name.span,
        notes: ["only counters, optionals, and collections that may be empty begin by themselves"])
    }
    guard context.scope.declare(field.name, .field(StateVariableID(interface.fields.count)), &diagnostics) else {
      return false
    }
    if let computing { computed.append(FieldValue(field: StateVariableID(interface.fields.count), value: computing)) }
    interface.fields.append(
      .init(name: field.name.text, type: type, initialValue: initial, role: computing == nil ? .declared : .initialized)
    )
    return true
  }

  private func beginsByItself(_ type: ValueType) -> Bool {
    switch type {
    case .counter: return true
    case .composite(let index):
      switch interface.types[index] {
      case .optional, .set, .map, .list(_, least: 0, _): return true
      case .structure, .enumeration, .list: return false
      }
    default: return false
    }
  }

  /// Parameters with their types; nil after a diagnostic.
  mutating func check(_ parameters: [Parameter]) -> [ContractInterface.Parameter]? {
    reportDuplicates(in: parameters.map(\.name))
    return parameters.all { parameter in
      checkSize(of: parameter.name)
      return valueType(parameter.type).map { .init(name: parameter.name.text, type: $0) }
    }
  }

  /// The same of what can be named in what follows, where one that is wrong is an error.
  mutating func declare(_ parameters: [Parameter]) -> [ContractInterface.Parameter] {
    parameters.enumerated().compactMap { index, parameter in
      checkSize(of: parameter.name)
      let type = valueType(parameter.type)
      context.scope.declare(
        parameter.name, .parameter(index, type.map { ExpressionType($0) } ?? .error), &diagnostics)
      return type.map { .init(name: parameter.name.text, type: $0) }
    }
  }

  /// Begins an expression or a body of other surroundings, which calls nothing so far.
  mutating func enter(_ surroundings: Context.Surroundings) {
    (context.surroundings, context.callDepth) = (surroundings, 0)
  }

  // MARK: States

  private mutating func declareStates(of contract: Contract) {
    var initial: [Identifier] = []
    stateIDs.reserveCapacity(16)
    for member in members {
      switch member {
      case .state(let state):
        if state.isInitial {
          initial.append(state.name)
          interface.initialState = StateID(stateNames.count)
          if let first = state.parameters.first {
            report(
              .initialState, "the initial state has a parameter, and nothing gives it a value", at: first.name.span)
          }
        }
        declare(state: state.name, isFinal: false, state.braces)
      case .finals(let names): for name in names { declare(state: name, isFinal: true, nil) }
      default: break
      }
    }
    reportDuplicates(
      in: stateNames + members.compactMap { if case .event(let event) = $0 { event.name } else { nil } })
    if initial.isEmpty {
      report(
        .initialState, "`\(contract.name.text)` has no initial state", at: nameSpan,
        "an agreement begins nowhere")
    }
    for extra in initial.dropFirst() {
      report(
        .initialState, "there is a second initial state", at: extra.span,
        secondary: [.init(initial[0].span, "the first")])
    }
  }

  private mutating func declare(state name: Identifier, isFinal: Bool, _ braces: Span?) {
    checkSize(of: name)
    if stateIDs[name.text] == nil { stateIDs[name.text] = StateID(stateNames.count) }
    stateNames.append(name)
    stateBraces.append(braces)
    interface.states.append(.init(name: name.text, isFinal: isFinal))
  }

  /// They are fields that lie idle in every other state.
  private mutating func declareStateParameters() {
    stateParameters = Array(repeating: [], count: stateNames.count)
    for case .state(let state) in members {
      guard !state.parameters.isEmpty, let index = stateIDs[state.name.text] else { continue }
      guard let checked = check(state.parameters) else {
        stateParameters[of: index] = state.parameters.map { ($0.name, .error) }
        continue
      }
      for (parameter, type) in zip(state.parameters, checked.map(\.type)) {
        stateParameters[of: index].append((parameter.name, .field(StateVariableID(interface.fields.count))))
        interface.fields.append(
          .init(
            name: parameter.name.text, type: type, initialValue: type.blank(in: interface.types),
            role: .parameter(state: index)))
      }
    }
  }

  /// The state of this name.
  mutating func state(_ name: Identifier) -> StateID? {
    if let index = stateIDs[name.text] { return index }
    reportUnknown("state", name, known: stateNames.map(\.text))
    return nil
  }

  private mutating func checkInvariants() -> [TypedExpression] {
    var checked: [TypedExpression] = []
    for case .invariant(let invariant) in members {
      reportDuplicates(in: invariant.states)
      let states = invariant.states.isEmpty ? interface.states.ids : invariant.states.compactMap { state($0) }
      enter(.invariant)
      // Of a single state it may read the parameters.
      let mark = context.scope.mark
      if states.count == 1 {
        for (name, meaning) in stateParameters[of: states[0]] { context.scope.declare(name, meaning, &diagnostics) }
      }
      checked.append(condition(invariant.condition))
      _ = context.scope.leave(to: mark)
      interface.invariants.append(.init(text: invariant.text, states: states.sorted()))
    }
    return checked
  }

  private mutating func checkViews() -> [TypedExpression] {
    var checked: [TypedExpression] = []
    for case .view(let view) in members {
      checkSize(of: view.name)
      let mark = context.scope.mark
      // The name is taken: nothing else may be called like it.
      guard context.scope.declare(view.name, .view, &diagnostics) else { continue }
      _ = context.scope.use(view.name.text)
      let inner = context.scope.mark
      enter(.view)
      context.localCount = 0
      let parameters = declare(view.parameters)
      guard let type = valueType(view.type) else {
        _ = context.scope.leave(to: inner)
        continue
      }
      checked.append(resting(view.value, as: type))
      leave(to: inner)
      precondition(context.scope.mark == mark + 1, "only the view's own name is left")
      interface.views.append(.init(name: view.name.text, parameters: parameters, type: type))
    }
    return checked
  }

  private mutating func checkUses() {
    // Only the contract's own names are left in the scope. Where something else is wrong, a use may
    // have been passed over: then nothing is said.
    guard diagnostics.isEmpty else { return }
    for (name, meaning) in context.scope.leave(to: 0) {
      let rule: String
      switch meaning {
      case .party: rule = "neither acts nor is paid"
      case .vault: rule = "is never used"
      case .term, .field, .parameter, .local, .view, .error: rule = "is never read"
      }
      report(.unused, "`\(name.text)` is \(meaning.noun) that \(rule)", at: name.span)
    }
    for (index, name) in eventNames.enumerated() where !usedEvents.contains(index) {
      report(.unused, "`\(name.text)` is an event that is never emitted", at: name.span)
    }
    for case .function(let function) in members where !usedFunctions.contains(function.name.text) {
      report(.unused, "`\(function.name.text)` is a function that is never called", at: function.name.span)
    }
  }
}
