import ContractFuzzing
import Ledger
import Primitives
import Runtime

extension TestLedger {
  /// Goes through everything that has happened once more, one event at a time, each in a block of
  /// its own, and asks after each of them what `defect` asks. Blocks only group events: receipts
  /// and state must come out the same. `prepare` is told the height that comes next. Nil where
  /// nothing is wrong.
  func defectOfAnyEvent(prepare: (TestLedger, UInt64) -> Void = { _, _ in }) throws -> String? {
    let again = try TestLedger(store: MemoryStore(genesis: store.genesis()))
    again.suspended = suspended
    let chain = again.chain
    for height in 1...self.chain.durable.height {
      guard let block = try store.block(height) else { return "block \(height) is not there" }
      prepare(again, height)
      var entries = block.entries[...]
      func seal(_ entries: [[UInt8]], deadlines: Int) throws -> [Receipt] {
        // A budget of 1 lets one deadline run, and one of 0 none.
        chain.automaticGas = deadlines
        let sealed = chain.execute(
          Proposal(height: chain.durable.height + 1, time: block.header.time, entries: entries))
        _ = try chain.commit()
        return sealed.receipts
      }
      if block.receipts.isEmpty { _ = try seal([], deadlines: 0) }
      for (index, receipt) in block.receipts.enumerated() {
        let sealed =
          receipt.origin == .deadline ? try seal([], deadlines: 1) : try seal(Array(entries.prefix(1)), deadlines: 0)
        if receipt.origin != .deadline { entries = entries.dropFirst() }
        if sealed != [receipt] { return "height \(height), receipt \(index): alone it is \(sealed)" }
        if let defect = again.defectSoFar { return "height \(height), receipt \(index): \(defect)" }
      }
    }
    return chain.state.digest == self.chain.state.digest ? nil : "the states differ"
  }

  /// Of agreements that will be suspended those that are not yet are like any other.
  private var defectSoFar: String? {
    let all = suspended
    defer { suspended = all }
    suspended = all.filter {
      $0.index < chain.state.agreements.count && chain.state.agreements[$0.index].position.standing != .regular
    }
    return defect
  }
}
