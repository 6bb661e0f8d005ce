import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  // MARK: Places

  /// A vault, or what one holds under a key.
  mutating func vaultPlace(_ name: PlaceName, isPaid: Bool = false) -> CheckedPlace {
    guard case .vault(let index) = use(name.name, wanted: "vault") else { return .error(at: name.span) }
    // What lies under all keys can be paid together.
    return isPaid && name.key == nil ? .vault(index) : entry(of: index, name)
  }

  /// The currency of a vault; nil of another place, an error among them.
  func currency(of place: CheckedPlace) -> Int? {
    switch place {
    case .vault(let index), .entry(vault: let index, key: _): interface.vaults[index].currency
    case .party, .account: nil
    }
  }

  private mutating func entry(of vault: VaultID, _ name: PlaceName) -> CheckedPlace {
    switch (interface.vaults[vault].key, name.key) {
    case (nil, nil): .vault(vault)
    case (let key?, let tree?): .entry(vault: vault, key: resting(tree, as: key.type))
    case (nil, .some):
      refuse(.typeMismatch, "`\(name.name.text)` is one vault; it keeps nothing apart by keys", at: name.span)
    case (.some, nil):
      refuse(
        .typeMismatch, "`\(name.name.text)` keeps what belongs to each key apart; this does not say which",
        at: name.span,
        notes: ["write `\(name.name.text)[…]`, or `pay \(name.name.text) to each`"])
    }
  }

  /// A party, or whoever a value names.
  mutating func partyPlace(_ name: Identifier) -> CheckedPlace {
    if let caller = caller(name) { return caller }
    let meaning = use(name, wanted: "party")
    if case .party(let index) = meaning { return .party(index) }
    return .account(value(of: meaning, at: name))
  }

  /// Whoever acts, where the name says so.
  private mutating func caller(_ name: Identifier) -> CheckedPlace? {
    name.text == "caller" && context.scope.meaning(of: name.text) == nil ? .account(reference(name)) : nil
  }

  /// Where money in a currency can go; any, where that is an error.
  private mutating func place(_ name: PlaceName, currency: Int?) -> CheckedPlace {
    if name.key == nil, let caller = caller(name.name) { return caller }
    let meaning = use(name.name, wanted: "party or vault")
    switch meaning {
    case .vault(let index):
      let other = interface.vaults[index].currency
      if let currency, other != currency {
        return refuse(
          .currencyMismatch,
          "`\(name.name.text)` holds `\(currencyName(other))`, and this is money in `\(currencyName(currency))`",
          at: name.span,
          notes: ["no statement turns one currency into another"])
      }
      return entry(of: index, name)
    case .party, .term, .field, .parameter, .local, .view, .error:
      if name.key != nil, meaning != .error {
        return refuse(.typeMismatch, "`\(name.name.text)` is no vault", at: name.span)
      }
      if case .party(let index) = meaning { return .party(index) }
      return .account(value(of: meaning, at: name.name))
    }
  }

  // MARK: Statements

  mutating func check(pay source: PlaceName, to target: PlaceName) -> CheckedStatement.Kind {
    let from = vaultPlace(source, isPaid: true)
    let to = place(target, currency: currency(of: from))
    if case .vault(let a) = from, case .vault(let b) = to, a == b {
      return refuse(.noSuchOperation, "`\(target.name.text)` is paid to itself", at: target.span)
    }
    return .pay(from: from, to: to)
  }

  mutating func check(payEach source: PlaceName) -> CheckedStatement.Kind {
    guard case .vault(let index) = use(source.name, wanted: "vault") else { return .error(at: source.span) }
    guard source.key == nil, interface.vaults[index].key?.type == .party else {
      return refuse(.typeMismatch, "only a vault `per Party` can be paid to each of them", at: source.span)
    }
    return .payEach(vault: index)
  }

  mutating func check(split source: PlaceName, _ shares: Shares, at span: Span) -> (CheckedPlace, [CheckedShare]) {
    let from = vaultPlace(source)
    return (from, check(shares, currency: currency(of: from), depth: 1, at: span))
  }

  /// The shares as far as they are in order.
  private mutating func check(_ shares: Shares, currency: Int?, depth: Int, at span: Span) -> [CheckedShare] {
    reportLimit("shares", shares.shares.count, limits.shares, at: span)
    var checked: [CheckedShare] = []
    if depth > limits.splitDepth {
      report(.limitExceeded, "shares are divided more than \(limits.splitDepth) deep", at: span)
      return checked
    }
    if shares.shares.isEmpty {
      report(
        .splitWithoutRest, "this split has no shares", at: span, "ends without `rest` or `evenly`",
        fixes: interface.parties.first.map { party in
          let place = shares.span.end - 1
          return [.init("say who gets all of it, for instance", [.init(at: place, inserting: " rest -> \(party) ")])]
        } ?? [])
    }
    for (index, share) in shares.shares.enumerated() {
      let portion = check(share.portion, currency: currency)
      let targets = check(share.targets, of: share, currency: currency, depth: depth)
      checked.append(CheckedShare(portion: portion, targets: targets, span: share.span))
      let takesAll: Bool
      switch portion {
      case .evenly, .rest: takesAll = true
      case .part, .upTo: takesAll = false
      }
      if takesAll && index < shares.shares.count - 1 {
        report(
          .unreachableStatement, "nothing is left for what follows this share", at: shares.shares[index + 1].span,
          "gets nothing")
        return checked
      }
      if !takesAll && index == shares.shares.count - 1 {
        report(
          .splitWithoutRest, "this split does not say who gets the rest", at: span, "ends without `rest` or `evenly`",
          secondary: [.init(share.span, "the last share")],
          notes: ["shares are rounded down; `rest -> …` or `evenly -> …, …` takes what is left"],
          fixes: resting(shares.shares, share, checked))
        return checked
      }
    }
    let (order, _) = percentsAndWhole(checked)
    if order > 0 { report(.valueOutOfRange, "the shares of this split are more than 100 %", at: span) }
    return checked
  }

  /// How the literal percents of a split stand to the whole: the sign of what they are more than it; and
  /// whether all shares are literal percents.
  private func percentsAndWhole(_ shares: [CheckedShare]) -> (order: Int, areAll: Bool) {
    var sum = (numerator: Integer.zero, denominator: Integer(1))
    var areAll = true
    for share in shares {
      guard case .part(let value) = share.portion, case .constant(.percent(let percent)) = value.kind else {
        areAll = false
        continue
      }
      let denominator = Integer(percent.denominator)
      sum = (sum.numerator * denominator + Integer(percent.numerator) * sum.denominator, sum.denominator * denominator)
    }
    return ((sum.numerator - sum.denominator).sign, areAll)
  }

  /// A fix that gives a split its rest: to the last share where the shares are all there is, otherwise
  /// to a place of the last share.
  private func resting(_ shares: [Share], _ last: Share, _ checked: [CheckedShare]) -> [Diagnostic.Fix] {
    let (order, areLiterals) = percentsAndWhole(checked)
    if areLiterals && order == 0 {
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
    if context.surroundings == .automatic && !areLiterals {
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

  private mutating func check(_ portion: Share.Portion, currency: Int?) -> CheckedShare.Portion {
    switch portion {
    case .rest: .rest
    case .evenly: .evenly
    case .part(let value): .part(share(value, currency: currency))
    case .upTo(let value): .upTo(share(value, currency: currency))
    }
  }

  private mutating func check(_ targets: Share.Targets, of share: Share, currency: Int?, depth: Int)
    -> CheckedShare
    .Targets
  {
    switch targets {
    case .shares(let shares):
      if case .evenly = share.portion {
        report(.wrongArguments, "`evenly` names its places; it is not divided in turn", at: share.span)
        return .places([])
      }
      return .shares(check(shares, currency: currency, depth: depth + 1, at: share.span))
    case .places(let names):
      if case .evenly = share.portion {
        if names.count == 1, names[0].key == nil, let list = partyList(names[0].name) { return .list(list) }
        reportLimit("targets", names.count, limits.shares, at: share.span)
      } else if names.count > 1 {
        report(.wrongArguments, "a share goes to one place; only `evenly` goes to several", at: share.span)
      }
      return .places(names.map { place($0, currency: currency) })
    }
  }

  /// A list of parties that has at least one, where a name is one.
  private mutating func partyList(_ name: Identifier) -> TypedExpression? {
    guard let meaning = context.scope.meaning(of: name.text), let type = type(of: meaning),
      case .list(.party, let least, _)? = definition(type)
    else {
      return nil
    }
    if least == 0 {
      report(
        .splitWithoutRest, "`\(name.text)` may be empty: then nobody would get the share", at: name.span,
        notes: ["a `List<Party, 1..7>` has at least one"])
    }
    return reference(name)
  }

  private mutating func share(_ value: Expression, currency: Int?) -> TypedExpression {
    let checked = expression(value, expecting: currency.map { .value(.amount(currency: $0)) } ?? .error)
    switch checked.type.plain {
    case .ratio(isPercent: true): return checked
    // An `else` in it shall answer that too.
    case .ratio:
      if case .answered = checked.kind { return resting(checked, as: .percent) } else { return part(checked) }
    case .amount: return currency.map { inCurrency($0, checked) } ?? checked
    default: return mismatch(checked, wanted: "a percent or an amount")
    }
  }
}
