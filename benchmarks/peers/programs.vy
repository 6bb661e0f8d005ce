# pragma version ~=0.4.0
# The benchmark programs in Vyper: unsigned integers of 256 bits, sums and products checked.

P: constant(uint256) = 2 ** 255 - 19
START: constant(uint256) = 2 ** 254 + 12345678901234567890
ADDEND: constant(uint256) = 2 ** 254 + 98765432109876543210


@external
def multiply_mod(rounds: uint256) -> uint256:
    sum: uint256 = 0
    i: uint256 = 0
    for _: uint256 in range(rounds, bound=100000000):
        sum += (i * i) % 1000003
        i += 1
    return sum


@internal
def _following(a: uint256, b: uint256) -> uint256:
    return (a + b) % 1000000007


@external
def fibonacci(rounds: uint256) -> uint256:
    a: uint256 = 0
    b: uint256 = 1
    for _: uint256 in range(rounds, bound=100000000):
        c: uint256 = self._following(a, b)
        a = b
        b = c
    return a


@external
def sieve(rounds: uint256) -> uint256:
    count: uint256 = 0
    composite: uint256[10000] = empty(uint256[10000])
    for _: uint256 in range(rounds, bound=1000):
        composite = empty(uint256[10000])
        for i: uint256 in range(2, 10000):
            multiple: uint256 = i * i
            if multiple >= 10000:
                break
            if composite[i] == 0:
                for __: uint256 in range(10000):
                    composite[multiple] = 1
                    multiple += i
                    if multiple >= 10000:
                        break
        count = 0
        for k: uint256 in range(2, 10000):
            if composite[k] == 0:
                count += 1
    return count


@external
def modular_step(rounds: uint256) -> uint256:
    x: uint256 = START
    for _: uint256 in range(rounds, bound=100000000):
        x = uint256_addmod(uint256_mulmod(x, x, P), ADDEND, P)
    return x
