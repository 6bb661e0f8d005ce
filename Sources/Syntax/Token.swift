package import Source

package struct Token: Hashable, Sendable {
  package let kind: TokenKind
  package let span: Span
}

package enum TokenKind: Hashable, Sendable {
  case name
  case type
  case int
  case decimal
  case percent
  case string
  /// A unit of time, singular or plural.
  case unit
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
    case .string: "a string"
    case .unit: "a unit of time"
    case .keyword(let keyword): "`\(keyword.rawValue)`"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .invalid: "an unreadable piece of text"
    case .end: "the end of the file"
    }
  }
}

/// The reserved words. `isInTheLanguage` tells those that begin or join a construct from those that are kept free for one.
package enum Keyword: String, CaseIterable, Sendable {
  case advance, after, and, anyone, at, block, by, `case`, contract, down, each, `else`, emit, empty, `enum`, even, evenly, event, expect, `false`
  case field, final, `for`, from, function, gained, half, `if`, `in`, initial, into, invariant, `is`, `let`, match, mod, not, of, on, open, or, party
  case pay, per, raise, receiving, refused, require, rest, `return`, rounded, split, state, `struct`, term, test, to, `true`, up, vault, when
  case `where`, `while`, with

  package var isInTheLanguage: Bool {
    switch self {
    case .at, .block, .case, .each, .empty, .enum, .for, .from, .function, .in, .match, .per, .raise, .return, .struct, .when: false
    case .advance, .after, .and, .anyone, .by, .contract, .down, .else, .emit, .even, .evenly, .event, .expect, .false, .field, .final, .gained,
      .half,
      .if, .initial, .into, .invariant, .is, .let, .mod, .not, .of, .on, .open, .or, .party, .pay, .receiving, .refused, .require, .rest, .rounded,
      .split, .state, .term, .test, .to, .true, .up, .vault, .where, .while, .with:
      true
    }
  }
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
  case less = "<"
  case greater = ">"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case dot = "."
  case assign = "="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
}

extension Symbol {
  private static let bySpelling: [String: Symbol] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// Of each byte, the symbol that is spelled with it alone.
  private static let byByte: [Symbol?] = (0..<256).map { bySpelling[String(Unicode.Scalar(UInt8($0)))] }

  init?(_ byte: UInt8) {
    guard let symbol = Symbol.byByte[Int(byte)] else { return nil }
    self = symbol
  }

  /// The symbols of two characters.
  init?(_ first: UInt8, _ second: UInt8) {
    switch (Unicode.Scalar(first), Unicode.Scalar(second)) {
    case ("-", ">"): self = .arrow
    case ("=", "="): self = .equal
    case ("!", "="): self = .notEqual
    case ("<", "="): self = .lessOrEqual
    case (">", "="): self = .greaterOrEqual
    case (".", "."): self = .range
    default: return nil
    }
  }
}

/// The units of a duration literal, in milliseconds.
package enum TimeUnit: String, CaseIterable, Sendable {
  case second, minute, hour, day, week

  package init?(word: String) {
    guard let unit = TimeUnit.allCases.first(where: { word == $0.rawValue || word == $0.rawValue + "s" }) else { return nil }
    self = unit
  }

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
