#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check the rules that need no running program.

    tools/lint.py [PATH...]    of the tree, or of files and folders

Format (clang-format), directions and circles of includes, headers that compile
alone, warnings by a second compiler, sizes of files and functions, names that
stand in several files, plain English, Python by pyflakes, and a licence line in
every file. Each finding is one line FILE:LINE: problem. `make lint` runs it for
the tree, the hook of `make hooks` for the files of a commit.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

from lint_tree import include_circles, repeated_names
from lint_words import word_findings

# A room may include itself and what stands here (docs/architecture.md).
BELOW_CONTROL = {"agent/core", "agent/host", "agent/bgp/codec", "agent/bgp/session", "agent/rib", "agent/nexthop",
                 "agent/fib", "agent/steering", "agent/datapath", "agent/filter"}
ROOMS = {
    "include/headgate": set(),
    "bpf": {"include/headgate"},
    "agent/core": {"include/headgate"},
    "agent/bgp/codec": {"agent/core"},
    "agent/bgp/session": {"agent/core", "agent/bgp/codec"},
    "agent/rib": {"agent/core", "agent/bgp/codec"},
    "agent/host": {"agent/core"},
    "agent/nexthop": {"agent/core", "agent/host"},
    "agent/fib": {"agent/core", "agent/host", "agent/nexthop"},
    "agent/steering": {"agent/core", "agent/rib", "agent/nexthop", "include/headgate"},
    "agent/datapath": {"agent/core", "include/headgate", "bpf"},
    "agent/filter": {"agent/core", "agent/bgp/codec", "agent/datapath", "include/headgate"},
    "agent/control": BELOW_CONTROL | {"include/headgate", "bpf"},
    "agent/config": BELOW_CONTROL | {"agent/control", "include/headgate"},
    "agent": BELOW_CONTROL | {"agent/control", "agent/config", "include/headgate"},
    "tools": {"include/headgate", "agent/core", "agent/host"},
}
# Pure code knows neither sockets nor time: whole folders, and each file whose
# opening comment says "Pure".
PURE_FOLDERS = ("agent/bgp/codec/", "agent/rib/policy/")
PURE_WORD = re.compile(r"\bPure[.:]")
# These need AF_INET, which no other header defines.
SOCKET_CONSTANTS = ("agent/fib/nexthop_message.c", "agent/fib/route_message.c",
                    "agent/fib/rule_message.c", "agent/nexthop/netlink_message.c")
IMPURE_INCLUDES = re.compile(r"core/(log|clock)\.h|event2/|sys/socket|<time\.h>|<unistd\.h>")
# Only these may know the libraries that belong to one room.
LIBRARIES = {
    re.compile(r"<bpf/lib|<xdp/lib|skel\.h"): ("agent/datapath/", "tests/"),
    re.compile(r"libmnl"): ("agent/host/", "agent/nexthop/", "agent/fib/", "tests/"),
    re.compile(r"<seccomp"): ("agent/syscall_filter", "tests/"),
    re.compile(r"json-c"): ("agent/host/json.", "agent/control/", "tools/", "tests/"),
}

# Documents leave out agent/ before the name of a room.
OUR_FOLDERS = {"agent", "bpf", "docs", "include", "tests", "tools",
               *(room.split("/")[1] for room in ROOMS if room.startswith("agent/"))}

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 60
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", '-DHEADGATE_VERSION=""', "-Wall", "-Wextra", "-Wshadow",
         "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wno-missing-field-initializers", "-Werror", "-Iagent", "-Iinclude",
         "-Ibpf", "-Itools", "-Itests"]

findings = []


def finding(path, line, text):
    findings.append(f"{path}:{line}: {text}")


def tracked(*patterns):
    command = ["git", "ls-files", "-co", "--exclude-standard", *patterns]
    listed = subprocess.run(command, check=True, text=True, capture_output=True).stdout
    return [path for path in listed.split("\n") if path and os.path.exists(path)]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def room_of(path):
    folder = os.path.dirname(path)
    while folder and folder not in ROOMS:
        folder = os.path.dirname(folder)
    return folder or None


def resolve(path, name):
    """The file of ours that `#include "name"` in `path` means, or None."""
    for folder in (os.path.dirname(path), "agent", "include", "bpf", "tools", "tests"):
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(candidate):
            return candidate
    return None


def opening_comment(path):
    """The first comments of a file, up to its first code."""
    if not os.path.exists(path):
        return ""
    return "".join(re.findall(r"/\*.*?\*/", read(path).split("#include")[0], re.S))


def is_pure(path):
    """A module is pure if its folder is, or its header says so."""
    stem = os.path.splitext(path)[0]
    return path.startswith(PURE_FOLDERS) or any(
        PURE_WORD.search(opening_comment(stem + end)) for end in (".h", ".c"))


def included(text):
    """Yield (line, name with its brackets or quotes) for each #include."""
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line):
            yield number, match[1]


def check_includes(path, text):
    room = room_of(path)
    pure = is_pure(path)
    for number, name in included(text):
        for library, homes in LIBRARIES.items():
            if library.search(name) and not path.startswith(homes):
                finding(path, number, f"{name} belongs to {homes[0]}")
        if (pure and IMPURE_INCLUDES.search(name)
                and not (path in SOCKET_CONSTANTS and "sys/socket" in name)):
            finding(path, number, f"{name} in a pure module")
        target = resolve(path, name[1:-1]) if name[0] == '"' else None
        if not target or not room or path.startswith("tests/"):
            continue
        other = room_of(target)
        if other != room and other not in ROOMS[room]:
            finding(path, number, f"{room} must not include {name}")


