import Assurance
import Compiler
import Foundation
import Interface
import Primitives
import Source

/// From source text to assured bytecode. What is compiled are the contracts of a folder without
/// their tests, each a file of its own, over and over, until there are as many lines as wanted; no
/// two files are the same text.
enum Compiling {
  static let lines = 100_000
  static let rounds = 7

  /// Prints the lines in a second up to well-formed bytecode and with assurance, what share of the
  /// time each phase takes, the milliseconds of a file of a thousand lines, and the lines in a
  /// second that only hashing the texts would reach, which tells how fast the computer is. The time
  /// is the processor's, so that whatever else runs on the computer counts for little.
  static func run(contracts folder: String) throws {
    let bodies = try bodies(in: folder)
    let sources = sources(bodies, lines: lines)
    let long = thousandLines(bodies)
    let count = sources.reduce(0) { $0 + lineCount($1) }

    // A phase is what it takes to go through it less what it takes to stop before it.
    var times = [[Double]](repeating: [], count: Compilation.Phase.allCases.count)
    var (hashing, single): ([Double], [Double]) = ([], [])
    for _ in 0..<rounds {
      for phase in Compilation.Phase.allCases {
        times[phase.rawValue].append(try seconds { for source in sources { try compile(source, through: phase) } })
      }
      hashing.append(seconds { for source in sources { _ = Digest(sha256: source.bytes) } })
      single.append(try seconds { try compile(long, through: .wellFormed) })
    }
    func best(_ values: [Double]) -> Double { values.min() ?? 0 }
    func perSecond(_ time: Double) -> Int { Int(Double(count) / time) }
    let until = times.map(best)
    print(
      "compiling \(count) lines in \(sources.count) files: \(perSecond(until[Compilation.Phase.wellFormed.rawValue])) lines/s up to well-formed, "
        + "\(perSecond(until[Compilation.Phase.assured.rawValue])) lines/s with assurance")
    for (phase, name) in zip(
      Compilation.Phase.allCases, ["lexing and parsing", "checking", "lowering", "encoding and verifying", "assurance"])
    {
      let time = until[phase.rawValue] - (phase == .parsed ? 0 : until[phase.rawValue - 1])
      print(
        "  \(name): \(Int((100 * time / until[Compilation.Phase.assured.rawValue]).rounded())) %, \(Int(time * 1e9 / Double(count))) ns per line"
      )
    }
    print(
      "  a file of \(lineCount(long)) lines: \(Double(Int(best(single) * 100_000)) / 100) ms; hashing alone: \(perSecond(best(hashing))) lines/s"
    )
    try assuring(bodies)
  }

  /// The milliseconds that assurance takes of the contract with the most states, and those of the
  /// outlook, which the ledger never asks for.
  private static func assuring(_ bodies: [String]) throws {
    let contracts = bodies.flatMap { Compilation(SourceText(path: "one", text: $0)).contracts }
    guard let contract = contracts.max(by: { $0.interface.states.count < $1.interface.states.count }) else { return }
    let times = 1000
    func milliseconds(_ body: () -> Void) -> Double {
      let taken = (0..<rounds).map { _ in seconds { for _ in 0..<times { body() } } }
      return Double(Int((taken.min() ?? 0) / Double(times) * 1e7)) / 1e4
    }
    let verdict = milliseconds {
      if case .refused = assure(contract.module) { preconditionFailure("what has compiled is assured") }
    }
    let outlook = milliseconds {
      if Outlook(contract.assured).silence.states.isEmpty { preconditionFailure("every contract has states") }
    }
    print(
      "  assurance of \(contract.interface.name), \(contract.interface.states.count) states: \(verdict) ms; silence and warnings \(outlook) ms"
    )
  }

  /// The contracts of a folder, without their tests.
  private static func bodies(in folder: String) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ern") }.sorted()
    guard !names.isEmpty else { throw Complaint("there are no contracts in \(folder)") }
    return try names.map { name in
      let text = try String(contentsOfFile: (folder as NSString).appendingPathComponent(name), encoding: .utf8)
      return String(text[..<(text.range(of: "\ntest \"")?.lowerBound ?? text.endIndex)]) + "\n"
    }
  }

  private static func sources(_ bodies: [String], lines: Int) -> [SourceText] {
    var sources: [SourceText] = []
    var count = 0
    while count < lines {
      let source = SourceText(path: "generated", text: "// \(sources.count)\n" + bodies[sources.count % bodies.count])
      count += lineCount(source)
      sources.append(source)
    }
    return sources
  }

  private static func lineCount(_ source: SourceText) -> Int { source.bytes.count { $0 == UInt8(ascii: "\n") } }

  /// One file of about a thousand lines: contracts under names of their own.
  private static func thousandLines(_ bodies: [String]) -> SourceText {
    var text = ""
    var index = 0
    while text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) < 1000 {
      text += bodies[index % bodies.count].replacing(#/contract ([A-Za-z]+)/#) { "contract \($0.1)\(index)" }
      index += 1
    }
    return SourceText(path: "long", text: text)
  }

  private static func compile(_ source: SourceText, through phase: Compilation.Phase) throws {
    let compilation = Compilation(source, through: phase)
    if let first = compilation.diagnostics.all.first { throw Complaint(first.message) }
  }

  /// The processor's time that this process takes for it.
  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let before = clock()
    try body()
    return Double(clock() - before) / Double(CLOCKS_PER_SEC)
  }
}
