// What is made of all elements of a list or set needs a loop, and an expression may stand where the
// code goes on elsewhere when it traps, which no way into or out of a loop may do. So each of these
// is a function. One that cannot trap is shared by all that need it; any other has the span of the
// one expression.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  /// Whether a list has an element that is equal to this one.
  mutating func search(
    _ list: TypedExpression, _ type: RegisterType, _ element: TypedExpression, into destination: Register?,
    at span: Span
  ) -> Register {
    // An integer that no element can be is looked for in vain.
    var wanted = RegisterType(definition(type).parts[0])
    if wanted.isInteger { wanted = .wide(bits: element.bits) }
    return call(
      .contains(wanted), canTrap: false, [list, element], [type, wanted], .bool, into: destination, at: span)
  }

  mutating func call(
    _ what: FoldLowering.What, canTrap: Bool, _ arguments: [TypedExpression], _ parameters: [RegisterType],
    _ type: RegisterType, into destination: Register?, at span: Span
  ) -> Register {
    let shared = canTrap ? nil : Pool.SharedFold(what: what, parameters: parameters)
    let number = pool.fold(shared) { FoldLowering(pool, parameters, at: span).lower(what, type) }
    return call(number, arguments, parameters, type, into: destination, at: span)
  }
}

/// Lowers one function that goes through a collection.
struct FoldLowering {
  typealias Register = FunctionBuilder.Register

  enum What: Hashable {
    case sumOfAmounts
    /// The width of the sum.
    case sumOfInts(bits: Int)
    case least
    case greatest
    /// A value of this type is looked for.
    case contains(RegisterType)
  }

  private let pool: Pool
  private let span: Span
  private let collection: TypeDefinition
  private let parameters: [Register]
  private let element: RegisterType
  private var lowering: FunctionLowering

  init(_ pool: Pool, _ parameters: [RegisterType], at span: Span) {
    self.pool = pool
    self.span = span
    lowering = FunctionLowering(pool)
    for type in parameters { lowering.addParameter(type) }
    self.parameters = parameters.indices.map { [lowering] in lowering.parameter($0) }
    collection = lowering.definition(parameters[0])
    element = RegisterType(collection.parts[0])
  }

  consuming func lower(_ what: What, _ type: RegisterType) -> (Function, [Span]) {
    switch what {
    case .sumOfAmounts: sumAmounts()
    case .sumOfInts(let bits): sumInts(bits: bits)
    case .least: find(.less)
    case .greatest: find(.greater)
    case .contains: search()
    }
    guard case (var function, let spans)? = builder.finish(limits: ProtocolNumber.current.limits) else {
      preconditionFailure("a fold is a few instructions")
    }
    function.signature = Function.Signature(parameterCount: parameters.count, result: type)
    return (function, spans)
  }

  private var builder: FunctionBuilder {
    get { lowering.builder }
    _modify { yield &lowering.builder }
  }

  private mutating func emit(_ opcode: Opcode, _ a: Register, _ b: Register? = nil, _ c: Register? = nil) {
    builder.emit(opcode, a.operand, b?.operand ?? 0, c?.operand ?? 0, at: span)
  }

  private mutating func load(_ constant: Value, into register: Register) {
    lowering.load(constant, into: register, at: span)
  }

  private mutating func forEach(_ body: (inout FoldLowering, Register) -> Void) {
    let counter = builder.temporary(.loopCounter(bound: collection.most ?? 0))
    let item = builder.temporary(element)
    emit(.each, counter, parameters[0])
    let loop = builder.openLoop(counter, at: span)
    emit(.item, item, parameters[0], counter)
    body(&self, item)
    builder.close(loop, always: pool.constant(.bool(true)), at: span)
  }

  private mutating func sumAmounts() {
    let sum = builder.temporary(element)
    load(.amount(.zero), into: sum)
    forEach { $0.emit(.addAmount, sum, sum, $1) }
    emit(.return, sum)
  }

