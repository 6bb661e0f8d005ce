import Fuzzing
import Interface
import Primitives

extension ContractGenerator {
  mutating func declareVaults() {
    for _ in 0..<tape.weighted(2, 5, 4, 2) {
      let currency = tape.element(frame.currencies)
      let key: SourceType?
      switch tape.weighted(4, 3, 1, 1) {
      case 0: key = nil
      case 1: key = .party
      case 2: key = .int(.of(0, tape.element([3, 100])))
      default: key = plainEnumeration()
      }
      vaults.append(
        DeclaredVault(name: fresh("vault"), currency: currency, key: key, most: tape.element([1, 2, 3, 1, 200])))
    }
  }

  // MARK: Places

  /// A name of somebody: a party, or what names one.
  mutating func account() -> String {
    let known = candidates { $0 == .party }.map(\.text).filter { !$0.contains(".") }
    if !known.isEmpty && (parties.count > 3 || !tape.oneIn(4)) { return tape.element(known) }
    return party().text
  }

  /// A vault, or what one holds under a key.
  private mutating func holding(_ vault: DeclaredVault, total: Bool) -> String {
    guard let key = vault.key else { return vault.name }
    return "\(vault.name)[\(rest(key, total: total, depth: 1).text)]"
  }

  /// Where money in a currency can go. A vault may be full of keys.
  private mutating func place(_ currency: String, besides vault: DeclaredVault?, total: Bool, mayBeFull: Bool) -> String
  {
    let others = vaults.filter { $0.currency == currency && $0.name != vault?.name && (mayBeFull || $0.key == nil) }
    if !others.isEmpty && tape.oneIn(3) { return holding(tape.element(others), total: total) }
    return account()
  }

  // MARK: Payments

  mutating func payment() -> String? {
    if vaults.isEmpty { return nil }
    let vault = tape.element(vaults)
    if vault.key == .party && tape.oneIn(2) { return "pay \(vault.name) to each" }
    let total = isTotal || tape.below(3) > 0
    let source = holding(vault, total: total)
    // Between the keys of one vault money moves too.
    if let key = vault.key, !isTotal, tape.oneIn(4) {
      return "pay \(source) to \(vault.name)[\(rest(key, total: total, depth: 1).text)]"
    }
    return "pay \(source) to \(place(vault.currency, besides: vault, total: total, mayBeFull: !isTotal))"
  }

  mutating func split() -> String? {
    if vaults.isEmpty { return nil }
    let vault = tape.element(vaults)
    let isAnswered = tape.oneIn(isTotal ? 2 : 4)
    let shares = shares(of: vault, mayFail: !isTotal || isAnswered, depth: 1)
    let text = "split \(holding(vault, total: isTotal && !isAnswered)) \(shares)"
    return isAnswered ? text + " else \(block { $0.statements(1, depth: 0) })" : text
  }

  private mutating func shares(of vault: DeclaredVault, mayFail: Bool, depth: Int) -> String {
    var parts: [String] = []
    // Literal percents add up to the whole at most.
    var left = 100
    let total = !mayFail
    for _ in 0..<tape.weighted(2, 3, 2, 1) {
      let target: String
      if depth < 4 && tape.oneIn(6) {
        target = shares(of: vault, mayFail: mayFail, depth: depth + 1)
      } else if tape.oneIn(6) && (mayFail || vault.key == nil) {
        // What stays where it is.
        target = vault.key == nil ? vault.name : holding(vault, total: total)
      } else {
        target = place(vault.currency, besides: vault, total: total, mayBeFull: mayFail)
      }
      switch mayFail ? tape.weighted(3, 3, 2) : tape.weighted(1, 0, 2) {
      case 0 where left >= 25 && !parts.contains { $0.hasPrefix("up to") }:
        let percent = tape.element([25, 0, 10])
        left -= percent
        parts.append("\(percent)% -> \(target)")
      case 1:
        let made = share(of: vault, total: false)
        parts.append("\(made.fraction != nil ? "up to " : "")\(made.text) -> \(target)")
      default: parts.append("up to \(share(of: vault, total: total).text) -> \(target)")
      }
    }
    let lists = candidates { if case .composite(.list(.party, let least, _)) = $0 { least > 0 } else { false } }.filter
    { !$0.text.contains(".") }
    switch tape.weighted(3, 3, 2) {
    case 1: parts.append("evenly -> \((0..<(1 + tape.below(3))).map { _ in account() }.joined(separator: ", "))")
    case 2 where !lists.isEmpty: parts.append("evenly -> \(tape.element(lists).text)")
    case 2 where frame.place != .constant && terms.count < 20 && tape.oneIn(3):
      parts.append("evenly -> \(term(.list(.party, least: 1, most: 4)).text)")
    default: parts.append("rest -> \(place(vault.currency, besides: vault, total: total, mayBeFull: mayFail))")
    }
    return "{ \(parts.joined(separator: "; ")) }"
  }

