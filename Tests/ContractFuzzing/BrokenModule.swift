package import Bytecode
package import Interface

// What the assurance proves cannot happen has to be made to happen: a test gives a ledger's runtime
// a module that was altered after it was assured.

extension WellFormedModule {
  /// This module, but where these transitions would lead on they trap, after everything else that they do.
  package func failing(_ trap: Trap, where isFailing: (ContractInterface.Transition) -> Bool) throws(ModuleFault)
    -> WellFormedModule
  {
    var altered = module
    for (index, transition) in module.interface.transitions.identified where isFailing(transition) {
      let function = self.function(of: .body(transition: index))
      for (place, instruction) in altered.functions[function].code.enumerated() where instruction.opcode == .enter {
        // It carries the gas of its block.
        let gas = Int(instruction.gas) - Int(Opcode.enter.row.gas) + Int(Opcode.fail.row.gas)
        altered.functions[function].code[place] = Instruction(.fail, UInt16(trap.rawValue), gas: UInt8(gas))
      }
    }
    return try Verifier.verify(altered)
  }
}
