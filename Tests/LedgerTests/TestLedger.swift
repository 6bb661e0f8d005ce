import Assurance
import Bytecode
import Compiler
import ContractFuzzing
import Interface
import Ledger
import Ordering
import Primitives
import Runtime
import Signing
import Source
import Support

/// A ledger in memory with people whose keys follow from their numbers, so that every run of a test
/// signs the same bytes.
final class TestLedger {
  static let people = ["alice", "bob", "carol", "dave", "operator"]
  static let start = Time(milliseconds: 1_767_225_600_000)
  static let day = Duration(unchecked: 86_400_000)

  let store: MemoryStore
  let chain: Chain
  /// Agreements that a test has made fail. Of any other it would be a defect to be suspended.
  var suspended: Set<AgreementNumber> = []
  let sequencer: EmbeddedSequencer<Chain>

  init(gasPrice: UInt64 = 1, credit: UInt64 = 1_000_000_000, units: UInt128 = 100_000_000, store: MemoryStore? = nil)
    throws
  {
    let holdings = Currency.all.map { CurrencyAmount(Amount(unchecked: units), $0) }
    let genesis = Genesis(
      time: TestLedger.start, isDevelopment: true, operatorAccount: TestLedger.id("operator"), gasPrice: gasPrice,
      allocations: TestLedger.people.map {
        Genesis.Allocation(account: TestLedger.id($0), credit: credit, holdings: $0 == "operator" ? [] : holdings)
      })
    self.store = store ?? MemoryStore(genesis: genesis.canonicalBytes)
    chain = try Chain(self.store)
    sequencer = EmbeddedSequencer(chain) { $0 }
  }

  // MARK: People

  static func key(_ name: String) -> SecretKey {
    guard let key = SecretKey(seed: Digest(sha256: Array(name.utf8)).bytes) else {
      preconditionFailure("a digest is a seed")
    }
    return key
  }

  static func id(_ name: String) -> AccountID { AccountID(of: key(name).publicKey) }

  func row(_ name: String) -> AccountRow? { chain.state.row(of: TestLedger.id(name)) }

  func units(_ name: String, _ code: String) -> UInt128 {
    guard let row = row(name), let currency = Currency.named(code) else { return 0 }
    return chain.state.balance(row, currency).units
  }

  func credit(_ name: String) -> UInt64 { row(name).map { chain.state.account($0).credit } ?? 0 }

  func nonce(_ name: String) -> UInt64 { row(name).map { chain.state.account($0).nonce } ?? 0 }

  // MARK: Transactions

  func transaction(
    _ operations: [Transaction.Operation], by sender: String, with coSigners: [String] = [], ahead: UInt64 = 0,
    gasLimit: UInt64 = 20_000_000,
    reference: String? = nil
  ) -> Transaction {
    Transaction(
      chain: chain.id, sender: TestLedger.id(sender), nonce: nonce(sender) + ahead,
      validUntil: chain.time + Duration(unchecked: 3_600_000),
      gasLimit: gasLimit, reference: reference.map { Array($0.utf8) }, coSigners: coSigners.map(TestLedger.id),
      operations: operations)
  }

  static func signed(_ transaction: Transaction) -> SignedTransaction {
    let keys = (people + (0..<200).map { "p\($0)" }).map(key)
    guard let signed = SignedTransaction(transaction, keys: keys) else {
      preconditionFailure("tests know everybody's key")
    }
    return signed
  }

  func signed(
    _ operations: [Transaction.Operation], by sender: String, with coSigners: [String] = [], ahead: UInt64 = 0
  ) -> SignedTransaction {
    TestLedger.signed(transaction(operations, by: sender, with: coSigners, ahead: ahead))
  }

  /// Puts it into a block of its own and answers its receipt.
  func send(_ operations: [Transaction.Operation], by sender: String, with coSigners: [String] = []) throws
    -> Receipt
  {
    try send(signed(operations, by: sender, with: coSigners))
  }

  func send(_ signed: SignedTransaction) throws -> Receipt {
    switch sequencer.submit(signed.bytes) {
    case .refused(let reason):
      return Receipt(
        origin: .transaction(signed.id), time: chain.time, verdict: .inadmissible(reason), gas: 0, results: [])
    case .known(_, let receipt?): return receipt
    case .known, .waiting, .crowded: break
    }
    var found: Receipt?
    try sequencer.run { block in found = found ?? block.receipts.first { $0.origin == .transaction(signed.id) } }
    guard let found else { preconditionFailure("what waits is put into a block") }
    return found
  }

