import Source
import Syntax

extension SourceMutants {
  // MARK: Statements

  mutating func mutate(_ block: Block) { for statement in block.statements { mutate(statement) } }

  /// Where else money could lie or go: two parties and two vaults.
  func otherPlaces(_ place: PlaceName, vaultsOnly: Bool = false) -> [String] {
    let plain = vaults.filter { $0.key == nil && $0.name.text != place.name.text }.prefix(2).map(\.name.text)
    if vaultsOnly { return plain }
    let others = parties.filter { $0 != place.name.text }
    return Array(others.prefix(1)) + Array(others.dropFirst().suffix(1)) + plain
  }

  private mutating func mutate(_ statement: Statement) {
    switch statement {
    case .pay(let vault, let place, let span):
      add(.payoutRemoved, (span, ""))
      for other in otherPlaces(place) { add(.payoutChanged, (place.span, other)) }
      for other in otherPlaces(vault, vaultsOnly: true) { add(.payoutChanged, (vault.span, other)) }
      if let key = place.key { mutate(key) }
    case .payEach(let vault, let span):
      add(.payoutRemoved, (span, ""))
      if let party = parties.first { add(.payoutChanged, (span, "pay \(vault.name.text) to \(party)")) }
    case .split(let vault, let shares, let otherwise, let span):
      add(.payoutRemoved, (span.through(otherwise?.span ?? shares.span), ""))
      mutate(shares, of: vault)
      if let otherwise {
        add(.elseRemoved, (Span(shares.span.end, otherwise.span.end), ""))
        mutate(otherwise)
      }
    case .emit: break
    case .let(_, let value): mutate(value)
    case .require(let condition, let span):
      add(.guardRemoved, (span, ""))
      add(.guardNegated, (condition.span, "not (\(text(condition.span)))"))
      change(condition, .guardNegated)
    case .raise(let counter, let otherwise, let span):
      add(.raiseRemoved, (Span(span.start, otherwise?.span.end ?? span.end), ""))
      // The same where the counter would be read nowhere else.
      add(.raiseRemoved, (Span(span.start, otherwise?.span.end ?? span.end), "if \(counter.text) == 0 {}"))
      if let otherwise {
        add(.elseRemoved, (Span(counter.span.end, otherwise.span.end), ""))
        mutate(otherwise)
      }
    case .if(let branches, let otherwise, _):
      for branch in branches {
        add(.branchChanged, (branch.condition.span, "not (\(text(branch.condition.span)))"))
        if !branch.block.statements.isEmpty { add(.branchChanged, (branch.block.span, "{}")) }
        change(branch.condition, .branchChanged)
        mutate(branch.block)
      }
      if let otherwise, let last = branches.last {
        add(.elseRemoved, (Span(last.block.span.end, otherwise.span.end), ""))
        mutate(otherwise)
      }
    case .loop(_, in: _, let block, _):
      add(.branchChanged, (block.span, "{}"))
      mutate(block)
    case .match(_, let cases, _):
      for item in cases {
        if !item.block.statements.isEmpty { add(.branchChanged, (item.block.span, "{}")) }
        mutate(item.block)
      }
    case .assign(let assigned, let value):
      add(.assignmentRemoved, (assigned.span.through(value.span), ""))
      mutate(value)
    case .call: break
    case .go(let target):
      mutate(target)
      add(.targetRemoved, (target.span, ""))
    }
  }

  private mutating func mutate(_ shares: Shares, of vault: PlaceName) {
    for share in shares.shares {
      switch share.portion {
      case .part(let value):
        add(.shareRemoved, (share.span, ""))
        add(.shareChanged, (value.span, "100%"))
        add(.shareChanged, (value.span, "0%"))
        mutate(value)
      case .upTo(let value):
        add(.shareRemoved, (share.span, ""))
        add(.capRemoved, (Span(share.span.start, value.span.start), ""))
        mutate(value)
      case .rest, .evenly:
        add(.restChanged, (share.span, ""))
        let word = tokens[index(at: share.span.start)].span
        add(.restChanged, (word, "50%"))
        add(.restChanged, (word, "up to 50%"))
      }
      switch share.targets {
      case .places(let places):
        for place in places {
          for other in otherPlaces(place) + [text(vault.span)] { add(.shareChanged, (place.span, other)) }
        }
      case .shares(let inner): mutate(inner, of: vault)
      }
    }
  }

  // MARK: Expressions

  /// Takes answers away.
  mutating func mutate(_ expression: Expression) {
    switch expression.kind {
    case .answered(let first, let second):
      add(.elseRemoved, (expression.span, text(first.span)))
      mutate(first)
      mutate(second)
    case .not(let inner), .negate(let inner), .rounded(let inner, _), .isEmpty(let inner), .member(let inner, _),
      .isCase(let inner, _):
      mutate(inner)
    case .binary(_, let a, let b), .element(let a, let b), .contains(let a, in: let b):
      mutate(a)
      mutate(b)
    case .call(_, let arguments), .list(let arguments): for argument in arguments { mutate(argument.value) }
    case .with(let a, let b, value: let c):
      mutate(a)
      mutate(b)
      if let c { mutate(c) }
    case .choose(_, then: let a, else: let b):
      mutate(a)
      mutate(b)
      add(.branchChanged, (expression.span, text(a.span)))
      add(.branchChanged, (expression.span, text(b.span)))
    case .match(_, let cases): for item in cases { mutate(item.value) }
    case .name, .type, .int, .decimal, .percent, .amount, .rate, .duration, .time, .string, .interpolated, .bool: break
    }
  }
}
