// The checked program: names are indexes, types are known, everything that was wrong has been reported. Lowering and the reference interpreter read this,
// and only a contract without diagnostics becomes one.

package import Interface
package import Primitives
package import Source

package struct CheckedProgram: Sendable {
  package let contracts: [CheckedContract]
  package let tests: [CheckedTest]
}

package struct CheckedContract: Sendable {
  package let interface: ContractInterface
  /// The `where` of each term.
  package let bounds: [[TypedExpression]]
  /// In the order of `interface.transitions`.
  package let transitions: [CheckedTransition]
  package let invariants: [TypedExpression]
  package let spans: Spans

  /// Where things are declared, for messages about them.
  package struct Spans: Sendable {
    package let contract: Span
    package let states: [Span]
    package let vaults: [Span]
    package let transitions: [Span]
  }
}

package struct CheckedTransition: Sendable {
  /// How long after entering the state it is due; nil for an action.
  package let due: TypedExpression?
  package let conditions: [TypedExpression]
  package let deposits: [CheckedDeposit]
  package let body: [CheckedStatement]
  package let span: Span
}

package struct CheckedDeposit: Sendable {
  package let amount: TypedExpression
  package let currency: Int
  package let place: Place
}

package struct CheckedStatement: Sendable {
  package indirect enum Kind: Sendable {
    case pay(vault: Int, to: Place)
    case split(vault: Int, [CheckedShare])
    case emit(event: Int, [TypedExpression])
    case define(local: Int, TypedExpression)
    case require(TypedExpression)
    case choose([CheckedBranch], otherwise: [CheckedStatement])
    case assign(field: Int, TypedExpression)
    case enter(state: Int)
  }

  package let kind: Kind
  package let span: Span
}

package struct CheckedBranch: Sendable {
  package let condition: TypedExpression
  package let body: [CheckedStatement]
}

package struct CheckedShare: Sendable {
  package enum Portion: Sendable {
    /// A percent of what the split began with, or an amount.
    case part(TypedExpression)
    /// Either, capped by what is left.
    case upTo(TypedExpression)
    case rest
    case evenly
  }

  package let portion: Portion
  package let targets: [Place]
  package let span: Span
}

/// The type of an expression. Integers carry the width of the widest value they can have; a range only where they come from a place that has one.
package enum ExpressionType: Hashable, Sendable {
  case bool
  case int(bits: Int, range: IntegerRange?)
  /// At rest a percent lies between 0 % and 100 %; a literal may exceed that.
  case percent(isAtRest: Bool)
  case amount(currency: Int)
  case duration
  case text(max: Int)

  package init(_ type: ValueType) {
    switch type {
    case .bool: self = .bool
    case .int(let range): self = .int(bits: range.bits, range: range)
    case .percent: self = .percent(isAtRest: true)
    case .amount(let currency): self = .amount(currency: currency)
    case .duration: self = .duration
    case .text(let max): self = .text(max: max)
    case .ratio: self = .percent(isAtRest: false)
    case .bytes, .composite: preconditionFailure("no source names a type that the language does not have")
    }
  }
}

package struct TypedExpression: Sendable {
  package indirect enum Kind: Sendable {
    case constant(Value)
    case term(Int)
    case field(Int)
    case parameter(Int)
    case local(Int)
    case balance(vault: Int)
    case not(TypedExpression)
    case negate(TypedExpression)
    case arithmetic(Arithmetic, TypedExpression, TypedExpression)
    case compare(Comparison, TypedExpression, TypedExpression)
    case and(TypedExpression, TypedExpression)
    case or(TypedExpression, TypedExpression)
    /// The value, if it lies in the range; a trap otherwise.
    case narrow(TypedExpression, IntegerRange)
  }

  package let kind: Kind
  package let type: ExpressionType
  package let span: Span
}

/// What the operators mean once the types are known.
package enum Arithmetic: Hashable, Sendable {
  case intAdd, intSubtract, intMultiply, intModulo
  case intDivide(Rounding)
  case amountAdd, amountSubtract, amountTimes
  case amountScale(Rounding)
  case durationAdd, durationSubtract, durationTimes
}

package enum Comparison: Hashable, Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  /// As the source writes it.
  package var symbol: String {
    switch self {
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    }
  }
}
