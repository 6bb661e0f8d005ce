/// Draws diagnostics as rustc does: the message, the place, the line with carets under the span, then notes and fixes.
package struct DiagnosticRenderer: Sendable {
  private let source: SourceText
  private let isColoured: Bool

  /// Longer lines are cut; in bytes.
  private static let lineSizeMax = 240

  package init(source: SourceText, isColoured: Bool) {
    self.source = source
    self.isColoured = isColoured
  }

  private enum Style: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case frame = "1;34"
    case bold = "1"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    isColoured && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Every line ends in a line break.
  package func render(_ diagnostic: Diagnostic) -> String {
    let labels = ([(diagnostic.primary, true)] + diagnostic.secondary.map { ($0, false) })
      .map { (label: $0.0, isPrimary: $0.1, row: source.row(at: $0.0.span.start)) }
    let rows = Array(Set(labels.map(\.row))).sorted()
    let gutter = String(repeating: " ", count: rows.map { String(number(ofRow: $0)).utf8.count }.max() ?? 1)

    let severity = diagnostic.code.severity
    let style: Style = severity == .error ? .error : .warning
    var text =
      styled("\(severity.rawValue)[\(diagnostic.code.rawValue)]", style) + styled(": \(diagnostic.message)", .bold)
      + "\n"
    let start = diagnostic.primary.span.start
    // Of a file that is too long no line is worth showing.
    if diagnostic.code == .sourceTooLong { return text + styled("--> ", .frame) + source.part(at: start).path + "\n" }
    text += gutter + styled("--> ", .frame) + place(start)
    text += styled("\(gutter) |", .frame) + "\n"
    var path = source.part(at: start).path
    for (index, row) in rows.enumerated() {
      let first = source.span(ofRow: row).start
      if source.part(at: first).path != path {
        path = source.part(at: first).path
        text += gutter + styled("::: ", .frame) + place(first)
      } else if index > 0, rows[index - 1] < row - 1 {
        text += styled("...", .frame) + "\n"
      }
      let number = String(number(ofRow: row))
      let onLine = labels.filter { $0.row == row }.sorted { $0.label.span.start < $1.label.span.start }
      let (drawing, carets) = draw(row: row, labels: onLine.map(\.label.span))
      text +=
        styled(String(repeating: " ", count: gutter.utf8.count - number.utf8.count) + number + " |", .frame)
        + " \(drawing)\n"
      for (place, entry) in zip(carets, onLine) {
        let mark = String(repeating: entry.isPrimary ? "^" : "-", count: place.width)
        let underline = mark + (entry.label.text.isEmpty ? "" : " " + entry.label.text)
        text +=
          styled("\(gutter) |", .frame) + String(repeating: " ", count: place.column + 1)
          + styled(underline, entry.isPrimary ? style : .frame)
          + "\n"
      }
    }
    let tail = diagnostic.notes.map { ("note", $0) } + diagnostic.fixes.map { ("help", sentence(for: $0)) }
    if !tail.isEmpty { text += styled("\(gutter) |", .frame) + "\n" }
    for (kind, words) in tail { text += styled("\(gutter) = ", .frame) + styled(kind, .note) + ": \(words)\n" }
    return text
  }

  /// `contracts/purchase.ern:12:3`
  private func place(_ offset: Int) -> String {
    "\(source.part(at: offset).path):\(source.line(at: offset)):\(source.column(at: offset))\n"
  }

  private func number(ofRow row: Int) -> Int { source.line(at: source.span(ofRow: row).start) }

  /// The title, and what is to be written: on one line, and once where it is the same at several places.
  private func sentence(for fix: Diagnostic.Fix) -> String {
    var texts: [String] = []
    for edit in fix.edits {
      let text = edit.replacement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if !text.isEmpty && !texts.contains(text) { texts.append(text) }
    }
    return texts.isEmpty ? fix.title : "\(fix.title): \(texts.map { "`\($0)`" }.joined(separator: ", and "))"
  }

  /// The line as it is shown, and for each span where its carets start and how many there are (at least one).
  private func draw(row: Int, labels: [Span]) -> (drawing: String, carets: [(column: Int, width: Int)]) {
    let whole = source.span(ofRow: row)
    let extent = window(of: whole, around: labels)
    var pieces: [(offset: Int, drawing: String, column: Int)] = []
    var offset = extent.start
    var column = 0
    // Invalid bytes decode to U+FFFD, which is longer than they are: the walk is over bytes, one
    // decoded unit at a time.
    var rest = source.bytes[extent.start..<extent.end]
    while !rest.isEmpty {
      let (scalar, length) = decodedScalar(rest)
      let drawing = drawn(scalar, atColumn: column)
      pieces.append((offset, drawing, column))
      column += displayWidth(drawing)
      offset += length
      rest = rest.dropFirst(length)
    }
    let total = column
    func columnOf(_ position: Int) -> Int { pieces.first { $0.offset >= position }?.column ?? total }

    let before = extent.start > whole.start ? "..." : ""
    let carets = labels.map { span -> (column: Int, width: Int) in
      let begin = columnOf(span.start)
      return (before.utf8.count + begin, max(1, columnOf(min(span.end, extent.end)) - begin))
    }
    return (before + pieces.map(\.drawing).joined() + (extent.end < whole.end ? "..." : ""), carets)
  }

  /// The part of a line that is shown: all of it, or of a long one what stands around its first span.
  private func window(of line: Span, around labels: [Span]) -> Span {
    guard line.end - line.start > DiagnosticRenderer.lineSizeMax, let first = labels.map(\.start).min() else {
      return line
    }
    func boundary(_ offset: Int) -> Int {
      // Back to where a character begins.
      var offset = offset
      while offset > line.start, offset < line.end, source.bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
      return offset
    }
    let start = boundary(max(line.start, first - DiagnosticRenderer.lineSizeMax / 4))
    return Span(start, boundary(min(line.end, start + DiagnosticRenderer.lineSizeMax)))
  }
}

/// The scalar that bytes begin with and how many bytes it takes; U+FFFD and one byte where they begin with none.
package func decodedScalar(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int) {
  var decoder = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  if case .valid(let encoded) = decoder.parseScalar(from: &iterator) {
    return (Unicode.UTF8.decode(encoded), encoded.count)
  }
  return ("\u{FFFD}", 1)
}
