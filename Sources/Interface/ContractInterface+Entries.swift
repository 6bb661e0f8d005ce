extension ContractInterface {
  /// Everything that can be run, in the order of a module's functions.
  package var entries: [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(2 * transitions.count + invariants.count + views.count + 1)
    for term in terms.ids {
      for number in 0..<terms[term].boundCount { entries.append(.bound(term: term, number: number)) }
    }
    if hasOpening { entries.append(.opening) }
    for transition in transitions.ids {
      if transitions[transition].trigger.isAutomatic { entries.append(.due(transition: transition)) }
      entries.append(.body(transition: transition))
    }
    for invariant in invariants.indices { entries.append(.invariant(invariant)) }
    for view in views.indices { entries.append(.view(view)) }
    return entries
  }

  /// The types of an entry's arguments.
  package func parameterTypes(of entry: Entry) -> [ValueType] {
    switch entry {
    case .body(let transition): transitions[transition].trigger.parameters.map(\.type)
    case .view(let index): views[index].parameters.map(\.type)
    case .bound, .opening, .due, .invariant: []
    }
  }

  /// The type of an entry's value; nil for a body and the opening, which lead somewhere instead.
  package func resultType(of entry: Entry) -> ValueType? {
    switch entry {
    case .bound, .invariant: .bool
    case .due(let transition):
      switch transitions[transition].trigger {
      case .after: .duration
      case .at: .time
      case .when: .bool
      case .action: nil
      }
    case .view(let index): views[index].type
    case .opening, .body: nil
    }
  }
}
