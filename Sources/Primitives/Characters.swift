// Which characters may stand where: in a source text, and in a module, whose names come from one. Both sides ask here.

package enum Characters {
  /// A character that no text may hold, because a reader would not see it or would see something else.
  package enum Forbidden: Sendable {
    case control
    /// It changes the direction in which the text is shown.
    case bidirectional
  }

  package static func forbidden(_ scalar: Unicode.Scalar) -> Forbidden? {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: .bidirectional
    case 0..<0x09, 0x0B, 0x0C, 0x0E..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF: .control
    default: nil
    }
  }

  /// A text in which everything shows itself: controls, line ends among them, what changes a text's
  /// direction and what has no width stand as `<U+001B>`, so that nobody can write a line in
  /// somebody else's name. The quotation marks around a text are not part of it: within, they are
  /// shown in the same way.
  package static func shown(_ text: String, quoted: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isHidden =
        scalar.value < 0x20 || forbidden(scalar) != nil || isInvisible(scalar)
        || quoted && (scalar == "“" || scalar == "”")
      guard isHidden else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      result += "<U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits + ">"
    }
    return result
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x2060...0x206F, 0x3164,
      0xFFA0, 0xFFF0...0xFFFB, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  /// The unified ideographs, the repetition mark 々 and the zero 〇. None of them has another
  /// canonical form, so names made of them and ASCII are equal when their bytes are.
  package static func isHan(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3005, 0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2A6DF, 0x2A700...0x2EBE0, 0x30000...0x323AF: true
    default: false
    }
  }

  /// Whether a text is a name: ASCII letters, digits, `_` and Han, a digit not first.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": true
      default: isHan(scalar)
      }
    }
  }

  /// Whether a text could stand between the quotes of a string.
  package static func isLine(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { forbidden($0) == nil && $0 != "\"" && $0 != "\n" && $0 != "\r" }
  }
}
