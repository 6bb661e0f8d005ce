/// How titles and remarks stand out in a text.
package struct TextStyle: Sendable {
  package let bold: @Sendable (String) -> String
  package let dim: @Sendable (String) -> String

  package init(bold: @escaping @Sendable (String) -> String, dim: @escaping @Sendable (String) -> String) {
    self.bold = bold
    self.dim = dim
  }

  package static let plain = TextStyle(bold: { $0 }, dim: { $0 })
}
