"""Runs the benchmark programs on the machines that one could use instead.

usage: peers.py revm <file of code> <program>=<rounds> ...
       peers.py wasmtime <file of code> <program>=<rounds> ...
       peers.py compile <file of code>

`compile` writes what the Vyper compiler makes of the programs, so that no run has to wait for it. Each line of the others' output is: the program,
nanoseconds for one round (the median of five runs), the result. Of programs that a machine cannot express it says nothing.

The life cycle goes through four calls from Python each. What a call costs that does nothing at all, measured in turns with them, is taken off.
"""

import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 5


def source(name):
    return os.path.join(HERE, name)


def nanoseconds(body):
    begin = time.perf_counter_ns()
    result = body()
    return time.perf_counter_ns() - begin, result


def report(programs, call):
    """`call(name, rounds)` answers the program's result, or None where the machine does not have it."""
    for name, rounds in programs:
        if call(name, 1) is None:
            continue
        measured = [nanoseconds(lambda: call(name, rounds)) for _ in range(RUNS)]
        print(name, statistics.median(took for took, _ in measured) / rounds, measured[0][1])


# MARK: revm, with Vyper


def compiled(file):
    command = [sys.executable, "-m", "vyper.cli.vyper_compile", "-O", "gas", "-f", "bytecode_runtime,method_identifiers", source(file)]
    code, identifiers = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {"code": code[2:], "calls": {signature.partition("(")[0]: number[2:].zfill(8) for signature, number in json.loads(identifiers).items()}}


def word(value):
    return value.to_bytes(32, "big")


def account(number):
    return f"0x{number:040x}"


class Contract:
    """One contract alone in an EVM that never runs out of gas."""

    address = account(0x22)

    def __init__(self, code, calls):
        import pyrevm

        self.calls = {name: bytes.fromhex(number) for name, number in calls.items()}
        self.evm = pyrevm.EVM(gas_limit=2**63)
        self.evm.insert_account_info(self.address, pyrevm.AccountInfo(code=bytes.fromhex(code)))

    def call(self, name, *arguments, caller=account(0x11), value=0, gas=2**60):
        return self.evm.message_call(caller, self.address, calldata=self.calls[name] + b"".join(arguments), value=value, gas=gas)


def life_cycles(contract, nothing, first, count):
    """Nanoseconds of so many life cycles, and of as many calls that do nothing."""
    buyer, seller = account(0x1001), account(0x1002)

    def life():
        for number in range(first, first + count):
            contract.call("open", word(number), word(0x1001), word(0x1002), word(100), caller=seller)
            contract.call("pay", word(number), caller=buyer, value=100)
            contract.call("ship", word(number), caller=seller)
            contract.call("accept", word(number), caller=buyer)

    def idle():
        for number in range(first, first + count):
            nothing.call("open", word(number), word(0x1001), word(0x1002), word(100), caller=seller)
            nothing.call("pay", word(number), caller=buyer, value=100)
            nothing.call("ship", word(number), caller=seller)
            nothing.call("accept", word(number), caller=buyer)

    return nanoseconds(life)[0], nanoseconds(idle)[0]


def revm(file, programs):
    with open(file) as lines:
        code = json.load(lines)
    programs = dict(programs)
    life = programs.pop("life-cycle", None)
    contract = Contract(**code["programs.vy"])

    def call(name, rounds):
        name = name.replace("-", "_")
        return int.from_bytes(contract.call(name, word(rounds)), "big") if name in contract.calls else None

    report(programs.items(), call)
    if life is None:
        return
    contract, nothing = Contract(**code["escrow.vy"]), Contract("00", code["escrow.vy"]["calls"])
    for machine in (contract, nothing):
        machine.evm.set_balance(account(0x1001), 10**30)
    took = [life_cycles(contract, nothing, run * life, life) for run in range(RUNS + 1)][1:]
    received = contract.evm.get_balance(account(0x1002))
    print("life-cycle", statistics.median(full - idle for full, idle in took) / life, received // (RUNS + 1))


# MARK: wasmtime


def wasmtime(_, programs):
    import wasmtime

    config = wasmtime.Config()
    config.consume_fuel = True
    store = wasmtime.Store(wasmtime.Engine(config))
    store.set_fuel(2**62)
    with open(source("programs.wat")) as text:
        module = wasmtime.Module(store.engine, wasmtime.wat2wasm(text.read()))
    functions = wasmtime.Instance(store, module, []).exports(store)
    report(programs, lambda name, rounds: functions[name](store, rounds) if name in functions else None)


def main():
    machine, file, *arguments = sys.argv[1:]
    programs = [(name, int(rounds)) for name, _, rounds in (argument.partition("=") for argument in arguments)]
    if machine == "compile":
        with open(file, "w") as output:
            json.dump({name: compiled(name) for name in ("programs.vy", "escrow.vy")}, output)
    else:
        {"revm": revm, "wasmtime": wasmtime}[machine](file, programs)


main()
