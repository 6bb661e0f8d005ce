// The checked program: names are indexes, types are known, everything that was wrong has been
// reported. Lowering and the reference interpreter read this, and only a contract without
// diagnostics becomes one.
//
// Everything is evaluated strictly from left to right, and what traps does so at the span of the
// expression or statement whose own operation it is.

package import Interface
package import Primitives
package import Source

package struct CheckedProgram: Sendable {
  package let contracts: [CheckedContract]
  package let tests: [CheckedTest]
  /// How many expressions were looked at. A test holds it against the nesting of the source.
  package let expressionCount: Int
}

package struct CheckedContract: Sendable {
  package let interface: ContractInterface
  /// The `where` of each term.
  package let bounds: [[TypedExpression]]
  /// What is computed when an agreement is opened, in source order: the fields that are `let`s of
  /// the contract. They read terms and earlier ones.
  package let derived: [FieldValue]
  /// In the order of `interface.transitions`.
  package let transitions: [CheckedTransition]
  package let invariants: [TypedExpression]
  /// In the order of `interface.views`.
  package let views: [TypedExpression]
  /// The functions that are called, one for each choice of currencies. Each calls only earlier ones.
  package let functions: [CheckedFunction]
  package let spans: Spans

  /// Where things are declared, for messages about them.
  package struct Spans: Sendable {
    package let contract: Span
    package let states: [Span]
    package let vaults: [Span]
    package let transitions: [Span]
    /// Of each term the whole declaration.
    package let terms: [Span]
    /// Of each state the braces around its transitions; nil of a final one.
    package let braces: [Span?]
    /// Of each transition what follows its triggers; transitions that share it have the same.
    package let bodies: [Body]
    /// Where one more declaration can stand.
    package let declarationsEnd: Int
  }

  package struct Body: Hashable, Sendable {
    /// With what is between them; nil where there are none.
    package let braces: Span?
    /// The `->` behind them with its state; nil where there is none.
    package let target: Span?
  }
}

/// A value for a field. An integer's expression has been held against the field's range.
package struct FieldValue: Sendable {
  package let field: StateVariableID
  package let value: TypedExpression
}

package struct CheckedFunction: Sendable {
  package let name: String
  /// The parameters are read with `parameter`, like those of an action.
  package let parameters: [ValueType]
  package let type: ValueType
  /// By their local's number, before the result.
  package let bindings: [(local: Int, value: TypedExpression)]
  /// Has been held against the result's type.
  package let result: TypedExpression
  package let span: Span
}

package struct CheckedTransition: Sendable {
  /// When it comes by itself: of `after` a duration, of `at` a time, of `when` a truth value; nil for an action.
  package let due: TypedExpression?
  package let conditions: [TypedExpression]
  package let deposits: [CheckedDeposit]
  package let body: [CheckedStatement]
  package let span: Span
}

package struct CheckedDeposit: Sendable {
  package let amount: TypedExpression
  package let currency: Int
  /// A party or an account; nil: the caller. Evaluated before the amount.
  package let payer: CheckedPlace?
  package let place: CheckedPlace
}

/// Where money lies or goes.
package enum CheckedPlace: Sendable {
  case vault(VaultID)
  case party(Int)
  case account(TypedExpression)
  /// What a vault holds under a key.
  case entry(vault: VaultID, key: TypedExpression)
}

