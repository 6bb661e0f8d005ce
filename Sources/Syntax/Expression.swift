package import Source

package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case name(String)
    /// A name with an upper-case letter: `None`, `Some` before `(`, the `Ruling` of `Ruling.Partial`.
    case type(String)
    /// `deal.escrow`, `Ruling.Partial`
    case member(Expression, Identifier)
    /// `fee(price)`, `Milestone(share: 30%)`, `banking.endOf(day: 5, after: now)`
    case call(Expression, [Argument])
    /// `plan[i]`
    case element(Expression, Expression)
    /// `[3.00 CNY, 4.00 CNY]`
    case list([Argument])
    /// Digits without `_`.
    case int(String)
    case decimal(String)
    /// Without its `%`.
    case percent(String)
    case amount(String, currency: Identifier)
    /// `7.2345 CNY per USD`
    case rate(String, of: Identifier, per: Identifier)
    case duration(String, TimeUnit)
    /// `2026-12-31`, `2026-12-31T08:30Z`
    case time(String)
    /// Without its quotes, without holes.
    case string(String)
    /// `"paid {n} of {total}"`: texts and expressions in turns, a text first and last.
    case interpolated([String], [Expression])
    case bool(Bool)
    case not(Expression)
    case negate(Expression)
    case binary(BinaryOperator, Expression, Expression)
    case rounded(Expression, RoundingName)
    /// `deal is Completed`, `ruling is Partial`
    case isCase(Expression, Identifier)
    case isEmpty(Expression)
    /// `buyer in members`
    case contains(Expression, in: Expression)
    /// `members with buyer`, `prices with item: 3.00 CNY`
    case with(Expression, Expression, value: Expression?)
    case choose(Expression, then: Expression, else: Expression)
    case match(Expression, [MatchValue])
    /// `a / b else 0`
    case answered(Expression, else: Expression)
  }

  package let kind: Kind
  package let span: Span
  /// The levels below and including this one; the parser keeps it within `Parser.depthMax`, so
  /// whoever walks a tree may recurse.
  package let depth: Int

  package init(kind: Kind, span: Span, depth: Int) {
    self.kind = kind
    self.span = span
    self.depth = depth
  }
}

package struct MatchValue: Sendable {
  package let pattern: Pattern
  package let value: Expression
}

package enum BinaryOperator: String, Sendable, CaseIterable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case modulo = "mod"
}

package enum RoundingName: String, Sendable, CaseIterable {
  case down
  case up
  case halfEven = "half even"
}
