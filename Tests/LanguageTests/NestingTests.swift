import Bytecode
import Compiler
import Semantics
import Source
import Syntax
import Testing

/// What stands inside of itself, as deep as the parser allows. Checking looks at each expression
/// once, and lowering makes code for it once: so both grow with the depth, and not with a power of
/// it or faster. That these tests return at all shows the same of the other phases.
@Suite struct NestingTests {
  /// What is put around an innermost expression again and again, and the type of all of it. `#` is
  /// the level, for names.
  struct Kind: CustomTestStringConvertible, Sendable {
    let type: String
    let left: String
    let innermost: String
    let right: String
    /// What stands around all of it, once.
    let (before, after): (String, String)

    init(
      _ type: String, _ left: String, _ innermost: String, _ right: String, before: String = "", after: String = ""
    ) {
      (self.type, self.left, self.innermost, self.right) = (type, left, innermost, right)
      (self.before, self.after) = (before, after)
    }

    var testDescription: String { expression(1) }

    func expression(_ depth: Int) -> String {
      before + (0..<depth).map { left.replacing("#", with: "\($0)") }.joined() + innermost
        + String(repeating: right, count: depth) + after
    }

    /// A view of it; of a statement, a transition with it in its body.
    func source(_ depth: Int) -> String {
      """
      function keep<C: Currency>(sum: Amount<C>): Amount<C> = sum
      function first<C: Currency>(sums: List<Amount<C>, 1..3>): Amount<C> = sums[0]
      function either<C: Currency>(sum: Amount<C>?, other: Amount<C>): Amount<C> =
        match sum { case Some(x) { x } case None { other } }
      function same(number: Int<0..9>): Int<0..9> = number
      struct Box { number: Int<0..9> }
      enum Shape { Round(size: Int<0..9>), Flat }
      contract Nested<C: Currency> {
        party a
        term p: Amount<C> where p > 0
        term n: Int<0..9>
        term b: Bool
        term o: Int<0..9>?
        term l: List<Int<0..9>, 3>
        term t: Time
        term r: Ratio
        term banking: Calendar
        vault v: Money<C>
        field m: Map<Int<0..9>, Int<0..9>, 3>
        initial state S {
          on go() by a receiving p into v { \(type.isEmpty ? expression(depth) : "") } -> T
          after 1 day -> E
        }
        state T { after 1 day { pay v to a } -> E }
        final state E
        \(type.isEmpty ? "" : "view w(): \(type) = \(expression(depth))")
        view used(): Bool = n == 0 or b or o is None or l is empty or t == opened or r == r or banking == banking or m is empty
      }
      """
    }
  }

  static let kinds = [
    Kind("Amount<C>", "keep(", "p", ")"),
    Kind("Amount<C>", "keep(if b { ", "p", " } else { p })"),
    Kind("Amount<C>", "keep(match o { case None { p } case Some(_) { ", "p", " } })"),
    Kind("Amount<C>", "keep(", "p", " - p else p)"),
    Kind("Amount<C>", "first([", "p", "])"),
    Kind("Amount<C>", "first([p, p] with ", "p", ")"),
    Kind("Amount<C>", "either(Some(", "p", "), p)"),
    Kind("Amount<C>", "either(if b { Some(p) } else { None }, ", "p", ")"),
    Kind("Amount<C>", "(", "p", ") * 50% rounded down"),
    Kind("Int<0..9>", "same(", "n", ")"),
    Kind("Int<0..9>", "(", "n", ")"),
    Kind("Int<0..9>", "min(", "n", ", n)"),
    Kind("Int<0..9>", "max(n, ", "n", ")"),
    Kind("Int<0..9>", "max([", "n", "])"),
    Kind("Int", "sum([n, ", "n", "])"),
    Kind("Int<0..9>", "count([", "n", "])"),
    Kind("Int<0..9>", "Box(number: ", "n", ").number"),
    Kind("Int<0..9>", "match Round(", "n", ") { case Round(x) { x } case Flat { 0 } }"),
    Kind("Int<0..9>", "match Some(", "n", ") { case Some(x) { x } case None { 0 } }"),
    Kind("Int<0..9>", "if b { n } else { ", "n", " }"),
    Kind("Int<0..9>", "if ", "n", " == n { n } else { n }"),
    Kind("Int<0..9>", "match o { case Some(_) { ", "n", " } case None { n } }"),
    Kind("Int<0..9>", "(", "n", " / n rounded down else n)"),
    Kind("Int<0..9>", "(n mod n else ", "n", ")"),
    Kind("Int<0..9>", "(n mod ", "n", " else n)"),
    Kind("Int", "", "n", " + n"),
    Kind("Int", "n - (", "n", ")"),
    Kind("Int", "-(", "n", ")"),
    Kind("Int<0..9>", "l[", "n", "]"),
    Kind("Int<0..9>", "m[", "n", "]"),
    Kind("Bool", "not (", "b", ")"),
    Kind("Bool", "b and (", "b", " or b)"),
    Kind("Bool", "(", "b", ") == b"),
    Kind("Bool", "(", "b", ") in [b, b]"),
    Kind("Bool", "b in [", "b", "]"),
    Kind("Bool", "[", "b", "] is empty"),
    Kind("Bool", "Some(", "b", ") is None"),
    Kind("Map<Int<0..9>, Int<0..9>, 3>", "(", "m", " with n: n)"),
    Kind("Map<Int<0..9>, Int<0..9>, 3>", "(m with n: count(", "m", "))"),
    Kind("List<Int<0..9>, 3>", "(", "[]", " with n)"),
    Kind("Set<Int<0..9>, 3>", "(", "[n]", " with n)"),
    Kind("Time", "banking.endOf(day: n + 1, after: ", "t", ")"),
    Kind("Time", "", "t", " + 1 day"),
    Kind("Hash", "sha256(", "\"x\"", ")"),
    // Types of these end before the parser does.
    Kind("Bool", "Some(", "n", ")", after: " is None"),
    Kind("Int<0..9>", "[", "n", "]", before: "count(", after: ")"),
    // Statements.
    Kind("", "if b { ", "m[n] = n", " }"),
    Kind("", "match o { case Some(_) { ", "m[n] = n", " } case None {} }"),
    Kind("", "for i# in l { require i# > 0 ", "m[n] = n", " }"),
    Kind("", "1% -> { ", "rest -> a", " } rest -> a", before: "split v { ", after: " }"),
  ]

