import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  mutating func lower(returning value: TypedExpression, as type: RegisterType) {
    var register = evaluate(value, as: type)
    // A parameter's collection is the caller's, and stays so.
    if isCollection(type) && isParameter(register) {
      register = deliver(register, builder.temporary(type), at: value.span)
    }
    builder.emit(.return, register.operand, at: value.span)
    builder.release(register)
  }

  mutating func lower(
    _ bindings: [(local: Int, value: TypedExpression)], returning result: TypedExpression, as type: RegisterType
  ) {
    for (local, value) in bindings { define(local, value) }
    lower(returning: result, as: type)
  }

  /// Each is stored before the next, which may read it.
  mutating func lower(opening derived: [FieldValue], at span: Span) {
    for field in derived { assign(field.field, field.value, at: field.value.span) }
    builder.emit(.stay, at: span)
  }

  mutating func lower(_ transition: CheckedTransition) {
    for condition in transition.conditions { require(condition) }
    for deposit in transition.deposits { ask(for: deposit) }
    if transition.due == nil { builder.emit(.settle, at: transition.span) }
    lower(transition.body)
    builder.emit(.stay, at: transition.span)
  }

  private mutating func require(_ condition: TypedExpression) {
    let register = evaluate(condition)
    builder.emit(.require, register.operand, at: condition.span)
    builder.release(register)
  }

  private mutating func define(_ local: Int, _ value: TypedExpression) {
    let register = bind(local, RegisterType(value.type))
    _ = evaluate(value, into: register)
  }

  mutating func lower(_ body: [CheckedStatement]) {
    let before = boundCount
    for statement in body {
      // Behind an ending nothing is done.
      guard builder.isReachable else { break }
      lower(statement)
    }
    unbind(to: before)
  }

  private mutating func lower(_ statement: CheckedStatement) {
    let span = statement.span
    switch statement.kind {
    case .pay(let source, let target): pay(from: source, to: target, at: span)
    case .payEach(let vault): builder.emit(.payEach, UInt16(vault.index), at: span)
    case .split(let source, let shares, let otherwise):
      answering(with: otherwise, at: span) { $0.split(source, shares, at: span) }
    case .emit(let event, let values): emit(event, values, at: span)
    case .define(let local, let value): define(local, value)
    case .require(let condition): require(condition)
    case .raise(let field, let otherwise):
      answering(with: otherwise, at: span) {
        $0.builder.emit(.raise, UInt16($0.slot(ofField: field)), 0, UInt16(field.index), at: span)
      }
    case .choose(let branches, let otherwise): choose(branches, otherwise: otherwise, at: span)
    case .match(let subject, let cases): match(subject, cases, at: span) { $0.lower($1) }
    case .loop(let local, let collection, let body): loop(local, collection, body, at: span)
    case .assign(let field, let value): assign(field, value, at: span)
    case .assignElement(let field, let key, let value): assign(elementOf: field, key, value, at: span)
    case .enter(let state, let parameters): enter(state, parameters, at: span)
    }
  }

  /// What `body` traps on, and what it finds out to fail, leads to `otherwise` where there is one.
  private mutating func answering(
    with otherwise: [CheckedStatement]?, at span: Span, _ body: (inout FunctionLowering) -> Void
  ) {
    guard let otherwise else { return body(&self) }
    let (missed, end) = (builder.label(), builder.label())
    let outer = handler
    handler = missed
    let mark = builder.mark()
    body(&self)
    builder.answer(since: mark, at: missed)
    handler = outer
    builder.jump(to: end, at: span)
    builder.place(missed)
    lower(otherwise)
    builder.place(end)
  }

  private mutating func choose(_ branches: [CheckedBranch], otherwise: [CheckedStatement], at span: Span) {
    let end = builder.label()
    for (index, branch) in branches.enumerated() {
      let next = builder.label()
      self.branch(on: branch.condition, to: next, when: false)
      lower(branch.body)
      // Nothing stands between the last branch and the end where there is no `else`.
      if index < branches.count - 1 || !otherwise.isEmpty { builder.jump(to: end, at: span) }
      builder.place(next)
    }
    lower(otherwise)
    builder.place(end)
  }

  private mutating func loop(_ local: Int, _ collection: TypedExpression, _ body: [CheckedStatement], at span: Span) {
    guard case .value(.composite(let index)) = collection.type, let most = types[index].most else {
      preconditionFailure("the checker loops through collections only")
    }
    let elements = evaluate(collection)
    let counter = builder.temporary(.loopCounter(bound: most))
    builder.emit(.each, counter.operand, elements.operand, at: span)
    let loop = builder.openLoop(counter, at: span)
    let before = boundCount
    let item = bind(local, RegisterType(types[index].parts[0]))
    builder.emit(.item, item.operand, elements.operand, counter.operand, at: span)
    lower(body)
    unbind(to: before)
    builder.close(loop, always: pool.constant(.bool(true)), at: span)
    builder.release(counter)
    builder.release(elements)
  }

  private mutating func emit(_ event: Int, _ values: [TypedExpression], at span: Span) {
    let registers = builder.run(interface.events[event].parameters.map { RegisterType($0.type) })
    for (value, register) in zip(values, registers) { _ = evaluate(value, into: register) }
    builder.emit(.emit, UInt16(event), registers.first?.operand ?? 0, at: span)
    builder.free(run: registers)
  }

  /// All values first: one may read what another will replace.
  private mutating func enter(_ state: StateID, _ parameters: [FieldValue], at span: Span) {
    let registers = parameters.map { evaluate($0.value, as: RegisterType(type(ofField: $0.field))) }
    for (parameter, register) in zip(parameters, registers) {
      store(register, in: parameter.field, at: span)
      builder.release(register)
    }
    builder.emit(.enter, UInt16(state.index), at: span)
  }

  // MARK: Cases

  /// One body for each case. One case is not asked for, since every value is some case: where it
  /// can be, one whose payload nobody wants.
  mutating func match<Body>(
    _ subject: TypedExpression, _ cases: [CheckedCase<Body>], at span: Span,
    _ lower: (inout FunctionLowering, Body) -> Void
  ) {
    guard case .value(.composite(let index)) = subject.type, let payloads = types[index].payloads else {
      preconditionFailure("the checker matches enumerations and optionals only")
    }
    let register = evaluate(subject)
    let end = builder.label()
    let last = cases.lastIndex { $0.locals.allSatisfy { $0 == nil } } ?? cases.count - 1
    for number in cases.indices where number != last {
      let next = builder.label()
      let before = boundCount
      let parts = bind(cases[number].locals, payloads[number])
      builder.emit(.match, register.operand, UInt16(number), to: next, at: span)
      take(parts, of: register, at: span)
      lower(&self, cases[number].body)
      unbind(to: before)
      builder.jump(to: end, at: span)
      builder.place(next)
    }
    let before = boundCount
    let parts = bind(cases[last].locals, payloads[last])
    if !parts.isEmpty { takeLast(parts, payloads[last], last, of: register, at: span) }
    lower(&self, cases[last].body)
    unbind(to: before)
    builder.place(end)
    builder.release(register)
  }

  /// A payload is taken only behind a `match`, so the last case is asked for like the others. That
  /// it is none is impossible, but the verifier wants a way on: it leads past the payload, and for
  /// the verifier's sake the registers hold something there before. So nothing in a `match` can
  /// fail.
  private mutating func takeLast(
    _ parts: [(part: Int, register: Register)], _ payload: [ValueType], _ number: Int, of register: Register,
    at span: Span
  ) {
    let (missed, body) = (builder.label(), builder.label())
    let hasBlanks = parts.allSatisfy { hasBlank(payload[$0.part]) }
    if hasBlanks { for (part, local) in parts { blank(payload[part], into: local, at: span) } }
    builder.emit(.match, register.operand, UInt16(number), to: hasBlanks ? body : missed, at: span)
    take(parts, of: register, at: span)
    if !hasBlanks {
      // A contract without parties has no account to put there.
      builder.jump(to: body, at: span)
      builder.place(missed)
      builder.fail(.index, at: span)
    }
    builder.place(body)
  }

  private mutating func take(_ parts: [(part: Int, register: Register)], of register: Register, at span: Span) {
    for (part, local) in parts { builder.emit(.payload, local.operand, register.operand, UInt16(part), at: span) }
  }

  private mutating func bind(_ locals: [Int?], _ payload: [ValueType]) -> [(part: Int, register: Register)] {
    var parts: [(Int, Register)] = []
    for (part, local) in locals.enumerated() {
      if let local { parts.append((part, bind(local, RegisterType(payload[part])))) }
    }
    return parts
  }
}
