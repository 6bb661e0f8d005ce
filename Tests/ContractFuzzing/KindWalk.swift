import Interface
import Primitives
import Semantics

/// The kinds of expressions, with their operations.
package enum ExpressionKind: Int, CaseIterable, Sendable {
  case constant, term, field, parameter, local, balance, balanceOfKey, keyCount, vaultIsEmpty, entryIsEmpty, now,
    opened, caller, party, not, negate
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, and, or, narrow, choose, match, answered, call,
    make, wrap, collect, member, replace
  case element, contains, with, withValue, isCase, concatenate, function
  case intAdd, intSubtract, intMultiply, intModulo, intDivideDown, intDivideUp, intDivideHalfEven,
    ratioOfInts, ratioAdd, ratioSubtract
  case ratioMultiply, ratioDivide, amountAdd, amountSubtract, amountTimes, amountScaleDown, amountScaleUp,
    amountScaleHalfEven, durationAdd
  case durationSubtract, durationTimes, timeAdd, timeBack, timeSince
  case intOfDuration, intOfAmount, textOfInt, percentOfRatio
}

package enum StatementKind: Int, CaseIterable, Sendable {
  case pay, payEach, split, splitElse, emit, define, require, raise, raiseElse, choose, match, loop, assign,
    assignElement, enter
  case deposit, depositFrom, part, upTo, rest, evenly, evenlyOfList, shares, toVault, toParty, toAccount, toEntry
}

/// Notes of what kinds everything is that an entry runs.
struct KindWalk {
  private let contract: CheckedContract
  private(set) var expressions: Set<ExpressionKind> = []
  private(set) var statements: Set<StatementKind> = []
  private(set) var languageFunctions: Set<LanguageFunction> = []
  private var functions: Set<Int> = []

  init(_ contract: CheckedContract) { self.contract = contract }

  mutating func visit(_ entry: Entry) {
    for expression in contract.expressions(of: entry) { visit(expression) }
    guard case .body(let index) = entry else { return }
    for deposit in contract.transitions[index].deposits {
      statements.insert(deposit.payer == nil ? .deposit : .depositFrom)
      visit(deposit.place)
    }
    visit(contract.transitions[index].body)
  }

  private mutating func visit(_ place: CheckedPlace) {
    let kind: StatementKind =
      switch place {
      case .vault: .toVault
      case .party: .toParty
      case .account: .toAccount
      case .entry: .toEntry
      }
    statements.insert(kind)
  }

  private mutating func visit(_ body: [CheckedStatement]) { for statement in body { visit(statement) } }

  private mutating func visit(_ statement: CheckedStatement) {
    switch statement.kind {
    case .pay(let from, let to):
      statements.insert(.pay)
      visit(from)
      visit(to)
    case .payEach: statements.insert(.payEach)
    case .split(let from, let shares, let otherwise):
      statements.insert(otherwise == nil ? .split : .splitElse)
      visit(from)
      visit(shares)
      visit(otherwise ?? [])
    case .emit: statements.insert(.emit)
    case .define: statements.insert(.define)
    case .require: statements.insert(.require)
    case .raise(field: _, let otherwise):
      statements.insert(otherwise == nil ? .raise : .raiseElse)
      visit(otherwise ?? [])
    case .choose(let branches, let otherwise):
      statements.insert(.choose)
      for branch in branches { visit(branch.body) }
      visit(otherwise)
    case .match(_, let cases):
      statements.insert(.match)
      for item in cases { visit(item.body) }
    case .loop(local: _, in: _, let body):
      statements.insert(.loop)
      visit(body)
    case .assign: statements.insert(.assign)
    case .assignElement: statements.insert(.assignElement)
    case .enter: statements.insert(.enter)
    }
  }

