package import Interface
package import Primitives
package import Source

/// A `test` block: wallets and agreements are indexes, arguments are values.
package struct CheckedTest: Sendable {
  package struct Wallet: Sendable {
    package let name: String
    /// Nil: 1,000,000 of each currency.
    package let holdings: [CurrencyAmount]?
  }

  package struct Agreement: Sendable {
    package let name: String
    package let contract: Int
    package let currencies: [Currency]
  }

  package let name: String
  package let span: Span
  package let wallets: [Wallet]
  package let agreements: [Agreement]
  package let steps: [CheckedStep]
}

package struct CheckedStep: Sendable {
  package indirect enum Kind: Sendable {
    /// A party inside a value is a wallet's number, here and in every argument.
    case open(agreement: Int, parties: [Int], terms: [Value], refused: Failure?)
    case act(
      wallet: Int, agreement: Int, action: String, arguments: [Value], letGo: [CurrencyAmount]?, refused: Failure?)
    case advance(Duration)
    case advanceTo(Time)
    /// All steps happen in one block of this time.
    case block(Time, [CheckedStep])
    case expectState(agreement: Int, state: StateID)
    /// A gain may be negative: units of the currency.
    case expectGain(wallet: Int, currency: Currency, units: Integer)
    case expect(Comparison, TestOperand, TestOperand)
    /// Nil arguments: whatever they were.
    case expectEvent(agreement: Int, event: Int, [Value]?)
  }

  package let kind: Kind
  package let span: Span
}

/// What an `expect` compares.
package enum TestOperand: Sendable {
  case constant(Value)
  case balance(agreement: Int, vault: VaultID)
  case balanceOfKey(agreement: Int, vault: VaultID, key: Value)
  /// How many keys a vault holds money under.
  case keyCount(agreement: Int, vault: VaultID)
  /// A field, or a parameter of the state that the agreement is in.
  case field(agreement: Int, field: StateVariableID)
  case view(agreement: Int, view: Int, [Value])
}
