import Interface
import Source
import Syntax

/// What is being checked: all that a function's body, once it is checked, gives back to whoever called it.
struct Context {
  /// Where an expression stands decides what it may read.
  enum Surroundings {
    /// What is written in the module: literals.
    case constant
    /// What is fixed when an agreement is opened.
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
