/// What the ledger's own work costs, in the machine's unit of gas: about a nanosecond and a half.
/// First estimates, rounded up.
package struct GasSchedule: Sendable {
  /// Admitting a transaction, and its receipt.
  package let transaction: Int
  /// Verifying one signature.
  package let signature: Int
  /// Of a transaction: hashed, logged, kept.
  package let byte: Int
  /// Verifying and assuring a module, for each of its bytes.
  package let moduleByte: Int
  /// An account, balance or reference that the state did not have.
  package let row: Int
  /// A transfer of money or gas.
  package let transfer: Int
  package let opening: Int
  package let consent: Int
  package let action: Int
  /// A deadline that the ledger runs, its event and receipt included.
  package let deadline: Int

  /// Indexed by protocol.
  private static let byProtocol = [
    GasSchedule(
      transaction: 5000, signature: 35_000, byte: 10, moduleByte: 200, row: 4000, transfer: 3000, opening: 6000,
      consent: 2000, action: 3000,
      deadline: 5000)
  ]

  package static func of(_ protocolNumber: ProtocolNumber) -> GasSchedule { byProtocol[Int(protocolNumber.number)] }
}
