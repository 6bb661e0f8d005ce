import Interface
import Ledger
import Primitives
import Testing
import Wording

/// Values of every type, told as the language writes them.
@Suite struct ValueWordingTests {
  private let types: [TypeDefinition] = [
    .structure(name: "Milestone", [.init(name: "share", type: .percent), .init(name: "payee", type: .party)]),
    .enumeration(
      name: "Ruling", [.init(name: "Open", payload: []), .init(name: "Partial", payload: [.percent, .party])]),
    .optional(.amount(currency: 0)), .list(.composite(0), least: 0, most: 3), .set(.time, most: 3),
    .map(.party, .composite(2), most: 3),
  ]

  private func fraction(_ numerator: Int, _ denominator: Int) throws -> Value {
    .percent(try #require(Percent(Integer(numerator), outOf: Integer(denominator))))
  }

  private func currencies(_ codes: String...) throws -> [Currency] {
    try codes.map { try #require(Currency.named($0)) }
  }

  private func text(_ value: Value, _ type: ValueType, _ language: Language = .english) throws -> String {
    ValueWording(Wording(language), types: types, currencies: try currencies("CNY", "USD")) { "p\($0)" }.text(
      value, type)
  }

  @Test func plainValues() throws {
    let noon = Time(milliseconds: 1_767_225_600_000 + 43_200_000)
    let cases: [(Value, ValueType, String, String)] = [
      (.bool(true), .bool, "true", "是"),
      (.int(Integer(-5)), .int(.whole), "-5", "-5"),
      (.int(Integer(3)), .counter(most: 5), "3", "3"),
      (.amount(Amount(unchecked: 123_456)), .amount(currency: 1), "1,234.56 USD", "1,234.56美元"),
      (try fraction(2, 5), .percent, "40%", "40%"),
      (try fraction(1, 3), .ratio(isPercent: false), "1/3", "1/3"),
      (.duration(Duration(unchecked: 7_200_000)), .duration, "2 hours", "2小时"),
      (.time(noon), .time, "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
      (.time(noon + Duration(unchecked: 5)), .time, "2026-01-01T12:00:00.005Z", "2026-01-01T12:00:00.005Z"),
      (.party(3), .party, "p3", "p3"),
      (.text(Array("a\u{1B}b".utf8)), .text(max: 9), "“a<U+001B>b”", "“a<U+001B>b”"),
      (.bytes([0, 171]), .bytes(max: 9), "0x00ab", "0x00ab"),
    ]
    for (value, type, english, chinese) in cases {
      #expect(try text(value, type) == english)
      #expect(try text(value, type, .chinese) == chinese)
    }
  }

  @Test func valuesWithParts() throws {
    let milestone = Value.sequence([try fraction(3, 10), .party(1)])
    #expect(try text(milestone, .composite(0)) == "Milestone(share: 30%, payee: p1)")
    #expect(try text(.variant(0, []), .composite(1)) == "Open")
    #expect(try text(.variant(1, [try fraction(1, 2), .party(2)]), .composite(1)) == "Partial(50%, p2)")
    #expect(try text(.variant(0, []), .composite(2)) == "None")
    #expect(try text(.variant(1, [.amount(Amount(unchecked: 5))]), .composite(2), .chinese) == "Some(0.05元)")
    #expect(try text(.sequence([]), .composite(3)) == "[]")
    #expect(
      try text(.sequence([milestone, milestone]), .composite(3))
        == "[Milestone(share: 30%, payee: p1), Milestone(share: 30%, payee: p1)]")
    #expect(try text(.sequence([.time(Time(milliseconds: 0))]), .composite(4)) == "[1970-01-01T00:00:00Z]")
    #expect(try text(.sequence([]), .composite(5)) == "[]")
    #expect(
      try text(.sequence([.party(1), .variant(0, []), .party(4), .variant(1, [.amount(.zero)])]), .composite(5))
        == "[p1: None, p4: Some(0.00 CNY)]")
  }

  /// Rates are told in whole units, whatever the decimals of their currencies.
  @Test func rates() throws {
    let cases: [(Int, Int, String, String, String, String)] = [
      (72_345, 10_000, "CNY", "USD", "7.2345 CNY per USD", "每1美元合7.2345元"),
      // A fen for a yen are 0.05 yuan where it is five of them.
      (5, 1, "CNY", "JPY", "0.05 CNY per JPY", "每1日元合0.05元"),
      (1, 5, "JPY", "CNY", "20 JPY per CNY", "每1元合20日元"),
      (1, 3, "CNY", "USD", "1/3 CNY per USD", "每1美元合1/3元"),
      (2, 3, "CNY", "JPY", "1/150 CNY per JPY", "每1日元合1/150元"),
    ]
    for (numerator, denominator, of, per, english, chinese) in cases {
      let pair = try currencies(of, per)
      for (language, wanted) in [(Language.english, english), (.chinese, chinese)] {
        let wording = ValueWording(Wording(language), types: [], currencies: pair) { _ in "" }
        #expect(wording.text(try fraction(numerator, denominator), .rate(of: 0, per: 1)) == wanted)
      }
    }
  }

  @Test func keysOfVaults() throws {
    let wording = ValueWording(Wording(.english), types: types, currencies: []) { "p\($0)" }
    func key(_ word: UInt64, _ type: ValueType) -> String {
      wording.key(word, .init(name: "v", currency: 0, key: .init(type: type, most: 3)))
    }
    let range = try #require(IntegerRange(.zero, Integer(9)))
    #expect(key(4, .party) == "p4" && key(7, .int(range)) == "7" && key(0, .composite(1)) == "Open")
  }

  /// Each refusal and trap has a sentence in both languages that names no other.
  @Test func everyFailureHasItsSentence() {
    for language in Language.allCases {
      let wording = Wording(language)
      let sentences = Failure.all.map {
        wording.sentence($0, .init(who: "alice", action: "pay", state: "Open", endedBy: nil))
      }
      #expect(Set(sentences).count == sentences.count && sentences.allSatisfy { !$0.isEmpty })
      for occasion in [Wording.Occasion.deadline, .condition] {
        let due = Time(milliseconds: 1_767_225_600_000)
        let told = ["Open", "Before"].map { state in
          wording.sentence(
            .refused(.state),
            .init(
              who: "alice", action: "pay", state: "Open", endedBy: .init(state: state, occasion: occasion, due: due)))
        }
        #expect(Set(told).count == 2 && told.allSatisfy { $0.contains("2026-01-01 00:00") })
      }
      let payers = [Refusal.authority, .amount, .funds].map {
        wording.sentence(.refused($0), .init(who: "alice", action: "pay", state: "Open", endedBy: nil, payer: "bob"))
      }
      #expect(Set(payers).count == 3 && payers.allSatisfy { $0.contains("bob") && !$0.contains("alice") })
    }
  }
}
