import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// A transition's body with the `->` behind it; nil where something in it is wrong.
  mutating func check(_ body: Block, leadingTo target: Identifier?, at span: Span) -> [CheckedStatement]? {
    let before = diagnostics.all.count
    var (statements, goesOn) = check(body)
    if let target {
      if goesOn {
        if let state = state(target) { statements.append(CheckedStatement(kind: .enter(state: state), span: target.span)) }
      } else {
        diagnostics.report(.unreachableStatement, "every way through the body has its own `->` already", at: target.span, "never reached")
      }
    } else if goesOn && isAutomatic {
      diagnostics.report(
        .automaticStays, "this deadline does not say where it leads", at: span, "would be due again at once",
        notes: ["write `-> State` behind the body"])
    }
    return diagnostics.all.count == before ? statements : nil
  }

  /// The checked statements, and whether control can reach the end of the block.
  private mutating func check(_ block: Block) -> ([CheckedStatement], goesOn: Bool) {
    let mark = scope.mark
    defer {
      for (name, _) in scope.leave(to: mark) { diagnostics.report(.unused, "`\(name.text)` is never read", at: name.span) }
    }
    var checked: [CheckedStatement] = []
    var goesOn = true
    for statement in block.statements {
      if !goesOn {
        diagnostics.report(.unreachableStatement, "nothing follows a `->`", at: statement.span, "never reached")
        break
      }
      let (kind, continues) = check(statement)
      if let kind { checked.append(CheckedStatement(kind: kind, span: statement.span)) }
      goesOn = continues
    }
    return (checked, goesOn)
  }

  private mutating func check(_ statement: Statement) -> (CheckedStatement.Kind?, goesOn: Bool) {
    switch statement {
    case .pay(let name, to: let target):
      guard let vault = vault(name), let place = place(target, for: vault) else { return (nil, true) }
      return (.pay(vault: vault, to: place), true)
    case .split(let name, let shares, let span): return (check(split: name, shares, at: span), true)
    case .emit(let name, let arguments):
      guard let index = eventNames.firstIndex(where: { $0.text == name.text }) else {
        reportUnknown("event", name, known: eventNames.map(\.text), &diagnostics)
        return (nil, true)
      }
      usedEvents.insert(index)
      let parameters = interface.events[index].parameters
      guard let ordered = inOrder(arguments, parameters.map(\.name), of: "`\(name.text)`", at: name.span, &diagnostics) else { return (nil, true) }
      let values = zip(ordered, parameters).compactMap { resting($0, as: $1.type) }
      return (values.count == parameters.count ? .emit(event: index, values) : nil, true)
    case .let(let name, let value):
      guard let checked = expression(value) else { return (nil, true) }
      guard scope.declare(name, .local(localCount, checked.type), &diagnostics) else { return (nil, true) }
      localCount += 1
      return (.define(local: localCount - 1, checked), true)
    case .require(let value, _): return (condition(value).map { .require($0) }, true)
    case .if(let branches, let otherwise):
      var goesOn = false
      var checked: [CheckedBranch] = []
      for branch in branches {
        let condition = condition(branch.condition)
        let (body, continues) = check(branch.block)
        goesOn = goesOn || continues
        if let condition { checked.append(CheckedBranch(condition: condition, body: body)) }
      }
      var last: [CheckedStatement] = []
      if let otherwise {
        let (body, continues) = check(otherwise)
        last = body
        goesOn = goesOn || continues
      } else {
        goesOn = true
      }
      return (.choose(checked, otherwise: last), goesOn)
    case .assign(let name, let value):
      guard case .field(let index) = use(name, wanted: "field"), let checked = resting(value, as: interface.fields[index].type) else {
        return (nil, true)
      }
      return (.assign(field: index, checked), true)
    case .go(let name, _): return (state(name).map { .enter(state: $0) }, false)
    }
  }

  /// A party or a vault that money from `vault` can go to.
  private mutating func place(_ name: Identifier, for vault: Int, mayStay: Bool = false) -> Place? {
    switch use(name, wanted: "party or vault") {
    case .party(let index): return .party(index)
    case .vault(let index):
      if index == vault && !mayStay {
        diagnostics.report(.noSuchOperation, "`\(name.text)` is paid to itself", at: name.span)
        return nil
      }
      let (from, to) = (interface.vaults[vault].currency, interface.vaults[index].currency)
      if from != to {
        diagnostics.report(
          .currencyMismatch, "`\(name.text)` holds `\(currencyName(to))`, and this is money in `\(currencyName(from))`", at: name.span,
          notes: ["no statement turns one currency into another"])
        return nil
      }
      return .vault(index)
    default: return nil
    }
  }

  private mutating func check(split name: Identifier, _ shares: [Share], at span: Span) -> CheckedStatement.Kind? {
    guard let vault = vault(name) else { return nil }
    reportLimit("shares", shares.count, limits.shares, at: span, &diagnostics)
    var checked: [CheckedShare] = []
    for (index, share) in shares.enumerated() {
      let targets = share.targets.compactMap { place($0, for: vault, mayStay: true) }
      guard targets.count == share.targets.count, let portion = check(share.portion, of: vault) else { return nil }
      let takesAll: Bool
      switch portion {
      case .evenly: takesAll = true
      case .rest: takesAll = true
      case .part, .upTo: takesAll = false
      }
      if case .evenly = portion {
        reportLimit("targets", targets.count, limits.shares, at: share.span, &diagnostics)
      } else if targets.count > 1 {
        diagnostics.report(.wrongArguments, "a share goes to one place; only `evenly` goes to several", at: share.span)
        return nil
      }
      if takesAll && index < shares.count - 1 {
        diagnostics.report(.unreachableStatement, "nothing is left for what follows this share", at: shares[index + 1].span, "gets nothing")
        return nil
      }
      if !takesAll && index == shares.count - 1 {
        diagnostics.report(
          .splitWithoutRest, "this split does not say who gets the rest", at: span, "ends without `rest` or `evenly`",
          secondary: [.init(share.span, "the last share")], notes: ["shares are rounded down; `rest -> …` or `evenly -> …, …` takes what is left"])
        return nil
      }
      checked.append(CheckedShare(portion: portion, targets: targets, span: share.span))
    }
    if shares.isEmpty {
      diagnostics.report(.splitWithoutRest, "this split has no shares", at: span, "ends without `rest` or `evenly`")
      return nil
    }
    return .split(vault: vault, checked)
  }

  private mutating func check(_ portion: Share.Portion, of vault: Int) -> CheckedShare.Portion? {
    switch portion {
    case .rest: return .rest
    case .evenly: return .evenly
    case .part(let value): return share(value, of: vault).map { .part($0) }
    case .upTo(let value): return share(value, of: vault).map { .upTo($0) }
    }
  }

  private mutating func share(_ value: Expression, of vault: Int) -> TypedExpression? {
    guard let checked = expression(value, expecting: .amount(currency: interface.vaults[vault].currency)) else { return nil }
    switch checked.type {
    case .percent: return isPart(checked) ? checked : nil
    case .amount: return fits(checked, currency: interface.vaults[vault].currency) ? checked : nil
    case .bool, .int, .duration, .text:
      reportMismatch(checked, wanted: "a percent or an amount")
      return nil
    }
  }
}

