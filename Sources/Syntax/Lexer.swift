import Primitives
package import Source

/// Cuts a source text into tokens. It never fails: what is no token is reported and passed over as `.invalid`, or skipped where it stands for nothing.
package struct Lexer {
  private let source: SourceText
  private let bytes: [UInt8]
  private var position = 0
  private var tokens: [Token] = []
  private var diagnostics = Diagnostics()

  package static let sourceSizeMax = 1 << 20

  /// The last token is `.end`.
  package static func tokens(of source: SourceText) -> ([Token], Diagnostics) {
    var lexer = Lexer(source: source)
    let size = source.bytes.count
    if size > sourceSizeMax {
      lexer.diagnostics.report(.sourceTooLong, "this file has more than \(sourceSizeMax) bytes, the most that a source file may have", at: Span(0, 0))
    } else {
      lexer.run()
    }
    lexer.tokens.append(Token(kind: .end, span: Span(size, size)))
    return (lexer.tokens, lexer.diagnostics)
  }

  private init(source: SourceText) {
    self.source = source
    bytes = source.bytes
  }

  private func byte(_ ahead: Int = 0) -> UInt8 { position + ahead < bytes.count ? bytes[position + ahead] : 0 }

  private mutating func add(_ kind: TokenKind, from start: Int) { tokens.append(Token(kind: kind, span: Span(start, position))) }

  private mutating func run() {
    while position < bytes.count {
      let start = position
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): position += 1
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): passText(upTo: nil)
      case UInt8(ascii: "\""): string()
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...: word()
      default:
        if let symbol = Symbol(byte(), byte(1)) {
          position += 2
          add(.symbol(symbol), from: start)
        } else if let symbol = Symbol(byte()) {
          position += 1
          add(.symbol(symbol), from: start)
        } else {
          unexpectedScalar()
        }
      }
    }
  }

  /// Reports a scalar that no token begins with or contains, and passes it.
  private mutating func unexpectedScalar() {
    let start = position
    let (scalar, length) = decodedScalar(bytes[position...])
    position += length
    add(.invalid, from: start)
    if diagnostics.isFull { return diagnostics.leaveOut() }
    if refuse(scalar, length, at: start) { return }
    diagnostics.report(
      .unexpectedCharacter, "`\(drawn(scalar, atColumn: 0))` (U+\(hexadecimal(scalar))) belongs to no token", at: Span(start, position),
      notes: scalar.properties.isAlphabetic ? ["names are made of ASCII letters, digits, `_` and Han characters"] : [])
  }

  /// Whether a scalar may stand nowhere, not even in a comment; says so.
  private mutating func refuse(_ scalar: Unicode.Scalar, _ length: Int, at start: Int) -> Bool {
    let span = Span(start, start + length)
    // More words about one file would not be kept.
    if diagnostics.isFull { return false }
    if scalar == "\u{FFFD}" && length == 1 {
      diagnostics.report(.invalidUTF8, "byte 0x\(String(bytes[start], radix: 16, uppercase: true)) is not part of a UTF-8 character", at: span)
      return true
    }
    let fix = Diagnostic.Fix("delete it", replacing: span, with: "")
    switch Characters.forbidden(scalar) {
    case .bidirectional:
      diagnostics.report(
        .bidirectionalControl, "U+\(hexadecimal(scalar)) changes the direction in which the text is shown", at: span, fixes: [fix])
    case .control:
      diagnostics.report(
        .controlCharacter, "U+\(hexadecimal(scalar)) is \(scalar == "\u{FEFF}" ? "a byte order mark" : "a control character")", at: span,
        notes: scalar == "\u{FEFF}" ? ["let the editor save the file as UTF-8 without one"] : [], fixes: [fix])
    case nil: return false
    }
    return true
  }

  /// Passes the rest of a comment, or of a string up to its closing quote; false where the line ends first.
  @discardableResult
  private mutating func passText(upTo quote: UInt8?) -> Bool {
    while position < bytes.count, byte() != UInt8(ascii: "\n"), byte() != UInt8(ascii: "\r") {
      if byte() == quote { return true }
      if byte() >= 0x20 && byte() < 0x7F || byte() == 0x09 {
        position += 1
      } else {
        let (scalar, length) = decodedScalar(bytes[position...])
        _ = refuse(scalar, length, at: position)
        position += length
      }
    }
    return false
  }

  private mutating func string() {
    let start = position
    position += 1
    if passText(upTo: UInt8(ascii: "\"")) {
      position += 1
    } else {
      diagnostics.report(.unterminatedString, "this string does not end on its line", at: Span(start, position), "a `\"` is missing")
    }
    add(.string, from: start)
  }

  private mutating func digits() {
    while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte()) || byte() == UInt8(ascii: "_") { position += 1 }
  }

  private mutating func number() {
    let start = position
    var kind = TokenKind.int
    digits()
    if byte() == UInt8(ascii: "."), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte(1)) {
      kind = .decimal
      position += 1
      digits()
    }
    if byte() == UInt8(ascii: "%") {
      kind = .percent
      position += 1
    } else if let length = wordLength() {
      let end = position
      position += length
      while let length = wordLength() { position += length }
      diagnostics.report(
        .malformedNumber, "`\(source.text(Span(start, position)))` is neither a number nor a name", at: Span(start, position),
        fixes: [.init("put a space between them", replacing: Span(end, end), with: " ")])
    }
    add(kind, from: start)
  }

  /// The bytes of the letter, digit or `_` that stands here, if one does.
  private func wordLength() -> Int? {
    switch byte() {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      return 1
    case 0x80...:
      let (scalar, length) = decodedScalar(bytes[position...])
      return Characters.isHan(scalar) ? length : nil
    default: return nil
    }
  }

  private mutating func word() {
    let start = position
    while let length = wordLength() { position += length }
    if position == start { return unexpectedScalar() }
    let text = source.text(Span(start, position))
    if let keyword = Keyword(rawValue: text) {
      add(.keyword(keyword), from: start)
    } else if TimeUnit(word: text) != nil {
      add(.unit, from: start)
    } else {
      add((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[start]) ? .type : .name, from: start)
    }
  }
}
