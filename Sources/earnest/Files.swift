import ArgumentParser
import Bytecode
import Compiler
import Foundation
import Interface
import Source
import Syntax

/// Reading and writing files, with the errors that a user can mend.
enum Files {
  /// The largest file that any command reads whole.
  static let sizeMax = Swift.max(Lexer.sourceSizeMax, ProtocolNumber.current.limits.moduleSize)

  /// Whoever starts us may have closed descriptors 0 to 2. A file that is opened next would get
  /// their numbers, and what is printed would go into it. What takes their places can neither be
  /// read nor written.
  static func fillStandardDescriptors() {
    while true {
      let descriptor = Foundation.open("/dev/null", O_RDONLY)
      if descriptor > 2 || descriptor < 0 {
        if descriptor > 2 { close(descriptor) }
        return
      }
    }
  }

  /// Reads a regular file, but never more than the largest size and one byte: what is longer is
  /// refused by whoever asked, not held in memory.
  static func read(_ path: String, max: Int = sizeMax) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      try Console.complain("there is no file \(path)")
      throw Exit.noInput
    }
    // A pipe might never end, and a device neither.
    guard status.st_mode & S_IFMT == S_IFREG else {
      try Console.complain(
        "\(path) is \(status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no ordinary file"); a file was wanted")
      throw Exit.noInput
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { handle.closeFile() }
      return Array(try handle.read(upToCount: max + 1) ?? Data())
    } catch {
      try Console.complain("cannot read \(path)")
      throw Exit.cannotRead
    }
  }

  static func source(_ path: String) throws -> SourceText {
    let bytes = try read(path)
    if bytes.starts(with: Module.magic) {
      try Console.complain("\(path) is a module; `earnest inspect` reads it")
      throw Exit.badData
    }
    return SourceText(path: path, bytes: bytes)
  }

  /// Compiles a source file with what it imports from its folder and below.
  static func compile(_ source: SourceText) -> Compilation {
    let folder = (source.path as NSString).deletingLastPathComponent
    return Compilation(source) { path in
      let place = join(folder, path)
      guard isReachedWithoutLinks(path, from: folder), let handle = FileHandle(forReadingAtPath: place) else {
        return nil
      }
      defer { handle.closeFile() }
      return Array((try? handle.read(upToCount: sizeMax + 1)) ?? Data())
    }
  }

  /// Whether a path leads through folders to an ordinary file. A symbolic link could lead anywhere,
  /// or to a file that comes in under another name as well.
  private static func isReachedWithoutLinks(_ path: String, from folder: String) -> Bool {
    var place = folder
    let parts = path.split(separator: "/")
    for (index, part) in parts.enumerated() {
      place = join(place, String(part))
      var status = stat()
      guard lstat(place, &status) == 0, status.st_mode & S_IFMT == (index == parts.count - 1 ? S_IFREG : S_IFDIR) else {
        return false
      }
    }
    return true
  }

  /// Does something with each source file that the paths name, folders searched through, in order
  /// of their paths. One that cannot be read does not keep the others from their turn; its exit
  /// code comes at the end.
  static func forEachSource(_ paths: [String], _ body: (SourceText) throws -> Void) throws {
    var failure: ExitCode?
    for path in try sources(paths) {
      let text: SourceText
      do { text = try source(path) } catch let code as ExitCode where code != Exit.brokenPipe {
        failure = failure ?? code
        continue
      }
      try body(text)
    }
    if let failure { throw failure }
  }

  private static func sources(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        files.append(path)
        continue
      }
      let found = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).filter {
        $0.hasSuffix(".ern")
      }.sorted()
      if found.isEmpty {
        try Console.complain("there is no .ern file in \(path)")
        throw Exit.noInput
      }
      files += found.map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
    }
    return files
  }

  /// Writes files into a folder, each whole or not at all.
  static func write(_ files: [(name: String, bytes: [UInt8])], to folder: String) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
    guard exists, isFolder.boolValue else {
      try Console.complain(exists ? "\(folder) is a file; a folder was wanted" : "there is no folder \(folder)")
      throw Exit.cannotCreate
    }
    for file in files {
      let path = join(folder, file.name)
      do { try Data(file.bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        try Console.complain("cannot write \(path)")
        throw Exit.cannotCreate
      }
    }
  }

  /// Writes a file that its owner alone may read, whole or not at all, and on the disk when this returns.
  static func writePrivate(_ bytes: [UInt8], to path: String) throws {
    func fail() throws -> Never {
      try Console.complain("cannot write \(path): \(String(cString: strerror(errno)))")
      throw Exit.cannotCreate
    }
    let scratch = path + ".new"
    unlink(scratch)
    let descriptor = Foundation.open(scratch, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { try fail() }
    do {
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      try handle.write(contentsOf: Data(bytes))
      try handle.synchronize()
      try handle.close()
    } catch { try fail() }
    guard rename(scratch, path) == 0 else { try fail() }
    // The new name is on the disk when its folder is.
    let folder = Foundation.open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { try fail() }
    defer { close(folder) }
    guard fsync(folder) == 0 else { try fail() }
  }

  static func join(_ folder: String, _ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
}
