import Fuzzing
import Interface
import Primitives
import Semantics

/// What has a name, and what comes by one when it is wanted.
extension ContractGenerator {
  // MARK: What can be read

  private var visible: [Variable] {
    switch frame.place {
    case .constant: []
    case .function: frame.parameters + frame.locals
    case .opening: terms + derived + parties + frame.extra
    case .due: terms + derived + fields + counters + parties + frame.extra
    case .action, .automatic, .invariant, .view:
      terms + derived + fields + counters + parties + frame.extra + frame.parameters + frame.locals
    }
  }

  /// Everything that can be read whose type is wanted; members of structures with them.
  func candidates(_ isWanted: (MadeType) -> Bool) -> [Made] {
    var found: [Made] = []
    func add(_ made: Made, _ depth: Int) {
      if isWanted(made.type) { found.append(made) }
      guard depth < 2, case .composite(let type) = made.type else { return }
      for member in self.members(of: type) {
        add(Made(text: "\(made.text).\(member.name)", type: MadeType(member.type)), depth + 1)
      }
    }
    // What was declared last first: locals before terms.
    for variable in visible.reversed() { add(Made(text: variable.name, type: variable.type), 0) }
    return found
  }

  func members(of type: SourceType) -> [(name: String, type: SourceType)] {
    switch type {
    case .structure(let index): declared[index].cases[0].parameters
    case .calendar: LanguageFunction.calendar.row.parameters.map { ($0.label ?? "", self.type(of: $0.kind)) }
    default: []
    }
  }

  /// Something with a name.
  mutating func variable(_ wanted: SourceType, total: Bool, depth: Int) -> Made {
    if let fact = fact(wanted) { return fact }
    let found = candidates { $0.fits(wanted) }
    if !found.isEmpty && (size > sizeMax || !tape.oneIn(4)) {
      return found[tape.below(found.count)]
    }
    if let made = created(wanted, isNeeded: found.isEmpty, total: total, depth: depth) { return made }
    if let made = found.first { return made }
    return literal(wanted, expecting: nil, total: total, depth: 1) ?? Made(text: "missing", type: MadeType(wanted))
  }

  /// `now`, `opened`, `caller`, or what lies in a vault.
  private mutating func fact(_ wanted: SourceType) -> Made? {
    switch wanted {
    case .time:
      let hasNow = [.opening, .action, .automatic, .view].contains(frame.place)
      if hasNow && tape.oneIn(3) { return Made(text: "now", type: .time) }
      if frame.place != .function && frame.place != .constant && tape.oneIn(4) {
        return Made(text: "opened", type: .time)
      }
    case .party: if frame.place == .action && tape.oneIn(3) { return Made(text: "caller", type: .party) }
    case .amount(let currency):
      if let vault = vaultInReach(where: { $0.currency == currency }), tape.oneIn(3) {
        guard let type = vault.key, !tape.oneIn(3) else { return Made(text: vault.name, type: .amount(currency)) }
        let key = rest(type, total: true, depth: 0)
        return Made(text: "\(vault.name)[\(key.text)]", type: .amount(currency), traps: key.traps)
      }
    case .int:
      if let vault = vaultInReach(where: { $0.key != nil }), tape.oneIn(5) {
        return Made(text: "count(\(vault.name))", type: MadeType(.int(.of(0, vault.most))))
      }
    default: break
    }
    return nil
  }

  mutating func vaultInReach(where isWanted: (DeclaredVault) -> Bool) -> DeclaredVault? {
    guard [.due, .action, .automatic, .invariant, .view].contains(frame.place) else { return nil }
    let found = vaults.filter(isWanted)
    return found.isEmpty ? nil : tape.element(found)
  }

  // MARK: What comes into being

  /// A type of its own for something new.
  private mutating func concrete(_ wanted: SourceType) -> SourceType {
    switch wanted {
    case .int: .int(randomRange())
    case .percent, .ratio: tape.oneIn(2) ? .ratio : .percent
    case .text(let max): .text(min(max, randomLength()))
    default: wanted
    }
  }

  /// A declaration that nothing else wanted so far; nil where there is no room.
  private mutating func created(_ wanted: SourceType, isNeeded: Bool, total: Bool, depth: Int) -> Made? {
    if wanted == .party, frame.place != .function, parties.count < 4, tape.below(3) > 0 { return party() }
    let type = concrete(wanted)
    let canBeTerm = terms.count < (isNeeded ? 64 : 30) && isKnownToContract(type)
    switch frame.place {
    case .constant: return nil
    case .function:
      if frame.parameters.count >= 14 { return nil }
      return parameter(type)
    case .opening: return canBeTerm ? term(type) : nil
    case .due, .invariant:
      return canBeTerm && !tape.oneIn(3) ? term(type) : field(type) ?? (canBeTerm ? term(type) : nil)
    case .view:
      if frame.parameters.count < 10 && tape.oneIn(2) { return parameter(type) }
      return canBeTerm && tape.oneIn(2) ? term(type) : field(type) ?? (canBeTerm ? term(type) : nil)
    case .action, .automatic:
      switch tape.below(5) {
      case 0: if canBeTerm { return term(type) }
      case 1: if let field = field(type) { return field }
      case 2: if frame.place == .action && frame.parameters.count < 10 { return parameter(type) }
      case 3:
        if frame.hasLines && size < sizeMax { return local(wanted, total: total || isTotal, depth: max(depth, 1)) }
      default: if tape.oneIn(2), let made = derivation(wanted) { return made }
      }
      return canBeTerm ? term(type) : field(type)
    }
  }

