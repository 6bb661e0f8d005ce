import Interface
import Primitives
import Source
import Syntax

extension ContractChecker {
  /// A transition's body with the `->` behind it.
  mutating func check(_ body: Block, leadingTo target: Target?, at span: Span) -> [CheckedStatement] {
    var (statements, goesOn) = check(body)
    if let target {
      if goesOn {
        statements.append(CheckedStatement(kind: check(target), span: target.state.span))
      } else {
        report(
          .unreachableStatement, "every way through the body has its own `->` already", at: target.state.span,
          "never reached")
      }
    } else if goesOn && context.surroundings == .automatic {
      report(
        .automaticStays, "this deadline does not say where it leads", at: span, "would be due again at once",
        notes: ["write `-> State` behind the body"])
    }
    return statements
  }

  private mutating func check(_ target: Target) -> CheckedStatement.Kind {
    guard let index = state(target.state) else { return .error(at: target.span) }
    let parameters = stateParameters[of: index]
    let fields = parameters.compactMap { if case .field(let field) = $0.meaning { field } else { nil } }
    guard fields.count == parameters.count else { return .error(at: target.span) }
    let values = values(
      of: target.arguments, parameters.map(\.name.text), fields.map { interface.fields[$0].type }, of: target.state,
      at: target.span)
    return .enter(state: index, zip(fields, values).map { FieldValue(field: $0, value: $1) })
  }

  /// The checked statements, and whether control can reach the end of the block.
  private mutating func check(_ block: Block) -> ([CheckedStatement], goesOn: Bool) {
    let mark = context.scope.mark
    var checked: [CheckedStatement] = []
    var goesOn = true
    for statement in block.statements {
      if !goesOn {
        report(.unreachableStatement, "nothing follows a `->`", at: statement.span, "never reached")
        break
      }
      let (kind, continues) = check(statement)
      checked.append(CheckedStatement(kind: kind, span: statement.span))
      goesOn = continues
    }
    leave(to: mark)
    return (checked, goesOn)
  }

  /// Forgets what was declared since `mark`, and says what of it nobody used.
  mutating func leave(to mark: Int) {
    for (name, _) in context.scope.leave(to: mark) {
      report(.unused, "`\(name.text)` is never read", at: name.span)
    }
  }

  /// The number of a new local of this name.
  mutating func declareLocal(_ name: Identifier, _ type: ExpressionType) -> Int {
    defer { context.localCount += 1 }
    context.scope.declare(name, .local(context.localCount, type), &diagnostics)
    return context.localCount
  }

  private mutating func check(_ statement: Statement) -> (CheckedStatement.Kind, goesOn: Bool) {
    switch statement {
    case .pay(let source, to: let target, _): return (check(pay: source, to: target), true)
    case .payEach(let source, _): return (check(payEach: source), true)
    case .split(let source, let shares, otherwise: let otherwise, let span):
      let (from, checked) = check(split: source, shares, at: span)
      // Whether or not the split comes about, what follows is reached.
      return (.split(from: from, checked, otherwise: otherwise.map { check($0).0 }), true)
    case .emit(let name, let arguments, _): return (check(emit: name, arguments), true)
    case .let(let name, let value):
      let checked = expression(value)
      return (.define(local: declareLocal(name, checked.type), checked), true)
    case .require(let value, let span):
      if context.surroundings == .automatic {
        return (
          refuse(
            .automaticCanFail, "a deadline cannot fail, and this can", at: span, "nobody is there to be refused",
            notes: ["an `if` says what happens where it holds, and what follows the `if`, what happens otherwise"]),
          true
        )
      }
      return (.require(condition(value)), true)
    case .raise(let name, otherwise: let otherwise, _): return (check(raise: name, otherwise), true)
    case .if(let branches, else: let otherwise, _): return check(if: branches, otherwise)
    case .loop(let name, in: let collection, let block, let span):
      return (check(loop: name, collection, block, at: span), true)
    case .match(let subject, let cases, let span): return check(match: subject, cases, at: span)
    case .assign(let assigned, let value): return (check(assign: assigned, value), true)
    case .call(let path, _, let span):
      return (
        refuse(
          .noBuiltIn, "there is no built-in contract `\(path.first?.text ?? "")` to call", at: span,
          notes: ["the built-in contracts come later; functions are called inside of expressions"]),
        true
      )
    case .go(let target): return (check(target), false)
    }
  }

