import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  // MARK: Places

  /// A vault, or what one holds under a key, with its currency.
  mutating func vaultPlace(_ name: PlaceName, isPaid: Bool = false) -> (CheckedPlace, currency: Int)? {
    guard case .vault(let index)? = use(name.name, wanted: "vault") else { return nil }
    // What lies under all keys can be paid together.
    if isPaid && name.key == nil { return (.vault(index), interface.vaults[index].currency) }
    return entry(of: index, name).map { ($0, interface.vaults[index].currency) }
  }

  private mutating func entry(of vault: Int, _ name: PlaceName) -> CheckedPlace? {
    switch (interface.vaults[vault].key, name.key) {
    case (nil, nil): return .vault(vault)
    case (let key?, let tree?): return resting(tree, as: key.type).map { .entry(vault: vault, key: $0) }
    case (nil, .some):
      return refuse(
        .typeMismatch, "`\(name.name.text)` is one vault; it keeps nothing apart by keys", at: name.span)
    case (.some, nil):
      return refuse(
        .typeMismatch, "`\(name.name.text)` keeps what belongs to each key apart; this does not say which",
        at: name.span,
        notes: ["write `\(name.name.text)[…]`, or `pay \(name.name.text) to each`"])
    }
  }

  /// A party, or whoever a value names.
  mutating func partyPlace(_ name: Identifier) -> CheckedPlace? {
    if let caller = caller(name) { return caller }
    guard let meaning = use(name, wanted: "party") else { return nil }
    if case .party(let index) = meaning { return .party(index) }
    return value(of: meaning, at: name).map { .account($0) }
  }

  /// Whoever acts, where the name says so.
  private mutating func caller(_ name: Identifier) -> CheckedPlace? {
    name.text == "caller" && scope.meaning(of: name.text) == nil ? reference(name).map { .account($0) } : nil
  }

  /// Where money in a currency can go.
  private mutating func place(_ name: PlaceName, currency: Int) -> CheckedPlace? {
    if name.key == nil, let caller = caller(name.name) { return caller }
    guard let meaning = use(name.name, wanted: "party or vault") else { return nil }
    switch meaning {
    case .vault(let index):
      let other = interface.vaults[index].currency
      if other != currency {
        return refuse(
          .currencyMismatch,
          "`\(name.name.text)` holds `\(currencyName(other))`, and this is money in `\(currencyName(currency))`",
          at: name.span,
          notes: ["no statement turns one currency into another"])
      }
      return entry(of: index, name)
    case .party, .term, .field, .parameter, .local, .view:
      if name.key != nil {
        return refuse(.typeMismatch, "`\(name.name.text)` is no vault", at: name.span)
      }
      if case .party(let index) = meaning { return .party(index) }
      return value(of: meaning, at: name.name).map { .account($0) }
    }
  }

  // MARK: Statements

  mutating func check(pay source: PlaceName, to target: PlaceName) -> CheckedStatement.Kind? {
    guard let (from, currency) = vaultPlace(source, isPaid: true), let to = place(target, currency: currency) else {
      return nil
    }
    if case .vault(let a) = from, case .vault(let b) = to, a == b {
      return refuse(.noSuchOperation, "`\(target.name.text)` is paid to itself", at: target.span)
    }
    return .pay(from: from, to: to)
  }

  mutating func check(payEach source: PlaceName) -> CheckedStatement.Kind? {
    guard case .vault(let index)? = use(source.name, wanted: "vault") else { return nil }
    guard source.key == nil, interface.vaults[index].key?.type == .party else {
      return refuse(.typeMismatch, "only a vault `per Party` can be paid to each of them", at: source.span)
    }
    return .payEach(vault: index)
  }

  mutating func check(split source: PlaceName, _ shares: Shares, at span: Span) -> CheckedStatement.Kind? {
    guard let (from, currency) = vaultPlace(source), let checked = check(shares, currency: currency, depth: 1, at: span)
    else { return nil }
    return .split(from: from, checked, otherwise: nil)
  }

  private mutating func check(_ shares: Shares, currency: Int, depth: Int, at span: Span) -> [CheckedShare]? {
    reportLimit("shares", shares.shares.count, limits.shares, at: span)
    if depth > limits.splitDepth {
      return refuse(.limitExceeded, "shares are divided more than \(limits.splitDepth) deep", at: span)
    }
    if shares.shares.isEmpty {
      return refuse(
        .splitWithoutRest, "this split has no shares", at: span, "ends without `rest` or `evenly`",
        fixes: interface.parties.first.map { party in
          let place = shares.span.end - 1
          return [.init("say who gets all of it, for instance", [.init(at: place, inserting: " rest -> \(party) ")])]
        } ?? [])
    }
    var checked: [CheckedShare] = []
    for (index, share) in shares.shares.enumerated() {
      guard let portion = check(share.portion, currency: currency),
        let targets = check(share.targets, of: share, currency: currency, depth: depth)
      else { return nil }
      let takesAll: Bool
      switch portion {
      case .evenly, .rest: takesAll = true
      case .part, .upTo: takesAll = false
      }
      if takesAll && index < shares.shares.count - 1 {
        return refuse(
          .unreachableStatement, "nothing is left for what follows this share", at: shares.shares[index + 1].span,
          "gets nothing")
      }
      if !takesAll && index == shares.shares.count - 1 {
        return refuse(
          .splitWithoutRest, "this split does not say who gets the rest", at: span, "ends without `rest` or `evenly`",
          secondary: [.init(share.span, "the last share")],
          notes: ["shares are rounded down; `rest -> …` or `evenly -> …, …` takes what is left"],
          fixes: resting(shares.shares, checked.map(\.portion) + [portion]))
      }
      checked.append(CheckedShare(portion: portion, targets: targets, span: share.span))
    }
    return isWithinWhole(checked, at: span) ? checked : nil
  }

  /// What gives a split its rest: the last share takes it where the shares are all there is;
  /// otherwise whoever gets the last share.
  private func resting(_ shares: [Share], _ checked: [CheckedShare.Portion]) -> [Diagnostic.Fix] {
    guard let last = shares.last else { return [] }
    var percents = (numerator: Integer.zero, denominator: Integer(1))
    var areLiterals = true
    for portion in checked {
      guard case .part(let value) = portion, case .constant(.percent(let percent)) = value.kind else {
        areLiterals = false
        continue
      }
      let denominator = Integer(percent.denominator)
      percents = (
        percents.numerator * denominator + Integer(percent.numerator) * percents.denominator,
        percents.denominator * denominator
      )
    }
    if areLiterals && percents.numerator == percents.denominator {
      switch last.portion {
      case .part(let value), .upTo(let value):
        return [
          .init("let the last share take what is left", replacing: Span(last.span.start, value.span.end), with: "rest")
        ]
      case .rest, .evenly: return []
      }
    }
    guard let place = ContractChecker.place(in: last.targets) ?? interface.parties.first else { return [] }
    var edits = [Diagnostic.Fix.Edit(at: last.span.end, inserting: "; rest -> \(place)")]
    // By itself nothing may be asked for that there might not be.
    if surroundings == .automatic && !areLiterals {
      for share in shares {
        if case .part = share.portion { edits.append(.init(at: share.span.start, inserting: "up to ")) }
      }
    }
    return [.init("say who gets the rest, for instance", edits)]
  }

  private static func place(in targets: Share.Targets) -> String? {
    switch targets {
    case .places(let places): places.first { $0.key == nil }?.name.text
    case .shares(let shares): shares.shares.last.flatMap { place(in: $0.targets) }
    }
  }

  /// Whether the literal percents of a split are at most the whole; says so where not.
  private mutating func isWithinWhole(_ shares: [CheckedShare], at span: Span) -> Bool {
    var sum = (numerator: Integer.zero, denominator: Integer(1))
    for share in shares {
      guard case .part(let value) = share.portion, case .constant(.percent(let percent)) = value.kind else { continue }
      let denominator = Integer(percent.denominator)
      sum = (sum.numerator * denominator + Integer(percent.numerator) * sum.denominator, sum.denominator * denominator)
    }
    if sum.numerator <= sum.denominator { return true }
    report(.valueOutOfRange, "the shares of this split are more than 100 %", at: span)
    return false
  }

  private mutating func check(_ portion: Share.Portion, currency: Int) -> CheckedShare.Portion? {
    switch portion {
    case .rest: return .rest
    case .evenly: return .evenly
    case .part(let value): return share(value, currency: currency).map { .part($0) }
    case .upTo(let value): return share(value, currency: currency).map { .upTo($0) }
    }
  }

  private mutating func check(_ targets: Share.Targets, of share: Share, currency: Int, depth: Int) -> CheckedShare
    .Targets?
  {
    switch targets {
    case .shares(let shares):
      if case .evenly = share.portion {
        return refuse(.wrongArguments, "`evenly` names its places; it is not divided in turn", at: share.span)
      }
      return check(shares, currency: currency, depth: depth + 1, at: share.span).map { .shares($0) }
    case .places(let names):
      if case .evenly = share.portion {
        if names.count == 1, names[0].key == nil, let list = partyList(names[0].name) { return .list(list) }
        reportLimit("targets", names.count, limits.shares, at: share.span)
      } else if names.count > 1 {
        return refuse(.wrongArguments, "a share goes to one place; only `evenly` goes to several", at: share.span)
      }
      return names.all { place($0, currency: currency) }.map { .places($0) }
    }
  }

  /// A list of parties that has at least one, where a name is one.
  private mutating func partyList(_ name: Identifier) -> TypedExpression? {
    guard let meaning = scope.meaning(of: name.text), let type = type(of: meaning),
      case .list(.party, let least, _)? = definition(type)
    else {
      return nil
    }
    if least == 0 {
      report(
        .splitWithoutRest, "`\(name.text)` may be empty: then nobody would get the share", at: name.span,
        notes: ["a `List<Party, 1..7>` has at least one"])
    }
    _ = scope.use(name.text)
    return value(of: meaning, at: name)
  }

  private mutating func share(_ value: Expression, currency: Int) -> TypedExpression? {
    guard let checked = expression(value, expecting: .amount(currency: currency)) else { return nil }
    switch checked.type {
    case .percent(isAtRest: false):
      // An `else` in it shall answer that too.
      if case .answered = checked.kind { return resting(checked, as: .percent) }
      return part(checked)
    case .percent: return checked
    case .amount: return fits(checked, currency: currency) ? checked : nil
    default:
      reportMismatch(checked, wanted: "a percent or an amount")
      return nil
    }
  }
}
