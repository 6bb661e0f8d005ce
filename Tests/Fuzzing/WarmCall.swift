import Bytecode
import Interface
import Primitives
import VM

/// A call that does a little of everything, made again and again: what it allocates and retains is
/// counted from outside, and should be nothing.
package struct WarmCall {
  private let module: WellFormedModule
  private let machine = Machine()
  private var host: BareHost

  package init() throws {
    module = try Verifier.verify(try Assembler.module(WarmCall.text))
    let interface = module.module.interface
    let table = BareTable(count: 1, wordCount: interface.wordCount, vaultCount: interface.vaults.count)
    host = BareHost(table.row(1), opening: interface, terms: [])
  }

  /// Makes so many calls; answers how many succeeded.
  package mutating func run(_ count: Int) -> Int {
    var succeeded = 0
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1) { arguments in
      for call in 0..<count {
        arguments[0] = UInt64(call % 9)
        let ended = machine.call(0, of: module, arguments: UnsafeBufferPointer(arguments), gas: 100_000, host: &host)
        if ended.stop == .stays { succeeded += 1 }
        host.commit()
      }
    }
    return succeeded
  }

  /// Wide integers, a list, a set, a map, a structure, a text and its digest, a function that traps
  /// and is answered, a loop, money, times and fields.
  private static let text = """
    module Warm
    type list Int<0..9> 0..8
    type set Int<0..9> 9
    type map Int<0..9> -> #0 4
    type struct Pair(first: Int, second: #0)
    currency CNY fixed
    party p
    vault v: CNY
    field small: Int<0..9> = 0
    field wide: Int = 1
    field share: Percent = 1/2
    state S initial
    action go(n: Int<0..9>) from S by anyone
    constant 100000000000000000000000000000000000000
    constant -57896044618658097711785492504343953926634992332820282019728792003956564819967
    constant 57896044618658097711785492504343953926634992332820282019728792003956564819967
    constant 3
    constant 100u
    constant 1/2
    split evenly -> p, p
    split part r16 -> {0}; rest -> p
    function
      register r0: Int<0..9>
      register r1: #0
      register r2: #1
      register r3: #2
      register r4: Int
      register r5: #0
      register r6: #3
      register r7: Wide<512>
      register r8: Wide<255>
      register r9: Int<0..9>
      register r10: Counter<9>
      register r11: Amount<CNY>
      register r13: Text<200>
      register r14: Int<0..9>
      register r15: Party
      register r16: Percent
      register r18: Time
      register r19: Bytes<32>
      answer @20..@21 -> @22
      0: constant.pair r11 k4
      1: caller r15
      2: payer @r15
      3: ask v r11 CNY
      4: settle
      5: collect r1 r0 1
      6: append r1 r0
      7: collect r2 #0 #0
      8: insert.key r2 r0
      9: collect r3 #0 #0
      10: next
      11: insert.entry r3 r0 r1
      12: constant.wide r4 k0
      13: copy.object r5 r1
      14: make r6 r4
      15: multiply.int r7 r4 r4
      16: modulo.int r8 r7 r4
      17: constant.wide r8 k2
      18: text.int r13 r4
      19: next
      20: call f1 r0 r9
      21: next
      22: immediate r9 1
      23: each r10 r1
      24: loop r10 @27
      25: item r14 r1 r10
      26: again r10 @25
      27: sha256 r19 r13
      28: sha256 r19 r19
      29: now r18
      30: store.int s0 r9 small
      31: store.wide s1 r4 wide
      32: constant.pair r16 k5
      33: next
      34: split v split1
      35: pay v @r15
      36: stay
    function takes 1 gives Int<0..9>
      register r0: Int<0..9>
      register r1: Wide<5>
      register r2: Int<0..9>
      0: modulo.int r1 r0 r0
      1: immediate r2 0
      2: return r2
    """
}
