import CSodium
import Primitives

/// Named secret keys, as a file keeps them: names and public keys in the clear, the secrets sealed
/// with XChaCha20-Poly1305 under a key that argon2id makes from a passphrase. The seal covers the
/// clear part too, and a digest at the end tells a damaged file from a wrong passphrase.
package struct Keystore: Sendable {
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let key: PublicKey
  }

  /// Why a keystore's bytes do not open.
  package enum Fault: Error, Hashable, Sendable {
    case notAKeystore
    case damaged
    case wrongPassphrase
    /// Deriving the key would take more memory than this machine has, or more than any keystore of ours asks for.
    case tooDear
  }

  private static let magic = Array("earnest keystore".utf8)
  private static let version: UInt8 = 1
  /// What deriving a key costs: two passes over 64 MiB, argon2id's "interactive" figures.
  private static let passes = UInt64(crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE)
  private static let memory = UInt64(crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE)

  /// Random bytes that sealing asks for: a salt, then a nonce.
  package static let randomSize = Int(crypto_pwhash_SALTBYTES) + Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)

  private var keys: [(name: String, key: SecretKey)] = []

  package init() {}

  /// In order of their names, byte by byte.
  package var entries: [Entry] { keys.map { Entry(name: $0.name, key: $0.key.publicKey) } }

  package func key(named name: String) -> SecretKey? { keys.first { $0.name.utf8.elementsEqual(name.utf8) }?.key }

  /// Replaces a key of the same name.
  package mutating func add(_ key: SecretKey, named name: String) {
    keys.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
    keys.append((name, key))
    keys.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  // MARK: Bytes

  /// `random` has `randomSize` bytes that were never used before.
  package func sealed(passphrase: [UInt8], random: [UInt8]) throws(Fault) -> [UInt8] {
    precondition(random.count == Keystore.randomSize, "sealing takes a salt and a nonce")
    let salt = Array(random.prefix(Int(crypto_pwhash_SALTBYTES)))
    let nonce = Array(random.dropFirst(salt.count))
    var writer = CanonicalWriter()
    writer.write(raw: Keystore.magic)
    writer.write(Keystore.version)
    writer.write(Keystore.passes)
    writer.write(Keystore.memory)
    writer.write(raw: salt)
    writer.write(raw: nonce)
    writer.write(length: keys.count)
    for entry in entries {
      writer.write(entry.name)
      writer.write(entry.key)
    }
    let secrets = keys.flatMap(\.key.seed)
    var sealed = [UInt8](repeating: 0, count: secrets.count + Int(crypto_aead_xchacha20poly1305_ietf_ABYTES))
    let sealingKey = try Keystore.key(passphrase, salt: salt, passes: Keystore.passes, memory: Keystore.memory)
    let clear = writer.bytes
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, nil, secrets, UInt64(secrets.count), clear, UInt64(clear.count), nil, nonce, sealingKey)
    writer.write(bytes: sealed)
    writer.write(Digest(sha256: writer.bytes))
    return writer.bytes
  }

  private struct Parts {
    let clear: [UInt8]
    let passes: UInt64
    let memory: UInt64
    let salt: [UInt8]
    let nonce: [UInt8]
    let entries: [Entry]
    let sealed: [UInt8]
  }

  /// The clear part, checked for damage.
  private static func parts(_ bytes: [UInt8]) throws(Fault) -> Parts {
    guard bytes.starts(with: magic) else { throw .notAKeystore }
    guard bytes.count > Digest.size,
      Digest(bytes: Array(bytes.suffix(Digest.size))) == Digest(sha256: Array(bytes.dropLast(Digest.size)))
    else {
      throw .damaged
    }
    do {
      var reader = CanonicalReader(Array(bytes.dropLast(Digest.size)))
      _ = try reader.read(raw: magic.count)
      guard try reader.read(UInt8.self) == version else { throw Fault.damaged }
      let (passes, memory) = (try reader.read(UInt64.self), try reader.read(UInt64.self))
      let salt = try reader.read(raw: Int(crypto_pwhash_SALTBYTES))
      let nonce = try reader.read(raw: Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES))
      var entries: [Entry] = []
      for _ in 0..<(try reader.readLength()) {
        entries.append(Entry(name: try reader.readText(), key: try reader.read(PublicKey.self)))
      }
      let sealed = try reader.readBytes()
      try reader.finish()
      // The clear part ends where the sealed one's length begins.
      var tail = CanonicalWriter()
      tail.write(bytes: sealed)
      return Parts(
        clear: Array(bytes.dropLast(Digest.size + tail.bytes.count)), passes: passes, memory: memory, salt: salt,
        nonce: nonce, entries: entries,
        sealed: sealed)
    } catch { throw .damaged }
  }

  /// Names and public keys, for which no passphrase is needed.
  package static func entries(of bytes: [UInt8]) throws(Fault) -> [Entry] { try parts(bytes).entries }

  package init(opening bytes: [UInt8], passphrase: [UInt8]) throws(Fault) {
    let parts = try Keystore.parts(bytes)
    let key = try Keystore.key(passphrase, salt: parts.salt, passes: parts.passes, memory: parts.memory)
    let tagSize = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    guard parts.sealed.count == parts.entries.count * SecretKey.seedSize + tagSize else { throw .damaged }
    var secrets = [UInt8](repeating: 0, count: parts.sealed.count - tagSize)
    guard
      crypto_aead_xchacha20poly1305_ietf_decrypt(
        &secrets, nil, nil, parts.sealed, UInt64(parts.sealed.count), parts.clear, UInt64(parts.clear.count),
        parts.nonce, key) == 0
    else { throw .wrongPassphrase }
    for (index, entry) in parts.entries.enumerated() {
      let seed = Array(secrets[index * SecretKey.seedSize..<(index + 1) * SecretKey.seedSize])
      guard let key = SecretKey(seed: seed), key.publicKey == entry.key else { throw .damaged }
      add(key, named: entry.name)
    }
  }

  private static func key(_ passphrase: [UInt8], salt: [UInt8], passes: UInt64, memory: UInt64) throws(Fault) -> [UInt8]
  {
    Sodium.start()
    guard (1...16).contains(passes), (8192...(1 << 30)).contains(memory) else { throw .tooDear }
    var key = [UInt8](repeating: 0, count: Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES))
    let characters = passphrase.map { CChar(bitPattern: $0) }
    let result = crypto_pwhash(
      &key, UInt64(key.count), characters, UInt64(characters.count), salt, passes, Int(memory),
      crypto_pwhash_ALG_ARGON2ID13)
    guard result == 0 else { throw .tooDear }
    return key
  }
}
