/// Cases in assembler, each a module that a few lines make of a frame:
///
///     ; frame lists: two lists, and an action that enters T
///     field l: #0 = []
///     …
///     function
///       register r0 r1: Int<0..9>
///       register r2: #0
///       settle
///       ...
///       enter T
///     ; case traps index on lists: nothing has this number
///       constant r0 k(7)
///       get r1 r2 r0
///
/// - A case's own lines stand where its frame has `...`, or behind it; functions among them stand
///   behind the frame. So do the lines of a frame that extends another one, `; frame nested on
///   lists`. `use day` stands for the lines of a frame that has no `...`. A frame stands before
///   whatever names it.
/// - What is not indented is a declaration of the module, or begins a function; the declarations go
///   before the functions. What is indented belongs to the function above it.
/// - Instructions have no numbers. `round: item r1 r2 r3` is one with a label, and `@round` its
///   number; a label alone is that of the next instruction. A bare number, as in `@9`, stays.
/// - `register r0 r1: Bool` declares both; registers are put in order.
/// - `k(7)` is the number of the constant 7, `k(0..9)` that of 0, which 9 follows; they are added to
///   the module's constants unless they stand there.
package struct CaseFile {
  package struct Case {
    /// Its first line without the frame: `traps index: nothing has this number`.
    package let title: String
    /// Its own lines behind the first.
    package let lines: [String]
    /// The whole module in assembler.
    package let module: String
  }

  /// A mistake in the file.
  package struct Fault: Error, Equatable {
    /// Counted from 1.
    package let line: Int
    package let message: String

    package init(line: Int, message: String) {
      self.line = line
      self.message = message
    }
  }

  /// In their order.
  package private(set) var cases: [Case] = []
  private var frames: [String: [CaseLine]] = [:]
  /// Those that nothing names so far, in order.
  private var unused: [(name: String, line: Int)] = []

  /// The cases of a file of the repository.
  package static func cases(_ path: String) throws -> [Case] { try CaseFile(Repository.text(path)).cases }

  /// Expands the frames and the cases of a file's text.
  package init(_ text: String) throws(Fault) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
      CaseLine(number: $0.offset + 1, text: $0.element)
    }
    let heads = lines.indices.filter { lines[$0].text.hasPrefix("; frame ") || lines[$0].text.hasPrefix("; case ") }
    for line in lines[..<(heads.first ?? lines.endIndex)] where !line.isComment {
      throw Fault(line: line.number, message: "a line belongs to a frame or a case")
    }
    for (head, end) in zip(heads, heads.dropFirst() + [lines.endIndex]) {
      try read(lines[head], Array(lines[(head + 1)..<end]))
    }
    if let frame = unused.first { throw Fault(line: frame.line, message: "nothing extends the frame \(frame.name)") }
  }

  private mutating func read(_ head: CaseLine, _ lines: [CaseLine]) throws(Fault) {
    let isCase = head.text.hasPrefix("; case ")
    var title = head.text.dropFirst((isCase ? "; case " : "; frame ").count)
    let colon = title.firstIndex(of: ":") ?? title.endIndex
    var extended: [CaseLine]?
    var text = String(title)
    if let on = title[..<colon].ranges(of: " on ").last {
      extended = try frame(String(title[on.upperBound..<colon]), namedBy: head)
      text = title[..<on.lowerBound] + String(title[colon...])
      title = title[..<on.lowerBound]
    } else {
      title = title[..<colon]
    }
    var own: [CaseLine] = []
    for line in lines where !line.isComment {
      guard line.text.hasPrefix("use ") else {
        own.append(line)
        continue
      }
      let used = try frame(String(line.text.dropFirst("use ".count)), namedBy: line)
      guard !used.contains(where: \.isPlace) else { throw line.fault("a frame with a place for lines is extended") }
      own += used
    }
    if isCase, let line = own.first(where: \.isPlace) { throw line.fault("nothing extends a case") }
    if own.filter(\.isPlace).count > 1 { throw head.fault("there is more than one place for lines") }
    if let extended {
      let place = extended.firstIndex(where: \.isPlace) ?? extended.endIndex
      // A frame that extends this one goes where its lines end.
      if place < extended.endIndex && !own.contains(where: \.isPlace) {
        own.append(CaseLine(number: head.number, text: "..."))
      }
      let functions = own.firstIndex(where: \.beginsFunction) ?? own.endIndex
      own = Array(extended[..<place] + own[..<functions] + extended[place...].dropFirst() + own[functions...])
    }
    if isCase {
      let module = try ExpandedModule(own.filter { !$0.isPlace })
      cases.append(Case(title: text, lines: lines.map { String($0.text) }, module: module.text))
    } else {
      let name = String(title)
      guard frames.updateValue(own, forKey: name) == nil else { throw head.fault("there are two frames \(name)") }
      unused.append((name, head.number))
    }
  }

  private mutating func frame(_ name: String, namedBy line: CaseLine) throws(Fault) -> [CaseLine] {
    guard let frame = frames[name] else { throw line.fault("no frame \(name) stands before this") }
    unused.removeAll { $0.name == name }
    return frame
  }
}

