import Bytecode
import Fuzzing
import Interface
import Primitives
import Testing
import VM

/// What the instructions on texts, structures, lists, sets and maps come to, on the bare machine:
/// small functions in assembler that leave their result in a field.
@Suite struct ObjectTests {
  private static let head = """
    module M
    type list Int 0..3
    type struct P(a: Int, l: #0)
    type optional Int
    type map Text<8> -> Int 3
    type set Int 3
    type list #0 0..3
    currency C
    field f: Int = 0
    field t: Text<100> = ""
    field a: Amount<C> = 0u
    field r: Ratio = 0/1
    field m: #3 = []
    field l: #0 = []
    state S initial
    action go(n: Int, x: Text<8>, y: Text<8>) from S by anyone
    constant 100000000000000000000000000000000000000
    constant 2
    constant 3
    constant 10
    constant "b"
    constant 7u
    function
      register r0: Int
      register r1: Text<8>
      register r2: Text<8>
      register r3: #0
      register r4: #0
      register r5: #1
      register r6: #2
      register r7: #3
      register r8: #4
      register r9: #5
      register r10: Int
      register r11: Int
      register r12: Int
      register r13: Wide<4000>
      register r14: Text<100>
      register r15: Text<8>
      register r16: Bool
      register r17: Counter<3>
      register r18: Amount<C>
      register r20: Ratio
      register r22: Int<0..9>
      register r23: Wide<70>
      register r24: Int
      register r25: #0
      register r26: Wide<600>

    """

  private static let tail = """
    constant -57896044618658097711785492504343953926634992332820282019728792003956564819967
    constant 57896044618658097711785492504343953926634992332820282019728792003956564819967
    function takes 1 gives Amount<C>
      register r0: Amount<C>
      register r2: Amount<C>
      0: add.amount r2 r0 r0
      1: return r2

    """

  /// How the call ended, and the fields behind it.
  private func run(_ lines: [String], n: Int = 5, x: String = "ab", y: String = "b") throws -> (
    stop: Machine.Stop, interface: ContractInterface, row: [UInt64], host: BareHost
  ) {
    var code = "  0: settle\n"
    for (index, line) in (lines + ["stay"]).enumerated() { code += "  \(index + 1): \(line)\n" }
    let module = try Verifier.verify(try Assembler.module(ObjectTests.head + code + ObjectTests.tail))
    let interface = module.module.interface
    let row = BareTable(count: 1, wordCount: interface.wordCount, vaultCount: 0).row(0)
    var host = BareHost(row, opening: interface, terms: [])
    let arguments: [Value] = [.int(Integer(n)), .text(Array(x.utf8)), .text(Array(y.utf8))]
    let words = zip(arguments, interface.parameterTypes(of: .body(transition: 0))).flatMap {
      Resting.words($0, as: $1, in: interface.types)
    }
    let call = words.withUnsafeBufferPointer { Machine().call(0, of: module, arguments: $0, gas: 1 << 20, host: &host) }
    return (call.stop, interface, (0..<interface.wordCount).map { row[1 + $0] }, host)
  }

  private func integer(_ lines: [String], n: Int = 5) throws -> Integer {
    let ended = try run(lines, n: n)
    #expect(ended.stop == .stays)
    guard case .int(let value) = Resting.value(ended.row[0..<5], as: .int(.whole)) else { return .zero }
    return value
  }

