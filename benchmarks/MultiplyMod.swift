import Bytecode
import Interface
import Primitives

extension Benchmark {
  /// repeat n times { s = s + (i * i) mod 1000003; i = i + 1 }, then s goes into a field.
  ///
  /// Within the expression integers are as wide as they need. What a loop carries is at rest, so both sums are narrowed to `Int`, as the compiler does it.
  static func multiplyMod() throws(ModuleFault) -> Benchmark {
    let rounds = 500_000
    let modulus = 1_000_003
    guard let fieldRange = IntegerRange(.zero, Integer(1_000_000_000_000)) else { preconditionFailure("zero is below a million millions") }
    let (whole, counted) = (IntegerRange.whole, Integer(rounds))

    var interface = ContractInterface(name: "MultiplyMod")
    interface.fields = [.init(name: "sum", type: .int(fieldRange), initialValue: .int(.zero))]
    interface.states = [.init(name: "Open", isFinal: false)]
    interface.transitions = [.init(source: 0, trigger: .action(name: "loop", parameters: [], who: .anyone))]

    // Every register takes one slot, so its index is its slot.
    let registers: [(name: String, type: RegisterType)] = [
      ("i", .int(whole)), ("s", .int(whole)), ("one", .wide(bits: 1)), ("modulus", .wide(bits: Integer(modulus).bitWidth)),
      ("n", .wide(bits: counted.bitWidth)), ("left", .counter(bound: rounds)), ("square", .wide(bits: 2 * whole.bits)),
      ("rest", .wide(bits: Integer(modulus).bitWidth)), ("sum", .wide(bits: whole.bits + 1)), ("result", .int(fieldRange)),
    ]
    func r(_ name: String) -> UInt16 {
      guard let index = registers.firstIndex(where: { $0.name == name }) else { preconditionFailure("the code names its own registers") }
      return UInt16(index)
    }
    let constants: [Value] = [
      .int(Integer(modulus)), .int(counted), .int(whole.low), .int(whole.high), .int(fieldRange.low), .int(fieldRange.high),
    ]
    let before = [
      Instruction(.immediate, r("i"), 0),
      Instruction(.immediate, r("s"), 0),
      Instruction(.immediate, r("one"), 1),
      Instruction(.constant, r("modulus"), 0),
      Instruction(.constant, r("n"), 1),
      Instruction(.count, r("left"), r("n"), 1),
      Instruction(.loop, r("left"), 14, gas: 7),
    ]
    let body = [
      Instruction(.multiplyInt, r("square"), r("i"), r("i")),
      Instruction(.moduloInt, r("rest"), r("square"), r("modulus")),
      Instruction(.addInt, r("sum"), r("s"), r("rest")),
      Instruction(.narrow, r("s"), r("sum"), 2),
      Instruction(.addInt, r("sum"), r("i"), r("one")),
      Instruction(.narrow, r("i"), r("sum"), 2),
      Instruction(.again, r("left"), 7, gas: 11),
    ]
    let after = [
      Instruction(.settle, gas: 10),
      Instruction(.narrow, r("result"), r("s"), 4),
      Instruction(.storeInt, 0, r("result")),
      Instruction(.stay, gas: 32),
    ]
    let module = Module(
      protocolNumber: .current, sourceHash: Digest(sha256: []), interface: interface, constants: constants, splits: [],
      functions: [Function(registers: registers.map(\.type), code: before + body + after)])
    return Benchmark(
      name: "multiply-mod", contract: try Verifier.verify(bytes: module.bytes), entry: .body(transition: 0),
      instructionCount: before.count + rounds * body.count + after.count,
      result: (0..<UInt64(rounds)).reduce(0) { $0 + $1 * $1 % UInt64(modulus) })
  }
}
