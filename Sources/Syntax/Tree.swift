// The tree is the grammar: one type per production, named as in grammar/Earnest.g4. Everything that
// a message may point at carries its span.

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
  package var imports: [Import] = []
  package var contracts: [Contract] = []
  package var functions: [FunctionDeclaration] = []
  package var structures: [StructureDeclaration] = []
  package var enumerations: [EnumerationDeclaration] = []
  package var tests: [Test] = []

  package init() {}
}

/// `import "fees.ern"`
package struct Import: Sendable {
  package let path: String
  package let span: Span
}

package struct Contract: Sendable {
  package let name: Identifier
  package let generics: [Generic]
  package let members: [Member]
  /// Where the last of what is neither a state nor about states ends: the place for one more.
  package let declarationsEnd: Int

  package init(name: Identifier, generics: [Generic], members: [Member], declarationsEnd: Int) {
    self.name = name
    self.generics = generics
    self.members = members
    self.declarationsEnd = declarationsEnd
  }
}

/// `C: Currency`
package struct Generic: Sendable {
  package let name: Identifier
  package let bound: Identifier
}

/// What stands in a contract. Whoever checks it goes through all members several times, and looks
/// at one kind of them each time: so each lies apart.
package indirect enum Member: Sendable {
  case parties([Identifier])
  case term(Term)
  /// `let fee = price * 3% rounded down`
  case derived(Identifier, Expression)
  case vault(Vault)
  case field(Field)
  case event(Event)
  case state(State)
  case shared(Shared)
  case finals([Identifier])
  case invariant(Invariant)
  case view(View)
  case structure(StructureDeclaration)
  case enumeration(EnumerationDeclaration)
  case function(FunctionDeclaration)
}

package struct Term: Sendable {
  package let name: Identifier
  package let type: TypeName
  package let defaultValue: Expression?
  package let bounds: [Expression]
  package let span: Span
}

package struct Vault: Sendable {
  package let name: Identifier
  package let type: TypeName
  /// `per Party[200]`
  package let key: Key?

  package struct Key: Sendable {
    package let type: TypeName
    package let most: Identifier
  }
}

package struct Field: Sendable {
  package let name: Identifier
  package let type: TypeName
  package let initialValue: Expression?
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
  package let parameters: [Parameter]
  package let transitions: [Transition]
  package let braces: Span
}

/// `while Funded, Shipped { … }`: transitions of each of these states, after its own.
package struct Shared: Sendable {
  package let states: [Identifier]
  package let transitions: [Transition]
}

package struct Invariant: Sendable {
  package let text: String
  /// Empty: in every state.
  package let states: [Identifier]
  package let condition: Expression
}

/// `view owed(who: Party): Amount<C> = …`
package struct View: Sendable {
  package let name: Identifier
  package let parameters: [Parameter]
  package let type: TypeName
  package let value: Expression
}

package struct StructureDeclaration: Sendable {
  package let name: Identifier
  package let members: [Parameter]
}

package struct EnumerationDeclaration: Sendable {
  package let name: Identifier
  package let cases: [Case]

  package struct Case: Sendable {
    package let name: Identifier
    package let parameters: [Parameter]
  }
}

package struct FunctionDeclaration: Sendable {
  package let name: Identifier
  package let generics: [Generic]
  package let parameters: [Parameter]
  package let type: TypeName
  package let bindings: [Binding]
  package let result: Expression

  package struct Binding: Sendable {
    package let name: Identifier
    package let value: Expression
  }
}

/// A body with everything that can start it, and where it leads when it ends.
package struct Transition: Sendable {
  package let triggers: [Trigger]
  /// Without braces it is empty, and so is its span.
  package let body: Block
  package let target: Target?
  package let span: Span
}

/// `-> Proposed(toSeller: amount, proposer: caller)`
package struct Target: Sendable {
  package let state: Identifier
  package let arguments: [Argument]
  package let span: Span
}

