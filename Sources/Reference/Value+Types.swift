// A value as what its expression's type says it is.

import Interface
import Primitives

extension Value {
  var asBool: Bool { if case .bool(let value) = self { value } else { mismatch() } }
  var asInteger: Integer { if case .int(let value) = self { value } else { mismatch() } }
  var asAmount: Amount { if case .amount(let value) = self { value } else { mismatch() } }
  var asTime: Time { if case .time(let value) = self { value } else { mismatch() } }
  /// Of a text or of bytes.
  var asBytes: [UInt8] {
    switch self {
    case .text(let bytes), .bytes(let bytes): bytes
    case .bool, .int, .percent, .amount, .duration, .time, .party, .sequence, .variant: mismatch()
    }
  }
  /// The account's row.
  var asAccount: UInt64 { if case .party(let row) = self { row } else { mismatch() } }
  /// The members of a structure, or the elements of a collection.
  var asElements: [Value] { if case .sequence(let values) = self { values } else { mismatch() } }
  /// Of an enumeration or optional.
  var asCase: (number: Int, payload: [Value]) {
    if case .variant(let number, let payload) = self { (number, payload) } else { mismatch() }
  }

  /// An integer whose type has a narrow range.
  var asIndex: Int {
    guard let value = asInteger.int else { preconditionFailure("the checker holds it against a narrow range") }
    return value
  }

  private func mismatch() -> Never { preconditionFailure("an expression has the value that the checker's type says") }
}
