#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The rules that can be checked without running anything.

Format (clang-format), the directions of includes between the rooms, headers
that compile alone, warnings by a second compiler, sizes of files and functions,
and a licence line in every file. `make lint` runs it; each finding is one line
FILE:LINE: what is wrong.
"""

import os
import re
import subprocess
import sys

# A room may include itself and what stands here (docs/architecture.md).
BELOW_CONTROL = {"agent/core", "agent/bgp/codec", "agent/bgp/session", "agent/rib", "agent/nexthop",
                 "agent/fib", "agent/steering", "agent/datapath", "agent/config"}
ROOMS = {
    "include/headgate": set(),
    "bpf": {"include/headgate"},
    "agent/core": {"include/headgate"},
    "agent/bgp/codec": {"agent/core"},
    "agent/bgp/session": {"agent/core", "agent/bgp/codec", "agent/config"},
    "agent/rib": {"agent/core", "agent/bgp/codec", "agent/config"},
    "agent/nexthop": {"agent/core"},
    "agent/fib": {"agent/core", "agent/nexthop"},
    "agent/steering": {"agent/core", "agent/rib", "agent/nexthop", "include/headgate"},
    "agent/datapath": {"agent/core", "include/headgate", "bpf"},
    "agent/config": {"agent/core", "include/headgate"},
    "agent/control": BELOW_CONTROL | {"include/headgate", "bpf"},
    "agent": BELOW_CONTROL | {"agent/control", "include/headgate"},
    "tools": {"include/headgate", "agent/core"},
}
# Pure code knows neither sockets nor time: whole folders, and each file whose
# opening comment says "Pure".
PURE_FOLDERS = ("agent/bgp/codec/", "agent/rib/policy/")
PURE_WORD = re.compile(r"\bPure[.:]")
# These need AF_INET, which no other header defines.
SOCKET_CONSTANTS = ("agent/fib/route_message.c", "agent/nexthop/netlink_message.c")
IMPURE_INCLUDES = re.compile(r"core/(log|clock)\.h|event2/|sys/socket|<time\.h>|<unistd\.h>")
# Only these may know the libraries that belong to one room.
LIBRARIES = {
    re.compile(r"<bpf/lib|<xdp/lib|skel\.h"): ("agent/datapath/", "tests/"),
    re.compile(r"libmnl"): ("agent/nexthop/", "agent/fib/", "tests/"),
    re.compile(r"json-c"): ("agent/control/", "tools/", "tests/"),
}

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 100
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
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return "".join(re.findall(r"/\*.*?\*/", text.split("#include")[0], re.S))


def is_pure(path):
    """A module is pure if its folder is, or its header says so."""
    stem = os.path.splitext(path)[0]
    return path.startswith(PURE_FOLDERS) or any(
        PURE_WORD.search(opening_comment(stem + end)) for end in (".h", ".c"))


def check_includes(path, text):
    room = room_of(path)
    pure = is_pure(path)
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"][^>"]+[>"])', line)
        if not match:
            continue
        included = match.group(1)
        for library, homes in LIBRARIES.items():
            if library.search(included) and not path.startswith(homes):
                finding(path, number, f"{included} belongs to {homes[0]}")
        if (pure and IMPURE_INCLUDES.search(included)
                and not (path in SOCKET_CONSTANTS and "sys/socket" in included)):
            finding(path, number, f"{included} in a pure module")
        target = resolve(path, included[1:-1]) if included[0] == '"' else None
        if not target or not room or path.startswith("tests/"):
            continue
        other = room_of(target)
        if other != room and other not in ROOMS[room]:
            finding(path, number, f"{room} must not include {included}")


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


def compile_alone(compiler, path, extra):
    command = [compiler, *FLAGS, *extra, "-fsyntax-only", "-x", "c", path]
    done = subprocess.run(command, text=True, capture_output=True)
    findings.extend(line for line in done.stderr.split("\n") if "error:" in line)


def main():
    sources = tracked("*.c", "*.h")
    userland = [path for path in sources if path.endswith("_hash.h")
                or not path.startswith("bpf/") and not path.endswith(".bpf.c")]
    extra = ["-I" + os.environ.get("B", "build")]
    extra += subprocess.run(["pkg-config", "--cflags", "libbpf", "libevent_core", "libevent_extra", "libmnl", "json-c"],
                            check=True, text=True, capture_output=True).stdout.split()
    for path in sources:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        check_includes(path, text)
        check_sizes(path, text)
        check_licence(path, text)
    for path in tracked("*.py", "*.sh", "Makefile", ".ci/*", ".clang-format"):
        with open(path, encoding="utf-8") as file:
            check_licence(path, file.read())
    check_format(sources)
    for path in userland:
        # -Wunused in a header alone is about static inline functions.
        for compiler in ("gcc", "clang"):
            compile_alone(compiler, path, extra + (["-Wno-unused"] if path.endswith(".h") else []))
    print("\n".join(findings) if findings else f"lint: {len(sources)} files, no findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
