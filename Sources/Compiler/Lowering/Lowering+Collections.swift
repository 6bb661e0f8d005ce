// Lists, sets and maps. A collection that is changed lies in a register of its own by then:
// `evaluate` into a fresh register copies what somebody else holds.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  mutating func collect(_ elements: [TypedExpression], _ value: TypedExpression, into destination: Register?)
    -> Register
  {
    let target = target(RegisterType(value.type), destination)
    if case .list = definition(target.type) {
      collect(elements.count, into: target, at: value.span) { _ = $0.evaluate(elements[$1], into: $2) }
    } else {
      builder.emit(.collect, target.operand, at: value.span)
    }
    return deliver(target, destination, at: value.span)
  }

  /// A list of so many elements, which `put` makes in order, each in the register that it is given.
  /// What one instruction does not take is appended.
  mutating func collect(
    _ count: Int, into target: Register, at span: Span, _ put: (inout FunctionLowering, Int, Register) -> Void
  ) {
    guard case .list(let element, let least, _) = definition(target.type) else {
      preconditionFailure("only a list is made of elements")
    }
    let type = RegisterType(element)
    let first = min(count, ProtocolNumber.current.limits.parameters)
    if least > first {
      fill(least, count, type, into: target, at: span, put)
      return
    }
    let registers = builder.run(Array(repeating: type, count: first))
    for (index, register) in registers.enumerated() { put(&self, index, register) }
    builder.emit(.collect, target.operand, registers.first?.operand ?? 0, UInt16(first), at: span)
    builder.free(run: registers)
    append(first..<count, type, to: target, at: span, put)
  }

  private mutating func append(
    _ indices: Range<Int>, _ type: RegisterType, to target: Register, at span: Span,
    _ put: (inout FunctionLowering, Int, Register) -> Void
  ) {
    if indices.isEmpty { return }
    let register = builder.temporary(type)
    for index in indices {
      put(&self, index, register)
      builder.emit(.appendElement, target.operand, register.operand, at: span)
    }
    builder.release(register)
  }

  /// The same where the list has never so few elements as one instruction takes: it is filled with
  /// its first one before the others take their places.
  private mutating func fill(
    _ least: Int, _ count: Int, _ type: RegisterType, into target: Register, at span: Span,
    _ put: (inout FunctionLowering, Int, Register) -> Void
  ) {
    guard !isCollection(type) else { return pool.report(tooLarge: span) }
    let (register, number) = (builder.temporary(type), builder.temporary(.wide(bits: 32)))
    func loadNumber(_ value: Int) { load(.int(Integer(value)), into: number, at: span) }
    put(&self, 0, register)
    loadNumber(least)
    builder.emit(.fillList, target.operand, register.operand, number.operand, at: span)
    for index in 1..<least {
      put(&self, index, register)
      loadNumber(index)
      builder.emit(
        type.slots == 2 ? .setElementPair : .setElement, target.operand, number.operand, register.operand, at: span)
    }
    builder.release(register)
    builder.release(number)
    append(least..<count, type, to: target, at: span, put)
  }

  mutating func element(
    of collection: TypedExpression, _ key: TypedExpression, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let span = value.span
    let type = RegisterType(value.type)
    if let map = item(ofMap: collection) {
      let register = evaluate(key, as: RegisterType(map.key))
      builder.release(register)
      return found(type, into: destination, at: span) {
        $0.emit(.findEntry, UInt16(map.item), register.operand, to: $1, at: span)
      }
    }
    let held = evaluate(collection)
    switch definition(held.type) {
    case .list(let element, _, _):
      let opcode: Opcode = isCollection(type) ? .getElementObject : element.slots == 2 ? .getElementPair : .getElement
      return result(opcode, type, of: held, and: evaluate(key), into: destination, at: span)
    case .map(let keyType, _, _):
      let register = evaluate(key, as: RegisterType(keyType))
      builder.release(held)
      builder.release(register)
      return found(type, into: destination, at: span) {
        $0.emit(.find, held.operand, register.operand, to: $1, at: span)
      }
    case .structure, .enumeration, .optional, .set:
      preconditionFailure("the checker takes elements of lists and maps only")
    }
  }

  /// What `find` emits an instruction for, which leads to its label where there is nothing: that is
  /// a trap, or the way to the `else` which answers it.
  private mutating func found(
    _ type: RegisterType, into destination: Register?, at span: Span, _ find: (inout FunctionBuilder, Label) -> Void
  ) -> Register {
    let target = target(type, destination)
    if let handler {
      find(&builder, handler)
      builder.emit(.found, target.operand, at: span)
    } else {
      let (missed, end) = (builder.label(), builder.label())
      find(&builder, missed)
      builder.emit(.found, target.operand, at: span)
      builder.jump(to: end, at: span)
      builder.place(missed)
      builder.fail(.index, at: span)
      builder.place(end)
    }
    return deliver(target, destination, at: span)
  }

  mutating func count(_ inner: TypedExpression, _ value: TypedExpression, into destination: Register?) -> Register {
    let type = RegisterType(value.type)
    if let map = item(ofMap: inner) { return result(.countEntries, type, map.item, into: destination, at: value.span) }
    let opcode: Opcode =
      switch inner.type.plain {
      case .text: .scalarCount
      case .bytes: .sizeOf
      default: .countOf
      }
    return result(opcode, type, of: evaluate(inner), into: destination, at: value.span)
  }

  mutating func contains(
    _ collection: TypedExpression, _ element: TypedExpression, _ value: TypedExpression, into destination: Register?
  ) -> Register {
    if item(ofMap: collection) != nil { return evaluate(condition: value, into: destination) }
    let type = RegisterType(collection.type)
    switch definition(type) {
    case .list: return search(collection, type, element, into: destination, at: value.span)
    case .set(let key, _), .map(let key, _, _):
      let held = evaluate(collection)
      return result(
        .hasKey, .bool, of: held, and: evaluate(element, as: RegisterType(key)), into: destination, at: value.span)
    case .structure, .enumeration, .optional: preconditionFailure("the checker looks into collections only")
    }
  }

  /// Each of what is added is an element, or a key with its value.
  mutating func with(
    _ collection: TypedExpression, _ added: [[TypedExpression]], _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let type = RegisterType(value.type)
    let parts = definition(type).parts
    let opcode: Opcode =
      switch definition(type) {
      case .list: .appendElement
      case .set: .insertKey
      case .map: .insertEntry
      case .structure, .enumeration, .optional: preconditionFailure("the checker adds to collections only")
      }
    let target = evaluate(collection, into: target(type, destination))
    for item in added {
      var registers: [Register] = []
      for (part, type) in zip(item, parts) { registers.append(evaluate(part, as: RegisterType(type))) }
      builder.emit(
        opcode, target.operand, registers[0].operand, registers.count > 1 ? registers[1].operand : 0, at: value.span)
      for register in registers { builder.release(register) }
    }
    return deliver(target, destination, at: value.span)
  }
}

extension FunctionBuilder {
  mutating func fail(_ trap: Trap, at span: Span) {
    emit(.fail, UInt16(trap.rawValue), at: span)
  }
}
