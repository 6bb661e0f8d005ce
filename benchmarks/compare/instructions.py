"""Counts the processor's instructions of a transfer: decoded, executed and hashed into the root, without verifying its signature, which is libsodium's work.

usage: instructions.py <mapsize.so> <the Benchmarks program> [<another Benchmarks program>]

Each build makes a ledger of signed transfers and an empty one; its `earnest replay` executes both under valgrind. What the transfers' takes more, divided by
their number, is a transfer's. Programs that are older need only these two commands. Whatever else the computer does, the count stays the same.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

from computer import output

# Transactions of a block of `Benchmarks transfers`.
BLOCK = 500


def main():
    preloaded, *builds = sys.argv[1:]
    counts = [count(path, os.path.abspath(preloaded)) for path in builds]
    for who, instructions in zip(("now", "old"), counts):
        print(f"{who}: {instructions:,.0f} instructions a transfer")
    if len(counts) == 2:
        print(f"now / old: {counts[0] / counts[1]:.3f}")


def count(benchmarks, preloaded):
    earnest = os.path.join(os.path.dirname(os.path.abspath(benchmarks)), "earnest")
    with tempfile.TemporaryDirectory() as folder:
        empty, full = (os.path.join(folder, name) for name in ("empty", "full"))
        output(earnest, "ledger", "init", empty)
        output(benchmarks, "transfers", full)
        (nothing, _), (instructions, blocks) = (replay(earnest, ledger, folder, preloaded) for ledger in (empty, full))
    return (instructions - nothing) / (blocks * BLOCK)


def replay(earnest, ledger, folder, preloaded):
    """Instructions, and how many blocks were replayed."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.path.join(folder, 'callgrind')}", earnest, "replay", "--json", "--ledger", ledger]
    # Without it, every process has tables of another order.
    environment = os.environ | {"LD_PRELOAD": preloaded, "SWIFT_DETERMINISTIC_HASHING": "1"}
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return int(re.search(r"Collected : (\d+)", result.stderr).group(1)), json.loads(result.stdout)["blocks"]


main()
