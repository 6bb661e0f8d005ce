import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  func registerType(of value: TypedExpression) -> RegisterType {
    switch value.type {
    case .bool: .bool
    case .int(let bits, let range): range.map { .int($0) } ?? .wide(bits: bits)
    case .percent(let isAtRest): isAtRest ? .percent : .ratio
    case .amount(let currency): .amount(currency: currency)
    case .duration: .duration
    case .text(let max): .text(max: max)
    }
  }

  /// Code for a value. Without a destination it goes where it lies already or into a temporary, which the caller releases.
  mutating func evaluate(_ value: TypedExpression, into destination: Register? = nil) -> Register {
    switch value.kind {
    case .parameter(let index): return copy(parameter(index), into: destination, at: value.span)
    case .local(let index): return copy(local(index), into: destination, at: value.span)
    case .constant(let constant): return load(constant, value, into: destination)
    case .term(let index): return load(slot: index, value, into: destination)
    case .field(let index): return load(slot: contract.interface.terms.count + index, value, into: destination)
    case .balance(let vault):
      return compute(value, into: destination) { builder, target in builder.emit(.balance, target.operand, UInt16(vault), at: value.span) }
    case .not(let inner):
      let operand = evaluate(inner)
      return compute(value, releasing: [operand], into: destination) { builder, target in
        builder.emit(.not, target.operand, operand.operand, at: value.span)
      }
    case .negate(let inner):
      let zero = builder.temporary(.wide(bits: 1))
      builder.emit(.immediate, zero.operand, at: value.span)
      let operand = evaluate(inner)
      return compute(value, .wide(bits: max(1, operand.type.bits ?? 1) + 1), releasing: [zero, operand], into: destination) { builder, target in
        builder.emit(.subtractInt, target.operand, zero.operand, operand.operand, at: value.span)
      }
    case .arithmetic(let operation, let left, let right):
      let (a, b) = (evaluate(left), evaluate(right))
      return compute(value, releasing: [a, b], into: destination) { builder, target in
        builder.emit(Opcode(operation), target.operand, a.operand, b.operand, at: value.span)
      }
    case .compare(let comparison, let left, let right): return compare(comparison, left, right, value, into: destination)
    case .and(let left, let right): return shortCircuit(left, right, isAnd: true, value, into: destination)
    case .or(let left, let right): return shortCircuit(left, right, isAnd: false, value, into: destination)
    case .narrow(let inner, let range):
      let operand = evaluate(inner)
      let place = UInt16(truncatingIfNeeded: pool.range(range))
      return compute(value, releasing: [operand], into: destination) { builder, target in
        builder.emit(.narrow, target.operand, operand.operand, place, at: value.span)
      }
    }
  }

  /// Emits one instruction that writes a value of `type` (by default the expression's), into the destination where the types agree.
  private mutating func compute(
    _ value: TypedExpression, _ type: RegisterType? = nil, releasing operands: [Register] = [], into destination: Register?,
    _ emit: (inout FunctionBuilder, Register) -> Void
  ) -> Register {
    let type = type ?? registerType(of: value)
    for operand in operands { builder.release(operand) }
    if let destination, destination.type == type {
      emit(&builder, destination)
      return destination
    }
    let target = builder.temporary(type)
    emit(&builder, target)
    return copy(target, into: destination, at: value.span)
  }

  private mutating func copy(_ register: Register, into destination: Register?, at span: Span) -> Register {
    guard let destination, destination != register else { return register }
    builder.emit(register.type.slots == 2 ? .copyPair : .copy, destination.operand, register.operand, at: span)
    builder.release(register)
    return destination
  }

  /// A constant goes straight into a destination of any type that admits it.
  private mutating func load(_ constant: Value, _ value: TypedExpression, into destination: Register?) -> Register {
    // As an operand an integer needs no range, and registers of one width can be used again.
    let target = destination ?? builder.temporary(registerType(of: value).bits.map { .wide(bits: $0) } ?? registerType(of: value))
    if case .int(let integer) = constant, let int = integer.int, let short = Int16(exactly: int) {
      builder.emit(.immediate, target.operand, UInt16(bitPattern: short), at: value.span)
      return target
    }
    let opcode: Opcode
    switch constant {
    case .bool, .duration: opcode = .constant
    case .int(let integer): opcode = SmallInteger.word(integer) == nil ? .constantWide : .constant
    case .percent, .amount: opcode = .constantPair
    case .text, .bytes: opcode = .constantWide
    case .sequence, .variant: preconditionFailure("the language has no literal of a composite type")
    }
    builder.emit(opcode, target.operand, UInt16(truncatingIfNeeded: pool.constant(constant)), at: value.span)
    return target
  }

  private mutating func load(slot index: Int, _ value: TypedExpression, into destination: Register?) -> Register {
    let (type, slot) = slots[index]
    return compute(value, RegisterType(type), into: destination) { builder, target in
      builder.emit(.loading(type), target.operand, UInt16(slot), at: value.span)
    }
  }

  private mutating func compare(
    _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let (a, b) = (evaluate(left), evaluate(right))
    let isSwapped = comparison == .greater || comparison == .greaterOrEqual
    let opcode: Opcode
    switch (comparison, left.type) {
    case (.equal, .int), (.notEqual, .int): opcode = .equalInt
    case (.equal, .bool), (.notEqual, .bool), (.equal, .duration), (.notEqual, .duration): opcode = .equalWord
    case (.equal, .percent), (.notEqual, .percent), (.equal, .amount), (.notEqual, .amount): opcode = .equalPair
    case (.equal, .text), (.notEqual, .text): opcode = .equalText
    case (.less, .int), (.greater, .int): opcode = .lessInt
    case (.less, .amount), (.greater, .amount): opcode = .lessAmount
    case (.less, .percent), (.greater, .percent): opcode = .lessPercent
    case (.less, .duration), (.greater, .duration): opcode = .lessDuration
    case (.lessOrEqual, .int), (.greaterOrEqual, .int): opcode = .lessOrEqualInt
    case (.lessOrEqual, .amount), (.greaterOrEqual, .amount): opcode = .lessOrEqualAmount
    case (.lessOrEqual, .percent), (.greaterOrEqual, .percent): opcode = .lessOrEqualPercent
    case (.lessOrEqual, .duration), (.greaterOrEqual, .duration): opcode = .lessOrEqualDuration
    case (_, .bool), (_, .text): preconditionFailure("the checker orders only integers, amounts, percents and durations")
    }
    return compute(value, releasing: [a, b], into: destination) { builder, target in
      builder.emit(opcode, target.operand, (isSwapped ? b : a).operand, (isSwapped ? a : b).operand, at: value.span)
      if comparison == .notEqual { builder.emit(.not, target.operand, target.operand, at: value.span) }
    }
  }

  /// The right side runs only where the left one does not decide.
  private mutating func shortCircuit(
    _ left: TypedExpression, _ right: TypedExpression, isAnd: Bool, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let end = builder.label()
    let target = evaluate(left, into: destination ?? builder.temporary(.bool))
    if isAnd {
      builder.branch(unless: target, to: end, at: left.span)
    } else {
      let opposite = builder.temporary(.bool)
      builder.emit(.not, opposite.operand, target.operand, at: left.span)
      builder.branch(unless: opposite, to: end, at: left.span)
      builder.release(opposite)
    }
    _ = evaluate(right, into: target)
    builder.place(end)
    return target
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
    case .amountAdd: self = .addAmount
    case .amountSubtract: self = .subtractAmount
    case .amountTimes: self = .timesAmount
    case .amountScale(.down): self = .scaleAmountDown
    case .amountScale(.up): self = .scaleAmountUp
    case .amountScale(.halfEven): self = .scaleAmountHalfEven
    case .durationAdd: self = .addDuration
    case .durationSubtract: self = .subtractDuration
    case .durationTimes: self = .timesDuration
    }
  }
}
