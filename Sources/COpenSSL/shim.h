// SHA-256 by its context on the stack: the one-shot function of OpenSSL 3 looks its algorithm up on every call, which takes longer than a small digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

static inline void sha256_digest(const uint8_t *bytes, size_t count, uint8_t *digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes, count);
  SHA256_Final(digest, &context);
}

// 0 where the library was built without SM3. It allocates, which the gas of the instruction pays for.
static inline int sm3_digest(const uint8_t *bytes, size_t count, uint8_t *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sm3(), NULL);
}
