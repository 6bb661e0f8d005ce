// libFuzzer on the verifier and the machine: any bytes are refused, or are a module that runs.
// Built only with EARNEST_FUZZ set:
//
//   EARNEST_FUZZ=1 swift build -c release --scratch-path .build-fuzzer --product FuzzModules
//   SWIFT_BACKTRACE=enable=no .build-fuzzer/release/FuzzModules <folder of cases> -max_total_time=600

import CFuzzer
import Fuzzing

// libFuzzer calls from one thread.
nonisolated(unsafe) private var trial = ModuleTrial(seed: 1)

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: UInt) -> CInt {
  trial.run(bytes: Array(UnsafeBufferPointer(start: data, count: Int(size))))
  return 0
}

// SwiftPM links an executable with its own name for `main`.
@_cdecl("FuzzModules_main")
public func entry(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  var count = count
  var arguments = arguments
  return LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
}
