import Bytecode
import Fuzzing
import Interface
import Primitives
import Testing

/// Random programs on lists, sets, maps and entries of the state, compared with Swift's arrays and dictionaries.
@Suite struct CollectionTests {
  @Test func collectionsAgreeWithSwift() throws {
    var random = Random(seed: 20_261_125)
    var (steps, traps) = (0, 0)
    for number in 0..<150 {
      var program = Program()
      while program.trap == nil && program.steps < 50 { program.step(&random) }
      steps += program.steps
      if program.trap != nil { traps += 1 }
      let text = program.text
      let run = try BareRun(try Verifier.verify(try Assembler.module(text)))
      #expect(run.ending == program.trap.map { "traps \($0.name)" } ?? "enters", "program \(number): \(text)")
      #expect(run.fields == program.fields, "program \(number): \(text)")
      let bound = try #require(run.bound)
      #expect(run.gas <= bound, "program \(number): \(text)")
    }
    #expect(steps > 4000 && traps > 20, "\(steps) steps, \(traps) traps")
  }
}

/// A program in assembler, as it is written, and what it comes to.
private struct Program {
  private(set) var steps = 0
  private(set) var trap: Trap?

  // MARK: What the registers hold, as Swift has it

  private var lists: [[Int]] = [[], []]
  private var amounts: [Int] = []
  private var set: Set<Integer> = []
  private var map: [Integer: [Int]] = [:]
  private var nested: [[Int]] = []
  private var entries: [Integer: [Int]] = [:]
  private var stored: [Int] = []
  private var log: [Integer] = []

  private static func value(_ list: [Int]) -> Value { .sequence(list.map { .int(Integer($0)) }) }

  private static func value(_ map: [Integer: [Int]]) -> Value {
    .sequence(map.keys.sorted(by: <).flatMap { [.int($0), value(map[$0] ?? [])] })
  }

  /// Nothing remains of what a call did that traps.
  var fields: [Value] {
    guard trap == nil else { return Array(repeating: .sequence([]), count: Program.names.count) }
    return [
      Program.value(lists[0]), Program.value(lists[1]),
      .sequence(amounts.map { .amount(Amount(unchecked: UInt128($0))) }),
      .sequence(set.sorted(by: <).map { .int($0) }), .sequence(map.keys.sorted(by: <).map { .int($0) }),
      .sequence(nested.map { Program.value($0) }),
      .sequence(log.map { .int($0) }), Program.value(stored), Program.value(entries),
    ]
  }

  // MARK: Code

  private static let names = ["l: #0", "m: #0", "p: #1", "s: #2", "k: #2", "n: #4", "h: #5", "t: #0", "e: #3"]
  private static let keys =
    [0, 1, 2, 7, 1000, -1, 3, -(1 << 40)].map { Integer($0) } + [
      Integer.power(ofTwo: 62), -Integer.power(ofTwo: 200), Integer.power(ofTwo: 200),
    ]
  private static let gas = Dictionary(uniqueKeysWithValues: Opcode.allCases.map { ($0.mnemonic, $0) })

  private var lines: [String] = []
  private var sum = 0
  private var labels: [String: Int] = [:]

  init() {
    emit("settle")
    for place in ["l0", "l1", "p", "s", "m", "n", "h"] { emit("collect $\(place) #0 0") }
  }

  private mutating func emit(_ line: String) {
    let mnemonic = String(line.prefix { $0 != " " })
    guard let opcode = Program.gas[mnemonic] else { preconditionFailure("there is no instruction \(mnemonic)") }
    // A block's gas fits one byte; what takes from the instruction before stays behind it.
    if sum + opcode.row.gas > 240, opcode != .loop { end() }
    lines.append(line)
    sum = opcode.row.endsBlock ? 0 : sum + opcode.row.gas
  }

  private mutating func end() {
    lines.append("next")
    sum = 0
  }

  private mutating func mark(_ label: String) {
    if sum > 0 { end() }
    labels[label] = lines.count
  }

