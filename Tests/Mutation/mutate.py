"""Changes single lines of Sources/Semantics and Sources/VM at random, and tells which changes the tests notice.

usage: mutate.py [--seed <number>] [--count <number>] [--jobs <number>] [--only <number>,...]

All changes are built at once, into a copy of the tree below .build-mutants: each stands beside what it replaces, and
the variable MUTANT of the environment says which one runs. What does not compile is left out, and another taken. Each
mutant then runs the tests, the quick ones first, until the first of them fails, crashes, or takes ten times as long
as it should. What reads the sources or a release build does not count, nor what fails without a mutant.

Prints a table of all mutants; fails if fewer than nine in ten are caught. A survivor is either a change that changes
nothing, or a test that is missing: read it.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, ".build-mutants")
TREE = os.path.join(FOLDER, "tree")
TARGETS = ["Semantics", "VM"]
BUILD = ["swift", "build", "-c", "release"]
PROGRAM = os.path.join(TREE, ".build/release/earnestPackageTests.xctest")
# Filters of tests, in the order in which a mutant meets them.
SUITES = {
    "Semantics": [
        "LanguageTests.CorpusTests", "LanguageTests", "TestRunnerTests", "BytecodeTests", "ContractFuzzingTests",
        "LedgerTests", "MachineTests", "FuzzingTests", "StoreTests", "PrimitivesTests",
    ],
    "VM": [
        "MachineTests", "FuzzingTests", "TestRunnerTests", "BytecodeTests", "ContractFuzzingTests", "LedgerTests",
        "StoreTests", "LanguageTests", "PrimitivesTests",
    ],
}
# For each mutant that is wanted, so many are tried to compile.
SPARE = 1.6
ENOUGH = 0.9
# The most bytes that a mutant may hold.
MEMORY = 4 << 30
# The exit code of the tests' program where the filter leaves no test.
NO_TESTS = 69

ACTIVE = """import Glibc

