package import Source

/// Twelve bytes, so that a file's tokens lie close together; a file is far shorter than what 32 bits count.
package struct Token: Hashable, Sendable {
  package let kind: TokenKind
  private let start: UInt32
  private let end: UInt32

  init(kind: TokenKind, _ start: Int, _ end: Int) {
    self.kind = kind
    self.start = UInt32(clamping: start)
    self.end = UInt32(clamping: end)
  }

  package var span: Span { Span(Int(start), Int(end)) }
}

package enum TokenKind: Hashable, Sendable {
  case name
  case type
  case int
  case decimal
  case percent
  case time
  case string
  /// A unit of time, singular or plural.
  case unit(TimeUnit)
  case keyword(Keyword)
  case symbol(Symbol)
  /// A piece that is no token; the lexer has said why.
  case invalid
  case end

  /// How a message calls it.
  package var description: String {
    switch self {
    case .name: "a name"
    case .type: "a name that begins with an upper-case letter"
    case .int: "a whole number"
    case .decimal: "a decimal number"
    case .percent: "a percentage"
    case .time: "a time"
    case .string: "a string"
    case .unit: "a unit of time"
    case .keyword(let keyword): "`\(keyword.rawValue)`"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .invalid: "an unreadable piece of text"
    case .end: "the end of the file"
    }
  }
}

/// The reserved words.
package enum Keyword: String, CaseIterable, Sendable {
  case advance, after, and, anyone, at, block, by, `case`, contract, down, each, `else`, emit, emitted, empty, `enum`,
    even, evenly, event, expect
  case `false`, field, final, `for`, from, function, gained, half, `if`, `import`, `in`, initial, into, invariant, `is`,
    `let`, match, mod, not, of
  case on, open, or, party, pay, per, raise, receiving, refused, require, rest, `return`, rounded, split, state,
    `struct`, term, test, to, `true`, up
  case vault, view, when, `where`, `while`, with
}

package enum Symbol: String, CaseIterable, Sendable {
  case arrow = "->"
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case range = ".."
  case leftBrace = "{"
  case rightBrace = "}"
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case less = "<"
  case greater = ">"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case dot = "."
  case question = "?"
  case assign = "="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
}

/// The units of a duration literal, in milliseconds.
package enum TimeUnit: String, CaseIterable, Sendable {
  case second, minute, hour, day, week

  package var milliseconds: Int {
    switch self {
    case .second: 1000
    case .minute: 60_000
    case .hour: 3_600_000
    case .day: 86_400_000
    case .week: 7 * 86_400_000
    }
  }
}
