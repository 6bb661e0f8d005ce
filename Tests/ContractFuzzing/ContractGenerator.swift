// Random contracts, as source text. What is generated is well typed: the generator knows of every
// expression what the checker will find out about it, its type with the range of an integer and
// whether it can fail, and asks for what each place admits. Names are declared when something first
// reads them, so that nothing is unused and a case shrinks by itself: without its reader a term is
// not there.

package import Fuzzing
import Interface
import Primitives

package struct ContractGenerator {
  var tape: Tape
  /// Expressions so far, and when to become brief.
  var size = 0
  let sizeMax: Int
  private var nameCount = 0

  // What is declared, in the order in which it was completed.
  var declared: [DeclaredType] = []
  var functions: [DeclaredFunction] = []
  /// Terms, `let`s and fields as they stand in the contract.
  var members: [String] = []
  var parties: [Variable] = []
  var terms: [Variable] = []
  var derived: [Variable] = []
  var fields: [Variable] = []
  var counters: [Variable] = []
  var vaults: [DeclaredVault] = []
  var events: [DeclaredEvent] = []
  var states: [DeclaredState] = []
  var generics: [String] = []
  var frame = Frame(.constant)

  /// Where an expression stands decides what it may read.
  enum Place {
    case constant, opening, due, action, automatic, invariant, view, function
  }

  /// What is being written.
  struct Frame {
    var place: Place
    /// A function outside of the contract.
    var isFile = false
    var currencies: [String] = []
    /// Of an action, a view or a function; they come as they are wanted.
    var parameters: [Variable] = []
    /// A state's parameters; of a condition of a term, the term.
    var extra: [Variable] = []
    var locals: [Variable] = []
    /// The statements of the innermost block, where there are any.
    var lines: [String] = []
    var hasLines = false
    var loopDepth = 0
    /// The states that a transition may lead to, and those that it reaches only by raising a counter.
    var targets: [Int] = []
    var targetsBehind: [Int] = []

    init(_ place: Place) { self.place = place }
  }

  struct Variable {
    let name: String
    let type: MadeType
  }

  struct DeclaredType {
    let name: String
    /// The members of a structure, or of each case of an enumeration.
    let cases: [(name: String, parameters: [(name: String, type: SourceType)])]
    let isEnumeration: Bool
    let isFile: Bool
  }

  struct DeclaredFunction {
    let name: String
    let generics: [String]
    let parameters: [(name: String, type: SourceType)]
    let type: SourceType
    let canFail: Bool
    let isFile: Bool
    let text: String
  }

  struct DeclaredVault {
    let name: String
    let currency: String
    let key: SourceType?
    let most: Int
  }

  struct DeclaredEvent {
    let name: String
    let types: [SourceType]
  }

  struct DeclaredState {
    let name: String
    let isFinal: Bool
    let parameters: [(name: String, type: SourceType)]
  }

  package init(_ tape: Tape) {
    self.tape = tape
    sizeMax = self.tape.oneIn(40) ? 2000 : 40 + 30 * self.tape.below(8)
  }

  /// The source of a contract, and the choices that made it.
  package static func source(_ tape: Tape) -> (source: String, tape: Tape) {
    var generator = ContractGenerator(tape)
    let source = generator.contract()
    return (source, generator.tape)
  }

  mutating func fresh(_ stem: String) -> String {
    nameCount += 1
    return "\(stem)\(nameCount)"
  }

  /// Does something in a frame of its own.
  mutating func within<T>(_ inner: Frame, _ body: (inout ContractGenerator) -> T) -> (result: T, frame: Frame) {
    let outer = frame
    frame = inner
    if frame.currencies.isEmpty { frame.currencies = inner.isFile ? ["CNY", "JPY"] : generics + ["USD", "JPY"] }
    let result = body(&self)
    let done = frame
    frame = outer
    return (result, done)
  }

  // MARK: The whole

  private mutating func contract() -> String {
    generics = Array(["C", "D"].prefix(tape.below(3)))
    frame.currencies = generics + ["USD", "JPY"]
    declareVaults()
    let transitions = graph()
    let invariants = (0..<tape.below(3)).map { _ in invariant() }
    let views = (0..<tape.below(4)).map { _ in view() }
    let rest = unread(transitions + invariants + views)
    removeUncalled(transitions + invariants + views)
    let said = Set((transitions).flatMap(\.words))
    var lines: [String] = []
    for type in declared where type.isFile { lines.append(text(of: type)) }
    for function in functions where function.isFile { lines.append(function.text) }
    let parameters = generics.isEmpty ? "" : "<\(generics.map { "\($0): Currency" }.joined(separator: ", "))>"
    lines.append("contract Trial\(parameters) {")
    if !parties.isEmpty { lines.append("  party \(parties.map(\.name).joined(separator: ", "))") }
    for type in declared where !type.isFile { lines.append("  \(text(of: type))") }
    for function in functions where !function.isFile { lines.append("  \(function.text)") }
    lines += members.map { "  \($0)" }
    for vault in vaults { lines.append("  \(text(of: vault))") }
    for event in events where said.contains(event.name[...]) {
      let parameters = event.types.enumerated().map { "value\($0): \(spelled($1))" }
      lines.append("  event \(event.name)(\(parameters.joined(separator: ", ")))")
    }
    lines += (transitions + invariants + views + rest).flatMap { $0.split(separator: "\n").map { "  \($0)" } }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(of vault: DeclaredVault) -> String {
    "vault \(vault.name): Money<\(vault.currency)>" + (vault.key.map { " per \(spelled($0))[\(vault.most)]" } ?? "")
  }

  private func text(of type: DeclaredType) -> String {
    func parts(_ parameters: [(name: String, type: SourceType)]) -> [String] {
      parameters.map { "\($0.name): \(spelled($0.type))" }
    }
    if !type.isEnumeration {
      return "struct \(type.name) { \(parts(type.cases[0].parameters).joined(separator: " ")) }"
    }
    let cases = type.cases.map {
      $0.parameters.isEmpty ? $0.name : "\($0.name)(\(parts($0.parameters).joined(separator: ", ")))"
    }
    return "enum \(type.name) { \(cases.joined(separator: ", ")) }"
  }

  // MARK: Beside the graph

  private mutating func invariant() -> String {
    let condition = within(Frame(.invariant)) { generator in
      let made = generator.condition(total: generator.tape.below(8) > 0, depth: 2)
      return generator.tape.oneIn(6) ? made.text : "\(made.at(.or)) or \(generator.truth(depth: 1).at(.and))"
    }.result
    let states = states.filter { _ in tape.oneIn(2) }.map(\.name)
    return
      "invariant \"rule \(fresh("r"))\"\(states.isEmpty ? "" : " while \(states.joined(separator: ", "))"): \(condition)"
  }

  private mutating func view() -> String {
    frame.currencies = generics + ["USD", "JPY"]
    let type = randomType(depth: 2)
    let (value, inner) = within(Frame(.view)) { $0.rest(type, total: $0.tape.oneIn(2), depth: 3) }
    let parameters = inner.parameters.filter { value.text.reads($0.name) }
    return "view \(fresh("shown"))(\(list(parameters))): \(spelled(type)) = \(value.text)"
  }

  // MARK: What nobody reads

  /// A view of each name that nothing else reads.
  private mutating func unread(_ lines: [String]) -> [String] {
    // A declaration reads names other than its own; its conditions are no use of a term.
    var names: Set<Substring> = []
    for line in lines { names.formUnion(line.words) }
    for line in members {
      let words = line.words
      names.formUnion(words.filter { $0 != words[1] })
    }
    var views: [String] = []
    for variable in parties + terms + derived + fields + counters where !names.contains(variable.name[...]) {
      views.append("view \(fresh("shown"))(): \(spelled(variable.type.source)) = \(variable.name)")
    }
    for vault in vaults where !names.contains(vault.name[...]) {
      views.append("view \(fresh("held"))(): Amount<\(vault.currency)> = \(vault.name)")
    }
    return views
  }

  /// A function of the contract that nothing calls is refused.
  private mutating func removeUncalled(_ lines: [String]) {
    var names: Set<Substring> = []
    for line in lines + members + functions.filter(\.isFile).map(\.text) { names.formUnion(line.words) }
    for index in functions.indices.reversed() where !functions[index].isFile {
      if names.contains(functions[index].name[...]) {
        names.formUnion(functions[index].text.words)
      } else {
        functions.remove(at: index)
      }
    }
  }

  func list(_ parameters: [Variable]) -> String {
    parameters.map { "\($0.name): \(spelled($0.type.source))" }.joined(separator: ", ")
  }
}

extension String {
  /// The names and numbers in it.
  var words: [Substring] {
    utf8.split { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        false
      default: true
      }
    }.map { Substring($0) }
  }

  func reads(_ name: String) -> Bool { contains(name) && words.contains(name[...]) }
}
