import Primitives
import Signing
import Testing

@Suite struct SigningTests {
  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
  }

  /// RFC 8032, section 7.1, tests 1 and 2.
  @Test func theStandardsVectorsHold() throws {
    let vectors = [
      (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
      ),
      (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
      ),
    ]
    for (seed, publicKey, message, signature) in vectors {
      let key = try #require(SecretKey(seed: bytes(seed)))
      #expect(key.publicKey.bytes == bytes(publicKey))
      let signed = key.sign(bytes(message))
      #expect(signed.bytes == bytes(signature) && signed.verifies(bytes(message)))
      #expect(!signed.verifies(bytes(message) + [0]))
    }
  }

  private func signature(key: [UInt8], _ bytes: [UInt8]) throws -> Signature {
    try Signature(canonicalBytes: [0] + key + bytes)
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let message = Array("100.00 CNY".utf8)
    let key = try #require(SecretKey(seed: Array(0..<32)))
    let good = key.sign(message).canonicalBytes
    for bit in 0..<good.count * 8 {
      var bad = good
      bad[bit / 8] ^= 1 << (bit % 8)
      #expect((try? Signature(canonicalBytes: bad))?.verifies(message) != true, "bit \(bit)")
    }
  }

  /// S + L signs the same under a lenient check; a key of small order signs everything.
  @Test func whatLenientChecksAcceptIsRefused() throws {
    let message = Array("hello".utf8)
    let key = try #require(SecretKey(seed: Array(0..<32)))
    let good = key.sign(message)
    let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    let high = zip(good.bytes.suffix(32), order).map { a, b -> UInt8 in
      let sum = Int(a) + Int(b) + carry
      carry = sum >> 8
      return UInt8(sum & 255)
    }
    #expect(try !signature(key: key.publicKey.bytes, Array(good.bytes.prefix(32)) + high).verifies(message))
    for small in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
      let identity: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
      #expect(try !signature(key: small, identity + [UInt8](repeating: 0, count: 32)).verifies(message))
    }
  }

  // MARK: Keystore

  private func keystore() throws -> Keystore {
    var keystore = Keystore()
    for name in ["bob", "alice", "契"] {
      keystore.add(try #require(SecretKey(seed: Digest(sha256: Array(name.utf8)).bytes)), named: name)
    }
    return keystore
  }

  @Test func aKeystoreOpensWithItsPassphraseAlone() throws {
    let sealed = try keystore().sealed(
      passphrase: Array("口令".utf8), random: Array(repeating: 7, count: Keystore.randomSize))
    #expect(try Keystore.entries(of: sealed).map(\.name) == ["alice", "bob", "契"])
    let opened = try Keystore(opening: sealed, passphrase: Array("口令".utf8))
    #expect(
      opened.key(named: "alice")?.publicKey == SecretKey(seed: Digest(sha256: Array("alice".utf8)).bytes)?.publicKey)
    #expect(opened.key(named: "carol") == nil)
    #expect(throws: Keystore.Fault.wrongPassphrase) { try Keystore(opening: sealed, passphrase: Array("口".utf8)) }
    #expect(throws: Keystore.Fault.wrongPassphrase) { try Keystore(opening: sealed, passphrase: []) }
  }

  @Test func aDamagedKeystoreIsNoticedBeforeThePassphraseIsAsked() throws {
    let sealed = try keystore().sealed(passphrase: [1], random: Array(repeating: 7, count: Keystore.randomSize))
    for index in sealed.indices {
      var bad = sealed
      bad[index] ^= 1
      #expect(throws: index < 16 ? Keystore.Fault.notAKeystore : .damaged) {
        try Keystore(opening: bad, passphrase: [1])
      }
    }
    for count in 0..<sealed.count {
      #expect(throws: Keystore.Fault.self) { try Keystore(opening: Array(sealed.prefix(count)), passphrase: [1]) }
    }
  }

  /// A file that asks for more memory than any of ours is not obeyed.
  @Test func aKeystoreCannotAskForAnyAmountOfMemory() throws {
    var sealed = try Array(
      keystore().sealed(passphrase: [1], random: Array(repeating: 7, count: Keystore.randomSize)).dropLast(32))
    for index in 25..<33 { sealed[index] = 0x7F }
    #expect(throws: Keystore.Fault.tooDear) {
      try Keystore(opening: sealed + Digest(sha256: sealed).bytes, passphrase: [1])
    }
  }
}
