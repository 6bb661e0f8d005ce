// Contracts with one thing wrong: a timer, a payout, a guard, a bound, a `rest`, an `else`, a
// `raise` or a target taken away or changed. The tree says where these are; what is changed is the
// text, so that a mutant goes through the whole compiler like any other contract.

package import Source
import Syntax

package struct SourceMutant: Sendable {
  package enum Operator: String, CaseIterable, Sendable {
    case timerRemoved = "timer removed"
    case timerChanged = "timer changed"
    case payoutRemoved = "payout removed"
    case payoutChanged = "payout changed"
    case shareRemoved = "share removed"
    case shareChanged = "share changed"
    case capRemoved = "`up to` removed"
    case restChanged = "`rest` changed"
    case guardRemoved = "guard removed"
    case guardNegated = "guard negated"
    case boundRemoved = "bound removed"
    case boundChanged = "bound changed"
    case elseRemoved = "`else` removed"
    case raiseRemoved = "`raise` removed"
    case targetChanged = "target changed"
    case targetRemoved = "target removed"
    case branchChanged = "branch changed"
    case assignmentRemoved = "assignment removed"
    case depositChanged = "deposit changed"
    case bodyRemoved = "body removed"
    case bodiesSwapped = "bodies swapped"
    case stateChanged = "state changed"
  }

  package let kind: Operator
  package let line: Int
  /// What stood there and what stands there now.
  package let change: String
  package let text: String
}

