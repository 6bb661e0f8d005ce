// Signed transfers, from bytes to a synced log: each is decoded, verified, applied, hashed into the
// state's root and kept. Beside it, in the same run and in turns with it, what libsodium alone
// takes to verify as many signatures on all cores: no ledger that verifies can be faster.

import Dispatch
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Signing
import Store

enum Transfers {
  private static let accounts = 500
  /// Transactions of a block, and of a call to the bare verification.
  private static let blockCount = 500
  /// Blocks whose time is taken together: the next block's signatures are verified while one is applied and kept.
  private static let blocksPerRound = 10
  private static let rounds = 12

  /// Prints, for each round, transfers and bare verifications per second, and at the end the rate
  /// of a replay, which does not verify.
  static func run(in folder: String) throws {
    let keys = try (0..<accounts).map { number -> SecretKey in
      guard let key = SecretKey(seed: Digest(sha256: Array("payer \(number)".utf8)).bytes) else {
        throw Complaint("a digest is a seed")
      }
      return key
    }
    let ids = keys.map { AccountID(of: $0.publicKey) }
    let holdings = [CurrencyAmount(Amount(unchecked: 1_000_000_000), Currency.all[0])]
    let start = Time(milliseconds: 1_767_225_600_000)
    let genesis = Genesis(
      time: start, isDevelopment: true, operatorAccount: ids[0], gasPrice: 1,
      allocations: ids.map { Genesis.Allocation(account: $0, credit: 1_000_000_000_000, holdings: holdings) })
    try LedgerFolder.create(folder, genesis: genesis.canonicalBytes) { _ in }
    let store = try LedgerFolder(folder, inspect: nil)
    let pool = ExaminationPool()
    let chain = try Chain(store, examine: pool.examine)
    let sequencer = EmbeddedSequencer(chain) { $0 }

    func block(_ number: Int) throws -> [SignedTransaction] {
      try (0..<blockCount).map { index in
        let payer = index % accounts
        let transaction = Transaction(
          chain: chain.id, sender: ids[payer], nonce: UInt64(number),
          validUntil: start + Duration(unchecked: 3_600_000), gasLimit: 100_000,
          operations: [
            .transfer(
              to: ids[(payer * 7 + number) % accounts], CurrencyAmount(Amount(unchecked: 1), Currency.all[0]), signer: 0
            )
          ])
        guard let signed = SignedTransaction(transaction, keys: [keys[payer]]) else {
          throw Complaint("the payer's key signs")
        }
        return signed
      }
    }

    let clock = SuspendingClock()
    func rate(_ count: Int, _ body: () throws -> Void) rethrows -> Int {
      let begin = clock.now
      try body()
      let time = (clock.now - begin).components
      return count * 1_000_000_000 / Int(time.seconds * 1_000_000_000 + time.attoseconds / 1_000_000_000)
    }
    for round in 0..<rounds {
      let blocks = try (0..<blocksPerRound).map { try block(round * blocksPerRound + $0) }
      let signatures = blocks.joined().flatMap { transaction in
        transaction.signatures.map { ($0, transaction.signedBytes) }
      }
      let bound = rate(signatures.count) {
        DispatchQueue.concurrentPerform(iterations: signatures.count / 50) { part in
          for (signature, message) in signatures[part * 50..<(part + 1) * 50] {
            precondition(signature.verifies(message), "it was just signed")
          }
        }
      }
      let entries = blocks.map { $0.map(\.bytes) }
      let durable = try rate(signatures.count) {
        pool.begin(entries[0])
        for (index, block) in entries.enumerated() {
          if index + 1 < entries.count { pool.begin(entries[index + 1]) }
          _ = sequencer.submit(block)
          try sequencer.run { _ in }
        }
      }
      if round >= 2 { print("round", durable, bound) }
    }
    let height = rounds * blocksPerRound
    guard chain.durable.height == UInt64(height), chain.imbalance == nil else {
      throw Complaint("not every transfer was made")
    }
    let again = try Chain.atGenesis(of: store)
    let replay = try rate(height * blockCount) {
      for height in 1...UInt64(height) { try again.replay(height, verifyingSignatures: false) }
    }
    guard again.root == chain.root else { throw Complaint("the replay came out otherwise") }
    print("replay", replay)
  }
}
