// libFuzzer on the checker and what follows it: any text is refused with diagnostics, or becomes
// assured bytecode. A case is a text, or, behind a byte of 255, the choices that make a well-typed
// contract, of which some tokens are then exchanged for others. Built only with EARNEST_FUZZ set:
//
//   EARNEST_FUZZ=1 swift build -c release --scratch-path .build-fuzzer --product FuzzChecker
//   SWIFT_BACKTRACE=enable=no .build-fuzzer/release/FuzzChecker <folder of cases> contracts \
//     -dict=Tests/FuzzSyntax/words.dict -max_total_time=600 -timeout=1

import CFuzzer
import Compiler
import ContractFuzzing
import Fuzzing
import Source
import Syntax

/// The last bytes of choices say which tokens are exchanged.
private let exchangeCount = 4

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: UInt) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: Int(size)))
  let source = SourceText(path: "case.ern", bytes: bytes.first == 255 ? exchanged(bytes.dropFirst()) : bytes)
  let diagnostics = Compilation(source).diagnostics
  let renderer = DiagnosticRenderer(source: source, isColoured: false)
  for diagnostic in diagnostics.all { _ = renderer.render(diagnostic) }
  return 0
}

/// A contract with some of its tokens in other places.
private func exchanged(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  let numbers = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
    UInt32(bytes[$0]) << 8 | UInt32(bytes[$0 + 1])
  }
  let made = SourceText(
    path: "made", text: ContractGenerator.source(Tape(replaying: Array(numbers.dropLast(2 * exchangeCount)))).source)
  let (tokens, _) = Lexer.tokens(of: made)
  var texts = tokens.map { made.text($0.span) }
  let exchanges = numbers.suffix(2 * exchangeCount)
  for (here, there) in zip(exchanges, exchanges.dropFirst()) where here != 0 {
    texts[Int(here) % texts.count] = texts[Int(there) % texts.count]
  }
  return Array(texts.joined(separator: " ").utf8)
}

// SwiftPM links an executable with its own name for `main`.
@_cdecl("FuzzChecker_main")
public func entry(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  var count = count
  var arguments = arguments
  return LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
}
