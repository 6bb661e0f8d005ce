/// JSON as the tools print it: members in the order given, numbers that are whole, everything else
/// as text. Printing is all it does.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(Int)
  case text(String)
  case list([JSON])
  case object([(String, JSON)])

  package var line: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let value): String(value)
    case .text(let value): JSON.quoted(value)
    case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let members): "{" + members.map { JSON.quoted($0) + ":" + $1.line }.joined(separator: ",") + "}"
    }
  }

  /// As RFC 8259 asks: quotation mark, backslash and control characters escaped. Bidirectional
  /// controls too, which would reorder what a person reads.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      default:
        guard Characters.forbidden(scalar) != nil || scalar.value < 0x20 else {
          result.unicodeScalars.append(scalar)
          continue
        }
        let hexadecimal = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hexadecimal.utf8.count) + hexadecimal
      }
    }
    return result + "\""
  }
}

extension JSON: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
}
