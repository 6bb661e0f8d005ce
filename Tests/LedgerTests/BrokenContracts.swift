import Assurance
import Bytecode
import Compiler
import Interface
import Ledger
import Primitives
import Runtime
import Source

extension TestLedger {
  static func compiled(_ text: String) -> WellFormedModule {
    let compilation = Compilation(SourceText(path: "test.ern", text: text))
    guard let contract = compilation.contracts.first else { preconditionFailure("\(compilation.diagnostics)") }
    return contract.module
  }

  /// Publishes a module and from then on runs another in its place; answers its id.
  func publish(_ module: WellFormedModule, running other: WellFormedModule) throws -> Digest {
    let receipt = try send([.publish(module: module.module.bytes)], by: "alice")
    guard case .published(let published)? = receipt.results.first, published.isNew else {
      preconditionFailure("it is published: \(receipt)")
    }
    run(other, at: chain.state.modules.count - 1)
    return published.module
  }

  /// The contracts behind this one are what was published.
  func run(_ module: WellFormedModule, at index: Int) {
    chain.runtime.add(module, after: index)
    for later in chain.modules.indices.dropFirst(index + 1) {
      chain.runtime.add(chain.modules[later].wellFormed, after: later)
    }
  }

  func open(
    _ module: Digest, _ currencies: [String], _ parties: [String], _ terms: [Value] = [], signing: [String]? = nil
  ) throws -> AgreementNumber {
    let signers = signing ?? parties
    let opening = Transaction.Opening(
      module: module, currencies: currencies.compactMap { Currency.named($0) }, parties: parties.map(TestLedger.id),
      terms: terms,
      summary: Digest(sha256: []))
    let receipt = try send([.open(opening, signer: 0)], by: signers[0], with: Array(signers.dropFirst()))
    guard let number = receipt.steps.first?.agreement else { preconditionFailure("it opens: \(receipt)") }
    return number
  }

  static func payout(_ vault: VaultID, _ key: UInt64? = nil, to name: String, _ units: UInt128) -> Transaction.Payout {
    Transaction.Payout(vault: vault, key: key, to: id(name), amount: Amount(unchecked: units))
  }

  func release(
    _ number: AgreementNumber, _ payouts: [Transaction.Payout], by sender: String, with coSigners: [String] = []
  ) throws -> Receipt {
    try send([.release(.init(agreement: number, payouts: payouts))], by: sender, with: coSigners)
  }
}
