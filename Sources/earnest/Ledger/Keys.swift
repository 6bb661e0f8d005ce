import ArgumentParser
import Foundation
import Ledger
import Primitives
import Signing

/// The keystore of a ledger's folder, and where its passphrase comes from.
struct Keys {
  private let folder: String

  init(_ folder: String) { self.folder = folder }

  private var path: String { Files.join(folder, "keys") }
  /// A development ledger keeps its passphrase beside its keys: its money is for play, and nobody wants to type.
  private var ownPassphrase: String { Files.join(folder, "passphrase") }

  private func bytes() throws -> [UInt8]? { FileManager.default.fileExists(atPath: path) ? try Files.read(path) : nil }

  /// Names and public keys.
  func entries() throws -> [Keystore.Entry] {
    guard let bytes = try bytes() else { return [] }
    do { return try Keystore.entries(of: bytes) } catch { throw try told(error) }
  }

  func open(passphraseFile: String?) throws -> Keystore { try opened(passphraseFile).keystore }

  /// With the passphrase that opened it, or, where there is no keystore so far, the one that will.
  private func opened(_ passphraseFile: String?) throws -> (keystore: Keystore, passphrase: [UInt8]) {
    guard let bytes = try bytes() else { return (Keystore(), try passphrase(from: passphraseFile, isNew: true)) }
    let passphrase = try passphrase(from: passphraseFile, isNew: false)
    do { return (try Keystore(opening: bytes, passphrase: passphrase), passphrase) } catch { throw try told(error) }
  }

  private func told(_ fault: Keystore.Fault) throws -> ExitCode {
    switch fault {
    case .notAKeystore:
      try Console.complain("\(path) is no keystore")
      return Exit.badData
    case .damaged:
      try Console.complain("the keystore \(path) is damaged")
      return Exit.badData
    case .wrongPassphrase:
      try Console.complain("the passphrase does not open \(path)")
      return Exit.notAllowed
    case .tooDear:
      try Console.complain("opening \(path) takes more memory than there is")
      return Exit.cannotRead
    }
  }

  private func passphrase(from file: String?, isNew: Bool) throws -> [UInt8] {
    if let file = file ?? (FileManager.default.fileExists(atPath: ownPassphrase) ? ownPassphrase : nil) {
      return Array(try Files.read(file).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
    let typed = try Keys.ask(isNew ? "New passphrase of \(path): " : "Passphrase of \(path): ")
    if isNew, try Keys.ask("The same again: ") != typed {
      try Console.complain("these were two passphrases; nothing was written")
      throw Exit.notAllowed
    }
    return typed
  }

  private static func ask(_ prompt: String) throws -> [UInt8] {
    guard isatty(0) == 1, let typed = getpass(prompt) else {
      try Console.complain("the keystore needs a passphrase: --passphrase-file FILE")
      throw Exit.notAllowed
    }
    return Array(UnsafeBufferPointer(start: typed, count: strlen(typed))).map { UInt8(bitPattern: $0) }
  }

  /// Seals the keystore and puts it in the place of the one before, whole or not at all, readable by its owner alone.
  func write(_ keystore: Keystore, passphrase: [UInt8]) throws {
    let sealed: [UInt8]
    do { sealed = try keystore.sealed(passphrase: passphrase, random: Keys.random(Keystore.randomSize)) } catch {
      throw try told(error)
    }
    try Files.writePrivate(sealed, to: path)
  }

  func add(_ name: String, passphraseFile: String?) throws -> PublicKey {
    var (keystore, passphrase) = try opened(passphraseFile)
    if keystore.key(named: name) != nil {
      try Console.complain("there is a key of \(name) already")
      throw Exit.no
    }
    let key = try Keys.newKey()
    keystore.add(key, named: name)
    try write(keystore, passphrase: passphrase)
    return key.publicKey
  }

  static func newKey() throws -> SecretKey {
    guard let key = SecretKey(seed: random(SecretKey.seedSize)) else { preconditionFailure("a seed has its size") }
    return key
  }

  static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// For a development ledger: named keys under a passphrase that lies beside them.
  static func makeDevelopment(_ named: [(name: String, key: SecretKey)], in folder: String) throws {
    var keystore = Keystore()
    for entry in named { keystore.add(entry.key, named: entry.name) }
    let keys = Keys(folder)
    let passphrase = Array(Digest(sha256: random(32)).description.prefix(32).utf8)
    try Files.writePrivate(passphrase + [UInt8(ascii: "\n")], to: keys.ownPassphrase)
    try keys.write(keystore, passphrase: passphrase)
  }
}

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make and list the keys of a ledger's keystore.", subcommands: [New.self, List.self])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key under a name. Its account appears when somebody pays it.")

    @Argument(help: "A name, such as dave.")
    var name: String

    @OptionGroup var ledger: LedgerOptions

    @Option(help: "A file whose first line is the keystore's passphrase. Default: the ledger's own, or ask.")
    var passphraseFile: String?

    func run() throws {
      guard Characters.isName(name), name.utf8.count <= 64, Digest(hexadecimal: name) == nil else {
        throw try Console.usage(
          "a name is made of letters, digits and _, does not begin with a digit, has at most 64 bytes, and is no account's id"
        )
      }
      // The ledger is opened so that nobody else writes its keystore meanwhile.
      let open = try ledger.open()
      let key = try Keys(open.path).add(name, passphraseFile: passphraseFile)
      try Console.print("\(name)  \(AccountID(of: key))")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List names and accounts.")

    @OptionGroup var ledger: LedgerOptions

    @Flag(help: "Print JSON: earnest.key/1.")
    var json = false

    func run() throws {
      let entries = try Keys(ledger.path).entries()
      if json {
        let keys = entries.map {
          JSON.object([("name", .text($0.name)), ("account", .text(AccountID(of: $0.key).description))])
        }
        return try Console.print(.object([("schema", "earnest.key/1"), ("keys", .list(keys))]))
      }
      if entries.isEmpty { try Console.complain("there is no key in \(ledger.path)") }
      for entry in entries { try Console.print("\(Characters.shown(entry.name))  \(AccountID(of: entry.key))") }
    }
  }
}
