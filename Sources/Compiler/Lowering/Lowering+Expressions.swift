import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  /// Code for a value. Without a destination it goes where it lies already or into a temporary,
  /// which the caller releases. The type of a destination has all of the expression's values.
  mutating func evaluate(_ value: TypedExpression, into destination: Register? = nil) -> Register {
    let span = value.span
    switch value.kind {
    case .error: preconditionFailure("a contract with an error is not lowered")
    case .constant(let constant): return load(constant, value, into: destination)
    case .parameter(let index): return deliver(parameter(index), destination, at: span)
    case .local(let index): return deliver(local(index), destination, at: span)
    case .term(let term): return load(item: term.index, into: destination, at: span)
    case .field(let index): return load(item: item(ofField: index), into: destination, at: span)

    case .balance(let vault):
      return result(.balance, RegisterType(value.type), vault.index, into: destination, at: span)
    case .balanceOfKey(let vault, let key):
      let register = evaluate(key, asKeyOf: vault)
      builder.release(register)
      return result(.balanceOfKey, RegisterType(value.type), vault.index, register.slot, into: destination, at: span)
    case .keyCount(let vault):
      return result(.countKeys, RegisterType(value.type), vault.index, into: destination, at: span)
    case .now: return result(.now, .time, into: destination, at: span)
    case .opened: return result(.opened, .time, into: destination, at: span)
    case .caller: return result(.caller, .party, into: destination, at: span)
    case .party(let party): return result(.account, .party, party, into: destination, at: span)

    case .isEmpty, .isCase: return evaluate(condition: value, into: destination)
    case .not(let inner): return result(.not, .bool, of: evaluate(inner), into: destination, at: span)
    case .and(let left, let right): return evaluate(left, right, decidedBy: false, into: destination)
    case .or(let left, let right): return evaluate(left, right, decidedBy: true, into: destination)
    case .compare(let comparison, let left, let right):
      return compare(comparison, left, right, into: destination, at: span)
    case .choose(let condition, let first, let second):
      return choose(condition, first, second, value, into: destination)
    case .match(let subject, let cases): return match(subject, cases, value, into: destination)
    case .answered(let first, let second): return answered(first, second, value, into: destination)

    case .negate(let inner):
      let zero = builder.temporary(.wide(bits: 1))
      builder.emit(.immediate, zero.operand, at: span)
      let operand = evaluate(inner)
      return result(.subtractInt, .wide(bits: value.bits), of: zero, and: operand, into: destination, at: span)
    case .arithmetic(let operation, let left, let right):
      return compute(operation, left, right, value, into: destination)
    case .convert(let conversion, let inner): return convert(inner, conversion, value, into: destination)
    case .narrow(let inner, let range):
      return result(.narrow, .int(range), of: evaluate(inner), pool.range(range), into: destination, at: span)
    case .call(let function, let arguments, canTrap: _): return call(function, arguments, into: destination, at: span)

    case .make(let members): return make(members, value, into: destination)
    case .wrap(let number, let payload): return wrap(number, payload, value, into: destination)
    case .member(let structure, let index):
      return result(.member, RegisterType(value.type), of: evaluate(structure), index, into: destination, at: span)
    case .replace(let structure, let index, let member):
      return replace(structure, index, member, value, into: destination)

    case .collect(let elements): return collect(elements, value, into: destination)
    case .element(let collection, let key): return element(of: collection, key, value, into: destination)
    case .contains(let collection, let element): return contains(collection, element, value, into: destination)
    case .with(let collection, let elements):
      return with(collection, elements.map { [$0] }, value, into: destination)
    case .withEntry(let map, key: let key, value: let element):
      return with(map, [[key, element]], value, into: destination)
    case .function(let function, let arguments): return call(function, arguments, value, into: destination)
    case .concatenate(let pieces): return concatenate(pieces, into: destination, at: span)
    }
  }

  /// A value in a register of just this type, which has all of the expression's values.
  mutating func evaluate(_ value: TypedExpression, as type: RegisterType) -> Register {
    // A constant is made in the type that is asked for.
    if case .constant = value.kind { return evaluate(value, into: builder.temporary(type)) }
    let register = evaluate(value)
    return register.type == type ? register : deliver(register, builder.temporary(type), at: value.span)
  }

  // MARK: Constants

  /// A constant goes straight into a destination of any type that admits it.
  private mutating func load(_ constant: Value, _ value: TypedExpression, into destination: Register?) -> Register {
    if let destination {
      load(constant, into: destination, at: value.span)
      return destination
    }
    // As an operand an integer needs no range, and registers of one width can be used again.
    let type = RegisterType(value.type)
    let target = builder.temporary(type.bits.map { .wide(bits: $0) } ?? type)
    load(constant, into: target, at: value.span)
    return target
  }

  mutating func load(_ constant: Value, into target: Register, at span: Span) {
    let opcode: Opcode
    switch constant {
    case .int(let integer):
      if let int = integer.int, let short = Int16(exactly: int) {
        builder.emit(.immediate, target.operand, UInt16(bitPattern: short), at: span)
        return
      }
      opcode = SmallInteger.word(integer) == nil ? .constantWide : .constant
    case .bool, .duration, .time: opcode = .constant
    // No account can be made, only asked for; and only where a blank place needs something does one stand here.
    case .party:
      builder.emit(.account, target.operand, at: span)
      return
    case .percent, .amount: opcode = .constantPair
    case .text, .bytes: opcode = .constantWide
    case .sequence, .variant:
      build(constant, into: target, at: span)
      return
    }
    builder.emit(opcode, target.operand, UInt16(truncatingIfNeeded: pool.constant(constant)), at: span)
  }

  // MARK: Numbers

  private mutating func compute(
    _ operation: Arithmetic, _ left: TypedExpression, _ right: TypedExpression, _ value: TypedExpression,
    into destination: Register?
  ) -> Register {
    let a = evaluate(left)
    let b: Register
    switch (operation, right.kind) {
    // A divisor's range shows that it is not 0.
    case (.intDivide, .constant(.int(let divisor))), (.intModulo, .constant(.int(let divisor))):
      b = evaluate(right, as: IntegerRange(divisor, divisor).map { .int($0) } ?? RegisterType(right.type))
    default: b = evaluate(right)
    }
    return result(Opcode(operation), type(ofResult: value), of: a, and: b, into: destination, at: value.span)
  }

  /// What arithmetic gives: integers have a width here, and no range.
  private func type(ofResult value: TypedExpression) -> RegisterType {
    value.type.bits.map { .wide(bits: $0) } ?? RegisterType(value.type)
  }

  private mutating func convert(
    _ inner: TypedExpression, _ conversion: Conversion, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let opcode: Opcode =
      switch conversion {
      case .intOfDuration: .intOfDuration
      case .intOfAmount: .intOfAmount
      case .textOfInt: .textOfInt
      case .percentOfRatio: .narrowRatio
      }
    return result(opcode, type(ofResult: value), of: evaluate(inner), into: destination, at: value.span)
  }

  private mutating func concatenate(_ pieces: [TypedExpression], into destination: Register?, at span: Span) -> Register
  {
    var (joined, length) = (evaluate(pieces[0]), pieces[0].length)
    for (index, piece) in pieces.enumerated().dropFirst() {
      length += piece.length
      joined = result(
        .concatenate, .value(.text(max: length)), of: joined, and: evaluate(piece),
        into: index == pieces.count - 1 ? destination : nil, at: span)
    }
    return joined
  }

  private mutating func compare(
    _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression, into destination: Register?,
    at span: Span
  ) -> Register {
    let (a, b) = (evaluate(left), evaluate(right))
    let (opcode, isSwapped, isNegated) = FunctionLowering.instruction(for: comparison, of: a.type)
    builder.release(a)
    builder.release(b)
    let target = target(.bool, destination)
    builder.emit(opcode, target.operand, (isSwapped ? b : a).operand, (isSwapped ? a : b).operand, at: span)
    if isNegated { builder.emit(.not, target.operand, target.operand, at: span) }
    return target
  }

  /// The instruction that compares values of a type, and whether its operands are swapped and its
  /// result is turned round.
  static func instruction(for comparison: Comparison, of type: RegisterType) -> (
    Opcode, isSwapped: Bool, isNegated: Bool
  ) {
    let isSwapped = comparison == .greater || comparison == .greaterOrEqual
    switch comparison {
    case .equal, .notEqual:
      return (equality(of: type), false, comparison == .notEqual)
    case .less, .greater: return (order(of: type).less, isSwapped, false)
    case .lessOrEqual, .greaterOrEqual:
      let (less, lessOrEqual) = order(of: type)
      // a ≤ b is not b < a.
      return lessOrEqual.map { ($0, isSwapped, false) } ?? (less, !isSwapped, true)
    }
  }

  private static func equality(of type: RegisterType) -> Opcode {
    guard let value = type.valueType else { return .equalInt }
    return switch value.layout {
    case .integer: .equalInt
    case .word: .equalWord
    case .pair: .equalPair
    case .object: if case .composite = value { .equalObject } else { .equalText }
    }
  }

  private static func order(of type: RegisterType) -> (less: Opcode, lessOrEqual: Opcode?) {
    guard let value = type.valueType else { return (.lessInt, .lessOrEqualInt) }
    return switch value {
    case .int: (.lessInt, .lessOrEqualInt)
    case .amount: (.lessAmount, .lessOrEqualAmount)
    case .ratio, .rate: (.lessPercent, .lessOrEqualPercent)
    case .duration, .time: (.lessDuration, .lessOrEqualDuration)
    case .text, .bytes: (.lessText, nil)
    default: preconditionFailure("the checker orders only what has an order")
    }
  }

  // MARK: Calls

  private mutating func call(
    _ function: Int, _ arguments: [TypedExpression], into destination: Register?, at span: Span
  ) -> Register {
    let called = pool.contract.functions[function]
    return call(
      pool.number(ofFunction: function), arguments, called.parameters.map { RegisterType($0) },
      RegisterType(called.type), into: destination, at: span
    )
  }

  /// Calls the module's function with this number.
  mutating func call(
    _ number: Int, _ arguments: [TypedExpression], _ parameters: [RegisterType], _ type: RegisterType,
    into destination: Register?, at span: Span
  ) -> Register {
    // A single argument may stay where it lies.
    if arguments.count == 1 {
      let argument = evaluate(arguments[0], as: parameters[0])
      builder.release(argument)
      return call(number, first: argument, type, into: destination, at: span)
    }
    let registers = builder.run(parameters)
    for (argument, register) in zip(arguments, registers) { _ = evaluate(argument, into: register) }
    builder.free(run: registers)
    return call(number, first: registers.first, type, into: destination, at: span)
  }

  private mutating func call(
    _ number: Int, first: Register?, _ type: RegisterType, into destination: Register?, at span: Span
  ) -> Register {
    let target = target(type, destination)
    builder.emit(.call, UInt16(truncatingIfNeeded: number), first?.operand ?? 0, target.operand, at: span)
    return deliver(target, destination, at: span)
  }

}

