import Interface
import Source
import Syntax

/// What a name means at some place of a contract. There is one space of names: nothing shadows anything.
struct Scope {
  enum Meaning: Hashable {
    case party(Int)
    case term(Int)
    case vault(Int)
    case field(Int)
    case parameter(Int, ValueType)
    case local(Int, ExpressionType)
    case view

    var noun: String {
      switch self {
      case .party: "a party"
      case .term: "a term"
      case .vault: "a vault"
      case .field: "a field"
      case .parameter: "a parameter"
      case .local: "a `let`"
      case .view: "a view"
      }
    }
  }

  /// Names that nobody declares.
  private static let known = [
    "now": "the time of the event", "opened": "the time of the opening", "caller": "whoever acts",
  ]

  private struct Entry {
    let name: Identifier
    let meaning: Meaning
    var isUsed = false
  }

  private var entries: [Entry] = []
  // With room for a small contract's names, so that it need not grow.
  private var places = [String: Int](minimumCapacity: 24)

  /// False, with a diagnostic, where the name is taken.
  @discardableResult
  mutating func declare(_ name: Identifier, _ meaning: Meaning, _ diagnostics: inout Diagnostics) -> Bool {
    if let place = places[name.text] {
      reportDuplicate(name, first: entries[place].name, &diagnostics)
      return false
    }
    if let what = Scope.known[name.text] {
      diagnostics.report(
        .duplicateName, "`\(name.text)` is \(what) everywhere; this needs a name of its own", at: name.span,
        notes: ["a name means one thing: there is no overloading and no shadowing"])
      return false
    }
    places[name.text] = entries.count
    entries.append(Entry(name: name, meaning: meaning))
    return true
  }

  /// The meaning of a name, which counts as a use of it.
  mutating func use(_ name: String) -> Meaning? {
    guard let place = places[name] else { return nil }
    entries[place].isUsed = true
    return entries[place].meaning
  }

  /// The meaning of a name, whether or not it is then used.
  func meaning(of name: String) -> Meaning? { places[name].map { entries[$0].meaning } }

  /// Takes back a use, where it was none that counts.
  mutating func forgetUse(of name: String) { if let place = places[name] { entries[place].isUsed = false } }

  var names: [String] { entries.map(\.name.text) }

  var identifiers: [Identifier] { entries.map(\.name) }

  var mark: Int { entries.count }

  /// Forgets what was declared since `mark`; answers what of it nobody used.
  mutating func leave(to mark: Int) -> [(name: Identifier, meaning: Meaning)] {
    // Most blocks declare nothing.
    if mark == entries.count { return [] }
    let leaving = entries[mark...]
    for entry in leaving { places[entry.name.text] = nil }
    entries.removeLast(entries.count - mark)
    return leaving.filter { !$0.isUsed }.map { ($0.name, $0.meaning) }
  }
}

func reportDuplicate(_ name: Identifier, first: Identifier, _ diagnostics: inout Diagnostics) {
  diagnostics.report(
    .duplicateName, "`\(name.text)` is declared already", at: name.span, "declared again",
    secondary: [.init(first.span, "first declared here")],
    notes: ["a name means one thing: there is no overloading and no shadowing"])
}

/// Reports each name that stands twice in a list.
func reportDuplicates(in names: [Identifier], _ diagnostics: inout Diagnostics) {
  if names.count < 2 { return }
  // Of a few names each is compared with those before it, which takes less than a table of them.
  if names.count <= 8 {
    for (index, name) in names.enumerated() {
      if let known = names[..<index].first(where: { $0.text == name.text }) {
        reportDuplicate(name, first: known, &diagnostics)
      }
    }
    return
  }
  var first = [String: Identifier](minimumCapacity: names.count)
  for name in names {
    if let known = first[name.text] {
      reportDuplicate(name, first: known, &diagnostics)
    } else {
      first[name.text] = name
    }
  }
}

/// The known name that `name` was most likely meant to be: at most two edits away, and fewer than its letters.
func closest(to name: String, in names: [String]) -> String? {
  // Whoever wrote more than this did not mistype a name.
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

/// A name that is not declared, with the one that may have been meant.
func reportUnknown(_ what: String, _ name: Identifier, known: [String], _ diagnostics: inout Diagnostics) {
  if diagnostics.isFull { return diagnostics.leaveOut() }
  let proposal = closest(to: name.text, in: known)
  var distinct: [String] = []
  for name in known.prefix(100) where !distinct.contains(name) { distinct.append(name) }
  diagnostics.report(
    .unknownName, "there is no \(what) `\(name.text.prefix(64))`", at: name.span, "not declared",
    notes: proposal == nil && !distinct.isEmpty && distinct.count <= 12
      ? ["known here: \(distinct.map { "`\($0)`" }.joined(separator: ", "))"] : [],
    fixes: proposal.map { [.init("write", replacing: name.span, with: $0)] } ?? [])
}
