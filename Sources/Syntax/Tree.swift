// The tree is the grammar: one type per production, named as in grammar/Earnest.g4. Everything that a message may point at carries its span.

package import Source

package struct Identifier: Hashable, Sendable {
  package let text: String
  package let span: Span

  package init(text: String, span: Span) {
    self.text = text
    self.span = span
  }
}

package struct File: Sendable {
  package var contracts: [Contract] = []
  package var tests: [Test] = []
}

package struct Contract: Sendable {
  package let name: Identifier
  package let generics: [Generic]
  package let members: [Member]
}

/// `C: Currency`
package struct Generic: Sendable {
  package let name: Identifier
  package let bound: Identifier
}

package enum Member: Sendable {
  case parties([Identifier])
  case term(Term)
  case vault(Vault)
  case field(Field)
  case event(Event)
  case state(State)
  case finals([Identifier])
  case invariant(Invariant)
}

package struct Term: Sendable {
  package let name: Identifier
  package let type: TypeName
  package let defaultValue: Expression?
  package let bounds: [Expression]
}

package struct Vault: Sendable {
  package let name: Identifier
  package let type: TypeName
}

package struct Field: Sendable {
  package let name: Identifier
  package let type: TypeName
  package let initialValue: Expression
}

package struct Event: Sendable {
  package let name: Identifier
  package let parameters: [Parameter]
}

package struct Parameter: Sendable {
  package let name: Identifier
  package let type: TypeName
}

package struct State: Sendable {
  package let name: Identifier
  package let isInitial: Bool
  package let transitions: [Transition]
}

package struct Invariant: Sendable {
  package let text: String
  /// Empty: in every state.
  package let states: [Identifier]
  package let condition: Expression
}

/// A body with everything that can start it, and where it leads when it ends.
package struct Transition: Sendable {
  package let triggers: [Trigger]
  package let body: Block
  package let target: Identifier?
  package let span: Span
}

package enum Trigger: Sendable {
  case action(Action)
  case after(Expression, Span)
}

package struct Action: Sendable {
  package let name: Identifier
  package let parameters: [Parameter]
  package let who: Who
  package let deposits: [Deposit]
  package let conditions: [Expression]
  package let span: Span
}

package enum Who: Sendable {
  case anyone(Span)
  case all([Identifier])
  case threshold(Identifier, of: [Identifier])
}

/// `price into escrow`, `fee to agent`
package struct Deposit: Sendable {
  package let amount: Expression
  package let isIntoVault: Bool
  package let place: Identifier
}

package struct Block: Sendable {
  package var statements: [Statement]
  package let span: Span
}

package enum Statement: Sendable {
  case pay(Identifier, to: Identifier)
  case split(Identifier, [Share], Span)
  case emit(Identifier, [Argument])
  case `let`(Identifier, Expression)
  case require(Expression, Span)
  /// A chain of `if … else if …`, flat however long it is.
  case `if`([Branch], else: Block?)
  case assign(Identifier, Expression)
  case go(Identifier, Span)
}

package struct Branch: Sendable {
  package let condition: Expression
  package let block: Block
}

package struct Share: Sendable {
  package enum Portion: Sendable {
    case part(Expression)
    case upTo(Expression)
    case rest
    case evenly
  }

  package let portion: Portion
  package let targets: [Identifier]
  package let span: Span
}

package struct TypeName: Sendable {
  package enum Argument: Sendable {
    case type(TypeName)
    /// `64`
    case bound(Identifier)
    /// `0..3500`
    case range(low: Identifier, high: Identifier)
  }

  package let name: Identifier
  package let arguments: [Argument]
  package let span: Span
}

package struct Argument: Sendable {
  package let label: Identifier?
  package let value: Expression
}

package struct Test: Sendable {
  package let name: String
  package let nameSpan: Span
  package let steps: [Step]
}

package enum Step: Sendable {
  case open(name: Identifier?, Open)
  /// `let alice = wallet(100.00 CNY)`
  case wallet(name: Identifier, function: Identifier, [Argument])
  case act(Act)
  case advance(Expression, Span)
  case expect(Expression, Span)
  case gained(Identifier, Expression, Span)
}

package struct Open: Sendable {
  package let contract: TypeName
  package let arguments: [Argument]
  package let refused: Identifier?
  package let span: Span
}

package struct Act: Sendable {
  package let wallet: Identifier
  package let action: Identifier
  package let arguments: [Argument]
  package let letGo: Expression?
  package let agreement: Identifier?
  package let refused: Identifier?
  package let span: Span
}
