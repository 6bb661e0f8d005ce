import ArgumentParser
import Ledger
import Primitives
import Runtime

/// Faults of the ledger's lower floors, as messages and exit codes.
enum Faults {
  static func told<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch {
      guard let (message, code) = message(error) else { throw error }
      try Console.complain(message)
      throw code
    }
  }

  /// Nil for an error that is none of a ledger's.
  static func message(_ error: any Error) -> (String, ExitCode)? {
    switch error {
    case let fault as StoreFault: message(fault)
    case ChainFault.store(let fault): message(fault)
    case ChainFault.genesis(let fault): ("the ledger's genesis cannot be read: \(fault.rawValue)", Exit.badData)
    case ChainFault.differs(let height, let what): ("block \(height) differs: \(what)", Exit.badData)
    case let gap as StampGap:
      ("\(gap.time) is further ahead than \(gap.latest), the latest that the operator allows", Exit.no)
    default: nil
    }
  }

  private static func message(_ fault: StoreFault) -> (String, ExitCode) {
    switch fault {
    case .missing(let path): ("there is no ledger in \(path); `earnest ledger init \(path)` makes one", Exit.noInput)
    case .busy(let path): ("another process has the ledger in \(path) open; one at a time", Exit.busy)
    case .damaged(let what): ("the ledger is damaged: \(what)", Exit.badData)
    case .system(let what): (what, Exit.cannotRead)
    }
  }
}
