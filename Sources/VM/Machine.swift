// The machine: a register interpreter over verified bytecode. Whatever the verifier has shown is
// not checked again here: registers, targets, constants and types are as they should be. What
// depends on values is checked in the handler that meets it, and ends the call in a trap.

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
  private let gasMax: Int
  private let slab: Slab

  /// Words in front of the frames: scratch, the stack of calls, and the agreement's words.
  private let stackWords: Int
  private let wordsMax: Int
  private let framesMax: Int

  /// The slab is as large as the gas allows; the operating system lends its pages only when they are touched.
  package init() { self.init(gasMax: ProtocolNumber.current.limits.gas) }

  /// A machine that gives no call more gas than this, and has no more memory than that takes.
  package init(gasMax: Int) {
    self.gasMax = gasMax
    let limits = ProtocolNumber.current.limits
    stackWords = 4 * (limits.callDepth + 1)
    wordsMax = 5 * (limits.terms + limits.fields)
    framesMax = (limits.callDepth + 1) * limits.registers
    // Besides what gas pays for: the arguments, and the value that a view gives as it rests.
    slab = Slab(
      capacity: Arena.scratchWords + stackWords + wordsMax + framesMax + (limits.parameters + 1) * limits.valueWords + 2
        * gasMax + 1024)
  }

  /// Fills what a call finds behind its own words with a pattern that is no place in memory:
  /// whatever is read before it is written is noticed, in trials.
  package func poison() {
    let frames = slab.words + Arena.scratchWords + stackWords + wordsMax
    frames.update(repeating: 0x7FFF_FFFF_FFFF_FFFF, count: 2 * ProtocolNumber.current.limits.registers)
    (frames + framesMax).update(repeating: 0x7FFF_FFFF_FFFF_FFFF, count: min(gasMax, 4096))
  }

  package func interface(of contract: WellFormedModule) -> ContractInterface { contract.module.interface }

  package func run<H: Host>(
    _ entry: Entry, of contract: WellFormedModule, arguments: [Value], gas given: Int, host: inout H
  ) -> Execution<Site> {
    let interface = contract.module.interface
    var words: [UInt64] = []
    for (argument, type) in zip(arguments, interface.parameterTypes(of: entry)) {
      words += Resting.words(argument, as: type, in: interface.types)
    }
    let function = contract.function(of: entry)
    let call = words.withUnsafeBufferPointer {
      self.call(function, of: contract, arguments: $0, gas: given, host: &host)
    }
    let ending: Ending =
      switch call.stop {
      case .enters: .enters(state: StateID(call.detail))
      case .stays: .stays
      case .returns: .returns(value(of: call, contract))
      case .fails(let failure): .fails(failure)
      }
    let site: Site? =
      if case .fails = ending { Site(function: call.function, instruction: call.instruction) } else { nil }
    return Execution(ending, at: site, gas: UInt64(call.gas))
  }

  /// What an entry has given. It lies in the slab as the call has left it.
  private func value(of call: Call, _ contract: WellFormedModule) -> Value {
    guard let type = contract.registers[call.function].type(at: call.detail)?.valueType else {
      preconditionFailure("the verifier lets an entry give a value of its type")
    }
    var arena = Arena(slab: slab.words, top: call.top)
    var gas = Int.max
    let shape = contract.image.functions[call.function].shapes[call.detail]
    guard arena.rest(shape, slab.words + Arena.scratchWords + stackWords + wordsMax + call.detail, contract.image, &gas)
    else {
      preconditionFailure("there is gas for everything")
    }
    let words = Array(UnsafeBufferPointer(start: slab.words + call.top, count: arena.top - call.top))
    return Resting.value(words[...], as: type, in: contract.module.interface.types)
  }

  /// How a call ended.
  package struct Call: Sendable {
    package let stop: Stop
    /// The state entered, or the register returned.
    package let detail: Int
    /// What that register holds.
    package let value: UInt64
    /// Where the arena ends.
    fileprivate let top: Int
    /// Where it ended.
    package let function: Int
    package let instruction: Int
    /// Gas used.
    package let gas: Int
  }

  package enum Stop: Hashable, Sendable {
    case enters
    case stays
    case returns
    case fails(Failure)
  }

  /// Calls the function of an entry. Its arguments are there as they rest (`Resting`), one behind
  /// the other. No memory is allocated and no reference counted on the way, but for what the host
  /// does.
  package func call<H: Host>(
    _ function: Int, of contract: borrowing WellFormedModule, arguments: UnsafeBufferPointer<UInt64>, gas given: Int,
    host: inout H
  ) -> Call {
    let image = contract.image
    let gasLimit = min(given, gasMax)
    let words = slab.words + Arena.scratchWords + stackWords
    let frame = words + wordsMax
    var arena = Arena(slab: slab.words, top: Arena.scratchWords + stackWords + wordsMax + framesMax)
    let start = arena.top
    if var next = arguments.baseAddress {
      let (entered, end) = (image.functions[function], next + arguments.count)
      var slot = 0
      while slot < Int(entered.argumentSlots), next < end {
        let shape = entered.shapes[slot]
        if shape.kind == .smallInt {
          frame[slot] = next[0] << 1
          next += 1
        } else {
          arena.wake(shape, &next, to: frame + slot, image)
        }
        slot += Int(shape.slots)
      }
    }
    let gas = gasLimit - Gas.call(argumentWords: arena.top - start)
    if gas < 0 {
      return Call(
        stop: .fails(.trapped(.gas)), detail: 0, value: 0, top: arena.top, function: function, instruction: 0,
        gas: gasLimit)
    }
    host.copyWords(to: words)
    arena.slab[Arena.payerWord] = 0
    let stack = slab.words + Arena.scratchWords
    var run = execute(
      function, from: 0, image, words: words, frame: frame, stack: stack, arena: &arena, gas: gas, written: 0, &host)
    // What is answered goes on.
    while case .fails(.trapped(let trap)) = run.stop, trap != .gas, let next = answer(run, image) {
      if next.gas < 0 {
        run = Run(.fails(.trapped(.gas)), 0, run.function, run.instruction + 1, frame, stack, 0, 0)
      } else {
        run = execute(
          next.function, from: next.instruction, image, words: words, frame: next.frame, stack: next.stack,
          arena: &arena, gas: next.gas,
          written: next.written, &host)
      }
    }
    switch run.stop {
    case .enters, .stays:
      // Fields that lie side by side go back together.
      var written = run.written
      while written != 0 {
        let first = image.fields[written.trailingZeroBitCount]
        var end = Int(first.slot) + Int(first.words)
        written &= written &- 1
        while written != 0, Int(image.fields[written.trailingZeroBitCount].slot) == end {
          end += Int(image.fields[written.trailingZeroBitCount].words)
          written &= written &- 1
        }
        host.setWords(
          UnsafeBufferPointer(start: words + Int(first.slot), count: end - Int(first.slot)), at: Int(first.slot))
      }
    case .returns, .fails: break
    }
    let value = if case .returns = run.stop { frame[run.detail] } else { UInt64(0) }
    return Call(
      stop: run.stop, detail: run.detail, value: value, top: arena.top, function: run.function,
      instruction: run.instruction, gas: gasLimit - run.gas)
  }

  /// Where a call goes on that has trapped: at the target of the innermost answer around the
  /// instruction, or else around the call that led to it, and so on; nil where there is none. What
  /// the trapping instruction's block costs is paid by then. Below zero gas, it was not enough.
  @inline(never)
  private func answer(_ run: Run, _ image: Image) -> Position? {
    var (function, instruction, frame, stack) = (run.function, run.instruction, run.frame, run.stack)
    let base = slab.words + Arena.scratchWords
    while true {
      if let answers = image.answers[function], answers[instruction] != 0 {
        // Only what ends a block has gas, and has charged it before it trapped.
        let code = image.functions[run.function].code
        var end = run.instruction
        while code[end].gas == 0 { end += 1 }
        let gas = end == run.instruction ? run.gas : run.gas - Int(code[end].gas)
        return Position(
          function: function, instruction: Int(answers[instruction]), frame: frame, stack: stack, gas: gas,
          written: run.written)
      }
      if stack == base { return nil }
      stack -= 4
      guard let next = UnsafePointer<Instruction>(bitPattern: UInt(stack[0])),
        let code = UnsafePointer<Instruction>(bitPattern: UInt(stack[1])),
        let caller = UnsafeMutablePointer<UInt64>(bitPattern: UInt(stack[2]))
      else { preconditionFailure("a call leaves where it came from") }
      instruction = next - code - 1
      function = Int(stack[3] >> 16)
      frame = caller
    }
  }
}