def check_tree(sources):
    """Check what no file shows by itself. `sources`: path -> text."""
    agent = {path: text for path, text in sources.items() if path.startswith("agent/")}
    includes = {}
    for path, text in agent.items():
        targets = {resolve(path, name[1:-1]) for _, name in included(text) if name[0] == '"'}
        includes[path] = {target for target in targets if target in agent}
    for circle in include_circles(includes, room_of):
        finding(circle[0], 1, "circle of includes: " + ", ".join(circle))
    for path, line, text in repeated_names({path: text for path, text in agent.items()
                                            if path.endswith(".c")}):
        finding(path, line, text)


def check_words(path, text):
    for line, problem in word_findings(path, text):
        finding(path, line, problem)


def anchor_of(heading):
    """Return the anchor that Markdown renderers give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(text):
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}


def check_document(path, text):
    """Check that links lead to files and headings, and `paths` to files."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("    "):
            continue
        for target in re.findall(r"\]\(([^)]*)\)", line):
            name, _, anchor = target.partition("#")
            other = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if "://" in target:
                continue
            if not os.path.exists(other):
                finding(path, number, f"link to {target}: no such file")
            elif anchor and anchor not in anchors(read(other)):
                finding(path, number, f"link to {target}: no such heading")
        for name in re.findall(r"`([\w./*-]+)`", line):
            folder, slash, _ = name.partition("/")
            if slash and folder in OUR_FOLDERS and not any(map(glob.glob, (name, f"agent/{name}", f"{name}.c"))):
                finding(path, number, f"{name}: no such file")


def check_sizes(path, text):
    lines = text.split("\n")
    if len(lines) > MAX_FILE_LINES:
        finding(path, len(lines), f"more than {MAX_FILE_LINES} lines: split by concept")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start > MAX_FUNCTION_LINES:
                finding(path, start, f"function of {number - start} lines")
            start = None


def check_licence(path, text):
    if "SPDX-License-Identifier: " not in "\n".join(text.split("\n")[:3]):
        finding(path, 1, "no SPDX-License-Identifier line")


def check_format(paths):
    command = [os.environ.get("CLANG_FORMAT", "clang-format"), "--dry-run", "-Werror", *paths]
    done = subprocess.run(command, text=True, capture_output=True)
    for line in done.stderr.split("\n"):
        if "error:" in line:
            findings.append(line.replace("error: code should be clang-formatted",
                                         "not formatted; run: make format"))


def is_userland(path):
    """False for what clang compiles for BPF only."""
    return path.endswith("_hash.h") or not path.startswith("bpf/") and not path.endswith(".bpf.c")


def compile_alone(compiler, path, extra):
    command = [compiler, *FLAGS, *extra, "-fsyntax-only", "-x", "c", path]
    done = subprocess.run(command, text=True, capture_output=True)
    return [line for line in done.stderr.split("\n") if "error:" in line]


def check_python(paths):
    """Run pyflakes; a line with `noqa` is excused and says why."""
    done = subprocess.run(["pyflakes3", *paths], text=True, capture_output=True)
    for line in (done.stdout + done.stderr).splitlines():
        match = re.match(r"([^:]+):(\d+):(?:\d+:)? (.*)", line)
        if not match:
            findings.append(line)
        elif "# noqa" not in read(match[1]).split("\n")[int(match[2]) - 1]:
            finding(match[1], match[2], match[3])


def check_compilers(paths):
    extra = ["-I" + os.environ.get("B", "build")]
    extra += subprocess.run(["pkg-config", "--cflags", "libbpf", "libevent_core", "libmnl", "json-c"],
                            check=True, text=True, capture_output=True).stdout.split()
    # -Wunused in a header alone is about static inline functions.
    runs = [(compiler, path, extra + (["-Wno-unused"] if path.endswith(".h") else []))
            for path in paths if is_userland(path) for compiler in ("gcc", "clang")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for errors in pool.map(lambda run: compile_alone(*run), runs):
            findings.extend(errors)


def check_all(wanted):
    """Check the files that `wanted` holds for; the tree as a whole, always."""
    sources = {path: read(path) for path in tracked("*.c", "*.h")}
    scripts = {path: read(path) for path in tracked("*.py", "*.sh", "Makefile", ".ci/*", "tools/pre-commit",
                                                    ".clang-format", ".clang-tidy", ".editorconfig")}
    documents = {path: read(path) for path in tracked("*.md")}
    for path, text in {**sources, **scripts, **documents}.items():
        if not wanted(path):
            continue
        if path in sources:
            check_includes(path, text)
            check_sizes(path, text)
        if path in documents:
            check_document(path, text)
        else:
            check_licence(path, text)
        check_words(path, text)
    check_tree(sources)
    chosen = [path for path in sources if wanted(path)]
    if chosen:
        check_format(chosen)
        check_compilers(chosen)
    if python := [path for path in scripts if path.endswith(".py") and wanted(path)]:
        check_python(python)
    return f"lint: {len(chosen)} C files, {len(python)} of Python, no findings"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", metavar="PATH")
    chosen = tuple(parser.parse_args().paths)
    summary = check_all(lambda path: not chosen or path.startswith(chosen))
    print("\n".join(findings) if findings else summary)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
