package import Interface

/// Why bytes are no module, or a module is not well-formed: a code and where. `Wording` has a
/// sentence for each, as for all flaws.
package struct ModuleFault: Error, Hashable, Sendable {
  package enum Code: CaseIterable, Sendable {
    // Bytes
    case size
    case encoding
    // Interface
    case tooMany
    case name
    case index
    case type
    case value
    case states
    case who
    case key
    // Functions
    case functionCount
    case registers
    case unusedOperand
    case operand
    case operandType
    case width
    case unassigned
    case target
    case loop
    case blockGas
    case call
    case taking
    case changing
    case ending
    case effect
    case order
    case notHere
    case answer
    case role
    // Splits
    case share
  }

  package let code: Code
  /// The index of a function, and of an instruction in it.
  package let function: Int?
  package let instruction: Int?

  package init(_ code: Code, function: Int? = nil, instruction: Int? = nil) {
    self.code = code
    self.function = function
    self.instruction = instruction
  }

  package var description: String {
    "\(code)" + (function.map { " (function \($0)" + (instruction.map { ", instruction \($0)" } ?? "") + ")" } ?? "")
  }

  /// What a receipt keeps of it.
  package var flaw: ModuleFlaw {
    guard let function else { return ModuleFlaw(code.kind, at: .module) }
    return ModuleFlaw(code.kind, at: instruction.map { .instruction($0, function: function) } ?? .function(function))
  }
}

extension ModuleFault.Code {
  package var kind: ModuleFlaw.Kind {
    switch self {
    case .size: .size
    case .encoding: .encoding
    case .tooMany: .tooMany
    case .name: .name
    case .index: .index
    case .type: .type
    case .value: .value
    case .states: .states
    case .who: .who
    case .key: .key
    case .functionCount: .functionCount
    case .registers: .registers
    case .unusedOperand: .unusedOperand
    case .operand: .operand
    case .operandType: .operandType
    case .width: .width
    case .unassigned: .unassigned
    case .target: .target
    case .loop: .loop
    case .blockGas: .blockGas
    case .call: .call
    case .taking: .taking
    case .changing: .changing
    case .ending: .ending
    case .effect: .effect
    case .order: .order
    case .notHere: .notHere
    case .answer: .answer
    case .role: .role
    case .share: .share
    }
  }
}
