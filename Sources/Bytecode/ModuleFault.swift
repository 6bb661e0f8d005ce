/// Why bytes are no module, or a module is not well-formed. A code with a sentence; `place` says where.
package struct ModuleFault: Error, Hashable, Sendable {
  package enum Code: String, CaseIterable, Sendable {
    // Bytes
    case size = "the module is larger than its limit"
    case encoding = "these bytes are not the canonical encoding of a module"
    // Interface
    case tooMany = "a list is longer than its limit"
    case name = "a name is too long, stands twice in its list, or holds what no name of the language does"
    case index = "an index names nothing, or indexes do not ascend"
    case type = "a type cannot stand here"
    case value = "a value is not one of its type's"
    case states = "the initial state is final, or a final state has transitions"
    case who = "an action asks for more parties than it names, names one twice, or names what is no party"
    case key = "a vault has keys that are no words, or more of them than there may be"
    // Functions
    case functionCount = "there is not exactly one function for each entry"
    case registers = "the registers do not begin with the parameters, or take too many slots"
    case unusedOperand = "an operand that means nothing is not 0"
    case operand = "an operand names no register of its kind"
    case operandType = "the types of the operands do not fit together"
    case width = "a result may be wider than its register"
    case unassigned = "a register is read before it is written on some way"
    case target = "a jump leads backwards, out of the code, or into the middle of a block"
    case loop = "a loop is not nested properly, or its counter is written inside it"
    case blockGas = "the gas of a block is not the sum of its instructions"
    case call = "a call leads to an entry or backwards, or calls lie too deep inside each other"
    case taking = "what a `match` or `find` found is taken elsewhere than right behind it, or an element outside of its loop"
    case changing = "a parameter, or what a loop goes through, is changed where it lies or given away"
    case ending = "the code runs out at its end, or can never reach an instruction"
    case effect = "an effect stands where none may: in a value, or before the deposits are settled"
    case order = "deposits are asked for or settled twice, or settled on one way only"
    case notHere = "an instruction cannot stand in a function of this kind"
    case answer = "an answer has no instructions, lies across another, or leads backwards or into another loop"
    case role =
      "what follows from the terms is stored elsewhere than when an agreement is opened, or not given a value then; or a state's parameter is not"
    // Splits
    case share = "a split does not end in `rest` or `evenly`, goes on after it, has a share for nobody, or lies in itself"
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
    code.rawValue + (function.map { " (function \($0)" + (instruction.map { ", instruction \($0)" } ?? "") + ")" } ?? "")
  }
}
