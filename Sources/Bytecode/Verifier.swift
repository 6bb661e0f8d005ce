// From bytes that anybody may have made to a module that the machine runs without checking anything
// again. One pass over the interface, one over each function, no search: linear in the size of the
// module.

import Interface
import Primitives

package struct Verifier {
  let module: Module
  let limits: Limits

  private init(_ module: Module) {
    self.module = module
    limits = module.protocolNumber.limits
  }

  package static func verify(bytes: [UInt8]) throws(ModuleFault) -> WellFormedModule {
    // Before anything is decoded: what decoding needs is a multiple of the bytes.
    guard bytes.count <= ProtocolNumber.current.limits.moduleSize else { throw ModuleFault(.size) }
    let module: Module
    do throws(CanonicalFault) { module = try Module(bytes: bytes) } catch { throw ModuleFault(.encoding) }
    let registers = try Verifier(module).run()
    return WellFormedModule(verified: module, registers, id: Digest(sha256: bytes))
  }

  package static func verify(_ module: Module) throws(ModuleFault) -> WellFormedModule {
    let registers = try Verifier(module).run()
    let bytes = module.bytes
    guard bytes.count <= module.protocolNumber.limits.moduleSize else { throw ModuleFault(.size) }
    return WellFormedModule(verified: module, registers, id: Digest(sha256: bytes))
  }

  /// Answers, of each function, where its registers begin.
  private func run() throws(ModuleFault) -> [RegisterLayout] {
    try checkTypes()
    try checkInterface()
    try checkConstants()
    try checkSplits()
    let entries = module.interface.entries
    guard module.functions.count <= limits.functions else { throw ModuleFault(.tooMany) }
    guard module.functions.count >= entries.count else { throw ModuleFault(.functionCount) }
    var checker = FunctionVerifier(module, entries: entries)
    var registers: [RegisterLayout] = []
    registers.reserveCapacity(module.functions.count)
    for index in module.functions.indices { registers.append(try checker.check(index)) }
    try checkCallDepth()
    return registers
  }

  /// Calls lead only to later functions, so the last one calls nobody, and the depths follow from the end.
  private func checkCallDepth() throws(ModuleFault) {
    var depths = [Int](repeating: 1, count: module.functions.count)
    for index in module.functions.indices.reversed() {
      for (pc, instruction) in module.functions[index].code.enumerated() where instruction.opcode == .call {
        depths[index] = max(depths[index], 1 + depths[Int(instruction.a)])
        if depths[index] > limits.callDepth { throw ModuleFault(.call, function: index, instruction: pc) }
      }
    }
  }

  // MARK: Types

  private func checkTypes() throws(ModuleFault) {
    let types = module.interface.types
    guard types.count <= limits.types else { throw ModuleFault(.tooMany) }
    var names: [String] = []
    for (index, type) in types.enumerated() {
      for part in type.parts { try check(part, before: index) }
      switch type {
      case .structure(let name, let members):
        names.append(name)
        guard !members.isEmpty else { throw ModuleFault(.type) }
        guard members.count <= limits.parameters else { throw ModuleFault(.tooMany) }
        try checkNames(members.map(\.name))
      case .enumeration(let name, let cases):
        names.append(name)
        guard !cases.isEmpty else { throw ModuleFault(.type) }
        guard cases.count <= limits.cases, cases.allSatisfy({ $0.payload.count <= limits.parameters }) else {
          throw ModuleFault(.tooMany)
        }
        try checkNames(cases.map(\.name))
      case .optional: break
      case .list(_, let least, let most): guard least <= most, most >= 1 else { throw ModuleFault(.type) }
      case .set(let key, let most), .map(let key, _, let most):
        guard most >= 1, key.isKey(in: types) else { throw ModuleFault(.type) }
      }
      if let most = type.most, most > limits.elements { throw ModuleFault(.tooMany) }
    }
    try checkNames(names)
    // Two equal types would be one type with two numbers.
    guard Set(types).count == types.count else { throw ModuleFault(.type) }
    let measures = TypeMeasures(types)
    guard measures.depths.allSatisfy({ $0 <= limits.typeDepth }),
      measures.wholeWords.allSatisfy({ $0 <= limits.valueWords })
    else {
      throw ModuleFault(.type)
    }
  }

  // MARK: Interface

  private func checkInterface() throws(ModuleFault) {
    let interface = module.interface
    for (count, limit) in [
      (interface.currencies.count, limits.currencies), (interface.parties.count, limits.parties),
      (interface.terms.count, limits.terms),
      (interface.vaults.count, limits.vaults), (interface.fields.count, limits.fields),
      (interface.events.count, limits.events),
      (interface.states.count, limits.states), (interface.transitions.count, limits.transitions),
      (interface.invariants.count, limits.invariants),
      (interface.views.count, limits.views),
    ] where count > limit {
      throw ModuleFault(.tooMany)
    }
    try checkNames([interface.name])
    try checkNames(interface.currencies.map(\.name))
    try checkFieldNames(interface)
    try checkNames(interface.events.map(\.name) + interface.states.map(\.name))
    for term in interface.terms {
      try check(term.type)
      guard term.boundCount <= limits.conditions else { throw ModuleFault(.tooMany) }
      if let value = term.defaultValue, !term.type.admits(value, in: interface.types) || value.holdsAccount {
        throw ModuleFault(.value)
      }
    }
    for field in interface.fields {
      if case .counter(let most) = field.type {
        guard field.role == .declared, (1...limits.vaultKeys).contains(most) else { throw ModuleFault(.type) }
      } else {
        try check(field.type)
      }
      guard field.type.admits(field.initialValue, in: interface.types) else { throw ModuleFault(.value) }
      // Another field is read only once something has been stored in it, so that a blank may hold its place.
      if field.role == .declared ? field.initialValue.holdsAccount : field.initialValue.namesAccount {
        throw ModuleFault(.value)
      }
    }
    for vault in interface.vaults { try check(vault) }
    for event in interface.events { try check(event.parameters) }
    try checkNames(interface.views.map(\.name))
    for view in interface.views {
      try check(view.parameters)
      try check(view.type)
    }
    try checkGraph(interface)
  }

  /// Parties, terms, vaults and fields share their names; states may have parameters of one name, but for those.
  private func checkFieldNames(_ interface: ContractInterface) throws(ModuleFault) {
    var names = interface.parties + interface.terms.map(\.name) + interface.vaults.map(\.name)
    var parameters: [[String]] = Array(repeating: [], count: interface.states.count)
    for field in interface.fields {
      switch field.role {
      case .declared, .derived, .initialized: names.append(field.name)
      case .parameter(let state):
        guard interface.states.has(state) else { throw ModuleFault(.index) }
        // Nothing leads into it when the agreement is opened, so nothing would give the value.
        guard state != interface.initialState else { throw ModuleFault(.states) }
        parameters[of: state].append(field.name)
      }
    }
    try checkNames(names)
    for own in parameters where !own.isEmpty {
      guard own.count <= limits.parameters else { throw ModuleFault(.tooMany) }
      try checkNames(names + own)
    }
  }

  private func check(_ vault: ContractInterface.Vault) throws(ModuleFault) {
    guard vault.currency < module.interface.currencies.count else { throw ModuleFault(.index) }
    guard let key = vault.key else { return }
    try check(key.type)
    let isWord =
      switch key.type {
      case .party: true
      case .int(let range): range.isSmall && range.low.sign >= 0
      case .composite(let index):
        if case .enumeration = module.interface.types[index] {
          key.type.isKey(in: module.interface.types)
        } else {
          false
        }
      case .bool, .ratio, .amount, .duration, .text, .bytes, .time, .rate, .counter: false
      }
    guard isWord, (1...limits.vaultKeys).contains(key.most) else { throw ModuleFault(.key) }
  }

  private func checkNames(_ names: [String]) throws(ModuleFault) {
    for name in names where !Characters.isName(name) || name.utf8.count > limits.nameSize { throw ModuleFault(.name) }
    // A name is equal to another only where its bytes are: see `Characters.isHan`.
    if hasTwice(names) { throw ModuleFault(.name) }
  }

  private func hasTwice<T: Hashable>(_ list: [T]) -> Bool {
    // Of a few each is compared with those before it, which takes less than a set of them.
    if list.count <= 8 { return list.indices.contains { list[..<$0].contains(list[$0]) } }
    return Set(list).count < list.count
  }

  func check(_ type: ValueType) throws(ModuleFault) { try check(type, before: module.interface.types.count) }

  /// Of composite types only those before this one may be named.
  private func check(_ type: ValueType, before limit: Int) throws(ModuleFault) {
    if let code = type.defect(in: module.interface, limits, before: limit) { throw ModuleFault(code) }
  }

  private func check(_ parameters: [ContractInterface.Parameter]) throws(ModuleFault) {
    guard parameters.count <= limits.parameters else { throw ModuleFault(.tooMany) }
    try checkNames(parameters.map(\.name))
    for parameter in parameters { try check(parameter.type) }
  }

  private func checkGraph(_ interface: ContractInterface) throws(ModuleFault) {
    guard interface.states.has(interface.initialState) else { throw ModuleFault(.index) }
    guard !interface.states[interface.initialState].isFinal else { throw ModuleFault(.states) }
    var actions: [[String]] = Array(repeating: [], count: interface.states.count)
    for transition in interface.transitions {
      guard interface.states.has(transition.source) else { throw ModuleFault(.index) }
      guard !interface.states[transition.source].isFinal else { throw ModuleFault(.states) }
      guard case .action(let name, let parameters, let who) = transition.trigger else { continue }
      actions[of: transition.source].append(name)
      try check(parameters)
      if case .parties(let parties, let needed) = who {
        for party in parties { try check(party, parameters, in: transition.source) }
        guard !hasTwice(parties), needed >= 1, needed <= parties.count else { throw ModuleFault(.who) }
      }
    }
    for names in actions { try checkNames(names) }
    for invariant in interface.invariants {
      guard Characters.isLine(invariant.text), invariant.text.utf8.count <= limits.nameSize else {
        throw ModuleFault(.name)
      }
      for state in invariant.states where !interface.states.has(state) { throw ModuleFault(.index) }
      guard zip(invariant.states, invariant.states.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw ModuleFault(.index)
      }
    }
  }

  /// Somebody whom an action of the state names.
  private func check(_ actor: ContractInterface.Actor, _ parameters: [ContractInterface.Parameter], in source: StateID)
    throws(ModuleFault)
  {
    let interface = module.interface
    let type: ValueType
    switch actor {
    case .party(let index):
      guard index < interface.parties.count else { throw ModuleFault(.index) }
      return
    case .field(let index):
      guard interface.fields.has(index) else { throw ModuleFault(.index) }
      type = interface.fields[index].type
      // Before that state is entered it names nobody.
      if case .parameter(let state) = interface.fields[index].role, state != source { throw ModuleFault(.role) }
    case .parameter(let index):
      guard index < parameters.count else { throw ModuleFault(.index) }
      type = parameters[index].type
    }
    guard type == .party else { throw ModuleFault(.who) }
  }

  // MARK: Constants and splits

  private func checkConstants() throws(ModuleFault) {
    guard module.constants.count <= limits.constants else { throw ModuleFault(.tooMany) }
    for constant in module.constants {
      switch constant {
      case .int(let value): guard value.bitWidth <= limits.integerBits else { throw ModuleFault(.value) }
      case .text(let bytes):
        guard ValueType.text(max: limits.textScalars).admits(.text(bytes)) else { throw ModuleFault(.value) }
      case .bytes(let bytes): guard bytes.count <= limits.bytesSize else { throw ModuleFault(.value) }
      case .sequence, .variant, .party: throw ModuleFault(.value)
      case .bool, .percent, .amount, .duration, .time: break
      }
    }
  }

  private func checkSplits() throws(ModuleFault) {
    guard module.splits.count <= limits.splits else { throw ModuleFault(.tooMany) }
    for (number, shares) in module.splits.enumerated() {
      guard shares.count <= limits.shares else { throw ModuleFault(.tooMany) }
      guard !shares.isEmpty else { throw ModuleFault(.share) }
      for (index, share) in shares.enumerated() {
        let isLast = index == shares.count - 1
        var isEven = false
        switch share.portion {
        case .part(let slot), .upTo(let slot):
          guard !isLast else { throw ModuleFault(.share) }
          guard slot < limits.registers else { throw ModuleFault(.registers) }
        case .rest: guard isLast else { throw ModuleFault(.share) }
        case .evenly:
          guard isLast else { throw ModuleFault(.share) }
          isEven = true
        }
        switch share.targets {
        case .places(let places):
          guard isEven ? !places.isEmpty : places.count == 1 else { throw ModuleFault(.share) }
          guard places.count <= limits.shares else { throw ModuleFault(.tooMany) }
          for place in places { try check(place) }
        case .split(let table): guard !isEven, table < number else { throw ModuleFault(.share) }
        case .list(let slot):
          guard isEven else { throw ModuleFault(.share) }
          guard slot < limits.registers else { throw ModuleFault(.registers) }
        }
      }
    }
    guard SplitMeasure.measures(module.splits, limits).allSatisfy({ $0 != nil }) else { throw ModuleFault(.tooMany) }
  }

  private func check(_ place: PlaceOperand) throws(ModuleFault) {
    switch place {
    case .vault(let index), .entry(let index, _):
      guard index < module.interface.vaults.count else { throw ModuleFault(.index) }
    case .party(let index): guard index < module.interface.parties.count else { throw ModuleFault(.index) }
    case .account: break
    }
  }
}