/// Arguments in the order of the parameters; nil, with a diagnostic, where one is missing, superfluous or misnamed.
func inOrder(
  _ arguments: [Argument], _ names: [String], of what: String, at span: Span, _ diagnostics: inout Diagnostics
) -> [Expression]? {
  guard arguments.count == names.count else {
    let wanted = names.isEmpty ? "none" : "\(names.count) (\(names.joined(separator: ", ")))"
    diagnostics.report(
      .wrongArguments, "\(what) got \(counted(arguments.count, "argument")); \(wanted) \(names.count == 1 ? "was" : "were") wanted", at: span)
    return nil
  }
  for (argument, name) in zip(arguments, names) {
    if let label = argument.label, label.text != name {
      diagnostics.report(.wrongArguments, "the argument here is `\(name)`, not `\(label.text)`", at: label.span)
      return nil
    }
  }
  return arguments.map(\.value)
}

/// `1 argument`, `2 arguments`
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

extension Statement {
  var span: Span {
    switch self {
    case .pay(let vault, to: let target): vault.span.through(target.span)
    case .split(_, _, let span), .require(_, let span), .go(_, let span): span
    case .emit(let name, _), .let(let name, _), .assign(let name, _): name.span
    case .if(let branches, _): branches[0].condition.span
    }
  }
}
