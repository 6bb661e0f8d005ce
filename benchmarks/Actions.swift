import Bytecode
import Interface
import Primitives
import VM

extension Program {
  /// Agreements among which the cold calls choose.
  private static let agreementCount: UInt64 = 1_000_000

  /// A run begins with all agreements as they were.
  func actionTable() throws -> Agreements {
    try Agreements(count: Int(Program.agreementCount), rowWords: 1 + wordCount)
  }

  /// Calls the meter's action again and again, on one agreement, or each time on one of a million,
  /// chosen at random. Each call finds its agreement by number in an open table, has two arguments
  /// that no other call has, and writes five fields back. The gas is that of all calls, the state
  /// the sum of all rows.
  func runActions(in table: Agreements, isCold: Bool, count: Int) throws -> Measurement {
    let rows = isCold ? Program.agreementCount : 1
    for number in 0..<rows {
      let row = table.row(number)
      row.update(repeating: 0, count: table.rowWords)
    }
    let function = contract.function(of: .body(transition: 0))
    var numbers = Numbers()
    var gas = 0
    var failures = 0
    let begin = now()
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2) { arguments in
      for call in 0..<UInt64(count) {
        let row = table.row(isCold ? numbers.next(below: rows) : 0)
        arguments[0] = call &* 7919 % 1000
        arguments[1] = call
        var host = Words(row: row + 1, count: wordCount)
        let ended = machine.call(
          function, of: contract, arguments: UnsafeBufferPointer(arguments), gas: .max, host: &host)
        gas += ended.gas
        if ended.stop != .stays { failures += 1 }
      }
    }
    let time = now() - begin
    guard failures == 0 else { throw Complaint("\(failures) actions failed") }
    var state = [UInt64](repeating: 0, count: wordCount)
    for number in 0..<rows {
      let row = table.row(number)
      for word in 0..<wordCount { state[word] &+= row[1 + word] }
    }
    return Measurement(nanoseconds: time, gas: gas - count * Gas.call(argumentWords: 0), state: state)
  }
}

/// Numbers without visible order, the same in every run.
struct Numbers {
  private var state: UInt64 = 1

  mutating func next(below bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return ((state >> 32) &* bound) >> 32
  }
}
