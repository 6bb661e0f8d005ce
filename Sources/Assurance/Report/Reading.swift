// What straight code says about time, without running it: when a deadline is due, which bounds the
// terms keep, what an action's `where` compares. Behind every place that is led to from elsewhere
// nothing is known any more, and what is not understood stands for itself.

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
    due = interface.transitions.ids.map { transition in
      switch interface.transitions[transition].trigger {
      case .after, .at: reader.read(wellFormed.function(of: .due(transition: transition))).result
      case .when, .action: nil
      }
    }
    derived = Array(repeating: nil, count: interface.fields.count)
    if interface.hasOpening {
      let stored = reader.read(wellFormed.function(of: .opening)).stored
      for (item, form) in stored {
        let field = item - interface.terms.count
        // What is stored at two places is one of two values.
        guard interface.fields[field].role == .derived, let form, isFixed(form),
          stored.count(where: { $0.item == item }) == 1
        else { continue }
        derived[field] = expanded(form)
      }
    }
    for term in interface.terms.ids {
      for number in 0..<interface.terms[term].boundCount {
        for condition in reader.read(wellFormed.function(of: .bound(term: term, number: number))).conditions {
          guard case .holds(let form, let isStrict) = condition, isFixed(form), let form = expanded(form),
            let fact = isStrict ? form - TimeForm(milliseconds: 1) : form, facts.count < Reading.factsMax
          else { continue }
          facts.append(fact)
        }
      }
    }
  }

  /// No more bounds are held against each other, so that whoever writes many does not make the reader wait.
  private static let factsMax = 16

  /// The conditions of an action that compare times, each with the `require` that asks for it.
  func conditions(of transition: TransitionID) -> [(instruction: Int, condition: TimeCondition)] {
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

/// Goes through a function once. Where ways meet nothing is known any more, but for what `and` has
/// asked on all of them; so it has a loop of its own instead of merging states.
private struct Reader {
  let wellFormed: WellFormedModule
  let items: Items

  struct Findings {
    /// What the function gives, where it gives a duration or a time.
    var result: TimeForm?
    /// Where it gives a truth value at one place: what holds if that is true.
    var conditions: [TimeCondition] = []
    /// What is kept in fields, by item; nil where it was not understood.
    var stored: [(item: Int, form: TimeForm?)] = []
    /// What holds behind each `require` that is on every way.
    var required: [(instruction: Int, condition: TimeCondition)] = []
  }

  func read(_ function: Int) -> Findings {
    let code = wellFormed.module.functions[function].code
    let layout = wellFormed.registers[function]
    var jumpCount = [Int](repeating: 0, count: code.count)
    for case let target? in code.map(\.target) { jumpCount[target] += 1 }
    // Nothing is known where a trap leads.
    for answer in wellFormed.module.functions[function].answers { jumpCount[answer.target] += code.count }

    var findings = Findings()
    var returnCount = 0
    var times: [Int: TimeForm] = [:]
    var truths: [Int: [TimeCondition]] = [:]
    // Of each place, what was known of the registers that were asked by the branches that lead
    // there where they are false.
    var asked: [Int: [(register: Int, conditions: [TimeCondition])]] = [:]
    // How far ahead something leads, and whether some way has ended: where neither is so, what
    // stands here is on every way.
    var (furthest, hasEnded) = (0, false)
    for (pc, instruction) in code.enumerated() {
      if jumpCount[pc] > 0 {
        times = [:]
        let branches = asked[pc] ?? []
        let register = branches.first?.register
        // `a and b`: whoever comes here with a true register has found all of it true.
        let isConjunction = branches.count == jumpCount[pc] && branches.allSatisfy { $0.register == register }
        truths =
          isConjunction
          ? register.flatMap { r in truths[r].map { [r: $0 + branches.flatMap(\.conditions)] } } ?? [:] : [:]
      }
      let (a, b, c) = (Int(instruction.a), Int(instruction.b), Int(instruction.c))
      if let target = instruction.target { furthest = max(furthest, target) }
      if let answer = wellFormed.target(answering: pc, in: function) { furthest = max(furthest, answer) }
      var time: TimeForm?
      var truth: [TimeCondition]?
      func difference(_ a: Int, _ b: Int) -> TimeForm? { times[a].flatMap { a in times[b].flatMap { a - $0 } } }
      let row = instruction.opcode.row
      switch row.value {
      case .constant:
        switch wellFormed.module.constants[b] {
        case .duration(let duration): time = TimeForm(milliseconds: duration.milliseconds)
        case .time(let value): time = TimeForm(milliseconds: value.milliseconds)
        case .bool(let value): truth = [.always(value)]
        case .int, .percent, .amount, .text, .bytes, .sequence, .variant, .party: break
        }
      case .read:
        switch row.reads {
        case .state: time = items.item(namedBy: instruction).map { TimeForm(.item($0)) }
        case .opened: time = TimeForm(.opened)
        case .now: time = TimeForm(.now)
        case .registers, .vault, .emptiness, .caller, .parties: break
        }
      case .copy: (time, truth) = (times[b], truths[b])
      // A sum that would pass the end of time is less than its form says; nobody waits that long.
      case .sum: time = times[b].flatMap { a in times[c].flatMap { a + $0 } }
      case .difference: time = difference(b, c)
      case .less: truth = difference(c, b).map { [.holds($0, isStrict: true)] }
      case .lessOrEqual: truth = difference(c, b).map { [.holds($0, isStrict: false)] }
      case .negation:
        if let conditions = truths[b], conditions.count == 1 { truth = conditions[0].negated.map { [$0] } }
      case .opaque, .immediate, .product, .quotient, .remainder, .narrowed, .minimum, .maximum: break
      }
      let isCondition = row.a == .read(.bool)
      if row.effect == .stores, let item = items.item(namedBy: instruction) { findings.stored.append((item, times[b])) }
      if row.traps == .refuses, isCondition, furthest <= pc, !hasEnded {
        findings.required += (truths[a] ?? []).map { (pc, $0) }
      }
      for case (.write, let slot) in instruction.operands {
        switch layout.type(at: Int(slot)) {
        case .value(.duration)?, .value(.time)?:
          times[Int(slot)] = time ?? TimeForm(.computed(function: function, instruction: pc))
        case .value?, .wide?, .loopCounter?, nil: times[Int(slot)] = nil
        }
        truths[Int(slot)] = truth
      }
      switch row.flow {
      case .straight, .endsBlock, .opensLoop, .closesLoop: break
      case .branches: if isCondition { asked[b, default: []].append((a, truths[a] ?? [])) }
      case .jumps: (times, truths) = ([:], [:])
      case .enters, .stays, .traps: hasEnded = true
      case .returns:
        // Given at several places it is one of several values.
        let computed = TimeForm(.computed(function: function, instruction: pc))
        findings.result = returnCount == 0 ? times[a] ?? computed : computed
        findings.conditions = returnCount == 0 ? truths[a] ?? [] : []
        returnCount += 1
        hasEnded = true
      }
    }
    return findings
  }
}
