// Reads what `Disassembler` prints. It resolves names and sums the gas of blocks, and refuses only
// what it cannot read: whether the module is well-formed is the verifier's question, so that tests
// can ask it about any module. `#7` stands for any operand as a bare number, and `gas 9` behind an
// instruction for its gas byte. A place is the name of a vault or a party, `v[r3]` what a vault
// holds under a key, `@r3` an account; who may act is a party's name, `.f` for whom a field and
// `:p` for whom a parameter names. A state's parameter is `State.name`.

import Interface
import Primitives

package struct AssemblyFault: Error, Sendable {
  /// Counted from 1.
  package let line: Int
  package let message: String
}

package struct Assembler {
  private var interface = ContractInterface(name: "")
  private var protocolNumber = ProtocolNumber.current
  private var sourceHash = Digest(sha256: [])
  private var importHashes: [Digest] = []
  private var constants: [Value] = []
  private var splits: [[SplitShare]] = []
  private var functions: [Function] = []

  package static func module(_ text: String) throws(AssemblyFault) -> Module {
    var assembler = Assembler()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var reader = AssemblyLine(line, number: index + 1)
      if !reader.isAtEnd { try assembler.read(&reader) }
    }
    assembler.sumGas()
    return Module(
      protocolNumber: assembler.protocolNumber, sourceHash: assembler.sourceHash, importHashes: assembler.importHashes,
      interface: assembler.interface, constants: assembler.constants, splits: assembler.splits,
      functions: assembler.functions)
  }

  // MARK: Lines

  private mutating func read(_ line: inout AssemblyLine) throws(AssemblyFault) {
    if let number = line.instructionIndex() { return try readInstruction(number, &line) }
    switch try line.word() {
    case "module": interface.name = try line.word()
    case "protocol":
      guard let number = ProtocolNumber(try line.short()) else { throw line.fault("there is no such protocol") }
      protocolNumber = number
    case "source": sourceHash = try line.digest()
    case "import": importHashes.append(try line.digest())
    case "currency":
      let name = try line.word()
      if line.accept("fixed") {
        guard let currency = Currency.named(name) else { throw line.fault("there is no currency \(name)") }
        interface.currencies.append(.fixed(currency))
      } else {
        interface.currencies.append(.parameter(name))
      }
    case "type": interface.types.append(try typeDefinition(&line))
    case "party": interface.parties.append(try line.word())
    case "term":
      let name = try line.word()
      try line.expect(":")
      let type = try valueType(&line)
      let value = line.accept("=") ? try line.value() : nil
      try line.expect("bounds")
      interface.terms.append(.init(name: name, type: type, defaultValue: value, boundCount: try line.number()))
    case "vault":
      let name = try line.word()
      try line.expect(":")
      let currency = try currency(&line)
      var key: ContractInterface.Vault.Key?
      if line.accept("per") {
        let type = try valueType(&line)
        key = .init(type: type, most: try line.number())
      }
      interface.vaults.append(.init(name: name, currency: currency, key: key))
    case "field": try readField(&line, .declared)
    case "derived": try readField(&line, .derived)
    case "initialized": try readField(&line, .initialized)
    case "parameter":
      let state = try state(&line)
      try line.expect(".")
      try readField(&line, .parameter(state: state))
    case "event":
      let name = try line.word()
      interface.events.append(.init(name: name, parameters: try parameters(&line)))
    case "state":
      let name = try line.word()
      if line.accept("initial") { interface.initialState = StateID(interface.states.count) }
      interface.states.append(.init(name: name, isFinal: line.accept("final")))
    case "after": try readDeadline(&line, .after)
    case "at": try readDeadline(&line, .at)
    case "when": try readDeadline(&line, .when)
    case "action": try readAction(&line)
    case "invariant":
      guard case .text(let bytes) = try line.value() else { throw line.fault("a text was wanted") }
      try line.expect("while")
      var states: [StateID] = []
      repeat { if !line.isAtEnd { states.append(try state(&line)) } } while line.accept(",")
      interface.invariants.append(.init(text: String(decoding: bytes, as: UTF8.self), states: states))
    case "view":
      let name = try line.word()
      let parameters = try parameters(&line)
      try line.expect(":")
      interface.views.append(.init(name: name, parameters: parameters, type: try valueType(&line)))
    case "constant": constants.append(try line.value())
    case "split":
      var shares: [SplitShare] = []
      repeat { shares.append(try share(&line)) } while line.accept(";")
      splits.append(shares)
    case "function":
      var signature: Function.Signature?
      if line.accept("takes") {
        let count = try line.number()
        try line.expect("gives")
        signature = Function.Signature(parameterCount: count, result: try registerType(&line))
      }
      functions.append(Function(registers: [], code: [], signature: signature))
    case "register":
      _ = try line.register()
      try line.expect(":")
      let type = try registerType(&line)
      guard !functions.isEmpty else { throw line.fault("a register belongs to a function") }
      functions[functions.count - 1].registers.append(type)
    case "answer":
      let first = try line.prefixed("@")
      try line.expect("..")
      let end = try line.prefixed("@")
      try line.expect("->")
      let target = try line.prefixed("@")
      guard !functions.isEmpty else { throw line.fault("an answer belongs to a function") }
      functions[functions.count - 1].answers.append(Answer(first: first, end: end, target: target))
    case let other: throw line.fault("`\(other)` begins no line")
    }
    guard line.isAtEnd else { throw line.fault("something is left over on this line") }
  }

  private mutating func readField(_ line: inout AssemblyLine, _ role: ContractInterface.Field.Role)
    throws(AssemblyFault)
  {
    let name = try line.word()
    try line.expect(":")
    let type = try valueType(&line)
    try line.expect("=")
    interface.fields.append(.init(name: name, type: type, initialValue: try line.value(), role: role))
  }

  private mutating func readDeadline(_ line: inout AssemblyLine, _ trigger: ContractInterface.Trigger)
    throws(AssemblyFault)
  {
    try line.expect("from")
    interface.transitions.append(.init(source: try state(&line), trigger: trigger))
  }

  private mutating func readAction(_ line: inout AssemblyLine) throws(AssemblyFault) {
    let name = try line.word()
    let parameters = try parameters(&line)
    try line.expect("from")
    let source = try state(&line)
    try line.expect("by")
    var who = ContractInterface.Who.anyone
    if !line.accept("anyone") {
      let needed = try line.number()
      try line.expect("of")
      var parties: [ContractInterface.Actor] = []
      repeat {
        if line.accept(".") {
          parties.append(.field(try field(&line)))
        } else if line.accept(":") {
          parties.append(.parameter(try index(&line, among: parameters.map(\.name), "parameter")))
        } else {
          parties.append(.party(try index(&line, among: interface.parties, "party")))
        }
      } while line.accept(",")
      who = .parties(parties, needed: needed)
    }
    interface.transitions.append(.init(source: source, trigger: .action(name: name, parameters: parameters, who: who)))
  }

  private func parameters(_ line: inout AssemblyLine) throws(AssemblyFault) -> [ContractInterface.Parameter] {
    try line.expect("(")
    var parameters: [ContractInterface.Parameter] = []
    if line.accept(")") { return [] }
    repeat {
      let name = try line.word()
      try line.expect(":")
      parameters.append(.init(name: name, type: try valueType(&line)))
    } while line.accept(",")
    try line.expect(")")
    return parameters
  }

  private func share(_ line: inout AssemblyLine) throws(AssemblyFault) -> SplitShare {
    let portion: SplitShare.Portion
    switch try line.word() {
    case "part": portion = .part(register: try line.register())
    case "up-to": portion = .upTo(register: try line.register())
    case "rest": portion = .rest
    case "evenly": portion = .evenly
    case let other: throw line.fault("`\(other)` is no share")
    }
    try line.expect("->")
    if line.accept("{") {
      let table = try line.number()
      try line.expect("}")
      return SplitShare(portion, to: .split(table))
    }
    if line.accept("[") {
      let register = try line.register()
      try line.expect("]")
      return SplitShare(portion, to: .list(register: register))
    }
    var targets: [PlaceOperand] = []
    repeat {
      guard let target = PlaceOperand(number: try place(&line)) else { throw line.fault("there is no such place") }
      targets.append(target)
    } while line.accept(",")
    return SplitShare(portion, to: .places(targets))
  }

  // MARK: Instructions

  private mutating func readInstruction(_ number: Int, _ line: inout AssemblyLine) throws(AssemblyFault) {
    guard !functions.isEmpty else { throw line.fault("an instruction belongs to a function") }
    guard number == functions[functions.count - 1].code.count else {
      throw line.fault("this instruction is not number \(number)")
    }
    let mnemonic = try line.mnemonic()
    guard let opcode = Opcode.allCases.first(where: { $0.mnemonic == mnemonic }) else {
      throw line.fault("there is no instruction \(mnemonic)")
    }
    var instruction = Instruction(opcode)
    let row = opcode.row
    instruction.a = try operand(row.a, &line)
    instruction.b = try operand(row.b, &line)
    instruction.c = try operand(row.c, &line)
    if line.accept("gas") { instruction.gas = UInt8(truncatingIfNeeded: try line.short()) }
    functions[functions.count - 1].code.append(instruction)
    guard line.isAtEnd else { throw line.fault("something is left over on this line") }
  }

  private func operand(_ kind: Operand, _ line: inout AssemblyLine) throws(AssemblyFault) -> UInt16 {
    if line.accept("#") { return try line.short() }
    switch kind {
    case .unused: return 0
    case .read, .write, .readMany: return try line.exactly(try line.register())
    case .target: return try line.exactly(try line.prefixed("@"))
    case .number: return try line.short()
    case .constant: return try line.exactly(try line.prefixed("k"))
    case .slot: return try line.exactly(try line.prefixed("s"))
    case .split: return try line.exactly(try line.prefixed("split"))
    case .function: return try line.exactly(try line.prefixed("f"))
    case .part: return try line.short()
    case .field: return try line.exactly(try field(&line).index)
    case .item:
      let terms = interface.terms.map(\.name)
      return try line.exactly(
        try index(&line, among: terms + interface.fields.ids.map { interface.fieldName($0) }, "term or field"))
    case .trap:
      if line.accept("#") { return try line.exactly(try line.number()) }
      let name = try line.word()
      guard let trap = Trap.allCases.first(where: { $0.name == name }) else {
        throw line.fault("there is no trap \(name)")
      }
      return UInt16(trap.rawValue)
    case .vault: return try line.exactly(try index(&line, among: interface.vaults.map(\.name), "vault"))
    case .currency: return try line.exactly(try currency(&line))
    case .state: return try line.exactly(try state(&line).index)
    case .event: return try line.exactly(try index(&line, among: interface.events.map(\.name), "event"))
    case .party: return try line.exactly(try index(&line, among: interface.parties, "party"))
    case .place, .payer, .holding: return try place(&line)
    }
  }

  /// Gives each instruction that ends a block, and has no gas of its own yet, the sum of its block.
  private mutating func sumGas() {
    for function in functions.indices {
      var sum = 0
      for index in functions[function].code.indices {
        let instruction = functions[function].code[index]
        sum += instruction.opcode.row.gas
        guard instruction.opcode.row.endsBlock else { continue }
        if instruction.gas == 0 { functions[function].code[index].gas = UInt8(truncatingIfNeeded: sum) }
        sum = 0
      }
    }
  }

  // MARK: Names and types

  private func index(_ line: inout AssemblyLine, among names: [String], _ what: String) throws(AssemblyFault) -> Int {
    if line.accept("#") { return try line.number() }
    var name = try line.word()
    if line.accept(".") { name += "." + (try line.word()) }
    guard let index = names.firstIndex(of: name) else { throw line.fault("there is no \(what) \(name)") }
    return index
  }

  private func field(_ line: inout AssemblyLine) throws(AssemblyFault) -> StateVariableID {
    StateVariableID(try index(&line, among: interface.fields.ids.map { interface.fieldName($0) }, "field"))
  }

  private func state(_ line: inout AssemblyLine) throws(AssemblyFault) -> StateID {
    if line.accept("#") { return StateID(try line.number()) }
    let name = try line.word()
    guard let state = interface.states.firstID(where: { $0.name == name }) else {
      throw line.fault("there is no state \(name)")
    }
    return state
  }

  private func currency(_ line: inout AssemblyLine) throws(AssemblyFault) -> Int {
    try index(&line, among: interface.currencies.map(\.name), "currency")
  }

  private func place(_ line: inout AssemblyLine) throws(AssemblyFault) -> UInt16 {
    if line.accept("#") { return try line.short() }
    func slot(_ line: inout AssemblyLine) throws(AssemblyFault) -> Int {
      let register = try line.register()
      guard register < 0x400 else { throw line.fault("no place names a register from 1024 on") }
      return register
    }
    if line.accept("@") { return PlaceOperand.account(register: try slot(&line)).number }
    let name = try line.word()
    if let vault = interface.vaults.firstIndex(where: { $0.name == name }) {
      guard vault < 32 else { throw line.fault("no place names a vault from 32 on") }
      guard line.accept("[") else { return PlaceOperand.vault(vault).number }
      let register = try slot(&line)
      try line.expect("]")
      return PlaceOperand.entry(vault: vault, register: register).number
    }
    if let party = interface.parties.firstIndex(of: name) { return PlaceOperand.party(party).number }
    throw line.fault("there is no vault or party \(name)")
  }

  private func valueType(_ line: inout AssemblyLine) throws(AssemblyFault) -> ValueType {
    // Of a register it would be that of a loop.
    if line.accept("Counter") {
      try line.expect("<")
      let most = try line.number()
      try line.expect(">")
      return .counter(most: most)
    }
    guard let type = try registerType(&line).valueType else { throw line.fault("this is a type of registers only") }
    return type
  }

  private func typeDefinition(_ line: inout AssemblyLine) throws(AssemblyFault) -> TypeDefinition {
    switch try line.word() {
    case "struct":
      let name = try line.word()
      return .structure(name: name, try parameters(&line))
    case "enum":
      let name = try line.word()
      var cases: [TypeDefinition.Case] = []
      repeat {
        let name = try line.word()
        var payload: [ValueType] = []
        if line.accept("(") {
          repeat { payload.append(try valueType(&line)) } while line.accept(",")
          try line.expect(")")
        }
        cases.append(.init(name: name, payload: payload))
      } while line.accept(",")
      return .enumeration(name: name, cases)
    case "optional": return .optional(try valueType(&line))
    case "list":
      let element = try valueType(&line)
      let least = try line.number()
      try line.expect("..")
      return .list(element, least: least, most: try line.number())
    case "set":
      let element = try valueType(&line)
      return .set(element, most: try line.number())
    case "map":
      let key = try valueType(&line)
      try line.expect("->")
      let value = try valueType(&line)
      return .map(key, value, most: try line.number())
    case let other: throw line.fault("`\(other)` is no kind of type")
    }
  }

  private func registerType(_ line: inout AssemblyLine) throws(AssemblyFault) -> RegisterType {
    if line.accept("#") { return .value(.composite(try line.number())) }
    let name = try line.word()
    switch name {
    case "Bool": return .bool
    case "Percent": return .percent
    case "Ratio": return .value(.ratio(isPercent: false))
    case "Duration": return .duration
    case "Time": return .time
    case "Party": return .party
    case "Rate":
      try line.expect("<")
      let of = try currency(&line)
      try line.expect("per")
      let per = try currency(&line)
      try line.expect(">")
      return .value(.rate(of: of, per: per))
    case "Int":
      guard line.accept("<") else { return .int(.whole) }
      let low = try line.integer()
      try line.expect("..")
      let high = try line.integer()
      try line.expect(">")
      guard let range = IntegerRange(low, high) else { throw line.fault("this is no range of integers") }
      return .int(range)
    case "Wide", "Text", "Bytes", "Counter", "Amount":
      try line.expect("<")
      let type: RegisterType
      switch name {
      case "Wide": type = .wide(bits: Int(try line.short()))
      case "Text": type = .value(.text(max: Int(try line.short())))
      case "Bytes": type = .value(.bytes(max: Int(try line.short())))
      case "Counter": type = .loopCounter(bound: try line.number())
      default: type = .value(.amount(currency: try currency(&line)))
      }
      try line.expect(">")
      return type
    default: throw line.fault("there is no type \(name)")
    }
  }
}
