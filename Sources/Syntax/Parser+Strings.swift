// A string is one token, which ends at the next quotation mark on its line. Where it stands among
// expressions, it is cut here into texts and holes; in the name of a test, the words of an
// invariant and the path of an import each character means itself.

import Source

extension Parser {
  /// A string's text, without its quotes.
  mutating func string(_ what: String) throws(Stop) -> String {
    guard current.kind == .string else { throw unexpected("\(what), as a string") }
    return source.text(content(ofString: advance().span))
  }

  /// What stands between the quotes; the closing one may be missing.
  private func content(ofString span: Span) -> Span {
    let isClosed = span.end - span.start > 1 && source.bytes[span.end - 1] == UInt8(ascii: "\"")
    return Span(span.start + 1, isClosed ? span.end - 1 : span.end)
  }

  /// The texts of a string and the expressions between them, a text first and last. `{{` and `}}` stand for braces.
  mutating func interpolated(_ span: Span) -> ([String], [Expression]) {
    let content = content(ofString: span)
    let bytes = source.bytes
    let hasBraces = bytes[content.start..<content.end].contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
    // What a string without an end says is not known.
    guard hasBraces, content.end < span.end else { return ([source.text(content)], []) }
    var texts: [String] = []
    var holes: [Expression] = []
    var text: [UInt8] = []
    var position = content.start
    while position < content.end {
      let byte = bytes[position]
      let isBrace = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
      if !isBrace || position + 1 < content.end && bytes[position + 1] == byte {
        text.append(byte)
        position += isBrace ? 2 : 1
      } else if byte == UInt8(ascii: "}") {
        diagnostics.report(
          .strayBrace, "this `}` closes nothing", at: Span(position, position + 1),
          fixes: [.init("write `}}` for a brace", replacing: Span(position, position + 1), with: "}}")])
        position += 1
      } else if let hole = holeSpan(at: position, before: content.end) {
        if isBlank(hole) {
          let braces = Span(position, hole.end)
          diagnostics.report(
            .emptyHole, "this hole is empty", at: braces,
            fixes: [.init("write `{{}}` for two braces", replacing: braces, with: "{{}}")])
        } else if let value = self.hole(hole) {
          texts.append(String(decoding: text, as: UTF8.self))
          holes.append(value)
          text = []
        }
        position = hole.end
      } else {
        diagnostics.report(
          .unclosedHole, "the string ends before the `}` of this `{`", at: Span(position, position + 1),
          fixes: [.init("write `{{` for a brace", replacing: Span(position, position + 1), with: "{{")])
        break
      }
    }
    return (texts + [String(decoding: text, as: UTF8.self)], holes)
  }

  /// From behind a `{` through the `}` that closes it.
  private func holeSpan(at position: Int, before end: Int) -> Span? {
    var open = 0
    for index in position..<end {
      switch source.bytes[index] {
      case UInt8(ascii: "{"): open += 1
      case UInt8(ascii: "}"):
        open -= 1
        if open == 0 { return Span(position + 1, index + 1) }
      default: break
      }
    }
    return nil
  }

  /// Whether a hole's closing brace is all that it has.
  private func isBlank(_ hole: Span) -> Bool {
    source.bytes[hole.start..<hole.end - 1].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }
}