@usableFromInline package let activeMutant: Int = getenv("MUTANT").map { Int(atoi($0)) } ?? 0
"""

# Replacements of operators, which are looked for between blanks, outside of texts and comments.
OPERATORS = {
    "==": ["!="], "!=": ["=="], "<": ["<=", ">"], "<=": ["<"], ">": [">=", "<"], ">=": [">"], "^": ["&"],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["/"], "&+": ["&-"], "&-": ["&+"],
    "+=": ["-="], "-=": ["+="], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"],
}  # fmt: skip
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min", "first": "last", "last": "first"}
NO_STATEMENT = re.compile(
    r"(package|private|fileprivate|internal|static|mutating|func|var|let|struct|enum|extension|protocol|case|default|"
    r"switch|for|if|guard|while|do|else|return|import|indirect|init|deinit|typealias|subscript|final|class|throw|"
    r"repeat|precondition|preconditionFailure|inout|where|some|lazy|running|try)\b|[@#}\])?:.&|+*/-]"
)

Mutant = collections.namedtuple("Mutant", "target path line before after text")


# MARK: Making mutants


def masked(line):
    """The line with its texts and comments blanked out, as long as before."""
    string = r'"(?:\\\((?:[^()"]|\([^()]*\)|"[^"]*")*\)|\\.|[^"\\])*"'
    line = re.sub(string, lambda m: '"' + "_" * (len(m.group()) - 2) + '"', line)
    return re.sub(r"//.*", lambda m: " " * len(m.group()), line)


def depths(text):
    depth, found = 0, []
    for character in text:
        if character in ")]}":
            depth -= 1
        found.append(depth)
        if character in "([{":
            depth += 1
    return found, depth


def is_balanced(text):
    found, depth = depths(text)
    return depth == 0 and min(found, default=0) >= 0


def outermost(text, pattern, start=0):
    """Where the pattern first matches outside of all brackets."""
    found, _ = depths(text)
    return next((m for m in re.compile(pattern).finditer(text, start) if found[m.start()] == 0), None)


def fragments(line, mask, before, behind, result):
    """The parts of a line that can be changed: (start, end, `condition`, `expression`, `returned` or `statement`)."""
    code = mask.strip()
    start = len(mask) - len(mask.lstrip())
    end = len(mask.rstrip())
    # A line is whole where it does not go on from the one before, nor the next from it.
    is_whole = is_balanced(code) and not re.search(r"([,(\[=?:+*/-]|&&|\|\||\bin|\belse)$", before)
    is_whole = is_whole and not re.search(r"[,(\[{=+*/-]$|&&$|\|\|$", code)
    is_whole = is_whole and not re.match(r"[.?:)\]+*/-]|&&|\|\||else|\{", behind) and not re.match(r"[.?:)\]]", code)
    if head := re.match(r"(?:\} )?(?:else )?(?:if|guard|while) ", code):
        at = start + head.end()
        stop = outermost(mask, r" (else )?\{", at)
        if stop and is_balanced(mask[at : stop.start()]):
            for clause in clauses(mask, at, stop.start()):
                if not re.match(r"(let|var|case)\b", mask[clause[0] :]):
                    yield (*clause, "condition")
            body = re.match(r"\{ (.*) \}$", mask[stop.end() - 1 : end])
            if body and is_balanced(body.group(1)):
                inner = stop.end() + 1
                word = re.match(r"return (?=.)", mask[inner:])
                yield (inner + (word.end() if word else 0), end - 2, "returned" if word else "statement")
    elif head := re.match(r"(&&|\|\|) ", code):
        stop = outermost(mask, r" (else )?\{|,$| \?", start)
        stop = stop.start() if stop else end
        if is_balanced(mask[start:stop]):
            yield (start + head.end(), stop, "condition")
    elif head := re.match(r"for .*? in ", code):
        at = start + head.end()
        stop = outermost(mask, r" where | \{", at)
        if stop and is_balanced(mask[at : stop.start()]):
            yield (at, stop.start(), "expression")
            last = outermost(mask, r" \{", stop.start())
            if stop.group() == " where " and last:
                yield (stop.end(), last.start(), "condition")
    elif code.startswith(("case ", "default:")):
        stop = outermost(mask, r": ", start)
        if stop and is_whole and not mask[stop.end() :].startswith(("switch ", "if ", "break")):
            word = re.match(r"return (?=.)", mask[stop.end() :])
            yield (stop.end() + (word.end() if word else 0), end, "returned" if word else "statement")
    elif code.startswith("return ") and is_whole:
        yield (start + len("return "), end, "returned")
    elif head := re.match(r"(?:let|var) [^={]*? = ", code):
        if is_whole and not code[head.end() :].startswith(("switch ", "if ")):
            yield (start + head.end(), end, "expression")
    elif re.search(r"\b(func|var|init)\b.* \{ .* \}$", code) and is_balanced(code):
        stop = outermost(mask, r" \{ ", start)
        if stop and end - 2 > stop.end():
            yield (stop.end(), end - 2, "body")
    elif is_whole and not NO_STATEMENT.match(code) and re.search(r"\(| [-+*/&|^]?= |^(break|continue)", code):
        yield (start, end, "statement")


def clauses(mask, start, end):
    found, _ = depths(mask[start:end])
    at = start
    for index, depth in enumerate(found):
        if depth == 0 and mask[start + index] == ",":
            yield (at, start + index)
            at = start + index + 2
    yield (at, end)


def changes(text, kind, result):
    """Texts that a fragment may become; None where it goes."""
    mask = masked(text)

    def spliced(start, end, new):
        return text[:start] + new + text[end:]

    for m in re.finditer(r"(?<= )([-+*/%<>=!&|^]+)(?= )", mask):
        for new in OPERATORS.get(m.group(), []):
            yield spliced(*m.span(), new)
    for m in re.finditer(r"\.\.<", mask):
        yield spliced(*m.span(), "...")
    for m in re.finditer(r"(?<![\w.$])\d[\d_]*(?![\w.])", mask):
        value = int(m.group().replace("_", ""))
        yield spliced(*m.span(), str(value + 1))
        if value > 0:
            yield spliced(*m.span(), str(value - 1))
    words = r"(?<![\w`])(?:true|false|(?<!\.)(?:min|max)(?=\()|(?<=\.)(?:first|last)(?!\w))(?!\w|:)"
    for m in re.finditer(words, mask):
        yield spliced(*m.span(), WORDS[m.group()])
    for m in re.finditer(r"(?<![\w)\]?!])!(?=[\w(])", mask):
        yield spliced(*m.span(), "")
    for m in re.finditer(r"(?<=\w\()(\w[\w.]*), (\w[\w.]*)(?=\))", mask):
        if m.group(1) != m.group(2):
            yield spliced(*m.span(), f"{m.group(2)}, {m.group(1)}")
    if kind == "condition":
        yield f"!({text})"
        yield "true"
        yield "false"
    elif kind in ("returned", "body") and result and " = " not in mask:
        if result.endswith("?") and text != "nil":
            yield "nil"
        elif result.startswith("[") and text != "[]":
            yield "[]"
        elif result == "Bool":
            yield f"!({text})"
    elif kind == "statement":
        yield {"break": "continue", "continue": "break"}.get(text)
        if not text.startswith("throw "):
            yield None


def rewritten(line, start, end, kind, new, number):
    text = line[start:end]
    if kind in ("statement", "body"):
        change = f"if activeMutant == {number} {{ {new or ''} }} else {{ {text} }}"
    else:
        head = "try " if "try " in text else ""
        change = f"{head}(activeMutant == {number} ? ({new.replace('try ', '')}) : ({text.replace('try ', '')}))"
    return line[:start] + change + line[end:]


def candidates(target):
    """Lines with what they may become: (path, number of the line, [(start, end, kind, new text)])."""
    folder = os.path.join("Sources", target)
    paths = [os.path.join(base, name) for base, _, names in os.walk(os.path.join(ROOT, folder)) for name in names]
    for path in sorted(path for path in paths if path.endswith(".swift")):
        with open(path) as file:
            lines = file.read().splitlines()
        masks = [masked(line) for line in lines]
        codes = [mask.strip() for mask in masks]
        result, is_text = None, False
        for index, line in enumerate(lines):
            if line.count('"""') % 2:
                is_text = not is_text
            if m := re.search(r"(?:\) (?:throws(?:\(\w+\))? )?->|\bvar \w+:) (.+?) \{", masks[index]):
                result = m.group(1)
            if is_text or '"""' in line or not codes[index] or "precondition" in line:
                continue
            if codes[index].startswith(("import ", "package import ", "@", "#")):
                continue
            before, behind = ((codes[i] if 0 <= i < len(codes) else "") for i in (index - 1, index + 1))
            possible = [
                (start, end, kind, new)
                for start, end, kind in fragments(line, masks[index], before, behind, result)
                if "precondition" not in line[start:end] and "super.init" not in line
                for new in changes(line[start:end], kind, result)
            ]
            if possible:
                yield os.path.relpath(path, ROOT), index, possible


