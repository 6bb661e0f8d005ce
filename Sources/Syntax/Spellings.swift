/// What the lexer looks tokens up in: tables derived, once, from the enums that spell them.
struct Spellings: Sendable {
  static let all = Spellings()

  private var words: [Word?]
  private let symbols: [Symbol?]

  /// A reserved word as two numbers, which are compared faster than texts. None is longer than nine bytes.
  private struct Word {
    let head: UInt64
    let ninth: UInt8
    let kind: TokenKind
  }

  static let wordSizeMax = 9

  private init() {
    words = Array(repeating: nil, count: 256)
    let spelled = Dictionary(uniqueKeysWithValues: Symbol.allCases.map { ($0.rawValue, $0) })
    symbols = (0..<256).map { spelled[String(Unicode.Scalar(UInt8($0)))] }
    for keyword in Keyword.allCases { enter(keyword.rawValue, .keyword(keyword)) }
    for unit in TimeUnit.allCases {
      enter(unit.rawValue, .unit(unit))
      enter(unit.rawValue + "s", .unit(unit))
    }
  }

  private mutating func enter(_ text: String, _ kind: TokenKind) {
    precondition(text.utf8.count <= Spellings.wordSizeMax, "a reserved word has at most nine bytes")
    var head: UInt64 = 0
    for (index, byte) in text.utf8.prefix(8).enumerated() { head |= UInt64(byte) << (8 * UInt64(index)) }
    let ninth = text.utf8.dropFirst(8).first ?? 0
    var slot = Spellings.slot(head)
    while words[slot] != nil { slot = (slot + 1) & 255 }
    words[slot] = Word(head: head, ninth: ninth, kind: kind)
  }

  private static func slot(_ head: UInt64) -> Int { Int(truncatingIfNeeded: (head &* 0x9E37_79B9_7F4A_7C15) >> 56) }

  /// The reserved word or unit whose first eight bytes, least significant first, are `head`; a
  /// shorter word leaves the upper ones zero.
  func kind(head: UInt64, ninth: UInt8) -> TokenKind? {
    var slot = Spellings.slot(head)
    // Fewer words than slots, so the search meets an empty one.
    while let word = words[slot] {
      if word.head == head && word.ninth == ninth { return word.kind }
      slot = (slot + 1) & 255
    }
    return nil
  }

  /// The symbol that is spelled with one byte.
  func symbol(_ byte: UInt8) -> Symbol? { symbols[Int(byte)] }

  /// The symbol that is spelled with two bytes.
  func symbol(_ first: UInt8, _ second: UInt8) -> Symbol? {
    switch second {
    case UInt8(ascii: "="):
      switch first {
      case UInt8(ascii: "="): .equal
      case UInt8(ascii: "!"): .notEqual
      case UInt8(ascii: "<"): .lessOrEqual
      case UInt8(ascii: ">"): .greaterOrEqual
      default: nil
      }
    case UInt8(ascii: ">"): first == UInt8(ascii: "-") ? .arrow : nil
    case UInt8(ascii: "."): first == UInt8(ascii: ".") ? .range : nil
    default: nil
    }
  }
}
