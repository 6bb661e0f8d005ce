import Assurance
package import Compiler
import Fuzzing
import Interface
package import TestRunner

/// Random agreements of a contract that somebody has written, under random actions and waits, on
/// both engines at once (`DrawnSequence`).
package struct RandomSequences: Sendable {
  package private(set) var coverage = TrialCoverage()
  package private(set) var stepCount = 0
  /// What each transition used at most; nil of one that has not led on.
  package private(set) var gasUse: [GasUse?]
  /// The first thing that was not as it must be, with the seed that shows it again.
  package private(set) var defect: String?

  private let contract: CompiledContract
  private let silence: Silence

  package init(_ contract: CompiledContract) {
    self.contract = contract
    silence = Outlook(contract.assured).silence
    gasUse = Array(repeating: nil, count: contract.interface.transitions.count)
  }

  package mutating func run(count: Int, seed: UInt64) {
    for index in 0..<UInt64(count) where defect == nil {
      let tape = Tape(seed: seed &+ index, isRecording: false)
      var sequence = DrawnSequence(contract, silence, tape, isWritten: true)
      sequence.run()
      coverage.add(sequence.coverage)
      stepCount += sequence.stepCount
      for (transition, use) in sequence.gasUse.enumerated() { gasUse[transition] = gasUse[transition].joined(use) }
      if let found = sequence.defect { defect = "seed \(seed &+ index): \(found)" }
    }
  }
}
