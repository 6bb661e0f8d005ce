import HeapModule
package import Interface
package import Primitives

/// The deadlines of all agreements, the next one first: by due time, agreement, and place in the
/// source. It may hold some that no longer stand, because their agreement has moved on; whoever
/// takes one asks the agreement. It is derived from the agreements and never stored.
package struct Schedule {
  package struct Item: Hashable, Comparable, Sendable {
    package let due: Time
    package let agreement: AgreementNumber
    package let transition: TransitionID

    package init(due: Time, agreement: AgreementNumber, transition: TransitionID) {
      self.due = due
      self.agreement = agreement
      self.transition = transition
    }

    package static func < (a: Item, b: Item) -> Bool {
      if a.due != b.due { return a.due < b.due }
      if a.agreement != b.agreement { return a.agreement < b.agreement }
      return a.transition < b.transition
    }
  }

  private var heap = Heap<Item>()
  /// How many stand. The others are swept out when they are most of it.
  private var standing = 0

  package init() {}

  mutating func replace(_ old: [Agreement.Deadline], with new: [Agreement.Deadline], of agreement: AgreementNumber) {
    standing += new.count - old.count
    for deadline in new { heap.insert(Item(due: deadline.due, agreement: agreement, transition: deadline.transition)) }
  }

  /// The first that stands and is due at `time` or before. It stays where it is.
  mutating func next(until time: Time, stands: (Item) -> Bool) -> Item? {
    while let first = heap.min, first.due <= time {
      if stands(first) { return first }
      _ = heap.popMin()
    }
    return nil
  }

  /// The due time of the first that stands.
  mutating func nextDue(stands: (Item) -> Bool) -> Time? {
    while let first = heap.min {
      if stands(first) { return first.due }
      _ = heap.popMin()
    }
    return nil
  }

  mutating func sweep(stands: (Item) -> Bool) {
    guard heap.count > 64 + 2 * standing else { return }
    var seen: Set<Item> = []
    heap = Heap(heap.unordered.filter { stands($0) && seen.insert($0).inserted })
  }
}
