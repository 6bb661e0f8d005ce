// Money moves between places. A statement first evaluates all it needs, then computes who gets how
// much, then sees whether there is room, then moves: where it traps, nothing has moved.

import Interface
import Primitives
import Semantics
import Source

extension Call {
  mutating func ask(for deposit: CheckedDeposit) throws(Failed) {
    var payer: Place?
    if let place = deposit.payer { payer = try self.place(place) }
    let amount = try evaluate(deposit.amount).asAmount
    host.ask(amount, currency: deposit.currency, from: payer, to: try place(deposit.place))
  }

  mutating func pay(from source: CheckedPlace, to target: CheckedPlace, at span: Span) throws(Failed) {
    let (source, target) = (try place(source), try place(target))
    try move([(balance(of: source), target)], from: source, at: span)
  }

  private mutating func place(_ place: CheckedPlace) throws(Failed) -> Place {
    switch place {
    case .vault(let vault): .vault(vault)
    case .party(let party): .party(party)
    case .account(let account): .account(try evaluate(account).asAccount)
    case .entry(let vault, let key): .entry(vault: vault, key: try word(ofKey: key))
    }
  }

  /// A vault's key as the ledger knows it.
  mutating func word(ofKey key: TypedExpression) throws(Failed) -> UInt64 {
    switch try evaluate(key) {
    case .party(let row): return row
    case .variant(let number, _): return UInt64(number)
    case .int(let value):
      guard let index = value.int, index >= 0 else {
        preconditionFailure("the checker holds a vault's key against its range")
      }
      return UInt64(index)
    case .bool, .percent, .amount, .duration, .text, .bytes, .sequence, .time:
      preconditionFailure("a vault's key is one word")
    }
  }

  private func balance(of source: Place) -> Integer {
    switch source {
    case .vault(let vault): Integer(host.balance(ofVault: vault).units)
    case .entry(let vault, let key): Integer(host.balance(ofVault: vault, key: key).units)
    case .party, .account: preconditionFailure("a contract pays only what it holds")
    }
  }

  /// Moves everything, or traps before anything has moved.
  private mutating func move(_ sums: [(units: Integer, target: Place)], from source: Place, at span: Span)
    throws(Failed)
  {
    // What stays where it is does not move, and nothing needs no room.
    let sums = sums.filter { $0.units.sign > 0 && $0.target != source }
    try checkRoom(for: sums.map(\.target), at: span)
    for sum in sums { host.move(try amount(sum.units, at: span), from: source, to: sum.target) }
  }

  /// Traps where a vault would hold money under more keys than it may: all that are new counted
  /// together, and before the source gives anything up.
  private func checkRoom(for targets: [Place], at span: Span) throws(Failed) {
    var new: [Place] = []
    for target in targets {
      guard case .entry(let vault, let key) = target, host.balance(ofVault: vault, key: key) == .zero,
        !new.contains(target)
      else { continue }
      guard let most = contract.interface.vaults[vault].key?.most else {
        preconditionFailure("only a vault with keys has entries")
      }
      new.append(target)
      let count = new.count { if case .entry(vault, _) = $0 { true } else { false } }
      if host.keyCount(ofVault: vault) + count > most { throw .trap(.full, at: span) }
    }
  }

  // MARK: Splits

  mutating func split(_ source: CheckedPlace, _ shares: [CheckedShare], at span: Span) throws(Failed) {
    let source = try place(source)
    let shares = try evaluate(shares)
    try move(try divide(balance(of: source), among: shares, at: span), from: source, at: span)
  }

  private mutating func evaluate(_ shares: [CheckedShare]) throws(Failed) -> [Share] {
    var result: [Share] = []
    for share in shares {
      let portion: Share.Portion =
        switch share.portion {
        case .part(let value): .part(try evaluate(value))
        case .upTo(let value): .upTo(try evaluate(value))
        case .rest, .evenly: .rest
        }
      switch share.targets {
      case .places(let places):
        var targets: [Place] = []
        for place in places { targets.append(try self.place(place)) }
        result.append(Share(portion: portion, targets: .places(targets)))
      case .shares(let shares): result.append(Share(portion: portion, targets: .shares(try evaluate(shares))))
      case .list(let accounts):
        let accounts = try evaluate(accounts).asElements
        result.append(Share(portion: portion, targets: .places(accounts.map { .account($0.asAccount) })))
      }
    }
    return result
  }

  /// Who gets how much, in the order of the source.
  private func divide(_ whole: Integer, among shares: [Share], at span: Span) throws(Failed) -> [(
    units: Integer, target: Place
  )] {
    var sums: [(units: Integer, target: Place)] = []
    var left = whole
    for share in shares {
      let units: Integer
      switch share.portion {
      case .part(let value):
        units = portion(value, of: whole)
        if units > left { throw .trap(.share, at: span) }
      case .upTo(let value): units = min(portion(value, of: whole), left)
      case .rest: units = left
      }
      left = left - units
      switch share.targets {
      case .shares(let shares): sums += try divide(units, among: shares, at: span)
      case .places(let places):
        // One unit goes round until nothing is left: the first of several get what does not divide.
        // A single one gets everything.
        let count = Integer(places.count)
        for (index, place) in places.enumerated() {
          guard let part = (units + count - Integer(1) - Integer(index)).divided(by: count, rounded: .down) else {
            preconditionFailure("`evenly` has a target")
          }
          sums.append((part, place))
        }
      }
    }
    return sums
  }

  private func portion(_ value: Value, of whole: Integer) -> Integer {
    switch value {
    case .percent(let percent): scaled(whole, by: percent, rounded: .down)
    case .amount(let amount): Integer(amount.units)
    case .bool, .int, .duration, .text, .bytes, .sequence, .variant, .time, .party:
      preconditionFailure("a share is a percent or an amount")
    }
  }
}

/// A share of a split when everything in it has been evaluated.
private struct Share {
  enum Portion {
    case part(Value)
    case upTo(Value)
    /// All that is left, of `evenly` too.
    case rest
  }

  enum Targets {
    case places([Place])
    case shares([Share])
  }

  let portion: Portion
  let targets: Targets
}