  var text: String {
    var program = self
    for (place, field) in zip(["l0", "l1", "p", "s", "k", "n", "h"], ["l", "m", "p", "s", "k", "n", "h"]) {
      if place == "k" {
        program.emit("collect $k #0 0")
        program.loop(through: "m", "item $key $m $c", "insert.key $k $key")
      }
      program.emit("store.object \(field) $\(place)")
    }
    program.emit("enter T")
    let registers = [
      ("l0", "#0"), ("l1", "#0"), ("p", "#1"), ("s", "#2"), ("m", "#3"), ("n", "#4"), ("h", "#5"),
      ("x", "Int<-50..50>"), ("i", "Int<-20..20>"),
      ("key", "Int"), ("u", "Bool"), ("w", "Wide<20>"), ("y", "Int"), ("c", "Counter<8>"), ("t", "#0"), ("k", "#2"),
      ("a", "Amount<C>"),
    ]
    var constants = ["86400000ms", "\(IntegerRange.whole.low)", "\(IntegerRange.whole.high)"]
    var code: [String] = []
    for (index, line) in program.lines.enumerated() {
      var words: [String] = []
      for word in line.split(separator: " ") {
        switch word.first {
        case "$": words.append("r\(registers.firstIndex { $0.0 == word.dropFirst() } ?? 99)")
        case "@": words.append("@\(program.labels[String(word.dropFirst())] ?? 0)")
        case "=":
          words.append("k\(constants.count)")
          constants.append(String(word.dropFirst()))
        default: words.append(String(word))
        }
      }
      code.append("  \(index): \(words.joined(separator: " "))")
    }
    return """
      module M
      currency C
      type list Int<-50..50> 0..8
      type list Amount<C> 0..6
      type set Int 6
      type map Int -> #0 5
      type list #0 0..4
      type list Int 0..1000
      \(Program.names.map { "field \($0) = []" }.joined(separator: "\n"))
      state S initial
      state T final
      action go() from S by anyone
      after from S
      \(constants.map { "constant \($0)" }.joined(separator: "\n"))
      function
      \(registers.enumerated().map { "  register r\($0): \($1.1)" }.joined(separator: "\n"))
      \(code.joined(separator: "\n"))
      function
        register r0: Duration
        0: constant r0 k0
        1: return r0
      function
        0: enter T
      """
  }

  // MARK: Steps

  private mutating func note(_ value: Integer) { log.append(value) }

  private mutating func loop(through place: String, _ body: String...) {
    let label = "loop\(lines.count)"
    end()
    emit("each $c $\(place)")
    emit("loop $c @\(label)out")
    mark(label)
    for line in body { emit(line) }
    emit("again $c @\(label)")
    mark(label + "out")
  }

  /// Notes a truth value as 0 or 1.
  private mutating func noteTruth(_ truth: Bool) {
    let label = "truth\(lines.count)"
    emit("immediate $i 1")
    emit("not $u $u")
    emit("branch $u @\(label)one")
    emit("immediate $i 0")
    mark(label + "one")
    emit("append $h $i")
    note(Integer(truth ? 1 : 0))
  }

  private mutating func noteCount(of place: String, _ count: Int) {
    emit("count.of $w $\(place)")
    noteWide(count)
  }

  private mutating func noteWide(_ count: Int) {
    emit("narrow $y $w k1")
    emit("append $h $y")
    note(Integer(count))
  }

  private func constant(_ value: Integer, _ place: String) -> String {
    "constant\(SmallInteger.word(value) == nil ? ".wide" : "") $\(place) =\(value)"
  }

