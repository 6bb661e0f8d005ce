// A ledger in a folder: `log`, in which a block is kept by one synced commit, and `state`, which
// holds checkpoints and can be rebuilt from the log. Every value carries a digest over its place
// and its bytes, so that a page that was lost or swapped is noticed.

import Glibc
package import Ledger
package import Primitives

package final class LedgerFolder: Durable {
  private let log: Environment
  private var state: Environment?
  /// What was found and mended when the folder was opened.
  package private(set) var notes: [String] = []
  private let lock: FolderLock
  private let tip: Tip
  private let path: String

  private static let logTables = ["meta", "blocks", "transactions"]
  private static let stateTables = ["meta", "rows"]
  private static let genesisKey = Array("genesis".utf8)
  private static let checkpointKey = Array("checkpoint".utf8)

  // MARK: Making and opening

  /// Makes a ledger in a folder that is empty or not there. It is complete before it bears its
  /// name: a process that dies on the way leaves nothing but a folder whose name ends in six
  /// letters more. `fill` may add files to it.
  package static func create(_ path: String, genesis: [UInt8], _ fill: (String) throws -> Void) throws {
    // An empty folder that is there is called by its whole name: `.` cannot be replaced, what it stands for can.
    let whole = realpath(path, nil)
    defer { free(whole) }
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let path = whole.map { String(cString: $0) } ?? trimmed
    // A folder of our own beside the place: whoever makes the same ledger at the same time has another.
    var template = Array((path + ".XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StoreFault.system("cannot make a folder beside \(path): \(lastError())")
    }
    let scratch = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var isDone = false
    defer { if !isDone { removeFolder(scratch) } }
    do {
      let log = try Environment(scratch + "/log", tables: logTables)
      try log.write { writer throws(StoreFault) in
        try writer.put("meta", genesisKey, Envelope.sealed(genesis, "meta", genesisKey))
      }
      _ = try Environment(scratch + "/state", tables: stateTables)
    }
    try fill(scratch)
    try sync(folder: scratch)
    // An empty folder of this name gives way; one with something in it does not.
    guard rename(scratch, path) == 0 else {
      throw errno == ENOTEMPTY || errno == EEXIST
        ? StoreFault.system("\(path) is there already and is not empty")
        : StoreFault.system("cannot make \(path): \(lastError())")
    }
    isDone = true
    try sync(folder: parent(of: path))
  }

  /// A folder that holds files only.
  private static func removeFolder(_ path: String) {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        _ = unlink(path + "/" + name)
      }
      closedir(folder)
    }
    _ = rmdir(path)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func sync(folder: String) throws(StoreFault) {
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else { throw .system("cannot open \(folder): \(lastError())") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("cannot sync \(folder): \(lastError())") }
  }

  /// Opens a ledger for this process alone. `inspect` is a program with its arguments that walks a
  /// folder's files in a process of its own: a file that was cut short kills whoever reads it, and
  /// that shall not be us. Nil trusts the files.
  package init(_ path: String, inspect: [String]?) throws(StoreFault) {
    // A name that begins with a dash is no option.
    let path = path.hasPrefix("/") ? path : "./" + path
    var status = stat()
    guard stat(path + "/log", &status) == 0 else { throw .missing(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .damaged("\(path)/log is no ordinary file") }
    self.path = path
    lock = try FolderLock(path)
    if let inspect, let finding = try Inspection.run(inspect + [path + "/log"]) {
      throw .damaged("\(path)/log: \(finding)")
    }
    log = try Environment(path + "/log", tables: LedgerFolder.logTables)
    tip = try Tip(path + "/tip")
    let (height, lastSeen) = (try height(), tip.height ?? 0)
    if height < lastSeen { throw .damaged("\(path)/log ends at block \(height), but block \(lastSeen) was kept") }
    // Checkpoints can be made again, so a damaged file of them is only put aside.
    if stat(path + "/state", &status) != 0 || status.st_mode & S_IFMT != S_IFREG {
      try resetState()
    } else if let inspect, let finding = try Inspection.run(inspect + [path + "/state"]) {
      notes.append("the checkpoints are damaged and are put aside as \(path)/state.damaged: \(finding)")
      try resetState()
    } else {
      state = try Environment(path + "/state", tables: LedgerFolder.stateTables)
    }
  }

  private func resetState() throws(StoreFault) {
    state = nil
    let scratch = path + "/state.new"
    _ = unlink(scratch)
    do { _ = try Environment(scratch, tables: LedgerFolder.stateTables) }
    if rename(path + "/state", path + "/state.damaged") != 0 && errno != ENOENT {
      throw .system("cannot put \(path)/state aside: \(lastError())")
    }
    guard rename(scratch, path + "/state") == 0 else { throw .system("cannot replace \(path)/state: \(lastError())") }
    try LedgerFolder.sync(folder: path)
    state = try Environment(path + "/state", tables: LedgerFolder.stateTables)
  }

  /// Reads everything in one of a ledger's files; answers what is wrong, in words. This is what a
  /// child process does before we read ourselves.
  package static func inspect(_ file: String) -> String? {
    do throws(StoreFault) {
      let isLog = file.hasSuffix("/log")
      let tables = isLog ? logTables : stateTables
      let environment = try Environment(file, tables: tables, for: .reading)
      try environment.forEachFreePage()
      for table in tables {
        try environment.forEach(table) { key, value throws(StoreFault) in
          guard Envelope.opened(value, table, key) != nil else { throw .damaged("\(name(table, key)) was changed") }
        }
      }
      // What is about to be written finds its places; it is not kept.
      try Environment(file, tables: tables, for: .rehearsing).rehearse { writer throws(StoreFault) in
        for table in tables {
          try writer.put(table, [UInt8](repeating: 0xFF, count: 32), [UInt8](repeating: 0, count: 10_000))
        }
      }
      return nil
    } catch {
      switch error {
      case .damaged(let what), .missing(let what), .busy(let what), .system(let what): return what
      }
    }
  }

  private static func name(_ table: String, _ key: [UInt8]) -> String {
    switch table {
    case "blocks": "block \(key.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })"
    case "transactions": "the place of transaction \(Digest(bytes: key)?.description ?? "?")"
    default: "\(table) \(key.map { String($0, radix: 16) }.joined())"
    }
  }

  // MARK: Log

  private func value(_ environment: Environment, _ table: String, _ key: [UInt8]) throws(StoreFault) -> [UInt8]? {
    guard let value = try environment.value(table, key) else { return nil }
    guard let payload = Envelope.opened(value, table, key) else {
      throw .damaged("\(LedgerFolder.name(table, key)) was changed")
    }
    return payload
  }

  package func genesis() throws(StoreFault) -> [UInt8] {
    guard let genesis = try value(log, "meta", LedgerFolder.genesisKey) else {
      throw .damaged("\(path)/log holds no genesis")
    }
    return genesis
  }

  package func height() throws(StoreFault) -> UInt64 {
    try log.lastKey("blocks").map { $0.reduce(0) { $0 << 8 | UInt64($1) } } ?? 0
  }

  package func block(_ height: UInt64) throws(StoreFault) -> Block? {
    guard let bytes = try value(log, "blocks", Envelope.key(height)) else { return nil }
    guard let block = try? Block(canonicalBytes: bytes), block.header.height == height else {
      throw .damaged("block \(height) cannot be read")
    }
    return block
  }

  package func place(_ transaction: Digest) throws(StoreFault) -> TransactionPlace? {
    guard let bytes = try value(log, "transactions", transaction.bytes) else { return nil }
    var reader = CanonicalReader(bytes)
    guard let height = try? reader.read(UInt64.self), let index = try? reader.read(UInt32.self) else {
      throw .damaged("the place of transaction \(transaction) cannot be read")
    }
    return TransactionPlace(height: height, index: Int(index))
  }

  /// Whether every transaction of a block that had an effect is found where it lies.
  package func checkPlaces(of block: Block) throws(StoreFault) {
    var index = 0
    for receipt in block.receipts {
      guard case .transaction(let id) = receipt.origin else { continue }
      defer { index += 1 }
      if case .inadmissible = receipt.verdict { continue }
      guard try place(id) == TransactionPlace(height: block.header.height, index: index) else {
        throw .damaged("transaction \(id) is not found where it lies, in block \(block.header.height)")
      }
    }
  }

  package func append(_ block: Block, transactions: [(id: Digest, index: Int)]) throws(StoreFault) {
    let key = Envelope.key(block.header.height)
    try log.write { writer throws(StoreFault) in
      try writer.put("blocks", key, Envelope.sealed(block.canonicalBytes, "blocks", key))
      for (id, index) in transactions {
        var place = CanonicalWriter()
        place.write(block.header.height)
        place.write(UInt32(index))
        try writer.put("transactions", id.bytes, Envelope.sealed(place.bytes, "transactions", id.bytes))
      }
    }
    tip.write(block.header.height)
  }

  // MARK: Checkpoints

  private func stateFile() -> Environment {
    guard let state else { preconditionFailure("an open ledger has its file of checkpoints") }
    return state
  }

  private func checkpointHead() throws(StoreFault) -> (height: UInt64, digest: Digest)? {
    guard let head = try value(stateFile(), "meta", LedgerFolder.checkpointKey) else { return nil }
    var reader = CanonicalReader(head)
    guard let height = try? reader.read(UInt64.self), let digest = try? reader.readDigest() else { return nil }
    return (height, digest)
  }

  /// The height of the last checkpoint, 0 where there is none.
  package func checkpointHeight() throws(StoreFault) -> UInt64 { try checkpointHead()?.height ?? 0 }

  package func checkpoint() throws(StoreFault) -> Checkpoint? {
    do throws(StoreFault) {
      guard let (height, digest) = try checkpointHead() else { return nil }
      var rows: [(place: RowPlace, bytes: [UInt8])] = []
      try stateFile().forEach("rows") { key, value throws(StoreFault) in
        guard let payload = Envelope.opened(value, "rows", key), let table = key.first.flatMap(Table.init(rawValue:)),
          key.count == 9
        else {
          throw .damaged("\(LedgerFolder.name("rows", key)) was changed")
        }
        rows.append(
          (
            RowPlace(table: table, index: Int(clamping: key.dropFirst().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })),
            payload
          ))
      }
      return Checkpoint(height: height, digest: digest, rows: rows)
    } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  package func discardCheckpoint() throws(StoreFault) {
    notes.append("the checkpoint does not fit the log and is put aside as \(path)/state.damaged")
    try resetState()
  }

  package func save(_ rows: [(place: RowPlace, bytes: [UInt8]?)], height: UInt64, digest: Digest) throws(StoreFault) {
    var head = CanonicalWriter()
    head.write(height)
    head.write(digest)
    try stateFile().write { writer throws(StoreFault) in
      for row in rows {
        let key = [row.place.table.rawValue] + Envelope.key(UInt64(row.place.index))
        if let bytes = row.bytes {
          try writer.put("rows", key, Envelope.sealed(bytes, "rows", key))
        } else {
          try writer.remove("rows", key)
        }
      }
      try writer.put(
        "meta", LedgerFolder.checkpointKey, Envelope.sealed(head.bytes, "meta", LedgerFolder.checkpointKey))
    }
  }
}

/// The height of the last block, beside the log. LMDB keeps two roots and takes the older one if
/// the newer is damaged, which would lose a block without a word: this remembers. It is written
/// after the block was synced and is not synced itself, so it can be behind, but never ahead of a
/// whole log.
private final class Tip {
  private let descriptor: Int32
  private(set) var height: UInt64?

  init(_ path: String) throws(StoreFault) {
    descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("cannot open \(path): \(lastError())") }
    var bytes = [UInt8](repeating: 0, count: 8 + Digest.size)
    guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return }
    let number = Array(bytes.prefix(8))
    if Digest(bytes: Array(bytes.suffix(Digest.size))) == Digest(sha256: number) {
      height = number.reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  deinit { close(descriptor) }

  func write(_ height: UInt64) {
    let number = Envelope.key(height)
    let bytes = number + Digest(sha256: number).bytes
    // What cannot be written is not missed: the block itself is safe.
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }
}

/// A value as it is stored: a digest over its table, key and bytes, then the bytes.
private enum Envelope {
  static func sealed(_ payload: [UInt8], _ table: String, _ key: [UInt8]) -> [UInt8] {
    digest(payload, table, key).bytes + payload
  }

  static func opened(_ value: [UInt8], _ table: String, _ key: [UInt8]) -> [UInt8]? {
    let payload = Array(value.dropFirst(Digest.size))
    guard let digest = Digest(bytes: Array(value.prefix(Digest.size))), digest == self.digest(payload, table, key)
    else { return nil }
    return payload
  }

  private static func digest(_ payload: [UInt8], _ table: String, _ key: [UInt8]) -> Digest {
    var writer = CanonicalWriter()
    writer.write(table)
    writer.write(bytes: key)
    writer.write(raw: payload)
    return Digest(sha256: writer.bytes)
  }

  /// Eight bytes, the highest first: LMDB orders keys by their bytes.
  static func key(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
  }
}

func lastError() -> String { String(cString: strerror(errno)) }
