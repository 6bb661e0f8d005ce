// GMP's natural-number layer (mpn) is macros and inlines in gmp.h, which Swift does not import: these give it names, over the 64-bit words that the machine's
// slab is made of.
#include <gmp.h>
#include <stdint.h>

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "a limb is a 64-bit word");

typedef const mp_limb_t *limbs;

// an >= bn; returns the carry.
static inline uint64_t limbs_add(uint64_t *r, const uint64_t *a, long an, const uint64_t *b, long bn) {
  return mpn_add((mp_limb_t *)r, (limbs)a, an, (limbs)b, bn);
}
// a >= b.
static inline void limbs_subtract(uint64_t *r, const uint64_t *a, long an, const uint64_t *b, long bn) {
  mpn_sub((mp_limb_t *)r, (limbs)a, an, (limbs)b, bn);
}
// an >= bn; r has an + bn limbs and overlaps neither.
static inline void limbs_multiply(uint64_t *r, const uint64_t *a, long an, const uint64_t *b, long bn) {
  mpn_mul((mp_limb_t *)r, (limbs)a, an, (limbs)b, bn);
}
// an >= bn, b's highest limb is not 0; q has an - bn + 1 limbs, r has bn.
static inline void limbs_divide(uint64_t *q, uint64_t *r, const uint64_t *a, long an, const uint64_t *b, long bn) {
  mpn_tdiv_qr((mp_limb_t *)q, (mp_limb_t *)r, 0, (limbs)a, an, (limbs)b, bn);
}
// The digits' values, highest first, perhaps with zeros before; destroys a, whose highest limb is not 0, and which has room for one limb more.
static inline long limbs_to_digits(uint8_t *digits, uint64_t *a, long n) { return (long)mpn_get_str(digits, 10, (mp_limb_t *)a, n); }
// Negative, zero or positive.
static inline int limbs_compare(const uint64_t *a, const uint64_t *b, long n) { return mpn_cmp((limbs)a, (limbs)b, n); }