  mutating func step(_ random: inout Random) {
    let kind = random.below(32)
    let (j, x) = (random.below(2), random.below(101) - 50)
    let l = "$l\(j)"
    let key = random.element(Program.keys)
    let size =
      [1, 2, 3, 6, 7, 8, 16, 17, 18].contains(kind)
      ? [lists[j].count, amounts.count, nested.count][kind < 4 ? 0 : kind < 9 ? 1 : 2] : 0
    // Mostly an index that there is.
    let i = size > 0 && random.below(20) > 0 ? random.below(size) : random.below(25) - 8
    // What would trap is done rarely.
    if let would = trap(of: kind, j, i, key) {
      if random.below(25) > 0 { return }
      trap = would
    }
    steps += 1
    emit("immediate $x \(x < 0 ? 65536 + x : x)")
    emit("immediate $i \(i < 0 ? 65536 + i : i)")
    let label = "step\(steps)"
    switch kind {
    case 0:
      emit("append \(l) $x")
      if trap == nil { lists[j].append(x) }
    case 1:
      emit("remove \(l) $i")
      if trap == nil { lists[j].remove(at: i) }
    case 2:
      emit("set \(l) $i $x")
      if trap == nil { lists[j][i] = x }
    case 3:
      emit("get $x \(l) $i")
      emit("append $h $x")
      if trap == nil { note(Integer(lists[j][i])) }
    case 4:
      emit("copy.object \(l) $l\(1 - j)")
      lists[j] = lists[1 - j]
    case 5:
      emit("constant.pair $a =\(x + 50)u")
      emit("append $p $a")
      if trap == nil { amounts.append(x + 50) }
    case 6:
      emit("constant.pair $a =\(x + 50)u")
      emit("set.pair $p $i $a")
      if trap == nil { amounts[i] = x + 50 }
    case 7:
      emit("get.pair $a $p $i")
      emit("append $p $a")
      if trap == nil { amounts.append(amounts[i]) }
    case 8:
      emit("remove $p $i")
      if trap == nil { amounts.remove(at: i) }
    case 9:
      emit(constant(key, "key"))
      emit("insert.key $s $key")
      if trap == nil { set.insert(key) }
    case 10:
      emit(constant(key, "key"))
      emit("remove.key $s $key")
      set.remove(key)
    case 11:
      emit(constant(key, "key"))
      emit("has.key $u $s $key")
      noteTruth(set.contains(key))
    case 12:
      emit(constant(key, "key"))
      emit("insert.entry $m $key \(l)")
      if trap == nil { map[key] = lists[j] }
    case 13:
      emit(constant(key, "key"))
      emit("remove.key $m $key")
      map[key] = nil
    case 14:
      emit(constant(key, "key"))
      emit("find $m @\(label) $key")
      emit("found \(l)")
      mark(label)
      lists[j] = map[key] ?? lists[j]
    case 15:
      emit("append $n \(l)")
      if trap == nil { nested.append(lists[j]) }
    case 16:
      emit("get.object \(l) $n $i")
      if trap == nil { lists[j] = nested[i] }
    case 17:
      emit("set.object $n $i \(l)")
      if trap == nil { nested[i] = lists[j] }
    case 18:
      emit("remove $n $i")
      if trap == nil { nested.remove(at: i) }
    case 19:
      loop(through: "l\(j)", "item $x \(l) $c", "append $h $x")
      for value in lists[j] { note(Integer(value)) }
    case 20:
      loop(
        through: "m", "item $key $m $c", "append $h $key", "item.value $t $m $c", "count.of $w $t", "narrow $y $w k1",
        "append $h $y")
      for key in map.keys.sorted(by: <) {
        note(key)
        note(Integer(map[key]?.count ?? 0))
      }
    case 21:
      emit(constant(key, "key"))
      emit("set.entry e $key \(l)")
      if trap == nil { entries[key] = lists[j] }
    case 22:
      emit(constant(key, "key"))
      emit("remove.entry e $key")
      entries[key] = nil
    case 23:
      emit(constant(key, "key"))
      emit("find.entry e @\(label) $key")
      emit("found \(l)")
      mark(label)
      lists[j] = entries[key] ?? lists[j]
    case 24:
      emit("count.entries $w e")
      noteWide(entries.count)
    case 25:
      emit("fill.list \(l) $x $i")
      if trap == nil { lists[j] = Array(repeating: x, count: i) }
    case 26:
      emit("equal.object $u $l0 $l1")
      noteTruth(lists[0] == lists[1])
    case 27:
      emit("find \(l) @\(label) $i")
      emit("found $y")
      emit("append $h $y")
      mark(label)
      if lists[j].indices.contains(i) { note(Integer(lists[j][i])) }
    case 28:
      for (place, count) in [
        ("l0", lists[0].count), ("p", amounts.count), ("s", set.count), ("m", map.count), ("n", nested.count),
      ] {
        noteCount(of: place, count)
      }
    case 29:
      emit("store.object t \(l)")
      emit("load.object $l\(1 - j) t")
      stored = lists[j]
      lists[1 - j] = lists[j]
    case 30:
      emit("load.object $m e")
      map = entries
    default:
      loop(through: "s", "item $key $s $c", "append $h $key")
      for key in set.sorted(by: <) { note(key) }
    }
  }

  /// With what the step would trap.
  private func trap(of kind: Int, _ j: Int, _ i: Int, _ key: Integer) -> Trap? {
    switch kind {
    case 0: lists[j].count == 8 ? .range : nil
    case 1, 2, 3: lists[j].indices.contains(i) ? nil : .index
    case 5: amounts.count == 6 ? .range : nil
    case 6, 8: amounts.indices.contains(i) ? nil : .index
    case 7: amounts.indices.contains(i) ? (amounts.count == 6 ? .range : nil) : .index
    case 9: set.count == 6 && !set.contains(key) ? .range : nil
    case 12: map.count == 5 && map[key] == nil ? .range : nil
    case 15: nested.count == 4 ? .range : nil
    case 16, 17, 18: nested.indices.contains(i) ? nil : .index
    case 21: entries.count == 5 && entries[key] == nil ? .range : nil
    case 25: (0...8).contains(i) ? nil : .range
    default: nil
    }
  }
}