package enum Trigger: Sendable {
  case action(Action)
  case after(Expression, Span)
  case at(Expression, Span)
  case when(Expression, Span)

  package var span: Span {
    switch self {
    case .action(let action): action.span
    case .after(_, let span), .at(_, let span), .when(_, let span): span
    }
  }
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

/// `price into escrow`, `fee to agent`, `ask from assignee to payee`
package struct Deposit: Sendable {
  package let amount: Expression
  package let payer: Identifier?
  package let isIntoVault: Bool
  package let place: PlaceName
}

/// `escrow`, `bids[p]`, `seller`
package struct PlaceName: Sendable {
  package let name: Identifier
  package let key: Expression?
  package let span: Span

  package init(name: Identifier, key: Expression?, span: Span) {
    self.name = name
    self.key = key
    self.span = span
  }
}

package struct Block: Sendable {
  package var statements: [Statement]
  package let span: Span

  package init(statements: [Statement], span: Span) {
    self.statements = statements
    self.span = span
  }
}

package enum Statement: Sendable {
  case pay(PlaceName, to: PlaceName, Span)
  /// `pay bids to each`
  case payEach(PlaceName, Span)
  /// The span is that of `split` and the vault.
  case split(PlaceName, Shares, otherwise: Block?, Span)
  case emit(Identifier, [Argument], Span)
  case `let`(Identifier, Expression)
  case require(Expression, Span)
  case raise(Identifier, otherwise: Block?, Span)
  /// A chain of `if … else if …`, flat however long it is.
  case `if`([Branch], else: Block?, Span)
  case loop(Identifier, in: Expression, Block, Span)
  case match(Expression, [MatchBlock], Span)
  case assign(Assigned, Expression)
  /// `tracking.dispatch(parcel, to: buyer)`
  case call([Identifier], [Argument], Span)
  case go(Target)

  /// `partial`, `plan[i]`, `terms.price`
  package struct Assigned: Sendable {
    package let name: Identifier
    package let members: [Identifier]
    package let key: Expression?
    package let span: Span
  }
}

package struct Branch: Sendable {
  package let condition: Expression
  package let block: Block
}

package struct MatchBlock: Sendable {
  package let pattern: Pattern
  package let block: Block
}

/// `Partial(share, reason)`
package struct Pattern: Sendable {
  package let name: Identifier
  package let bindings: [Identifier]
}

/// What stands between the braces of a split; the span is theirs.
package struct Shares: Sendable {
  package let shares: [Share]
  package let span: Span
}

package struct Share: Sendable {
  package enum Portion: Sendable {
    case part(Expression)
    case upTo(Expression)
    case rest
    case evenly
  }

  package enum Targets: Sendable {
    case places([PlaceName])
    /// The share is divided in turn.
    case shares(Shares)
  }

  package let portion: Portion
  package let targets: Targets
  package let span: Span
}

package struct TypeName: Sendable {
  package enum Argument: Sendable {
    case type(TypeName)
    /// `64`
    case bound(Identifier)
    /// `0..3500`; without an upper end, `0..`
    case range(low: Identifier, high: Identifier?)
  }

  /// The `banking` of `banking.Rate`.
  package let qualifier: Identifier?
  package let name: Identifier
  package let arguments: [Argument]
  package let isOptional: Bool
  package let span: Span

  package init(qualifier: Identifier?, name: Identifier, arguments: [Argument], isOptional: Bool, span: Span) {
    self.qualifier = qualifier
    self.name = name
    self.arguments = arguments
    self.isOptional = isOptional
    self.span = span
  }
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
  /// `let alice = wallet(100.00 CNY)`, `let due = 2026-02-01`
  case `let`(name: Identifier, Expression)
  case act(Act)
  case advance(Expression, Span)
  case advanceTo(Expression, Span)
  case block(at: Expression, [Step], Span)
  case expect(Expression, Span)
  case gained(Expression, Expression, Span)
  /// `expect deal emitted Ruled(70%, "late")`
  case emitted(Identifier, event: Identifier, [Argument]?, Span)
}

package struct Open: Sendable {
  package let contract: TypeName
  package let arguments: [Argument]
  package let refused: Identifier?
  package let span: Span
}

package struct Act: Sendable {
  /// `alice.pay`, `carrier.tracking.deliver`: the wallet, then what is called.
  package let path: [Identifier]
  package let arguments: [Argument]
  package let letGo: [Expression]
  package let agreement: Identifier?
  package let refused: Identifier?
  package let span: Span
}
