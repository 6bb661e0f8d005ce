package import Interface

extension Finding {
  /// What a receipt keeps of it.
  package var flaw: ModuleFlaw {
    switch self {
    case .stateWithoutDeadline(let state): ModuleFlaw(.stateWithoutDeadline, at: .state(state))
    case .automaticCanFail(let function, let instruction):
      ModuleFlaw(.automaticCanFail, at: .instruction(instruction, function: function))
    case .endlessCircle(let edges): ModuleFlaw(.endlessCircle, at: .circle(edges.map(\.source)))
    case .finalStateMayHoldMoney(let transition, let instruction, let vault):
      ModuleFlaw(.finalStateMayHoldMoney, at: .entering(transition: transition, instruction: instruction, vault: vault))
    case .gasAboveLimit(let function, let gas): ModuleFlaw(.gasAboveLimit, at: .function(function), gas: UInt64(gas))
    case .aheadAboveLimit(let state, let gas, _): ModuleFlaw(.aheadAboveLimit, at: .state(state), gas: UInt64(gas))
    }
  }
}
