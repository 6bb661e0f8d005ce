import Interface
import Primitives

extension LedgerState {
  /// What does not hold although it always must, in words; nil where all holds. For tests: it reads every row.
  package func checkInvariants() -> String? {
    for table in Table.allCases {
      let rows = rows(of: table)
      if rows.table != table { return "the table \(table) holds rows of the table \(rows.table)" }
      if let place = rows.misplacedRow(in: self) {
        return "row \(place) of the table \(table) is not found by its key, or names a row that is not there"
      }
    }
    if ledgerRows.count != 1 { return "the ledger has \(ledgerRows.count) rows of its own" }
    for currency in Currency.all where total(of: currency) != issued(of: currency) {
      return "\(total(of: currency)) units of \(currency.code) exist, \(issued(of: currency)) were issued"
    }
    for (number, agreement) in agreements.enumerated() {
      for (vault, amount) in agreement.vaults.enumerated() {
        let holdings = agreement.holdings(ofVault: VaultID(vault))
        if !holdings.isEmpty && holdings.reduce(UInt128(0), { $0 + $1.amount.units }) != amount.units {
          return "the keys of vault \(vault) of agreement \(number) do not add up to what it holds"
        }
      }
    }
    let due = agreements.compactMap { $0.position.deadlines.map(\.due).min() }.min()
    return due == nextDue ? nil : "the schedule's next deadline is not the agreements' first"
  }
}
