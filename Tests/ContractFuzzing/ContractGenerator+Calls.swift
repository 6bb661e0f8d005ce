import Fuzzing
import Interface
import Primitives

extension SourceType {
  /// The currencies that it names.
  var currencies: [String] {
    switch self {
    case .amount(let currency): [currency]
    case .rate(let of, let per): [of, per]
    case .optional(let inner), .list(let inner, _, _), .set(let inner, _): inner.currencies
    case .map(let key, let value, _): key.currencies + value.currencies
    case .bool, .percent, .ratio, .duration, .time, .party, .calendar, .int, .text, .bytes, .structure, .enumeration: []
    }
  }

  /// The declared types that it names.
  var declarations: [Int] {
    switch self {
    case .structure(let index), .enumeration(let index): [index]
    case .optional(let inner), .list(let inner, _, _), .set(let inner, _): inner.declarations
    case .map(let key, let value, _): key.declarations + value.declarations
    case .bool, .percent, .ratio, .duration, .time, .party, .calendar, .int, .text, .bytes, .amount, .rate: []
    }
  }

  func renaming(_ names: [String: String]) -> SourceType {
    func renamed(_ name: String) -> String { names[name] ?? name }
    return switch self {
    case .amount(let currency): .amount(renamed(currency))
    case .rate(let of, let per): .rate(renamed(of), renamed(per))
    case .optional(let inner): .optional(inner.renaming(names))
    case .list(let inner, let least, let most): .list(inner.renaming(names), least: least, most: most)
    case .set(let inner, let most): .set(inner.renaming(names), most: most)
    case .map(let key, let value, let most): .map(key.renaming(names), value.renaming(names), most: most)
    case .bool, .percent, .ratio, .duration, .time, .party, .calendar, .int, .text, .bytes, .structure, .enumeration:
      self
    }
  }
}

extension ContractGenerator {
  /// A call of a function of this type, which may come into being for it; nil where there is none.
  mutating func call(_ wanted: SourceType, total: Bool, depth: Int) -> Made? {
    if functions.count < 5, tape.oneIn(2), let function = function(wanted) { functions.append(function) }
    var found: [(DeclaredFunction, [String: String])] = []
    for function in functions where function.isFile || !frame.isFile {
      if let names = chosen(for: function, wanted), !(total && function.canFail) { found.append((function, names)) }
    }
    if found.isEmpty { return nil }
    let (function, names) = tape.element(found.reversed())
    var (known, parts, traps) = (Set<String>(), [String](), function.canFail)
    for parameter in function.parameters {
      let type = parameter.type.renaming(names)
      let mentioned = parameter.type.currencies.filter { function.generics.contains($0) }
      // Which currency it is follows from the first value that has one.
      let value =
        mentioned.contains { !known.contains($0) }
        ? make(type, expecting: nil, total: total, depth: min(depth, 1)) : rest(type, total: total, depth: depth)
      known.formUnion(mentioned)
      parts.append(tape.oneIn(3) ? "\(parameter.name): \(value.text)" : value.text)
      traps = traps || value.traps
    }
    return Made(
      text: "\(function.name)(\(parts.joined(separator: ", ")))", type: MadeType(function.type.renaming(names)),
      traps: traps)
  }

  /// What the function's currencies must be for its value to be wanted; nil where it cannot be.
  private mutating func chosen(for function: DeclaredFunction, _ wanted: SourceType) -> [String: String]? {
    var names: [String: String] = [:]
    for (mine, theirs) in zip(function.type.currencies, wanted.currencies) where function.generics.contains(mine) {
      if let known = names[mine], known != theirs { return nil }
      names[mine] = theirs
    }
    for name in function.generics where names[name] == nil {
      let free = frame.currencies.filter { currency in !function.generics.contains { names[$0] == currency } }
      guard let first = free.first else { return nil }
      names[name] = first
    }
    if function.generics.count == 2 && names["X"] == names["Y"] { return nil }
    let types = function.parameters.map(\.type) + [function.type]
    guard MadeType(function.type.renaming(names)).fits(wanted) else { return nil }
    // What the function names must mean something here.
    return types.allSatisfy { $0.renaming(names).currencies.allSatisfy { frame.currencies.contains($0) } } ? names : nil
  }

