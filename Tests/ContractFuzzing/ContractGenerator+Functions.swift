import Fuzzing
import Interface
import Primitives
import Semantics

/// Calls of the functions of the language, as `LanguageFunction` lists them.
extension ContractGenerator {
  /// A call that gives what is wanted; nil where there is none.
  mutating func languageCall(_ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int) -> Made? {
    let functions = LanguageFunction.allCases.filter { function in
      !(total && !function.row.traps.isEmpty) && gives(function, wanted)
    }
    return functions.isEmpty
      ? nil : call(tape.element(functions), wanted, expecting: expected, total: total, depth: depth)
  }

  private func gives(_ function: LanguageFunction, _ wanted: SourceType) -> Bool {
    switch (function.row.gives, function.row.parameters.first?.kind, wanted) {
    case (.value(let type), _, _): MadeType(SourceType(type)).fits(wanted)
    case (.calendar, _, .calendar), (.size, _, .int), (.sum, _, .int), (_, .elements(.amounts), .amount),
      (_, .elements(.integers), .int):
      true
    case (_, .elements(.numbers), .int), (_, .elements(.numbers), .amount), (_, .elements(.numbers), .percent),
      (_, .elements(.numbers), .ratio), (_, .elements(.numbers), .duration), (_, .elements(.numbers), .time),
      (_, .number, .int), (_, .number, .amount), (_, .number, .percent), (_, .number, .ratio), (_, .number, .duration),
      (_, .number, .time):
      true
    default: false
    }
  }

  private mutating func call(
    _ function: LanguageFunction, _ wanted: SourceType, expecting expected: MadeType?, total: Bool, depth: Int
  ) -> Made? {
    let row = function.row
    var (arguments, parts) = ([Made](), [String]())
    for (label, kind) in row.parameters {
      let expected = arguments.isEmpty ? expected : arguments[0].type
      let made = argument(kind, like(wanted), expecting: expected, total: total, depth: depth)
      arguments.append(made)
      parts.append(label.map { tape.oneIn(2) ? "\($0): \(made.text)" : made.text } ?? made.text)
    }
    guard let type = type(of: row.gives, arguments) else { return nil }
    let list = "(\(parts.dropFirst(row.form == .member ? 1 : 0).joined(separator: ", ")))"
    return Made(
      text: (row.form == .member ? "\(arguments[0].at(.postfix))." : "") + row.name + list, type: type,
      traps: !row.traps.isEmpty || arguments.contains { $0.traps })
  }

  /// A type of the same kind: numbers of one kind are compared, whatever their ranges.
  private mutating func like(_ wanted: SourceType) -> SourceType {
    switch wanted {
    case .int: .int(randomRange())
    case .percent, .ratio: tape.oneIn(2) ? .ratio : .percent
    default: wanted
    }
  }

  private mutating func argument(
    _ parameter: LanguageFunction.Parameter, _ wanted: SourceType, expecting expected: MadeType?, total: Bool,
    depth: Int
  ) -> Made {
    switch parameter {
    case .value, .set: return rest(type(of: parameter), total: total, depth: min(depth, 1))
    case .calendar: return make(.calendar, expecting: nil, total: total, depth: min(depth, 1))
    case .integer: return make(.int(randomRange()), expecting: nil, total: total, depth: depth)
    case .number: return make(wanted, expecting: expected, total: total, depth: depth)
    case .bytes:
      if depth <= 0 { return textLiteral(40) }
      return make(tape.oneIn(2) ? .bytes(300) : .text(280), expecting: nil, total: total, depth: depth)
    case .countable:
      switch tape.weighted(3, 1, 1, 1) {
      case 0: return collection(total: total, depth: depth) { _ in true }
      case 1: return make(.text(280), expecting: nil, total: total, depth: depth)
      case 2: return make(.bytes(32), expecting: nil, total: total, depth: depth)
      default:
        let made = list(of: randomListed(), joining: nil, total: total, depth: depth).0
        return made.flatMap { total && $0.traps ? nil : $0 } ?? textLiteral(40)
      }
    case .elements: return listed(wanted, total: total, depth: depth)
    }
  }

  /// A list or set of these.
  private mutating func listed(_ kind: SourceType, total: Bool, depth: Int) -> Made {
    let known = candidates { type in
      switch type {
      case .composite(.list(let part, _, _)), .composite(.set(let part, _)): MadeType(part).fits(kind)
      default: false
      }
    }
    if !known.isEmpty && !tape.oneIn(3) { return tape.element(known) }
    if !total, tape.oneIn(2), let list = list(of: kind, joining: nil, total: false, depth: depth).0 { return list }
    let type: SourceType =
      isKey(kind) && tape.oneIn(3) ? .set(kind, most: 5) : .list(kind, least: tape.below(2), most: 5)
    return make(type, expecting: nil, total: total, depth: min(depth, 1))
  }

  // MARK: Types

  /// The type of a parameter that takes values of one type.
  func type(of parameter: LanguageFunction.Parameter) -> SourceType {
    switch parameter {
    case .value(let type): SourceType(type)
    case .set(let type, let most): .set(SourceType(type), most: most)
    case .calendar: .calendar
    case .integer, .number, .bytes, .countable, .elements: preconditionFailure("it takes values of several types")
    }
  }

  /// Nil where an argument is not what it was meant to be.
  private func type(of result: LanguageFunction.Result, _ arguments: [Made]) -> MadeType? {
    switch result {
    case .value(let type): return MadeType(SourceType(type))
    case .calendar: return .composite(.calendar)
    case .size:
      switch arguments[0].type {
      case .text(let max), .bytes(let max): return MadeType(.int(.of(0, max)))
      case .composite(let type): return MadeType(.int(.of(0, most(type))))
      default: return nil
      }
    case .sum, .element:
      guard case .composite(let type) = arguments[0].type, let part = part(of: type) else { return nil }
      guard result == .sum, case .int(let range) = part else { return MadeType(part) }
      return .int(bits: range.bits + Integer(most(type)).bitWidth, range: nil)
    case .smaller, .greater: return extreme(arguments[0], arguments[1], isSmaller: result == .smaller)
    }
  }

  private func extreme(_ a: Made, _ b: Made, isSmaller: Bool) -> MadeType {
    switch a.type {
    case .int:
      var range: IntegerRange?
      if let first = a.range, let second = b.range {
        range =
          isSmaller
          ? IntegerRange(min(first.low, second.low), min(first.high, second.high))
          : IntegerRange(max(first.low, second.low), max(first.high, second.high))
      }
      return .int(bits: max(a.bits, b.bits), range: range)
    case .percent: return .percent(isAtRest: isSmaller ? a.isAtRest || b.isAtRest : a.isAtRest && b.isAtRest)
    default: return a.type
    }
  }
}

extension SourceType {
  /// A type of the table of functions, which names neither currencies nor declared types.
  init(_ type: ValueType) {
    switch type {
    case .bool: self = .bool
    case .int(let range): self = .int(range)
    case .percent: self = .percent
    case .ratio: self = .ratio
    case .duration: self = .duration
    case .time: self = .time
    case .party: self = .party
    case .text(let max): self = .text(max)
    case .bytes(let max): self = .bytes(max)
    case .amount, .rate, .composite, .counter: preconditionFailure("a function of the language names no such type")
    }
  }
}
