// The border between a ledger and whoever orders its transactions, and between a ledger and what
// keeps it. The same three protocols serve one process in one folder and one of several replicas
// behind a consensus engine.

package import Interface
package import Primitives

/// A ledger as its orderer sees it. Calls come in this order: `prepare` and `accepts` as often as
/// wanted, then `execute`, then `commit`.
package protocol Application: AnyObject {
  /// The last block that is kept. Height 0 is the genesis, whose digest stands for a header's.
  var durable: (height: UInt64, digest: Digest) { get }
  /// The time of the last block.
  var time: Time { get }
  /// The latest time that the next block may bear. Beyond it the operator must have allowed more.
  var latestStamp: Time { get }
  /// Whether deadlines are due at the time of the last block that did not fit into it: the next
  /// block may bear the same time and carries no transaction.
  var isBehind: Bool { get }

  /// Which of these transactions may wait for a block, each following those before it and those
  /// that were admitted since the last commit.
  func admit(_ candidates: [[UInt8]]) -> [Admission]
  /// Those of the candidates, in their order, that a block at `time` can carry within so many bytes
  /// and so much gas; none while deadlines are behind.
  func prepare(_ candidates: [[UInt8]], bytes: Int, gas: Int, time: Time) -> [[UInt8]]
  /// Whether a block of somebody else's making may be executed.
  func accepts(_ proposal: Proposal) -> Bool
  /// Applies a block in memory. Nothing is kept before `commit`.
  func execute(_ proposal: Proposal) -> Block
  /// Keeps the block that was executed, and answers the height below which blocks may be forgotten.
  /// After a fault the ledger must be opened anew.
  func commit() throws(StoreFault) -> UInt64
}

/// What becomes of a transaction at the door.
package enum Admission: Sendable {
  case admitted(id: Digest)
  /// It was committed before: this is what became of it.
  case committed(TransactionPlace, Receipt)
  case refused(Inadmissible)
}

package struct Proposal: Hashable, Sendable {
  package let height: UInt64
  package let time: Time
  package let entries: [[UInt8]]

  package init(height: UInt64, time: Time, entries: [[UInt8]]) {
    self.height = height
    self.time = time
    self.entries = entries
  }
}

/// An engine that brings transactions into one order and drives an application through it.
package protocol Sequencer: AnyObject {
  /// What the replicas are trusted not to do.
  var trust: Trust { get }
  /// Hands a transaction over. That it was taken says nothing about its order.
  func submit(_ bytes: [UInt8]) -> Submission
  /// Orders what waits, until nothing does. Told of each block once it is kept.
  func run(_ observe: (Block) throws -> Void) throws
}

/// A block would be stamped further ahead of its parent than is allowed: a clock is wrong, or
/// nothing was ordered for long. The operator decides.
package struct StampGap: Error, Hashable, Sendable {
  package let time: Time
  package let latest: Time

  package init(time: Time, latest: Time) {
    self.time = time
    self.latest = latest
  }
}

package enum Trust: Sendable {
  /// Replicas may stop, but do not lie.
  case crash
  case byzantine
}

package enum Submission: Sendable {
  case waiting(id: Digest)
  /// It waits already, or was committed with this receipt.
  case known(id: Digest, Receipt?)
  case refused(Inadmissible)
  /// The sender has too many that wait.
  case crowded
}

/// Where a transaction lies in the chain.
package struct TransactionPlace: Hashable, Sendable {
  package let height: UInt64
  package let index: Int

  package init(height: UInt64, index: Int) {
    self.height = height
    self.index = index
  }
}

/// What keeps a ledger. There are two: the store in a folder, and one in memory for tests.
package protocol Durable: AnyObject {
  /// The bytes that the ledger began with.
  func genesis() throws(StoreFault) -> [UInt8]
  /// The height of the last block, 0 before the first.
  func height() throws(StoreFault) -> UInt64
  func block(_ height: UInt64) throws(StoreFault) -> Block?
  func place(_ transaction: Digest) throws(StoreFault) -> TransactionPlace?
  /// Keeps a block for good before it returns. `transactions` are the ids of entries that had an
  /// effect, with their places.
  func append(_ block: Block, transactions: [(id: Digest, index: Int)]) throws(StoreFault)

  /// The last checkpoint: the rows in order, and the header that they belong to. Nil where there is
  /// none, or none that can be read.
  func checkpoint() throws(StoreFault) -> Checkpoint?
  /// Forgets the checkpoint: it does not fit the chain.
  func discardCheckpoint() throws(StoreFault)
  /// Writes rows over those of the last checkpoint, whole or not at all; nil removes the row, if there is one.
  func save(_ rows: [(place: RowPlace, bytes: [UInt8]?)], height: UInt64, digest: Digest) throws(StoreFault)
}

package struct Checkpoint: Sendable {
  package let height: UInt64
  /// Of the header at this height.
  package let digest: Digest
  package let rows: [(place: RowPlace, bytes: [UInt8])]

  package init(height: UInt64, digest: Digest, rows: [(place: RowPlace, bytes: [UInt8])]) {
    self.height = height
    self.digest = digest
    self.rows = rows
  }
}

/// Why a ledger cannot be kept or read. After one of these nothing more is written.
package enum StoreFault: Error, Hashable, Sendable {
  /// There is no ledger in the folder.
  case missing(String)
  /// Another process has the ledger open.
  case busy(String)
  /// What lies there was changed or lost: where, and what was found.
  case damaged(String)
  /// The operating system refused: what, and why.
  case system(String)
}
