/// Makes a failing case smaller while it fails in the same way: pieces of its choices are left out,
/// then set to 0, then single choices are lowered.
package struct Shrinking {
  package private(set) var tries = 0
  private let triesMax: Int
  private let fails: ([[UInt32]]) -> [[UInt32]]?

  /// `fails` answers the choices that a case in fact made, where it still fails in the same way.
  package init(triesMax: Int, fails: @escaping ([[UInt32]]) -> [[UInt32]]?) {
    self.triesMax = triesMax
    self.fails = fails
  }

  package mutating func smallest(_ tapes: [[UInt32]]) -> [[UInt32]] {
    var best = tapes
    var before: [[UInt32]]
    repeat {
      before = best
      for tape in best.indices {
        withoutPieces(of: tape, &best)
        lowered(tape, &best)
      }
    } while best != before && tries < triesMax
    return best
  }

  /// Whether the candidate fails too; it becomes the best if it is smaller.
  private mutating func take(_ candidate: [[UInt32]], _ best: inout [[UInt32]]) -> Bool {
    if tries >= triesMax { return false }
    tries += 1
    guard let made = fails(candidate), Shrinking.isSmaller(made, than: best) else { return false }
    best = made
    return true
  }

  /// Fewer choices are smaller, then smaller ones.
  private static func isSmaller(_ a: [[UInt32]], than b: [[UInt32]]) -> Bool {
    let (first, second) = (a.reduce(0) { $0 + $1.count }, b.reduce(0) { $0 + $1.count })
    if first != second { return first < second }
    return a.flatMap { $0 }.lexicographicallyPrecedes(b.flatMap { $0 })
  }

  private mutating func withoutPieces(of tape: Int, _ best: inout [[UInt32]]) {
    var length = max(1, best[tape].count / 2)
    while true {
      var start = 0
      while start < best[tape].count && tries < triesMax {
        var shorter = best
        shorter[tape].removeSubrange(start..<min(start + length, shorter[tape].count))
        if take(shorter, &best) { continue }
        var zeroed = best
        for place in start..<min(start + length, zeroed[tape].count) { zeroed[tape][place] = 0 }
        if zeroed == best || !take(zeroed, &best) { start += length }
      }
      if length == 1 { return }
      length /= 2
    }
  }

  private mutating func lowered(_ tape: Int, _ best: inout [[UInt32]]) {
    var place = 0
    while place < best[tape].count && tries < triesMax {
      for lower in [0, best[tape][place] / 2, best[tape][place] &- 1]
      where place < best[tape].count && lower < best[tape][place] {
        var candidate = best
        candidate[tape][place] = lower
        if take(candidate, &best) { break }
      }
      place += 1
    }
  }
}
