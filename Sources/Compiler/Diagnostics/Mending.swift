// Fixes: where in the source something is to be put in, and which text. Each compiles once it is applied.

import Assurance
import Bytecode
import Interface
import Primitives
import Semantics
import Source

extension ContractWords {
  // MARK: Texts

  /// The statements that give what lies in these vaults back to whom it came from: `pay escrow to
  /// buyer; pay bids to each`. Nil where there is no party.
  func payouts(of vaults: [VaultID], at states: [StateID], after transitions: [TransitionID] = []) -> String? {
    var statements: [String] = []
    for vault in vaults {
      let name = interface.vaults[vault].name
      if isPerParty(vault) {
        statements.append("pay \(name) to each")
      } else {
        guard let payer = payer(into: vault, at: states, after: transitions) else { return nil }
        statements.append("pay \(name) to \(payer)")
      }
    }
    return statements.joined(separator: "; ")
  }

  /// A final state into which the same payouts lead already, or else the first.
  func end(after payouts: String) -> String? {
    for transition in contract.transitions {
      guard let last = transition.body.last, case .enter(let state, _) = last.kind, interface.states[state].isFinal
      else { continue }
      if transition.body.dropLast().compactMap(payout).joined(separator: "; ") == payouts {
        return interface.states[state].name
      }
    }
    return interface.states.first { $0.isFinal }?.name
  }

  /// A statement that pays, as it is written in a fix; something that is in none of them where it
  /// divides what lies in a vault.
  private func payout(_ statement: CheckedStatement) -> String? {
    switch statement.kind {
    case .pay(from: .vault(let vault), to: .party(let party)):
      "pay \(interface.vaults[vault].name) to \(interface.parties[party])"
    case .payEach(let vault): "pay \(interface.vaults[vault].name) to each"
    case .pay, .split, .choose, .match, .loop: "?"
    case .emit, .define, .require, .raise, .assign, .assignElement, .enter: nil
    }
  }

  /// A body that pays all of this back and ends there, without its braces: `pay escrow to buyer -> Refunded`.
  func ending(paying vaults: [VaultID], at states: [StateID], after transitions: [TransitionID] = []) -> String? {
    guard let payouts = payouts(of: vaults, at: states, after: transitions), let end = end(after: payouts) else {
      return nil
    }
    return payouts.isEmpty ? "-> \(end)" : "\(payouts) -> \(end)"
  }

  /// A whole deadline for a state: `after 30 days { pay escrow to buyer } -> Refunded`.
  func deadline(for state: StateID) -> String? {
    guard let payouts = payouts(of: held(in: state), at: [state]), let end = end(after: payouts) else { return nil }
    return payouts.isEmpty ? "after 30 days -> \(end)" : "after 30 days { \(payouts) } -> \(end)"
  }

  /// What stands for a value of this type that there is not.
  func substitute(for expression: TypedExpression) -> String? {
    switch expression.type.plain {
    case .bool: "false"
    case .int: if case .value(.int(let range)) = expression.type, !range.contains(.zero) { "\(range.low)" } else { "0" }
    case .ratio: "0%"
    case .amount: "0"
    case .duration: "0 days"
    case .time: "opened"
    case .text: "\"\""
    case .bytes, .party, .rate, .composite, .counter, nil: nil
    }
  }

  /// A name that does not stand in the file, not even within another.
  func unused(_ names: [String]) -> String {
    let bytes = source.bytes[..<source.parts[0].span.end]
    func isFree(_ name: String) -> Bool { !bytes.indices.contains { bytes[$0...].starts(with: name.utf8) } }
    if let name = names.first(where: isFree) { return name }
    var number = 2
    while !isFree("\(names[0])\(number)") { number += 1 }
    return "\(names[0])\(number)"
  }

  // MARK: Places

  /// Puts a text in as the last between braces: on a line of its own where the closing one has its own.
  func insert(_ text: String, asLastIn braces: Span) -> Diagnostic.Fix.Edit {
    let bytes = source.bytes
    let closing = braces.end - 1
    var lineStart = closing
    while lineStart > braces.start,
      bytes[lineStart - 1] == UInt8(ascii: " ") || bytes[lineStart - 1] == UInt8(ascii: "\t")
    { lineStart -= 1 }
    if lineStart > braces.start + 1, bytes[lineStart - 1] == UInt8(ascii: "\n") {
      let indent = String(decoding: bytes[lineStart..<closing], as: UTF8.self)
      return .init(at: lineStart, inserting: "\(indent)  \(text)\n")
    }
    return .init(at: closing, inserting: lineStart < closing ? "\(text) " : " \(text) ")
  }

  /// Puts a statement in so that it is run on every way to an `->`, whose state stands at this span.
  func insert(_ statement: String, before state: Span, of transition: TransitionID) -> Diagnostic.Fix.Edit {
    let body = contract.spans.bodies[of: transition]
    guard let braces = body.braces else {
      return .init(at: body.target?.start ?? state.start, inserting: "{ \(statement) } ")
    }
    if state.start >= braces.end { return insert(statement, asLastIn: braces) }
    return arrow(before: state).map { .init(at: $0, inserting: "\(statement) ") }
      ?? insert(statement, asFirstOf: transition)
  }

  /// Puts a statement in so that it is run on every way through a body.
  func insert(_ statement: String, asFirstOf transition: TransitionID) -> Diagnostic.Fix.Edit {
    let body = contract.spans.bodies[of: transition]
    if let braces = body.braces {
      let isFollowedByBlank = [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(
        source.bytes[braces.start + 1])
      return .init(at: braces.start + 1, inserting: isFollowedByBlank ? " \(statement)" : " \(statement) ")
    }
    return .init(
      at: body.target?.start ?? contract.spans.transitions[of: transition].end, inserting: "{ \(statement) } ")
  }

  /// Where the `->` before a state's name is, if nothing but blanks is between them.
  private func arrow(before state: Span) -> Int? {
    var place = state.start
    while place > 0,
      [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(source.bytes[place - 1])
    { place -= 1 }
    return place >= 2 && source.bytes[(place - 2)..<place].elementsEqual("->".utf8) ? place - 2 : nil
  }

  /// Declares a counter behind the contract's other declarations.
  func declare(counter name: String) -> Diagnostic.Fix.Edit {
    let place = contract.spans.declarationsEnd
    let isLineEnd = source.bytes[place...].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "\n")
    return .init(at: place, inserting: isLineEnd ? "\n  field \(name): Counter<10>" : " field \(name): Counter<10>")
  }

  /// The transitions that have the same body in the source.
  func sharing(bodyOf transition: TransitionID) -> [TransitionID] {
    let bodies = contract.spans.bodies
    return interface.transitions.ids.filter { bodies[of: $0] == bodies[of: transition] }
  }
}
