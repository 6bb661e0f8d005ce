package import Source

package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case name(String)
    /// `deal.escrow`
    case member(Identifier, Identifier)
    /// Digits without `_`.
    case int(String)
    case decimal(String)
    /// Without its `%`.
    case percent(String)
    case amount(String, currency: Identifier)
    case duration(String, TimeUnit)
    /// Without its quotes.
    case string(String)
    case bool(Bool)
    case not(Expression)
    case negate(Expression)
    case binary(BinaryOperator, Expression, Expression)
    case rounded(Expression, RoundingName)
    /// `deal is Completed`
    case isState(Expression, Identifier)
  }

  package let kind: Kind
  package let span: Span
  /// The levels below and including this one; the parser keeps it within `Parser.depthMax`, so whoever walks a tree may recurse.
  package let depth: Int
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
