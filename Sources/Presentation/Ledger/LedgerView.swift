import Interface
package import Ledger
package import Primitives
package import Runtime
package import Wording

/// A ledger as it is told to people and programs, with the names that whoever asks gives to accounts.
package struct LedgerView {
  package let chain: Chain
  private let names: [(name: String, id: AccountID)]

  package init(_ chain: Chain, names: [(name: String, id: AccountID)]) {
    self.chain = chain
    self.names = names
  }

  /// A name, or the id's beginning.
  package func name(_ id: AccountID) -> String {
    names.first { $0.id == id }.map { Characters.shown($0.name) } ?? String(id.description.prefix(12)) + "…"
  }

  /// Of an account by its row.
  func name(_ row: UInt64) -> String {
    guard row < UInt64(chain.state.accountCount) else { return "#\(row)" }
    return name(chain.state.account(AccountRow(Int(row))).id)
  }

  /// How the values of an agreement are told.
  package func values(_ agreement: Agreement, _ language: Language) -> ValueWording {
    let interface = chain.interface(ofModule: agreement.contract)
    return ValueWording(Wording(language), types: interface.types, currencies: agreement.currencies) { name($0) }
  }

  package func story(_ language: Language) -> LedgerStory { LedgerStory(chain, Wording(language)) { name($0) } }

  // MARK: The whole

  package func lines(_ style: TextStyle) -> [String] {
    var lines = [
      "height \(chain.durable.height)  \(Wording(.english).time(chain.time)) UTC", "root   \(chain.root)",
      "chain  \(chain.id)",
      // The one account that the genesis gives rights to.
      "operator \(name(chain.genesis.operatorAccount))",
    ]
    lines += contracts.map { "contract \($0.name)  \(style.dim($0.id.description))" }
    lines += balances.map { name, held in
      let sums = held.map { Wording(.english).amount($0) }.joined(separator: "  ")
      let padding = String(repeating: " ", count: max(0, 9 - name.count))
      return "\(Characters.shown(name))\(padding)\(sums.isEmpty ? "-" : sums)"
    }
    return lines + chain.state.agreements.indices.map { line(AgreementNumber($0)) }
  }

  package var json: JSON {
    .object([
      ("schema", "earnest.ledger/1"), ("chain", .text(chain.id.description)),
      ("height", .number(Int(chain.durable.height))), ("time", .text(chain.time.description)),
      ("header", .text(chain.durable.digest.description)), ("root", .text(chain.root.description)),
      ("development", .bool(chain.genesis.isDevelopment)),
      ("operator", .text(chain.genesis.operatorAccount.description)),
      ("gasPrice", .text(String(chain.genesis.gasPrice))),
      (
        "contracts", .list(contracts.map { .object([("name", .text($0.name)), ("module", .text($0.id.description))]) })
      ),
      ("agreements", .number(chain.state.agreements.count)),
      (
        "accounts",
        .list(balances.map { .object([("name", .text($0.name)), ("balances", .list($0.held.map(\.json)))]) })
      ),
    ])
  }

  private var contracts: [(name: String, id: Digest)] {
    chain.state.modules.indices.map { (chain.interface(ofModule: $0).name, chain.state.modules[$0].id) }
  }

  /// Of the accounts that have names and are on the ledger.
  private var balances: [(name: String, held: [CurrencyAmount])] {
    names.compactMap { name, id in chain.state.row(of: id).map { (name, held(by: $0)) } }
  }

  func held(by row: AccountRow) -> [CurrencyAmount] {
    Currency.all.filter { chain.state.hasBalance(row, $0) }.map { CurrencyAmount(chain.state.balance(row, $0), $0) }
  }

  /// One line about an agreement.
  private func line(_ number: AgreementNumber) -> String {
    let agreement = chain.state.agreements[number.index]
    let interface = chain.interface(ofModule: agreement.contract)
    let next = agreement.position.deadlines.map(\.due).min()
    let due = next.map { "  by itself at \(Wording(.english).time($0))" } ?? ""
    let standing =
      switch agreement.position.standing {
      case .regular: ""
      case .suspended: "  suspended"
      case .released: "  suspended, released"
      }
    return
      "agreement \(number.index + 1)  \(interface.name)  \(interface.states[agreement.position.state].name)\(due)\(standing)"
  }
}
