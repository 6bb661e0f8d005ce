import Glibc
import Ledger

/// A process of its own that reads files before we do.
enum Inspection {
  /// Nil where the program found nothing; otherwise what it said, or how it died.
  static func run(_ command: [String]) throws(StoreFault) -> String? {
    guard let program = command.first else { return nil }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
      throw .system("cannot make a pipe: \(lastError())")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, program, &actions, nil, &arguments, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { throw .system("cannot run \(program): \(String(cString: strerror(code)))") }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ends[0], &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      output += buffer.prefix(count)
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    if signal != 0 { return "it cannot be read to its end; it was cut short" }
    if status == 0 { return nil }
    let said = String(decoding: output.prefix(500), as: UTF8.self).split(separator: "\n").first.map(String.init)
    return said ?? "it cannot be read"
  }
}
