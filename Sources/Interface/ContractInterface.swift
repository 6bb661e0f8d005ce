/// What there is to know of a contract from outside: names and types of everything that can be opened, called, seen or paid. It is part of the module, and
/// both engines, the ledger and every tool read this one value.
package struct ContractInterface: Hashable, Sendable {
  /// A currency the contract deals in: chosen when an agreement is opened, or named in the source.
  package enum CurrencySlot: Hashable, Sendable {
    case parameter(String)
    case fixed(Currency)

    /// The parameter's name, or the currency's code.
    package var name: String {
      switch self {
      case .parameter(let name): name
      case .fixed(let currency): currency.code
      }
    }

    /// Whether an agreement may be opened with this currency here.
    package func admits(_ currency: Currency) -> Bool {
      switch self {
      case .parameter: true
      case .fixed(let fixed): fixed == currency
      }
    }
  }

  package struct Parameter: Hashable, Sendable {
    package let name: String
    package let type: ValueType

    package init(name: String, type: ValueType) {
      self.name = name
      self.type = type
    }
  }

  package struct Term: Hashable, Sendable {
    package let name: String
    package let type: ValueType
    package let defaultValue: Value?
    /// How many `where` it has.
    package let boundCount: Int

    package init(name: String, type: ValueType, defaultValue: Value?, boundCount: Int) {
      self.name = name
      self.type = type
      self.defaultValue = defaultValue
      self.boundCount = boundCount
    }
  }

  package struct Vault: Hashable, Sendable {
    package let name: String
    /// An index into `currencies`.
    package let currency: Int

    package init(name: String, currency: Int) {
      self.name = name
      self.currency = currency
    }
  }

  package struct Field: Hashable, Sendable {
    package let name: String
    package let type: ValueType
    package let initialValue: Value

    package init(name: String, type: ValueType, initialValue: Value) {
      self.name = name
      self.type = type
      self.initialValue = initialValue
    }
  }

  package struct Event: Hashable, Sendable {
    package let name: String
    package let parameters: [Parameter]

    package init(name: String, parameters: [Parameter]) {
      self.name = name
      self.parameters = parameters
    }
  }

  package struct State: Hashable, Sendable {
    package let name: String
    package let isFinal: Bool

    package init(name: String, isFinal: Bool) {
      self.name = name
      self.isFinal = isFinal
    }
  }

  /// Who may take an action.
  package enum Who: Hashable, Sendable {
    case anyone
    /// At least `needed` of these parties, by index, in the order of the source.
    case parties([Int], needed: Int)
  }

  package enum Trigger: Hashable, Sendable {
    case action(name: String, parameters: [Parameter], who: Who)
    /// A deadline, counted from entering the state.
    case after
  }

  package struct Transition: Hashable, Sendable {
    /// The state that it leaves.
    package let source: Int
    package let trigger: Trigger

    package init(source: Int, trigger: Trigger) {
      self.source = source
      self.trigger = trigger
    }
  }

  package struct Invariant: Hashable, Sendable {
    package let text: String
    /// The states in which it holds.
    package let states: [Int]

    package init(text: String, states: [Int]) {
      self.text = text
      self.states = states
    }
  }

  package var name: String
  /// Types made of others; each names only earlier ones.
  package var types: [TypeDefinition] = []
  package var currencies: [CurrencySlot] = []
  package var parties: [String] = []
  package var terms: [Term] = []
  package var vaults: [Vault] = []
  package var fields: [Field] = []
  package var events: [Event] = []
  package var states: [State] = []
  package var initialState = 0
  /// In source order: two deadlines due at one time run in this order.
  package var transitions: [Transition] = []
  package var invariants: [Invariant] = []

  package init(name: String) { self.name = name }

  /// The types of an agreement's words, terms first, then fields, each with the slot of its first word.
  package var slots: [(type: ValueType, slot: Int)] {
    var next = 0
    return (terms.map(\.type) + fields.map(\.type)).map { type in
      defer { next += type.wordsAtRest }
      return (type, next)
    }
  }

  /// The words that an agreement's terms and fields take together.
  package var wordCount: Int { (terms.map(\.type) + fields.map(\.type)).reduce(0) { $0 + $1.wordsAtRest } }

  /// The parties that may act, a bit for each: they consent to an agreement before money comes in.
  package var actingParties: UInt16 {
    transitions.reduce(0) { mask, transition in
      guard case .action(_, _, .parties(let parties, _)) = transition.trigger else { return mask }
      return parties.reduce(mask) { $0 | 1 << UInt16($1) }
    }
  }

  /// The transition that `action` names in `state`, by index.
  package func transition(action: String, in state: Int) -> Int? {
    transitions.firstIndex {
      if case .action(action, _, _) = $0.trigger { $0.source == state } else { false }
    }
  }
}

extension ContractInterface.Trigger {
  package var isAutomatic: Bool {
    switch self {
    case .action: false
    case .after: true
    }
  }

  package var parameters: [ContractInterface.Parameter] {
    switch self {
    case .action(_, let parameters, _): parameters
    case .after: []
    }
  }
}
