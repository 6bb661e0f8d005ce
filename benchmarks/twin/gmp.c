// The 255-bit step by GMP alone: x = (x * x + c) mod p, with the calls that the machine makes and nothing around them. It tells the median time of one step
// in nanoseconds, and the last x in decimal.

#include <gmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { limbs = 4, runs = 15 };

static void read_number(mp_limb_t number[limbs], const char *decimal) {
  mpz_t value;
  mpz_init_set_str(value, decimal, 10);
  for (int limb = 0; limb < limbs; limb++) number[limb] = mpz_getlimbn(value, limb);
  mpz_clear(value);
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: gmp <rounds> <first x> <c> <p>\n");
    return 1;
  }
  const long rounds = strtol(arguments[1], NULL, 10);
  mp_limb_t x[limbs], c[limbs], p[limbs], square[2 * limbs], quotient[limbs + 1];
  read_number(c, arguments[3]);
  read_number(p, arguments[4]);
  double times[runs];
  for (int run = 0; run < runs; run++) {
    read_number(x, arguments[2]);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long round = 0; round < rounds; round++) {
      mpn_sqr(square, x, limbs);
      // Both are below 2^255, so the sum has no carry.
      mpn_add(square, square, 2 * limbs, c, limbs);
      mpn_tdiv_qr(quotient, x, 0, square, 2 * limbs, p, limbs);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    times[run] = ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / (double)rounds;
  }
  qsort(times, runs, sizeof *times, ascending);
  mpz_t result;
  gmp_printf("%.2f %Zd\n", times[runs / 2], mpz_roinit_n(result, x, limbs));
  return 0;
}