extension TypedExpression {
  /// Of an integer, the widest magnitude.
  var bits: Int {
    guard let bits = type.bits else { preconditionFailure("the checker asks integers only for their width") }
    return bits
  }

  /// Of a text, the most scalars.
  fileprivate var length: Int {
    guard case .value(.text(let max)) = type else { preconditionFailure("the checker joins texts only") }
    return max
  }
}

extension Opcode {
  init(_ arithmetic: Arithmetic) {
    switch arithmetic {
    case .intAdd: self = .addInt
    case .intSubtract: self = .subtractInt
    case .intMultiply: self = .multiplyInt
    case .intModulo: self = .moduloInt
    case .intDivide(.down): self = .divideIntDown
    case .intDivide(.up): self = .divideIntUp
    case .intDivide(.halfEven): self = .divideIntHalfEven
    case .ratioOfInts: self = .ratioOfInts
    case .ratioAdd: self = .addRatio
    case .ratioSubtract: self = .subtractRatio
    case .ratioMultiply: self = .multiplyRatio
    case .ratioDivide: self = .divideRatio
    case .amountAdd: self = .addAmount
    case .amountSubtract: self = .subtractAmount
    case .amountTimes: self = .timesAmount
    case .amountScale(.down): self = .scaleAmountDown
    case .amountScale(.up): self = .scaleAmountUp
    case .amountScale(.halfEven): self = .scaleAmountHalfEven
    case .durationAdd: self = .addDuration
    case .durationSubtract: self = .subtractDuration
    case .durationTimes: self = .timesDuration
    case .timeAdd: self = .addTime
    case .timeBack: self = .subtractFromTime
    case .timeSince: self = .subtractTime
    }
  }
}
