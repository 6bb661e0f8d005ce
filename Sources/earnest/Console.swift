import ArgumentParser
import Foundation
import Primitives
import Source
import Syntax

/// How a command ends.
enum Exit {
  static let no = ExitCode(1)
  static let nothingToRun = ExitCode(2)
  static let badData = ExitCode(65)
  static let noInput = ExitCode(66)
  static let cannotCreate = ExitCode(73)
  static let cannotRead = ExitCode(74)
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

  static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  static func complain(_ text: String) { FileHandle.standardError.write(Data(("earnest: " + text + "\n").utf8)) }

  static func print(_ json: JSON) { print(json.line) }

  static func bold(_ text: String) -> String { isColoured(1) ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  static func green(_ text: String) -> String { isColoured(1) ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  static func red(_ text: String) -> String { isColoured(1) ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  static func dim(_ text: String) -> String { isColoured(1) ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  /// Diagnostics as people read them, to standard error.
  static func show(_ diagnostics: Diagnostics, of source: SourceText) {
    let renderer = DiagnosticRenderer(source: source, isColoured: isColoured(2))
    var text = diagnostics.all.map { renderer.render($0) + "\n" }.joined()
    if diagnostics.leftOut > 0 { text += "and \(diagnostics.leftOut) more in \(source.path)\n" }
    FileHandle.standardError.write(Data(text.utf8))
  }
}

/// Reading and writing files, with the errors that a user can mend.
enum Files {
  /// Reads a file, but never more than `limit` bytes and one: what is longer is refused by whoever asked, not held in memory.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      Console.complain("there is no file \(path)")
      throw Exit.noInput
    }
    guard !isDirectory.boolValue else {
      Console.complain("\(path) is a folder; a file was wanted")
      throw Exit.noInput
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { handle.closeFile() }
      return Array(try handle.read(upToCount: limit + 1) ?? Data())
    } catch {
      Console.complain("cannot read \(path): \(error.localizedDescription)")
      throw Exit.cannotRead
    }
  }

  static func source(_ path: String) throws -> SourceText { SourceText(path: path, bytes: try read(path, limit: Lexer.sourceSizeMax)) }

  /// Replaces a file as a whole, or leaves what was there.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      Console.complain("cannot write \(path): \(error.localizedDescription)")
      throw Exit.cannotCreate
    }
  }

  /// The `.ern` files that the arguments name, folders searched through, in order of their paths.
  static func sources(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
        files.append(path)
        continue
      }
      let found = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".ern") }.sorted()
      if found.isEmpty {
        Console.complain("there is no .ern file in \(path)")
        throw Exit.noInput
      }
      files += found.map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
    }
    return files
  }
}

extension Diagnostic {
  /// One object, as `--json` prints it.
  func json(in source: SourceText) -> JSON {
    func place(_ span: Span) -> [(String, JSON)] {
      [
        ("line", .number(source.line(at: span.start))), ("column", .number(source.column(at: span.start))), ("start", .number(span.start)),
        ("end", .number(span.end)),
      ]
    }
    return .object(
      [("code", .text(code.rawValue)), ("severity", .text(code.severity.rawValue)), ("message", .text(message))]
        + [("file", .text(source.path))] + place(primary.span)
        + [
          ("label", .text(primary.text)),
          ("related", .list(secondary.map { .object(place($0.span) + [("message", .text($0.text))]) })),
          ("notes", .list(notes.map { .text($0) })),
          (
            "fixes",
            .list(
              fixes.map {
                .object([
                  ("title", .text($0.title)), ("start", .number($0.span.start)), ("end", .number($0.span.end)),
                  ("replacement", .text($0.replacement)),
                ])
              })
          ),
        ])
  }
}
