package import Interface
import Primitives

extension Comparison {
  /// Whether it holds between two values of one type. Tests compare what they expect with it too.
  package func holds(_ a: Value, _ b: Value) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: Comparison.isLess(a, b)
    case .lessOrEqual: !Comparison.isLess(b, a)
    case .greater: Comparison.isLess(b, a)
    case .greaterOrEqual: !Comparison.isLess(a, b)
    }
  }

  private static func isLess(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): x < y
    case (.amount(let x), .amount(let y)): x < y
    case (.duration(let x), .duration(let y)): x < y
    case (.time(let x), .time(let y)): x < y
    case (.percent(let x), .percent(let y)):
      Integer(x.numerator) * Integer(y.denominator) < Integer(y.numerator) * Integer(x.denominator)
    default: preconditionFailure("the checker orders only integers, amounts, fractions, durations and times")
    }
  }
}
