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

/// A file's bytes as they were read, and those of the files that it imports behind them, so that
/// one number names a place in any of them. Nothing is repaired: what is not UTF-8 stays as it is,
/// for the lexer to name.
package struct SourceText: Sendable {
  /// One file among the bytes.
  package struct Part: Sendable {
    /// How the file is called in messages.
    package let path: String
    package let span: Span
    /// The lines of all parts before this one.
    fileprivate let linesBefore: Int
  }

  package private(set) var bytes: [UInt8] = []
  /// The file itself, then what it imports.
  package private(set) var parts: [Part] = []
  /// The offset of each line's first byte.
  private var lineStarts: [Int] = []

  package init(path: String, bytes: [UInt8]) { append(path: path, bytes: bytes) }

  package init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

  /// Puts a file behind the others.
  package mutating func append(path: String, bytes new: [UInt8]) {
    // The byte between keeps an end of one file from being the start of the next.
    if !parts.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    let start = bytes.count
    parts.append(Part(path: path, span: Span(start, start + new.count), linesBefore: lineStarts.count))
    lineStarts.append(start)
    if parts.count == 1 { bytes = new } else { bytes += new }
    for (index, byte) in new.enumerated() where byte == UInt8(ascii: "\n") { lineStarts.append(start + index + 1) }
  }

  /// How the file is called in messages.
  package var path: String { parts[0].path }

  /// The file that a byte lies in.
  package func part(at offset: Int) -> Part { parts.last { $0.span.start <= offset } ?? parts[0] }

  /// The text under a span; bytes that are not UTF-8 come out as U+FFFD.
  package func text(_ span: Span) -> String { String(decoding: bytes[span.start..<span.end], as: UTF8.self) }

  /// The line of its file, counted from 1, in which a byte lies.
  package func line(at offset: Int) -> Int { row(at: offset) + 1 - part(at: offset).linesBefore }

  /// The column, counted in Unicode scalars from 1.
  package func column(at offset: Int) -> Int {
    let start = lineStarts[row(at: offset)]
    return String(decoding: bytes[start..<min(offset, bytes.count)], as: UTF8.self).unicodeScalars.count + 1
  }

  /// The line among those of all files, counted from 0.
  func row(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The bytes of a line among those of all files, without its line break.
  func span(ofRow row: Int) -> Span {
    let start = lineStarts[row]
    var end = row + 1 < lineStarts.count ? lineStarts[row + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return Span(start, end)
  }
}