/// Where the loop begins or goes on.
struct Position {
  let function: Int
  let instruction: Int
  let frame: UnsafeMutablePointer<UInt64>
  /// Behind the calls that are going on.
  let stack: UnsafeMutablePointer<UInt64>
  let gas: Int
  /// The fields that were written, a bit for each.
  let written: UInt64
}

/// How a run of the loop ended.
struct Run {
  let stop: Machine.Stop
  /// The state entered, or the register returned.
  let detail: Int
  /// The function and the instruction that ended it, with its frame and the calls that led there.
  let function: Int
  let instruction: Int
  let frame: UnsafeMutablePointer<UInt64>
  let stack: UnsafeMutablePointer<UInt64>
  /// What is left; nothing where it ran out.
  let gas: Int
  /// The fields that were written, a bit for each.
  let written: UInt64

  /// `next` counts the instruction that ended it.
  init(
    _ stop: Machine.Stop, _ detail: Int, _ function: Int, _ next: Int, _ frame: UnsafeMutablePointer<UInt64>,
    _ stack: UnsafeMutablePointer<UInt64>, _ gas: Int, _ written: UInt64
  ) {
    self.stop = stop
    self.detail = detail
    self.function = function
    instruction = next - 1
    self.frame = frame
    self.stack = stack
    self.gas = gas
    self.written = written
  }
}