  static func transfer(_ units: UInt128, _ code: String, to name: String) -> Transaction.Operation {
    guard let currency = Currency.named(code) else { preconditionFailure("tests name currencies that there are") }
    return .transfer(to: id(name), CurrencyAmount(Amount(unchecked: units), currency), signer: 0)
  }

  /// Lets time pass, however long, by the operator's leave.
  @discardableResult
  func advance(_ duration: Duration) throws -> [Block] {
    let until = chain.time + duration
    guard try send([.advance(until: until, signer: 0)], by: "operator").verdict == .done else { return [] }
    var blocks: [Block] = []
    try sequencer.advance(to: until) { blocks.append($0) }
    return blocks
  }

  // MARK: Contracts

  static func module(_ path: String) throws -> [UInt8] {
    let compilation = Compilation(SourceText(path: path, text: try Repository.text(path)))
    guard let contract = compilation.contracts.first else { preconditionFailure("\(path) compiles") }
    return contract.module.module.bytes
  }

  static let purchase = Result { try module("contracts/purchase.ern") }

  /// A purchase among four, with everybody's consent, for so many fen.
  func openPurchase(price: UInt128 = 10_000, shipIn: Duration = Duration(unchecked: 7 * 86_400_000)) throws
    -> AgreementNumber
  {
    let bytes = try TestLedger.purchase.get()
    let opening = Transaction.Opening(
      module: Digest(sha256: bytes), currencies: [Currency.all[0]],
      parties: ["alice", "bob", "dave", "carol"].map(TestLedger.id),
      terms: [.amount(Amount(unchecked: price)), .duration(shipIn), .duration(Duration(unchecked: 7 * 86_400_000))],
      summary: Digest(sha256: []))
    let receipt = try send(
      [.publish(module: bytes), .open(opening, signer: 0)], by: "alice", with: ["bob", "carol", "dave"])
    guard let number = receipt.steps.first?.agreement else { preconditionFailure("the purchase opens: \(receipt)") }
    return number
  }

  func act(
    _ action: String, on number: AgreementNumber, by name: String, _ arguments: [Value] = [],
    letGo: [CurrencyAmount] = [], visit: UInt64 = 0
  ) throws -> Receipt {
    try send([TestLedger.call(action, number, arguments, letGo, visit)], by: name)
  }

  static func call(
    _ action: String, _ number: AgreementNumber, _ arguments: [Value] = [], _ letGo: [CurrencyAmount] = [],
    _ visit: UInt64 = 0
  ) -> Transaction.Operation {
    .act(
      Transaction.Call(agreement: number, visit: visit, action: action, arguments: arguments, letGo: letGo), signer: 0)
  }

  static func fen(_ units: UInt128) -> [CurrencyAmount] { [CurrencyAmount(Amount(unchecked: units), Currency.all[0])] }

  /// What must hold between any two events; nil where it does.
  var defect: String? {
    if let broken = chain.imbalance ?? chain.state.checkInvariants() { return broken }
    for (index, agreement) in chain.state.agreements.enumerated() {
      let interface = chain.interface(ofModule: agreement.contract)
      let isFinal = interface.states[agreement.position.state].isFinal
      let pot = agreement.pot.reduce(0) { $0 + $1.gas }
      if suspended.contains(AgreementNumber(index)) {
        if !agreement.position.deadlines.isEmpty { return "agreement \(index) is suspended and waits for something" }
        let isEmpty = pot == 0 && agreement.vaults.allSatisfy { $0 == .zero } && agreement.holdings.isEmpty
        if agreement.position.standing == .regular { return "agreement \(index) goes on" }
        if agreement.position.standing == .released && !isEmpty {
          return "agreement \(index) is released and holds something"
        }
        continue
      }
      let ahead = UInt64(chain.ahead(of: AgreementNumber(index)))
      if pot < ahead { return "agreement \(index) has \(pot) gas ahead; the dearest way from here takes \(ahead)" }
      if isFinal && (pot > 0 || agreement.vaults.contains { $0 > .zero }) {
        return "agreement \(index) has ended and holds something"
      }
      if agreement.position.standing != .regular { return "agreement \(index) is suspended" }
    }
    return nil
  }
}
