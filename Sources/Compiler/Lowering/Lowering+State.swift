// Terms and fields. What has a fixed size lies in the agreement's words; anything else rests as an
// entry, and a map as one entry for each key, which are read and written one by one where the map
// as a whole is not asked for.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  func item(ofField field: StateVariableID) -> Int { interface.item(of: field) }

  func slot(ofField field: StateVariableID) -> Int { pool.slots[item(ofField: field)].slot }

  func type(ofField field: StateVariableID) -> ValueType { pool.slots[item(ofField: field)].type }

  /// Of a term or field that is a map, where it rests; nil of every other expression.
  func item(ofMap value: TypedExpression) -> (item: Int, key: ValueType, value: ValueType)? {
    let item: Int
    switch value.kind {
    case .term(let term): item = term.index
    case .field(let index): item = self.item(ofField: index)
    default: return nil
    }
    guard case .value(let type) = value.type, let (key, value) = type.mapParts(in: types) else { return nil }
    return (item, key, value)
  }

  mutating func load(item: Int, into destination: Register?, at span: Span) -> Register {
    let (type, slot) = pool.slots[item]
    let opcode = type.layout.moves.load
    return result(opcode, RegisterType(type), opcode == .loadObject ? item : slot, into: destination, at: span)
  }

  mutating func assign(_ field: StateVariableID, _ value: TypedExpression, at span: Span) {
    // A map with one entry more or another one gets that entry, and the others stay where they rest.
    if case .withEntry(let map, let key, let element) = value.kind, case .field(field) = map.kind,
      let entries = item(ofMap: map)
    {
      let keyRegister = evaluate(key, as: RegisterType(entries.key))
      let register = evaluate(element, as: RegisterType(entries.value))
      builder.emit(.setEntry, UInt16(entries.item), keyRegister.operand, register.operand, at: value.span)
      builder.release(keyRegister)
      builder.release(register)
      return
    }
    let register = evaluate(value, as: RegisterType(type(ofField: field)))
    store(register, in: field, at: span)
    builder.release(register)
  }

  mutating func assign(
    elementOf field: StateVariableID, _ key: TypedExpression, _ value: TypedExpression, at span: Span
  ) {
    guard case .composite(let index) = type(ofField: field) else {
      preconditionFailure("the checker gives elements to lists and maps only")
    }
    switch types[index] {
    case .map(let keyType, let type, _):
      let keyRegister = evaluate(key, as: RegisterType(keyType))
      let register = evaluate(value, as: RegisterType(type))
      builder.emit(.setEntry, UInt16(item(ofField: field)), keyRegister.operand, register.operand, at: span)
      builder.release(keyRegister)
      builder.release(register)
    case .list(let element, _, _):
      let place = evaluate(key)
      let register = evaluate(value, as: RegisterType(element))
      let list = load(item: item(ofField: field), into: nil, at: span)
      let opcode: Opcode =
        isCollection(register.type) ? .setElementObject : element.slots == 2 ? .setElementPair : .setElement
      builder.emit(opcode, list.operand, place.operand, register.operand, at: span)
      store(list, in: field, at: span)
      for used in [place, register, list] { builder.release(used) }
    case .structure, .enumeration, .optional, .set:
      preconditionFailure("the checker gives elements to lists and maps only")
    }
  }

  /// The field becomes what the register holds, which is of a type that fits.
  mutating func store(_ register: Register, in field: StateVariableID, at span: Span) {
    let (type, slot) = pool.slots[item(ofField: field)]
    if case .composite(let index) = type, case .map(let key, let value, let most) = types[index] {
      store(map: register, key, value, most, in: field, at: span)
      return
    }
    let opcode = type.layout.moves.store
    if opcode == .storeObject {
      builder.emit(opcode, UInt16(item(ofField: field)), register.operand, at: span)
    } else {
      builder.emit(opcode, UInt16(slot), register.operand, UInt16(field.index), at: span)
    }
  }

  /// All entries make room for those of the new map.
  private mutating func store(
    map: Register, _ key: ValueType, _ value: ValueType, _ most: Int, in field: StateVariableID, at span: Span
  ) {
    let item = item(ofField: field)
    let old = load(item: item, into: nil, at: span)
    forEachKey(of: old, key, most, at: span) { lowering, register, _ in
      lowering.builder.emit(.removeEntry, UInt16(item), register.operand, at: span)
    }
    builder.release(old)
    forEachKey(of: map, key, most, at: span) { lowering, register, counter in
      let element = lowering.builder.temporary(RegisterType(value))
      lowering.builder.emit(.itemValue, element.operand, map.operand, counter.operand, at: span)
      // There is room for the entries of a map that had room for them: so nothing fails here, and
      // the answer says so to whoever reads only the code.
      let (mark, next) = (lowering.builder.mark(), lowering.builder.label())
      lowering.builder.emit(.setEntry, UInt16(item), register.operand, element.operand, at: span)
      lowering.builder.answer(since: mark, at: next)
      lowering.builder.place(next)
      lowering.builder.release(element)
    }
  }

  private mutating func forEachKey(
    of map: Register, _ type: ValueType, _ most: Int, at span: Span,
    _ body: (inout FunctionLowering, Register, Register) -> Void
  ) {
    let counter = builder.temporary(.loopCounter(bound: most))
    let key = builder.temporary(RegisterType(type))
    builder.emit(.each, counter.operand, map.operand, at: span)
    let loop = builder.openLoop(counter, at: span)
    builder.emit(.item, key.operand, map.operand, counter.operand, at: span)
    body(&self, key, counter)
    builder.close(loop, always: pool.constant(.bool(true)), at: span)
    builder.release(counter)
    builder.release(key)
  }
}
