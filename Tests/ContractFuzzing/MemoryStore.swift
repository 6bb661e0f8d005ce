package import Ledger
package import Primitives

/// Keeps a ledger in memory: what a test needs of a store, and what a folder is compared with.
/// Blocks are kept as bytes, so that reading them decodes them.
package final class MemoryStore: Durable {
  private let genesisBytes: [UInt8]
  package private(set) var blocks: [[UInt8]] = []
  /// How often a block was read.
  package private(set) var readCount = 0
  private var places: [Digest: TransactionPlace] = [:]
  private var saved: (height: UInt64, digest: Digest, rows: [RowPlace: [UInt8]])?

  package init(genesis: [UInt8]) { genesisBytes = genesis }

  package func genesis() -> [UInt8] { genesisBytes }

  package func height() -> UInt64 { UInt64(blocks.count) }

  package func block(_ height: UInt64) throws(StoreFault) -> Block? {
    readCount += 1
    guard height >= 1, height <= blocks.count else { return nil }
    guard let block = try? Block(canonicalBytes: blocks[Int(height) - 1]) else {
      throw .damaged("block \(height) cannot be read")
    }
    return block
  }

  package func place(_ transaction: Digest) -> TransactionPlace? { places[transaction] }

  package func append(_ block: Block, transactions: [(id: Digest, index: Int)]) {
    blocks.append(block.canonicalBytes)
    for (id, index) in transactions { places[id] = TransactionPlace(height: block.header.height, index: index) }
  }

  package func checkpoint() -> Checkpoint? {
    saved.map { saved in
      Checkpoint(
        height: saved.height, digest: saved.digest,
        rows: saved.rows.map { (place: $0.key, bytes: $0.value) }.sorted { $0.place < $1.place })
    }
  }

  package func discardCheckpoint() { saved = nil }

  package func save(_ rows: [(place: RowPlace, bytes: [UInt8]?)], height: UInt64, digest: Digest) {
    var all = saved?.rows ?? [:]
    for row in rows { all[row.place] = row.bytes }
    saved = (height, digest, all)
  }
}
