"""What each program should come to, worked out once more, and what its ratios aim at."""

P = 2**255 - 19
START = 2**254 + 12345678901234567890
ADDEND = 2**254 + 98765432109876543210

# At most so many times as slow as the twin, at least so many times as fast as a peer, at most so many times as slow as GMP, at most so many nanoseconds a
# round. A program without an aim stands here with none.
AIMS = {
    "multiply-mod": {"twin": 1.25, "revm": 20, "lua": 1.5},
    "fibonacci": {"twin": 1.25, "revm": 20, "lua": 1.5},
    "sieve": {"twin": 1.35, "revm": 17, "lua": 1.5},
    "modular-step": {"gmp": 2, "nanoseconds": 150},
    "action-warm": {"nanoseconds": 75},
    "action-cold": {"nanoseconds": 200},
    "life-cycle": {},
}


def multiply_mod(rounds):
    return sum(i * i % 1000003 for i in range(rounds))


def fibonacci(rounds):
    a, b = 0, 1
    for _ in range(rounds):
        a, b = b, (a + b) % 1000000007
    return a


def sieve(_):
    return sum(all(k % i for i in range(2, int(k**0.5) + 1)) for k in range(2, 10_000))


def modular_step(rounds):
    x = START
    for _ in range(rounds):
        x = (x * x + ADDEND) % P
    return x


# The integer that a run leaves in the contract's only field. What actions leave behind is compared only with the twin's and the peers'.
EXPECTED = {"multiply-mod": multiply_mod, "fibonacci": fibonacci, "sieve": sieve, "modular-step": modular_step}


def integer(words):
    """A field of one word, or of five: limb count << 1 | sign, then the limbs."""
    if len(words) == 1:
        return words[0] - (words[0] >> 63 << 64)
    magnitude = sum(limb << 64 * place for place, limb in enumerate(words[1:]))
    return -magnitude if words[0] & 1 else magnitude