  private mutating func share(of vault: DeclaredVault, total: Bool) -> Made {
    if tape.oneIn(2) {
      return make(.amount(vault.currency), expecting: .amount(vault.currency), total: total, depth: 2)
    }
    // What a split expects is an amount, whatever the share is.
    var made = make(.percent, expecting: .amount(vault.currency), total: total, depth: 1)
    if made.isAtRest { return made }
    if total || made.fraction != nil { return fractionLiteral(.percent) }
    made.traps = true
    return made
  }

  // MARK: Deposits

  /// What an action receives, with everybody who may have to pay it.
  mutating func deposits(_ payers: [String], needsPayer: Bool) -> String {
    var parts: [String] = []
    for _ in 0..<tape.weighted(4, 4, 2) {
      let from = !payers.isEmpty && (needsPayer || tape.oneIn(3)) ? " from \(tape.element(payers))" : ""
      if !vaults.isEmpty && tape.below(4) > 0 {
        let vault = tape.element(vaults)
        let amount = make(
          .amount(vault.currency), expecting: .amount(vault.currency), total: tape.below(4) > 0, depth: 1)
        parts.append("\(amount.text)\(from) into \(holding(vault, total: tape.oneIn(2)))")
      } else {
        let amount = make(.amount(tape.element(frame.currencies)), expecting: nil, total: tape.below(4) > 0, depth: 1)
        parts.append("\(amount.text)\(from) to \(account())")
      }
    }
    return parts.isEmpty ? "" : " receiving \(parts.joined(separator: " and "))"
  }

  // MARK: Leaving

  /// The end of a transition. A final state is entered with empty vaults.
  mutating func leave() {
    if !frame.targetsBehind.isEmpty && tape.oneIn(2) {
      let counter = counter()
      let finals = frame.targets.filter { states[$0].isFinal }
      if !isTotal && (finals.isEmpty || tape.oneIn(2)) {
        frame.lines.append("raise \(counter)")
        return enter(tape.element(frame.targetsBehind))
      }
      if let final = finals.first {
        frame.lines.append("raise \(counter) else \(block { $0.enter(final) })")
        return enter(tape.element(frame.targetsBehind))
      }
    }
    // Mostly to a state in which more can happen.
    let going = frame.targets.filter { !states[$0].isFinal }
    enter(tape.element(!going.isEmpty && tape.oneIn(2) ? going : frame.targets))
  }

  mutating func enter(_ target: Int) {
    let state = states[target]
    if state.isFinal { for vault in vaults { frame.lines.append(emptying(vault)) } }
    let values = state.parameters.map { rest($0.type, total: isTotal || tape.below(3) > 0, depth: 2).text }
    frame.lines.append("-> \(state.name)" + (values.isEmpty ? "" : "(\(values.joined(separator: ", ")))"))
  }

  private mutating func emptying(_ vault: DeclaredVault) -> String {
    if vault.key == .party && tape.below(3) > 0 { return "pay \(vault.name) to each" }
    if vault.key == nil {
      switch tape.weighted(4, 2, 2) {
      case 1:
        return
          "split \(vault.name) { \(tape.element(["50%", "up to 30%", "100%"])) -> \(account()); rest -> \(account()) }"
      case 2: return "split \(vault.name) { evenly -> \(account()), \(account()) }"
      default: break
      }
    }
    return "pay \(vault.name) to \(account())"
  }
}
