import Interface
import Primitives
import Source
import Syntax

extension TestChecker {
  // MARK: Expecting

  mutating func check(gain tree: Expression, of wallet: Expression) -> [CheckedStep.Kind] {
    guard let wallet = self.wallet(wallet) else { return [] }
    return tree.conjuncts.compactMap { part in
      var (isNegative, amount) = (false, part)
      if case .negate(let inner) = part.kind { (isNegative, amount) = (true, inner) }
      guard let money = money(amount) else { return nil }
      let units = Integer(money.amount.units)
      return .expectGain(wallet: wallet, currency: money.currency, units: isNegative ? -units : units)
    }
  }

  mutating func check(_ name: Identifier, emitted event: Identifier, _ arguments: [Argument]?, at span: Span)
    -> CheckedStep.Kind?
  {
    guard let agreement = agreement(name) else { return nil }
    let events = interface(of: agreement).events
    guard let index = events.firstIndex(where: { $0.name == event.text }) else {
      reportUnknown("event", event, known: events.map(\.name))
      return nil
    }
    guard let arguments else { return .expectEvent(agreement: agreement, event: index, nil) }
    let parameters = events[index].parameters
    return literals(arguments, parameters, of: event.text, at: span, for: agreement).map {
      .expectEvent(agreement: agreement, event: index, $0)
    }
  }

  mutating func check(expect tree: Expression) -> CheckedStep.Kind? {
    switch tree.kind {
    case .isCase(let object, let name):
      guard case .name(let text) = object.kind else { return check(object, is: name) }
      guard let agreement = agreement(Identifier(text: text, span: object.span)) else { return nil }
      let states = interface(of: agreement).states
      if let index = states.firstID(where: { $0.name == name.text }) {
        return .expectState(agreement: agreement, state: index)
      }
      reportUnknown("state", name, known: states.map(\.name))
      return nil
    case .isEmpty(let object):
      guard let seen = seen(object) else { return nil }
      guard seen.isMoney else { break }
      return .expect(.equal, seen.operand, .constant(.amount(.zero)))
    case .not(let inner):
      guard let kind = check(expect: inner) else { return nil }
      if case .expect(let comparison, let left, let right) = kind { return .expect(comparison.opposite, left, right) }
      return refuse(.testStep, "this is not denied; say in which state the agreement is", at: tree.span)
    case .binary(let operation, let left, let right):
      guard let comparison = Comparison(operation) else { break }
      return check(left, comparison, right, at: tree.span)
    case .member, .element, .call:
      guard let seen = seen(tree) else { return nil }
      if case .bool = seen.type { return .expect(.equal, seen.operand, .constant(.bool(true))) }
      return refuse(
        .typeMismatch, "this is a `\(spelling(seen))`, which is neither true nor false; compare it with a value",
        at: tree.span)
    default: break
    }
    reportUnseen(tree)
    return nil
  }

  mutating func reportUnseen(_ tree: Expression) {
    report(
      .testStep, "this cannot be looked at from outside", at: tree.span,
      notes: [
        "expect `deal is State`, `alice gained 5.00 CNY` or `deal emitted Event`, or compare `deal.vault`, `deal.field` or `deal.view()` with a value"
      ])
  }

  /// `deal.ruling is Refused`, of a case that carries nothing.
  mutating func check(_ object: Expression, is name: Identifier) -> CheckedStep.Kind? {
    guard let seen = seen(object) else { return nil }
    guard case .composite(let index) = seen.type, let payloads = interface(of: seen.agreement).types[index].payloads
    else {
      return refuse(.typeMismatch, "this is a `\(spelling(seen))`, which has no cases", at: object.span)
    }
    let cases: [String]
    if case .enumeration(_, let declared) = interface(of: seen.agreement).types[index] {
      cases = declared.map(\.name)
    } else {
      cases = ["None", "Some"]
    }
    guard let number = cases.firstIndex(of: name.text) else {
      reportUnknown("case", name, known: cases)
      return nil
    }
    if payloads[number].isEmpty { return .expect(.equal, seen.operand, .constant(.variant(number, []))) }
    return refuse(
      .testStep,
      "`\(name.text)` carries \(counted(payloads[number].count, "value")); compare with all of it: `== \(name.text)(…)`",
      at: name.span)
  }

  mutating func check(_ left: Expression, _ comparison: Comparison, _ right: Expression, at span: Span) -> CheckedStep
    .Kind?
  {
    guard let a = seen(left) else { return nil }
    guard right.looksAtAgreement else {
      guard let value = literal(right, as: a.type, for: a.agreement) else { return nil }
      return isDefined(comparison, a, a, at: span) ? .expect(comparison, a.operand, .constant(value)) : nil
    }
    guard let b = seen(right) else { return nil }
    if case .amount(let x) = a.type, case .amount(let y) = b.type {
      let (ours, theirs) = (agreements[a.agreement].currencies[x], agreements[b.agreement].currencies[y])
      if ours != theirs {
        return refuse(.currencyMismatch, "\(ours.code) and \(theirs.code) are not compared", at: span)
      }
    }
    return isDefined(comparison, a, b, at: span) ? .expect(comparison, a.operand, b.operand) : nil
  }

