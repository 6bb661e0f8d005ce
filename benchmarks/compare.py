"""Runs the machine and its twin in turns, then signed transfers and bare verification, and makes two tables.

usage: compare.py <the Benchmarks program> <the folder of the twin> [--record]

Each run is a process of its own and tells the median of its own timings; the medians over all runs are compared. What disturbs the computer for a while
disturbs both, but not equally: figures whose median lies far above their least are not recorded.
"""

import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys

ROUNDS = 101
# The most that a median may be, as a multiple of the least, for the computer to count as undisturbed.
CALM = 1.15
HERE = os.path.dirname(os.path.abspath(__file__))


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def processor():
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def operating_system():
    return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release().split('-')[0]}"


def machine():
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": operating_system(),
        "swift": re.search(r"Swift version (\S+)", output("swift", "--version")).group(1),
        "gcc": output("gcc", "-dumpfullversion").strip(),
        "date": datetime.date.today().isoformat(),
    }


def measure(benchmarks, folder, name):
    program = os.path.join(folder, name + ".program")
    with open(program, "w") as file:
        file.write(output(benchmarks, "program", name))
    ours, twins = [], []
    for _ in range(ROUNDS):
        time, instructions, gas, result = map(int, output(benchmarks, "run", name).split())
        twin_time, twin_gas, twin_result = map(int, output(os.path.join(folder, "twin"), program).split())
        if (gas, result) != (twin_gas, twin_result):
            sys.exit(f"{name}: the machine ends with gas {gas} and {result}, the twin with gas {twin_gas} and {twin_result}")
        ours.append(time / instructions)
        twins.append(twin_time / instructions)
    machine_median, twin_median = statistics.median(ours), statistics.median(twins)
    return {
        "name": name,
        "instructions": instructions,
        "gas": gas,
        "rounds": ROUNDS,
        "machine": summary(ours),
        "twin": summary(twins),
        "ratio": round(machine_median / twin_median, 2),
    }


def transfers(benchmarks, folder):
    ledger = os.path.join(folder, "ledger")
    shutil.rmtree(ledger, ignore_errors=True)
    lines = [line.split() for line in output(benchmarks, "transfers", ledger).splitlines()]
    rounds = [(int(durable), int(bound)) for kind, durable, bound in (line for line in lines if line[0] == "round")]
    replay = next(int(line[1]) for line in lines if line[0] == "replay")
    shutil.rmtree(ledger)
    return {
        "rounds": len(rounds),
        "durable": whole([durable for durable, _ in rounds]),
        "bound": whole([bound for _, bound in rounds]),
        "replay": replay,
        "ratio": round(statistics.median(durable / bound for durable, bound in rounds), 2),
    }


def whole(rates):
    return {"median": int(statistics.median(rates)), "least": min(rates), "most": max(rates)}


def summary(times):
    return {key: round(of(times), 3) for key, of in (("median", statistics.median), ("least", min), ("most", max))}


def table(results):
    yield "| program | instructions | machine, ns each | twin, ns each | ratio |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for r in results["benchmarks"]:
        cells = [f"{r[who]['median']:.2f} ({r[who]['least']:.2f} to {r[who]['most']:.2f})" for who in ("machine", "twin")]
        yield f"| {r['name']} | {r['instructions']:,} | {cells[0]} | {cells[1]} | {r['ratio']:.2f} |"
    m = results["machine"]
    t = results["transfers"]
    yield ""
    yield "| signed transfers per second | durable | bound | ratio | replayed |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    rates = [f"{t[what]['median']:,} ({t[what]['least']:,} to {t[what]['most']:,})" for what in ("durable", "bound")]
    yield f"| in blocks of 500 | {rates[0]} | {rates[1]} | {t['ratio']:.2f} | {t['replay']:,} |"
    yield ""
    computer = f"{m['processor']}, {m['cores']} cores, {m['system']}; Swift {m['swift']}, gcc {m['gcc']}; {m['date']}."
    yield f"{computer} Median (least to most) of {ROUNDS} runs of the machine and its twin, and of {t['rounds']} rounds of transfers."


def record(results, lines):
    with open(os.path.join(HERE, "results.json"), "w") as file:
        file.write(json.dumps(results, indent=2) + "\n")
    path = os.path.join(HERE, "README.md")
    with open(path) as file:
        before, _, rest = file.read().partition("<!-- figures -->\n")
    after = rest.partition("<!-- end of figures -->\n")[2]
    with open(path, "w") as file:
        file.write(before + "<!-- figures -->\n" + "\n".join(lines) + "\n<!-- end of figures -->\n" + after)


def main():
    benchmarks, folder = sys.argv[1:3]
    names = output(benchmarks, "list").split()
    results = {"machine": machine(), "benchmarks": [measure(benchmarks, folder, name) for name in names], "transfers": transfers(benchmarks, folder)}
    lines = list(table(results))
    print("\n".join(lines))
    print(json.dumps(results))
    calm = all(r[who]["median"] <= CALM * r[who]["least"] for r in results["benchmarks"] for who in ("machine", "twin"))
    if not calm:
        print("The computer was busy with something else: take these figures with care.", file=sys.stderr)
    if "--record" in sys.argv[3:]:
        if not calm:
            sys.exit("They are not recorded.")
        record(results, lines)


main()