  private func isKnownToContract(_ type: SourceType) -> Bool {
    switch type {
    case .amount(let currency): currency != "X" && currency != "Y"
    case .rate(let of, let per): isKnownToContract(.amount(of)) && isKnownToContract(.amount(per))
    default: true
    }
  }

  mutating func party() -> Made {
    let variable = Variable(name: fresh("party"), type: .party)
    parties.append(variable)
    return Made(text: variable.name, type: .party)
  }

  private mutating func parameter(_ type: SourceType) -> Made {
    let variable = Variable(name: fresh("given"), type: MadeType(type))
    frame.parameters.append(variable)
    return Made(text: variable.name, type: variable.type)
  }

  mutating func term(_ type: SourceType) -> Made {
    let variable = Variable(name: fresh("term"), type: MadeType(type))
    var text = "term \(variable.name): \(spelled(type))"
    if isConstantable(type) && tape.oneIn(3) {
      text += " = \(within(Frame(.constant)) { $0.rest(type, total: true, depth: 2) }.result.text)"
    }
    for _ in 0..<(tape.oneIn(4) ? 1 + tape.below(2) : 0) {
      var inner = Frame(.opening)
      inner.extra = [variable]
      let condition = within(inner) { generator in
        let made = generator.condition(total: generator.tape.below(8) > 0, depth: 1)
        return generator.tape.oneIn(12) ? made.text : "\(made.at(.or)) or \(generator.truth(depth: 1).at(.and))"
      }.result
      text += " where \(condition)"
    }
    members.append(text)
    terms.append(variable)
    return Made(text: variable.name, type: variable.type)
  }

  /// A field, which begins by itself, with a literal, or with what follows from the terms; nil where there is no room.
  mutating func field(_ type: SourceType) -> Made? {
    guard isKnownToContract(type), fields.count + derived.count < 28, isConstantable(type) || terms.count < 25 else {
      return nil
    }
    let variable = Variable(name: fresh("field"), type: MadeType(type))
    var text = "field \(variable.name): \(spelled(type))"
    var beginsByItself = false
    switch type {
    case .optional, .set, .map, .list(_, least: 0, most: _): beginsByItself = true
    default: break
    }
    if !isConstantable(type) || (terms.count < 25 && tape.oneIn(5)) {
      text += " = \(within(Frame(.opening)) { $0.rest(type, total: $0.tape.below(8) > 0, depth: 2) }.result.text)"
    } else if !beginsByItself || (canBeLiteral(type) && tape.oneIn(2)) {
      text += " = \(within(Frame(.constant)) { $0.rest(type, total: true, depth: 2) }.result.text)"
    }
    members.append(text)
    fields.append(variable)
    return Made(text: variable.name, type: variable.type)
  }

  private func canBeLiteral(_ type: SourceType) -> Bool { if case .map = type { false } else { true } }

  mutating func counter() -> String {
    if !counters.isEmpty && !tape.oneIn(3) || counters.count >= 6 {
      let counter = tape.element(counters)
      return counter.name
    }
    let most = tape.oneIn(60) ? 1000 : tape.element([2, 1, 3, 9])
    let variable = Variable(name: fresh("count"), type: MadeType(.int(.of(0, most))))
    members.append("field \(variable.name): Counter<\(most)>")
    counters.append(variable)
    return variable.name
  }

  /// A `let` in the innermost block, before the statement that is being written.
  private mutating func local(_ wanted: SourceType, total: Bool, depth: Int) -> Made {
    let value = make(wanted, expecting: nil, total: total, depth: depth)
    let variable = Variable(name: fresh("let"), type: value.type)
    frame.lines.append("let \(variable.name) = \(value.text)")
    frame.locals.append(variable)
    return Made(text: variable.name, type: variable.type)
  }

  /// A `let` of the contract.
  private mutating func derivation(_ wanted: SourceType) -> Made? {
    guard derived.count < 8, terms.count < 25, isKnownToContract(wanted) else { return nil }
    let value = within(Frame(.opening)) { $0.make(wanted, expecting: nil, total: $0.tape.oneIn(2), depth: 2) }.result
    guard value.bits <= Limits.integerBitsAtRest else { return nil }
    let type = MadeType(value.type.source)
    let variable = Variable(name: fresh("let"), type: type)
    members.append("let \(variable.name) = \(value.text)")
    derived.append(variable)
    return Made(text: variable.name, type: type)
  }
}
