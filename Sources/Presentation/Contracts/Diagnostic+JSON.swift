package import Primitives
package import Source

extension Diagnostic {
  /// One object, as `--json` prints it.
  package func json(in source: SourceText) -> JSON {
    func place(_ span: Span) -> [(String, JSON)] {
      let part = source.part(at: span.start)
      return [
        ("file", .text(part.path)), ("line", .number(source.line(at: span.start))),
        ("column", .number(source.column(at: span.start))),
        ("start", .number(span.start - part.span.start)),
        ("end", .number(span.end - part.span.start)),
      ]
    }
    let related = secondary.map { JSON.object(place($0.span) + [("message", .text($0.text))]) }
    let proposed = fixes.map { fix -> JSON in
      let edits = fix.edits.map { edit -> JSON in
        let part = source.part(at: edit.span.start)
        return .object([
          ("start", .number(edit.span.start - part.span.start)), ("end", .number(edit.span.end - part.span.start)),
          ("replacement", .text(edit.replacement)),
        ])
      }
      return .object([("title", .text(fix.title)), ("edits", .list(edits))])
    }
    let head: [(String, JSON)] = [
      ("code", .text(code.rawValue)), ("severity", .text(code.severity.rawValue)), ("message", .text(message)),
    ]
    let tail: [(String, JSON)] = [
      ("label", .text(primary.text)), ("related", .list(related)), ("notes", .list(notes.map { .text($0) })),
      ("fixes", .list(proposed)),
    ]
    return .object(head + place(primary.span) + tail)
  }
}

extension Diagnostics {
  package func json(in source: SourceText) -> JSON { .list(all.map { $0.json(in: source) }) }
}
