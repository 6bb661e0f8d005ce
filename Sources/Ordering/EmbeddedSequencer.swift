// One process that orders by itself: what comes first is ordered first. It drives an application
// exactly as a consensus engine would.

import Interface
package import Ledger
package import Primitives

package final class EmbeddedSequencer<A: Application>: Sequencer {
  private let application: A
  /// What time it is, given the time of the last block. A development ledger's stands still.
  private let clock: (Time) -> Time
  private let blockCount: Int
  private var waiting: [(id: Digest, sender: Digest, bytes: [UInt8])] = []
  private var waitingIDs: Set<Digest> = []
  private var waitingOfSender: [Digest: Int] = [:]

  /// How many transactions of one sender may wait.
  package static var waitingMax: Int { 64 }

  /// `blockCount` is how many transactions a block carries at most.
  package init(_ application: A, blockCount: Int = .max, clock: @escaping (Time) -> Time) {
    self.application = application
    self.blockCount = blockCount
    self.clock = clock
  }

  package var trust: Trust { .crash }

  package func submit(_ bytes: [UInt8]) -> Submission { submit([bytes])[0] }

  /// Many at once, so that their signatures can be verified side by side.
  package func submit(_ candidates: [[UInt8]]) -> [Submission] {
    var results: [Submission?] = Array(repeating: nil, count: candidates.count)
    var fresh: [(place: Int, id: Digest, sender: Digest)] = []
    var batch: Set<Digest> = []
    var batchOfSender: [Digest: Int] = [:]
    for (place, bytes) in candidates.enumerated() {
      guard let signed = try? SignedTransaction(decoding: bytes) else {
        results[place] = .refused(SignedTransaction.inadmissibility(of: bytes))
        continue
      }
      let sender = signed.transaction.sender.digest
      if waitingIDs.contains(signed.id) || batch.contains(signed.id) {
        results[place] = .known(id: signed.id, nil)
      } else if waitingOfSender[sender, default: 0] + batchOfSender[sender, default: 0] >= EmbeddedSequencer.waitingMax
      {
        results[place] = .crowded
      } else {
        batch.insert(signed.id)
        batchOfSender[sender, default: 0] += 1
        fresh.append((place, signed.id, sender))
      }
    }
    for (item, admission) in zip(fresh, application.admit(fresh.map { candidates[$0.place] })) {
      switch admission {
      case .admitted(let id):
        waiting.append((id, item.sender, candidates[item.place]))
        waitingIDs.insert(id)
        waitingOfSender[item.sender, default: 0] += 1
        results[item.place] = .waiting(id: id)
      case .committed(_, let receipt): results[item.place] = .known(id: item.id, receipt)
      case .refused(let reason): results[item.place] = .refused(reason)
      }
    }
    return results.map { result in
      guard let result else { preconditionFailure("every candidate was answered") }
      return result
    }
  }

  package func run(_ observe: (Block) throws -> Void) throws {
    while !waiting.isEmpty || application.isBehind {
      let time = application.isBehind ? application.time : clock(application.time)
      let entries = application.prepare(
        waiting.prefix(blockCount).map(\.bytes), bytes: ProtocolNumber.current.limits.blockSize,
        gas: ProtocolNumber.current.limits.blockGas,
        time: time)
      // What cannot be ordered any more, because it has expired or its place was taken, is dropped
      // rather than tried for ever.
      if entries.isEmpty && !application.isBehind && !isBehindSoon(time) {
        drop(waiting.prefix(blockCount).map(\.id))
        continue
      }
      try seal(time, entries, observe)
    }
  }

  /// Whether a block at this time would leave deadlines behind: then it carries no transactions,
  /// and that says nothing about them.
  private func isBehindSoon(_ time: Time) -> Bool { time > application.time }

  /// Makes one block at a time of the caller's choice, carrying nothing, and those that it takes to catch up.
  package func advance(to time: Time, _ observe: (Block) throws -> Void) throws {
    try seal(time, [], observe)
    while application.isBehind { try seal(time, [], observe) }
  }

  private func seal(_ time: Time, _ entries: [[UInt8]], _ observe: (Block) throws -> Void) throws {
    guard time <= application.latestStamp else { throw StampGap(time: time, latest: application.latestStamp) }
    let block = application.execute(Proposal(height: application.durable.height + 1, time: time, entries: entries))
    _ = try application.commit()
    // What had to wait for deadlines after all is ordered later.
    drop(
      block.receipts.compactMap { receipt in
        guard case .transaction(let id) = receipt.origin, receipt.verdict != .inadmissible(.behind) else { return nil }
        return id
      })
    try observe(block)
    // What still waits is looked at again, as the state that it was admitted to has changed.
    let rest = waiting.map(\.bytes)
    waiting = []
    waitingIDs = []
    waitingOfSender = [:]
    if !rest.isEmpty { _ = submit(rest) }
  }

  private func drop(_ ids: [Digest]) {
    let gone = Set(ids)
    for item in waiting where gone.contains(item.id) { waitingOfSender[item.sender, default: 0] -= 1 }
    waiting.removeAll { gone.contains($0.id) }
    waitingIDs.subtract(gone)
  }
}
