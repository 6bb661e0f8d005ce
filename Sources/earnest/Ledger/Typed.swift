import ArgumentParser
import Interface
import Ledger
import Primitives
import Semantics

/// Values as people type them; what is wrong with one is said, with an example, and the command ends.
enum Typed {
  static func value(_ text: String, as type: ValueType, currencies: [Currency], of name: String) throws -> Value {
    let example: String? =
      switch type {
      case .bool: "true"
      case .int: "5"
      case .percent: "40%"
      case .amount: nil
      case .duration: "\"7 days\""
      case .text, .ratio, .bytes, .composite: nil
      }
    return try told(name, example) { () throws(Written.Fault) in try Written.value(text, as: type, currencies: currencies) }
  }

  static func money(_ text: String) throws -> CurrencyAmount {
    try told(text, nil) { () throws(Written.Fault) in try Written.money(text) }
  }

  private static func told<T>(_ name: String, _ example: String?, _ body: () throws(Written.Fault) -> T) throws -> T {
    let message: String
    do throws(Written.Fault) { return try body() } catch { message = error.message }
    try Console.complain("\(Characters.shown(name)): \(message)\(example.map { ", such as \($0)" } ?? "")")
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
    try Console.complain("there is no \(Characters.shown(unknown.name)) here; there are \(known.joined(separator: ", "))")
    throw Exit.no
  }
}
