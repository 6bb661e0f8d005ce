import Primitives
import Source

extension Diagnostic {
  /// One object, as `--json` prints it.
  func json(in source: SourceText) -> JSON {
    func place(_ span: Span) -> [(String, JSON)] {
      [
        ("line", .number(source.line(at: span.start))), ("column", .number(source.column(at: span.start))), ("start", .number(span.start)),
        ("end", .number(span.end)),
      ]
    }
    let related = secondary.map { JSON.object(place($0.span) + [("message", .text($0.text))]) }
    let proposed = fixes.map { fix -> JSON in
      .object([
        ("title", .text(fix.title)), ("start", .number(fix.span.start)), ("end", .number(fix.span.end)), ("replacement", .text(fix.replacement)),
      ])
    }
    let head: [(String, JSON)] = [
      ("code", .text(code.rawValue)), ("severity", "error"), ("message", .text(message)), ("file", .text(source.path)),
    ]
    let tail: [(String, JSON)] = [
      ("label", .text(primary.text)), ("related", .list(related)), ("notes", .list(notes.map { .text($0) })), ("fixes", .list(proposed)),
    ]
    return .object(head + place(primary.span) + tail)
  }
}

extension Diagnostics {
  func json(in source: SourceText) -> JSON { .list(all.map { $0.json(in: source) }) }
}
