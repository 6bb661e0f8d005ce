import Interface
import Primitives

/// One line of assembler, read from left to right. What follows a `;` at the end of an instruction,
/// or after `function`, is a comment.
struct AssemblyLine {
  private var rest: Substring
  private let lineNumber: Int

  init(_ line: Substring, number: Int) {
    lineNumber = number
    rest = line.drop { $0 == " " }
  }

  func fault(_ message: String) -> AssemblyFault { AssemblyFault(line: lineNumber, message: message) }

  private mutating func passSpace() { rest = rest.drop { $0 == " " } }

  /// Nothing but a comment is left.
  var isAtEnd: Bool { rest.isEmpty || rest.hasPrefix("; ") }

  mutating func accept(_ text: String) -> Bool {
    guard rest.hasPrefix(text) else { return false }
    // A word ends where the text does.
    let tail = rest.dropFirst(text.count)
    if let last = text.last, AssemblyLine.isWord(last), let next = tail.first, AssemblyLine.isWord(next) {
      return false
    }
    // The `;` between shares is followed by a share, that of a comment never is.
    if text == ";" && !["part", "up-to", "rest", "evenly"].contains(where: { tail.drop { $0 == " " }.hasPrefix($0) }) {
      return false
    }
    rest = tail
    passSpace()
    return true
  }

  mutating func expect(_ text: String) throws(AssemblyFault) {
    if !accept(text) { throw fault("`\(text)` was wanted before “\(rest.prefix(20))”") }
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private mutating func take(_ what: String, while condition: (Character) -> Bool) throws(AssemblyFault) -> String {
    let taken = rest.prefix(while: condition)
    guard !taken.isEmpty else { throw fault("\(what) was wanted before “\(rest.prefix(20))”") }
    rest = rest.dropFirst(taken.count)
    passSpace()
    return String(taken)
  }

  mutating func word() throws(AssemblyFault) -> String {
    if accept("up-to") { return "up-to" }
    return try take("a word", while: AssemblyLine.isWord)
  }

  mutating func mnemonic() throws(AssemblyFault) -> String {
    try take("an instruction") { AssemblyLine.isWord($0) || $0 == "." || $0 == "-" }
  }

  /// The `12:` that an instruction's line begins with.
  mutating func instructionIndex() -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let index = Int(digits), rest.dropFirst(digits.count).first == ":" else { return nil }
    rest = rest.dropFirst(digits.count + 1)
    passSpace()
    return index
  }

  mutating func integer() throws(AssemblyFault) -> Integer {
    let isNegative = accept("-")
    guard let value = Integer(decimal: try take("a number") { $0.isASCII && $0.isNumber }) else {
      throw fault("a number was wanted")
    }
    return isNegative ? -value : value
  }

  mutating func number() throws(AssemblyFault) -> Int {
    guard let value = try integer().int else { throw fault("this number is too large") }
    return value
  }

  /// A number of 16 bits.
  mutating func short() throws(AssemblyFault) -> UInt16 { try exactly(try number()) }

  func exactly(_ number: Int) throws(AssemblyFault) -> UInt16 {
    guard let short = UInt16(exactly: number) else { throw fault("\(number) does not fit an operand") }
    return short
  }

  mutating func prefixed(_ prefix: String) throws(AssemblyFault) -> Int {
    guard rest.hasPrefix(prefix) else {
      throw fault("`\(prefix)` and a number were wanted before “\(rest.prefix(20))”")
    }
    rest = rest.dropFirst(prefix.count)
    return try number()
  }

  mutating func register() throws(AssemblyFault) -> Int { try prefixed("r") }

  mutating func digest() throws(AssemblyFault) -> Digest {
    let digits = Array(try take("a digest") { $0.isHexDigit })
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    guard let digest = Digest(bytes: bytes), digits.count == 2 * Digest.size else {
      throw fault("a digest has 64 hexadecimal digits")
    }
    return digest
  }

  mutating func value() throws(AssemblyFault) -> Value {
    if rest.first == "\"" { return .text(try text()) }
    if accept("true") { return .bool(true) }
    if accept("false") { return .bool(false) }
    if rest.hasPrefix("bytes") { return .bytes(try bytes()) }
    if accept("[") {
      var values: [Value] = []
      if accept("]") { return .sequence(values) }
      repeat { values.append(try value()) } while accept(",")
      try expect("]")
      return .sequence(values)
    }
    if accept("case") {
      let number = try number()
      guard accept("["), !accept("]") else { return .variant(number, []) }
      var payload: [Value] = []
      repeat { payload.append(try value()) } while accept(",")
      try expect("]")
      return .variant(number, payload)
    }
    let number = try integer()
    if accept("/") {
      guard let percent = Percent(number, outOf: try integer()) else { throw fault("this is no percentage") }
      return .percent(percent)
    }
    if accept("ms") {
      guard let duration = Duration(milliseconds: number) else { throw fault("this is no duration") }
      return .duration(duration)
    }
    if accept("t") {
      guard let milliseconds = number.int else { throw fault("this is no time") }
      return .time(Time(milliseconds: Int64(milliseconds)))
    }
    if accept("p") {
      guard let row = number.int, row >= 0 else { throw fault("this is no account") }
      return .party(UInt64(row))
    }
    if accept("u") {
      guard let amount = Amount(units: number) else { throw fault("this is no amount") }
      return .amount(amount)
    }
    return .int(number)
  }

  /// Two digits for each byte.
  private mutating func bytes() throws(AssemblyFault) -> [UInt8] {
    rest = rest.dropFirst("bytes".count)
    let digits = Array(rest.prefix { $0.isHexDigit }.utf8)
    rest = rest.dropFirst(digits.count)
    passSpace()
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
  }

  private mutating func text() throws(AssemblyFault) -> [UInt8] {
    var bytes: [UInt8] = []
    var tail = rest.dropFirst().utf8
    while let byte = tail.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        rest = Substring(tail)
        passSpace()
        return bytes
      case UInt8(ascii: "\\"):
        guard let value = UInt8(String(decoding: tail.prefix(2), as: UTF8.self), radix: 16) else {
          throw fault("`\\` is followed by two digits")
        }
        tail = tail.dropFirst(2)
        bytes.append(value)
      default: bytes.append(byte)
      }
    }
    throw fault("a text ends with `\"`")
  }
}
