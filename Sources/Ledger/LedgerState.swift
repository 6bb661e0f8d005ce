// The state of a ledger in memory: accounts with their balances, agreements with their words and vaults. Every change goes through one of the setters, which
// keeps what was there before in a journal, so that a call, a step or a whole test can be undone as if it had not happened.

package import Interface
package import Primitives

/// The row of an account. Ids of the outside world appear only at the boundary.
package struct AccountRow: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) { self.index = index }
}

/// An agreement's number: openings are counted, so nobody can choose it.
package struct AgreementNumber: Hashable, Sendable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package static func < (a: AgreementNumber, b: AgreementNumber) -> Bool { a.index < b.index }
}

/// An opened contract.
package struct Agreement: Sendable {
  /// The contract's place in the list of what is published.
  package let contract: Int
  /// What the contract's currencies are in this agreement.
  package let currencies: [Currency]
  package let vaultCurrencies: [Currency]
  /// Who the parties are.
  package let parties: [AccountRow]
  /// Terms, then fields, as `Resting` lays them down.
  package internal(set) var words: [UInt64]
  package internal(set) var vaults: [Amount]
  package internal(set) var position: Position

  /// Where an agreement is in its graph. It changes as a whole.
  package struct Position: Hashable, Sendable {
    package var state: Int
    /// Counts the entries into a state.
    package var visit: UInt64
    package var enteredAt: Time
    /// What is due in this state, in source order.
    package var deadlines: [Deadline]
    /// Consents to actions that need several parties.
    package var approvals: [Approval]
    /// The deadline that led here, if one did.
    package var endedBy: EndedBy?

    package init(state: Int, visit: UInt64, enteredAt: Time, deadlines: [Deadline], endedBy: EndedBy?) {
      self.state = state
      self.visit = visit
      self.enteredAt = enteredAt
      self.deadlines = deadlines
      self.endedBy = endedBy
      approvals = []
    }
  }

  package struct Deadline: Hashable, Sendable {
    package let transition: Int
    package let due: Time

    package init(transition: Int, due: Time) {
      self.transition = transition
      self.due = due
    }
  }

  package struct Approval: Hashable, Sendable {
    package let transition: Int
    package let party: Int
    package let arguments: [Value]

    package init(transition: Int, party: Int, arguments: [Value]) {
      self.transition = transition
      self.party = party
      self.arguments = arguments
    }
  }

  /// The state that a deadline ended, and when that was due.
  package struct EndedBy: Hashable, Sendable {
    package let state: Int
    package let due: Time

    package init(state: Int, due: Time) {
      self.state = state
      self.due = due
    }
  }

  package init(
    contract: Int, currencies: [Currency], vaultCurrencies: [Currency], parties: [AccountRow], words: [UInt64], position: Position
  ) {
    self.contract = contract
    self.currencies = currencies
    self.vaultCurrencies = vaultCurrencies
    self.parties = parties
    self.words = words
    vaults = Array(repeating: .zero, count: vaultCurrencies.count)
    self.position = position
  }
}

package final class LedgerState {
  /// What a change replaced.
  private enum Undo {
    case balance(AccountRow, currency: Int, Amount)
    case word(AgreementNumber, slot: Int, UInt64)
    case vault(AgreementNumber, vault: Int, Amount)
    case position(AgreementNumber, Agreement.Position)
    case opened
    case time(Time)
  }

  private var accounts: [[Amount]] = []
  package private(set) var agreements: [Agreement] = []
  package private(set) var time: Time
  private var journal: [Undo] = []

  package init(time: Time) { self.time = time }

  // MARK: Journal

  package var mark: Int { journal.count }

  /// Undoes everything since `mark`, the last change first.
  package func rollBack(to mark: Int) {
    while journal.count > mark, let undo = journal.popLast() {
      switch undo {
      case .balance(let row, let currency, let amount): accounts[row.index][currency] = amount
      case .word(let number, let slot, let word): agreements[number.index].words[slot] = word
      case .vault(let number, let vault, let amount): agreements[number.index].vaults[vault] = amount
      case .position(let number, let position): agreements[number.index].position = position
      case .opened: agreements.removeLast()
      case .time(let before): time = before
      }
    }
  }

  /// Keeps everything that was done so far: it can no longer be undone, and the journal is empty.
  package func commit() { journal.removeAll(keepingCapacity: true) }

  // MARK: Accounts

  package var accountCount: Int { accounts.count }

  package func openAccount(holding holdings: (Currency) -> Amount) -> AccountRow {
    accounts.append(Currency.all.map(holdings))
    return AccountRow(accounts.count - 1)
  }

  package func balance(_ row: AccountRow, _ currency: Currency) -> Amount { accounts[row.index][currency.index] }

  private func setBalance(_ row: AccountRow, _ currency: Currency, _ amount: Amount) {
    journal.append(.balance(row, currency: currency.index, accounts[row.index][currency.index]))
    accounts[row.index][currency.index] = amount
  }

  package func credit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) {
    guard let sum = balance(row, currency).adding(amount) else { preconditionFailure("no currency's issue exceeds the largest amount") }
    setBalance(row, currency, sum)
  }

  /// False, and nothing happens, where the account holds less.
  package func debit(_ row: AccountRow, _ currency: Currency, _ amount: Amount) -> Bool {
    guard let rest = balance(row, currency).subtracting(amount) else { return false }
    setBalance(row, currency, rest)
    return true
  }

  /// Accounts and vaults together, in units.
  package func total(of currency: Currency) -> UInt128 {
    let held = accounts.reduce(UInt128(0)) { $0 + $1[currency.index].units }
    return agreements.reduce(held) { sum, agreement in
      zip(agreement.vaults, agreement.vaultCurrencies).reduce(sum) { $1.1 == currency ? $0 + $1.0.units : $0 }
    }
  }

  // MARK: Agreements

  package func open(_ agreement: Agreement) -> AgreementNumber {
    journal.append(.opened)
    agreements.append(agreement)
    return AgreementNumber(agreements.count - 1)
  }

  package func setWord(_ number: AgreementNumber, slot: Int, _ word: UInt64) {
    journal.append(.word(number, slot: slot, agreements[number.index].words[slot]))
    agreements[number.index].words[slot] = word
  }

  package func setVault(_ number: AgreementNumber, _ vault: Int, _ amount: Amount) {
    journal.append(.vault(number, vault: vault, agreements[number.index].vaults[vault]))
    agreements[number.index].vaults[vault] = amount
  }

  package func setPosition(_ number: AgreementNumber, _ position: Agreement.Position) {
    journal.append(.position(number, agreements[number.index].position))
    agreements[number.index].position = position
  }

  package func setTime(_ time: Time) {
    journal.append(.time(self.time))
    self.time = time
  }
}
