package import Interface
import Primitives

/// Tells the values of one contract: with its types' own names, the agreement's currencies, and the
/// names that whoever asks gives to accounts.
package struct ValueWording {
  package let wording: Wording
  private let types: [TypeDefinition]
  /// By the contract's numbering; empty where they are not chosen yet.
  private let currencies: [Currency]
  private let account: (UInt64) -> String

  package init(
    _ wording: Wording, types: [TypeDefinition], currencies: [Currency], account: @escaping (UInt64) -> String
  ) {
    self.wording = wording
    self.types = types
    self.currencies = currencies
    self.account = account
  }

  /// A value of this type, as the language writes it where it has a way: `[alice, bob]`,
  /// `Milestone(share: 30%)`, `Partial(40%)`.
  package func text(_ value: Value, _ type: ValueType) -> String {
    switch (value, type) {
    case (.amount(let amount), .amount(let index)) where currencies.indices.contains(index):
      wording.amount(CurrencyAmount(amount, currencies[index]))
    case (.amount(let amount), _): Integer(amount.units).description
    case (.bool(let truth), _): truth ? wording.say("true", "是") : wording.say("false", "否")
    case (.int(let integer), _): integer.description
    case (.percent(let rate), .rate(let of, let per)) where currencies.indices.contains(max(of, per)):
      wording.rate(rate, currencies[of], per: currencies[per])
    case (.percent(let percent), _): wording.percent(percent)
    case (.duration(let duration), _): wording.duration(duration)
    case (.time(let time), _): time.description
    case (.party(let row), _): account(row)
    case (.text(let bytes), _): "“\(Characters.shown(String(decoding: bytes, as: UTF8.self), quoted: true))”"
    case (.bytes(let bytes), _): "0x" + bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    case (.sequence(let values), .composite(let index)): text(values, types[index])
    case (.variant(let number, let payload), .composite(let index)): text(number, payload, types[index])
    // No value is told under a type that is not its own.
    case (.sequence, _), (.variant, _): type.name
    }
  }

  private func text(_ values: [Value], _ type: TypeDefinition) -> String {
    switch type {
    case .structure(let name, let members):
      "\(name)(\(zip(members, values).map { "\($0.name): \(text($1, $0.type))" }.joined(separator: ", ")))"
    case .list(let element, _, _), .set(let element, _): "[\(values.map { text($0, element) }.joined(separator: ", "))]"
    case .map(let key, let element, _):
      "[\(stride(from: 0, to: values.count - 1, by: 2).map { "\(text(values[$0], key)): \(text(values[$0 + 1], element))" }.joined(separator: ", "))]"
    case .enumeration(let name, _): name
    case .optional(let type): type.name
    }
  }

  private func text(_ number: Int, _ payload: [Value], _ type: TypeDefinition) -> String {
    switch type {
    case .enumeration(_, let cases):
      cases[number].name
        + (payload.isEmpty
          ? "" : "(\(zip(payload, cases[number].payload).map { text($0, $1) }.joined(separator: ", ")))")
    case .optional(let inner): payload.first.map { "Some(\(text($0, inner)))" } ?? "None"
    case .structure(let name, _): name
    case .list, .set, .map: "\(number)"
    }
  }

  /// A key of a vault, which is a word as it rests.
  package func key(_ word: UInt64, _ vault: ContractInterface.Vault) -> String {
    vault.key.map { text(Resting.value([word], as: $0.type, in: types), $0.type) } ?? "\(word)"
  }
}