package struct CheckedStatement: Sendable {
  package indirect enum Kind: Sendable {
    /// `from` is a vault or an entry. Key and account are evaluated in the order of the source.
    case pay(from: CheckedPlace, to: CheckedPlace)
    case payEach(vault: VaultID)
    /// All shares' portions, keys and accounts are evaluated in the order of the source before
    /// anything moves. With `otherwise`, what the statement's own operation or its expressions trap
    /// on leads there instead.
    case split(from: CheckedPlace, [CheckedShare], otherwise: [CheckedStatement]?)
    case emit(event: Int, [TypedExpression])
    case define(local: Int, TypedExpression)
    case require(TypedExpression)
    /// Raises a counter, or, where that has reached its end, traps or runs `otherwise`.
    case raise(field: StateVariableID, otherwise: [CheckedStatement]?)
    case choose([CheckedBranch], otherwise: [CheckedStatement])
    /// One body for each case of the enumeration or optional, in order of the cases.
    case match(TypedExpression, [CheckedCase<[CheckedStatement]>])
    /// For each element of a list or set, or key of a map, in order: the collection is evaluated
    /// once, and stays as it was.
    case loop(local: Int, in: TypedExpression, [CheckedStatement])
    case assign(field: StateVariableID, TypedExpression)
    /// An element of a list field by index, or an entry of a map field by key. Key first, then value.
    case assignElement(field: StateVariableID, key: TypedExpression, value: TypedExpression)
    /// The values of the state's parameters are all evaluated before the first is stored.
    case enter(state: StateID, [FieldValue])
  }

  package let kind: Kind
  package let span: Span
}

package struct CheckedBranch: Sendable {
  package let condition: TypedExpression
  package let body: [CheckedStatement]
}

/// What is done for one case: its payload is bound to these locals; nil where the source names none.
package struct CheckedCase<Body: Sendable>: Sendable {
  package let locals: [Int?]
  package let body: Body
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

  package enum Targets: Sendable {
    /// One; of `evenly`, one or more.
    case places([CheckedPlace])
    /// The share is divided in turn; percents are of the share.
    case shares([CheckedShare])
    /// Of `evenly`: the accounts of a list that has at least one, in its order.
    case list(TypedExpression)
  }

  package let portion: Portion
  package let targets: Targets
  package let span: Span
}

/// The type of an expression: that of a value, or one that only expressions have.
package enum ExpressionType: Hashable, Sendable {
  /// Never a counter, which is read as an integer.
  case value(ValueType)
  /// An integer whose magnitude is below 2^bits, and of which no range is known.
  case wide(bits: Int)
  /// That of what is wrong and has been reported: it fits everywhere, and nothing more is said of
  /// it. A contract without diagnostics has none.
  case error

  package static let bool = ExpressionType.value(.bool)
  package static let percent = ExpressionType.value(.percent)
  package static let ratio = ExpressionType.value(.ratio(isPercent: false))
  package static let duration = ExpressionType.value(.duration)
  package static let time = ExpressionType.value(.time)
  package static let party = ExpressionType.value(.party)

  package init(_ type: ValueType) {
    if case .counter(let most) = type { self = .value(.int(IntegerRange(0...most))) } else { self = .value(type) }
  }

  /// The type of an integer that is known.
  init(of value: Integer) {
    self = IntegerRange(value, value).map { .value(.int($0)) } ?? .wide(bits: value.bitWidth)
  }

  /// The bits of an integer's widest magnitude; nil of another type.
  package var bits: Int? {
    switch self {
    case .value(.int(let range)): range.bits
    case .wide(let bits): bits
    case .value, .error: nil
    }
  }

  /// The type whose operations it has: of an integer one without a range; nil of an error.
  package var plain: ValueType? {
    switch self {
    case .value(.int), .wide: .int(.whole)
    case .value(let type): type
    case .error: nil
    }
  }

  /// The range of an integer, where it is known.
  var range: IntegerRange? { if case .value(.int(let range)) = self { range } else { nil } }
}

