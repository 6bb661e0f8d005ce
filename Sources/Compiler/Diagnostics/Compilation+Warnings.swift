// What is allowed and seldom meant, as diagnostics: who loses by it, and how it is mended. They are
// made for whoever asks; who only compiles does not wait for them.

package import Assurance
import Bytecode
import Interface
import Semantics
package import Source

extension CompiledContract {
  /// What the contract comes to. It is computed each time.
  package var outlook: Outlook { Outlook(assured) }
}

extension Compilation {
  /// The warnings about all contracts, of which these are the outlooks; a contract with warnings is no less compiled.
  package func warnings(_ outlooks: [Outlook]) -> Diagnostics {
    var warnings = Diagnostics()
    for (contract, outlook) in zip(contracts, outlooks) where !outlook.warnings.isEmpty {
      let words = ContractWords(contract.checked, contract.assured.wellFormed, contract.spans, source)
      for diagnostic in words.diagnostics(for: outlook) { warnings.report(diagnostic) }
    }
    return warnings
  }

  package var warnings: Diagnostics { warnings(contracts.map(\.outlook)) }
}

extension ContractWords {
  /// In the order of the source. What is done to several parties in the same way is one.
  fileprivate func diagnostics(for outlook: Outlook) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    var delays: [(first: Silence.Delay, parties: [Int?])] = []
    for warning in outlook.warnings {
      switch warning {
      case .deadlineBeforeStep(let deadline, let step): diagnostics.append(untimely(deadline, step, outlook.silence))
      case .neverTaken(let action): diagnostics.append(neverTaken(action))
      case .gainsBySilence(let action, let party): diagnostics.append(gainsBySilence(action, party, outlook.silence))
      case .paidByOwnRuling(let action, let party): diagnostics.append(paidByOwnRuling(action, party))
      case .heldBack(let delay):
        if let known = delays.firstIndex(where: { $0.first.state == delay.state && $0.first.actions == delay.actions })
        {
          delays[known].parties.append(delay.party)
        } else {
          delays.append((delay, [delay.party]))
        }
      }
    }
    diagnostics += delays.map { heldBack($0.first, $0.parties, outlook.silence) }
    return diagnostics.enumerated().sorted {
      ($0.element.primary.span.start, $0.offset) < ($1.element.primary.span.start, $1.offset)
    }.map(\.element)
  }

  private var timeWords: TimeWords {
    TimeWords(interface) { function, instruction in source.text(spans[function][instruction]) }
  }

  private func party(_ index: Int) -> String { "`\(interface.parties[index])`" }

  private func untimely(_ deadline: TransitionID, _ step: Warning.Step, _ silence: Silence) -> Diagnostic {
    let state = interface.transitions[deadline].source
    let name = transition(deadline)
    let due = silence.due[of: deadline]?.form ?? TimeForm(milliseconds: 0)
    let earliest: TimeForm
    let (message, label, other): (String, String, Diagnostic.Label)
    switch step {
    case .entering(let before):
      earliest = silence.due[of: before]?.form ?? TimeForm(milliseconds: 0)
      let source = interface.transitions[before].source
      message =
        "\(name) can come before \(self.state(state)) is entered: \(self.state(source)) may last until \(transition(before))"
      label = "then \(self.state(state)) is over as soon as it begins"
      other = .init(contract.spans.transitions[of: before], "may be later")
    case .condition(let action, let instruction, let time):
      earliest = time
      message =
        "\(name) can come before \(transition(action)) may be taken, which is not before `\(timeWords.text(time, isTime: true))`"
      label = "then \(who(action)) can never take \(transition(action))"
      other = .init(spans[wellFormed.function(of: .body(transition: action))][instruction], "may not hold before")
    }
    let bound = timeWords.atLeast(due, earliest, derived: derived)
    return Diagnostic(
      .deadlineBeforeStep, message, at: contract.spans.transitions[of: deadline], label, secondary: [other],
      notes: bound == nil ? ["a `where` of a term can keep the two in order"] : [],
      fixes: bound.map {
        [
          .init(
            "keep the two in order",
            [.init(at: contract.spans.terms[of: $0.term].end, inserting: " where \($0.condition)")]
          )
        ]
      } ?? []
    )
  }

  /// What a `let` of the contract stands for, where it is made of terms and literals, and these terms.
  private func derived(_ field: StateVariableID) -> (text: String, terms: [TermID])? {
    guard let value = contract.derived.first(where: { $0.field == field })?.value else { return nil }
    var terms: [TermID] = []
    func read(_ expression: TypedExpression) -> Bool {
      switch expression.kind {
      case .term(let term): terms.append(term)
      case .constant, .opened, .arithmetic: break
      default: return false
      }
      return expression.parts.allSatisfy(read)
    }
    return read(value) && !terms.isEmpty ? ("(\(source.text(value.span)))", terms) : nil
  }

  private func neverTaken(_ action: TransitionID) -> Diagnostic {
    Diagnostic(
      .neverTaken,
      "\(who(action)) can never take \(transition(action)) in \(state(interface.transitions[action].source))",
      at: contract.spans.transitions[of: action], "promises what nobody can call in",
      notes: ["its `where` never holds, or a deadline of the state is always due before it could be taken"])
  }

  private func gainsBySilence(_ action: TransitionID, _ party: Int, _ silence: Silence) -> Diagnostic {
    let state = interface.transitions[action].source
    let waiting = leaving(state).filter { silence.due[of: $0] != nil }
    let paid = silence.payouts.filter { waiting.contains($0.key.transition) }.flatMap(\.value).filter {
      $0.payee == .party(party)
    }
    let stake = stake(in: Set(paid.map(\.vault)).sorted(), at: [state])
    let said = transition(action).dropLast() + "(…) by \(interface.parties[party])"
    return Diagnostic(
      .gainsBySilence, "\(self.party(party)) gets nothing by taking \(transition(action)), and is paid if it waits",
      at: contract.spans.transitions[of: action], "nobody would take this",
      secondary: waiting.map { .init(contract.spans.transitions[of: $0], "pays \(self.party(party)) from \(stake)") },
      notes: waiting.prefix(1).map { deadline in
        "where silence shall mean what the action does, say it once: `on \(said.dropFirst()), \(transition(deadline).dropFirst().dropLast()) { … }`"
      })
  }

  private func paidByOwnRuling(_ action: TransitionID, _ party: Int) -> Diagnostic {
    Diagnostic(
      .paidByOwnRuling,
      "\(self.party(party)) decides by \(transition(action)) how others share, and is paid only if it does",
      at: contract.spans.transitions[of: action], "pays whoever takes it",
      notes: [
        "\(self.party(party)) gains by every dispute, whoever is right, and nothing where the others agree",
        "a fee that is paid whichever way it ends, or by a deposit at the beginning, leaves it nothing to gain",
      ])
  }

  private func heldBack(_ delay: Silence.Delay, _ parties: [Int?], _ silence: Silence) -> Diagnostic {
    let held = held(in: delay.state)
    // Those whose money it is or may become; all of them where that is not known.
    let payers = held.compactMap { payer(into: $0, at: [delay.state]) }
    let leaving = leaving(delay.state)
    let payees = silence.payouts.filter { leaving.contains($0.key.transition) }.flatMap(\.value).map(\.payee)
    let all = parties.compactMap { $0 }
    let concerned = all.filter { payers.contains(interface.parties[$0]) || payees.contains(.party($0)) }
    let losing = concerned.isEmpty ? all : concerned
    let counter = unused(["extensions", "rounds", "turns"])
    var places: [Diagnostic.Fix.Edit] = []
    for action in delay.actions {
      let edit = insert("raise \(counter)", asFirstOf: action)
      if !places.contains(edit) { places.append(edit) }
    }
    let who =
      losing.isEmpty
      ? "whoever has paid in has" : "\(ContractWords.list(losing.map(party))) \(losing.count == 1 ? "has" : "have")"
    let what = stake(in: held, at: [delay.state])
    return Diagnostic(
      .heldBack, "\(who) no date by which \(what) is paid out: none while \(takers(of: delay.actions))",
      at: contract.spans.states[of: delay.state], "lasts as long as others like",
      secondary: delay.actions.map { .init(contract.spans.transitions[of: $0], "changes the deadline") },
      fixes: [.init("count how often, for instance", [declare(counter: counter)] + places)])
  }
}
