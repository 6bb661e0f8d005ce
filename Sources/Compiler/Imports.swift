import Primitives
import Source
import Syntax

/// A file with everything that it imports, and that those import, each once.
struct Imports {
  /// The texts of all files, one behind the other.
  private(set) var source: SourceText
  /// What the file itself says.
  private(set) var file = File()
  /// What the imported files say, those that are imported before those that import them.
  private(set) var files: [File] = []
  /// SHA-256 of each imported text, in the order in which they are first named.
  private(set) var hashes: [Digest] = []
  private(set) var diagnostics: Diagnostics
  private let load: (String) -> [UInt8]?
  /// The files that are known, by their paths, and those of them that are being read.
  private var known: [String] = [""]
  private var open: [String] = [""]

  /// Files inside each other, and altogether.
  private static let countMax = 64

  /// `load` gives the bytes of a file by its path from the first file's folder.
  init(_ first: SourceText, _ load: @escaping (String) -> [UInt8]?) {
    source = first
    self.load = load
    (file, diagnostics) = Parser.parse(first)
    // A tree with gaps may have lost an import, or found one that is none.
    if diagnostics.isEmpty { follow(file, from: "") }
  }

  /// `folder` is that of the importing file, with a `/` behind it unless it is empty.
  private mutating func follow(_ file: File, from folder: String) {
    for named in file.imports {
      guard let path = path(of: named, from: folder) else { continue }
      if open.contains(path) {
        diagnostics.report(
          .importCycle, "`\(named.path)` imports itself, by way of \(counted(open.count - 1))", at: named.span,
          notes: ["what both need stands in a file of its own"])
        continue
      }
      if known.contains(path) { continue }
      guard known.count <= Imports.countMax else {
        diagnostics.report(.limitExceeded, "there are more than \(Imports.countMax) imported files", at: named.span)
        return
      }
      known.append(path)
      guard let bytes = load(path) else {
        diagnostics.report(.noSuchFile, "there is no file `\(named.path)` that can be read", at: named.span)
        continue
      }
      source.append(path: place(of: path), bytes: bytes)
      hashes.append(Digest(sha256: bytes))
      let (inner, found) = Parser.parse(source, in: source.parts[source.parts.count - 1].span)
      diagnostics.append(contentsOf: found)
      open.append(path)
      follow(inner, from: String(path[..<(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)]))
      open.removeLast()
      files.append(inner)
    }
  }

  private func counted(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }

  /// How messages call a file: as the first one is called, with the name changed.
  private func place(of path: String) -> String {
    let first = source.path
    return String(first[..<(first.lastIndex(of: "/").map { first.index(after: $0) } ?? first.startIndex)]) + path
  }

  /// The path from the first file's folder; nil, with a diagnostic, where an import leads elsewhere
  /// than below its own folder.
  private mutating func path(of named: Import, from folder: String) -> String? {
    let parts = named.path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = named.path.hasSuffix(".ern") && named.path.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
    guard isPlain, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      diagnostics.report(
        .noSuchFile, "`\(named.path)` names no file below this one's folder", at: named.span,
        notes: ["write the way from this file's folder down, such as `import \"shared/fees.ern\"`"])
      return nil
    }
    return folder + named.path
  }
}
