import Interface
package import Ledger
import Primitives
import Runtime
import Source
package import Wording

extension LedgerView {
  /// What a rehearsed transaction would do: sentences, then what changes for whom, and what it costs.
  package func preview(_ receipts: [Receipt], of transaction: Transaction, _ language: Language) -> [String] {
    let (told, wording) = (story(language), Wording(language))
    var lines = receipts.enumerated().flatMap { index, receipt in told.lines(receipt, index == 0 ? transaction : nil) }
    var changes: [(holder: String, currency: Currency, units: Integer)] = []
    func change(_ holder: String, _ sum: CurrencyAmount, _ sign: Int) {
      let units = Integer(sum.amount.units) * Integer(sign)
      if let index = changes.firstIndex(where: { $0.holder == holder && $0.currency == sum.currency }) {
        changes[index].units = changes[index].units + units
      } else {
        changes.append((holder, sum.currency, units))
      }
    }
    func holder(_ side: Move.Holder, _ agreement: AgreementNumber?) -> String {
      switch side {
      case .account(let row): return told.name(row)
      // Under which keys its money lies, the sentences tell.
      case .vault(let vault), .entry(let vault, _):
        guard let agreement, agreement.index < chain.state.agreements.count else { return "vault" }
        let interface = chain.interface(ofModule: chain.state.agreements[agreement.index].contract)
        return wording.vault(interface.vaults[vault].name, ofAgreement: agreement.index + 1)
      }
    }
    for (move, agreement) in receipts.flatMap(\.moves) {
      change(holder(move.from, agreement), move.sum, -1)
      change(holder(move.to, agreement), move.sum, 1)
    }
    changes.removeAll { $0.units.sign == 0 }
    let width = changes.map { displayWidth($0.holder) }.max() ?? 0
    for (holder, currency, units) in changes {
      let sign = units.sign > 0 ? "+" : ""
      lines.append(
        "\(holder)\(String(repeating: " ", count: width - displayWidth(holder)))  \(sign)\(wording.amount(units, currency))"
      )
    }
    let gas = receipts.first.map { $0.gas + $0.steps.reduce(0) { $0 + $1.prepaid } } ?? 0
    return lines + [wording.pays(name(transaction.sender), credit: gas * chain.genesis.gasPrice)]
  }
}
