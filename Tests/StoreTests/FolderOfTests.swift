import Foundation
import Ledger
import Primitives
import Runtime
import Store
import Support
import Testing

/// A ledger that the release program made, and what tests do with it.
struct FolderOfTests {
  static let program = Repository.root.appendingPathComponent(".build-release/release/earnest").path
  static let interposer = Repository.root.appendingPathComponent(".build-release/release/libInterposer.so").path
  static let inspection = [program, "inspect-file"]

  let url: URL
  var path: String { url.path }

  /// A folder in memory where there is such a place: nothing here depends on a disk.
  static func temporary<R>(_ body: (URL) throws -> R) throws -> R {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let parent =
      FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    let folder = parent.appendingPathComponent("earnest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// A new ledger below `parent`.
  init(in parent: URL) throws {
    try #require(
      FileManager.default.isExecutableFile(atPath: FolderOfTests.program),
      "`make test` makes the release build that this test reads")
    url = parent.appendingPathComponent("ledger")
    try #require(try earnest("ledger", "init").status == 0)
  }

  /// A copy of another.
  init(copying other: FolderOfTests, to parent: URL) throws {
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    url = parent.appendingPathComponent("ledger")
    try FileManager.default.copyItem(at: other.url, to: url)
  }

  func earnest(_ arguments: String..., interposing: [String: String] = [:]) throws -> CommandResult {
    var environment = ["EARNEST_LEDGER": path, "NO_COLOR": "1"]
    if !interposing.isEmpty {
      environment["LD_PRELOAD"] = FolderOfTests.interposer
      environment["INTERPOSE_PATH"] = "/ledger/log"
      environment.merge(interposing) { $1 }
    }
    return try run(FolderOfTests.program, arguments, environment: environment)
  }

  func open() throws -> (folder: LedgerFolder, chain: Chain) {
    let folder = try LedgerFolder(path, inspect: FolderOfTests.inspection)
    return (folder, try Chain(folder))
  }

  /// `count` payments of 1.00 CNY by alice to bob, as a file.
  static func payments(_ count: Int, in folder: URL) throws -> String {
    let file = folder.appendingPathComponent("payments.csv")
    try (1...count).map { "w\($0),alice,bob,1.00 CNY\n" }.joined().write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  func bytes(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(file))) }

  func write(_ bytes: [UInt8], to file: String) throws { try Data(bytes).write(to: url.appendingPathComponent(file)) }
}
