import Glibc
import Ledger

/// Keeps a folder for one process. The lock goes when the process does, however it ends.
final class FolderLock {
  private let descriptor: Int32

  init(_ folder: String) throws(StoreFault) {
    let descriptor = Glibc.open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("cannot open \(folder)/lock: \(lastError())") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let reason = lastError()
      close(descriptor)
      throw isHeld ? .busy(folder) : .system("cannot lock \(folder): \(reason)")
    }
    self.descriptor = descriptor
  }

  deinit {
    // A process that is just being started has a copy of the descriptor until it has begun;
    // unlocking unlocks the copy too.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
