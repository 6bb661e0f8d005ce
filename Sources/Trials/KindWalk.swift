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

/// Goes through what an entry runs, and notes of what kinds it is.
struct KindWalk {
  private let contract: CheckedContract
  private(set) var expressions: Set<ExpressionKind> = []
  private(set) var statements: Set<StatementKind> = []
  private(set) var languageFunctions: Set<LanguageFunction> = []
  private var functions: Set<Int> = []

  init(_ contract: CheckedContract) { self.contract = contract }

  mutating func visit(_ entry: Entry) {
    switch entry {
    case .bound(let term, let number): visit(contract.bounds[term][number])
    case .opening: for field in contract.derived { visit(field.value) }
    case .due(let transition): if let due = contract.transitions[transition].due { visit(due) }
    case .body(let index):
      let transition = contract.transitions[index]
      for condition in transition.conditions { visit(condition) }
      for deposit in transition.deposits {
        statements.insert(deposit.payer == nil ? .deposit : .depositFrom)
        if let payer = deposit.payer { visit(payer) }
        visit(deposit.amount)
        visit(deposit.place)
      }
      visit(transition.body)
    case .invariant(let index): visit(contract.invariants[index])
    case .view(let index): visit(contract.views[index])
    }
  }

  // MARK: Statements

  private mutating func visit(_ place: CheckedPlace) {
    switch place {
    case .vault: statements.insert(.toVault)
    case .party: statements.insert(.toParty)
    case .account(let account):
      statements.insert(.toAccount)
      visit(account)
    case .entry(vault: _, let key):
      statements.insert(.toEntry)
      visit(key)
    }
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
    case .emit(event: _, let values):
      statements.insert(.emit)
      for value in values { visit(value) }
    case .define(local: _, let value):
      statements.insert(.define)
      visit(value)
    case .require(let condition):
      statements.insert(.require)
      visit(condition)
    case .raise(field: _, let otherwise):
      statements.insert(otherwise == nil ? .raise : .raiseElse)
      visit(otherwise ?? [])
    case .choose(let branches, let otherwise):
      statements.insert(.choose)
      for branch in branches {
        visit(branch.condition)
        visit(branch.body)
      }
      visit(otherwise)
    case .match(let subject, let cases):
      statements.insert(.match)
      visit(subject)
      for item in cases { visit(item.body) }
    case .loop(local: _, in: let collection, let body):
      statements.insert(.loop)
      visit(collection)
      visit(body)
    case .assign(field: _, let value):
      statements.insert(.assign)
      visit(value)
    case .assignElement(field: _, let key, let value):
      statements.insert(.assignElement)
      visit(key)
      visit(value)
    case .enter(state: _, let values):
      statements.insert(.enter)
      for value in values { visit(value.value) }
    }
  }

  private mutating func visit(_ shares: [CheckedShare]) {
    for share in shares {
      switch share.portion {
      case .part(let value):
        statements.insert(.part)
        visit(value)
      case .upTo(let value):
        statements.insert(.upTo)
        visit(value)
      case .rest: statements.insert(.rest)
      case .evenly: statements.insert(.evenly)
      }
      switch share.targets {
      case .places(let places): for place in places { visit(place) }
      case .shares(let shares):
        statements.insert(.shares)
        visit(shares)
      case .list(let accounts):
        statements.insert(.evenlyOfList)
        visit(accounts)
      }
    }
  }

  // MARK: Expressions

  private mutating func visit(_ expression: TypedExpression) {
    func of(_ kind: ExpressionKind, _ parts: TypedExpression...) -> (ExpressionKind, [TypedExpression]) {
      (kind, parts)
    }
    let (kind, parts): (ExpressionKind, [TypedExpression]) =
      switch expression.kind {
      case .constant: of(.constant)
      case .term: of(.term)
      case .field: of(.field)
      case .parameter: of(.parameter)
      case .local: of(.local)
      case .balance: of(.balance)
      case .balanceOfKey(vault: _, let key): of(.balanceOfKey, key)
      case .keyCount: of(.keyCount)
      case .isEmpty(vault: _, let key): key.map { of(.entryIsEmpty, $0) } ?? of(.vaultIsEmpty)
      case .now: of(.now)
      case .opened: of(.opened)
      case .caller: of(.caller)
      case .party: of(.party)
      case .not(let inner): of(.not, inner)
      case .negate(let inner): of(.negate, inner)
      case .arithmetic(let operation, let a, let b): of(ExpressionKind(operation), a, b)
      case .convert(let conversion, let inner): of(ExpressionKind(conversion), inner)
      case .compare(let comparison, let a, let b): of(ExpressionKind(comparison), a, b)
      case .and(let a, let b): of(.and, a, b)
      case .or(let a, let b): of(.or, a, b)
      case .narrow(let inner, _): of(.narrow, inner)
      case .choose(let condition, then: let a, else: let b): of(.choose, condition, a, b)
      case .match(let subject, let cases): (.match, [subject] + cases.map(\.body))
      case .answered(let first, let second): of(.answered, first, second)
      case .call(_, let arguments, canTrap: _): (.call, arguments)
      case .make(let members): (.make, members)
      case .wrap(case: _, let payload): (.wrap, payload)
      case .collect(let elements): (.collect, elements)
      case .member(let object, _): of(.member, object)
      case .replace(let object, member: _, let value): of(.replace, object, value)
      case .element(let object, let key): of(.element, object, key)
      case .contains(let object, let key): of(.contains, object, key)
      case .with(let object, let elements): (.with, [object] + elements)
      case .withEntry(let object, key: let key, value: let value): of(.withValue, object, key, value)
      case .isCase(let object, _): of(.isCase, object)
      case .concatenate(let pieces): (.concatenate, pieces)
      case .function(_, let arguments): (.function, arguments)
      }
    expressions.insert(kind)
    for part in parts { visit(part) }
    if case .function(let function, _) = expression.kind { languageFunctions.insert(function) }
    if case .call(let index, _, canTrap: _) = expression.kind, functions.insert(index).inserted {
      for binding in contract.functions[index].bindings { visit(binding.value) }
      visit(contract.functions[index].result)
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
