import Bytecode
import Interface
import Primitives
import VM

/// A call that does a little of everything, made again and again: what it allocates and retains is counted from outside, and should be nothing.
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

  /// Wide integers, a list, a set, a map, a structure, a text, a function, a loop, money and fields.
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
      0: constant.pair r11 k4
      1: ask v r11 CNY
      2: settle
      3: collect r1 r0 1
      4: append r1 r0
      5: collect r2 #0 #0
      6: insert.key r2 r0
      7: collect r3 #0 #0
      8: next
      9: insert.entry r3 r0 r1
      10: constant.wide r4 k0
      11: copy.object r5 r1
      12: make r6 r4
      13: multiply.int r7 r4 r4
      14: modulo.int r8 r7 r4
      15: constant.wide r8 k2
      16: text.int r13 r4
      17: next
      18: call f1 r0 r9
      19: each r10 r1
      20: loop r10 @23
      21: item r14 r1 r10
      22: again r10 @21
      23: store.int s0 r9 small
      24: store.wide s1 r4 wide
      25: pay v p
      26: stay
    function takes 1 gives Int<0..9>
      register r0: Int<0..9>
      0: return r0
    """
}
