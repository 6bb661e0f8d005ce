"""Runs the machine, its twin and its peers in turns, then signed transfers and bare verification, and makes the tables.

usage: compare.py <the Benchmarks program> <the folder of the twin> <the folder of the peers> [--record | --against <another Benchmarks program>]

Each run is a process of its own and tells the median of its own timings; the medians over all runs are compared. What disturbs the computer for a while
disturbs all, but not equally: figures whose median lies far above their least are not recorded.
"""

import json
import os
import sys

import against
import computer
import loops
import transfers
from peers import Peers

# The most that a median may be, as a multiple of the least, for the computer to count as undisturbed.
CALM = 1.15
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def tables(results):
    yield from loops.table(results["benchmarks"])
    yield ""
    yield from transfers.table(results["transfers"])
    yield ""
    m = results["machine"]
    versions = "; ".join([f"Swift {m['swift']}, gcc {m['gcc']}"] + sorted(m["peers"].values()))
    yield f"{m['processor']}, {m['cores']} cores, {m['system']}; {versions}; {m['date']}."
    counts = sorted({of["runs"] for r in results["benchmarks"] for of in r["nanoseconds"].values()}, reverse=True)
    peers = f", of {counts[1]} of the peers and GMP" if len(counts) > 1 else ""
    yield f"Median (least to most) of {counts[0]} runs of the machine and its twin{peers}, and of {results['transfers']['rounds']} rounds of transfers."


def record(results, lines):
    with open(os.path.join(FOLDER, "results.json"), "w") as file:
        file.write(json.dumps(results, indent=2) + "\n")
    path = os.path.join(FOLDER, "README.md")
    with open(path) as file:
        before, _, rest = file.read().partition("<!-- figures -->\n")
    after = rest.partition("<!-- end of figures -->\n")[2]
    with open(path, "w") as file:
        file.write(before + "<!-- figures -->\n" + "\n".join(lines) + "\n<!-- end of figures -->\n" + after)


def main():
    benchmarks, twin, installed, *options = sys.argv[1:]
    if options[:1] == ["--against"]:
        sys.exit(against.main(benchmarks, options[1], twin))
    peers = Peers(installed)
    results = {
        "machine": computer.description() | {"peers": peers.versions},
        "benchmarks": loops.measure(benchmarks, twin, peers),
        "transfers": transfers.measure(benchmarks, twin),
    }
    lines = list(tables(results))
    print("\n".join(lines))
    print(json.dumps(results))
    calm = all(r["nanoseconds"][who]["median"] <= CALM * r["nanoseconds"][who]["least"] for r in results["benchmarks"] for who in ("machine", "twin"))
    if not calm:
        print("The computer was busy with something else: take these figures with care.", file=sys.stderr)
    if "--record" in options:
        if not calm:
            sys.exit("They are not recorded.")
        record(results, lines)


main()
