import Compiler
import Interface
import Source
import Testing

/// Each limit of the language is kept at n and refused at n + 1.
@Suite struct LimitsTests {
  private let limits = ProtocolNumber.current.limits

  private func isRefused(_ text: String) -> Bool {
    let codes = Compilation(SourceText(path: "x", text: text)).diagnostics.all.map(\.code)
    #expect(codes.isEmpty || codes.contains(.limitExceeded), "\(codes)\n\(text.prefix(600))")
    return codes.contains(.limitExceeded)
  }

  private func expectLimit(_ limit: Int, _ source: (Int) -> String) {
    #expect(!isRefused(source(limit)))
    #expect(isRefused(source(limit + 1)))
  }

  private func list(_ count: Int, _ separator: String = ", ", _ item: (Int) -> String) -> String {
    (0..<count).map(item).joined(separator: separator)
  }

  private func contract(
    _ members: String = "", action: String = "on go() by a -> T", name: String = "A", generics: String = ""
  ) -> String {
    """
    contract \(name)\(generics) {
      party a
      \(members)
      initial state S { \(action) after 1 day -> T }
      final state T
    }
    """
  }

  @Test func declarationsAreCounted() {
    expectLimit(limits.parties) { count in
      "contract A { party \(list(count) { "p\($0)" }) initial state S { on go() by 1 of (\(list(count) { "p\($0)" })) -> T after 1 day -> T } final state T }"
    }
    expectLimit(limits.terms) { count in
      contract(
        list(count, " ") { "term t\($0): Bool" }, action: "on go() by a where \(list(count, " and ") { "t\($0)" }) -> T"
      )
    }
    expectLimit(limits.vaults) { count in
      contract(
        list(count, " ") { "vault v\($0): Money<CNY>" },
        action: "on go() by a { \(list(count, " ") { "pay v\($0) to a" }) } -> T")
    }
    expectLimit(limits.fields) { count in
      contract(
        list(count, " ") { "field f\($0): Bool = true" },
        action: "on go() by a where \(list(count, " and ") { "f\($0)" }) -> T")
    }
    expectLimit(limits.events) { count in
      contract(
        list(count, " ") { "event E\($0)()" }, action: "on go() by a { \(list(count, " ") { "emit E\($0)()" }) } -> T")
    }
    // S and T are states too.
    expectLimit(limits.states - 2) { count in
      contract(
        list(count, " ") { "state S\($0) { after 1 day -> \($0 + 1 < count ? "S\($0 + 1)" : "T") }" },
        action: "on go() by a -> S0")
    }
    expectLimit(limits.invariants) { count in contract(list(count, " ") { "invariant \"\($0)\": true" }) }
    expectLimit(limits.transitions - 1) { count in contract(action: list(count, " ") { "on go\($0)() by a -> T" }) }
    // Eight types to an action.
    expectLimit(limits.types) { count in
      contract(
        action: list((count + 7) / 8, " ") { row in
          let lists = 8 * row..<min(count, 8 * row + 8)
          let parameters = lists.map { "p\($0): List<Bool, \($0 + 1)>" }.joined(separator: ", ")
          return
            "on go\(row)(\(parameters)) by a where \(lists.map { "count(p\($0)) > 0" }.joined(separator: " and ")) -> T"
        })
    }
    expectLimit(limits.currencies) { count in
      contract(
        list(count, " ") { "vault v\($0): Money<C\($0)>" },
        action: "on go() by a { \(list(count, " ") { "pay v\($0) to a" }) } -> T",
        generics: "<\(list(count) { "C\($0): Currency" })>")
    }
  }

  @Test func partsOfDeclarationsAreCounted() {
    expectLimit(limits.parameters) { count in contract(action: "on go(\(list(count) { "p\($0): Bool" })) by a -> T") }
    expectLimit(limits.parameters) { count in
      contract(
        "event E(\(list(count) { "p\($0): Bool" }))",
        action: "on go() by a { emit E(\(list(count) { _ in "true" })) } -> T")
    }
    expectLimit(limits.conditions) { count in
      contract(action: "on go() by a \(list(count, " ") { _ in "where true" }) -> T")
    }
    expectLimit(limits.conditions) { count in
      contract("term t: Int \(list(count, " ") { "where t > \($0)" })", action: "on go() by a where t > 0 -> T")
    }
    expectLimit(limits.shares) { count in
      contract(
        "vault v: Money<CNY>",
        action: "on go() by a { split v { \(list(count - 1, " ") { _ in "1% -> a" }) rest -> a } } -> T")
    }
    expectLimit(limits.shares) { count in
      contract("vault v: Money<CNY>", action: "on go() by a { split v { evenly -> \(list(count) { _ in "a" }) } } -> T")
    }
    expectLimit(limits.nameSize) { count in contract(name: "A" + String(repeating: "a", count: count - 1)) }
    expectLimit(limits.nameSize) { count in contract("invariant \"\(String(repeating: "x", count: count))\": true") }
    expectLimit(limits.textScalars) { count in
      contract(action: "on go(t: Text<1024>) by a where t != \"\(String(repeating: "契", count: count))\" -> T")
    }
  }

  /// Wherever an expression stands, calls inside each other are counted from there.
  @Test func callsInsideEachOtherAreCounted() {
    func chain(_ count: Int) -> String {
      list(count, " ") { "function f\($0 + 1)(n: Int<0..9>): Int<0..9> = \($0 == 0 ? "n" : "f\($0)(n)")" }
    }
    let places: [(Int) -> String] = [
      { self.contract(chain($0), action: "on go() by a where f\($0)(1) > 0 -> T") },
      { self.contract(chain($0), action: "on go() by a -> T after if f\($0)(1) > 0 { 1 day } else { 2 days } -> T") },
      { self.contract(chain($0) + " let d = f\($0)(1)", action: "on go() by a where d > 0 -> T") },
      {
        self.contract(chain($0) + " term t: Int<0..9> where f\($0)(t) > 0", action: "on go() by a where t > 0 -> T")
      },
      { self.contract(chain($0) + " field f: Int<0..9> = f\($0)(1)", action: "on go() by a where f > 0 -> T") },
      { self.contract(chain($0) + " invariant \"x\": f\($0)(1) > 0") },
      { self.contract(chain($0) + " view v(): Int<0..9> = f\($0)(1)") },
    ]
    // What calls the first function is a call too.
    for place in places { expectLimit(limits.callDepth - 1, place) }
  }

  @Test func codeIsBounded() {
    // A condition of this kind is three instructions and a jump: the limit lies where the code no longer fits.
    func isTooLarge(_ count: Int) -> Bool {
      isRefused(
        contract("field f: Bool = true", action: "on go() by a { \(list(count, " ") { _ in "require f" }) } -> T"))
    }
    var (fits, exceeds) = (1, limits.instructions)
    #expect(!isTooLarge(fits) && isTooLarge(exceeds))
    while exceeds - fits > 1 {
      let middle = (fits + exceeds) / 2
      if isTooLarge(middle) { exceeds = middle } else { fits = middle }
    }
    // Two instructions for each `require`, and one more at the end of every block of 254.
    #expect((limits.instructions - 500..<limits.instructions).contains(fits * 2))
  }
}