  private func text(_ lines: [String], n: Int = 5) throws -> String {
    let ended = try run(lines + ["store.object t r14"], n: n)
    #expect(ended.stop == .stays)
    guard let entry = ended.host.entries.first(where: { $0.item == 1 }) else { return "" }
    guard case .text(let bytes) = Resting.value(entry.value[...], as: .text(max: 100)) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func trap(_ lines: [String], n: Int = 5, x: String = "ab") throws -> Machine.Stop {
    try run(lines, n: n, x: x).stop
  }

  @Test func listsKeepToThemselves() throws {
    // What is appended to the copy is not in the first.
    #expect(
      try integer([
        "collect r3 r0 1", "copy.object r4 r3", "append r4 r0", "count.of r13 r3", "narrow r10 r13 k6",
        "store.wide s0 r10 f",
      ])
        == Integer(1))
    // Nor in the list that lies in a structure, or in a list of lists.
    #expect(
      try integer([
        "collect r3 r0 1", "copy r24 r0", "copy.object r25 r3", "make r5 r24", "append r25 r0", "append r25 r0",
        "member r4 r5 1",
        "count.of r13 r4", "narrow r10 r13 k6", "store.wide s0 r10 f",
      ]) == Integer(1))
    #expect(
      try integer([
        "collect r3 r0 1", "collect r9 #0 0", "append r9 r3", "append r3 r0", "immediate r10 0", "get.object r4 r9 r10",
        "append r4 r0",
        "append r4 r0",
        "get.object r25 r9 r10", "count.of r13 r25", "narrow r10 r13 k6", "store.wide s0 r10 f",
      ]) == Integer(1))
  }

  @Test func listsTrapAtTheirEnds() throws {
    let full = ["collect r3 r0 1", "append r3 r0", "append r3 r0"]
    #expect(try trap(full) == .stays)
    #expect(try trap(full + ["append r3 r0"]) == .fails(.trapped(.range)))
    #expect(try trap(full + ["get r10 r3 r0"], n: 2) == .stays)
    #expect(try trap(full + ["get r10 r3 r0"], n: 3) == .fails(.trapped(.index)))
    #expect(try trap(full + ["set r3 r0 r0"], n: -1) == .fails(.trapped(.index)))
    #expect(try trap(full + ["constant.wide r10 k0", "get r11 r3 r10"]) == .fails(.trapped(.index)))
    #expect(try trap(["fill.list r3 r0 r0"], n: 3) == .stays)
    #expect(try trap(["fill.list r3 r0 r0"], n: 4) == .fails(.trapped(.range)))
    #expect(try trap(full + ["remove r3 r0", "remove r3 r0"], n: 1) == .stays)
    #expect(try trap(full + ["remove r3 r0", "remove r3 r0"], n: 2) == .fails(.trapped(.index)))
  }

  @Test func loopsGoThroughInOrder() throws {
    // 10 · (10 · 0 + 5) + 7: the set is ascending, whatever was put in first.
    let lines = [
      "collect r8 #0 0", "immediate r10 7", "insert.key r8 r10", "insert.key r8 r0", "insert.key r8 r10",
      "immediate r11 0", "constant r12 k3",
      "each r17 r8",
      "loop r17 @16", "item r10 r8 r17", "multiply.int r26 r11 r12", "add.int r13 r26 r10", "narrow r11 r13 k6", "next",
      "again r17 @10",
      "store.wide s0 r11 f",
    ]
    #expect(try integer(lines) == Integer(57))
  }

  @Test func mapsFindWhatTheyHave() throws {
    let map = ["collect r7 #0 0", "insert.entry r7 r1 r0", "immediate r10 9", "insert.entry r7 r2 r10"]
    #expect(try integer(map + ["find r7 @9 r2", "found r11", "store.wide s0 r11 f", "next"]) == Integer(9))
    #expect(
      try integer(map + ["remove.key r7 r2", "find r7 @10 r2", "found r11", "store.wide s0 r11 f", "next"])
        == Integer(0))
    // In the state, each entry for itself.
    #expect(
      try integer([
        "set.entry m r1 r0", "immediate r10 9", "set.entry m r2 r10", "find.entry m @8 r1", "found r11",
        "store.wide s0 r11 f", "next",
      ])
        == Integer(5))
    let ended = try run(["set.entry m r1 r0", "set.entry m r2 r0", "remove.entry m r1"])
    #expect(ended.host.entries.count { $0.item == 4 } == 1)
  }

  @Test func textsAreBytes() throws {
    #expect(try text(["text.int r14 r0"], n: -1_234_567) == "-1234567")
    #expect(try text(["constant.wide r10 k0", "text.int r14 r10"]) == "100000000000000000000000000000000000000")
    #expect(try text(["concatenate r14 r1 r2"]) == "abb")
  }

  @Test func functionsGiveTheirValue() throws {
    let ended = try run(["constant.pair r18 k5", "call f1 r18 r18", "call f1 r18 r18", "store.pair s5 r18 a"])
    #expect(ended.stop == .stays && ended.row[5] == 28)
  }

  @Test func casesAreTakenApart() throws {
    #expect(
      try integer(["wrap r6 r0 1", "match r6 @6 1", "payload r10 r6 0", "store.wide s0 r10 f", "next"]) == Integer(5))
    #expect(
      try integer(["wrap r6 #0 0", "match r6 @6 1", "payload r10 r6 0", "store.wide s0 r10 f", "next"]) == Integer(0))
  }
}
