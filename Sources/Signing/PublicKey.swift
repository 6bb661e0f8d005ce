// Signatures that carry their key. Whether one verifies is a pure function of the bytes; whose key
// it is, the ledger asks.

import CSodium
package import Primitives

/// How a signature was made. P-256 and SM2 come with the identity contract.
package enum SignatureScheme: UInt8, Sendable, CaseIterable {
  /// RFC 8032, checked strictly: S below the group's order, canonical points, no key of small order.
  case ed25519 = 0
}

package struct PublicKey: Hashable, Sendable {
  package let scheme: SignatureScheme
  /// 32 bytes for Ed25519.
  package let bytes: [UInt8]

  fileprivate init(_ scheme: SignatureScheme, _ bytes: [UInt8]) {
    self.scheme = scheme
    self.bytes = bytes
  }
}

extension PublicKey: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(scheme.rawValue)
    writer.write(raw: bytes)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let scheme = SignatureScheme(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    self.init(scheme, try reader.read(raw: Int(crypto_sign_PUBLICKEYBYTES)))
  }
}

package struct Signature: Hashable, Sendable {
  package let key: PublicKey
  /// 64 bytes for Ed25519.
  package let bytes: [UInt8]

  package func verifies(_ message: [UInt8]) -> Bool {
    Sodium.start()
    return crypto_sign_verify_detached(bytes, message, UInt64(message.count), key.bytes) == 0
  }
}

extension Signature: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(key)
    writer.write(raw: bytes)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(key: try reader.read(PublicKey.self), bytes: try reader.read(raw: Int(crypto_sign_BYTES)))
  }
}

/// What makes signatures; kept in a keystore.
package struct SecretKey: Sendable {
  package let publicKey: PublicKey
  let seed: [UInt8]
  private let expanded: [UInt8]

  package static let seedSize = Int(crypto_sign_SEEDBYTES)

  /// Nil unless the seed has `seedSize` bytes, which whoever calls has drawn at random.
  package init?(seed: [UInt8]) {
    guard seed.count == SecretKey.seedSize else { return nil }
    Sodium.start()
    var key = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
    var expanded = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
    crypto_sign_seed_keypair(&key, &expanded, seed)
    self.seed = seed
    self.expanded = expanded
    publicKey = PublicKey(.ed25519, key)
  }

  package func sign(_ message: [UInt8]) -> Signature {
    var bytes = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
    crypto_sign_detached(&bytes, nil, message, UInt64(message.count), expanded)
    return Signature(key: publicKey, bytes: bytes)
  }
}

enum Sodium {
  /// The library chooses its implementations once, before anything else is asked of it.
  private static let isReady = sodium_init() >= 0

  static func start() { precondition(isReady, "libsodium can be initialised") }
}