/// All mutants of the contracts of a file, without its tests. No two have the same text.
package struct SourceMutants {
  package private(set) var all: [SourceMutant] = []

  private let source: SourceText
  let tokens: [Token]
  /// What every mutant leaves out: a test may be about what was changed.
  private let tests: [Span]
  private var texts: Set<String> = []

  // Of the contract that is being changed.
  private var states: [State] = []
  private var finals: [Identifier] = []
  var parties: [String] = []
  var vaults: [Vault] = []
  private var terms: [Term] = []

  /// The text as it is, without its tests.
  package private(set) var original = ""

  package init(_ source: SourceText) {
    self.source = source
    tokens = Lexer.tokens(of: source).0
    let (file, _) = Parser.parse(source)
    var tests: [Span] = []
    for test in file.tests {
      guard let name = tokens.firstIndex(where: { $0.span.start == test.nameSpan.start }), name > 0 else { continue }
      var index = name
      while index < tokens.count, tokens[index].kind != .symbol(.leftBrace) { index += 1 }
      tests.append(Span(tokens[name - 1].span.start, SourceMutants.end(ofBraceAt: index, tokens)))
    }
    self.tests = tests
    original = edited([])
    texts.insert(original)
    for contract in file.contracts { mutate(contract) }
  }

  // MARK: Text

  typealias Edit = (span: Span, text: String)

  func text(_ span: Span) -> String { source.text(span) }

  private func edited(_ edits: [Edit]) -> String {
    var result: [UInt8] = []
    var next = 0
    for (span, text) in (edits + tests.map { ($0, "") }).sorted(by: { $0.span.start < $1.span.start }) {
      if span.start < next { continue }
      result += source.bytes[next..<span.start]
      result += Array(text.utf8)
      next = span.end
    }
    return String(decoding: result + source.bytes[next...], as: UTF8.self)
  }

  mutating func add(_ kind: SourceMutant.Operator, _ edits: Edit...) {
    guard let first = edits.first else { return }
    let result = edited(edits)
    guard texts.insert(result).inserted else { return }
    let change = edits.map { "\(SourceMutants.line(text($0.span))) ⇒ \(SourceMutants.line($0.text))" }.joined(
      separator: ", ")
    all.append(SourceMutant(kind: kind, line: source.line(at: first.span.start), change: change, text: result))
  }

  /// On one line, and not too long.
  private static func line(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? "nothing" : words.count > 60 ? "\(words.prefix(57))…" : words
  }

  /// The first token that begins there or later.
  func index(at offset: Int) -> Int {
    var (low, high) = (0, tokens.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].span.start < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func index(before offset: Int) -> Int { max(0, index(at: offset) - 1) }

  /// Where the bracket at a token is closed.
  private static func end(ofBraceAt start: Int, _ tokens: [Token]) -> Int {
    var depth = 0
    for token in tokens[min(start, tokens.count - 1)...] {
      switch token.kind {
      case .symbol(.leftBrace): depth += 1
      case .symbol(.rightBrace):
        depth -= 1
        if depth == 0 { return token.span.end }
      default: break
      }
    }
    return tokens[tokens.count - 1].span.end
  }

  // MARK: Contracts

  private mutating func mutate(_ contract: Contract) {
    (states, finals, parties, vaults, terms) = ([], [], [], [], [])
    for member in contract.members {
      switch member {
      case .state(let state): states.append(state)
      case .finals(let names): finals += names
      case .parties(let names): parties += names.map(\.text)
      case .vault(let vault): vaults.append(vault)
      case .term(let term): terms.append(term)
      default: break
      }
    }
    for member in contract.members {
      switch member {
      case .term(let term): mutate(term)
      case .vault(let vault):
        if let key = vault.key { add(.boundChanged, (key.most.span, key.most.text == "1" ? "2" : "1")) }
      case .field(let field): mutate(field)
      case .derived(_, let value): mutate(value)
      case .state(let state):
        mutate(state.transitions)
        mutate(state)
      case .shared(let shared):
        mutate(shared.transitions)
        mutate(shared)
      case .finals(let names): for name in names { wake(name, among: names) }
      default: break
      }
    }
    swapStates()
  }

  private mutating func mutate(_ term: Term) {
    for bound in term.bounds {
      let start = tokens[index(before: bound.span.start)].span.start
      add(.boundRemoved, (Span(start, bound.span.end), ""))
      change(bound, .boundChanged)
    }
    for case .range(let low, let high?) in term.type.arguments {
      add(.boundChanged, (low.span, "0"))
      add(.boundChanged, (high.span, "1_000_000"))
    }
  }

  private mutating func mutate(_ field: Field) {
    for case .bound(let most) in field.type.arguments {
      add(.boundChanged, (most.span, "1"))
      add(.boundChanged, (most.span, "1000"))
    }
    for case .range(let low, let high?) in field.type.arguments {
      add(.boundChanged, (low.span, "0"))
      add(.boundChanged, (high.span, "1_000_000"))
    }
  }

  /// The same comparison the other way round, and its opposite.
  mutating func change(_ condition: Expression, _ kind: SourceMutant.Operator) {
    switch condition.kind {
    case .binary(.and, let a, let b), .binary(.or, let a, let b):
      add(kind, (condition.span, text(a.span)))
      add(kind, (condition.span, text(b.span)))
    case .binary(let comparison, let a, let b):
      let other: BinaryOperator? =
        switch comparison {
        case .less: .greater
        case .greater: .less
        case .lessOrEqual: .greaterOrEqual
        case .greaterOrEqual: .lessOrEqual
        case .equal: .notEqual
        case .notEqual: .equal
        default: nil
        }
      if let other { add(kind, (condition.span, "\(text(a.span)) \(other.rawValue) \(text(b.span))")) }
    default: break
    }
  }

  // MARK: States

  private func braces(of state: State) -> Span {
    var next = index(at: state.name.span.end)
    while next < tokens.count, tokens[next].kind != .symbol(.leftBrace) { next += 1 }
    return Span(tokens[next].span.start, SourceMutants.end(ofBraceAt: next, tokens))
  }

  private mutating func mutate(_ state: State) {
    let brace = braces(of: state)
    let word = tokens[index(before: state.name.span.start)].span
    if state.isInitial {
      // Another begins.
      let initial = tokens[index(before: word.start)].span
      for other in states where !other.isInitial && other.parameters.isEmpty {
        let otherWord = tokens[index(before: other.name.span.start)].span
        add(.stateChanged, (initial, ""), (otherWord, "initial state"))
      }
    } else if state.parameters.isEmpty {
      // It is final.
      add(.stateChanged, (Span(word.start, brace.end), "final state \(state.name.text)"))
    }
  }

  /// A final state that goes on.
  private mutating func wake(_ name: Identifier, among names: [Identifier]) {
    guard let first = names.first, let last = names.last else { return }
    let word = tokens[index(before: first.span.start)].span
    let start = tokens[index(before: word.start)].span.start
    let others = names.filter { $0.text != name.text }.map(\.text)
    let list = others.isEmpty ? "" : "final state \(others.joined(separator: ", "))"
    let end = last.span.end
    add(.stateChanged, (Span(start, end), "\(list)\n  state \(name.text) {}"))
    if let other = others.first {
      add(.stateChanged, (Span(start, end), "\(list)\n  state \(name.text) { after 1 day -> \(other) }"))
    }
  }

  private mutating func mutate(_ shared: Shared) {
    guard shared.states.count > 1, let first = shared.states.first, let last = shared.states.last else { return }
    for name in shared.states {
      let others = shared.states.filter { $0.text != name.text }.map(\.text)
      add(.stateChanged, (Span(first.span.start, last.span.end), others.joined(separator: ", ")))
    }
  }

  private mutating func swapStates() {
    for (one, other) in zip(states, states.dropFirst()) {
      add(.bodiesSwapped, (braces(of: one), text(braces(of: other))), (braces(of: other), text(braces(of: one))))
    }
  }

  // MARK: Transitions

  private func span(_ transition: Transition) -> Span {
    Span(transition.span.start, transition.target?.span.end ?? transition.body.span.end)
  }

  private func hasBody(_ transition: Transition) -> Bool {
    source.bytes[transition.body.span.start] == UInt8(ascii: "{")
  }

  private mutating func mutate(_ transitions: [Transition]) {
    for transition in transitions {
      for (place, trigger) in transition.triggers.enumerated() { mutate(trigger, place, transition) }
      if hasBody(transition) {
        if !transition.body.statements.isEmpty { add(.bodyRemoved, (transition.body.span, "{}")) }
        mutate(transition.body)
      }
      if let target = transition.target {
        mutate(target)
        add(.targetRemoved, (target.span, hasBody(transition) ? "" : "{}"))
      }
    }
    let bodies = transitions.filter { hasBody($0) }
    for (one, other) in zip(bodies, bodies.dropFirst()) {
      add(.bodiesSwapped, (one.body.span, text(other.body.span)), (other.body.span, text(one.body.span)))
    }
  }

  private mutating func mutate(_ trigger: Trigger, _ place: Int, _ transition: Transition) {
    switch trigger {
    case .action(let action): mutate(action)
    case .after(let value, let span):
      remove(span, place, transition, .timerRemoved)
      for other in ["0 days", "1 second", "36_500 days"] { add(.timerChanged, (value.span, other)) }
      for term in terms where term.type.name.text == "Duration" { add(.timerChanged, (value.span, term.name.text)) }
      for term in terms where term.type.name.text == "Time" { add(.timerChanged, (span, "at \(term.name.text)")) }
      add(.timerChanged, (span, "at opened + \(text(value.span))"))
      add(.timerChanged, (span, "when 1 == 1"))
      mutate(value)
    case .at(let value, let span):
      remove(span, place, transition, .timerRemoved)
      for other in ["opened", "2026-01-02", "9999-12-31"] { add(.timerChanged, (value.span, other)) }
      for term in terms where term.type.name.text == "Time" { add(.timerChanged, (value.span, term.name.text)) }
      add(.timerChanged, (span, "after 30 days"))
      add(.timerChanged, (span, "when 1 == 2"))
      mutate(value)
    case .when(let condition, let span):
      remove(span, place, transition, .timerRemoved)
      add(.timerChanged, (condition.span, "not (\(text(condition.span)))"))
      add(.timerChanged, (span, "after 1 day"))
      change(condition, .timerChanged)
    }
  }

  /// One of a transition's triggers, or the transition where it has no other.
  private mutating func remove(_ span: Span, _ place: Int, _ transition: Transition, _ kind: SourceMutant.Operator) {
    let triggers = transition.triggers
    if triggers.count == 1 {
      add(kind, (self.span(transition), ""))
    } else if place > 0 {
      add(kind, (Span(triggers[place - 1].span.end, span.end), ""))
    } else {
      add(kind, (Span(span.start, triggers[1].span.start), ""))
    }
  }

  private mutating func mutate(_ action: Action) {
    for condition in action.conditions {
      let word = tokens[index(before: condition.span.start)].span
      add(.guardRemoved, (Span(word.start, condition.span.end), ""))
      add(.guardNegated, (condition.span, "not (\(text(condition.span)))"))
      change(condition, .guardNegated)
    }
    guard let first = action.deposits.first, let last = action.deposits.last else { return }
    let word = tokens[index(before: first.amount.span.start)].span
    add(.depositChanged, (Span(word.start, last.place.span.end), ""))
    for deposit in action.deposits {
      for place in otherPlaces(deposit.place, vaultsOnly: deposit.isIntoVault) {
        add(.depositChanged, (deposit.place.span, place))
      }
      if deposit.isIntoVault, let party = parties.last {
        let into = tokens[index(before: deposit.place.span.start)].span
        add(.depositChanged, (Span(into.start, deposit.place.span.end), "to \(party)"))
      }
    }
  }

  mutating func mutate(_ target: Target) {
    let names = states.filter { $0.parameters.isEmpty }.map(\.name.text) + finals.map(\.text)
    // The one after it, the first, the last, and itself among them.
    guard !names.isEmpty else { return }
    let own = names.firstIndex(of: target.state.text) ?? 0
    for other in [names[(own + 1) % names.count], names[0], names[names.count / 2], names[names.count - 1]]
    where other != target.state.text {
      add(.targetChanged, (target.span, "-> \(other)"))
    }
  }
}
