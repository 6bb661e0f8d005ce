import Source
import Syntax

/// A checker: it reads trees and reports what is wrong with them.
protocol Reporting {
  var diagnostics: Diagnostics { get set }
}

/// An answer that says that something was wrong, which has been reported.
protocol Failing {
  static func error(at span: Span) -> Self
}

extension Optional: Failing {
  static func error(at span: Span) -> Self { nil }
}

extension Bool: Failing {
  static func error(at span: Span) -> Bool { false }
}

extension ExpressionType: Failing {
  static func error(at span: Span) -> ExpressionType { .error }
}

extension TypedExpression: Failing {
  static func error(at span: Span) -> TypedExpression { TypedExpression(.error, .error, span) }
}

extension CheckedPlace: Failing {
  static func error(at span: Span) -> CheckedPlace { .account(.error(at: span)) }
}

extension CheckedStatement.Kind: Failing {
  static func error(at span: Span) -> CheckedStatement.Kind { .require(.error(at: span)) }
}

extension Diagnostics: Reporting {
  var diagnostics: Diagnostics {
    get { self }
    set { self = newValue }
  }
}

extension Reporting {
  mutating func report(
    _ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", secondary: [Diagnostic.Label] = [],
    notes: [String] = [], fixes: [Diagnostic.Fix] = []
  ) {
    diagnostics.report(code, message, at: span, label, secondary: secondary, notes: notes, fixes: fixes)
  }

  /// Reports, and answers an error.
  mutating func refuse<Answer: Failing>(
    _ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", secondary: [Diagnostic.Label] = [],
    notes: [String] = [], fixes: [Diagnostic.Fix] = []
  ) -> Answer {
    report(code, message, at: span, label, secondary: secondary, notes: notes, fixes: fixes)
    return .error(at: span)
  }

  mutating func reportDuplicate(_ name: Identifier, first: Identifier) {
    report(
      .duplicateName, "`\(name.text)` is declared already", at: name.span, "declared again",
      secondary: [.init(first.span, "first declared here")],
      notes: ["a name means one thing: there is no overloading and no shadowing"])
  }

  /// Reports each name that stands twice in a list.
  mutating func reportDuplicates(in names: [Identifier]) {
    if names.count < 2 { return }
    // Comparing a few names with each other takes less than a table of them.
    if names.count <= 8 {
      for (index, name) in names.enumerated() {
        if let known = names[..<index].first(where: { $0.text == name.text }) {
          reportDuplicate(name, first: known)
        }
      }
      return
    }
    var first = [String: Identifier](minimumCapacity: names.count)
    for name in names {
      if let known = first[name.text] {
        reportDuplicate(name, first: known)
      } else {
        first[name.text] = name
      }
    }
  }

  /// A name that is not declared, with the one that may have been meant.
  mutating func reportUnknown(_ what: String, _ name: Identifier, known: [String]) {
    if diagnostics.isFull { return diagnostics.leaveOut() }
    let proposal = closest(to: name.text, in: known)
    var distinct: [String] = []
    for name in known.prefix(100) where !distinct.contains(name) { distinct.append(name) }
    report(
      .unknownName, "there is no \(what) `\(name.text.prefix(64))`", at: name.span, "not declared",
      notes: proposal == nil && !distinct.isEmpty && distinct.count <= 12
        ? ["known here: \(distinct.map { "`\($0)`" }.joined(separator: ", "))"] : [],
      fixes: proposal.map { [.init("write", replacing: name.span, with: $0)] } ?? [])
  }
  /// Arguments in the order of the parameters; nil, with a diagnostic, where one is missing, superfluous or misnamed.
  mutating func inOrder(
    _ arguments: [Argument], _ names: [String], of name: String, at span: Span
  ) -> [Expression]? {
    guard arguments.count == names.count else {
      let wanted = names.isEmpty ? "none" : "\(names.count) (\(names.joined(separator: ", ")))"
      return refuse(
        .wrongArguments,
        "`\(name)` got \(counted(arguments.count, "argument")); \(wanted) \(names.count == 1 ? "was" : "were") wanted",
        at: span)
    }
    for (argument, name) in zip(arguments, names) {
      if let label = argument.label, label.text != name {
        return refuse(.wrongArguments, "the argument here is `\(name)`, not `\(label.text)`", at: label.span)
      }
    }
    return arguments.map(\.value)
  }

}

extension Sequence {
  /// The answers of `body` for each; nil where it answers nothing for one. It is asked all of them, so
  /// that each can be reported.
  func all<T>(_ body: (Element) -> T?) -> [T]? {
    let answers = map(body)
    let known = answers.compactMap { $0 }
    return known.count == answers.count ? known : nil
  }
}

/// `1 argument`, `2 arguments`
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// The known name that `name` was most likely meant to be: at most two edits away, and fewer than its letters.
func closest(to name: String, in names: [String]) -> String? {
  // A longer text is no mistyped name.
  guard name.utf8.count <= 64, names.count <= 256 else { return nil }
  return names.filter { $0.utf8.count <= 66 }.map { (distance: editDistance(name, $0), name: $0) }.filter {
    $0.distance <= 2 && $0.distance < $0.name.count
  }
  .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.unicodeScalars)
  let b = Array(b.unicodeScalars)
  guard abs(a.count - b.count) <= 2 else { return 3 }
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
