package import Assurance
import Bytecode
package import Compiler
package import Interface
import Semantics
package import Source
import Wording

/// What a contract comes to, as `check` tells it: of each state what happens if nobody acts, who is
/// paid then, and what is set aside for it; of each party by when it is over if that one is silent;
/// what is checked after every action.
package struct ContractSummary {
  let contract: CompiledContract
  let outlook: Outlook
  let source: SourceText

  package init(contract: CompiledContract, outlook: Outlook, source: SourceText) {
    self.contract = contract
    self.outlook = outlook
    self.source = source
  }

  package var interface: ContractInterface { contract.interface }
  var words: TimeWords { TimeWords(interface) { text(contract.spans[$0][$1]) } }

  /// What stands there, on one line, and cut where it is long.
  func text(_ span: Span) -> String {
    let words = source.text(span).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 48 ? words : "\(words.prefix(46)) …"
  }

  // MARK: Who is paid

  /// What is paid on a leg: "escrow to buyer", "escrow to buyer and seller, evenly".
  func payouts(_ leg: Silence.Leg) -> [String] {
    let function = contract.module.function(of: .body(transition: leg.transition))
    var spans: [Span] = []
    for payout in outlook.silence.payouts[leg] ?? [] {
      let span = contract.spans[function][payout.instruction]
      if !spans.contains(span) { spans.append(span) }
    }
    var texts: [String] = []
    for statement in contract.checked.transitions[of: leg.transition].statements where spans.contains(statement.span) {
      if let text = payout(statement), !texts.contains(text) { texts.append(text) }
    }
    return texts
  }

  private func payout(_ statement: CheckedStatement) -> String? {
    switch statement.kind {
    case .pay(from: let source, to: let target): "\(place(source)) to \(place(target))"
    case .payEach(let vault): "\(interface.vaults[vault].name) to each"
    case .split(from: let source, let shares, otherwise: _):
      shares.count == 1 ? "\(place(source)) to \(targets(shares[0]))" : "\(place(source)): \(list(shares))"
    case .emit, .define, .require, .raise, .choose, .match, .loop, .assign, .assignElement, .enter: nil
    }
  }

  private func list(_ shares: [CheckedShare]) -> String {
    shares.map { share in
      let portion: String? =
        switch share.portion {
        case .part(let value): text(value.span)
        case .upTo(let value): "up to \(text(value.span))"
        case .rest: "rest"
        case .evenly: nil
        }
      let targets = targets(share)
      guard let portion else { return targets }
      if case .shares = share.targets { return "\(portion) (\(targets))" }
      return "\(portion) to \(targets)"
    }.joined(separator: ", ")
  }

  private func targets(_ share: CheckedShare) -> String {
    switch share.targets {
    case .places(let places) where places.count > 1: "\(Wording(.english).list(places.map(place))), evenly"
    case .places(let places): places.map(place).joined()
    case .shares(let shares): list(shares)
    case .list(let list): "\(text(list.span)), evenly"
    }
  }

  private func place(_ place: CheckedPlace) -> String {
    switch place {
    case .vault(let vault): interface.vaults[vault].name
    case .party(let party): interface.parties[party]
    case .account(let account): text(account.span)
    case .entry(let vault, let key): "\(interface.vaults[vault].name)[\(text(key.span))]"
    }
  }

  // MARK: By when

  /// Whether the end comes later than the first step, or it is not one deadline that tells it.
  func isLonger(_ state: StateID) -> Bool {
    let ways = outlook.silence.states[of: state].ways
    if outlook.silence.states[of: state].legs.contains(where: { $0.target == state })
      || !contract.assured.prepayment.ahead[of: state].rounds.isEmpty
    {
      return true
    }
    return ways.contains { $0.count > 1 }
      || Set(ways.compactMap { $0.first?.transition }.filter { outlook.silence.due[of: $0] != nil }).count > 1
  }

  /// "after shipIn + 30 days", of several "at closes, or after 7 days, whichever is later".
  func latest(_ moments: [By]) -> String {
    let atOnce = By()
    let moments = moments.filter { $0 != atOnce }.map(words.text)
    switch moments.count {
    case 0: return "at once"
    case 1: return moments[0]
    default: return "\(moments.joined(separator: ", or ")), whichever is later"
    }
  }

  /// Whether a moment is told by what may change on the way to it.
  private func isMoving(_ by: By) -> Bool {
    by.form.parts.contains { part in
      switch part.part {
      case .opened: false
      case .now, .computed: true
      case .item(let item):
        item >= interface.terms.count && interface.fields[item - interface.terms.count].role != .derived
      }
    }
  }

  /// By when it is over if a party is silent from the entering of a state on, whatever all others do.
  func latest(without party: Int, from state: StateID) -> String {
    if let moments = outlook.silence.latestWithout[party][of: state] { return latest(moments) }
    let drivers = outlook.silence.delays.filter { $0.party == party }.flatMap(\.actions).reduce(into: [TransitionID]())
    {
      if !$0.contains($1) { $0.append($1) }
    }
    return drivers.isEmpty
      ? "no date is known"
      : "never, \(Wording(.english).list(drivers.map { "while \(who($0)) keeps taking `\(name($0))`" }))"
  }

  func name(_ transition: TransitionID) -> String {
    if case .action(let name, _, _) = interface.transitions[transition].trigger { return name }
    return text(contract.checked.spans.transitions[of: transition])
  }

  private func who(_ transition: TransitionID) -> String {
    guard case .action(_, _, .parties(let actors, let needed)) = interface.transitions[transition].trigger else {
      return "anybody"
    }
    let names = actors.map { "`\(interface.name(of: $0, in: interface.transitions[transition]))`" }
    return needed == names.count ? Wording(.english).list(names) : "\(needed) of \(Wording(.english).list(names))"
  }
}