extension Value {
  /// Whether an account stands in it. Their rows are a ledger's own, and a module is for any
  /// ledger: whoever has a row there has nothing to do with it.
  fileprivate var holdsAccount: Bool { holdsAccount { _ in true } }

  /// Whether an account other than that of row 0 stands in it, which is as a blank has it.
  fileprivate var namesAccount: Bool { holdsAccount { $0 != 0 } }

  private func holdsAccount(_ isMeant: (UInt64) -> Bool) -> Bool {
    switch self {
    case .party(let row): isMeant(row)
    case .sequence(let values), .variant(_, let values): values.contains { $0.holdsAccount(isMeant) }
    case .bool, .int, .percent, .amount, .duration, .text, .bytes, .time: false
    }
  }
}

extension ValueType {
  /// Why no parameter, member, register or result can be of this type; nil where it can. Only a
  /// field is a counter.
  func defect(in interface: ContractInterface, _ limits: Limits, before limit: Int) -> ModuleFault.Code? {
    switch self {
    case .amount(let currency): return currency < interface.currencies.count ? nil : .index
    case .rate(let currency, let other):
      if max(currency, other) >= interface.currencies.count { return .index }
      return currency == other ? .type : nil
    case .text(let max): return (1...limits.textScalars).contains(max) ? nil : .type
    case .bytes(let max): return (1...limits.bytesSize).contains(max) ? nil : .type
    case .composite(let index): return index < limit ? nil : .index
    case .counter: return .type
    case .bool, .int, .ratio, .duration, .time, .party: return nil
    }
  }
}
