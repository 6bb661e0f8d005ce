package import Primitives

extension ContractInterface: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(types)
    writer.write(currencies)
    writer.write(parties)
    writer.write(terms)
    writer.write(vaults)
    writer.write(fields)
    writer.write(events)
    writer.write(states)
    writer.write(initialState)
    writer.write(transitions)
    writer.write(invariants)
    writer.write(views)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    name = try reader.readText()
    types = try reader.readList(of: TypeDefinition.self)
    currencies = try reader.readList(of: CurrencySlot.self)
    parties = try reader.readList(of: String.self)
    terms = try reader.readList(of: Term.self)
    vaults = try reader.readList(of: Vault.self)
    fields = try reader.readList(of: Field.self)
    events = try reader.readList(of: Event.self)
    states = try reader.readList(of: State.self)
    initialState = try reader.readID()
    transitions = try reader.readList(of: Transition.self)
    invariants = try reader.readList(of: Invariant.self)
    views = try reader.readList(of: View.self)
  }
}

extension ContractInterface.CurrencySlot: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .parameter(let name):
      writer.write(UInt8(0))
      writer.write(name)
    case .fixed(let currency):
      writer.write(UInt8(1))
      writer.write(currency)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .parameter(try reader.readText())
    case 1: self = .fixed(try reader.read(Currency.self))
    default: throw .unknownCase
    }
  }
}

extension ContractInterface.Parameter: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(type)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(name: try reader.readText(), type: try reader.read(ValueType.self))
  }
}

extension ContractInterface.Term: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(type)
    writer.write(defaultValue)
    writer.write(UInt8(boundCount))
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      name: try reader.readText(), type: try reader.read(ValueType.self),
      defaultValue: try reader.readOptional(Value.self),
      boundCount: Int(try reader.read(UInt8.self)))
  }
}

extension ContractInterface.Vault: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(UInt8(currency))
    writer.write(key)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      name: try reader.readText(), currency: Int(try reader.read(UInt8.self)), key: try reader.readOptional(Key.self))
  }
}

extension ContractInterface.Vault.Key: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(type)
    writer.write(UInt32(most))
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(type: try reader.read(ValueType.self), most: Int(try reader.read(UInt32.self)))
  }
}

extension ContractInterface.Field: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(type)
    writer.write(initialValue)
    switch role {
    case .declared: writer.write(UInt16(0))
    case .derived: writer.write(UInt16(1))
    case .initialized: writer.write(UInt16(2))
    case .parameter(let state): writer.write(UInt16(3 + state.index))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let (name, type, value) = (try reader.readText(), try reader.read(ValueType.self), try reader.read(Value.self))
    switch try reader.read(UInt16.self) {
    case 0: self.init(name: name, type: type, initialValue: value)
    case 1: self.init(name: name, type: type, initialValue: value, role: .derived)
    case 2: self.init(name: name, type: type, initialValue: value, role: .initialized)
    case let number:
      self.init(name: name, type: type, initialValue: value, role: .parameter(state: StateID(Int(number) - 3)))
    }
  }
}

extension ContractInterface.Event: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(parameters)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(name: try reader.readText(), parameters: try reader.readList(of: ContractInterface.Parameter.self))
  }
}

extension ContractInterface.State: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(isFinal)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(name: try reader.readText(), isFinal: try reader.readBool())
  }
}

extension ContractInterface.Transition: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(source)
    switch trigger {
    case .action(let name, let parameters, let who):
      writer.write(UInt8(0))
      writer.write(name)
      writer.write(parameters)
      switch who {
      case .anyone: writer.write(UInt8(0))
      case .parties(let parties, let needed):
        writer.write(UInt8(needed))
        writer.write(parties)
      }
    case .after: writer.write(UInt8(1))
    case .at: writer.write(UInt8(2))
    case .when: writer.write(UInt8(3))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let source: StateID = try reader.readID()
    switch try reader.read(UInt8.self) {
    case 0:
      let name = try reader.readText()
      let parameters = try reader.readList(of: ContractInterface.Parameter.self)
      let needed = Int(try reader.read(UInt8.self))
      let who =
        needed == 0
        ? ContractInterface.Who.anyone : .parties(try reader.readList(of: ContractInterface.Actor.self), needed: needed)
      self.init(source: source, trigger: .action(name: name, parameters: parameters, who: who))
    case 1: self.init(source: source, trigger: .after)
    case 2: self.init(source: source, trigger: .at)
    case 3: self.init(source: source, trigger: .when)
    default: throw .unknownCase
    }
  }
}

extension ContractInterface.Invariant: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(text)
    writer.write(states)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(text: try reader.readText(), states: try reader.readIDs())
  }
}

extension ContractInterface.Actor: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .party(let index):
      writer.write(UInt8(0))
      writer.write(UInt8(index))
    case .field(let field):
      writer.write(UInt8(1))
      writer.write(UInt8(field.index))
    case .parameter(let index):
      writer.write(UInt8(2))
      writer.write(UInt8(index))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .party(Int(try reader.read(UInt8.self)))
    case 1: self = .field(StateVariableID(Int(try reader.read(UInt8.self))))
    case 2: self = .parameter(Int(try reader.read(UInt8.self)))
    default: throw .unknownCase
    }
  }
}

extension ContractInterface.View: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(name)
    writer.write(parameters)
    writer.write(type)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      name: try reader.readText(), parameters: try reader.readList(of: ContractInterface.Parameter.self),
      type: try reader.read(ValueType.self))
  }
}
