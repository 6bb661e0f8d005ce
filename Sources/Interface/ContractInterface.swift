/// What there is to know of a contract from outside: names and types of everything that can be
/// opened, called, seen or paid. It is part of the module, and both engines, the ledger and every
/// tool read this one value.
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
    /// Of a vault that keeps what belongs to each key apart.
    package let key: Key?

    package init(name: String, currency: Int, key: Key? = nil) {
      self.name = name
      self.currency = currency
      self.key = key
    }

    /// `per Party[200]`
    package struct Key: Hashable, Sendable {
      /// A party, an integer that is small and not negative, or an enumeration without payloads: a word.
      package let type: ValueType
      /// Under so many keys at most it holds money at a time.
      package let most: Int

      package init(type: ValueType, most: Int) {
        self.type = type
        self.most = most
      }
    }
  }

  package struct Field: Hashable, Sendable {
    package let name: String
    package let type: ValueType
    /// What it holds when an agreement is opened; of a parameter, before its state is first entered.
    package let initialValue: Value
    package let role: Role

    package init(name: String, type: ValueType, initialValue: Value, role: Role = .declared) {
      self.name = name
      self.type = type
      self.initialValue = initialValue
      self.role = role
    }

    package enum Role: Hashable, Sendable {
      /// A `field` of the contract.
      case declared
      /// A `let` of the contract, computed once from the terms.
      case derived
      /// A `field` whose first value is computed from the terms.
      case initialized
      /// Of this state: every way into it gives the value.
      case parameter(state: StateID)
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
    /// At least `needed` of these, in the order of the source.
    case parties([Actor], needed: Int)
  }

  /// Somebody whom a contract knows: a party by its role, or whoever a field, a state's parameter
  /// or an action's parameter names.
  package enum Actor: Hashable, Sendable, Comparable {
    case party(Int)
    /// A field of type party.
    case field(StateVariableID)
    /// An index into the action's parameters, of type party.
    case parameter(Int)
  }

  package enum Trigger: Hashable, Sendable {
    case action(name: String, parameters: [Parameter], who: Who)
    /// A deadline, counted from entering the state.
    case after
    /// A deadline at a time.
    case at
    /// As soon as a condition holds.
    case when
  }

  /// What can be asked of an agreement at any time.
  package struct View: Hashable, Sendable {
    package let name: String
    package let parameters: [Parameter]
    package let type: ValueType

    package init(name: String, parameters: [Parameter], type: ValueType) {
      self.name = name
      self.parameters = parameters
      self.type = type
    }
  }

  package struct Transition: Hashable, Sendable {
    /// The state that it leaves.
    package let source: StateID
    package let trigger: Trigger

    package init(source: StateID, trigger: Trigger) {
      self.source = source
      self.trigger = trigger
    }
  }

  package struct Invariant: Hashable, Sendable {
    package let text: String
    /// The states in which it holds.
    package let states: [StateID]

    package init(text: String, states: [StateID]) {
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
  package var initialState: StateID = 0
  /// In source order: two deadlines due at one time run in this order.
  package var transitions: [Transition] = []
  package var invariants: [Invariant] = []
  package var views: [View] = []

  package init(name: String) { self.name = name }

  /// The types of an agreement's words, terms first, then fields, each with the slot of its first word.
  package var slots: [(type: ValueType, slot: Int)] {
    var slots: [(type: ValueType, slot: Int)] = []
    slots.reserveCapacity(terms.count + fields.count)
    var next = 0
    func place(_ type: ValueType) {
      slots.append((type, next))
      next += type.wordsAtRest
    }
    for term in terms { place(term.type) }
    for field in fields { place(field.type) }
    return slots
  }

  /// A field among the items, which are the terms and then the fields.
  package func item(of field: StateVariableID) -> Int { terms.count + field.index }

  /// The field that an item is; nil of a term.
  package func stateVariable(ofItem item: Int) -> StateVariableID? {
    item < terms.count ? nil : StateVariableID(item - terms.count)
  }

  /// The words that an agreement's terms and fields take together.
  package var wordCount: Int {
    terms.reduce(0) { $0 + $1.type.wordsAtRest } + fields.reduce(0) { $0 + $1.type.wordsAtRest }
  }

  /// The parties that may act, a bit for each: they consent to an agreement before money comes in.
  package var actingParties: UInt16 {
    transitions.reduce(0) { mask, transition in
      guard case .action(_, _, .parties(let parties, _)) = transition.trigger else { return mask }
      return parties.reduce(mask) { if case .party(let party) = $1 { $0 | 1 << UInt16(party) } else { $0 } }
    }
  }

  /// Whether something is computed from the terms when an agreement is opened.
  package var hasOpening: Bool { fields.contains { $0.role.isComputedAtOpening } }

  /// The fields that are a state's parameters, in order.
  package func parameters(ofState state: StateID) -> [StateVariableID] {
    fields.ids.filter { fields[$0].role == .parameter(state: state) }
  }

  /// How the source calls somebody who may take a transition.
  package func name(of actor: Actor, in transition: Transition) -> String {
    switch actor {
    case .party(let index): parties[index]
    case .field(let index): fields[index].name
    case .parameter(let index): transition.trigger.parameters[index].name
    }
  }

  /// The transition that `action` names in `state`, by index.
  package func transition(action: String, in state: StateID) -> TransitionID? {
    transitions.firstID {
      if case .action(action, _, _) = $0.trigger { $0.source == state } else { false }
    }
  }
}

extension ContractInterface.Trigger {
  package var isAutomatic: Bool {
    switch self {
    case .action: false
    case .after, .at, .when: true
    }
  }

  package var parameters: [ContractInterface.Parameter] {
    switch self {
    case .action(_, let parameters, _): parameters
    case .after, .at, .when: []
    }
  }
}

extension ContractInterface.Field.Role {
  package var isComputedAtOpening: Bool { self == .derived || self == .initialized }
}