private struct CaseLine {
  let number: Int
  let text: Substring

  var isComment: Bool { text.allSatisfy { $0 == " " } || text.hasPrefix(";") }
  var isPlace: Bool { text.drop { $0 == " " } == "..." }
  var beginsFunction: Bool { text.hasPrefix("function") }

  func fault(_ message: String) -> CaseFile.Fault { CaseFile.Fault(line: number, message: message) }
}

/// The lines of a case and its frames, as the assembler reads them.
private struct ExpandedModule {
  private struct Function {
    let head: Substring
    var registers: [(slot: Int, type: Substring, line: CaseLine)] = []
    var answers: [Substring] = []
    var code: [Substring] = []
    var labels: [Substring: Int] = [:]
  }

  private var declarations: [Substring] = []
  private var constants: [Substring] = []
  private var functions: [Function] = []

  init(_ lines: [CaseLine]) throws(CaseFile.Fault) {
    for line in lines where line.text.hasPrefix("constant ") {
      constants.append(line.text.dropFirst("constant ".count))
    }
    for line in lines {
      if line.text.hasPrefix("  ") {
        guard !functions.isEmpty else { throw line.fault("this belongs to a function") }
        try read(line)
      } else if line.beginsFunction {
        functions.append(Function(head: line.text))
      } else if !line.text.hasPrefix("constant ") {
        declarations.append(line.text)
      }
    }
    for index in functions.indices {
      functions[index].registers.sort { $0.slot < $1.slot }
      var next = 0
      for (slot, type, line) in functions[index].registers {
        guard slot == next else { throw line.fault("r\(slot) stands where r\(next) is") }
        next += ["Amount", "Percent", "Ratio", "Rate"].contains(type.prefix { $0 != "<" }) ? 2 : 1
      }
    }
  }

  private mutating func read(_ line: CaseLine) throws(CaseFile.Fault) {
    let last = functions.count - 1
    var text = line.text.drop { $0 == " " }
    if text.hasPrefix("answer ") { return functions[last].answers.append(text) }
    if text.hasPrefix("register "), let colon = text.firstIndex(of: ":") {
      for name in text[..<colon].split(separator: " ").dropFirst() {
        guard name.first == "r", let slot = Int(name.dropFirst()) else { throw line.fault("\(name) is no register") }
        functions[last].registers.append((slot, text[colon...].dropFirst().drop { $0 == " " }, line))
      }
      return
    }
    let word = text.prefix { $0 != " " }
    if word.last == ":" {
      guard functions[last].labels.updateValue(functions[last].code.count, forKey: word.dropLast()) == nil else {
        throw line.fault("there are two labels \(word)")
      }
      text = text[word.endIndex...].drop { $0 == " " }
      if text.isEmpty { return }
    }
    if let open = text.firstRange(of: " k("), let close = text.lastIndex(of: ")") {
      let number = number(of: text[open.upperBound..<close])
      text = "\(text[..<open.lowerBound]) k\(number)\(text[close...].dropFirst())"
    }
    functions[last].code.append(text)
  }

  private mutating func number(of text: Substring) -> Int {
    let values = text.hasPrefix("\"") ? [text] : text.split(separator: "..")
    if let place = constants.firstRange(of: values) { return place.lowerBound }
    constants += values
    return constants.count - values.count
  }

  var text: String {
    var lines = declarations.map(String.init) + constants.map { "constant \($0)" }
    for function in functions {
      func resolve(_ text: Substring) -> String {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts[0])) { result, part in
          let name = part.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
          result += "@" + (function.labels[name].map { "\($0)" } ?? String(name)) + part[name.endIndex...]
        }
      }
      lines.append(String(function.head))
      lines +=
        function.registers.map { "  register r\($0.slot): \($0.type)" } + function.answers.map { "  " + resolve($0) }
      lines += function.code.enumerated().map { "  \($0.offset): \(resolve($0.element))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
