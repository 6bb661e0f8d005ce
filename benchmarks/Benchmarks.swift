// What `make bench` measures: verified code, run by the machine as an agreement's action would be. The same words go to the twin in C, so that both run
// the same instructions; `compare.py` starts the two in turns and makes the table.

import Bytecode
import Interface
import Primitives
import VM

/// One program to measure.
struct Benchmark {
  let name: String
  let contract: WellFormedModule
  let entry: Entry
  /// How many instructions one run executes.
  let instructionCount: Int
  /// What a run leaves in the first word of the state.
  let result: UInt64

  static func all() throws(ModuleFault) -> [Benchmark] { [try multiplyMod()] }
}

/// The least that a call can see of an agreement: its words, and nothing to move.
struct Words: Host {
  private let stored: UnsafeMutablePointer<UInt64>

  /// The memory stays until the program ends.
  init(count: Int) {
    stored = .allocate(capacity: max(1, count))
    stored.initialize(repeating: 0, count: max(1, count))
  }

  var words: UnsafePointer<UInt64> { UnsafePointer(stored) }
  func setWord(_ word: UInt64, at slot: Int) { stored[slot] = word }
  func balance(ofVault vault: Int) -> Amount { .zero }
  func ask(_ amount: Amount, currency: Int, to place: Place) {}
  func settle() -> Refusal? { nil }
  func move(_ amount: Amount, fromVault vault: Int, to place: Place) {}
  func emit(event: Int, arguments: [Value]) {}
}

@main
enum Benchmarks {
  /// Runs before the clock counts, and runs of which the median is told.
  static let warmUps = 1
  static let repetitions = 15

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, arguments.dropFirst().first) {
    case ("list", nil): for benchmark in try Benchmark.all() { print(benchmark.name) }
    case ("opcodes", nil): for opcode in Opcode.allCases { print("#define op_\(opcode) \(opcode.rawValue)") }
    case ("program", let name?): for word in program(try find(name)) { print(String(word, radix: 16)) }
    case ("run", let name?): try run(try find(name))
    case ("transfers", let folder?): try Transfers.run(in: folder)
    default: throw Complaint("usage: Benchmarks list | opcodes | program <name> | run <name> | transfers <new folder>")
    }
  }

  private static func find(_ name: String) throws -> Benchmark {
    guard let benchmark = try Benchmark.all().first(where: { $0.name == name }) else { throw Complaint("there is no benchmark \(name)") }
    return benchmark
  }

  /// Gas that is left for the code when the call has been paid.
  private static let gas = ProtocolNumber.current.limits.gas - Gas.call(argumentWords: 0)

  /// What the twin reads: how often to run, gas, the slots of the frame, constants and instructions, each list behind its count. Objects of wide constants
  /// are left out: the twin has no path for wide integers.
  private static func program(_ benchmark: Benchmark) -> [UInt64] {
    let contract = benchmark.contract
    let function = contract.function(of: benchmark.entry)
    let code = contract.module.functions[function].code.map { instruction in
      UInt64(instruction.opcode.rawValue) | UInt64(instruction.gas) << 8 | UInt64(instruction.a) << 16 | UInt64(instruction.b) << 32
        | UInt64(instruction.c) << 48
    }
    return [UInt64(warmUps), UInt64(repetitions), UInt64(gas), UInt64(contract.registers[function].slotCount)]
      + [contract.constantWords, code].flatMap { [UInt64($0.count)] + $0 }
  }

  /// Prints the median time of a run in nanoseconds, the instructions and the gas of one run, and its result.
  private static func run(_ benchmark: Benchmark) throws {
    let machine = Machine()
    var host = Words(count: benchmark.contract.module.interface.wordCount)
    var times: [Int64] = []
    var gasUsed = 0
    // The suspending clock is the system's monotonic one, which the twin reads, too.
    let clock = SuspendingClock()
    for repetition in 0..<(warmUps + repetitions) {
      host.setWord(0, at: 0)
      let begin = clock.now
      let execution = machine.run(benchmark.entry, of: benchmark.contract, arguments: [], gas: .max, host: &host)
      let time = (clock.now - begin).components
      guard execution.ending == .stays, host.words[0] == benchmark.result else { throw Complaint("\(benchmark.name) came out wrong: \(execution)") }
      gasUsed = Int(execution.gas) - Gas.call(argumentWords: 0)
      if repetition >= warmUps { times.append(time.seconds * 1_000_000_000 + time.attoseconds / 1_000_000_000) }
    }
    print(times.sorted()[repetitions / 2], benchmark.instructionCount, gasUsed, host.words[0])
  }
}

struct Complaint: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
