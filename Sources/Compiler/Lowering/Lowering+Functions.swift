// Calls of the functions of the language.

import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension FunctionLowering {
  mutating func call(
    _ function: LanguageFunction, _ arguments: [TypedExpression], _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let (span, type) = (value.span, RegisterType(value.type))
    func fold(_ what: FoldLowering.What, canTrap: Bool) -> Register {
      let parameters = arguments.map { RegisterType($0.type) }
      return call(what, canTrap: canTrap, arguments, parameters, type, into: destination, at: span)
    }
    switch function {
    case .count: return count(arguments[0], value, into: destination)
    case .sumOfIntegers: return fold(.sumOfInts(bits: value.bits), canTrap: false)
    case .sumOfAmounts: return fold(.sumOfAmounts, canTrap: true)
    case .least: return fold(.least, canTrap: mayBeEmpty(arguments[0]))
    case .greatest: return fold(.greatest, canTrap: mayBeEmpty(arguments[0]))
    case .smaller: return extreme(.minInt, .less, arguments[0], arguments[1], value, into: destination)
    case .greater: return extreme(.maxInt, .greater, arguments[0], arguments[1], value, into: destination)
    case .sha256: return result(.sha256, type, of: evaluate(arguments[0]), into: destination, at: span)
    case .sm3: return result(.sm3, type, of: evaluate(arguments[0]), into: destination, at: span)
    case .endOf:
      let calendar = evaluate(arguments[0])
      let registers = builder.run([.int(IntegerRange(1...1000)), .time])
      for (argument, register) in zip(arguments.dropFirst(), registers) { _ = evaluate(argument, into: register) }
      builder.free(run: registers)
      return result(.endOfDay, type, of: calendar, registers[0].slot, into: destination, at: span)
    case .calendar: return make(arguments, value, into: destination)
    }
  }

  private func mayBeEmpty(_ collection: TypedExpression) -> Bool {
    if case .list(_, let least, _) = definition(RegisterType(collection.type)) { least == 0 } else { true }
  }

  /// Of integers there is an instruction; of anything else one of both is taken.
  private mutating func extreme(
    _ opcode: Opcode, _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression,
    _ value: TypedExpression, into destination: Register?
  ) -> Register {
    let type = RegisterType(value.type)
    if case .value(.int) = type {
      // Both have a range, and so has the result.
      let (a, b) = (evaluate(left, as: RegisterType(left.type)), evaluate(right, as: RegisterType(right.type)))
      return result(opcode, type, of: a, and: b, into: destination, at: value.span)
    }
    let (a, b) = (evaluate(left), evaluate(right))
    if type.isInteger { return result(opcode, type, of: a, and: b, into: destination, at: value.span) }
    if type == .percent, a.type != .percent || b.type != .percent {
      return a.type == .percent
        ? smaller(a, b, into: destination, at: value.span) : smaller(b, a, into: destination, at: value.span)
    }
    let target = a.isTemporary && a.type == type ? a : target(type, destination)
    let end = builder.label()
    let isSecond = builder.temporary(.bool)
    _ = deliver(a, target, at: value.span)
    let (less, isSwapped, _) = FunctionLowering.instruction(for: comparison, of: b.type)
    builder.emit(
      less, isSecond.operand, (isSwapped ? target : b).operand, (isSwapped ? b : target).operand, at: value.span)
    builder.branch(unless: isSecond, to: end, at: value.span)
    builder.release(isSecond)
    _ = deliver(b, target, at: value.span)
    builder.place(end)
    return deliver(target, destination, at: value.span)
  }

  /// The smaller of a percent and a ratio, which is a percent: the ratio only where it is smaller,
  /// so that it becomes one without fail.
  private mutating func smaller(_ percent: Register, _ ratio: Register, into destination: Register?, at span: Span)
    -> Register
  {
    let target = percent.isTemporary ? percent : target(.percent, destination)
    let end = builder.label()
    _ = deliver(percent, target, at: span)
    let isLess = builder.temporary(.bool)
    builder.emit(.lessPercent, isLess.operand, ratio.operand, target.operand, at: span)
    builder.branch(unless: isLess, to: end, at: span)
    builder.release(isLess)
    let mark = builder.mark()
    builder.emit(.narrowRatio, target.operand, ratio.operand, at: span)
    builder.answer(since: mark, at: end)
    builder.place(end)
    builder.release(ratio)
    return deliver(target, destination, at: span)
  }
}
