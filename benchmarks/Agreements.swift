import Foundation

/// Agreements in plain memory, found by number in an open table. A row is whole cache lines, its
/// number in the first word, so that a call on an agreement that lies in no cache waits for memory
/// once; the pages are large, so that it does not wait for their addresses, too.
struct Agreements {
  private let rows: UnsafeMutablePointer<UInt64>
  private let mask: Int
  private let shift: UInt64
  private let stride: Int
  /// Words of a row behind its number.
  let rowWords: Int

  /// Room for `count` rows, half of the places empty. The memory stays until the process ends.
  init(count: Int, rowWords: Int) throws {
    self.rowWords = rowWords
    stride = (1 + rowWords + 7) / 8 * 8
    var places = 2
    while places < 2 * count { places *= 2 }
    mask = places - 1
    shift = UInt64(64 - places.trailingZeroBitCount)
    var memory: UnsafeMutableRawPointer?
    let (size, largePage) = (8 * places * stride, 2 << 20)
    guard posix_memalign(&memory, largePage, size) == 0, let memory else {
      throw Complaint("there is no memory for \(count) agreements")
    }
    // A wish: without large pages everything works, only slower.
    _ = madvise(memory, size, Int32(MADV_HUGEPAGE))
    rows = memory.bindMemory(to: UInt64.self, capacity: places * stride)
    rows.initialize(repeating: 0, count: places * stride)
  }

  /// The row of this number, behind the number; it is made where there is none, and there must be room.
  func row(_ number: UInt64) -> UnsafeMutablePointer<UInt64> {
    // Neighbouring numbers are spread by a multiplication with 2^64 divided by the golden ratio, of
    // which the highest bits count.
    var place = Int((number &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while rows[place * stride] != 0 && rows[place * stride] != number + 1 { place = (place + 1) & mask }
    rows[place * stride] = number + 1
    return rows + place * stride + 1
  }
}