def choose(count, seed):
    """Mutants in the order in which they are wanted; their numbers begin with 1."""
    generator = random.Random(seed)
    lines = [(target, *candidate) for target in TARGETS for candidate in candidates(target)]
    generator.shuffle(lines)
    chosen = {}
    for number, (target, path, index, possible) in enumerate(lines[: int(count * SPARE) + 10], 1):
        start, end, kind, new = generator.choice(possible)
        with open(os.path.join(ROOT, path)) as file:
            line = file.read().splitlines()[index]
        after = "nothing" if new is None else (line[:start] + new + line[end:]).strip()
        text = rewritten(line, start, end, kind, new, number)
        chosen[number] = Mutant(target, path, index, line.strip(), after, text)
    return chosen


# MARK: Building


def write(path, text):
    """Only what changes is written, so that only that is built again."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text)


def copy():
    """The tree as it is, but for warnings, which are no errors: a mutant may leave something unused."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    names = {name for name in names if os.path.isfile(os.path.join(ROOT, name))}
    for base in ("Sources", "Tests", "benchmarks", "contracts"):
        for folder, _, files in os.walk(os.path.join(TREE, base)):
            for file in files:
                if os.path.relpath(os.path.join(folder, file), TREE) not in names and file != "ActiveMutant.swift":
                    os.remove(os.path.join(folder, file))
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            text = file.read()
        if name == "Package.swift":
            text = text.replace(b".treatAllWarnings(as: .error),\n]", b'.unsafeFlags(["-enable-testing"]),\n]')
        if not name.startswith(tuple(f"Sources/{target}/" for target in TARGETS)):
            write(os.path.join(TREE, name), text)
            shutil.copymode(os.path.join(ROOT, name), os.path.join(TREE, name))
    for target in TARGETS:
        write(os.path.join(TREE, "Sources", target, "ActiveMutant.swift"), ACTIVE.encode())


def put(mutants):
    for target in TARGETS:
        for base, _, names in os.walk(os.path.join(ROOT, "Sources", target)):
            for name in names:
                path = os.path.relpath(os.path.join(base, name), ROOT)
                with open(os.path.join(ROOT, path)) as file:
                    lines = file.read().split("\n")
                for mutant in mutants.values():
                    if mutant.path == path:
                        lines[mutant.line] = mutant.text
                write(os.path.join(TREE, path), "\n".join(lines).encode())


