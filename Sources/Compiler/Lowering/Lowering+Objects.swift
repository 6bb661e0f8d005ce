// Structures, enumerations and optionals, and whatever a constant or a blank place needs to be made.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  func definition(_ type: RegisterType) -> TypeDefinition {
    guard case .value(.composite(let index)) = type else {
      preconditionFailure("only values of composite types have parts")
    }
    return types[index]
  }

  mutating func make(_ members: [TypedExpression], _ value: TypedExpression, into destination: Register?) -> Register {
    let type = RegisterType(value.type)
    let registers = builder.run(definition(type).parts.map { RegisterType($0) })
    for (member, register) in zip(members, registers) { _ = evaluate(member, into: register) }
    builder.free(run: registers)
    return result(.make, type, registers.first?.slot ?? 0, into: destination, at: value.span)
  }

  mutating func wrap(_ number: Int, _ payload: [TypedExpression], _ value: TypedExpression, into destination: Register?)
    -> Register
  {
    let type = RegisterType(value.type)
    let registers = builder.run(payloadTypes(type, number))
    for (part, register) in zip(payload, registers) { _ = evaluate(part, into: register) }
    builder.free(run: registers)
    return result(.wrap, type, registers.first?.slot ?? 0, number, into: destination, at: value.span)
  }

  private func payloadTypes(_ type: RegisterType, _ number: Int) -> [RegisterType] {
    guard let payloads = definition(type).payloads else {
      preconditionFailure("only enumerations and optionals have cases")
    }
    return payloads[number].map { RegisterType($0) }
  }

  mutating func replace(
    _ structure: TypedExpression, _ index: Int, _ member: TypedExpression, _ value: TypedExpression,
    into destination: Register?
  ) -> Register {
    let type = RegisterType(value.type)
    // A register of its own, since the instruction writes it.
    let target = evaluate(structure, into: target(type, destination))
    let register = evaluate(member, as: RegisterType(definition(type).parts[index]))
    builder.emit(.replace, target.operand, register.operand, UInt16(index), at: value.span)
    builder.release(register)
    return deliver(target, destination, at: value.span)
  }

  // MARK: Constants

  /// Makes a constant of a composite type.
  mutating func build(_ constant: Value, into target: Register, at span: Span) {
    switch (constant, definition(target.type)) {
    case (.sequence(let values), .structure(_, let members)):
      let registers = builder.run(members.map { RegisterType($0.type) })
      for (value, register) in zip(values, registers) { load(value, into: register, at: span) }
      builder.emit(.make, target.operand, registers.first?.operand ?? 0, at: span)
      builder.free(run: registers)
    case (.variant(let number, let payload), _):
      let registers = builder.run(payloadTypes(target.type, number))
      for (value, register) in zip(payload, registers) { load(value, into: register, at: span) }
      builder.emit(.wrap, target.operand, registers.first?.operand ?? 0, UInt16(number), at: span)
      builder.free(run: registers)
    case (.sequence(let values), .list):
      collect(values.count, into: target, at: span) { $0.load(values[$1], into: $2, at: span) }
    case (.sequence(let values), .set(let key, _)):
      builder.emit(.collect, target.operand, at: span)
      let register = builder.temporary(RegisterType(key))
      for value in values {
        load(value, into: register, at: span)
        builder.emit(.insertKey, target.operand, register.operand, at: span)
      }
      builder.release(register)
    case (.sequence(let values), .map(let key, let element, _)):
      builder.emit(.collect, target.operand, at: span)
      let (register, entry) = (builder.temporary(RegisterType(key)), builder.temporary(RegisterType(element)))
      for place in stride(from: 0, to: values.count, by: 2) {
        load(values[place], into: register, at: span)
        load(values[place + 1], into: entry, at: span)
        builder.emit(.insertEntry, target.operand, register.operand, entry.operand, at: span)
      }
      builder.release(register)
      builder.release(entry)
    default: preconditionFailure("a constant is a value of its type")
    }
  }

  /// Whether `blank` has something for a register of this type. Accounts cannot be made, only asked for.
  func hasBlank(_ type: ValueType) -> Bool { !interface.parties.isEmpty || !namesAccount(type.blank(in: types)) }

  private func namesAccount(_ value: Value) -> Bool {
    switch value {
    case .party: true
    case .sequence(let values), .variant(_, let values): values.contains { namesAccount($0) }
    case .bool, .int, .percent, .amount, .duration, .text, .bytes, .time: false
    }
  }

  /// Something that the register can hold; what, is seen by nobody.
  mutating func blank(_ type: ValueType, into target: Register, at span: Span) {
    load(type.blank(in: types), into: target, at: span)
  }
}
