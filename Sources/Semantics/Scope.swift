import Interface
import Source
import Syntax

/// What a name means at some place of a contract. There is one space of names: nothing shadows anything.
struct Scope {
  enum Meaning: Hashable {
    case party(Int)
    case term(TermID)
    case vault(VaultID)
    case field(StateVariableID)
    case parameter(Int, ExpressionType)
    case local(Int, ExpressionType)
    case view
    /// Something whose declaration is wrong, which has been reported: of its uses nothing more is said.
    case error

    /// True of something wrong, about which nothing more is reported.
    var isError: Bool {
      switch self {
      case .error, .local(_, .error), .parameter(_, .error): true
      case .party, .term, .vault, .field, .parameter, .local, .view: false
      }
    }

    var noun: String {
      switch self {
      case .party: "a party"
      case .term: "a term"
      case .vault: "a vault"
      case .field: "a field"
      case .parameter: "a parameter"
      case .local: "a `let`"
      case .view: "a view"
      case .error: preconditionFailure("nothing more is said about an error")
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
      diagnostics.reportDuplicate(name, first: entries[place].name)
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

  /// A name whose declaration is wrong, unless it means something already.
  mutating func declareError(_ name: Identifier) {
    if places[name.text] != nil { return }
    places[name.text] = entries.count
    entries.append(Entry(name: name, meaning: .error))
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

  var names: [String] { entries.filter { $0.meaning != .error }.map(\.name.text) }

  var identifiers: [Identifier] { entries.map(\.name) }

  var mark: Int { entries.count }

  /// Forgets what was declared since `mark`; answers what of it nobody used.
  mutating func leave(to mark: Int) -> [(name: Identifier, meaning: Meaning)] {
    // Most blocks declare nothing.
    if mark == entries.count { return [] }
    let leaving = entries[mark...]
    for entry in leaving { places[entry.name.text] = nil }
    entries.removeLast(entries.count - mark)
    return leaving.filter { !$0.isUsed && !$0.meaning.isError }.map { ($0.name, $0.meaning) }
  }
}
