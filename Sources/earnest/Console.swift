import ArgumentParser
import Foundation
import Presentation
import Primitives
import Source

/// How a command ends.
enum Exit {
  static let no = ExitCode(1)
  static let nothingToRun = ExitCode(2)
  static let usage = ExitCode(64)
  static let badData = ExitCode(65)
  static let noInput = ExitCode(66)
  static let cannotCreate = ExitCode(73)
  static let cannotRead = ExitCode(74)
  /// Somebody else has it; later it may work.
  static let busy = ExitCode(75)
  static let notAllowed = ExitCode(77)
  /// Nobody reads on: as if SIGPIPE had ended the program.
  static let brokenPipe = ExitCode(128 + SIGPIPE)
}

/// Where output goes: data to standard output, everything else to standard error.
enum Console {
  /// Colour on a terminal, unless NO_COLOR is set; always with CLICOLOR_FORCE.
  static func isColoured(_ descriptor: Int32) -> Bool {
    let environment = ProcessInfo.processInfo.environment
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    if let value = environment["CLICOLOR_FORCE"], !value.isEmpty, value != "0" { return true }
    return isatty(descriptor) == 1 && environment["TERM"] != "dumb"
  }

  static func print(_ text: String) throws { try write(text + "\n", to: .standardOutput) }

  static func print(_ json: JSON) throws { try print(json.line) }

  static func complain(_ text: String) throws { try write("earnest: " + text + "\n", to: .standardError) }

  /// A full disk, a closed descriptor or a reader that has gone end the command, not the process.
  private static func write(_ text: String, to handle: FileHandle) throws {
    do { try handle.write(contentsOf: Data(text.utf8)) } catch {
      if errno == EPIPE { throw Exit.brokenPipe }
      // Standard error may be just as unwritable; then the exit code has to say it alone.
      try? FileHandle.standardError.write(contentsOf: Data("earnest: cannot write the output\n".utf8))
      throw Exit.cannotCreate
    }
  }

  /// What was asked for makes no sense: says why, and answers the code to end with.
  static func usage(_ text: String) throws -> ExitCode {
    try complain(text)
    return Exit.usage
  }

  /// Asks a person. Where there is none to ask, the answer is no.
  static func confirm(_ question: String) throws -> Bool {
    guard isatty(0) == 1 else {
      try complain("there is nobody to ask; --yes answers")
      return false
    }
    try write(question + " [y/N] ", to: .standardOutput)
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  /// Diagnostics as people read them, to standard error.
  static func show(_ diagnostics: Diagnostics, of source: SourceText) throws {
    let renderer = DiagnosticRenderer(source: source, isColoured: isColoured(2))
    var text = diagnostics.all.map { renderer.render($0) + "\n" }.joined()
    if diagnostics.leftOut > 0 { text += "and \(diagnostics.leftOut) more in \(source.path)\n" }
    try write(text, to: .standardError)
  }

  static func bold(_ text: String) -> String { isColoured(1) ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  static let style = TextStyle(bold: { bold($0) }, dim: { dim($0) })
  static func green(_ text: String) -> String { isColoured(1) ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  static func red(_ text: String) -> String { isColoured(1) ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  static func dim(_ text: String) -> String { isColoured(1) ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  /// `1 test`, `2 tests`
  static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
