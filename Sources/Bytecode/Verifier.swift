// From bytes that anybody may have made to a module that the machine runs without checking anything again. One pass over the interface, one over each
// function, no search: linear in the size of the module.

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
    try Verifier(module).run()
    return WellFormedModule(verified: module, id: Digest(sha256: bytes))
  }

  package static func verify(_ module: Module) throws(ModuleFault) -> WellFormedModule {
    try Verifier(module).run()
    return WellFormedModule(verified: module, id: Digest(sha256: module.bytes))
  }

  private func run() throws(ModuleFault) {
    try checkInterface()
    try checkConstants()
    try checkSplits()
    let entries = module.interface.entries
    guard entries.count <= limits.functions else { throw ModuleFault(.tooMany) }
    guard module.functions.count == entries.count else { throw ModuleFault(.functionCount) }
    for (index, entry) in entries.enumerated() {
      var checker = FunctionVerifier(module, index, entry)
      try checker.run()
    }
  }

  // MARK: Interface

  private func checkInterface() throws(ModuleFault) {
    let interface = module.interface
    for (count, limit) in [
      (interface.currencies.count, limits.currencies), (interface.parties.count, limits.parties), (interface.terms.count, limits.terms),
      (interface.vaults.count, limits.vaults), (interface.fields.count, limits.fields), (interface.events.count, limits.events),
      (interface.states.count, limits.states), (interface.transitions.count, limits.transitions), (interface.invariants.count, limits.invariants),
    ] where count > limit {
      throw ModuleFault(.tooMany)
    }
    try checkNames([interface.name])
    try checkNames(interface.currencies.map(\.name))
    try checkNames(interface.parties + interface.terms.map(\.name) + interface.vaults.map(\.name) + interface.fields.map(\.name))
    try checkNames(interface.events.map(\.name) + interface.states.map(\.name))
    for term in interface.terms {
      try checkAtRest(term.type)
      guard term.boundCount <= limits.conditions else { throw ModuleFault(.tooMany) }
      if let value = term.defaultValue, !term.type.admits(value) { throw ModuleFault(.value) }
    }
    for field in interface.fields {
      try checkAtRest(field.type)
      guard field.type.admits(field.initialValue) else { throw ModuleFault(.value) }
    }
    for vault in interface.vaults where vault.currency >= interface.currencies.count { throw ModuleFault(.index) }
    for event in interface.events { try check(event.parameters) }
    try checkGraph(interface)
  }

  private func checkNames(_ names: [String]) throws(ModuleFault) {
    for name in names where !Characters.isName(name) || name.utf8.count > limits.nameSize { throw ModuleFault(.name) }
    guard Set(names.map { Array($0.utf8) }).count == names.count else { throw ModuleFault(.name) }
  }

  func check(_ type: ValueType) throws(ModuleFault) {
    switch type {
    case .amount(let currency): guard currency < module.interface.currencies.count else { throw ModuleFault(.index) }
    case .text(let max): guard (1...limits.textScalars).contains(max) else { throw ModuleFault(.type) }
    case .bool, .int, .percent, .duration: break
    }
  }

  private func checkAtRest(_ type: ValueType) throws(ModuleFault) {
    try check(type)
    guard type.wordsAtRest > 0 else { throw ModuleFault(.type) }
  }

  private func check(_ parameters: [ContractInterface.Parameter]) throws(ModuleFault) {
    guard parameters.count <= limits.parameters else { throw ModuleFault(.tooMany) }
    try checkNames(parameters.map(\.name))
    for parameter in parameters { try check(parameter.type) }
  }

  private func checkGraph(_ interface: ContractInterface) throws(ModuleFault) {
    guard interface.initialState < interface.states.count else { throw ModuleFault(.index) }
    guard !interface.states[interface.initialState].isFinal else { throw ModuleFault(.states) }
    var actions: [[String]] = Array(repeating: [], count: interface.states.count)
    for transition in interface.transitions {
      guard transition.source < interface.states.count else { throw ModuleFault(.index) }
      guard !interface.states[transition.source].isFinal else { throw ModuleFault(.states) }
      guard case .action(let name, let parameters, let who) = transition.trigger else { continue }
      actions[transition.source].append(name)
      try check(parameters)
      if case .parties(let parties, let needed) = who {
        for party in parties where party >= interface.parties.count { throw ModuleFault(.index) }
        guard Set(parties).count == parties.count, needed >= 1, needed <= parties.count else { throw ModuleFault(.who) }
      }
    }
    for names in actions { try checkNames(names) }
    for invariant in interface.invariants {
      guard Characters.isLine(invariant.text), invariant.text.utf8.count <= limits.nameSize else { throw ModuleFault(.name) }
      for state in invariant.states where state >= interface.states.count { throw ModuleFault(.index) }
      guard zip(invariant.states, invariant.states.dropFirst()).allSatisfy({ $0 < $1 }) else { throw ModuleFault(.index) }
    }
  }

  // MARK: Constants and splits

  private func checkConstants() throws(ModuleFault) {
    guard module.constants.count <= limits.constants else { throw ModuleFault(.tooMany) }
    for constant in module.constants {
      switch constant {
      case .int(let value): guard value.bitWidth <= limits.integerBits else { throw ModuleFault(.value) }
      case .text(let bytes): guard ValueType.text(max: limits.textScalars).admits(.text(bytes)) else { throw ModuleFault(.value) }
      case .bool, .percent, .amount, .duration: break
      }
    }
  }

  private func checkSplits() throws(ModuleFault) {
    guard module.splits.count <= limits.splits else { throw ModuleFault(.tooMany) }
    for shares in module.splits {
      guard shares.count <= limits.shares else { throw ModuleFault(.tooMany) }
      guard !shares.isEmpty else { throw ModuleFault(.share) }
      for (index, share) in shares.enumerated() {
        guard !share.targets.isEmpty else { throw ModuleFault(.share) }
        guard share.targets.count <= limits.shares else { throw ModuleFault(.tooMany) }
        for target in share.targets { try check(target) }
        let isLast = index == shares.count - 1
        switch share.portion {
        case .part(let slot), .upTo(let slot):
          guard !isLast, share.targets.count == 1 else { throw ModuleFault(.share) }
          guard slot < limits.registers else { throw ModuleFault(.registers) }
        case .rest: guard isLast, share.targets.count == 1 else { throw ModuleFault(.share) }
        case .evenly: guard isLast else { throw ModuleFault(.share) }
        }
      }
    }
  }

  private func check(_ place: Place) throws(ModuleFault) {
    switch place {
    case .vault(let index): guard index < module.interface.vaults.count else { throw ModuleFault(.index) }
    case .party(let index): guard index < module.interface.parties.count else { throw ModuleFault(.index) }
    }
  }
}
