import Interface
import Primitives
import Semantics
import Source

extension Call {
  /// A function of the language, of arguments of these types.
  func call(_ function: LanguageFunction, _ arguments: [Value], of types: [ExpressionType], at span: Span)
    throws(Failed) -> Value
  {
    switch function {
    case .count: return .int(Integer(count(arguments[0], of: types[0])))
    case .sumOfIntegers: return .int(arguments[0].asElements.reduce(.zero) { $0 + $1.asInteger })
    case .sumOfAmounts:
      // No element is negative: where the whole sum is an amount, so is every one on the way.
      let sum = arguments[0].asElements.reduce(Integer.zero) { $0 + Integer($1.asAmount.units) }
      return .amount(try amount(sum, at: span))
    case .least: return try extreme(.less, arguments[0].asElements, at: span)
    case .greatest: return try extreme(.greater, arguments[0].asElements, at: span)
    case .smaller: return try extreme(.less, arguments, at: span)
    case .greater: return try extreme(.greater, arguments, at: span)
    case .sha256: return .bytes(Digest(sha256: arguments[0].asBytes).bytes)
    case .sm3: return .bytes(arguments[0].asBytes.withUnsafeBufferPointer { Digest(sm3: $0) }.bytes)
    case .endOf:
      guard let days = Calendar.workingDays(arguments[0]) else {
        preconditionFailure("the checker takes calendars only")
      }
      // No calendar is looked at further, so what lies beyond means the same.
      let number = min(max(arguments[1].asInteger, .zero), Integer(WorkingDays.daysMax))
      return .time(days.end(ofDay: Value.int(number).asIndex, after: arguments[2].asTime))
    case .calendar: return .sequence(arguments)
    }
  }

  /// The first that stands in this relation to all others.
  private func extreme(_ comparison: Comparison, _ values: [Value], at span: Span) throws(Failed) -> Value {
    guard var found = values.first else { throw .trap(.index, at: span) }
    for value in values where comparison.holds(value, found) { found = value }
    return found
  }
}