  mutating func isDefined(_ comparison: Comparison, _ a: Seen, _ b: Seen, at span: Span) -> Bool {
    let isEquality = comparison == .equal || comparison == .notEqual
    let isDefined: Bool
    switch (a.type, b.type) {
    case (.int, .int), (.int, .counter), (.counter, .int), (.counter, .counter), (.duration, .duration),
      (.amount, .amount), (.time, .time), (.ratio, .ratio):
      isDefined = true
    case (.bool, .bool), (.text, .text), (.bytes, .bytes), (.party, .party): isDefined = isEquality
    case (.rate, .rate), (.composite, .composite):
      // The same number means the same type only within one contract, and the same currency only within one agreement.
      isDefined = isEquality && a.type == b.type && agreements[a.agreement].contract == agreements[b.agreement].contract
    default: isDefined = false
    }
    if !isDefined {
      report(.noSuchOperation, "`\(spelling(a))` and `\(spelling(b))` are not compared like this", at: span)
    }
    return isDefined
  }

  func spelling(_ seen: Seen) -> String {
    seen.type.spelling(in: interface(of: seen.agreement).types, agreements[seen.agreement].currencies.map(\.code))
  }

  // MARK: Looking

  /// Something of an agreement that can be seen from outside.
  struct Seen {
    let operand: TestOperand
    let type: ValueType
    let agreement: Int

    var isMoney: Bool {
      switch operand {
      case .balance, .balanceOfKey: true
      case .constant, .keyCount, .field, .view: false
      }
    }
  }

  mutating func seen(_ tree: Expression) -> Seen? {
    switch tree.kind {
    case .member(let object, let member):
      guard let agreement = agreement(of: object) else { return nil }
      let interface = interface(of: agreement)
      if let index = interface.vaults.firstID(where: { $0.name == member.text }) {
        return Seen(
          operand: .balance(agreement: agreement, vault: index),
          type: .amount(currency: interface.vaults[index].currency), agreement: agreement)
      }
      if let index = interface.fields.firstID(where: { $0.name == member.text }) {
        return Seen(
          operand: .field(agreement: agreement, field: index), type: interface.fields[index].type, agreement: agreement)
      }
      if interface.views.contains(where: { $0.name == member.text }) {
        return refuse(
          .testStep, "`\(member.text)` is a view, which is asked", at: member.span,
          fixes: [.init("write", replacing: member.span, with: member.text + "()")])
      }
      reportUnknown(
        "vault or field", member, known: interface.vaults.map(\.name) + interface.fields.map(\.name))
      return nil
    case .element(let object, let key):
      guard let seen = seen(object) else { return nil }
      guard case .balance(let agreement, let vault) = seen.operand,
        let declared = interface(of: agreement).vaults[vault].key
      else {
        return refuse(
          .testStep, "only a vault that is kept `per` something is looked into like this", at: tree.span)
      }
      guard let value = literal(key, as: declared.type, for: agreement) else { return nil }
      return Seen(
        operand: .balanceOfKey(agreement: agreement, vault: vault, key: value), type: seen.type, agreement: agreement)
    case .call(let function, let arguments):
      if case .name(LanguageFunction.count.row.name) = function.kind, arguments.count == 1 {
        return count(arguments[0].value)
      }
      guard case .member(let object, let member) = function.kind else { break }
      guard let agreement = agreement(of: object) else { return nil }
      let views = interface(of: agreement).views
      guard let index = views.firstIndex(where: { $0.name == member.text }) else {
        reportUnknown("view", member, known: views.map(\.name))
        return nil
      }
      return literals(
        arguments, views[index].parameters, of: member.text, at: member.span, for: agreement
      ).map {
        Seen(operand: .view(agreement: agreement, view: index, $0), type: views[index].type, agreement: agreement)
      }
    default: break
    }
    reportUnseen(tree)
    return nil
  }

  mutating func agreement(of object: Expression) -> Int? {
    if case .name(let text) = object.kind { return agreement(Identifier(text: text, span: object.span)) }
    reportUnseen(object)
    return nil
  }

  mutating func count(_ tree: Expression) -> Seen? {
    guard let seen = seen(tree) else { return nil }
    guard case .balance(let agreement, let vault) = seen.operand, let key = interface(of: agreement).vaults[vault].key
    else {
      return refuse(
        .testStep, "only the keys of a vault that is kept `per` something are counted in a test", at: tree.span)
    }
    return Seen(
      operand: .keyCount(agreement: agreement, vault: vault), type: .counter(most: key.most), agreement: agreement)
  }
}

extension Comparison {
  /// What holds where this does not.
  fileprivate var opposite: Comparison {
    switch self {
    case .equal: .notEqual
    case .notEqual: .equal
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    }
  }
}
