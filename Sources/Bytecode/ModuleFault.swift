package import Interface

/// Why bytes are no module, or a module is not well-formed: a code and where. `Wording` has a
/// sentence for each, as for all flaws.
package struct ModuleFault: Error, Hashable, Sendable {
  package typealias Code = ModuleFlaw.Kind

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
    guard let function else { return ModuleFlaw(code, at: .module) }
    return ModuleFlaw(code, at: instruction.map { .instruction($0, function: function) } ?? .function(function))
  }
}