  /// A sum is a bit wider than what it adds to, and round a loop it would widen for ever. So each
  /// new sum is taken modulo ±(2^bits - 1), which is beyond every sum that there can be, and so
  /// leaves it as it is. The divisors' ranges show that they are not 0.
  private mutating func sumInts(bits: Int) {
    let (sum, wider) = (
      builder.temporary(.wide(bits: bits)), builder.temporary(.wide(bits: bits + 1))
    )
    let beyond = Integer.power(ofTwo: bits) - Integer(1)
    let positive = divisor(beyond)
    load(.int(.zero), into: sum)
    if case .value(.int(let range)) = element, range.low.sign >= 0 {
      forEach {
        $0.emit(.addInt, wider, sum, $1)
        $0.cut(wider, positive, to: sum)
      }
    } else {
      let negative = divisor(-beyond)
      let (zero, isNegative) = (builder.temporary(.wide(bits: 1)), builder.temporary(.bool))
      load(.int(.zero), into: zero)
      forEach { fold, item in
        let (other, end) = (fold.builder.label(), fold.builder.label())
        fold.emit(.addInt, wider, sum, item)
        // The rest has the sign of the divisor.
        fold.emit(.lessInt, isNegative, wider, zero)
        fold.builder.branch(unless: isNegative, to: other, at: fold.span)
        fold.cut(wider, negative, to: sum)
        fold.builder.jump(to: end, at: fold.span)
        fold.builder.place(other)
        fold.cut(wider, positive, to: sum)
        fold.builder.place(end)
      }
    }
    emit(.return, sum)
  }

  private mutating func cut(_ wider: Register, _ divisor: Register, to sum: Register) {
    let (mark, next) = (builder.mark(), builder.label())
    emit(.moduloInt, sum, wider, divisor)
    // Only an integer that can rest has a range; beyond that an answer says that nothing fails here.
    if case .wide = divisor.type {
      builder.answer(since: mark, at: next)
      builder.place(next)
    }
  }

  private mutating func divisor(_ value: Integer) -> Register {
    let register = builder.temporary(
      IntegerRange(value, value).map { .int($0) } ?? .wide(bits: value.bitWidth))
    load(.int(value), into: register)
    return register
  }

  /// The element that stands in this relation to all others, the first of equal ones.
  private mutating func find(_ comparison: Comparison) {
    let found = builder.temporary(element)
    let (isFirst, isBetter) = (builder.temporary(.bool), builder.temporary(.bool))
    let (opcode, isSwapped, _) = FunctionLowering.instruction(for: comparison, of: element)
    load(collection.parts[0].blank(in: lowering.types), into: found)
    load(.bool(true), into: isFirst)
    forEach { fold, item in
      let (compare, take, next) = (
        fold.builder.label(), fold.builder.label(), fold.builder.label()
      )
      fold.builder.branch(unless: isFirst, to: compare, at: fold.span)
      fold.load(.bool(false), into: isFirst)
      fold.builder.jump(to: take, at: fold.span)
      fold.builder.place(compare)
      fold.emit(opcode, isBetter, isSwapped ? found : item, isSwapped ? item : found)
      fold.builder.branch(unless: isBetter, to: next, at: fold.span)
      fold.builder.place(take)
      fold.emit(fold.element.slots == 2 ? .copyPair : .copy, found, item)
      fold.builder.place(next)
    }
    if case .list(_, let least, _) = collection, least > 0 {
    } else {
      let some = builder.label()
      builder.branch(unless: isFirst, to: some, at: span)
      builder.fail(.index, at: span)
      builder.place(some)
    }
    emit(.return, found)
  }

  private mutating func search() {
    let (isEqual, outcome) = (builder.temporary(.bool), builder.temporary(.bool))
    let wanted = parameters[1]
    let (opcode, _, _) = FunctionLowering.instruction(for: .equal, of: element)
    forEach { fold, item in
      let next = fold.builder.label()
      fold.emit(opcode, isEqual, item, wanted)
      fold.builder.branch(unless: isEqual, to: next, at: fold.span)
      fold.emit(.return, isEqual)
      fold.builder.place(next)
    }
    load(.bool(false), into: outcome)
    emit(.return, outcome)
  }
}
