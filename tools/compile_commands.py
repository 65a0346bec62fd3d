#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Print compile_commands.json: how each source is compiled, for clangd,
clang-tidy and editors.

    make -n -B V=1 ... | tools/compile_commands.py

Reads the commands that make would run, without running one, and keeps the first
that compiles a source.
"""

import json
import os
import shlex
import sys


def entries(lines):
    """Return an entry for each .c file that is compiled by itself."""
    found = {}
    for line in lines:
        try:
            words = shlex.split(line)
        except ValueError:  # part of a shell program over several lines
            continue
        if "-c" in words and "-o" in words and words[-1].endswith(".c"):
            found.setdefault(words[-1], {
                "directory": os.getcwd(), "file": words[-1], "arguments": words,
                "output": words[words.index("-o") + 1]})
    return list(found.values())


def main():
    json.dump(entries(sys.stdin), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
