/// The choices that make a random case, one number each. A case is made again from them, and a
/// smaller one from fewer or smaller ones: 0 is always the simplest alternative, and what is
/// missing at the end is 0.
package struct Tape: Sendable {
  /// What was chosen so far.
  private var choices: [UInt32] = []
  private let given: [UInt32]?
  /// Whether the choices are kept. Millions of short cases are made again from their seeds instead.
  private let isRecording: Bool
  private var random: Random

  package init(seed: UInt64, isRecording: Bool = true) {
    given = nil
    self.isRecording = isRecording
    random = Random(seed: seed)
  }

  package init(replaying choices: [UInt32]) {
    given = choices
    isRecording = true
    random = Random(seed: 0)
  }

  /// The choices without the zeros at the end: they make the same case.
  package var taken: [UInt32] { Array(choices[..<((choices.lastIndex { $0 != 0 } ?? -1) + 1)]) }

  /// From 0 to `bound` - 1; `bound` is positive.
  package mutating func below(_ bound: Int) -> Int {
    let choice: Int
    if let given {
      choice = choices.count < given.count ? Int(given[choices.count]) % bound : 0
    } else {
      choice = random.below(bound)
    }
    if isRecording { choices.append(UInt32(choice)) }
    return choice
  }

  /// The first is the simplest.
  package mutating func element<T>(_ elements: [T]) -> T { elements[below(elements.count)] }

  /// Rarely true; false is simpler.
  package mutating func oneIn(_ count: Int) -> Bool { below(count) == count - 1 }

  /// An index, as likely as its weight; the first is the simplest.
  package mutating func weighted(_ weights: Int...) -> Int {
    var choice = below(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      if choice < weight { return index }
      choice -= weight
    }
    return 0
  }
}
