import ArgumentParser
import Ledger
import Primitives
import Runtime

/// Faults of the ledger's lower floors, as messages and exit codes.
enum Faults {
  static func told<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let fault as StoreFault { throw try code(fault) } catch let fault as StampGap {
      try Console.complain("\(fault.time) is further ahead than \(fault.latest), the latest that the operator allows")
      throw Exit.no
    } catch let fault as ChainFault {
      switch fault {
      case .store(let fault): throw try code(fault)
      case .genesis(let fault):
        try Console.complain("the ledger's genesis cannot be read: \(fault.rawValue)")
        throw Exit.badData
      case .differs(let height, let what):
        try Console.complain("block \(height) differs: \(what)")
        throw Exit.badData
      }
    }
  }

  private static func code(_ fault: StoreFault) throws -> ExitCode {
    switch fault {
    case .missing(let path):
      try Console.complain("there is no ledger in \(path); `earnest ledger init \(path)` makes one")
      return Exit.noInput
    case .busy(let path):
      try Console.complain("another process has the ledger in \(path) open; one at a time")
      return Exit.busy
    case .damaged(let what):
      try Console.complain("the ledger is damaged: \(what)")
      return Exit.badData
    case .system(let what):
      try Console.complain(what)
      return Exit.cannotRead
    }
  }
}
