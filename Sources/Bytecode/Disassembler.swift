// A module as text: one line for each thing, in the order of the encoding. `Assembler` reads it
// back, and what it reads is the same module.

package import Interface
import Primitives

package struct Disassembler: Sendable {
  private let module: Module

  package init(_ module: Module) { self.module = module }

  package var text: String {
    (header + module.functions.indices.flatMap { lines(ofFunction: $0) }).joined(separator: "\n") + "\n"
  }

  private var header: [String] {
    let interface = module.interface
    var lines = ["module \(interface.name)", "protocol \(module.protocolNumber.number)", "source \(module.sourceHash)"]
    lines += module.importHashes.map { "import \($0)" }
    for slot in interface.currencies {
      switch slot {
      case .parameter(let name): lines.append("currency \(name)")
      case .fixed(let currency): lines.append("currency \(currency.code) fixed")
      }
    }
    // Behind the currencies, whose names they use.
    lines += interface.types.map { "type \(definition($0))" }
    lines += interface.parties.map { "party \($0)" }
    for term in interface.terms {
      lines.append(
        "term \(term.name): \(type(term.type))\(term.defaultValue.map { " = \(value($0))" } ?? "") bounds \(term.boundCount)"
      )
    }
    for vault in interface.vaults {
      lines.append(
        "vault \(vault.name): \(currency(vault.currency))\(vault.key.map { " per \(type($0.type)) \($0.most)" } ?? "")")
    }
    lines += interface.events.map { "event \($0.name)(\(parameters($0.parameters)))" }
    for (index, state) in interface.states.enumerated() {
      lines.append(
        "state \(state.name)\(index == interface.initialState.index ? " initial" : "")\(state.isFinal ? " final" : "")")
    }
    // Behind the states, whose names they use.
    for field in interface.fields {
      let role =
        switch field.role {
        case .declared: "field "
        case .derived: "derived "
        case .initialized: "initialized "
        case .parameter(let state): "parameter \(self.state(state))."
        }
      lines.append("\(role)\(field.name): \(type(field.type)) = \(value(field.initialValue))")
    }
    lines += interface.transitions.map(transition)
    for invariant in interface.invariants {
      lines.append(
        "invariant \"\(invariant.text)\" while \(invariant.states.map { state($0) }.joined(separator: ", "))")
    }
    lines += interface.views.map { "view \($0.name)(\(parameters($0.parameters))): \(type($0.type))" }
    lines += module.constants.map { "constant \(value($0))" }
    for shares in module.splits { lines.append("split \(shares.map(share).joined(separator: "; "))") }
    return lines
  }

  private func transition(_ transition: ContractInterface.Transition) -> String {
    let source = "from \(state(transition.source))"
    switch transition.trigger {
    case .after: return "after \(source)"
    case .at: return "at \(source)"
    case .when: return "when \(source)"
    case .action(let name, let parameters, .anyone):
      return "action \(name)(\(self.parameters(parameters))) \(source) by anyone"
    case .action(let name, let parameters, .parties(let parties, let needed)):
      let names = parties.map { actor -> String in
        switch actor {
        case .party(let index): party(index)
        case .field(let index): "." + field(index)
        case .parameter(let index): ":" + (index < parameters.count ? parameters[index].name : "#\(index)")
        }
      }.joined(separator: ", ")
      return "action \(name)(\(self.parameters(parameters))) \(source) by \(needed) of \(names)"
    }
  }

  private func share(_ share: SplitShare) -> String {
    let portion: String
    switch share.portion {
    case .part(let register): portion = "part r\(register)"
    case .upTo(let register): portion = "up-to r\(register)"
    case .rest: portion = "rest"
    case .evenly: portion = "evenly"
    }
    switch share.targets {
    case .places(let places): return "\(portion) -> \(places.map { place($0.number) }.joined(separator: ", "))"
    case .split(let table): return "\(portion) -> {\(table)}"
    case .list(let register): return "\(portion) -> [r\(register)]"
    }
  }

  // MARK: Functions

  /// The lines of one function, its registers first. An instruction's line begins with its index.
  package func lines(ofFunction index: Int) -> [String] {
    let function = module.functions[index]
    let name = index < module.interface.entries.count ? " ; " + describe(module.interface.entries[index]) : ""
    let layout = RegisterLayout(function.registers)
    let registers = zip(layout.starts, function.registers).map { "  register r\($0): \(register($1))" }
    let signature = function.signature.map { " takes \($0.parameterCount) gives \(register($0.result))" } ?? ""
    let answers = function.answers.map { "  answer @\($0.first)..@\($0.end) -> @\($0.target)" }
    return ["function\(signature)\(name)"] + registers + answers
      + function.code.enumerated().map { "  \($0): \(self.instruction($1))" }
  }

  /// What an entry is, in words.
  package func describe(_ entry: Entry) -> String {
    let interface = module.interface
    switch entry {
    case .bound(let term, let number): return "condition \(number + 1) of the term \(interface.terms[term].name)"
    case .opening: return "what follows from the terms"
    case .due(let transition):
      let source = state(interface.transitions[transition].source)
      return interface.transitions[transition].trigger == .when
        ? "condition of \(source)" : "due time of a deadline of \(source)"
    case .invariant(let index): return "invariant \(index + 1)"
    case .view(let index): return "view \(interface.views[index].name)"
    case .body(let index):
      let transition = interface.transitions[index]
      switch transition.trigger {
      case .action(let name, _, _): return "\(name) in \(state(transition.source))"
      case .after, .at: return "deadline of \(state(transition.source))"
      case .when: return "what a condition of \(state(transition.source)) starts"
      }
    }
  }

  package func instruction(_ instruction: Instruction) -> String {
    let operands = instruction.operands.compactMap { kind, value -> String? in
      kind == .unused && value == 0 ? nil : operand(kind, value)
    }
    let gas = instruction.gas == 0 ? "" : " ; \(instruction.gas) gas"
    return ([instruction.opcode.mnemonic] + operands).joined(separator: " ") + gas
  }

  private func operand(_ kind: Operand, _ value: UInt16) -> String {
    let number = Int(value)
    switch kind {
    case .unused: return "#\(number)"
    case .read, .write, .readMany: return "r\(number)"
    case .target: return "@\(number)"
    case .number: return "\(Int16(bitPattern: value))"
    case .constant: return "k\(number)"
    case .slot: return "s\(number)"
    case .vault: return vault(number)
    case .currency: return currency(number)
    case .state: return state(StateID(number))
    case .split: return "split\(number)"
    case .function: return "f\(number)"
    case .part: return "\(number)"
    case .field: return field(StateVariableID(number))
    case .item:
      let terms = module.interface.terms
      if number < terms.count { return terms[number].name }
      let field = StateVariableID(number - terms.count)
      return module.interface.fields.has(field) ? self.field(field) : "#\(number)"
    case .trap: return Trap(operand: value)?.name ?? "#\(number)"
    case .event: return number < module.interface.events.count ? module.interface.events[number].name : "#\(number)"
    case .party: return party(number)
    case .place, .payer, .holding: return place(value)
    }
  }

  // MARK: Names and values; an index that names nothing stands as a number

  private func state(_ id: StateID) -> String {
    module.interface.states.has(id) ? module.interface.states[id].name : "#\(id)"
  }
  private func party(_ index: Int) -> String {
    index < module.interface.parties.count ? module.interface.parties[index] : "#\(index)"
  }
  private func vault(_ index: Int) -> String {
    index < module.interface.vaults.count ? module.interface.vaults[index].name : "#\(index)"
  }

  private func field(_ id: StateVariableID) -> String {
    module.interface.fields.has(id) ? module.interface.fieldName(id) : "#\(id)"
  }

  private func place(_ number: UInt16) -> String {
    let interface = module.interface
    switch PlaceOperand(number: number) {
    case .vault(let index)? where index < interface.vaults.count: return vault(index)
    case .party(let index)? where index < interface.parties.count: return party(index)
    case .account(let register)?: return "@r\(register)"
    case .entry(let index, let register)? where index < interface.vaults.count: return "\(vault(index))[r\(register)]"
    case .vault?, .party?, .entry?, nil: return "#\(number)"
    }
  }

  package func currency(_ index: Int) -> String {
    index < module.interface.currencies.count ? module.interface.currencies[index].name : "#\(index)"
  }

  private func parameters(_ parameters: [ContractInterface.Parameter]) -> String {
    parameters.map { "\($0.name): \(type($0.type))" }.joined(separator: ", ")
  }

  package func type(_ type: ValueType) -> String {
    switch type {
    case .rate(let of, let per): "Rate<\(currency(of)) per \(currency(per))>"
    case .amount(let index): "Amount<\(currency(index))>"
    case .composite(let index): "#\(index)"
    case .bool, .int, .ratio, .duration, .time, .party, .text, .bytes, .counter:
      type.spelling(in: [], [])
    }
  }

  private func register(_ type: RegisterType) -> String {
    switch type {
    case .value(let type): self.type(type)
    case .wide(let bits): "Wide<\(bits)>"
    case .loopCounter(let bound): "Counter<\(bound)>"
    }
  }

  private func definition(_ definition: TypeDefinition) -> String {
    switch definition {
    case .structure(let name, let members): return "struct \(name)(\(parameters(members)))"
    case .enumeration(let name, let cases):
      let shown = cases.map {
        $0.name + ($0.payload.isEmpty ? "" : "(\($0.payload.map { type($0) }.joined(separator: ", ")))")
      }
      return "enum \(name) \(shown.joined(separator: ", "))"
    case .optional(let inner): return "optional \(type(inner))"
    case .list(let element, let least, let most): return "list \(type(element)) \(least)..\(most)"
    case .set(let element, let most): return "set \(type(element)) \(most)"
    case .map(let key, let value, let most): return "map \(type(key)) -> \(type(value)) \(most)"
    }
  }

  /// Milliseconds, units and fractions as they are; a text quoted, with everything but plain ASCII as `\xx`.
  private func value(_ value: Value) -> String {
    switch value {
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let integer): return integer.description
    case .percent(let percent): return "\(percent.numerator)/\(percent.denominator)"
    case .amount(let amount): return "\(Integer(amount.units))u"
    case .duration(let duration): return "\(duration.milliseconds)ms"
    case .time(let time): return "\(time.milliseconds)t"
    case .party(let row): return "\(row)p"
    case .bytes(let bytes): return "bytes" + bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    case .sequence(let values): return "[\(values.map { self.value($0) }.joined(separator: ", "))]"
    case .variant(let number, let payload):
      return "case \(number) [\(payload.map { self.value($0) }.joined(separator: ", "))]"
    case .text(let bytes):
      return "\""
        + bytes.map { byte -> String in
          let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
          return isPlain ? String(Unicode.Scalar(byte)) : "\\" + String(UInt16(byte) | 0x100, radix: 16).dropFirst()
        }.joined() + "\""
    }
  }
}

extension ContractInterface {
  /// A field's name as assembler writes it: several states may have parameters of one name.
  func fieldName(_ id: StateVariableID) -> String {
    let field = fields[id]
    guard case .parameter(let state) = field.role else { return field.name }
    return (states.has(state) ? states[state].name : "#\(state)") + "." + field.name
  }
}
