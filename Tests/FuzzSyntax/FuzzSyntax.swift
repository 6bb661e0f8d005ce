// libFuzzer on the lexer and the parser: any bytes give a tree and diagnostics, which can be drawn.
// Built only with EARNEST_FUZZ set:
//
//   EARNEST_FUZZ=1 swift build -c release --scratch-path .build-fuzzer --product FuzzSyntax
//   SWIFT_BACKTRACE=enable=no .build-fuzzer/release/FuzzSyntax <folder of cases> contracts \
//     -dict=Tests/FuzzSyntax/words.dict -max_total_time=600 -timeout=1

import CFuzzer
import Source
import Syntax

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: UInt) -> CInt {
  let source = SourceText(path: "case.ern", bytes: Array(UnsafeBufferPointer(start: data, count: Int(size))))
  let (_, diagnostics) = Parser.parse(source)
  let renderer = DiagnosticRenderer(source: source, isColoured: false)
  for diagnostic in diagnostics.all { _ = renderer.render(diagnostic) }
  return 0
}

// SwiftPM links an executable with its own name for `main`.
@_cdecl("FuzzSyntax_main")
public func entry(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  var count = count
  var arguments = arguments
  return LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
}
