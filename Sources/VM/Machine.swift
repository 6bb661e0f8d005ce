// The machine: a register interpreter over verified bytecode. Whatever the verifier has shown is not checked again here: registers, targets, constants and
// types are as they should be. What depends on values is checked in the handler that meets it, and ends the call in a trap.

package import Bytecode
package import Interface
import Primitives

package struct Machine: Engine {
  package struct Site: Hashable, Sendable {
    package let function: Int
    package let instruction: Int
  }

  /// Memory of one worker, used by one call after the other.
  private final class Slab {
    let words: UnsafeMutablePointer<UInt64>
    init(capacity: Int) { words = .allocate(capacity: capacity) }
    deinit { words.deallocate() }
  }

  /// The most that a call is given: the slab is made for it.
  private let gasMax = ProtocolNumber.current.limits.gas
  private let slab: Slab

  /// The slab is as large as the gas allows; the operating system lends its pages only when they are touched.
  package init() {
    let limits = ProtocolNumber.current.limits
    let arguments = limits.parameters * Gas.textWords(size: 4 * limits.textScalars)
    slab = Slab(capacity: Arena.scratchWords + limits.registers + arguments + 2 * gasMax)
  }

  package func interface(of contract: WellFormedModule) -> ContractInterface { contract.module.interface }

  package func run<H: Host>(_ entry: Entry, of contract: WellFormedModule, arguments: [Value], gas given: Int, host: inout H) -> Execution<Site> {
    let gasLimit = min(given, gasMax)
    let index = contract.function(of: entry)
    let layout = contract.registers[index]
    var arena = Arena(slab: slab.words, top: Arena.scratchWords + layout.slotCount)
    let argumentWords = place(arguments, layout: layout, in: &arena)
    let gas = gasLimit - Gas.call(argumentWords: argumentWords)
    if gas < 0 { return Execution(.fails(.trapped(.gas)), at: Site(function: index, instruction: 0), gas: UInt64(gasLimit)) }

    let run = contract.module.functions[index].code.withUnsafeBufferPointer { code in
      contract.constantWords.withUnsafeBufferPointer { constants in
        contract.objects.withUnsafeBufferPointer { objects -> Run in
          guard let base = code.baseAddress else { preconditionFailure("a well-formed function has code") }
          let empty = UnsafePointer(slab.words)
          return execute(
            base, frame: slab.words + Arena.scratchWords, arena: &arena, constants: constants.baseAddress ?? empty,
            objects: objects.baseAddress ?? empty, gas: gas, function: index, contract, &host)
        }
      }
    }
    let ending: Ending
    switch run.stop {
    case .enters: ending = .enters(state: run.detail)
    case .stays: ending = .stays
    case .returns:
      let slot = run.detail
      let word = slab.words[Arena.scratchWords + slot]
      ending = .returns(layout.type(at: slot) == .bool ? .bool(word != 0) : .duration(Duration(unchecked: Int64(bitPattern: word))))
    case .fails(let failure): ending = .fails(failure)
    }
    let site: Site? = if case .fails = ending { Site(function: index, instruction: run.instruction) } else { nil }
    return Execution(ending, at: site, gas: UInt64(gasLimit - run.gas))
  }

  /// Writes the arguments into the first registers, large ones into the arena; answers how many words those take.
  private func place(_ arguments: [Value], layout: RegisterLayout, in arena: inout Arena) -> Int {
    let frame = slab.words + Arena.scratchWords
    let first = arena.top
    for (index, argument) in arguments.enumerated() {
      let slot = layout.starts[index]
      switch argument {
      case .bool(let value): frame[slot] = value ? 1 : 0
      case .duration(let value): frame[slot] = UInt64(bitPattern: value.milliseconds)
      case .percent(let value):
        frame[slot] = value.numerator
        frame[slot + 1] = value.denominator
      case .amount(let value):
        frame[slot] = UInt64(truncatingIfNeeded: value.units)
        frame[slot + 1] = UInt64(value.units >> 64)
      case .int(let value):
        if let small = SmallInteger.word(value) {
          frame[slot] = small
        } else {
          let words = IntegerObject.words(value)
          frame[slot] = UInt64(arena.append(words, count: words.count)) << 1 | 1
        }
      case .text(let bytes):
        let words = TextObject.words(bytes)
        frame[slot] = UInt64(arena.append(words, count: words.count))
      }
    }
    return arena.top - first
  }
}

/// How a run of the loop ended.
struct Run {
  enum Stop {
    case enters
    case stays
    case returns
    case fails(Failure)
  }

  let stop: Stop
  /// The state entered, or the register returned.
  let detail: Int
  /// The instruction that ended it.
  let instruction: Int
  /// What is left; nothing where it ran out.
  let gas: Int
}
