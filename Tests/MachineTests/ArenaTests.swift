import Primitives
import Testing

@testable import VM

/// The machine's wide integers against GMP's mpz, around every limb boundary.
@Suite struct ArenaTests {
  private let slab = UnsafeMutablePointer<UInt64>.allocate(capacity: 4096)

  private func word(_ value: Integer, _ arena: inout Arena) -> UInt64 {
    // As a call's argument is placed: small where it fits, an object otherwise.
    if let int = value.int, int >= -(1 << 62), int < 1 << 62 { return UInt64(bitPattern: Int64(int)) << 1 }
    let words = [UInt64(value.limbs.count) << 1 | (value.sign < 0 ? 1 : 0)] + value.limbs
    return UInt64(arena.append(words, count: words.count)) << 1 | 1
  }

  private func integer(_ word: UInt64, _ arena: Arena) -> Integer {
    let operand = arena.operand(word, scratch: 0)
    return Integer(
      limbs: Array(UnsafeBufferPointer(start: operand.limbs, count: operand.count)), isNegative: operand.isNegative)
  }

  @Test func arithmeticAgreesWithTheReference() {
    defer { slab.deallocate() }
    var edges: [Integer] = [.zero]
    for bits in [1, 2, 31, 61, 62, 63, 64, 65, 127, 128, 129, 191, 192, 254, 255] {
      let power = Integer.power(ofTwo: bits)
      for value in [power - Integer(1), power, power + Integer(1)] { edges += [value, -value] }
    }
    for x in edges {
      for y in edges {
        var arena = Arena(slab: slab, top: Arena.scratchWords)
        let (a, b) = (word(x, &arena), word(y, &arena))
        func expect(_ result: UInt64, _ expected: Integer?, _ operation: String, _ arena: Arena) {
          #expect(integer(result, arena) == expected, "\(x) \(operation) \(y)")
          // One representation for each value.
          if result & 1 == 1, let int = expected?.int {
            #expect(int < -(1 << 62) || int >= 1 << 62, "\(int) has the small form")
          }
        }
        let sum = arena.sum(a, b, negatingSecond: false)
        expect(sum, x + y, "+", arena)
        let difference = arena.sum(a, b, negatingSecond: true)
        expect(difference, x - y, "-", arena)
        let product = arena.product(a, b)
        expect(product, x * y, "×", arena)
        #expect(arena.compare(a, b).signum() == (x < y ? -1 : x == y ? 0 : 1))
        guard y.sign != 0 else { continue }
        let down = arena.quotient(a, b, .down)
        expect(down, x.divided(by: y, rounded: .down), "/ down", arena)
        let up = arena.quotient(a, b, .up)
        expect(up, x.divided(by: y, rounded: .up), "/ up", arena)
        let even = arena.quotient(a, b, .halfEven)
        expect(even, x.divided(by: y, rounded: .halfEven), "/ half even", arena)
        let rest = arena.quotient(a, b, .modulo)
        expect(rest, x.modulo(y), "mod", arena)
      }
    }
  }

  @Test func scalingAgreesWithTheReference() {
    let machine = Machine()
    let units: [UInt128] = [0, 1, 2, 3, 99, 100, 101, 1 << 63, 1 << 64, Amount.max.units - 1, Amount.max.units]
    let fractions: [(UInt64, UInt64)] = [
      (0, 1), (1, 1), (1, 2), (1, 3), (2, 3), (13, 400), (3, 2), (1, 1 << 62), ((1 << 62) - 1, 1 << 62), (1 << 62, 1),
    ]
    for amount in units {
      for (numerator, denominator) in fractions {
        for rounding in Rounding.allCases {
          let exact = (Integer(amount) * Integer(numerator)).divided(by: Integer(denominator), rounded: rounding)
          let expected = exact.flatMap { Amount(units: $0) }?.units
          #expect(
            machine.scaled(amount, by: numerator, outOf: denominator, rounded: rounding) == expected,
            "\(amount) × \(numerator)/\(denominator)")
        }
      }
    }
  }
}
