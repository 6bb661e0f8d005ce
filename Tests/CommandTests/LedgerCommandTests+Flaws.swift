import Bytecode
import Foundation
import Support
import Testing

extension LedgerCommandTests {
  /// Whoever publishes a module that no ledger takes is told what is wrong with it before anything
  /// is signed, and a program is told by number.
  @Test func whatIsWrongWithAModuleIsTold() throws {
    try withLedger { earnest, folder in
      let module = try Assembler.module(
        """
        module Endless
        party p
        constant 86400000ms
        state Waiting initial
        state Done final
        after from Waiting
        function
          register r0: Duration
          0: constant r0 k0
          1: return r0
        function
          0: enter Waiting
        """)
      let path = folder.appendingPathComponent("endless.ernb")
      try Data(module.bytes).write(to: path)
      let before = try earnest("ledger", "info", "--json").output
      let english = "Refused (module): The ledger does not take this module: the agreement can go round for ever: "
      let sentence = english + "state 0 (Waiting) → state 0 (Waiting) [flaw 32, endlessCircle]."
      for options in [["--yes"], ["--dry-run"]] {
        let result = try run(
          LedgerCommandTests.program, ["publish", path.path, "--as", "alice"] + options,
          environment: ["EARNEST_LEDGER": try ledgerPath(earnest)])
        #expect(result.status == 1 && result.errors.contains(sentence), "\(result.errors)")
        let told = try earnest("publish", path.path, "--as", "alice", "--json", options[0])
        #expect(told.status == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
        let receipt = try #require((object["receipts"] as? [[String: Any]])?.first)
        let flaw = try #require(receipt["flaw"] as? [String: Any])
        #expect(receipt["outcome"] as? String == "refused" && receipt["reason"] as? String == "module")
        #expect(
          flaw["number"] as? Int == 32 && flaw["kind"] as? String == "endlessCircle" && flaw["circle"] as? [Int] == [0])
        #expect(flaw["function"] is NSNull && flaw["gas"] is NSNull)
        #expect((receipt["zh"] as? [String])?.first?.contains("协议可能无休止地循环：状态 0（Waiting） → 状态 0（Waiting）") == true)
      }
      try Data(module.bytes.dropLast()).write(to: path)
      let cut = try earnest("publish", path.path, "--as", "alice", "--yes")
      #expect(
        cut.status == 1
          && cut.errors.contains("these bytes are not the canonical encoding of a module [flaw 1, encoding]"))
      #expect(
        try earnest("inspect", path.path).errors.contains(
          "is refused: these bytes are not the canonical encoding of a module"))
      #expect(try earnest("ledger", "info", "--json").output == before)
      let taken = try earnest("publish", "contracts/purchase.ern", "--as", "alice", "--yes", "--json")
      #expect(taken.status == 0 && taken.output.contains(#/"flaw": ?null/#))
    }
  }
}
