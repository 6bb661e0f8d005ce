// A ledger as its orderer drives it: blocks are executed in memory, then kept, and only then told
// of. Deadlines come first, each at its own time and paid from its agreement's pot; what does not
// fit into a block's gas goes into the next, which carries no transaction. The same code replays a
// chain from its log.

package import Assurance
import Bytecode
import Interface
package import Ledger
package import Primitives
package import VM

/// Why a chain does not open.
package enum ChainFault: Error, Hashable, Sendable {
  case store(StoreFault)
  /// What was kept as the genesis is none.
  case genesis(CanonicalFault)
  /// Executing this block again gives something else than was kept.
  case differs(height: UInt64, String)
}

package final class Chain: Application {
  /// Examines entries, one answer for each. Whoever has several cores passes something that uses them.
  package typealias Examination = ([[UInt8]]) -> [Examined]

  package let genesis: Genesis
  /// The digest of the genesis, which every transaction names.
  package let id: Digest
  package let state: LedgerState
  package private(set) var durable: (height: UInt64, digest: Digest)
  package private(set) var time: Time
  package private(set) var root = Digest.zero

  let limits: Limits
  let schedule: GasSchedule
  /// A test gives it another module than was published, to see what becomes of what cannot happen.
  package var runtime: AgreementExecutor<Machine>
  /// By the state's numbering of modules.
  package internal(set) var modules: [AssuredModule] = []

  /// What the deadlines of one block may use, before the rest waits for a continuation. A test sets
  /// it lower; replicas must agree on it.
  package var automaticGas: Int

  private let store: any Durable
  private let examine: Examination
  private var tree: StateTree
  private var executed: (block: Block, transactions: [(id: Digest, index: Int)])?
  /// What was admitted since the last commit.
  private var admitted = Pending()
  /// Entries that were examined and found to be signed, by the digest of their bytes.
  private var known: [Digest: Examined] = [:]
  private var knownBytes = 0

  // MARK: Opening

  /// Opens what the store keeps: its last checkpoint, then the blocks behind it once more, which
  /// must come out as they were kept. Signatures are not verified again: that a block is kept says
  /// that they were.
  package convenience init(_ store: any Durable, examine: @escaping Examination = Chain.oneByOne) throws(ChainFault) {
    do {
      var start: Start?
      if let checkpoint = try store.checkpoint() {
        start = try Start(checkpoint, in: store)
        if start == nil { try store.discardCheckpoint() }
      }
      try self.init(store, start, examine)
      for height in durable.height..<(try store.height()) { try replay(height + 1, verifyingSignatures: false) }
    } catch let fault as StoreFault { throw .store(fault) } catch let fault as ChainFault { throw fault } catch {
      preconditionFailure("\(error)")
    }
  }

  /// At the genesis, with nothing replayed: for whoever wants to see every block come about again.
  package static func atGenesis(of store: any Durable, examine: @escaping Examination = Chain.oneByOne)
    throws(ChainFault) -> Chain
  {
    try Chain(store, nil, examine)
  }

  private init(_ store: any Durable, _ start: Start?, _ examine: @escaping Examination) throws(ChainFault) {
    let bytes: [UInt8]
    do { bytes = try store.genesis() } catch { throw .store(error) }
    do { genesis = try Genesis(canonicalBytes: bytes) } catch { throw .genesis(error) }
    id = Digest(sha256: bytes)
    limits = genesis.protocolNumber.limits
    schedule = GasSchedule.of(genesis.protocolNumber)
    automaticGas = limits.blockGas
    self.store = store
    self.examine = examine
    state = start?.state ?? Chain.state(of: genesis)
    tree = start?.tree ?? StateTree()
    durable = start.map { ($0.header.height, $0.header.digest) } ?? (0, id)
    time = start?.header.time ?? genesis.time
    runtime = AgreementExecutor(engine: Machine(), contracts: [], state: state)
    for module in start?.modules ?? [] { take(module) }
    updateRoot()
  }

  /// Where a checkpoint lets a chain begin.
  private struct Start {
    let state: LedgerState
    let modules: [AssuredModule]
    let tree: StateTree
    let header: Header

    /// Nil where the checkpoint does not fit the log; then everything is rebuilt.
    init?(_ checkpoint: Checkpoint, in store: any Durable) throws(StoreFault) {
      guard let header = try store.block(checkpoint.height)?.header, header.digest == checkpoint.digest,
        let state = try? LedgerState(rows: checkpoint.rows)
      else { return nil }
      let modules = state.modules.compactMap { try? Chain.assured($0.bytes) }
      var tree = StateTree()
      tree.update(state.takeChangedLeaves().changed)
      guard modules.count == state.modules.count, tree.root == header.stateRoot else { return nil }
      self.state = state
      self.modules = modules
      self.tree = tree
      self.header = header
    }
  }

  private static func state(of genesis: Genesis) -> LedgerState {
    let state = LedgerState(time: genesis.time)
    for allocation in genesis.allocations {
      let row = state.addAccount(allocation.account, credit: allocation.credit)
      for sum in allocation.holdings {
        guard state.issue(sum.amount, sum.currency, to: row) else {
          preconditionFailure("a genesis issues no more than the largest amount")
        }
      }
    }
    state.commit()
    return state
  }

  /// What the bytes are a module of, or the first thing that the verifier or the assurance has against them.
  static func assured(_ bytes: [UInt8]) throws(ModuleFlaw) -> AssuredModule {
    let wellFormed: WellFormedModule
    do throws(ModuleFault) { wellFormed = try Verifier.verify(bytes: bytes) } catch { throw error.flaw }
    switch assure(wellFormed) {
    case .assured(let module): return module
    case .refused(let findings):
      guard let first = findings.first else { preconditionFailure("a module is refused for something") }
      throw first.flaw
    }
  }

  /// The module takes the place after those that the state holds.
  func take(_ module: AssuredModule, after count: Int? = nil) {
    let count = count ?? modules.count
    modules.removeSubrange(count...)
    modules.append(module)
    runtime.add(module.wellFormed, after: count)
  }

  package static func oneByOne(_ entries: [[UInt8]]) -> [Examined] { entries.map { Examined($0) } }

  // MARK: Admission

  package func admit(_ candidates: [[UInt8]]) -> [Admission] {
    zip(candidates, examined(candidates)).map { bytes, candidate in
      guard let signed = candidate.signed, bytes.count <= limits.transactionSize else {
        return .refused(SignedTransaction.inadmissibility(of: bytes))
      }
      // Only a nonce that is spent can have been committed.
      let sender = state.row(of: signed.transaction.sender)
      let isSpent = sender.map { signed.transaction.nonce < state.account($0).nonce } ?? false
      // A store that cannot be read lets nothing be committed either: whoever asked is then told
      // that the nonce is spent, which is true.
      if isSpent, let found = try? committed(signed.id) { return .committed(found.0, found.1) }
      if let reason = inadmissibility(of: candidate, at: time, after: admitted) { return .refused(reason) }
      admitted.add(signed.transaction, in: self)
      return .admitted(id: signed.id)
    }
  }

  /// What became of a transaction that was committed.
  package func committed(_ id: Digest) throws(StoreFault) -> (TransactionPlace, Receipt)? {
    guard let place = try store.place(id), let block = try store.block(place.height) else { return nil }
    let receipts = Chain.receiptsOfEntries(block)
    return receipts.indices.contains(place.index) ? (place, receipts[place.index]) : nil
  }

  /// One for each entry, in their order.
  private static func receiptsOfEntries(_ block: Block) -> [Receipt] {
    block.receipts.filter { if case .transaction = $0.origin { true } else { false } }
  }

  /// Examines entries, all that are not known already at once.
  private func examined(_ entries: [[UInt8]]) -> [Examined] {
    let digests = entries.map { Digest(sha256: $0) }
    let unknown = entries.indices.filter { known[digests[$0]] == nil }
    let examinedNow = examine(unknown.map { entries[$0] })
    var results = digests.map { known[$0] }
    for (index, examined) in zip(unknown, examinedNow) {
      results[index] = examined
      // What is found again is a convenience: beyond so many bytes it begins anew.
      guard examined.isVerified else { continue }
      if knownBytes > Chain.knownBytesMax { (known, knownBytes) = ([:], 0) }
      known[examined.digest] = examined
      knownBytes += entries[index].count
    }
    return results.compactMap { $0 }
  }

  // MARK: Blocks

  package var isBehind: Bool { isBehind(at: time) }

  private func isBehind(at time: Time) -> Bool { state.nextDue.map { $0 <= time } ?? false }

  package func prepare(_ candidates: [[UInt8]], bytes: Int, gas: Int, time: Time) -> [[UInt8]] {
    // Deadlines are run to see whether they fit, then undone.
    let mark = state.mark
    defer { state.rollBack(to: mark) }
    _ = runDeadlines(until: time, budget: automaticGas)
    if isBehind(at: time) { return [] }
    var (bytesLeft, gasLeft) = (min(bytes, limits.blockSize), UInt64(min(gas, limits.blockGas)))
    var prepared = Pending()
    return zip(candidates, examined(candidates)).filter { bytes, candidate in
      guard let signed = candidate.signed else { return false }
      let transaction = signed.transaction
      guard bytes.count <= bytesLeft, transaction.gasLimit <= gasLeft,
        inadmissibility(of: candidate, at: time, after: prepared) == nil
      else { return false }
      prepared.add(transaction, in: self)
      bytesLeft -= bytes.count
      gasLeft -= transaction.gasLimit
      return true
    }.map(\.0)
  }

  package func accepts(_ proposal: Proposal) -> Bool {
    guard proposal.height == durable.height + 1, proposal.time >= time, proposal.time <= latestStamp else {
      return false
    }
    if proposal.entries.isEmpty { return true }
    return prepare(proposal.entries, bytes: limits.blockSize, gas: limits.blockGas, time: proposal.time)
      == proposal.entries
  }

  package var latestStamp: Time { max(time + Duration(unchecked: Int64(limits.stampGap)), state.stampUntil) }

  package func execute(_ proposal: Proposal) -> Block { execute(proposal, areVerified: nil) }

  /// `areVerified` says of each entry whether its signatures were good when the block was kept; nil asks them.
  private func execute(_ proposal: Proposal, areVerified: [Bool]?) -> Block {
    precondition(
      executed == nil && proposal.height == durable.height + 1 && proposal.time >= time,
      "blocks are executed one by one, in order")
    let candidates =
      areVerified.map { zip(proposal.entries, $0).map { Examined(kept: $0, wasVerified: $1) } }
      ?? examined(proposal.entries)
    var budget = automaticGas
    var receipts = runDeadlines(until: proposal.time, budget: budget)
    budget -= receipts.reduce(0) { $0 + Int($1.gas) }
    if !isBehind(at: proposal.time) { state.setTime(proposal.time) }
    var transactions: [(id: Digest, index: Int)] = []
    for (index, candidate) in candidates.enumerated() {
      let receipt = apply(candidate, bytes: proposal.entries[index], at: proposal.time)
      if case .transaction(let id) = receipt.origin, receipt.isEffective { transactions.append((id, index)) }
      let followUps = runDeadlines(until: proposal.time, budget: max(0, budget))
      budget -= followUps.reduce(0) { $0 + Int($1.gas) }
      if !isBehind(at: proposal.time) { state.setTime(proposal.time) }
      receipts += [receipt] + followUps
    }
    updateRoot()
    let header = Header(
      height: proposal.height, time: proposal.time, parent: durable.digest, entriesRoot: merkleRoot(proposal.entries),
      receiptsRoot: merkleRoot(receipts.map(\.canonicalBytes)), stateRoot: root)
    let block = Block(header: header, entries: proposal.entries, receipts: receipts)
    executed = (block, transactions)
    return block
  }

  /// An entry's receipt, which changes nothing where the entry is inadmissible.
  private func apply(_ entry: Examined, bytes: [UInt8], at time: Time) -> Receipt {
    func inadmissible(_ reason: Inadmissible) -> Receipt {
      Receipt(
        origin: .transaction(entry.signed?.id ?? Digest(tag: 2, Digest(sha256: bytes), .zero)), time: state.time,
        verdict: .inadmissible(reason),
        gas: 0,
        results: [])
    }
    guard let signed = entry.signed, bytes.count <= limits.transactionSize else {
      return inadmissible(SignedTransaction.inadmissibility(of: bytes))
    }
    if let reason = inadmissibility(of: entry, at: time, after: Pending()) { return inadmissible(reason) }
    if isBehind(at: time) { return inadmissible(.behind) }
    return apply(signed.transaction, id: signed.id, size: bytes.count)
  }

  private func updateRoot() {
    let (changed, gone) = state.takeChangedLeaves()
    tree.update(changed, removing: gone)
    root = tree.root
  }

  package func commit() throws(StoreFault) -> UInt64 {
    guard let (block, transactions) = executed else { preconditionFailure("a block is executed before it is kept") }
    try store.append(block, transactions: transactions)
    for entry in block.entries where known.removeValue(forKey: Digest(sha256: entry)) != nil {
      knownBytes -= entry.count
    }
    keep(block.header)
    return 0
  }

  private func keep(_ header: Header) {
    executed = nil
    state.commit()
    durable = (header.height, header.digest)
    time = header.time
    admitted = Pending()
  }

  private static let knownBytesMax = 1 << 26

  // MARK: Replay

  /// Executes a kept block once more; what comes out must be what was kept.
  package func replay(_ height: UInt64, verifyingSignatures: Bool) throws(ChainFault) {
    let kept: Block
    do {
      guard let block = try store.block(height) else { throw StoreFault.damaged("block \(height) is not in the log") }
      kept = block
    } catch let fault as StoreFault { throw .store(fault) } catch { preconditionFailure("\(error)") }
    guard kept.header.height == height, kept.header.parent == durable.digest, kept.header.time >= time else {
      throw .differs(height: height, "its header does not follow its parent")
    }
    guard kept.header.time <= latestStamp else {
      throw .differs(height: height, "its time is further ahead than was allowed")
    }
    let receipts = Chain.receiptsOfEntries(kept)
    guard receipts.count == kept.entries.count else {
      throw .differs(height: height, "it has not one receipt for each transaction")
    }
    let areVerified = verifyingSignatures ? nil : receipts.map { $0.verdict != .inadmissible(.signature) }
    let again = execute(
      Proposal(height: height, time: kept.header.time, entries: kept.entries), areVerified: areVerified)
    if again != kept { throw .differs(height: height, Chain.difference(again, kept)) }
    keep(again.header)
  }

  /// In words, the first thing on which two blocks differ.
  private static func difference(_ again: Block, _ kept: Block) -> String {
    for (index, receipts) in zip(again.receipts, kept.receipts).enumerated() where receipts.0 != receipts.1 {
      return
        "receipt \(index): \(receipts.0.verdict) with \(receipts.0.gas) gas now, \(receipts.1.verdict) with \(receipts.1.gas) gas in the log"
    }
    if again.receipts.count != kept.receipts.count {
      return "\(again.receipts.count) receipts now, \(kept.receipts.count) in the log"
    }
    if again.header.entriesRoot != kept.header.entriesRoot { return "the root of the entries" }
    if again.header.stateRoot != kept.header.stateRoot {
      return "the state's root is \(again.header.stateRoot) now, \(kept.header.stateRoot) in the log"
    }
    return "the header"
  }

  /// Money or credit that was made or lost, in words. Adds everything up.
  package var imbalance: String? {
    for currency in Currency.all where state.total(of: currency) != state.issued(of: currency) {
      return
        "there are \(state.total(of: currency)) units of \(currency.code); \(state.issued(of: currency)) were issued"
    }
    for (number, agreement) in state.agreements.enumerated() {
      for (index, vault) in interface(ofModule: agreement.contract).vaults.identified {
        let holdings = agreement.holdings(ofVault: index)
        let underKeys = holdings.reduce(UInt128(0)) { $0 + $1.amount.units }
        let isWhole = vault.key == nil ? holdings.isEmpty : underKeys == agreement.vaults[of: index].units
        if !isWhole {
          return "what the vault \(vault.name) of agreement \(number + 1) holds under its keys is not what it holds"
        }
        if let key = vault.key, holdings.count > key.most {
          return "the vault \(vault.name) of agreement \(number + 1) has more keys than it may"
        }
      }
    }
    let credit = genesis.allocations.reduce(UInt128(0)) { $0 + UInt128($1.credit) }
    let held = state.totalCredit(gasPrice: genesis.gasPrice)
    return held == credit ? nil : "there are \(held) units of credit; \(credit) were issued"
  }

  /// Keeps the whole state, so that the next start replays only what comes after.
  package func checkpoint() throws(StoreFault) {
    precondition(executed == nil, "a checkpoint is taken between blocks")
    if durable.height == 0 { return }
    let rows = state.takeUnsaved().sorted().map { (place: $0, bytes: state.holds($0) ? state.row($0) : nil) }
    try store.save(rows, height: durable.height, digest: durable.digest)
  }
}

extension Receipt {
  /// Whether anything at all has happened.
  fileprivate var isEffective: Bool { if case .inadmissible = verdict { false } else { true } }
}
