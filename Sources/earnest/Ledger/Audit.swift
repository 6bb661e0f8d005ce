import ArgumentParser
import Ledger
import Ordering
import Primitives
import Runtime
import Store

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Execute a ledger's blocks again from its genesis: the same roots, receipts and gas, or the first block that differs."
  )

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.replay/1.")
  var json = false

  func run() throws { try Retelling(ledger.path, schema: "earnest.replay/1", json: json).run(isAudit: false) }
}

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Prove a ledger to yourself: read every byte, verify every signature, execute every block, add up all money after each."
  )

  @OptionGroup var ledger: LedgerOptions

  @Flag(help: "Print JSON: earnest.audit/1.")
  var json = false

  func run() throws { try Retelling(ledger.path, schema: "earnest.audit/1", json: json).run(isAudit: true) }
}

private struct Retelling {
  private let path: String
  private let schema: String
  private let json: Bool

  init(_ path: String, schema: String, json: Bool) {
    self.path = path
    self.schema = schema
    self.json = json
  }

  func run(isAudit: Bool) throws {
    var (events, signatures) = (0, 0)
    let chain: Chain
    do {
      chain = try { () throws -> Chain in
        let folder = try LedgerFolder(path, inspect: OpenLedger.inspection)
        let chain = try Chain.atGenesis(of: folder, examine: ExaminationPool().examine)
        let height = try folder.height()
        for next in 0..<height {
          try chain.replay(next + 1, verifyingSignatures: isAudit)
          guard let block = try folder.block(next + 1) else {
            throw StoreFault.damaged("block \(next + 1) is not in the log")
          }
          events += block.receipts.count
          if isAudit {
            signatures += block.entries.reduce(0) {
              $0 + ((try? SignedTransaction(decoding: $1).signatures.count) ?? 0)
            }
            try folder.checkPlaces(of: block)
            if let imbalance = chain.imbalance { throw ChainFault.differs(height: next + 1, imbalance) }
          }
        }
        return chain
      }()
    } catch {
      guard let (message, code) = Faults.message(error) else { throw error }
      if json {
        try Console.print(.object([("schema", .text(schema)), ("ok", .bool(false)), ("reason", .text(message))]))
      }
      try Console.complain(message)
      throw code
    }
    let blocks = Int(clamping: chain.durable.height)
    if json {
      let verified: [(String, JSON)] = isAudit ? [("signatures", .number(signatures))] : []
      return try Console.print(
        .object(
          [("schema", .text(schema)), ("ok", .bool(true)), ("blocks", .number(blocks)), ("events", .number(events))]
            + verified + [
              ("header", .text(chain.durable.digest.description)), ("root", .text(chain.root.description)),
            ]))
    }
    let counted = "\(Console.counted(blocks, "block")), \(Console.counted(events, "event"))"
    if isAudit {
      try Console.print(
        "audited \(counted), \(Console.counted(signatures, "signature")): all valid, every cent accounted for")
    } else {
      try Console.print("replayed \(counted): the same")
    }
    try Console.print("root \(chain.root)")
  }
}