def build(chosen, count):
    """The mutants that compile, no more than wanted."""
    with_sources = hashlib.sha256(repr(sorted(chosen.items())).encode()).hexdigest()
    memory = os.path.join(FOLDER, "dropped.json")
    dropped = set()
    if os.path.exists(memory):
        with open(memory) as file:
            known = json.load(file)
        dropped = set(known["dropped"]) if known["of"] == with_sources else set()
    while True:
        kept = dict([(n, m) for n, m in chosen.items() if n not in dropped][:count])
        put(kept)
        wrong = set()
        for target in TARGETS:
            result = subprocess.run([*BUILD, "--target", target], cwd=TREE, capture_output=True, text=True)
            if result.returncode:
                error = r"/(Sources/(?:%s)/\S+?\.swift):(\d+):\d+: error:" % "|".join(TARGETS)
                errors = set(re.findall(error, result.stdout + result.stderr))
                guilty = {at for path, line in errors if (at := nearest(kept, path, int(line) - 1))}
                if not guilty:
                    sys.exit(result.stdout[-4000:] + result.stderr[-4000:])
                wrong |= guilty
        if not wrong:
            break
        print(f"{len(wrong)} do not compile", flush=True)
        dropped |= wrong
    with open(memory, "w") as file:
        json.dump({"of": with_sources, "dropped": sorted(dropped)}, file)
    print("building the tests", flush=True)
    result = subprocess.run([*BUILD, "--build-tests"], cwd=TREE, capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stdout[-4000:] + result.stderr[-4000:])
    return kept


def nearest(mutants, path, line):
    """The mutant of an error: the one at its line, or the next above, or below."""
    numbers = [n for n, mutant in mutants.items() if mutant.path == path]
    return min(numbers, key=lambda n: (mutants[n].line > line, abs(mutants[n].line - line)), default=None)


# MARK: Running


def run(suite, skipped, number, limit, stop=True):
    """What goes wrong, or None, and the seconds that it took; without `stop`, all tests that go wrong."""
    only = rf"^{re.escape(suite)}[./]"
    options = [option for name in skipped for option in ("--skip", name)]
    environment = os.environ | {"MUTANT": str(number), "SWIFT_BACKTRACE": "enable=no"}
    began = time.monotonic()
    process = subprocess.Popen(
        [PROGRAM, "--testing-library", "swift-testing", "--no-parallel", "--filter", only, *options],
        cwd=TREE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    )  # fmt: skip
    failed, rest, ended = [], b"", None
    try:
        while ended is None:
            if select.select([process.stdout], [], [], 0.5)[0]:
                piece = os.read(process.stdout.fileno(), 1 << 16)
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    said = line.decode(errors="replace")
                    if m := re.search(r"✘.*? Test (\S+?)\(.* (?:recorded an issue|failed)", said):
                        failed.append(m.group(1))
                if not piece:
                    ended = ""
                if failed and stop:
                    ended = failed[0]
            if time.monotonic() - began > limit:
                ended = "time"
            elif process.poll() is None and held(process.pid) > MEMORY:
                ended = "memory"
    finally:
        if process.poll() is None and ended:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
    seconds = time.monotonic() - began
    if not stop:
        if code == NO_TESTS:
            sys.exit(f"there are no tests called {suite}")
        return failed, seconds
    # Where all tests of a suite are skipped, there are none.
    if not ended and code not in (0, NO_TESTS):
        ended = f"ends with {signal.Signals(-code).name if code < 0 else code}"
    return ended or None, seconds


def held(process):
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def judge(number, mutant, seconds, skipped):
    for suite in SUITES[mutant.target]:
        what, _ = run(suite, skipped[suite], number, 10 * seconds[suite] + 10)
        if what:
            return f"{suite}: {what}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="", help="numbers of the table, to run again")
    options = parser.parse_args()
    copy()
    chosen = choose(options.count, options.seed)
    mutants = build(chosen, options.count)
    seconds, skipped = {}, {}
    for suite in SUITES["Semantics"]:
        skipped[suite], seconds[suite] = run(suite, [], 0, 1200, stop=False)
        without = [f"without {name}" for name in sorted(set(skipped[suite]))]
        print(f"{suite}: {seconds[suite]:.1f} s", *without, flush=True)
    only = [int(number) for number in options.only.split(",") if number] or list(mutants)
    survivors = []
    print("| mutant | line | was | is | caught by |\n| ---: | --- | --- | --- | --- |", flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(judge, number, mutants[number], seconds, skipped): number for number in only}
        for done in concurrent.futures.as_completed(runs):
            number = runs[done]
            mutant, caught = mutants[number], done.result()
            if not caught:
                survivors.append(number)
            place = f"{mutant.path[8:]}:{mutant.line + 1}"
            by = caught or "**nothing**"
            print(f"| {number} | {place} | `{mutant.before}` | `{mutant.after}` | {by} |", flush=True)
    left = ", ".join(map(str, sorted(survivors))) or "none"
    print(f"seed {options.seed}: {len(only) - len(survivors)} of {len(only)} caught; not: {left}")
    if len(survivors) > (1 - ENOUGH) * len(only):
        sys.exit("too few are caught")


main()
