package import Interface
package import Source

extension ModuleFlaw.Kind {
  /// What the compiler says to the author of a source whose module has the flaw; nil where no
  /// source leads to such a module. `FlawTests` holds `Compilation` to it for every finding.
  package var diagnosticCode: DiagnosticCode? {
    switch self {
    case .stateWithoutDeadline: .stateWithoutDeadline
    case .automaticCanFail: .automaticCanFail
    case .endlessCircle: .endlessCircle
    case .finalStateMayHoldMoney: .finalStateMayHoldMoney
    case .size, .gasAboveLimit, .aheadAboveLimit: .limitExceeded
    default: nil
    }
  }
}
