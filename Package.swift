// swift-tools-version: 6.2
// The list of targets, in the order in which a contract passes through them, is the architecture
// diagram: docs/ARCHITECTURE.md explains it, and Tests/Tidy holds every import against it.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// The machine's loop goes from one instruction to the next by an indirect jump. These options copy
// that jump behind each instruction's code instead of sharing one: the processor guesses better,
// and the loop's speed no longer hangs on where the linker happens to put it
// (benchmarks/README.md).
let oneJumpEach: [SwiftSetting] = [
  .unsafeFlags(["-Xllvm", "-tail-dup-size=20", "-Xllvm", "-tail-dup-pred-size=1000"], .when(configuration: .release))
]

// libFuzzer needs coverage in what it tries; see Tests/FuzzModules.
let isFuzzing = Context.environment["EARNEST_FUZZ"] != nil
let covered: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : []

func room(_ name: String, _ dependencies: [Target.Dependency] = [], besides settings: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict + settings + covered)
}

func trial(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "earnest",
  // What the crash tests preload into the program.
  products: [.library(name: "Interposer", type: .dynamic, targets: ["Interposer"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),

    room("Primitives", ["CGMP", "COpenSSL"]),
    room("Signing", ["Primitives", "CSodium"]),
    room("Source"),
    room("Interface", ["Primitives"]),
    room("Wording", ["Interface", "Primitives"]),
    room("Syntax", ["Source", "Primitives"]),
    room("Semantics", ["Syntax", "Source", "Interface", "Primitives"]),
    room("Bytecode", ["Interface", "Primitives"]),
    room("Assurance", ["Bytecode", "Interface", "Primitives"]),
    room("Compiler", ["Semantics", "Syntax", "Source", "Assurance", "Bytecode", "Interface", "Primitives"]),
    room("VM", ["Bytecode", "Interface", "Primitives", "CGMP"], besides: oneJumpEach),
    room("Reference", ["Semantics", "Source", "Interface", "Primitives"]),
    room("Ledger", ["Signing", "Interface", "Primitives", .product(name: "HeapModule", package: "swift-collections")]),
    room("Runtime", ["Ledger", "VM", "Assurance", "Bytecode", "Interface", "Primitives"]),
    room(
      "Presentation",
      [
        "Compiler", "Semantics", "Runtime", "Ledger", "Wording", "Source", "Assurance", "Bytecode", "Interface",
        "Primitives",
      ]),
    room("Store", ["Ledger", "Primitives", "CLMDB"]),
    room("Ordering", ["Ledger", "Interface", "Primitives"]),
    room(
      "TestRunner",
      [
        "Presentation", "Compiler", "Semantics", "Reference", "Runtime", "Ledger", "VM", "Wording", "Source",
        "Assurance", "Interface", "Primitives",
      ]),
    .executableTarget(
      name: "earnest",
      dependencies: [
        "TestRunner", "Ordering", "Store", "Presentation", "Runtime", "Ledger", "Compiler", "Semantics", "Syntax",
        "Source",
        "Assurance",
        "Bytecode", "Wording", "Signing", "Interface", "Primitives",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),

    // What `make bench` measures, outside Sources because it is no part of Earnest.
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Compiler", "Assurance", "Source", "Store", "Ordering", "Runtime", "Ledger", "VM", "Bytecode", "Signing",
        "Interface", "Primitives",
      ],
      path: "benchmarks",
      exclude: ["Makefile", "README.md", "compare", "peers", "programs", "results.json", "twin"], swiftSettings: strict),

    .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
    .target(
      name: "Interposer", path: "Tests/Interposer", cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
    // Random values, integers and modules, and agreements in plain memory: a little in the tests,
    // much with `make fuzz`.
    .target(
      name: "Fuzzing", dependencies: ["VM", "Assurance", "Bytecode", "Interface", "Primitives"], path: "Tests/Fuzzing",
      swiftSettings: strict),
    // Random contracts, mutants of sound ones, and random actions of both.
    .target(
      name: "ContractFuzzing",
      dependencies: [
        "TestRunner", "Fuzzing", "Compiler", "Semantics", "Syntax", "Runtime", "Ledger", "VM", "Source", "Assurance",
        "Bytecode", "Interface", "Primitives",
      ],
      path: "Tests/ContractFuzzing", swiftSettings: strict),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "ContractFuzzing", "Fuzzing", "Compiler", "Source", "Assurance", "Bytecode", "Interface", "Primitives",
      ],
      path: "Tests/Fuzz",
      swiftSettings: strict),
    trial("PrimitivesTests", ["Primitives"]),
    trial(
      "LanguageTests", ["Compiler", "Semantics", "Syntax", "Source", "Bytecode", "Interface", "Primitives", "Support"]),
    trial("BytecodeTests", ["Compiler", "Bytecode", "Assurance", "Source", "Interface", "Primitives", "Support"]),
    trial("FuzzingTests", ["Fuzzing", "Support"]),
    trial("MachineTests", ["VM", "Fuzzing", "Assurance", "Bytecode", "Interface", "Primitives", "Support"]),
    trial(
      "TestRunnerTests",
      [
        "TestRunner", "ContractFuzzing", "Compiler", "Semantics", "Runtime", "Ledger", "VM", "Assurance", "Bytecode",
        "Wording", "Source", "Interface", "Primitives", "Support",
      ]),
    trial(
      "ContractFuzzingTests",
      [
        "ContractFuzzing", "Fuzzing", "TestRunner", "Compiler", "Runtime", "Ledger", "VM", "Assurance", "Bytecode",
        "Source", "Interface", "Primitives", "Support",
      ]),
    trial(
      "LedgerTests",
      [
        "ContractFuzzing", "Fuzzing", "Ordering", "Presentation", "Runtime", "Ledger", "Compiler", "Semantics",
        "Assurance", "Bytecode",
        "Wording",
        "Source", "Signing", "Interface", "Primitives", "Support",
      ]),
    trial(
      "StoreTests",
      ["ContractFuzzing", "Store", "Runtime", "Ledger", "Bytecode", "Signing", "Interface", "Primitives", "Support"]),
    trial(
      "CommandTests", ["TestRunner", "Compiler", "Semantics", "Bytecode", "Wording", "Source", "Primitives", "Support"]),
    trial("Tidy", ["Compiler", "Semantics", "Bytecode", "Wording", "Interface", "Source", "Support"]),
  ]
)

if isFuzzing {
  package.targets += [
    .target(name: "CFuzzer", path: "Tests/CFuzzer", cSettings: [.enableWarning("all"), .treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "FuzzModules", dependencies: ["Fuzzing", "CFuzzer"], path: "Tests/FuzzModules",
      swiftSettings: strict + covered + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    .executableTarget(
      name: "FuzzSyntax", dependencies: ["Syntax", "Source", "CFuzzer"], path: "Tests/FuzzSyntax",
      swiftSettings: strict + covered + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    .executableTarget(
      name: "FuzzChecker", dependencies: ["ContractFuzzing", "Fuzzing", "Compiler", "Syntax", "Source", "CFuzzer"],
      path: "Tests/FuzzChecker",
      swiftSettings: strict + covered + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
}
