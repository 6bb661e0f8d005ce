// Exact integers of any size, for the compiler and the reference interpreter: GMP's mpz behind
// value semantics. The machine computes nothing with this type: it keeps limbs in its own arena,
// which is why comparing the two engines means something.

import CGMP

package enum Rounding: UInt8, Sendable, CaseIterable {
  /// Towards negative infinity.
  case down
  /// Towards positive infinity.
  case up
  /// To the nearest; a tie goes to the even neighbour.
  case halfEven
}

package struct Integer: Sendable {
  /// Never written after its initializer has returned, which is what makes it safe to share.
  private final class Storage: @unchecked Sendable {
    let z = UnsafeMutablePointer<__mpz_struct>.allocate(capacity: 1)
    init() { __gmpz_init(z) }
    deinit {
      __gmpz_clear(z)
      z.deallocate()
    }
  }

  private let storage: Storage

  private init(_ compute: (UnsafeMutablePointer<__mpz_struct>) -> Void) {
    storage = Storage()
    compute(storage.z)
  }

  package static let zero = Integer(0)

  package init(_ value: Int) { self.init { __gmpz_set_si($0, value) } }

  package init(_ value: UInt64) { self.init { __gmpz_set_ui($0, UInt(value)) } }

  package init(_ value: UInt128) {
    self.init(limbs: [UInt64(truncatingIfNeeded: value), UInt64(value >> 64)], isNegative: false)
  }

  /// Little-endian limbs of the magnitude; leading zeros are allowed.
  package init(limbs: [UInt64], isNegative: Bool) {
    self.init { z in
      __gmpz_import(z, limbs.count, -1, 8, 0, 0, limbs)
      if isNegative { __gmpz_neg(z, z) }
    }
  }

  /// Decimal digits with an optional leading `-`; nothing else, and no digits is nil.
  package init?(decimal: String) {
    let digits = decimal.utf8.first == UInt8(ascii: "-") ? decimal.utf8.dropFirst() : decimal.utf8[...]
    guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    self.init { z in _ = decimal.withCString { __gmpz_set_str(z, $0, 10) } }
  }

  private func read<R>(_ body: (UnsafePointer<__mpz_struct>) -> R) -> R { body(storage.z) }

  private static func combine(
    _ a: Integer, _ b: Integer,
    _ operation: (UnsafeMutablePointer<__mpz_struct>, UnsafePointer<__mpz_struct>, UnsafePointer<__mpz_struct>) -> Void
  ) -> Integer {
    Integer { z in a.read { x in b.read { y in operation(z, x, y) } } }
  }

  package static func + (a: Integer, b: Integer) -> Integer { combine(a, b) { __gmpz_add($0, $1, $2) } }
  package static func - (a: Integer, b: Integer) -> Integer { combine(a, b) { __gmpz_sub($0, $1, $2) } }
  package static func * (a: Integer, b: Integer) -> Integer { combine(a, b) { __gmpz_mul($0, $1, $2) } }
  package static prefix func - (a: Integer) -> Integer { zero - a }

  /// The quotient, rounded as named; nil when `divisor` is zero.
  package func divided(by divisor: Integer, rounded rounding: Rounding) -> Integer? {
    guard divisor.sign != 0 else { return nil }
    switch rounding {
    case .down: return Integer.combine(self, divisor) { __gmpz_fdiv_q($0, $1, $2) }
    case .up: return Integer.combine(self, divisor) { __gmpz_cdiv_q($0, $1, $2) }
    case .halfEven:
      // floor(x) is the answer unless the rest is over a half, or is a half and the floor is odd.
      let floor = Integer.combine(self, divisor) { __gmpz_fdiv_q($0, $1, $2) }
      let twiceRest = (self - floor * divisor) * Integer(2)
      let order = twiceRest.magnitudeCompared(to: divisor)
      return order > 0 || (order == 0 && floor.isOdd) ? floor + Integer(1) : floor
    }
  }

  /// What division rounded down leaves: it has the divisor's sign. Nil when `divisor` is zero.
  package func modulo(_ divisor: Integer) -> Integer? {
    divisor.sign == 0 ? nil : Integer.combine(self, divisor) { __gmpz_fdiv_r($0, $1, $2) }
  }

  /// Two to the power of `exponent`.
  package static func power(ofTwo exponent: Int) -> Integer { Integer { __gmpz_setbit($0, UInt(exponent)) } }

  package func greatestCommonDivisor(with other: Integer) -> Integer {
    Integer.combine(self, other) { __gmpz_gcd($0, $1, $2) }
  }

  private func magnitudeCompared(to other: Integer) -> Int32 { read { x in other.read { y in __gmpz_cmpabs(x, y) } } }

  /// -1, 0 or 1.
  package var sign: Int { read { Int($0.pointee._mp_size).signum() } }
  package var isOdd: Bool { read { __gmpz_tstbit($0, 0) == 1 } }

  /// The bits of the magnitude; zero has none.
  package var bitWidth: Int { sign == 0 ? 0 : read { Int(__gmpz_sizeinbase($0, 2)) } }

  /// Little-endian limbs of the magnitude, without leading zeros.
  package var limbs: [UInt64] {
    let capacity = (bitWidth + 63) / 64
    return [UInt64](unsafeUninitializedCapacity: capacity) { buffer, count in
      guard let base = buffer.baseAddress, capacity > 0 else { return }
      read { _ = __gmpz_export(base, &count, -1, 8, 0, 0, $0) }
    }
  }

  /// The value, where it fits.
  package var int: Int? { read { __gmpz_fits_slong_p($0) != 0 ? __gmpz_get_si($0) : nil } }

  /// The value, where it lies between 0 and 2^128 - 1.
  package var uint128: UInt128? {
    guard sign >= 0, bitWidth <= 128 else { return nil }
    return limbs.reversed().reduce(UInt128(0)) { $0 << 64 | UInt128($1) }
  }
}

extension Integer: Comparable, Hashable {
  package static func == (a: Integer, b: Integer) -> Bool { a.read { x in b.read { y in __gmpz_cmp(x, y) == 0 } } }
  package static func < (a: Integer, b: Integer) -> Bool { a.read { x in b.read { y in __gmpz_cmp(x, y) < 0 } } }
  package func hash(into hasher: inout Hasher) {
    // Most are small, and of those no list of limbs needs to be made.
    if let int { return hasher.combine(int) }
    hasher.combine(sign)
    hasher.combine(limbs)
  }
}

extension Integer: CustomStringConvertible {
  package var description: String {
    read { z in
      // Room for the sign and the terminating NUL, as GMP asks for.
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(__gmpz_sizeinbase(z, 10)) + 2) { buffer in
        guard let base = buffer.baseAddress else { return "" }
        return String(cString: __gmpz_get_str(base, 10, z))
      }
    }
  }
}