package struct TypedExpression: Sendable {
  package indirect enum Kind: Sendable {
    /// Of a composite type too.
    case constant(Value)
    case term(TermID)
    case field(StateVariableID)
    case parameter(Int)
    case local(Int)
    /// What a vault holds; of one with keys, under all of them.
    case balance(vault: VaultID)
    case balanceOfKey(vault: VaultID, TypedExpression)
    case keyCount(vault: VaultID)
    /// `v is empty`, `v[k] is empty`
    case isEmpty(vault: VaultID, key: TypedExpression?)
    case now
    case opened
    /// Only in actions.
    case caller
    /// The account of a party.
    case party(Int)
    case not(TypedExpression)
    case negate(TypedExpression)
    case arithmetic(Arithmetic, TypedExpression, TypedExpression)
    case convert(Conversion, TypedExpression)
    case compare(Comparison, TypedExpression, TypedExpression)
    case and(TypedExpression, TypedExpression)
    case or(TypedExpression, TypedExpression)
    /// The value, if it lies in the range; a trap otherwise.
    case narrow(TypedExpression, IntegerRange)
    case choose(TypedExpression, then: TypedExpression, else: TypedExpression)
    /// One value for each case, in order of the cases.
    case match(TypedExpression, [CheckedCase<TypedExpression>])
    /// The first, or the second where the first traps.
    case answered(TypedExpression, TypedExpression)
    /// A function of the contract by index, which can trap by itself or not.
    case call(Int, [TypedExpression], canTrap: Bool)
    /// The structure of these members.
    case make([TypedExpression])
    /// A case of an enumeration or optional with its payload.
    case wrap(case: Int, [TypedExpression])
    /// The list of these elements; or the empty set or map.
    case collect([TypedExpression])
    case member(TypedExpression, Int)
    /// The structure with another value in one member.
    case replace(TypedExpression, member: Int, TypedExpression)
    /// An element of a list by index, or the value of a map's key; traps `index` where there is none.
    case element(TypedExpression, TypedExpression)
    /// Whether a list has the element, or a set or map the key.
    case contains(TypedExpression, TypedExpression)
    /// A list or set with these elements, which are added one after the other; traps `range` where
    /// it has as many as it may. So is a set literal made, from the empty set.
    case with(TypedExpression, [TypedExpression])
    /// A map with a key's value; traps likewise.
    case withEntry(TypedExpression, key: TypedExpression, value: TypedExpression)
    /// Whether an enumeration or optional is this case.
    case isCase(TypedExpression, Int)
    /// Two texts or more, one behind the other.
    case concatenate([TypedExpression])
    case function(LanguageFunction, [TypedExpression])
    /// Something that is wrong and has been reported.
    case error
  }

  package let kind: Kind
  package let type: ExpressionType
  package let span: Span
  /// Whether it has values of its parts with which it traps.
  package let canTrap: Bool

  init(_ kind: Kind, _ type: ExpressionType, _ span: Span) {
    (self.kind, self.type, self.span) = (kind, type, span)
    canTrap = kind.canTrap
  }
}

/// What the operators mean once the types are known.
package enum Arithmetic: Hashable, CaseIterable, Sendable {
  case intAdd, intSubtract, intMultiply, intModulo
  case intDivide(Rounding)
  /// An exact quotient; traps `division` by 0 and `range` where it is negative or a part, reduced, is 2^63 or more.
  case ratioOfInts
  case ratioAdd, ratioSubtract, ratioMultiply, ratioDivide
  case amountAdd, amountSubtract, amountTimes
  /// By a percent or ratio, or into another currency by a rate.
  case amountScale(Rounding)
  case durationAdd, durationSubtract, durationTimes
  /// A time and a duration; total.
  case timeAdd
  /// A time less a duration: not before 1970.
  case timeBack
  /// From the second time until the first.
  case timeSince

  package static let allCases: [Arithmetic] =
    [
      .intAdd, .intSubtract, .intMultiply, .intModulo, .ratioOfInts, .ratioAdd, .ratioSubtract, .ratioMultiply,
      .ratioDivide, .amountAdd, .amountSubtract, .amountTimes, .durationAdd, .durationSubtract, .durationTimes,
      .timeAdd,
      .timeBack, .timeSince,
    ] + [.down, .up, .halfEven].flatMap { [.intDivide($0), .amountScale($0)] }
}

/// A value under another type.
package enum Conversion: Hashable, CaseIterable, Sendable {
  /// A duration in milliseconds.
  case intOfDuration
  /// An amount in minor units.
  case intOfAmount
  /// An integer in decimal digits.
  case textOfInt
  /// A ratio that is at most 1; a trap otherwise.
  case percentOfRatio
}

package enum Comparison: Hashable, CaseIterable, Sendable {
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
