// What straight code says about time, without running it: when a deadline is due, which bounds the terms keep, what an action's `where` compares. Behind every
// place that is led to from elsewhere nothing is known any more, and what is not understood stands for itself.

import Bytecode
import Interface
import Primitives

/// A condition on times or durations.
enum TimeCondition: Hashable {
  case always(Bool)
  /// The form is at least 0, or above it.
  case holds(TimeForm, isStrict: Bool)

  var negated: TimeCondition? {
    switch self {
    case .always(let truth): .always(!truth)
    case .holds(let form, let isStrict): (TimeForm(milliseconds: 0) - form).map { .holds($0, isStrict: !isStrict) }
    }
  }
}

struct Reading {
  /// What is due, as far as it can be read, by transition; nil of an action, and of a condition.
  let due: [TimeForm?]
  /// What every agreement's terms keep: none of these is negative.
  private var facts: [TimeForm] = []
  /// What follows from the terms, in terms of them.
  private var derived: [TimeForm?]
  private let wellFormed: WellFormedModule
  private let items: Items

  init(_ wellFormed: WellFormedModule) {
    self.wellFormed = wellFormed
    let interface = wellFormed.module.interface
    items = Items(interface)
    let reader = Reader(wellFormed: wellFormed, items: items)
    due = interface.transitions.indices.map { transition in
      switch interface.transitions[transition].trigger {
      case .after, .at: reader.read(wellFormed.function(of: .due(transition: transition))).result
      case .when, .action: nil
      }
    }
    derived = Array(repeating: nil, count: interface.fields.count)
    if interface.hasOpening {
      for (item, form) in reader.read(wellFormed.function(of: .opening)).stored {
        let field = item - interface.terms.count
        guard interface.fields[field].role == .derived, form.parts.allSatisfy({ if case .computed = $0.part { false } else { true } }) else {
          continue
        }
        derived[field] = expanded(form)
      }
    }
    for term in interface.terms.indices {
      for number in 0..<interface.terms[term].boundCount {
        guard case .holds(let form, let isStrict)? = reader.read(wellFormed.function(of: .bound(term: term, number: number))).condition,
          let form = expanded(form), let fact = isStrict ? form - TimeForm(milliseconds: 1) : form
        else { continue }
        if facts.count < Reading.factsMax { facts.append(fact) }
      }
    }
  }

  /// No more bounds are held against each other, so that whoever writes many does not make the reader wait.
  private static let factsMax = 32

  /// The conditions of an action that compare times, each with the `require` that asks for it.
  func conditions(of transition: Int) -> [(instruction: Int, condition: TimeCondition)] {
    Reader(wellFormed: wellFormed, items: items).read(wellFormed.function(of: .body(transition: transition))).required
  }

  private func expanded(_ form: TimeForm) -> TimeForm? {
    form.replacing { part in
      guard case .item(let item) = part, item >= wellFormed.module.interface.terms.count else { return nil }
      return derived[item - wellFormed.module.interface.terms.count]
    }
  }

  /// Whether it is the same at any time.
  func isFixed(_ form: TimeForm) -> Bool {
    form.parts.allSatisfy { part in
      switch part.part {
      case .opened: true
      case .item(let item): items.isFixed(item)
      case .now, .computed: false
      }
    }
  }

  /// Whether the terms' bounds show that one is never less than the other.
  func isKnown(_ form: TimeForm, atLeast other: TimeForm) -> Bool {
    guard let difference = (form - other).flatMap(expanded) else { return false }
    if difference.isNatural { return true }
    return facts.indices.contains { first in
      guard let rest = difference - facts[first] else { return false }
      return rest.isNatural || facts[first...].contains { (rest - $0)?.isNatural ?? false }
    }
  }
}

/// Goes through a function once.
private struct Reader {
  let wellFormed: WellFormedModule
  let items: Items

  struct Findings {
    /// What the function gives, where it gives a duration or a time.
    var result: TimeForm?
    var condition: TimeCondition?
    /// What is kept in fields, by item.
    var stored: [(item: Int, form: TimeForm)] = []
    var required: [(instruction: Int, condition: TimeCondition)] = []
  }

  func read(_ function: Int) -> Findings {
    let code = wellFormed.module.functions[function].code
    let layout = wellFormed.registers[function]
    var isTarget = [Bool](repeating: false, count: code.count)
    for case let target? in code.map(\.target) { isTarget[target] = true }
    for answer in wellFormed.module.functions[function].answers { isTarget[answer.target] = true }

    var findings = Findings()
    var returnCount = 0
    var times = [TimeForm?](repeating: nil, count: layout.slotCount)
    var truths = [TimeCondition?](repeating: nil, count: layout.slotCount)
    for (pc, instruction) in code.enumerated() {
      if isTarget[pc] {
        times = Array(repeating: nil, count: layout.slotCount)
        truths = Array(repeating: nil, count: layout.slotCount)
      }
      let (a, b, c) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
      var time: TimeForm?
      var truth: TimeCondition?
      func difference(_ a: Int, _ b: Int) -> TimeForm? { times[a].flatMap { a in times[b].flatMap { a - $0 } } }
      switch instruction.opcode {
      case .constant:
        switch wellFormed.module.constants[b] {
        case .duration(let duration): time = TimeForm(milliseconds: duration.milliseconds)
        case .time(let value): time = TimeForm(milliseconds: value.milliseconds)
        case .bool(let value): truth = .always(value)
        default: break
        }
      case .load: time = TimeForm(.item(items.item(atSlot: instruction.b)))
      case .copy: (time, truth) = (times[b], truths[b])
      case .opened: time = TimeForm(.opened)
      case .now: time = TimeForm(.now)
      // A sum that would pass the end of time is less than its form says; nobody waits that long.
      case .addDuration, .addTime: time = times[b].flatMap { a in times[c].flatMap { a + $0 } }
      case .subtractDuration, .subtractFromTime, .subtractTime: time = difference(b, c)
      case .lessDuration: truth = difference(c, b).map { .holds($0, isStrict: true) }
      case .lessOrEqualDuration: truth = difference(c, b).map { .holds($0, isStrict: false) }
      case .not: truth = truths[b].flatMap(\.negated)
      case .store: if let form = times[b] { findings.stored.append((items.item(atSlot: instruction.a), form)) }
      case .require: if let condition = truths[a] { findings.required.append((pc, condition)) }
      case .return:
        // Given at several places it is one of several values.
        let computed = TimeForm(.computed(function: function, instruction: pc))
        findings.result = returnCount == 0 ? times[a] ?? computed : computed
        findings.condition = returnCount == 0 ? truths[a] : nil
        returnCount += 1
      default: break
      }
      for case (.write, let slot) in instruction.operands {
        let isTime: Bool
        switch layout.type(at: Int(slot)) {
        case .duration?, .time?: isTime = true
        default: isTime = false
        }
        times[Int(slot)] = isTime ? time ?? TimeForm(.computed(function: function, instruction: pc)) : nil
        truths[Int(slot)] = truth
      }
    }
    return findings
  }
}
