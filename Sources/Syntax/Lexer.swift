import Primitives
package import Source

/// Cuts a source text into tokens. It never fails: what is no token is reported and passed over as
/// `.invalid`, or skipped where it stands for nothing.
package struct Lexer {
  private let source: SourceText
  /// The source's bytes; the pointer lives as long as `run`.
  private let bytes: UnsafeBufferPointer<UInt8>
  /// Where the text ends that is to be cut.
  private let end: Int
  /// In a hole there are no comments: what closes it would be part of one.
  private let isHole: Bool
  private let spellings = Spellings.all
  private var position: Int
  private var tokens: [Token] = []
  private var diagnostics: Diagnostics

  package static let sourceSizeMax = 1 << 20

  /// The tokens of one file among the bytes of a source, or of all bytes; the last is `.end`.
  package static func tokens(of source: SourceText, in part: Span? = nil) -> ([Token], Diagnostics) {
    let span = part ?? Span(0, source.bytes.count)
    guard span.end - span.start > sourceSizeMax else { return run(source, span, isHole: false) }
    var diagnostics = Diagnostics()
    diagnostics.report(
      .sourceTooLong, "this file has more than \(sourceSizeMax) bytes, the most that a source file may have",
      at: Span(span.start, span.start))
    return ([Token(kind: .end, span.end, span.end)], diagnostics)
  }

  /// The tokens of a piece of a string, as if it stood outside of one.
  static func tokens(ofHole span: Span, in source: SourceText, _ diagnostics: inout Diagnostics) -> [Token] {
    let (tokens, all) = run(source, span, isHole: true, diagnostics)
    diagnostics = all
    return tokens
  }

  private static func run(_ source: SourceText, _ span: Span, isHole: Bool, _ diagnostics: Diagnostics = Diagnostics())
    -> ([Token], Diagnostics)
  {
    source.bytes.withUnsafeBufferPointer { bytes in
      var lexer = Lexer(
        source: source, bytes: bytes, end: span.end, isHole: isHole, position: span.start, diagnostics: diagnostics)
      // A token takes about five bytes with the space around it; the array grows where that was too few.
      lexer.tokens.reserveCapacity((span.end - span.start) / 4 + 2)
      lexer.run()
      lexer.tokens.append(Token(kind: .end, span.end, span.end))
      return (lexer.tokens, lexer.diagnostics)
    }
  }

  private init(
    source: SourceText, bytes: UnsafeBufferPointer<UInt8>, end: Int, isHole: Bool, position: Int,
    diagnostics: Diagnostics
  ) {
    self.source = source
    self.bytes = bytes
    self.end = end
    self.isHole = isHole
    self.position = position
    self.diagnostics = diagnostics
  }

  private func byte(_ ahead: Int = 0) -> UInt8 { position + ahead < end ? bytes[position + ahead] : 0 }

  private mutating func add(_ kind: TokenKind, from start: Int) { tokens.append(Token(kind: kind, start, position)) }

  private mutating func run() {
    while position < end {
      let start = position
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): position += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
        word()
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
      case UInt8(ascii: "\""): string()
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/") && !isHole: passText(upTo: nil)
      case let first:
        if let symbol = spellings.symbol(first, byte(1)) {
          position += 2
          add(.symbol(symbol), from: start)
        } else if let symbol = spellings.symbol(first) {
          position += 1
          add(.symbol(symbol), from: start)
        } else {
          unexpectedScalar()
        }
      }
    }
  }

  private func scalar() -> (Unicode.Scalar, Int) { decodedScalar(source.bytes[position..<end]) }

  /// Reports a scalar that no token begins with or contains, and passes it.
  private mutating func unexpectedScalar() {
    let start = position
    let (scalar, length) = scalar()
    position += length
    add(.invalid, from: start)
    if diagnostics.isFull { return diagnostics.leaveOut() }
    if refuse(scalar, length, at: start) { return }
    diagnostics.report(
      .unexpectedCharacter, "`\(drawn(scalar, atColumn: 0))` (U+\(hexadecimal(scalar))) belongs to no token",
      at: Span(start, position),
      notes: scalar.properties.isAlphabetic ? ["names are made of ASCII letters, digits, `_` and Han characters"] : [])
  }

  /// Whether a scalar may stand nowhere, not even in a comment; says so.
  private mutating func refuse(_ scalar: Unicode.Scalar, _ length: Int, at start: Int) -> Bool {
    let span = Span(start, start + length)
    // More words about one file would not be kept.
    if diagnostics.isFull { return false }
    if scalar == "\u{FFFD}" && length == 1 {
      diagnostics.report(
        .invalidUTF8, "byte 0x\(String(bytes[start], radix: 16, uppercase: true)) is not part of a UTF-8 character",
        at: span)
      return true
    }
    let fix = Diagnostic.Fix("delete it", replacing: span, with: "")
    switch Characters.forbidden(scalar) {
    case .bidirectional:
      diagnostics.report(
        .bidirectionalControl, "U+\(hexadecimal(scalar)) changes the direction in which the text is shown", at: span,
        fixes: [fix])
    case .control:
      diagnostics.report(
        .controlCharacter,
        "U+\(hexadecimal(scalar)) is \(scalar == "\u{FEFF}" ? "a byte order mark" : "a control character")", at: span,
        notes: scalar == "\u{FEFF}" ? ["let the editor save the file as UTF-8 without one"] : [], fixes: [fix])
    case nil: return false
    }
    return true
  }

  /// Passes the rest of a comment, or of a string up to its closing quote; false where the line ends first.
  @discardableResult
  private mutating func passText(upTo quote: UInt8?) -> Bool {
    while position < end {
      let byte = bytes[position]
      if byte == quote { return true }
      if byte >= 0x20 && byte < 0x7F || byte == 0x09 {
        position += 1
      } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        return false
      } else {
        let (scalar, length) = scalar()
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
      diagnostics.report(
        .unterminatedString, "this string does not end on its line", at: Span(start, position), "a `\"` is missing")
    }
    add(.string, from: start)
  }

  // MARK: Numbers

  private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") }

  private mutating func digits() { while isDigit(byte()) || byte() == UInt8(ascii: "_") { position += 1 } }

  private mutating func number() {
    let start = position
    var kind = TokenKind.int
    digits()
    if position - start == 4, byte() == UInt8(ascii: "-"), hasShape("0000-00-00", at: start) {
      return time(from: start)
    }
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
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
        .malformedNumber, "`\(source.text(Span(start, position)))` is neither a number nor a name",
        at: Span(start, position),
        fixes: [.init("put a space between them", replacing: Span(end, end), with: " ")])
    }
    add(kind, from: start)
  }

  /// Whether the text has this shape: `0` stands for a digit, everything else for itself.
  private func hasShape(_ shape: StaticString, at start: Int) -> Bool {
    guard start + shape.utf8CodeUnitCount <= end else { return false }
    for index in 0..<shape.utf8CodeUnitCount {
      let (wanted, byte) = (shape.utf8Start[index], bytes[start + index])
      if wanted == UInt8(ascii: "0") ? !isDigit(byte) : byte != wanted { return false }
    }
    return true
  }

  private mutating func time(from start: Int) {
    position = start + 10
    if hasShape("T00:00Z", at: position) {
      position += 7
    } else if hasShape("T00:00:00Z", at: position) {
      position += 10
    }
    if wordLength() != nil {
      while true {
        if let length = wordLength() {
          position += length
        } else if byte() == UInt8(ascii: ":"), isDigit(byte(1)) {
          position += 1
        } else {
          break
        }
      }
      diagnostics.report(
        .malformedNumber, "`\(source.text(Span(start, position)))` is no time", at: Span(start, position),
        notes: ["a time is a day, `2026-12-31`, or a moment of a day in UTC, `2026-12-31T08:30Z`"])
    }
    add(.time, from: start)
  }

  // MARK: Words

  private func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The bytes of the letter, digit or `_` that stands here, if one does.
  private func wordLength() -> Int? {
    if isLetter(byte()) { return 1 }
    guard byte() >= 0x80 else { return nil }
    let (scalar, length) = scalar()
    return Characters.isHan(scalar) ? length : nil
  }

  private mutating func word() {
    let start = position
    var head: UInt64 = 0
    while position < end, isLetter(bytes[position]) {
      // Beyond the eighth byte the shift leaves nothing.
      head |= UInt64(bytes[position]) << UInt64(8 * (position - start))
      position += 1
    }
    let size = position - start
    while let length = wordLength() { position += length }
    if position == start { return unexpectedScalar() }
    if UInt8(ascii: "A") <= bytes[start] && bytes[start] <= UInt8(ascii: "Z") { return add(.type, from: start) }
    let mayBeReserved = position - start == size && size <= Spellings.wordSizeMax
    let ninth = size == Spellings.wordSizeMax ? bytes[position - 1] : 0
    add(mayBeReserved ? spellings.kind(head: head, ninth: ninth) ?? .name : .name, from: start)
  }
}
