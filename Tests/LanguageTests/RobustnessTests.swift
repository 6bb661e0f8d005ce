import Compiler
import Source
import Support
import Syntax
import Testing

/// Any bytes as source: diagnostics, never the end of the process. That these tests return at all
/// is most of what they show.
@Suite struct RobustnessTests {
  private func codes(_ text: String) -> [DiagnosticCode] {
    Compilation(SourceText(path: "x", text: text)).diagnostics.all.map(\.code)
  }

  private func codes(_ bytes: [UInt8]) -> [DiagnosticCode] {
    Compilation(SourceText(path: "x", bytes: bytes)).diagnostics.all.map(\.code)
  }

  private func contract(term: String = "Int", where condition: String) -> String {
    """
    contract A {
      party a
      initial state S { on go(x: \(term)) by a where \(condition) -> T after 1 day -> T }
      final state T
    }
    """
  }

  private func nested(_ depth: Int) -> String {
    // The condition itself is one level, the comparison another, the innermost number a third.
    contract(where: String(repeating: "(", count: depth) + "x" + String(repeating: ")", count: depth) + " > 0")
  }

  @Test func parenthesesNestUpToTheLimit() {
    let deepest = (1...Parser.depthMax).last { codes(nested($0)).isEmpty }
    guard let deepest else { return #expect(Bool(false), "nothing nests") }
    #expect(deepest >= Parser.depthMax - 4)
    #expect(codes(nested(deepest + 1)) == [.nestedTooDeep])
  }

  @Test(arguments: [1000, 100_000, 500_000])
  func deepParenthesesAreRefused(_ depth: Int) {
    #expect(codes(nested(depth)) == [.nestedTooDeep])
    #expect(codes(String(repeating: "(", count: depth)).first == .unexpectedToken)
  }

  @Test func aMillionParenthesesAreTooMuchForAFile() { #expect(codes(nested(1_000_000)) == [.sourceTooLong]) }

  @Test func chainsOfOperatorsNestToo() {
    #expect(codes(contract(where: String(repeating: "x + ", count: 150) + "x > 0")).isEmpty)
    #expect(codes(contract(where: String(repeating: "x + ", count: 100_000) + "x > 0")) == [.nestedTooDeep])
    #expect(codes(contract(where: String(repeating: "not ", count: 100_000) + "x > 0")) == [.nestedTooDeep])
    #expect(codes(contract(where: String(repeating: "- ", count: 100_000) + "x > 0")) == [.nestedTooDeep])
  }

  @Test func aHundredThousandElseIfAreTooLarge() {
    let source = { (count: Int) in
      """
      contract A {
        party a
        field f: Int<0..9> = 0
        initial state S { on go(x: Bool) by a where f < 9 { if x { f = 0 }\(String(repeating: " else if x {}", count: count)) } -> T after 1 day -> T }
        final state T
      }
      """
    }
    #expect(codes(source(1000)).isEmpty)
    #expect(codes(source(20_000)) == [.limitExceeded])
    // A hundred thousand are more than a file holds.
    #expect(codes(source(100_000)) == [.sourceTooLong])
  }

  @Test func blocksNestUpToTheLimit() {
    let source = { (count: Int) in
      contract(where: "x > 0").replacing(
        "-> T after",
        with: "{ " + String(repeating: "if x > 0 { ", count: count) + String(repeating: "} ", count: count)
          + "} -> T after")
    }
    #expect(codes(source(100)).isEmpty)
    #expect(codes(source(10_000)).contains(.nestedTooDeep))
  }

  @Test func theSizeOfAFileHasALimit() {
    let padding = { (count: Int) in String(repeating: " ", count: count) }
    #expect(codes(padding(Lexer.sourceSizeMax)).isEmpty)
    #expect(codes(padding(Lexer.sourceSizeMax + 1)) == [.sourceTooLong])
  }

  @Test func bytesThatAreNoTextAreNamed() {
    #expect(codes([0]) == [.controlCharacter])
    #expect(codes([0xFF, 0xFE]) == [.invalidUTF8, .invalidUTF8])
    #expect(codes([0xED, 0xA0, 0x80]).allSatisfy { $0 == .invalidUTF8 })
    #expect(codes([0xC0, 0x80]).allSatisfy { $0 == .invalidUTF8 })
    #expect(codes(Array("// \u{202E}".utf8)) == [.bidirectionalControl])
    #expect(codes(Array("test \"\u{2066}\" {}".utf8)).contains(.bidirectionalControl))
    #expect(codes(Array("\u{FEFF}".utf8)) == [.controlCharacter])
  }

  @Test func numbersWithoutEndAreRefused() {
    let digits = String(repeating: "9", count: 500_000)
    #expect(codes(contract(where: "x > \(digits)")) == [.tooWide])
    #expect(codes(contract(term: "Int<0..\(digits)>", where: "x > 0")) == [.valueOutOfRange])
    #expect(codes(contract(term: "Text<\(digits)>", where: "true")) == [.valueOutOfRange])
    #expect(codes(contract(where: "\(digits) days > 1 day")).contains(.valueOutOfRange))
    #expect(codes(contract(where: "0.\(digits)% > 1%")).contains(.valueOutOfRange))
  }

  /// Proposing a name that may have been meant must not cost more than reading the file.
  @Test func manyAndLongNamesAreNotCompared() {
    let lets = (0..<3000).map { "let known\($0) = 1" }.joined(separator: " ")
    let uses = (0..<3000).map { "require unknown\($0)" }.joined(separator: " ")
    let many = contract(where: "x > 0").replacing("-> T after", with: "{ \(lets) \(uses) } -> T after")
    #expect(codes(many).allSatisfy { $0 == .unknownName || $0 == .unused })
    let long = String(repeating: "a", count: 400_000)
    #expect(
      !codes(
        "contract A { party \(long)b initial state S { on go() by \(long)c -> T after 1 day -> T } final state T }"
      ).isEmpty)
  }

  @Test func complaintsAreBounded() {
    let diagnostics = Compilation(SourceText(path: "x", text: String(repeating: "$ ", count: 400_000))).diagnostics
    #expect(diagnostics.all.count == Diagnostics.countMax)
    #expect(diagnostics.leftOut > 0)
  }

  /// Without any one of its tokens the contract must still be read to its end.
  @Test func theParserSurvivesEachMissingToken() throws {
    let bytes = SourceText(path: "purchase", text: try Repository.text("contracts/purchase.ern")).bytes
    let (tokens, _) = Lexer.tokens(of: SourceText(path: "purchase", bytes: bytes))
    for token in tokens {
      let rest = Array(bytes[..<token.span.start] + bytes[token.span.end...])
      _ = Compilation(SourceText(path: "x", bytes: rest))
    }
  }

  /// Bytes thrown in at random, the same ones every time.
  @Test func theCompilerSurvivesChangedBytes() throws {
    let bytes = Array(try Repository.text("contracts/purchase.ern").utf8.prefix(2600))
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<400 {
      var changed = bytes
      for _ in 0...next(4) {
        switch next(3) {
        case 0: changed[next(changed.count)] = UInt8(next(256))
        case 1: changed.remove(at: next(changed.count))
        default: changed.insert(contentsOf: changed[next(changed.count)...].prefix(next(40)), at: next(changed.count))
        }
      }
      let source = SourceText(path: "x", bytes: changed)
      let renderer = DiagnosticRenderer(source: source, isColoured: false)
      for diagnostic in Compilation(source).diagnostics.all { _ = renderer.render(diagnostic) }
    }
  }
}