extension ContractSummary {
  /// Aligned lines, each indented by two.
  package func lines(_ style: TextStyle) -> [String] {
    var rows: [[String]] = []
    let states = interface.states.ids.filter { !interface.states[$0].isFinal }
    let parties = parties
    let width =
      (states.map { interface.states[$0].name } + parties.map(\.names) + ["invariant"]).map(displayWidth).filter {
        $0 <= 24
      }.max() ?? 9
    for state in states { rows += self.rows(of: state) }
    let middle = rows.map { displayWidth($0[1]) }.max() ?? 0
    let gas = rows.map { displayWidth($0[2]) }.max() ?? 0
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - displayWidth(text)))
    }
    func line(_ first: String, _ second: String, _ third: String = "") -> String {
      let start = "  \(padded(first, width))   "
      if third.isEmpty { return (start + second).trimmingTrailing }
      return start + padded(second, middle) + "   " + String(repeating: " ", count: max(0, gas - displayWidth(third)))
        + third
    }
    var lines = [style.dim(line("state", "if nobody acts", "set aside"))]
    for row in rows { lines.append(line(row[0], row[1], row[2])) }
    if !parties.isEmpty {
      lines += ["", style.dim(line("silent", "over at the latest, whatever the others do"))]
      for (names, text) in parties {
        let wrapped = ContractSummary.wrapped(text)
        if displayWidth(names) > width { lines.append("  \(names)") }
        lines.append(line(displayWidth(names) > width ? "" : names, wrapped[0]))
        for rest in wrapped.dropFirst() { lines.append(line("", rest)) }
      }
    }
    let moments =
      states.filter(isLonger).flatMap { outlook.silence.states[of: $0].latest }
      + outlook.silence.latestWithout.flatMap { $0[of: interface.initialState] ?? [] }
    if moments.contains(where: isMoving) {
      lines += [
        "", style.dim(line("", "a field, or what is computed, counts with the latest value that it has on the way")),
      ]
    }
    if !interface.invariants.isEmpty {
      lines.append("")
      for (index, invariant) in interface.invariants.enumerated() {
        let isAlways = invariant.states.count == interface.states.count
        let states =
          isAlways ? "" : " while \(invariant.states.map { interface.states[$0].name }.joined(separator: ", "))"
        lines.append(line(index == 0 ? "checked" : "", "“\(invariant.text)”\(states)"))
      }
    }
    return lines
  }

  /// Name, what happens, gas; the name and the gas in the first row of a state.
  private func rows(of state: StateID) -> [[String]] {
    var rows: [[String]] = []
    var before: TransitionID?
    for step in outlook.silence.states[of: state].legs {
      let paid = payouts(step)
      let trigger = text(contract.checked.spans.transitions[of: step.transition])
      let start =
        step.transition == before ? "\(String(repeating: " ", count: max(0, displayWidth(trigger) - 2)))or" : trigger
      let text =
        "\(start) → \(interface.states[step.target].name)\(paid.isEmpty ? "" : ": \(paid.joined(separator: "; "))")"
      for line in ContractSummary.wrapped(text) { rows.append(["", line, ""]) }
      before = step.transition
    }
    if outlook.silence.states[of: state].hasMoreWays { rows.append(["", "and more ways", ""]) }
    if isLonger(state) {
      rows += ContractSummary.wrapped("over at the latest \(latest(outlook.silence.states[of: state].latest))").map {
        ["", $0, ""]
      }
    }
    let ahead = contract.assured.prepayment.ahead[of: state]
    for round in ahead.rounds where round.gas > 0 {
      rows.append([
        "", "sets aside \(grouped(round.gas)) gas less each time `\(interface.fields[round.field].name)` is raised", "",
      ])
    }
    if rows.isEmpty { rows.append(["", "", ""]) }
    rows[0][0] = interface.states[state].name
    rows[0][2] = "\(grouped(ahead.most)) gas"
    return rows
  }

  /// Lines of at most 72 columns, all but the first indented.
  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String(text.prefix { $0 == " " })
    var isFirst = true
    for word in text.split(separator: " ") {
      if !isFirst && displayWidth(line) + 1 + displayWidth(String(word)) > 72 {
        lines.append(line)
        line = "    \(word)"
      } else {
        line += isFirst ? String(word) : " \(word)"
      }
      isFirst = false
    }
    return lines + [line]
  }

  private func grouped(_ number: Int) -> String { Wording(.english).grouped(String(number)) }

  /// Parties for whom the same holds, together.
  private var parties: [(names: String, text: String)] {
    var groups: [(names: [String], text: String)] = []
    for (party, name) in interface.parties.enumerated() {
      let text = "from the opening on: \(latest(without: party, from: interface.initialState))"
      let later = statesPaidFor(by: party).map {
        "once it has paid, in \(interface.states[$0].name): \(latest(without: party, from: $0))"
      }
      for text in [text] + later {
        if let known = groups.firstIndex(where: { $0.text == text }) {
          groups[known].names.append(name)
        } else {
          groups.append(([name], text))
        }
      }
    }
    return groups.map {
      (
        $0.names.count == interface.parties.count && groups.count == 1
          ? "each party" : $0.names.joined(separator: ", "), $0.text
      )
    }
  }

  /// The states that a party's deposits lead into, where they lie in a vault.
  private func statesPaidFor(by party: Int) -> [StateID] {
    var states: [StateID] = []
    for (index, transition) in contract.checked.transitions.enumerated() {
      guard case .action(_, _, let who) = interface.transitions[index].trigger else { continue }
      let isPaying = transition.deposits.contains { deposit in
        switch (deposit.place, deposit.payer, who) {
        case (.party, _, _), (.account, _, _): false
        case (_, .party(party)?, _), (_, nil, .parties([.party(party)], _)): true
        default: false
        }
      }
      if !isPaying { continue }
      let targets = transition.targets.isEmpty ? [interface.transitions[index].source] : transition.targets
      states += targets.filter { !interface.states[$0].isFinal && $0 != interface.initialState && !states.contains($0) }
    }
    return states
  }
}

extension String {
  fileprivate var trimmingTrailing: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
