// The reference interpreter: walks the checked tree with GMP's mpz numbers, and says what a
// contract means as plainly as can be. It is slow and meters nothing. Its control flow, arithmetic,
// fields and collections are its own; it shares with the machine the `Host`, and how values rest in
// the state (`Resting`). Every test runs both engines and compares them.

package import Interface
import Primitives
package import Semantics
package import Source

package struct Interpreter: Engine {
  package init() {}

  package func interface(of contract: CheckedContract) -> ContractInterface { contract.interface }

  package func run<H: Host>(_ entry: Entry, of contract: CheckedContract, arguments: [Value], gas: Int, host: inout H)
    -> Execution<Span>
  {
    var call = Call(contract: contract, arguments: arguments, host: host)
    defer { host = call.host }
    do throws(Failed) {
      return Execution(try call.run(entry), at: nil, gas: 0)
    } catch {
      return Execution(.fails(error.failure), at: error.span, gas: 0)
    }
  }
}

/// A failure on its way out of the tree.
struct Failed: Error {
  let failure: Failure
  let span: Span

  static func trap(_ trap: Trap, at span: Span) -> Failed { Failed(failure: .trapped(trap), span: span) }

  /// Whether an `else` answers it: a trap, but never a refusal.
  var isAnswerable: Bool {
    switch failure {
    case .trapped: true
    case .refused: false
    }
  }
}

/// One run of an entry. What it does is written to the host at once: of a call that fails, whoever
/// made the host undoes everything.
struct Call<H: Host> {
  /// What belongs to the entry, or to the function that is running.
  struct Frame {
    let arguments: [Value]
    var locals: [Int: Value] = [:]
  }

  let contract: CheckedContract
  /// The types of terms and fields, terms first, each with the slot of its first word.
  let slots: [(type: ValueType, slot: Int)]
  var host: H
  var frame: Frame
  /// The agreement's words as this call sees them.
  var words: [UInt64]
  /// Terms and fields of no fixed size, terms first, as far as this call has seen them.
  var objects: [Int: Value] = [:]

  init(contract: CheckedContract, arguments: [Value], host: H) {
    self.contract = contract
    self.host = host
    slots = contract.interface.slots
    frame = Frame(arguments: arguments)
    words = Array(repeating: 0, count: contract.interface.wordCount)
    words.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { host.copyWords(to: base) } }
  }

  var types: [TypeDefinition] { contract.interface.types }

  mutating func run(_ entry: Entry) throws(Failed) -> Ending {
    switch entry {
    case .bound(let term, let number): return .returns(try evaluate(contract.bounds[of: term][number]))
    case .invariant(let index): return .returns(try evaluate(contract.invariants[index]))
    case .view(let index): return .returns(try evaluate(contract.views[index]))
    case .due(let index):
      guard let due = contract.transitions[of: index].due else {
        preconditionFailure("only what comes by itself has a due time")
      }
      return .returns(try evaluate(due))
    case .opening:
      // Each is stored before the next, which may read it.
      for field in contract.derived { store(try evaluate(field.value), in: field.field) }
      return .stays
    case .body(let index):
      let transition = contract.transitions[of: index]
      for condition in transition.conditions { try require(condition) }
      for deposit in transition.deposits { try ask(for: deposit) }
      if transition.due == nil, let failure = host.settle() { throw Failed(failure: failure, span: transition.span) }
      return try run(transition.body) ?? .stays
    }
  }

  mutating func require(_ condition: TypedExpression) throws(Failed) {
    if try !truth(condition) { throw Failed(failure: .refused(.guardUnmet), span: condition.span) }
  }
}