  private mutating func check(emit name: Identifier, _ arguments: [Argument]) -> CheckedStatement.Kind {
    guard let index = eventNames.firstIndex(where: { $0.text == name.text }) else {
      reportUnknown("event", name, known: eventNames.map(\.text))
      return .error(at: name.span)
    }
    usedEvents.insert(index)
    if brokenEvents.contains(index) { return .error(at: name.span) }
    let parameters = interface.events[index].parameters
    return .emit(
      event: index, values(of: arguments, parameters.map(\.name), parameters.map(\.type), of: name, at: name.span))
  }

  private mutating func check(raise name: Identifier, _ otherwise: Block?) -> CheckedStatement.Kind {
    let body = otherwise.map { check($0).0 }
    guard case .field(let index) = use(name, wanted: "field") else { return .error(at: name.span) }
    guard case .counter = interface.fields[index].type else {
      return refuse(.typeMismatch, "`\(name.text)` is no counter; only a `Counter<n>` is raised", at: name.span)
    }
    return .raise(field: index, otherwise: body)
  }

  private mutating func check(if branches: [Branch], _ otherwise: Block?) -> (CheckedStatement.Kind, goesOn: Bool) {
    var goesOn = false
    var checked: [CheckedBranch] = []
    for branch in branches {
      let condition = condition(branch.condition)
      let (body, continues) = check(branch.block)
      goesOn = goesOn || continues
      checked.append(CheckedBranch(condition: condition, body: body))
    }
    let (last, continues) = otherwise.map { check($0) } ?? ([], true)
    return (.choose(checked, otherwise: last), goesOn || continues)
  }

  private mutating func check(loop name: Identifier, _ tree: Expression, _ block: Block, at span: Span)
    -> CheckedStatement.Kind
  {
    let mark = context.scope.mark
    let collection: TypedExpression
    if case .name(let name) = tree.kind, case .vault? = context.scope.meaning(of: name) {
      collection = refuse(
        .typeMismatch, "`\(name)` is a vault; a list, a set or a map was wanted", at: tree.span, "a vault",
        notes: ["what lies under each key is paid with `pay \(name) to each`"])
    } else {
      collection = expression(tree)
    }
    let element: ExpressionType
    switch definition(collection.type) {
    case .list(let part, _, _), .set(let part, _), .map(let part, _, _): element = ExpressionType(part)
    case .structure, .enumeration, .optional, nil: element = mismatch(collection, wanted: "a list, a set or a map")
    }
    let local = declareLocal(name, element)
    context.loopDepth += 1
    if context.loopDepth > limits.loopDepth {
      report(.limitExceeded, "loops lie inside each other more than \(limits.loopDepth) deep", at: span)
    }
    let (body, _) = check(block)
    context.loopDepth -= 1
    leave(to: mark)
    return .loop(local: local, in: collection, body)
  }

  private mutating func check(match tree: Expression, _ blocks: [MatchBlock], at span: Span) -> (
    CheckedStatement.Kind, goesOn: Bool
  ) {
    let subject = expression(tree)
    guard let order = cases(of: subject, blocks.map(\.pattern), at: span) else { return (.error(at: span), true) }
    var goesOn = false
    var checked: [CheckedCase<[CheckedStatement]>] = []
    for place in order {
      let mark = context.scope.mark
      let locals = bind(blocks[place].pattern, of: subject)
      let (body, continues) = check(blocks[place].block)
      leave(to: mark)
      goesOn = goesOn || continues
      checked.append(CheckedCase(locals: locals, body: body))
    }
    return (.match(subject, checked), goesOn)
  }

  private mutating func check(assign assigned: Statement.Assigned, _ value: Expression) -> CheckedStatement.Kind {
    guard case .field(let index) = use(assigned.name, wanted: "field") else { return .error(at: assigned.span) }
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
        return .assignElement(field: index, key: integer(key), value: resting(value, as: element))
      case .map(let keyType, let element, _):
        return .assignElement(field: index, key: resting(key, as: keyType), value: resting(value, as: element))
      case .structure, .enumeration, .optional, .set:
        return refuse(
          .noSuchOperation, "`\(assigned.name.text)` has no elements that are assigned", at: assigned.span)
      }
    }
    return .assign(field: index, replaced(old, assigned.members[...], value, at: assigned.span))
  }

  /// A structure with another value in the member that a path leads to.
  private mutating func replaced(
    _ old: TypedExpression, _ path: ArraySlice<Identifier>, _ value: Expression, at span: Span
  ) -> TypedExpression {
    guard let name = path.first else {
      return restingType(old.type).map { resting(value, as: $0) } ?? .error(at: span)
    }
    let inner = member(name, of: old, at: span)
    guard case .member(_, let member) = inner.kind else { return inner }
    let new = replaced(inner, path.dropFirst(), value, at: span)
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
