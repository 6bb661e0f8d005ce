import Bytecode
import Foundation
import Interface
import Primitives
import VM

/// A verified module, read from the assembler text beside this file.
struct Program {
  let contract: WellFormedModule
  let machine = Machine()
  /// Gas that is left for the code when the call has been paid.
  private let gas = ProtocolNumber.current.limits.gas - Gas.call(argumentWords: 0)

  init(_ benchmark: Benchmark) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "programs/\(benchmark.file).erna")
    contract = try Verifier.verify(bytes: try Assembler.module(try String(contentsOf: file, encoding: .utf8)).bytes)
  }

  private var interface: ContractInterface { contract.module.interface }
  var wordCount: Int { contract.image.wordCount }

  /// What the state begins as; terms are zero.
  var initialWords: [UInt64] {
    interface.terms.flatMap { [UInt64](repeating: 0, count: $0.type.wordsAtRest) }
      + interface.fields.flatMap { Resting.words($0.initialValue, as: $0.type, in: interface.types) }
  }

  /// What the twin reads: how often to run, and what kind of program; gas, and what entering a
  /// function costs; the function to run; of each function its first instruction, its slots and
  /// those of its parameters and of its value; of each list that a register holds its bounds; then
  /// fields, state, constants, objects and instructions, each behind its count.
  func words(for benchmark: Benchmark, _ repetitions: Int) -> [UInt64] {
    let kind: UInt64 =
      switch benchmark.kind {
      case .loop: 0
      case .actions(let isCold): isCold ? 2 : 1
      case .lives: 3
      }
    let functions = contract.module.functions
    let starts = functions.indices.map { functions[..<$0].reduce(0) { $0 + $1.code.count } }
    var words = [UInt64(Benchmarks.warmUps), UInt64(repetitions), kind, UInt64(benchmark.rounds)]
    words += [gas, Gas.call(argumentWords: 0), contract.function(of: .body(transition: 0)), functions.count].map(
      UInt64.init)
    for (index, function) in functions.enumerated() {
      let parameters = function.registers.prefix(parameterCount(of: index))
      words += [
        starts[index], contract.registers[index].slotCount, parameters.reduce(0) { $0 + $1.slots },
        function.signature?.result.slots ?? 1,
      ]
      .map(UInt64.init)
    }
    var bounds: [[Int]] = []
    for (index, function) in functions.enumerated() {
      for (type, slot) in zip(function.registers, contract.registers[index].starts) {
        if case .value(.composite(let number)) = type, case .list(_, let least, let most) = interface.types[number] {
          bounds.append([index, slot, least, most])
        }
      }
    }
    words.append(UInt64(bounds.count))
    words += bounds.joined().map(UInt64.init)
    let code = functions.flatMap(\.code).map { instruction in
      UInt64(instruction.opcode.rawValue) | UInt64(instruction.gas) << 8 | UInt64(instruction.a) << 16 | UInt64(
        instruction.b) << 32
        | UInt64(instruction.c) << 48
    }
    let fields = interface.slots.dropFirst(interface.terms.count).flatMap {
      [UInt64($0.slot), UInt64($0.type.wordsAtRest)]
    }
    for list in [fields, initialWords, contract.constantWords, contract.objects, code] {
      words += [UInt64(list.count)] + list
    }
    return words
  }

  private func parameterCount(of function: Int) -> Int {
    let entries = interface.entries
    return function < entries.count
      ? interface.parameterTypes(of: entries[function]).count
      : contract.module.functions[function].signature?.parameterCount ?? 0
  }

  /// Calls the first action of a new agreement.
  func runOnce() throws -> Measurement {
    let row = UnsafeMutablePointer<UInt64>.allocate(capacity: wordCount)
    defer { row.deallocate() }
    row.initialize(from: initialWords, count: wordCount)
    var host = Words(row: row, count: wordCount)
    let function = contract.function(of: .body(transition: 0))
    let begin = now()
    let call = machine.call(
      function, of: contract, arguments: UnsafeBufferPointer(start: nil, count: 0), gas: .max, host: &host)
    let time = now() - begin
    guard call.stop == .stays else { throw Complaint("\(interface.name) came out wrong: \(call)") }
    return Measurement(
      nanoseconds: time, gas: call.gas - Gas.call(argumentWords: 0),
      state: Array(UnsafeBufferPointer(start: row, count: wordCount)))
  }
}

/// Nanoseconds of the system's monotonic clock, which the twin reads, too.
@inline(__always)
func now() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
