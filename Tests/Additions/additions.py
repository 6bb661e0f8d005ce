"""Adds one of each kind of thing that docs/ARCHITECTURE.md tells how to add, and takes it out again.

usage: additions.py [<kind> ...]               applies each patch, builds, counts the files of Sources, reverts
       additions.py --hunks [<kind> ...]       leaves out each hunk in turn: the rest must not compile, or fail a test
       additions.py --hunks --first [<kind>…]  leaves out only the first hunk of each file

A patch that no longer applies is to be mended: it shows what adding takes today. Works on a clean tree only, and
leaves it clean whatever happens.
"""

import os
import re
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))

# Of each kind: the most files of Sources that adding one may touch, and the tests that know of it.
KINDS = {
    "opcode": (6, "MachineCorpusTests|DocsTests|DifferentialTests|OpcodeTests"),
    "function": (8, "DifferentialTests|DocsTests|SnippetTests"),
    "type": (18, "DifferentialTests|ContractTests|BytecodeTests"),
    "table": (2, "NoteTests|RowsTests"),
    "operation": (5, "AnnotationTests|NumbersTests"),
    "refusal": (2, "NumbersTests|DocsTests"),
}


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, text=True, **options)


def is_clean():
    return not run("git", "status", "--porcelain", capture_output=True).stdout


def apply(patch, *options):
    if run("git", "apply", "--recount", *options, "-", input=patch).returncode:
        sys.exit("the patch does not apply")


def builds():
    return run("swift", "build", "--build-tests", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def failed(tests):
    """The tests that fail, by name; None where all pass."""
    result = run("swift", "test", "--skip-build", "--filter", tests, capture_output=True)
    if result.returncode == 0:
        return None
    output = result.stdout + result.stderr
    return ", ".join(sorted(set(re.findall(r"Test (\w+)\(.*?\) (?:recorded|failed|with)", output)))) or "the run ends"


def hunks(patch):
    """A list of (file, header, hunk)."""
    found = []
    for part in re.split(r"(?m)^(?=diff --git )", patch):
        if not part.strip():
            continue
        header, *bodies = re.split(r"(?m)^(?=@@ )", part)
        name = re.search(r"b/(\S+)", header).group(1)
        found += [(name, header, body) for body in bodies]
    return found


def joined(parts):
    text, last = "", None
    for name, header, body in parts:
        text += (header if name != last else "") + body
        last = name
    return text


def check(kind):
    limit, _ = KINDS[kind]
    with open(os.path.join(FOLDER, kind + ".patch")) as file:
        patch = file.read()
    parts = hunks(patch)
    touched = sorted({name for name, _, _ in parts if name.startswith("Sources/")})
    apply(patch)
    try:
        good = builds()
    finally:
        apply(patch, "--reverse")
    print(f"{kind}: {len(touched)} files of Sources, at most {limit}: {', '.join(touched)}; {'builds' if good else 'DOES NOT BUILD'}")
    return good and len(touched) <= limit


def check_hunks(kind, is_first):
    _, tests = KINDS[kind]
    with open(os.path.join(FOLDER, kind + ".patch")) as file:
        patch = file.read()
    parts = hunks(patch)
    apply(patch)
    try:
        wrong = failed(tests) if builds() else "the build"
    finally:
        apply(patch, "--reverse")
    print(f"{kind}, whole: {f'FAILS: {wrong}' if wrong else 'passes'}", flush=True)
    good = not wrong
    seen = set()
    for index, (name, _, body) in enumerate(parts):
        if is_first and name in seen:
            continue
        seen.add(name)
        rest = joined(parts[:index] + parts[index + 1 :])
        apply(rest)
        try:
            found = failed(tests) if builds() else "does not compile"
        finally:
            apply(rest, "--reverse")
        print(f"{kind}, without {name} {body.splitlines()[0].split(' @@')[0]} @@: {found or 'NOTHING NOTICES'}", flush=True)
        good = good and found is not None
    return good


def main():
    options = [argument for argument in sys.argv[1:] if argument.startswith("--")]
    kinds = [argument for argument in sys.argv[1:] if not argument.startswith("--")] or list(KINDS)
    if not is_clean():
        sys.exit("the work tree has changes; commit or stash them first")
    results = [check_hunks(kind, "--first" in options) if "--hunks" in options else check(kind) for kind in kinds]
    if not is_clean():
        sys.exit("the patches left something behind")
    sys.exit(0 if all(results) else 1)


main()
