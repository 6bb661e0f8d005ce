"""The programs, on the machine, on its twin, on GMP alone and on the peers, in turns."""

import collections
import os
import statistics
import sys

from computer import output
from programs import ADDEND, AIMS, EXPECTED, START, P, integer

# Runs of the machine and its twin; every third is followed by one of each peer.
RUNS = 15
PEERS_EVERY = 3


def measure(benchmarks, folder, peers):
    """`folder` has the twin; answers one row for each program."""
    rounds = programs(benchmarks)
    twin = os.path.join(folder, "twin")
    files = {name: os.path.join(folder, name + ".program") for name in rounds}
    instructions = {}
    for name, path in files.items():
        with open(path, "w") as file:
            file.write(output(benchmarks, "program", name))
        instructions[name] = int(output(os.path.join(folder, "count"), path))

    times = {name: collections.defaultdict(list) for name in rounds}
    results = {name: {} for name in rounds}
    for run in range(RUNS):
        for name, count in rounds.items():
            for who, line in (("machine", output(benchmarks, "run", name)), ("twin", output(twin, files[name]))):
                nanoseconds, *result = line.split()
                times[name][who].append(float(nanoseconds) / count)
                agree(name, "twin", results[name].setdefault("machine", result), result)
            times[name]["unmetered"].append(float(output(os.path.join(folder, "unmetered"), files[name]).split()[0]) / count)
        if run % PEERS_EVERY:
            continue
        if "modular-step" in rounds:
            nanoseconds, result = output(os.path.join(folder, "gmp"), str(rounds["modular-step"]), *map(str, (START, ADDEND, P))).split()
            times["modular-step"]["gmp"].append(float(nanoseconds))
            results["modular-step"]["gmp"] = int(result)
        for peer, name, nanoseconds, result in peers.run(rounds):
            times[name][peer].append(nanoseconds)
            results[name][peer] = result
    return [row(name, count, instructions[name], times[name], results[name]) for name, count in rounds.items()]


def programs(benchmarks):
    """Of each program its rounds."""
    return {name: int(count) for name, count in (line.split() for line in output(benchmarks, "list").splitlines())}


def agree(name, who, expected, found):
    if found != expected:
        sys.exit(f"{name}: {who} comes to {found}, not to {expected}")


def row(name, rounds, instructions, times, results):
    gas, state = results.pop("machine")
    words = [int(word, 16) for word in state.split(",")]
    # Of a state of several fields, the peers know the first.
    result = integer(words) if name in EXPECTED else words[0]
    if name in EXPECTED:
        agree(name, "the machine", EXPECTED[name](rounds), result)
    for peer, found in results.items():
        agree(name, peer, result, found)
    medians = {who: statistics.median(measured) for who, measured in times.items()}
    return {
        "name": name,
        "rounds": rounds,
        "instructions": round(instructions / rounds, 2),
        "gas": round(int(gas) / rounds, 2),
        "nanoseconds": {who: summary(measured) for who, measured in times.items()},
        # How many times as slow as the twin and as GMP, and how many times as fast as the peers.
        "ratios": {
            who: round(medians["machine"] / median if who in ("twin", "gmp") else median / medians["machine"], 2)
            for who, median in medians.items()
            if who not in ("machine", "unmetered")
        },
        # The share of the twin's time that charging for blocks takes, and what a unit of gas takes in the machine.
        "metering": round(1 - medians["unmetered"] / medians["twin"], 3),
        "nanosecondsPerGas": round(medians["machine"] / (int(gas) / rounds), 2),
        "aims": AIMS[name],
    }


def summary(times):
    return {"runs": len(times)} | {key: round(of(times), 3) for key, of in (("median", statistics.median), ("least", min), ("most", max))}


def table(rows):
    yield "| program | instructions | gas | machine, ns | twin, ns | machine / twin | metering | ns per gas | machine / GMP | revm / machine | Lua / machine | wasmtime / machine |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for r in rows:
        cells = [r["name"], f"{r['instructions']:,.1f}", f"{r['gas']:,.1f}", nanoseconds(r, "machine"), nanoseconds(r, "twin")]
        metering = marked(f"{r['metering']:.1%}", r["metering"], 0.1, r["metering"] <= 0.1, "≤")
        cells += [ratio(r, "twin"), metering, f"{r['nanosecondsPerGas']:.2f}"]
        cells += [ratio(r, who) for who in ("gmp", "revm", "lua", "wasmtime")]
        yield f"| {' | '.join(cells)} |"


def nanoseconds(r, who):
    of = r["nanoseconds"][who]
    aim = r["aims"].get("nanoseconds") if who == "machine" else None
    return marked(f"{of['median']:,.1f}", of["median"], aim, aim is None or of["median"] <= aim, "≤") + f" ({of['least']:,.1f} to {of['most']:,.1f})"


def ratio(r, who):
    if who not in r["ratios"]:
        return "–"
    value, aim = r["ratios"][who], r["aims"].get(who)
    is_cost = who in ("twin", "gmp")
    return marked(f"{value:,.2f}", value, aim, aim is None or (value <= aim if is_cost else value >= aim), "≤" if is_cost else "≥")


def marked(text, value, aim, is_met, sign):
    """The figure with its aim; bold where it misses it."""
    if aim is None:
        return text
    return f"{text} {sign} {aim:g}" if is_met else f"**{text}** {sign} {aim:g}"
