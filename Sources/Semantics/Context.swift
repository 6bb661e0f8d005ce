import Interface
import Source
import Syntax

/// The state of checking one body. Checking a called function saves the caller's context and restores it behind.
struct Context {
  /// Where an expression stands decides what it may read.
  enum Surroundings {
    /// Literals, which stand in the module.
    case constant
    /// Values that are fixed when an agreement is opened.
    case opening
    case due
    case condition
    case action
    case automatic
    case invariant
    case view
    case function
  }

  var scope = Scope()
  var surroundings: Surroundings
  /// The currency parameters that can be named: those of the contract or, inside of a generic function, its own.
  var bindings: [String: Int]
  var localCount = 0
  var loopDepth = 0
  /// Calls inside each other below what is being checked.
  var callDepth = 0

  init(_ surroundings: Surroundings, bindings: [String: Int] = [:]) {
    (self.surroundings, self.bindings) = (surroundings, bindings)
  }
}
