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
  package enum Kind: Sendable {
    case open(agreement: Int, parties: [Int], terms: [Value], refused: Failure?)
    case act(wallet: Int, agreement: Int, action: String, arguments: [Value], letGo: CurrencyAmount?, refused: Failure?)
    case advance(Duration)
    case expectState(agreement: Int, state: Int)
    /// A gain may be negative: units of the currency.
    case expectGain(wallet: Int, currency: Currency, units: Integer)
    case expect(Comparison, TestOperand, TestOperand)
  }

  package let kind: Kind
  package let span: Span
}

/// What an `expect` compares.
package enum TestOperand: Sendable {
  case constant(Value)
  case balance(agreement: Int, vault: Int)
  case field(agreement: Int, field: Int)
}
