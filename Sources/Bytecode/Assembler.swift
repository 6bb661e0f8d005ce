// Reads what `Disassembler` prints. It resolves names and sums the gas of blocks, and refuses only what it cannot read: whether the module is well-formed is
// the verifier's question, so that tests can ask it about any module. `#7` stands for any operand as a bare number, and `gas 9` behind an instruction for
// its gas byte.

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
      protocolNumber: assembler.protocolNumber, sourceHash: assembler.sourceHash, interface: assembler.interface, constants: assembler.constants,
      splits: assembler.splits, functions: assembler.functions)
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
      interface.vaults.append(.init(name: name, currency: try currency(&line)))
    case "field":
      let name = try line.word()
      try line.expect(":")
      let type = try valueType(&line)
      try line.expect("=")
      interface.fields.append(.init(name: name, type: type, initialValue: try line.value()))
    case "event":
      let name = try line.word()
      interface.events.append(.init(name: name, parameters: try parameters(&line)))
    case "state":
      let name = try line.word()
      if line.accept("initial") { interface.initialState = interface.states.count }
      interface.states.append(.init(name: name, isFinal: line.accept("final")))
    case "after":
      try line.expect("from")
      interface.transitions.append(.init(source: try state(&line), trigger: .after))
    case "action": try readAction(&line)
    case "invariant":
      guard case .text(let bytes) = try line.value() else { throw line.fault("a text was wanted") }
      try line.expect("while")
      var states: [Int] = []
      repeat { if !line.isAtEnd { states.append(try state(&line)) } } while line.accept(",")
      interface.invariants.append(.init(text: String(decoding: bytes, as: UTF8.self), states: states))
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
    case let other: throw line.fault("`\(other)` begins no line")
    }
    guard line.isAtEnd else { throw line.fault("something is left over on this line") }
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
      var parties: [Int] = []
      repeat { parties.append(try index(&line, among: interface.parties, "party")) } while line.accept(",")
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
    var targets: [Place] = []
    repeat { targets.append(PlaceOperand(number: try place(&line)).place) } while line.accept(",")
    return SplitShare(portion, to: targets)
  }

  // MARK: Instructions

  private mutating func readInstruction(_ number: Int, _ line: inout AssemblyLine) throws(AssemblyFault) {
    guard !functions.isEmpty else { throw line.fault("an instruction belongs to a function") }
    guard number == functions[functions.count - 1].code.count else { throw line.fault("this instruction is not number \(number)") }
    let mnemonic = try line.mnemonic()
    guard let opcode = Opcode.allCases.first(where: { $0.row.mnemonic == mnemonic }) else { throw line.fault("there is no instruction \(mnemonic)") }
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
    case .read, .write, .readAll, .readMany: return try line.exactly(try line.register())
    case .target: return try line.exactly(try line.prefixed("@"))
    case .number: return try line.short()
    case .constant: return try line.exactly(try line.prefixed("k"))
    case .slot: return try line.exactly(try line.prefixed("s"))
    case .split: return try line.exactly(try line.prefixed("split"))
    case .function: return try line.exactly(try line.prefixed("f"))
    case .part: return try line.short()
    case .field: return try line.exactly(try index(&line, among: interface.fields.map(\.name), "field"))
    case .item: return try line.exactly(try index(&line, among: interface.terms.map(\.name) + interface.fields.map(\.name), "term or field"))
    case .trap: return try line.exactly(try index(&line, among: Trap.allCases.map(\.rawValue), "trap"))
    case .vault: return try line.exactly(try index(&line, among: interface.vaults.map(\.name), "vault"))
    case .currency: return try line.exactly(try currency(&line))
    case .state: return try line.exactly(try state(&line))
    case .event: return try line.exactly(try index(&line, among: interface.events.map(\.name), "event"))
    case .place: return try place(&line)
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
    let name = try line.word()
    guard let index = names.firstIndex(of: name) else { throw line.fault("there is no \(what) \(name)") }
    return index
  }

  private func state(_ line: inout AssemblyLine) throws(AssemblyFault) -> Int { try index(&line, among: interface.states.map(\.name), "state") }

  private func currency(_ line: inout AssemblyLine) throws(AssemblyFault) -> Int {
    try index(&line, among: interface.currencies.map(\.name), "currency")
  }

  private func place(_ line: inout AssemblyLine) throws(AssemblyFault) -> UInt16 {
    if line.accept("#") { return try line.short() }
    let name = try line.word()
    if let vault = interface.vaults.firstIndex(where: { $0.name == name }) { return PlaceOperand(.vault(vault)).number }
    if let party = interface.parties.firstIndex(of: name) { return PlaceOperand(.party(party)).number }
    throw line.fault("there is no vault or party \(name)")
  }

  private func valueType(_ line: inout AssemblyLine) throws(AssemblyFault) -> ValueType {
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
    if line.accept("#") { return .composite(try line.number()) }
    let name = try line.word()
    switch name {
    case "Bool": return .bool
    case "Percent": return .percent
    case "Ratio": return .ratio
    case "Duration": return .duration
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
      case "Text": type = .text(max: Int(try line.short()))
      case "Bytes": type = .bytes(max: Int(try line.short()))
      case "Counter": type = .counter(bound: try line.number())
      default: type = .amount(currency: try currency(&line))
      }
      try line.expect(">")
      return type
    default: throw line.fault("there is no type \(name)")
    }
  }
}
