import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  /// Whether nothing may fail.
  var isTotal: Bool { frame.place != .action }

  // MARK: Blocks

  /// A body between braces, with a scope of its own.
  mutating func block(_ body: (inout ContractGenerator) -> Void) -> String {
    let (lines, count, hasLines) = (frame.lines, frame.locals.count, frame.hasLines)
    (frame.lines, frame.hasLines) = ([], true)
    body(&self)
    removeUnreadLocals()
    let inner = frame.lines
    (frame.lines, frame.hasLines) = (lines, hasLines)
    frame.locals.removeLast(frame.locals.count - count)
    if inner.isEmpty { return "{}" }
    return "{\n" + inner.map { indented($0) + "\n" }.joined() + "}"
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  }

  private mutating func removeUnreadLocals() {
    for index in frame.lines.indices.reversed() where frame.lines[index].hasPrefix("let ") {
      let name = String(frame.lines[index].words[1])
      if !frame.lines[(index + 1)...].contains(where: { $0.reads(name) }) { frame.lines.remove(at: index) }
    }
  }

  mutating func statements(_ most: Int, depth: Int) {
    var count = 0
    while count < most && tape.below(3) > 0 {
      statement(depth: depth)
      count += 1
    }
  }

  private mutating func statement(depth: Int) {
    let line: String
    switch tape.weighted(4, 3, 4, 3, isTotal ? 0 : 2, 2, depth > 0 ? 3 : 0, depth > 0 ? 2 : 0, depth > 0 ? 2 : 0) {
    case 0: line = emission()
    case 1: line = payment() ?? emission()
    case 2: line = assignment() ?? emission()
    case 3: line = split() ?? emission()
    case 4: line = "require \(tape.below(4) > 0 ? truth(depth: 1).text : condition(total: false, depth: 2).text)"
    case 5: line = raise()
    case 6: line = branches(depth: depth - 1)
    case 7: line = loop(depth: depth - 1)
    default: line = match(depth: depth - 1)
    }
    frame.lines.append(line)
  }

  // MARK: Events and fields

  private mutating func emission() -> String {
    if events.isEmpty || (events.count < 8 && tape.oneIn(2)) {
      let outer = frame.currencies
      frame.currencies = generics + ["USD", "JPY"]
      events.append(DeclaredEvent(name: fresh("Said"), types: (0..<tape.below(4)).map { _ in randomType(depth: 2) }))
      frame.currencies = outer
      return emission(events[events.count - 1])
    }
    return emission(tape.element(events))
  }

  private mutating func emission(_ event: DeclaredEvent) -> String {
    let values = event.types.map { rest($0, total: isTotal || tape.below(3) > 0, depth: 3).text }
    return "emit \(event.name)(\(values.joined(separator: ", ")))"
  }

  private mutating func assignment() -> String? {
    if fields.isEmpty || tape.oneIn(4) {
      if field(randomType(depth: 2)) == nil && fields.isEmpty { return nil }
    }
    let field = tape.element(fields.reversed())
    let total = isTotal || tape.oneIn(2)
    switch field.type {
    case .composite(let type) where tape.below(3) > 0:
      switch type {
      case .structure, .calendar:
        var (path, member) = (field.name, type)
        repeat {
          guard let next = Optional(members(of: member)), !next.isEmpty else { break }
          let chosen = tape.element(next)
          (path, member) = ("\(path).\(chosen.name)", chosen.type)
        } while tape.oneIn(2) && !members(of: member).isEmpty
        return "\(path) = \(rest(member, total: total, depth: 3).text)"
      case .list(let part, _, _) where !isTotal:
        let index =
          tape.oneIn(3) ? make(.int(.of(0, 5)), expecting: nil, total: total, depth: 1).text : "\(tape.below(3))"
        return "\(field.name)[\(index)] = \(rest(part, total: total, depth: 2).text)"
      case .map(let key, let value, _) where !isTotal:
        let key = rest(key, total: total, depth: 1).text
        return "\(field.name)[\(key)] = \(rest(value, total: total, depth: 2).text)"
      default: break
      }
    default: break
    }
    return "\(field.name) = \(rest(field.type.source, total: total, depth: 3).text)"
  }

  private mutating func raise() -> String {
    let counter = counter()
    if !isTotal && tape.oneIn(2) { return "raise \(counter)" }
    return "raise \(counter) else \(block { $0.maybeLeaving(1, depth: 0) })"
  }

  // MARK: Ways

  /// Some statements, and now and then the end of the transition.
  private mutating func maybeLeaving(_ most: Int, depth: Int) {
    statements(most, depth: depth)
    if !frame.targets.isEmpty && tape.oneIn(4) { leave() }
  }

  private mutating func branches(depth: Int) -> String {
    var text = ""
    for index in 0..<(1 + tape.weighted(5, 2, 1)) {
      let condition = condition(total: isTotal || tape.below(3) > 0, depth: 2)
      text += "\(index == 0 ? "" : " else ")if \(condition.text) \(block { $0.maybeLeaving(2, depth: depth) })"
    }
    // One way at least goes on.
    return tape.oneIn(2) ? text + " else \(block { $0.statements(2, depth: depth) })" : text
  }

  private mutating func loop(depth: Int) -> String {
    if frame.loopDepth >= 2 { return emission() }
    let total = isTotal
    var elements = collection(total: total, depth: 1) { _ in true }
    if !total, tape.oneIn(4), let list = list(of: randomListed(), joining: nil, total: false, depth: 1).0 {
      elements = list
    }
    guard case .composite(let type) = elements.type, let part = part(of: type) else { return emission() }
    let variable = Variable(name: fresh("each"), type: MadeType(part))
    frame.locals.append(variable)
    frame.loopDepth += 1
    var body = block { $0.maybeLeaving(2, depth: depth) }
    if !body.reads(variable.name) {
      body = block { generator in
        generator.frame.lines.append("emit \(generator.event(of: variable.type.source))(\(variable.name))")
        generator.maybeLeaving(1, depth: 0)
      }
    }
    frame.loopDepth -= 1
    frame.locals.removeAll { $0.name == variable.name }
    return "for \(variable.name) in \(elements.text) \(body)"
  }

  /// An event with one value of this type.
  private mutating func event(of type: SourceType) -> String {
    if let known = events.first(where: { $0.types == [type] }) { return known.name }
    events.append(DeclaredEvent(name: fresh("Said"), types: [type]))
    return events[events.count - 1].name
  }

  private mutating func match(depth: Int) -> String {
    let (subject, type) = variant(total: isTotal || tape.below(3) > 0, depth: 1)
    var parts: [String] = []
    let cases = cases(of: type) ?? []
    for (index, item) in cases.enumerated() {
      let (pattern, text) = matching(item) { generator in
        let text = generator.block { inner in
          inner.statements(2, depth: depth)
          // One way at least goes on.
          if index > 0 && !inner.frame.targets.isEmpty && inner.tape.oneIn(4) { inner.leave() }
        }
        return (text, text)
      }
      parts.append("case \(pattern) \(text)")
    }
    return "match \(subject.text) {\n" + parts.map { indented($0) + "\n" }.joined() + "}"
  }
}
