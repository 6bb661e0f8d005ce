"""Signed transfers, beside the bare verification of their signatures."""

import os
import shutil
import statistics

from computer import output


def measure(benchmarks, folder):
    rounds, replay = run(benchmarks, folder)
    return {
        "rounds": len(rounds),
        "durable": whole([durable for durable, _ in rounds]),
        "bound": whole([bound for _, bound in rounds]),
        "replay": replay,
        "ratio": round(statistics.median(durable / bound for durable, bound in rounds), 2),
    }


def run(benchmarks, folder):
    """One process; answers the rates of its rounds, durable and bound, and that of its replay."""
    ledger = os.path.join(folder, "ledger")
    shutil.rmtree(ledger, ignore_errors=True)
    lines = [line.split() for line in output(benchmarks, "transfers", ledger).splitlines()]
    shutil.rmtree(ledger)
    rounds = [(int(durable), int(bound)) for kind, durable, bound in (line for line in lines if line[0] == "round")]
    return rounds, next(int(line[1]) for line in lines if line[0] == "replay")


def whole(rates):
    return {"median": int(statistics.median(rates)), "least": min(rates), "most": max(rates)}


def table(t):
    yield "| signed transfers per second | durable | bound | ratio | replayed |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    rates = [f"{t[what]['median']:,} ({t[what]['least']:,} to {t[what]['most']:,})" for what in ("durable", "bound")]
    yield f"| in blocks of 500 | {rates[0]} | {rates[1]} | {t['ratio']:.2f} | {t['replay']:,} |"
