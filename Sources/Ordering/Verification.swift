import Dispatch
package import Ledger

/// Verifies the signatures of many transactions on all cores, each by its place, so that the answer does not depend on who was first.
package func verifyOnAllCores(_ transactions: [SignedTransaction]) -> [Bool] {
  // Below this, handing work out takes longer than doing it.
  let chunk = 8
  if transactions.count <= chunk { return transactions.map(\.hasValidSignatures) }
  return [Bool](unsafeUninitializedCapacity: transactions.count) { buffer, count in
    nonisolated(unsafe) let results = buffer
    DispatchQueue.concurrentPerform(iterations: (transactions.count + chunk - 1) / chunk) { part in
      for index in part * chunk..<min(transactions.count, (part + 1) * chunk) { results[index] = transactions[index].hasValidSignatures }
    }
    count = transactions.count
  }
}