  private mutating func function(_ wanted: SourceType) -> DeclaredFunction? {
    let isFile = (frame.isFile || tape.oneIn(2)) && wanted.declarations.allSatisfy { declared[$0].isFile }
    if frame.isFile && !isFile { return nil }
    var type = wanted
    let isGeneric = tape.oneIn(2) || frame.currencies.contains("X")
    // What is generic knows no currency of the contract, nor types that have one.
    if isGeneric && !wanted.declarations.allSatisfy({ declared[$0].isFile }) { return nil }
    if isGeneric, let first = wanted.currencies.first {
      var names = [first: "X"]
      if let second = wanted.currencies.first(where: { $0 != first }) { names[second] = "Y" }
      type = wanted.renaming(names)
    }
    if !isGeneric && !type.currencies.allSatisfy({ isFixed($0) || (!isFile && generics.contains($0)) }) { return nil }
    if case .text = type { type = .text(min(280, randomLength())) }
    if !MadeType(type).fits(isGeneric ? type : wanted) { return nil }
    var inner = Frame(.function)
    inner.isFile = isFile || isGeneric
    inner.currencies = isGeneric ? ["X", "Y"] : isFile ? ["CNY", "JPY"] : generics + ["USD", "JPY"]
    if !type.currencies.allSatisfy({ inner.currencies.contains($0) || isFixed($0) }) { return nil }
    let name = fresh("calc")
    return within(inner) { $0.function(name, type, isGeneric ? ["X", "Y"] : [], isFile: isFile) }.result
  }

  /// In the frame of the function.
  private mutating func function(_ name: String, _ type: SourceType, _ generics: [String], isFile: Bool)
    -> DeclaredFunction
  {
    var bindings: [(name: String, value: Made)] = []
    while bindings.count < 2 && tape.oneIn(3) {
      let value = make(randomType(depth: 1), expecting: nil, total: tape.oneIn(2), depth: 2)
      bindings.append((fresh("let"), value))
      frame.locals.append(Variable(name: bindings[bindings.count - 1].name, type: value.type))
    }
    let result = rest(type, total: tape.oneIn(2), depth: 2)
    var body = result.text
    // What is not read is not there.
    for index in bindings.indices.reversed() {
      let later = bindings[(index + 1)...].map(\.value.text).joined(separator: " ") + " " + body
      if !later.reads(bindings[index].name) { bindings.remove(at: index) }
    }
    func whole() -> String { bindings.map(\.value.text).joined(separator: " ") + " " + body }
    var parameters = frame.parameters.filter { whole().reads($0.name) }
    // Each currency follows from some parameter.
    var named: [String] = []
    for generic in generics {
      if parameters.contains(where: { $0.type.source.currencies.contains(generic) }) {
        named.append(generic)
      } else if type.currencies.contains(generic) || whole().reads(generic) {
        let parameter = Variable(name: fresh("given"), type: .amount(generic))
        parameters.append(parameter)
        named.append(generic)
        body = "if \(parameter.name) == \(parameter.name) { \(body) } else { \(body) }"
      }
    }
    let head =
      "function \(name)\(named.isEmpty ? "" : "<\(named.map { "\($0): Currency" }.joined(separator: ", "))>")(\(list(parameters))): \(spelled(type))"
    let lets = bindings.map { "let \($0.name) = \($0.value.text)" }
    return DeclaredFunction(
      name: name, generics: named, parameters: parameters.map { ($0.name, $0.type.source) }, type: type,
      canFail: result.traps || bindings.contains { $0.value.traps }, isFile: isFile,
      text: head + (lets.isEmpty ? " = \(body)" : " { \((lets + ["return \(body)"]).joined(separator: "; ")) }"))
  }
}
