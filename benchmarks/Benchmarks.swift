// What `make bench` measures: verified code, run by the machine as an agreement's action would be.
// The same words go to the twin in C, so that both run the same instructions; `compare/compare.py`
// starts the two in turns, and the peers, and makes the tables.

import Bytecode

@main
enum Benchmarks {
  /// Runs before the clock counts.
  static let warmUps = 1

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    // Runs of which the median is told; a test needs only one.
    let repetitions = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 15
    switch (arguments.first, arguments.dropFirst().first) {
    case ("list", nil): for benchmark in Benchmark.all { print(benchmark.name, benchmark.rounds) }
    case ("encoding", nil):
      for opcode in Opcode.allCases { print("#define op_\(opcode) \(opcode.rawValue)") }
      print("#define place_of_party(index) (\(PlaceOperand.party(0).number) + (index))")
    case ("program", let name?):
      let benchmark = try Benchmark.named(name)
      for word in try Program(benchmark).words(for: benchmark, repetitions) { print(String(word, radix: 16)) }
    case ("run", let name?): try run(try Benchmark.named(name), repetitions)
    case ("transfers", let folder?): try Transfers.run(in: folder)
    case ("compile", let folder?): try Compiling.run(contracts: folder)
    default:
      throw Complaint(
        "usage: Benchmarks list | encoding | program <name> [<repetitions>] | run <name> [<repetitions>] | transfers <new folder> | compile <folder of contracts>"
      )
    }
  }

  /// Prints the median time of a run in nanoseconds, the gas of one run, and the words of the state that it leaves.
  private static func run(_ benchmark: Benchmark, _ repetitions: Int) throws {
    let (program, runs) = (try Program(benchmark), 0..<(warmUps + repetitions))
    let measured: [Measurement]
    switch benchmark.kind {
    case .loop: measured = try runs.map { _ in try program.runOnce() }
    case .actions(let isCold):
      let table = try program.actionTable()
      measured = try runs.map { _ in try program.runActions(in: table, isCold: isCold, count: benchmark.rounds) }
    case .lives:
      let table = try program.purchaseTable(count: benchmark.rounds)
      measured = try runs.map { _ in try program.runLives(in: table, count: benchmark.rounds) }
    }
    guard measured.allSatisfy({ $0.gas == measured[0].gas && $0.state == measured[0].state }) else {
      throw Complaint("\(benchmark.name) does not come out the same twice")
    }
    let times = measured.dropFirst(warmUps).map(\.nanoseconds).sorted()
    print(
      times[repetitions / 2], measured[0].gas, measured[0].state.map { String($0, radix: 16) }.joined(separator: ","))
  }
}

/// One program to measure.
struct Benchmark {
  enum Kind {
    /// One call that goes round and round.
    case loop
    /// Many calls, of one agreement or of agreements that lie far apart.
    case actions(isCold: Bool)
    /// Agreements from their opening to their end.
    case lives
  }

  let name: String
  let kind: Kind
  /// The file in `programs`.
  let file: String
  /// What the times are divided by: turns of the loop, calls, or lives.
  let rounds: Int

  static let all = [
    Benchmark(name: "multiply-mod", kind: .loop, file: "multiply-mod", rounds: 500_000),
    Benchmark(name: "fibonacci", kind: .loop, file: "fibonacci", rounds: 500_000),
    Benchmark(name: "sieve", kind: .loop, file: "sieve", rounds: 10),
    Benchmark(name: "modular-step", kind: .loop, file: "modular-step", rounds: 10_000),
    Benchmark(name: "action-warm", kind: .actions(isCold: false), file: "action", rounds: 100_000),
    Benchmark(name: "action-cold", kind: .actions(isCold: true), file: "action", rounds: 100_000),
    Benchmark(name: "life-cycle", kind: .lives, file: "life-cycle", rounds: 1_000),
  ]

  static func named(_ name: String) throws -> Benchmark {
    guard let benchmark = all.first(where: { $0.name == name }) else {
      throw Complaint("there is no benchmark \(name)")
    }
    return benchmark
  }
}

struct Measurement {
  let nanoseconds: Int64
  let gas: Int
  /// The words of the agreement's state, or a sum over all agreements.
  let state: [UInt64]
}

struct Complaint: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
