import ArgumentParser
import Interface
import Ledger
import Primitives
import Semantics

/// Values as people type them; what is wrong with one is said, with an example, and the command ends.
enum Typed {
  /// A value for what a contract calls `name`. Accounts are named as the keystore does, or by their
  /// ids, and must be on the ledger.
  static func value(
    _ text: String, as type: ValueType, of contract: ContractInterface, currencies: [Currency], on open: OpenLedger,
    called name: String
  ) throws -> Value {
    if type == .party { return .party(try open.row(text)) }
    let example: String? =
      switch type {
      case .bool: "true"
      case .int, .counter: "5"
      case .ratio(let isPercent): isPercent ? "40%" : "2/3"
      case .amount: nil
      case .rate(let of, let per): "\"7.2345 \(currencies[of].code) per \(currencies[per].code)\""
      case .duration: "\"7 days\""
      case .time: "2026-12-31T08:30Z"
      case .bytes: "'\"ab\"'"
      case .text, .party: nil
      case .composite(let index): Typed.example(of: contract.types[index])
      }
    return try told(name, example) { () throws(Written.Fault) in
      try Written.value(text, as: type, in: contract.types, currencies: currencies) { open.rowNamed($0) }
    }
  }

  static func duration(_ text: String) throws -> Duration {
    let value = try told(text, "\"7 days\"") { () throws(Written.Fault) in
      try Written.value(text, as: .duration, in: [], currencies: [])
    }
    guard case .duration(let duration) = value else { preconditionFailure("a literal is of the type that was wanted") }
    return duration
  }

  private static func example(of type: TypeDefinition) -> String? {
    switch type {
    case .structure(let name, let members): "'\(name)(\(members.map { "\($0.name): …" }.joined(separator: ", ")))'"
    case .enumeration(_, let cases): cases.first.map { $0.payload.isEmpty ? $0.name : "'\($0.name)(…)'" }
    case .optional: "None or 'Some(…)'"
    case .list, .set: "'[…, …]'"
    case .map: "'[] with … : …'"
    }
  }

  static func money(_ text: String) throws -> CurrencyAmount {
    try told(text, nil) { () throws(Written.Fault) in try Written.money(text) }
  }

  private static func told<T>(_ name: String, _ example: String?, _ body: () throws(Written.Fault) -> T) throws -> T {
    let message: String
    do throws(Written.Fault) { return try body() } catch { message = error.message }
    try Console.complain("\(Characters.shown(name)): \(message)\(example.map { "; it is written like \($0)" } ?? "")")
    throw Exit.no
  }
}

/// What was written as NAME=VALUE.
struct Given {
  private var values: [(name: String, text: String)] = []

  init(_ arguments: [String], contract: String) throws {
    for argument in arguments {
      guard let equals = argument.firstIndex(of: "=") else { throw try Console.usage("“\(argument)” is no NAME=VALUE") }
      let name = String(argument[..<equals])
      if values.contains(where: { $0.name == name }) { throw try Console.usage("\(name) is said twice") }
      values.append((name, String(argument[argument.index(after: equals)...])))
    }
  }

  func peek(_ name: String) -> String? { values.first { $0.name == name }?.text }

  mutating func take(_ name: String) -> String? {
    defer { values.removeAll { $0.name == name } }
    return peek(name)
  }

  func finish(known: [String]) throws {
    guard let unknown = values.first else { return }
    try Console.complain(
      "there is no \(Characters.shown(unknown.name)) here; there are \(known.joined(separator: ", "))")
    throw Exit.no
  }
}
