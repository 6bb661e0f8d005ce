import Fuzzing
import Interface
import Primitives

/// States and the transitions between them. Every state has a deadline that leads forward, so that
/// silence ends everything; each is reached from one before.
extension ContractGenerator {
  mutating func graph() -> [String] {
    let count = tape.oneIn(30) ? 12 : 1 + tape.weighted(2, 3, 3, 2, 1)
    let finals = 1 + tape.weighted(3, 2)
    for index in 0..<(count + finals) {
      let isFinal = index >= count
      var parameters: [(name: String, type: SourceType)] = []
      if index > 0 && !isFinal && tape.oneIn(3) {
        for _ in 0..<(1 + tape.below(3)) {
          parameters.append((fresh("with"), tape.oneIn(2) ? .party : randomType(depth: 2)))
        }
      }
      states.append(DeclaredState(name: fresh(isFinal ? "Done" : "State"), isFinal: isFinal, parameters: parameters))
    }
    // From which state another is reached at least.
    let parents = states.indices.map { $0 == 0 ? 0 : tape.below(min($0, count)) }
    var lines: [String] = []
    for state in 0..<count {
      lines.append(text(of: state, reaching: states.indices.filter { $0 > 0 && parents[$0] == state }, count))
    }
    lines.append("final state \(states[count...].map(\.name).joined(separator: ", "))")
    if count > 1 && tape.oneIn(3) {
      let group = (0..<count).filter { $0 == 0 || tape.oneIn(2) }
      let transition = transition(from: group.max() ?? 0, count, extra: [], to: nil, isAutomatic: tape.oneIn(2))
      lines.append("while \(group.map { states[$0].name }.joined(separator: ", ")) {\n\(transition)\n}")
    }
    return lines
  }

  private mutating func text(of state: Int, reaching targets: [Int], _ count: Int) -> String {
    let extra = states[state].parameters.map { Variable(name: $0.name, type: MadeType($0.type)) }
    var transitions: [String] = []
    for target in targets {
      transitions.append(transition(from: state, count, extra: extra, to: target, isAutomatic: tape.oneIn(4)))
    }
    for _ in 0..<tape.below(4) {
      transitions.append(transition(from: state, count, extra: extra, to: nil, isAutomatic: tape.oneIn(5)))
    }
    transitions.append(transition(from: state, count, extra: extra, to: nil, isAutomatic: true))
    let parameters = list(extra)
    return
      "\(state == 0 ? "initial " : "")state \(states[state].name)\(parameters.isEmpty ? "" : "(\(parameters))") {\n"
      + transitions.joined(separator: "\n") + "\n}"
  }

  private mutating func transition(from state: Int, _ count: Int, extra: [Variable], to target: Int?, isAutomatic: Bool)
    -> String
  {
    let isBoth = !isAutomatic && tape.oneIn(5)
    var inner = Frame(isAutomatic || isBoth ? .automatic : .action)
    inner.currencies = generics + ["USD", "JPY"]
    inner.extra = extra
    inner.targets = states.indices.filter { $0 > state }
    inner.targetsBehind = (0..<count).filter { $0 <= state }
    return within(inner) { generator in
      // An action reads what it is called with; what starts it by itself has nothing.
      let due = isAutomatic || isBoth ? generator.due(extra, count: 1 + (generator.tape.oneIn(4) ? 1 : 0)) : []
      if isAutomatic {
        let body = generator.body(to: target, mayStay: false)
        return "\(due.joined(separator: ", ")) \(body)"
      }
      let payees = generator.tape.below(3)
      var body = isBoth ? generator.body(to: target, mayStay: false) : ""
      if isBoth { generator.frame.place = .action }
      let who = generator.who(payees)
      let deposits = generator.deposits(who.payers, needsPayer: who.needed > 1)
      var conditions = ""
      while generator.tape.oneIn(3) && conditions.utf8.count < 300 {
        let made =
          generator.tape.oneIn(3)
          ? generator.condition(total: generator.tape.oneIn(2), depth: 2) : generator.truth(depth: 1)
        conditions += " where \(made.text)"
      }
      if !isBoth { body = generator.body(to: target, mayStay: true) }
      let name = generator.fresh("act")
      return "on \(name)(\(generator.list(generator.frame.parameters))) by \(who.text)\(deposits)\(conditions)"
        + (due.isEmpty ? "" : ", \(due.joined(separator: ", "))") + " \(body)"
    }.result
  }

  /// A body, with where it leads behind it or at its end.
  private mutating func body(to target: Int?, mayStay: Bool) -> String {
    let stays = mayStay && target == nil && tape.oneIn(2)
    let text = block { generator in
      generator.statements(3, depth: 2)
      if stays { return }
      if let target { generator.enter(target) } else { generator.leave() }
    }
    if stays || tape.oneIn(3) { return text }
    // The last `->` behind the braces, unless what it says reads a `let` of the body.
    let lines = text.split(separator: "\n")
    guard lines.count > 2, let last = lines.dropLast().last, last.hasPrefix("  ->"), !last.contains("let") else {
      return text
    }
    let rest = lines[1..<(lines.count - 2)]
    return (rest.isEmpty ? "" : "{\n\(rest.joined(separator: "\n"))\n} ") + last.dropFirst(2)
  }

  /// What brings a transition about by itself.
  private mutating func due(_ extra: [Variable], count: Int) -> [String] {
    (0..<count).map { index in
      var inner = Frame(.due)
      inner.currencies = frame.currencies
      inner.extra = extra
      return within(inner) { generator in
        switch generator.tape.weighted(5, 3, index == 0 ? 0 : 2) {
        case 0:
          "after \(generator.tape.oneIn(2) ? generator.make(.duration, expecting: .duration, total: true, depth: 2).text : "\(1 + generator.tape.below(30)) days")"
        case 1: "at \(generator.make(.time, expecting: .time, total: true, depth: 2).text)"
        default: "when \(generator.condition(total: true, depth: 2).text)"
        }
      }.result
    }
  }

  // MARK: Who

  private mutating func who(_ kind: Int) -> (text: String, payers: [String], needed: Int) {
    if kind == 0 && tape.oneIn(3) { return ("anyone", [], 1) }
    var names: [String] = []
    for _ in 0..<(1 + tape.weighted(5, 2, 1)) {
      let name = actor()
      if !names.contains(name) { names.append(name) }
    }
    if tape.oneIn(3) {
      let needed = 1 + tape.below(names.count)
      return ("\(needed) of (\(names.joined(separator: ", ")))", names, needed)
    }
    return (names.joined(separator: " and "), names, names.count)
  }

  /// A party, or a field, a state's parameter or an action's parameter that names somebody.
  private mutating func actor() -> String {
    let named = (frame.extra + derived + fields + frame.parameters).filter { $0.type == .party }
    if !named.isEmpty && tape.oneIn(2) { return tape.element(named).name }
    if tape.oneIn(10), let field = field(.party) { return field.text }
    if frame.parameters.count < 4 && tape.oneIn(8) {
      let variable = Variable(name: fresh("given"), type: .party)
      frame.parameters.append(variable)
      return variable.name
    }
    if !parties.isEmpty && (parties.count > 3 || !tape.oneIn(3)) { return tape.element(parties).name }
    return party().text
  }
}
