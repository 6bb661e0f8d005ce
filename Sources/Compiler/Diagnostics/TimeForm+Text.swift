// Durations and times as a reader of the contract would write them: "shipIn + 30 days", "closes + 2
// × grace", "opened + 7 days".

package import Assurance
package import Interface
import Primitives

/// How the forms of one contract are told.
package struct TimeWords {
  private let interface: ContractInterface
  private let computed: (_ function: Int, _ instruction: Int) -> String

  /// `computed` gives a word for what an instruction gives that is not followed further.
  package init(
    _ interface: ContractInterface,
    computed: @escaping (_ function: Int, _ instruction: Int) -> String = { _, _ in "a computed time" }
  ) {
    self.interface = interface
    self.computed = computed
  }

  /// What is added comes first, times before durations, then what is taken away.
  package func text(_ form: TimeForm, isTime: Bool) -> String {
    let isDate =
      isTime && !form.parts.contains { part, _ in if case .computed = part { true } else { isTimeItself(part) } }
    var added: [String] = isDate ? [date(form.milliseconds)] : []
    var removed: [String] = []
    for (part, count) in form.parts.filter({ isTimeItself($0.part) }) + form.parts.filter({ !isTimeItself($0.part) }) {
      let factor = count.magnitude == 1 ? "" : "\(count.magnitude) × "
      if count > 0 { added.append(factor + name(part)) } else { removed.append(factor + name(part)) }
    }
    if !isDate && form.milliseconds > 0 { added += TimeWords.durations(form.milliseconds.magnitude) }
    if !isDate && form.milliseconds < 0 { removed += TimeWords.durations(form.milliseconds.magnitude) }
    if added.isEmpty { added = ["0 days"] }
    return added.joined(separator: " + ") + removed.map { " - " + $0 }.joined()
  }

  /// "after 3 days", "at closes"; at once where it is no time at all.
  package func text(_ by: By) -> String {
    if by.wait.milliseconds > Duration.max.milliseconds * 1000 { return "later than can be told" }
    if by.isTime { return "at \(text(by.form, isTime: true))" }
    return by.form == TimeForm(milliseconds: 0) ? "at once" : "after \(text(by.form, isTime: false))"
  }

  /// `closes >= opens + 7 days`, as a term's `where` can say it, with the last declared of the
  /// terms in it. Nil where it needs more than terms and the opening. `derived` gives what a `let`
  /// of the contract stands for, and the terms in it.
  func atLeast(
    _ form: TimeForm, _ other: TimeForm, derived: (_ field: StateVariableID) -> (text: String, terms: [TermID])?
  ) -> (
    condition: String, term: TermID
  )? {
    var counts: [(part: TimeForm.Part, count: Int64)] = form.parts
    for (part, count) in other.parts {
      if let known = counts.firstIndex(where: { $0.part == part }) {
        counts[known].count -= count
      } else {
        counts.append((part, -count))
      }
    }
    var (left, right): ([String], [String]) = ([], [])
    var times = 0
    var sides: (left: Set<TermID>, right: Set<TermID>) = ([], [])
    for (part, count) in counts.filter({ isTimeItself($0.part) }) + counts.filter({ !isTimeItself($0.part) })
    where count != 0 {
      var name = name(part)
      var terms: [TermID] = []
      switch part {
      case .opened: break
      case .item(let item):
        if let field = interface.stateVariable(ofItem: item) {
          guard let value = derived(field) else { return nil }
          (name, terms) = value
        } else {
          terms = [TermID(item)]
        }
      case .now, .computed: return nil
      }
      if count > 0 { sides.left.formUnion(terms) } else { sides.right.formUnion(terms) }
      if isTimeItself(part) { times += Int(count) }
      // As a sum, which whoever reads the bound understands.
      if count.magnitude > 3 { return nil }
      for _ in 0..<count.magnitude { if count > 0 { left.append(name) } else { right.append(name) } }
    }
    // What stands on both sides might never hold.
    guard let last = sides.left.union(sides.right).max(), sides.left.isDisjoint(with: sides.right),
      (-1...1).contains(times)
    else { return nil }
    let difference = form.milliseconds - other.milliseconds
    switch times {
    case 0:
      if difference > 0 {
        left += TimeWords.durations(difference.magnitude)
      } else {
        right += TimeWords.durations(difference.magnitude)
      }
    // One side has a time, and the other is a date that is written down.
    case 1: if difference <= 0 { right.insert(date(-difference), at: 0) } else { return nil }
    default: if difference >= 0 { left.insert(date(difference), at: 0) } else { return nil }
    }
    return (
      "\(left.isEmpty ? "0 days" : left.joined(separator: " + ")) >= \(right.isEmpty ? "0 days" : right.joined(separator: " + "))",
      last
    )
  }

  private func isTimeItself(_ part: TimeForm.Part) -> Bool {
    switch part {
    case .opened, .now: true
    case .item(let item): interface.slots[item].type == .time
    case .computed: false
    }
  }

  package func name(_ part: TimeForm.Part) -> String {
    switch part {
    case .opened: "opened"
    case .now: "now"
    case .item(let item):
      item < interface.terms.count ? interface.terms[item].name : interface.fields[item - interface.terms.count].name
    case .computed(let function, let instruction): computed(function, instruction)
    }
  }

  private func date(_ milliseconds: Int64) -> String {
    let text = Time(milliseconds: milliseconds).description
    return text.hasSuffix("T00:00:00Z") ? String(text.prefix(10)) : text
  }

  /// In the fewest units that tell it: `37 days`, `1 day`, `12 hours`.
  private static func durations(_ milliseconds: UInt64) -> [String] {
    var rest = milliseconds
    var parts: [String] = []
    for (size, name) in [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second")]
      as [(UInt64, String)] where rest >= size
    {
      parts.append("\(rest / size) \(name)\(rest / size == 1 ? "" : "s")")
      rest %= size
    }
    return parts
  }
}
