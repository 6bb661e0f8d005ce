import Assurance
import Bytecode
import Compiler
import Interface
import Primitives
import Source
import Support
import Testing

@Suite struct ModuleTests {
  static func purchase() throws -> Module {
    let compilation = Compilation(SourceText(path: "purchase.ern", text: try Repository.text("contracts/purchase.ern")))
    return try #require(compilation.contracts.first).module.module
  }

  @Test func encodingGoesBothWays() throws {
    let module = try ModuleTests.purchase()
    #expect(try Module(bytes: module.bytes) == module)
  }

  @Test func theSameSourceGivesTheSameBytes() throws {
    #expect(try ModuleTests.purchase().bytes == ModuleTests.purchase().bytes)
  }

  @Test func assemblerGoesBothWays() throws {
    let module = try ModuleTests.purchase()
    #expect(try Assembler.module(Disassembler(module).text) == module)
    for path in Repository.files("Tests/Corpus/run", ".ern") {
      for contract in Compilation(SourceText(path: path, text: try Repository.text(path))).contracts {
        #expect(try Assembler.module(Disassembler(contract.module.module).text) == contract.module.module, "\(path)")
      }
    }
  }

  /// Any bit flipped: the bytes are refused, or are another well-formed module with another id.
  @Test func aFlippedBitIsAnotherModuleOrNone() throws {
    let bytes = try ModuleTests.purchase().bytes
    let id = try Verifier.verify(bytes: bytes).id
    var (refused, other) = (0, 0)
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      do throws(ModuleFault) {
        let module = try Verifier.verify(bytes: flipped)
        #expect(module.id != id)
        // Assurance runs on whatever is well-formed, and must come to an end too.
        _ = assure(module)
        other += 1
      } catch { refused += 1 }
    }
    #expect(refused > 0 && other > 0 && refused + other == bytes.count * 8)
  }

  @Test func cutAndLengthenedBytesAreRefused() throws {
    let bytes = try ModuleTests.purchase().bytes
    for count in 0..<bytes.count {
      #expect(throws: ModuleFault(.encoding)) { try Verifier.verify(bytes: Array(bytes.prefix(count))) }
    }
    #expect(throws: ModuleFault(.encoding)) { try Verifier.verify(bytes: bytes + [0]) }
  }

  @Test func randomBytesAreRefused() {
    var state: UInt64 = 42
    for _ in 0..<2000 {
      var bytes: [UInt8] = [0x45, 0x52, 0x4E, 0, 0, 0]
      for _ in 0..<200 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(UInt8(truncatingIfNeeded: state >> 56))
      }
      #expect(throws: ModuleFault.self) { try Verifier.verify(bytes: bytes) }
    }
  }
}