  private func isTooDeep(_ source: String) -> Bool {
    Parser.parse(SourceText(path: "x", text: source)).1.all.contains { $0.code == .nestedTooDeep }
  }

  private func deepest(_ kind: Kind) -> Int {
    var (fits, exceeds) = (0, Parser.depthMax + 1)
    while exceeds - fits > 1 {
      let middle = (fits + exceeds) / 2
      if isTooDeep(kind.source(middle)) { exceeds = middle } else { fits = middle }
    }
    return fits
  }

  private func expressionCount(_ source: String) -> Int {
    check(Parser.parse(SourceText(path: "x", text: source)).0).0.expressionCount
  }

  private func compilation(_ source: String) -> Compilation { Compilation(SourceText(path: "x", text: source)) }

  private func instructionCount(_ compilation: Compilation) -> Int {
    compilation.wellFormed.reduce(0) { $0 + $1.module.functions.reduce(0) { $0 + $1.code.count } }
  }

  @Test("nesting: twice as deep is twice the work", arguments: kinds)
  func twiceAsDeepIsTwiceTheWork(_ kind: Kind) {
    let shallow = compilation(kind.source(1))
    #expect(shallow.diagnostics.isEmpty, "\(shallow.diagnostics.all.map(\.message))")
    let half = deepest(kind) / 2
    #expect(half >= Parser.depthMax / 10)
    #expect(expressionCount(kind.source(2 * half)) <= 2 * expressionCount(kind.source(half)))
    let double = compilation(kind.source(2 * half))
    // What has too many types, or too wide integers, is refused.
    #expect(double.diagnostics.all.allSatisfy { [.limitExceeded, .tooWide].contains($0.code) })
    #expect(instructionCount(double) <= 2 * instructionCount(compilation(kind.source(half))))
  }

  /// A function outside of contracts is checked once, not once more for each that calls it.
  @Test("nesting: twice as many functions in layers are twice the work")
  func layersAreCheckedOnce() {
    func source(_ width: Int) -> String {
      (0..<8).flatMap { layer in
        (0..<width).map { place in
          let calls = (0..<4).map { "f\(layer + 1)x\((place + $0) % width)(sum)" }.joined(separator: " + ")
          let body = layer == 7 ? "sum" : calls
          return
            "function f\(layer)x\(place)<C\(place): Currency>(sum: Amount<C\(place)>): Amount<C\(place)> = \(body)\n"
        }
      }.joined()
    }
    #expect(compilation(source(8)).diagnostics.isEmpty)
    #expect(expressionCount(source(60)) <= 2 * expressionCount(source(30)))
  }

  /// What stands side by side does not become as deep as it is wide.
  @Test("nesting: a thousand holes and ten thousand elements side by side")
  func whatIsWideIsNotDeep() {
    func source(_ declarations: String, _ type: String, _ value: String) -> String {
      """
      contract Wide {
        party a
        \(declarations)
        initial state S { on go() by a -> T after 1 day -> T }
        final state T
        view w(): \(type) = \(value)
      }
      """
    }
    func listed(_ count: Int, _ element: (Int) -> String) -> String {
      "[\((0..<count).map(element).joined(separator: ", "))]"
    }
    let set = "Set<Int<0..20000>, 10000>"
    for text in [
      source("term t: Text<1>", "Text<1000>", "\"\(String(repeating: "{t}", count: 1000))\""),
      source("", set, listed(10_000) { "\($0)" }),
      source("term s: \(set) = \(listed(10_000) { "\($0)" })", "Bool", "1 in s"),
      source("term n: Int<0..9>", set, listed(10_000) { "n + \($0)" }),
    ] {
      // All but the first cost too much gas.
      let found = compilation(text).diagnostics.all
      #expect(found.allSatisfy { $0.code == .limitExceeded }, "\(found.map(\.message))")
    }
  }

  /// A value that is too wide to be kept is not left out in silence: what it stands in would be too.
  @Test("nesting: `Some` of what is too wide is refused")
  func someOfWhatIsTooWideIsRefused() {
    let source = """
      contract A {
        party a
        initial state S {
          on go(x: Int) by a where match Some(x * x) { case Some(y) { y == 0 } case None { true } } -> T
          after 1 day -> T
        }
        final state T
      }
      """
    #expect(compilation(source).diagnostics.all.map(\.code) == [.tooWide])
  }
}