  private mutating func visit(_ shares: [CheckedShare]) {
    for share in shares {
      let kind: StatementKind =
        switch share.portion {
        case .part: .part
        case .upTo: .upTo
        case .rest: .rest
        case .evenly: .evenly
        }
      statements.insert(kind)
      switch share.targets {
      case .places(let places): for place in places { visit(place) }
      case .shares(let shares):
        statements.insert(.shares)
        visit(shares)
      case .list: statements.insert(.evenlyOfList)
      }
    }
  }

  private mutating func visit(_ expression: TypedExpression) {
    expressions.insert(ExpressionKind(expression.kind))
    for part in expression.parts { visit(part) }
    if case .function(let function, _) = expression.kind { languageFunctions.insert(function) }
    if case .call(let index, _, canTrap: _) = expression.kind, functions.insert(index).inserted {
      for binding in contract.functions[index].bindings { visit(binding.value) }
      visit(contract.functions[index].result)
    }
  }
}

extension ExpressionKind {
  fileprivate init(_ kind: TypedExpression.Kind) {
    self =
      switch kind {
      case .constant: .constant
      case .term: .term
      case .field: .field
      case .parameter: .parameter
      case .local: .local
      case .balance: .balance
      case .balanceOfKey: .balanceOfKey
      case .keyCount: .keyCount
      case .isEmpty(vault: _, let key): key == nil ? .vaultIsEmpty : .entryIsEmpty
      case .now: .now
      case .opened: .opened
      case .caller: .caller
      case .party: .party
      case .not: .not
      case .negate: .negate
      case .arithmetic(let operation, _, _): ExpressionKind(operation)
      case .convert(let conversion, _): ExpressionKind(conversion)
      case .compare(let comparison, _, _): ExpressionKind(comparison)
      case .and: .and
      case .or: .or
      case .narrow: .narrow
      case .choose: .choose
      case .match: .match
      case .answered: .answered
      case .call: .call
      case .make: .make
      case .wrap: .wrap
      case .collect: .collect
      case .member: .member
      case .replace: .replace
      case .element: .element
      case .contains: .contains
      case .with: .with
      case .withEntry: .withValue
      case .isCase: .isCase
      case .concatenate: .concatenate
      case .function: .function
      case .error: preconditionFailure("a contract with an error is not run")
      }
  }
}

extension ExpressionKind {
  fileprivate init(_ operation: Arithmetic) {
    self =
      switch operation {
      case .intAdd: .intAdd
      case .intSubtract: .intSubtract
      case .intMultiply: .intMultiply
      case .intModulo: .intModulo
      case .intDivide(let rounding):
        rounding == .down ? .intDivideDown : rounding == .up ? .intDivideUp : .intDivideHalfEven
      case .ratioOfInts: .ratioOfInts
      case .ratioAdd: .ratioAdd
      case .ratioSubtract: .ratioSubtract
      case .ratioMultiply: .ratioMultiply
      case .ratioDivide: .ratioDivide
      case .amountAdd: .amountAdd
      case .amountSubtract: .amountSubtract
      case .amountTimes: .amountTimes
      case .amountScale(let rounding):
        rounding == .down ? .amountScaleDown : rounding == .up ? .amountScaleUp : .amountScaleHalfEven
      case .durationAdd: .durationAdd
      case .durationSubtract: .durationSubtract
      case .durationTimes: .durationTimes
      case .timeAdd: .timeAdd
      case .timeBack: .timeBack
      case .timeSince: .timeSince
      }
  }

  fileprivate init(_ conversion: Conversion) {
    self =
      switch conversion {
      case .intOfDuration: .intOfDuration
      case .intOfAmount: .intOfAmount
      case .textOfInt: .textOfInt
      case .percentOfRatio: .percentOfRatio
      }
  }

  fileprivate init(_ comparison: Comparison) {
    self =
      switch comparison {
      case .equal: .equal
      case .notEqual: .notEqual
      case .less: .less
      case .lessOrEqual: .lessOrEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterOrEqual
      }
  }
}
