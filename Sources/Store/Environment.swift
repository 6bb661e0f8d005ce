// LMDB with typed faults: one environment is one file, written by one process. A committed
// transaction is on the disk when `write` returns; whatever a writer left behind when it died is
// not there.

import CLMDB
import Glibc
import Ledger

/// Not safe to share: one process, one thread at a time.
final class Environment {
  private var handle: OpaquePointer?
  private var tables: [String: MDB_dbi] = [:]
  private let path: String

  /// The most that a file may grow to: address space, not memory.
  private static let size = 1 << 40

  /// What an environment is opened for.
  enum Use {
    /// The file stays as it is.
    case reading
    /// Writing that is not kept: the file stays as it is.
    case rehearsing
    case writing
  }

  init(_ path: String, tables names: [String], for use: Use = .writing) throws(StoreFault) {
    self.path = path
    try check(mdb_env_create(&handle), "prepare")
    try check(mdb_env_set_mapsize(handle, Environment.size), "prepare")
    try check(mdb_env_set_maxdbs(handle, UInt32(names.count)), "prepare")
    // A lock of our own keeps other processes out, so LMDB's table of readers has nothing to do.
    let flags = UInt32(MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS | (use == .reading ? MDB_RDONLY : 0))
    try check(mdb_env_open(handle, path, flags, 0o600), "open")
    if use == .writing { try extend() }
    try transaction(isReadOnly: use != .writing) { transaction throws(StoreFault) in
      for name in names {
        var table: MDB_dbi = 0
        try check(mdb_dbi_open(transaction, name, UInt32(use == .writing ? MDB_CREATE : 0), &table), "open")
        tables[name] = table
      }
    }
  }

  deinit { mdb_env_close(handle) }

  private func check(_ code: Int32, _ what: String) throws(StoreFault) {
    if code == 0 { return }
    let reason = String(cString: mdb_strerror(code))
    switch code {
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_PANIC, MDB_BAD_TXN, MDB_NOTFOUND,
      MDB_BAD_DBI, MDB_INCOMPATIBLE:
      throw .damaged("\(path): cannot \(what): \(reason)")
    default: throw .system("cannot \(what) \(path): \(reason)")
    }
  }

  /// A file that lost pages at its end that nothing uses gets them back, empty: to write into what
  /// is mapped but not there would kill us.
  private func extend() throws(StoreFault) {
    var (information, statistics, descriptor) = (MDB_envinfo(), MDB_stat(), mdb_filehandle_t())
    try check(mdb_env_info(handle, &information), "read")
    try check(mdb_env_stat(handle, &statistics), "read")
    try check(mdb_env_get_fd(handle, &descriptor), "read")
    var status = stat()
    let (size, overflow) = (information.me_last_pgno + 1).multipliedReportingOverflow(by: Int(statistics.ms_psize))
    guard fstat(descriptor, &status) == 0, !overflow, size <= Environment.size else {
      throw .damaged("\(path) is of no possible size")
    }
    if status.st_size < size, ftruncate(descriptor, size) != 0 { throw .system("cannot write \(path): \(lastError())") }
  }

  private func transaction(isReadOnly: Bool, _ body: (OpaquePointer?) throws(StoreFault) -> Void) throws(StoreFault) {
    var transaction: OpaquePointer?
    try check(
      mdb_txn_begin(handle, nil, UInt32(isReadOnly ? MDB_RDONLY : 0), &transaction), isReadOnly ? "read" : "write")
    do { try body(transaction) } catch {
      mdb_txn_abort(transaction)
      throw error
    }
    // The commit syncs the data, then the page that points to it. A fault here stops whoever
    // writes: what was not synced is never tried again.
    try check(mdb_txn_commit(transaction), "write")
  }

  private func table(_ name: String) -> MDB_dbi {
    guard let table = tables[name] else {
      preconditionFailure("an environment is opened with the tables that are asked for")
    }
    return table
  }

  // MARK: Reading

  func value(_ table: String, _ key: [UInt8]) throws(StoreFault) -> [UInt8]? {
    var found: [UInt8]?
    try transaction(isReadOnly: true) { transaction throws(StoreFault) in
      var keyBytes = key
      var value = MDB_val()
      let code = keyBytes.withUnsafeMutableBytes { buffer in
        var key = MDB_val(mv_size: buffer.count, mv_data: buffer.baseAddress)
        return mdb_get(transaction, self.table(table), &key, &value)
      }
      if code == MDB_NOTFOUND { return }
      try check(code, "read")
      found = Environment.bytes(value)
    }
    return found
  }

