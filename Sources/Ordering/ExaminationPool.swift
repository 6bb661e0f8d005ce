import Dispatch
package import Ledger
import Primitives

/// Decodes entries and verifies their signatures on all cores, each by its place, so that the
/// answer does not depend on who was first. What is begun ahead goes on while the ledger is busy
/// with what came before. Entries are begun and examined by one thread, the orderer's.
package final class ExaminationPool: @unchecked Sendable {
  /// Entries that are examined together.
  private final class Batch: @unchecked Sendable {
    let group = DispatchGroup()
    let results: UnsafeMutableBufferPointer<Examined?>

    init(count: Int) {
      results = .allocate(capacity: count)
      results.initialize(repeating: nil)
    }

    deinit {
      results.deinitialize()
      results.deallocate()
    }
  }

  /// Below this, handing work out takes longer than doing it.
  private static let chunk = 16
  /// What was begun and never asked for is forgotten when there is so much of it.
  private static let begunBytesMax = 1 << 26

  private let queue = DispatchQueue(label: "examination", attributes: .concurrent)
  private var begun: [Digest: (batch: Batch, index: Int)] = [:]
  private var begunBytes = 0

  package init() {}

  /// Begins to examine entries that will be asked for soon, and returns at once.
  package func begin(_ entries: [[UInt8]]) { begin(entries, digests: entries.map { Digest(sha256: $0) }) }

  private func begin(_ entries: [[UInt8]], digests: [Digest]) {
    if begunBytes > ExaminationPool.begunBytesMax { (begun, begunBytes) = ([:], 0) }
    begunBytes += entries.reduce(0) { $0 + $1.count }
    let batch = Batch(count: entries.count)
    for (index, digest) in digests.enumerated() { begun[digest] = (batch, index) }
    for first in stride(from: 0, to: entries.count, by: ExaminationPool.chunk) {
      queue.async(group: batch.group) {
        for index in first..<min(entries.count, first + ExaminationPool.chunk) {
          batch.results[index] = Examined(entries[index], digest: digests[index])
        }
      }
    }
  }

  /// One for each entry; waits for what is not ready.
  package func examine(_ entries: [[UInt8]]) -> [Examined] {
    let digests = entries.map { Digest(sha256: $0) }
    let fresh = entries.indices.filter { begun[digests[$0]] == nil }
    if fresh.count > 1 { begin(fresh.map { entries[$0] }, digests: fresh.map { digests[$0] }) }
    return zip(entries, digests).map { bytes, digest in
      guard let (batch, index) = begun.removeValue(forKey: digest) else { return Examined(bytes, digest: digest) }
      begunBytes = max(0, begunBytes - bytes.count)
      batch.group.wait()
      guard let examined = batch.results[index] else {
        preconditionFailure("a batch that has ended has examined all of its entries")
      }
      return examined
    }
  }
}
