import Interface
import Primitives
package import Semantics

/// The kinds of expressions, with their operations.
package enum ExpressionKind: Hashable, CaseIterable, Sendable {
  /// Those that have no operation.
  package enum Plain: CaseIterable, Sendable {
    case constant, term, field, parameter, local, balance, balanceOfKey, keyCount, vaultIsEmpty, entryIsEmpty, now,
      opened, caller, party, not, negate, and, or, narrow, choose, match, answered, call, make, wrap, collect, member,
      replace, element, contains, with, withValue, isCase, concatenate
  }

  case plain(Plain)
  case arithmetic(Arithmetic)
  case convert(Conversion)
  case compare(Comparison)
  case function(LanguageFunction)

  package static let allCases: [ExpressionKind] =
    Plain.allCases.map { .plain($0) } + Arithmetic.allCases.map { .arithmetic($0) }
    + Conversion.allCases.map { .convert($0) } + Comparison.allCases.map { .compare($0) }
    + LanguageFunction.allCases.map { .function($0) }

  package var name: String {
    switch self {
    case .plain(let kind): "\(kind)"
    case .arithmetic(.intDivide(let rounding)): "intDivide \(rounding)"
    case .arithmetic(.amountScale(let rounding)): "amountScale \(rounding)"
    case .arithmetic(let operation): "\(operation)"
    case .convert(let conversion): "\(conversion)"
    case .compare(let comparison): "\(comparison)"
    case .function(let function): "function \(function)"
    }
  }
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
  private var functions: Set<Int> = []

  init(_ contract: CheckedContract) { self.contract = contract }

  mutating func visit(_ entry: Entry) {
    for expression in contract.expressions(of: entry) { visit(expression) }
    guard case .body(let index) = entry else { return }
    for deposit in contract.transitions[of: index].deposits {
      statements.insert(deposit.payer == nil ? .deposit : .depositFrom)
      visit(deposit.place)
    }
    for statement in contract.transitions[of: index].statements { visit(statement) }
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

  private mutating func visit(_ statement: CheckedStatement) {
    let kind: StatementKind =
      switch statement.kind {
      case .pay: .pay
      case .payEach: .payEach
      case .split(_, _, let otherwise): otherwise == nil ? .split : .splitElse
      case .emit: .emit
      case .define: .define
      case .require: .require
      case .raise(field: _, let otherwise): otherwise == nil ? .raise : .raiseElse
      case .choose: .choose
      case .match: .match
      case .loop: .loop
      case .assign: .assign
      case .assignElement: .assignElement
      case .enter: .enter
      }
    statements.insert(kind)
    if case .pay(let from, let to) = statement.kind {
      visit(from)
      visit(to)
    }
    if case .split(let from, let shares, _) = statement.kind {
      visit(from)
      visit(shares)
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
      case .constant: .plain(.constant)
      case .term: .plain(.term)
      case .field: .plain(.field)
      case .parameter: .plain(.parameter)
      case .local: .plain(.local)
      case .balance: .plain(.balance)
      case .balanceOfKey: .plain(.balanceOfKey)
      case .keyCount: .plain(.keyCount)
      case .isEmpty(vault: _, let key): .plain(key == nil ? .vaultIsEmpty : .entryIsEmpty)
      case .now: .plain(.now)
      case .opened: .plain(.opened)
      case .caller: .plain(.caller)
      case .party: .plain(.party)
      case .not: .plain(.not)
      case .negate: .plain(.negate)
      case .arithmetic(let operation, _, _): .arithmetic(operation)
      case .convert(let conversion, _): .convert(conversion)
      case .compare(let comparison, _, _): .compare(comparison)
      case .and: .plain(.and)
      case .or: .plain(.or)
      case .narrow: .plain(.narrow)
      case .choose: .plain(.choose)
      case .match: .plain(.match)
      case .answered: .plain(.answered)
      case .call: .plain(.call)
      case .make: .plain(.make)
      case .wrap: .plain(.wrap)
      case .collect: .plain(.collect)
      case .member: .plain(.member)
      case .replace: .plain(.replace)
      case .element: .plain(.element)
      case .contains: .plain(.contains)
      case .with: .plain(.with)
      case .withEntry: .plain(.withValue)
      case .isCase: .plain(.isCase)
      case .concatenate: .plain(.concatenate)
      case .function(let function, _): .function(function)
      case .error: preconditionFailure("a contract with an error is not run")
      }
  }
}