  /// Every pair, in order of the keys.
  func forEach(_ table: String, _ body: ([UInt8], [UInt8]) throws(StoreFault) -> Void) throws(StoreFault) {
    try transaction(isReadOnly: true) { transaction throws(StoreFault) in
      var cursor: OpaquePointer?
      try check(mdb_cursor_open(transaction, self.table(table), &cursor), "read")
      defer { mdb_cursor_close(cursor) }
      var (key, value) = (MDB_val(), MDB_val())
      while true {
        let code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
        if code == MDB_NOTFOUND { return }
        try check(code, "read")
        try body(Environment.bytes(key), Environment.bytes(value))
      }
    }
  }

  /// Reads LMDB's own list of pages that are free, which a writer will use.
  func forEachFreePage() throws(StoreFault) {
    try transaction(isReadOnly: true) { transaction throws(StoreFault) in
      var cursor: OpaquePointer?
      try check(mdb_cursor_open(transaction, 0, &cursor), "read")
      defer { mdb_cursor_close(cursor) }
      var (key, value) = (MDB_val(), MDB_val())
      while true {
        let code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
        if code == MDB_NOTFOUND { return }
        try check(code, "read")
        try checkFreePages(Environment.bytes(value))
      }
    }
  }

  /// A list of free pages: their count, then their numbers, the greatest first, behind the two
  /// roots and within the file's pages.
  private func checkFreePages(_ bytes: [UInt8]) throws(StoreFault) {
    var information = MDB_envinfo()
    try check(mdb_env_info(handle, &information), "read")
    let numbers = stride(from: 0, to: bytes.count - 7, by: 8).map { offset in
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt.self) }
    }
    let pages = numbers.dropFirst()
    let isWhole =
      numbers.first == UInt(pages.count) && bytes.count % 8 == 0
      && pages.allSatisfy { $0 >= 2 && $0 <= information.me_last_pgno }
      && zip(pages, pages.dropFirst()).allSatisfy(>)
    guard isWhole else { throw .damaged("\(path): its list of free pages was changed") }
  }

  /// The greatest key.
  func lastKey(_ table: String) throws(StoreFault) -> [UInt8]? {
    var last: [UInt8]?
    try transaction(isReadOnly: true) { transaction throws(StoreFault) in
      var cursor: OpaquePointer?
      try check(mdb_cursor_open(transaction, self.table(table), &cursor), "read")
      defer { mdb_cursor_close(cursor) }
      var (key, value) = (MDB_val(), MDB_val())
      let code = mdb_cursor_get(cursor, &key, &value, MDB_LAST)
      if code == MDB_NOTFOUND { return }
      try check(code, "read")
      last = Environment.bytes(key)
    }
    return last
  }

  private static func bytes(_ value: MDB_val) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size))
  }

  // MARK: Writing

  struct Writer {
    fileprivate let environment: Environment
    fileprivate let transaction: OpaquePointer?

    func put(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws(StoreFault) {
      var (key, value) = (key, value)
      let code = key.withUnsafeMutableBytes { keyBuffer in
        value.withUnsafeMutableBytes { valueBuffer in
          var key = MDB_val(mv_size: keyBuffer.count, mv_data: keyBuffer.baseAddress)
          var value = MDB_val(mv_size: valueBuffer.count, mv_data: valueBuffer.baseAddress)
          return mdb_put(transaction, environment.table(table), &key, &value, 0)
        }
      }
      try environment.check(code, "write")
    }

    /// Removes a pair, if it is there.
    func remove(_ table: String, _ key: [UInt8]) throws(StoreFault) {
      var key = key
      let code = key.withUnsafeMutableBytes { buffer in
        var key = MDB_val(mv_size: buffer.count, mv_data: buffer.baseAddress)
        return mdb_del(transaction, environment.table(table), &key, nil)
      }
      if code != MDB_NOTFOUND { try environment.check(code, "write") }
    }

    func clear(_ table: String) throws(StoreFault) {
      try environment.check(mdb_drop(transaction, environment.table(table), 0), "write")
    }
  }

  /// Does what `write` would, but for the last step.
  func rehearse(_ body: (Writer) throws(StoreFault) -> Void) throws(StoreFault) {
    var transaction: OpaquePointer?
    try check(mdb_txn_begin(handle, nil, 0, &transaction), "write")
    defer { mdb_txn_abort(transaction) }
    try body(Writer(environment: self, transaction: transaction))
  }

  /// All of it or nothing, and on the disk when this returns.
  func write(_ body: (Writer) throws(StoreFault) -> Void) throws(StoreFault) {
    try transaction(isReadOnly: false) { transaction throws(StoreFault) in
      try body(Writer(environment: self, transaction: transaction))
    }
  }
}
