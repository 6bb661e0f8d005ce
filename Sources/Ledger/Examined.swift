package import Primitives

/// What an entry's bytes say by themselves: decoded, and whether every signature is by a key of its
/// signer and verifies. It is a function of these bytes alone, so any core can compute it ahead of
/// time; what it means for the state is asked in execution.
package struct Examined: Sendable {
  /// Of all the bytes, signatures included: that one set of signatures is good says nothing of another.
  package let digest: Digest
  /// Nil where the bytes are no transaction.
  package let signed: SignedTransaction?
  package let isVerified: Bool
  /// Whether the signatures are by keys of the transaction's signers.
  package let hasKeysOfSigners: Bool

  package init(_ bytes: [UInt8]) { self.init(bytes, digest: Digest(sha256: bytes)) }

  /// `digest` is that of the bytes.
  package init(_ bytes: [UInt8], digest: Digest) {
    self.digest = digest
    signed = try? SignedTransaction(decoding: bytes)
    hasKeysOfSigners = signed?.hasKeysOfSigners ?? false
    isVerified = hasKeysOfSigners && (signed?.hasValidSignatures ?? false)
  }

  /// Of an entry that was kept: whether its signatures were good was found out then.
  package init(kept bytes: [UInt8], wasVerified: Bool) {
    digest = Digest(sha256: bytes)
    signed = try? SignedTransaction(decoding: bytes)
    hasKeysOfSigners = signed?.hasKeysOfSigners ?? false
    isVerified = wasVerified
  }
}
