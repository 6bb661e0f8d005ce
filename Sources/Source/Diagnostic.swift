/// What the compiler has to say about a source text: data first, words made by whoever found it,
/// drawn by `DiagnosticRenderer`.
package struct Diagnostic: Sendable {
  package struct Label: Sendable {
    package let span: Span
    package let text: String

    package init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }
  }

  /// A change that mends what the diagnostic names.
  package struct Fix: Sendable {
    /// Another text in the place of a span; where the span is empty, one that is put in.
    package struct Edit: Hashable, Sendable {
      package let span: Span
      package let replacement: String

      package init(replacing span: Span, with replacement: String) {
        self.span = span
        self.replacement = replacement
      }

      package init(at offset: Int, inserting text: String) { self.init(replacing: Span(offset, offset), with: text) }
    }

    /// In the imperative: "write `rest -> seller` last".
    package let title: String
    /// In the order of the source; all of them together mend it. Their spans do not overlap.
    package let edits: [Edit]

    package init(_ title: String, _ edits: [Edit]) {
      self.title = title
      self.edits = edits.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
    }

    package init(_ title: String, replacing span: Span, with replacement: String) {
      self.init(title, [Edit(replacing: span, with: replacement)])
    }

    /// The text after it.
    package func applied(to bytes: [UInt8]) -> [UInt8] {
      var result = bytes
      for edit in edits.reversed() {
        result.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8))
      }
      return result
    }
  }

  package let code: DiagnosticCode
  /// What is, then what was wanted.
  package let message: String
  package let primary: Label
  package var secondary: [Label]
  package var notes: [String]
  package var fixes: [Fix]

  package init(
    _ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", secondary: [Label] = [],
    notes: [String] = [], fixes: [Fix] = []
  ) {
    self.code = code
    self.message = Diagnostic.cut(message)
    primary = Label(span, label)
    self.secondary = secondary
    self.notes = notes
    self.fixes = fixes
  }
}

extension Diagnostic {
  /// A message repeats names and literals of the source, which may be as long as a file; nobody reads them to the end.
  private static let messageSizeMax = 800

  private static func cut(_ message: String) -> String {
    message.utf8.count <= messageSizeMax
      ? message : "\(message.prefix(messageSizeMax / 4))…\(message.suffix(messageSizeMax / 4))"
  }
}

/// Collects diagnostics in the order they are found. It stops listening after `countMax`, so that
/// no input makes it grow without bound.
package struct Diagnostics: Sendable {
  package static let countMax = 100

  package private(set) var all: [Diagnostic] = []
  /// How many came after the list was full.
  package private(set) var leftOut = 0

  package init() {}

  package var isEmpty: Bool { all.isEmpty }

  package var isFull: Bool { all.count == Diagnostics.countMax }

  /// Counts a diagnostic that would not be kept, so that nobody needs to word it.
  package mutating func leaveOut() { leftOut += 1 }

  package mutating func report(_ diagnostic: Diagnostic) {
    // One place, one complaint: a second with the same code at the same place is an echo of the first.
    if all.contains(where: { $0.primary.span == diagnostic.primary.span && $0.code == diagnostic.code }) { return }
    if isFull { leaveOut() } else { all.append(diagnostic) }
  }

  package mutating func report(
    _ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", secondary: [Diagnostic.Label] = [],
    notes: [String] = [],
    fixes: [Diagnostic.Fix] = []
  ) {
    report(Diagnostic(code, message, at: span, label, secondary: secondary, notes: notes, fixes: fixes))
  }

  package mutating func append(contentsOf other: Diagnostics) {
    for diagnostic in other.all { report(diagnostic) }
    leftOut += other.leftOut
  }
}
