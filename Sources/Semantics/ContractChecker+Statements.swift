import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// A transition's body with the `->` behind it; nil where something in it is wrong.
  mutating func check(_ body: Block, leadingTo target: Target?, at span: Span) -> [CheckedStatement]? {
    let before = diagnostics.all.count
    var (statements, goesOn) = check(body)
    if let target {
      if goesOn {
        if let kind = check(target) { statements.append(CheckedStatement(kind: kind, span: target.state.span)) }
      } else {
        report(
          .unreachableStatement, "every way through the body has its own `->` already", at: target.state.span,
          "never reached")
      }
    } else if goesOn && surroundings == .automatic {
      report(
        .automaticStays, "this deadline does not say where it leads", at: span, "would be due again at once",
        notes: ["write `-> State` behind the body"])
    }
    return diagnostics.all.count == before ? statements : nil
  }

  private mutating func check(_ target: Target) -> CheckedStatement.Kind? {
    guard let index = state(target.state) else { return nil }
    let parameters = stateParameters[index]
    return values(
      of: target.arguments, parameters.map(\.name.text), parameters.map { interface.fields[$0.field].type },
      of: target.state, at: target.span
    ).map {
      .enter(state: index, zip(parameters, $0).map { FieldValue(field: $0.field, value: $1) })
    }
  }

  /// The checked statements, and whether control can reach the end of the block.
  private mutating func check(_ block: Block) -> ([CheckedStatement], goesOn: Bool) {
    let mark = scope.mark
    var checked: [CheckedStatement] = []
    var goesOn = true
    for statement in block.statements {
      if !goesOn {
        report(.unreachableStatement, "nothing follows a `->`", at: statement.span, "never reached")
        break
      }
      let (kind, continues) = check(statement)
      if let kind { checked.append(CheckedStatement(kind: kind, span: statement.span)) }
      goesOn = continues
    }
    leave(to: mark)
    return (checked, goesOn)
  }

  /// Forgets what was declared since `mark`, and says what of it nobody used.
  mutating func leave(to mark: Int) {
    for (name, _) in scope.leave(to: mark) {
      report(.unused, "`\(name.text)` is never read", at: name.span)
    }
  }

  /// A local of this name; nil, with a diagnostic, where it is taken.
  mutating func declareLocal(_ name: Identifier, _ type: ExpressionType) -> Int? {
    guard scope.declare(name, .local(localCount, type), &diagnostics) else { return nil }
    localCount += 1
    return localCount - 1
  }

  private mutating func check(_ statement: Statement) -> (CheckedStatement.Kind?, goesOn: Bool) {
    switch statement {
    case .pay(let source, to: let target, _): return (check(pay: source, to: target), true)
    case .payEach(let source, _): return (check(payEach: source), true)
    case .split(let source, let shares, otherwise: let otherwise, let span):
      let kind = check(split: source, shares, at: span)
      guard let otherwise else { return (kind, true) }
      // Whether or not the split comes about, what follows is reached.
      let (body, _) = check(otherwise)
      guard case .split(let from, let checked, _)? = kind else { return (nil, true) }
      return (.split(from: from, checked, otherwise: body), true)
    case .emit(let name, let arguments, _): return (check(emit: name, arguments), true)
    case .let(let name, let value):
      guard let checked = expression(value) else {
        misdeclared.insert(name.text)
        return (nil, true)
      }
      return (declareLocal(name, checked.type).map { .define(local: $0, checked) }, true)
    case .require(let value, let span):
      if surroundings == .automatic {
        report(
          .automaticCanFail, "a deadline cannot fail, and this can", at: span, "nobody is there to be refused",
          notes: ["an `if` says what happens where it holds, and what follows the `if`, what happens otherwise"])
        return (nil, true)
      }
      return (condition(value).map { .require($0) }, true)
    case .raise(let name, otherwise: let otherwise, _): return (check(raise: name, otherwise), true)
    case .if(let branches, else: let otherwise, _): return check(if: branches, otherwise)
    case .loop(let name, in: let collection, let block, let span):
      return (check(loop: name, collection, block, at: span), true)
    case .match(let subject, let cases, let span): return check(match: subject, cases, at: span)
    case .assign(let assigned, let value): return (check(assign: assigned, value), true)
    case .call(let path, _, let span):
      report(
        .noBuiltIn, "there is no built-in contract `\(path.first?.text ?? "")` to call", at: span,
        notes: ["the built-in contracts come later; functions are called inside of expressions"])
      return (nil, true)
    case .go(let target): return (check(target), false)
    }
  }

  private mutating func check(emit name: Identifier, _ arguments: [Argument]) -> CheckedStatement.Kind? {
    guard let index = eventNames.firstIndex(where: { $0.text == name.text }) else {
      reportUnknown("event", name, known: eventNames.map(\.text))
      return nil
    }
    usedEvents.insert(index)
    let parameters = interface.events[index].parameters
    return values(of: arguments, parameters.map(\.name), parameters.map(\.type), of: name, at: name.span).map {
      .emit(event: index, $0)
    }
  }

  private mutating func check(raise name: Identifier, _ otherwise: Block?) -> CheckedStatement.Kind? {
    var body: [CheckedStatement]?
    if let otherwise { body = check(otherwise).0 }
    guard case .field(let index)? = use(name, wanted: "field") else { return nil }
    guard case .counter = interface.fields[index].type else {
      return refuse(.typeMismatch, "`\(name.text)` is no counter; only a `Counter<n>` is raised", at: name.span)
    }
    return .raise(field: index, otherwise: body)
  }

  private mutating func check(if branches: [Branch], _ otherwise: Block?) -> (CheckedStatement.Kind?, goesOn: Bool) {
    var goesOn = false
    var checked: [CheckedBranch] = []
    for branch in branches {
      let condition = condition(branch.condition)
      let (body, continues) = check(branch.block)
      goesOn = goesOn || continues
      if let condition { checked.append(CheckedBranch(condition: condition, body: body)) }
    }
    var last: [CheckedStatement] = []
    if let otherwise {
      let (body, continues) = check(otherwise)
      last = body
      goesOn = goesOn || continues
    } else {
      goesOn = true
    }
    return (.choose(checked, otherwise: last), goesOn)
  }

  private mutating func check(loop name: Identifier, _ tree: Expression, _ block: Block, at span: Span)
    -> CheckedStatement.Kind?
  {
    let mark = scope.mark
    var element: ExpressionType?
    if case .name(let name) = tree.kind, case .vault? = scope.meaning(of: name) {
      report(
        .typeMismatch, "`\(name)` is a vault; a list, a set or a map was wanted", at: tree.span, "a vault",
        notes: ["what lies under each key is paid with `pay \(name) to each`"])
    }
    let collection = expression(tree)
    if let collection {
      switch definition(collection.type) {
      case .list(let part, _, _), .set(let part, _), .map(let part, _, _): element = ExpressionType(part)
      case .structure, .enumeration, .optional, nil: reportMismatch(collection, wanted: "a list, a set or a map")
      }
    }
    guard let collection, let element, let local = declareLocal(name, element) else {
      misdeclared.insert(name.text)
      _ = check(block)
      leave(to: mark)
      return nil
    }
    loopDepth += 1
    if loopDepth > limits.loopDepth {
      report(.limitExceeded, "loops lie inside each other more than \(limits.loopDepth) deep", at: span)
    }
    let (body, _) = check(block)
    loopDepth -= 1
    leave(to: mark)
    return .loop(local: local, in: collection, body)
  }

  private mutating func check(match tree: Expression, _ blocks: [MatchBlock], at span: Span) -> (
    CheckedStatement.Kind?, goesOn: Bool
  ) {
    guard let subject = expression(tree), let order = cases(of: subject, blocks.map(\.pattern), at: span) else {
      return (nil, true)
    }
    var goesOn = false
    var checked: [CheckedCase<[CheckedStatement]>] = []
    for place in order {
      let mark = scope.mark
      let locals = bind(blocks[place].pattern, of: subject)
      let (body, continues) = check(blocks[place].block)
      leave(to: mark)
      goesOn = goesOn || continues
      guard let locals else { return (nil, true) }
      checked.append(CheckedCase(locals: locals, body: body))
    }
    return (.match(subject, checked), goesOn)
  }

  private mutating func check(assign assigned: Statement.Assigned, _ value: Expression) -> CheckedStatement.Kind? {
    guard case .field(let index)? = use(assigned.name, wanted: "field") else { return nil }
    let field = interface.fields[index]
    switch field.role {
    case .declared, .initialized: break
    case .derived:
      return refuse(
        .noSuchOperation, "`\(assigned.name.text)` is fixed by the terms; it does not change", at: assigned.name.span)
    case .parameter:
      return refuse(
        .noSuchOperation, "`\(assigned.name.text)` belongs to the state; it changes only by entering it again",
        at: assigned.name.span)
    }
    if case .counter = field.type {
      return refuse(
        .noSuchOperation, "`\(assigned.name.text)` is a counter; it is only raised", at: assigned.name.span,
        fixes: [.init("write", replacing: assigned.span, with: "raise \(assigned.name.text)")])
    }
    let old = TypedExpression(.field(index), ExpressionType(field.type), assigned.name.span)
    if let key = assigned.key {
      guard assigned.members.isEmpty, case .composite(let type) = field.type else {
        return refuse(
          .noSuchOperation, "only elements of a list or map that is a field are assigned", at: assigned.span)
      }
      switch interface.types[type] {
      case .list(let element, _, _):
        guard let key = integer(key), let value = resting(value, as: element) else { return nil }
        return .assignElement(field: index, key: key, value: value)
      case .map(let keyType, let element, _):
        guard let key = resting(key, as: keyType), let value = resting(value, as: element) else { return nil }
        return .assignElement(field: index, key: key, value: value)
      case .structure, .enumeration, .optional, .set:
        return refuse(
          .noSuchOperation, "`\(assigned.name.text)` has no elements that are assigned", at: assigned.span)
      }
    }
    return replaced(old, assigned.members[...], value, at: assigned.span).map { .assign(field: index, $0) }
  }

  /// A structure with another value in the member that a path leads to.
  private mutating func replaced(
    _ old: TypedExpression, _ path: ArraySlice<Identifier>, _ value: Expression, at span: Span
  ) -> TypedExpression? {
    guard let name = path.first else { return restingType(old.type).flatMap { resting(value, as: $0) } }
    guard let member = member(name, of: old) else { return nil }
    guard case .structure(_, let members)? = definition(old.type) else { return nil }
    let inner = TypedExpression(.member(old, member), ExpressionType(members[member].type), span)
    guard let new = replaced(inner, path.dropFirst(), value, at: span) else { return nil }
    return TypedExpression(.replace(old, member: member, new), old.type, span)
  }
}

extension Statement {
  var span: Span {
    switch self {
    case .pay(_, to: _, let span), .payEach(_, let span), .split(_, _, otherwise: _, let span), .emit(_, _, let span),
      .require(_, let span), .raise(_, otherwise: _, let span), .if(_, else: _, let span), .loop(_, in: _, _, let span),
      .match(_, _, let span), .call(_, _, let span):
      span
    case .let(let name, _): name.span
    case .assign(let assigned, _): assigned.span
    case .go(let target): target.state.span
    }
  }
}
