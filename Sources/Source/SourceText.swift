/// A half-open range of bytes in one source text.
package struct Span: Hashable, Sendable {
  package let start: Int
  package let end: Int

  package init(_ start: Int, _ end: Int) {
    precondition(start <= end, "a span runs forward")
    self.start = start
    self.end = end
  }

  /// From the start of this span to the end of a later one.
  package func through(_ other: Span) -> Span { Span(start, max(end, other.end)) }
}

/// One file's bytes as they were read, with the table of its lines. Nothing is repaired: what is not UTF-8 stays as it is, for the lexer to name.
package struct SourceText: Sendable {
  /// How the file is called in messages.
  package let path: String
  package let bytes: [UInt8]
  /// The offset of each line's first byte.
  private let lineStarts: [Int]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    lineStarts = starts
  }

  package init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

  /// The text under a span; bytes that are not UTF-8 come out as U+FFFD.
  package func text(_ span: Span) -> String { String(decoding: bytes[span.start..<span.end], as: UTF8.self) }

  /// The line, counted from 1, in which a byte lies.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The column, counted in Unicode scalars from 1.
  package func column(at offset: Int) -> Int {
    let start = lineStarts[line(at: offset) - 1]
    return String(decoding: bytes[start..<min(offset, bytes.count)], as: UTF8.self).unicodeScalars.count + 1
  }

  /// The bytes of a line, counted from 1, without its line break.
  package func lineSpan(_ line: Int) -> Span {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return Span(start, end)
  }
}
