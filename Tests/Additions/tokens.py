"""Counts the tokens of the sources at revisions, so that a change can show that it shrinks them.

usage: tokens.py [--by-target] [<revision> ...]        without a revision: the work tree

Swift sources of `Sources` and of the fuzzing targets below `Tests`. Comments and blanks are no tokens; a string's
literal parts are one token each, what is interpolated counts as code.
"""

import collections
import re
import subprocess
import sys

FOLDERS = ["Sources", "Tests/Fuzzing", "Tests/Fuzz", "Tests/FuzzModules", "Tests/FuzzSyntax", "Tests/FuzzChecker", "Tests/ContractFuzzing"]
TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|"""(?:\\.|.)*?"""|#"(?:.)*?"#|"(?:\\\((?:[^()"]|\((?:[^()"]|\([^()"]*\))*\)|"[^"\n]*")*\)|\\.|[^"\\\n])*"'
    r"|`?[A-Za-z_$][A-Za-z0-9_]*`?|[0-9][0-9A-Za-z_.]*|[-+*/%=<>!&|^~?]+|[^\sA-Za-z0-9_]",
    re.DOTALL,
)
INTERPOLATION = re.compile(r"\\\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")


def count(text):
    total = 0
    for match in TOKEN.finditer(text):
        if match.group("comment"):
            continue
        total += 1
        if match.group(0).startswith('"'):
            total += sum(count(inner) for inner in INTERPOLATION.findall(match.group(0)))
    return total


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def sources(revision):
    if revision is None:
        for path in git("ls-files", "--cached", "--others", "--exclude-standard", "--", *FOLDERS).splitlines():
            if path.endswith(".swift"):
                with open(path) as file:
                    yield path, file.read()
    else:
        for path in git("ls-tree", "-r", "--name-only", revision, "--", *FOLDERS).splitlines():
            if path.endswith(".swift"):
                yield path, git("show", f"{revision}:{path}")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--by-target"]
    for revision in arguments or [None]:
        by_target = collections.Counter()
        for path, text in sources(revision):
            by_target["/".join(path.split("/")[:2])] += count(text)
        if "--by-target" in sys.argv:
            for target, tokens in sorted(by_target.items()):
                print(f"{tokens:>9,}  {target}")
        print(f"{sum(by_target.values()):>9,}  {revision or 'work tree'}")


main()
