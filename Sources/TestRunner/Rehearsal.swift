package import Interface
package import Ledger
package import Primitives
package import Runtime

/// Openings, actions and waits as tests write them: without gas, and with what they make due at once.
extension AgreementExecutor {
  /// The most that any call is given.
  private static var gas: Int { ProtocolNumber.current.limits.gas * 64 }

  package mutating func open(contract: Int, currencies: [Currency], parties: [AccountRow], terms: [Value]) -> (
    AgreementNumber?, [Step]
  ) {
    let step = open(Opening(contract: contract, currencies: currencies, parties: parties, terms: terms), gas: Self.gas)
    return (step.agreement, [step] + (step.isRefused ? [] : advance(to: state.time)))
  }

  package mutating func act(
    _ action: String, by caller: AccountRow, on number: AgreementNumber, arguments: [Value], letGo: [CurrencyAmount]?
  )
    -> [Step]
  {
    let step = take(action, by: caller, on: number, arguments: arguments, letGo: letGo, gas: Self.gas)
    return [step] + (step.isRefused ? [] : advance(to: state.time))
  }

  /// What a view shows now.
  package mutating func show(_ view: Int, of number: AgreementNumber, arguments: [Value]) -> Ending {
    self.view(view, of: number, arguments: arguments, gas: Self.gas)
  }

  /// Lets time pass: every deadline that is due until then, each at its own time, the earliest first.
  package mutating func advance(to time: Time) -> [Step] {
    precondition(time >= state.time, "time does not run backwards")
    var steps: [Step] = []
    while let step = runNextDeadline(until: time, gas: { _ in Self.gas }) { steps.append(step) }
    state.setTime(time)
    return steps
  }
}

extension LedgerState {
  /// An account of a test, which needs no key: its id is the digest of its number. False holdings
  /// would be a bug of the test's checker.
  package func openAccount(holding holdings: (Currency) -> Amount) -> AccountRow {
    var writer = CanonicalWriter()
    writer.write(UInt64(accountCount))
    let row = addAccount(AccountID(Digest(sha256: writer.bytes)))
    for currency in Currency.all {
      guard issue(holdings(currency), currency, to: row) else {
        preconditionFailure("a test's wallets hold no more than the largest amount")
      }
    }
    return row
  }
}
