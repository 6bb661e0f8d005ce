"""The machines that one could use instead, as far as they are installed."""

import os
import shutil
import subprocess
import sys

from computer import output

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")


def succeeds(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


class Peers:
    """`folder` is where `make peers` has installed them."""

    def __init__(self, folder):
        python = os.path.join(folder, "bin", "python")
        code = os.path.join(folder, "code.json")
        script = os.path.join(SOURCES, "peers.py")
        self.commands = {}
        self.versions = {}
        if self.has(python, "pyrevm", "vyper") and succeeds(python, script, "compile", code):
            self.add("revm", [python, script, "revm", code], self.version(python, "pyrevm") + " and " + self.version(python, "vyper"))
        if self.has(python, "wasmtime"):
            self.add("wasmtime", [python, script, "wasmtime", code], self.version(python, "wasmtime"))
        if shutil.which("lua5.4"):
            self.add("lua", ["lua5.4", os.path.join(SOURCES, "programs.lua")], output("lua5.4", "-v").split(" Copyright")[0].strip())
        for name, title in (("revm", "revm with Vyper"), ("wasmtime", "wasmtime"), ("lua", "Lua 5.4")):
            if name not in self.commands:
                print(f"{title} is missing, so its column has dashes: `make -C benchmarks peers` installs it.", file=sys.stderr)

    def add(self, name, command, version):
        self.commands[name] = command
        self.versions[name] = version

    @staticmethod
    def has(python, *modules):
        return os.path.exists(python) and succeeds(python, "-c", "import " + ", ".join(modules))

    @staticmethod
    def version(python, package):
        return package + " " + output(python, "-c", f"import importlib.metadata as m; print(m.version('{package}'))").strip()

    def run(self, rounds):
        """Runs each peer once; answers (peer, program, nanoseconds a round, result)."""
        programs = [f"{name}={count}" for name, count in rounds.items()]
        for peer, command in list(self.commands.items()):
            try:
                lines = output(*command, *programs).splitlines()
            except subprocess.CalledProcessError as error:
                print(f"{peer} fails and is left out: {error.stderr.strip()[-500:]}", file=sys.stderr)
                del self.commands[peer], self.versions[peer]
                continue
            for line in lines:
                name, nanoseconds, result = line.split()
                yield peer, name, float(nanoseconds), int(result)
