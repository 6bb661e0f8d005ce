import Interface
package import Ledger
package import Primitives
import Runtime
import Wording

/// An account, which need not be on the ledger yet: its balances and its credit.
package struct AccountView {
  private let id: AccountID
  private let name: String
  private let account: Account?
  private let held: [CurrencyAmount]

  package init(_ view: LedgerView, _ id: AccountID) {
    self.id = id
    name = view.name(id)
    let row = view.chain.state.row(of: id)
    account = row.map { view.chain.state.account($0) }
    held = row.map { view.held(by: $0) } ?? []
  }

  package func lines(_ style: TextStyle) -> [String] {
    var lines = ["\(style.bold(name))  \(id)"]
    if account == nil { lines.append("  nobody has paid this account so far") }
    lines += held.map { "  " + Wording(.english).amount($0) }
    if let account {
      let count = Int(clamping: account.nonce)
      lines.append("  \(Wording(.english).credit(account.credit)), \(count) transaction\(count == 1 ? "" : "s")")
    }
    return lines
  }

  package var json: JSON {
    .object([
      ("schema", "earnest.show/1"), ("account", .text(id.description)), ("name", .text(name)),
      ("known", .bool(account != nil)), ("nonce", .text(String(account?.nonce ?? 0))),
      ("credit", .text(String(account?.credit ?? 0))), ("balances", .list(held.map(\.json))),
    ])
  }
}
