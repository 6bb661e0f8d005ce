import Primitives
import Testing

@Suite struct IntegerTests {
  @Test func divisionRoundsAsNamed() {
    // dividend, divisor, down, up, half even, modulo
    let rows = [
      (7, 2, 3, 4, 4, 1), (-7, 2, -4, -3, -4, 1), (7, -2, -4, -3, -4, -1), (-7, -2, 3, 4, 4, -1), (5, 2, 2, 3, 2, 1),
      (-5, 2, -3, -2, -2, 1),
      (6, 3, 2, 2, 2, 0), (1, 3, 0, 1, 0, 1), (2, 3, 0, 1, 1, 2), (0, 5, 0, 0, 0, 0), (-1, 3, -1, 0, 0, 2),
    ]
    for (x, y, down, up, even, rest) in rows {
      let (a, b) = (Integer(x), Integer(y))
      #expect(a.divided(by: b, rounded: .down) == Integer(down), "\(x) / \(y)")
      #expect(a.divided(by: b, rounded: .up) == Integer(up), "\(x) / \(y)")
      #expect(a.divided(by: b, rounded: .halfEven) == Integer(even), "\(x) / \(y)")
      #expect(a.modulo(b) == Integer(rest), "\(x) mod \(y)")
    }
    #expect(Integer(1).divided(by: .zero, rounded: .down) == nil)
    #expect(Integer(1).modulo(.zero) == nil)
  }

  @Test(arguments: [
    "0", "-1", "9223372036854775807", "-9223372036854775808", "340282366920938463463374607431768211456",
  ])
  func decimalTextGoesBothWays(_ text: String) { #expect(Integer(decimal: text)?.description == text) }

  @Test(arguments: ["", "-", "+1", " 1", "1 ", "1_0", "0x1", "١"])
  func otherTextIsNoInteger(_ text: String) { #expect(Integer(decimal: text) == nil) }

  @Test func limbsGoBothWays() {
    for bits in [1, 62, 63, 64, 65, 127, 128, 255, 4096] {
      let value = Integer.power(ofTwo: bits) - Integer(1)
      #expect(value.bitWidth == bits)
      #expect(Integer(limbs: value.limbs, isNegative: false) == value)
      #expect(Integer(limbs: value.limbs, isNegative: true) == -value)
    }
    #expect(Integer.zero.limbs.isEmpty && Integer.zero.bitWidth == 0)
  }

  @Test func amountsAndPercentsHaveTheirBounds() {
    #expect(Amount(units: Amount.max.units) == .max)
    #expect(Amount(units: Amount.max.units + 1) == nil)
    #expect(Amount.max.adding(Amount(unchecked: 1)) == nil)
    #expect(Amount.zero.subtracting(Amount(unchecked: 1)) == nil)
    #expect(Percent(Integer(50), outOf: Integer(100))?.denominator == 2)
    #expect(Percent(Integer(1), outOf: .zero) == nil)
    #expect(Percent(reduced: 2, 4) == nil)
    #expect(Percent(reduced: 1, 1 << 63) == nil)
    #expect(Percent(Integer(3), outOf: Integer(2))?.isAtRest == false)
    #expect(Duration(milliseconds: Duration.max.milliseconds) == .max)
    #expect(Duration(milliseconds: Duration.max.milliseconds + 1) == nil)
    #expect(Duration(milliseconds: -1) == nil)
  }

  @Test func timesReadAsDates() {
    #expect(Time(milliseconds: 0).description == "1970-01-01T00:00:00Z")
    #expect(Time(milliseconds: 1_767_225_600_000).description == "2026-01-01T00:00:00Z")
    #expect(Time(milliseconds: 951_825_599_999).description == "2000-02-29T11:59:59.999Z")
    #expect(
      (Time(milliseconds: 253_402_300_799_000) + Duration(unchecked: 5000)).description == "9999-12-31T23:59:59.999Z")
  }
}
