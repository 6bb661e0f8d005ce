"""Two builds of the machine and of the ledger, in turns: this one and another, such as its parent's, each with its own programs and its own encoding."""

import collections
import json
import os
import statistics

import transfers
from computer import output
from loops import programs, summary

# Runs of each program by each build, and of the signed transfers, which take long.
RUNS = 15
TRANSFER_RUNS = 5
# A figure above the other build's by more than this is slower, where their ranges are disjoint.
SLOWER = 1.02


def main(benchmarks, other, folder):
    """Prints the table; answers what is slower, for `sys.exit`."""
    rows = measure({"now": benchmarks, "old": other}, folder)
    print("\n".join(table(rows)))
    print(json.dumps(rows))
    slower = [r["name"] for r in rows if r["ratio"] > SLOWER and r["disjoint"]]
    return f"slower than the other build: {', '.join(slower)}" if slower else 0


def measure(builds, folder):
    os.makedirs(folder, exist_ok=True)
    rounds = {who: programs(path) for who, path in builds.items()}
    names = [name for name in rounds["now"] if name in rounds["old"]]
    times = collections.defaultdict(lambda: collections.defaultdict(list))
    for run in range(RUNS):
        for name in names:
            for who, path in in_turns(builds, run):
                times[name][who].append(float(output(path, "run", name).split()[0]) / rounds[who][name])
    for run in range(TRANSFER_RUNS):
        for who, path in in_turns(builds, run):
            rates, replay = transfers.run(path, folder)
            times["signed transfer"][who].append(1e9 / statistics.median(durable for durable, _ in rates))
            times["replayed transfer"][who].append(1e9 / replay)
    return [row(name, measured) for name, measured in times.items()]


def in_turns(builds, run):
    """The one that begins changes from run to run."""
    return sorted(builds.items(), reverse=run % 2 == 1)


def row(name, measured):
    now, old = (summary(measured[who]) for who in ("now", "old"))
    return {
        "name": name,
        "nanoseconds": {"now": now, "old": old},
        "ratio": round(now["median"] / old["median"], 3),
        "disjoint": now["least"] > old["most"] or now["most"] < old["least"],
    }


def table(rows):
    yield "| program | now, ns | old, ns | now / old | ranges |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for r in rows:
        cells = [f"{of['median']:,.1f} ({of['least']:,.1f} to {of['most']:,.1f})" for of in r["nanoseconds"].values()]
        yield f"| {r['name']} | {' | '.join(cells)} | {r['ratio']:.3f} | {'disjoint' if r['disjoint'] else 'overlap'} |"
