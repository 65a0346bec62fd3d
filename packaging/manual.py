#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the manual page of a program in mdoc(7), out of its --help, which comes from
the same tables as its options: manual.py PROGRAM DESCRIPTION VERSION.

--help is paragraphs. One may begin with a heading, a line that a colon ends. Lines with
an indent of two are options; what explains them follows behind two spaces, or on the
next lines with a larger indent. A long option without a letter is indented by six.
"""

import os
import re
import subprocess
import sys

ROW = re.compile(r"^  (?:    (?=--))?(\S.*)$")
NAME_AND_TEXT = re.compile(r"^(.*\S)\s{2,}(\S.*)$")
EXIT_CODES = "Exit codes: "
OTHERS = {"headgate": "headgatectl", "headgatectl": "headgate"}


def escape(text):
    """Return text that roff takes as it is."""
    text = text.rstrip().replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def split_row(text):
    """Return the option and the first line of what explains it, or none."""
    found = NAME_AND_TEXT.match(text)
    name, explained = found.groups() if found else (text, "")
    return [re.sub(r"\s+", " ", name), explained]


def rows(lines):
    """Return the options of a paragraph as a list of mdoc."""
    found = []
    for line in lines:
        row = ROW.match(line)
        if row:
            found.append(split_row(row[1]))
        else:
            found[-1][1] = f"{found[-1][1]} {line.strip()}".lstrip()
    out = [".Bl -tag -width Ds"]
    for name, text in found:
        out += [f".It {escape(name)}", *([escape(text)] if text else [])]
    return [*out, ".El"]


def literal(lines):
    return [".Bd -literal", *map(escape, lines), ".Ed"]


def paragraph(lines):
    """Return a paragraph of --help in mdoc."""
    first, *rest = lines
    if first.startswith(EXIT_CODES):
        lines = [first[len(EXIT_CODES):], *rest]
        return [".Sh EXIT STATUS", *map(escape, lines)]
    if first.startswith(" "):
        return rows(lines)
    if first.endswith(":"):
        return [f".Sh {escape(first[:-1].upper())}", *rows(rest)]
    title, _, words = first.partition(": ")
    if words:
        return [f".Sh {escape(title.upper())}", *literal([words, *rest])]
    return list(map(escape, lines))


def page(program, description, version, text):
    usage, *paragraphs = [part.splitlines()
                          for part in text.strip().split("\n\n")]
    usage = [line[len("Usage: "):] for line in usage]
    out = [".Dd $Mdocdate$", f".Dt {program.upper()} 8",
           f".Os Headgate {version}", ".Sh NAME", f".Nm {program}",
           f".Nd {description}", ".Sh SYNOPSIS", *literal(usage),
           ".Sh DESCRIPTION"]
    for lines in paragraphs:
        out += paragraph(lines)
    out += [".Sh SEE ALSO", f".Xr {OTHERS[program]} 8"]
    return "\n".join(out) + "\n"


def main():
    path, description, version = sys.argv[1:]
    text = subprocess.run([path, "--help"], check=True, capture_output=True,
                          text=True).stdout
    print(page(os.path.basename(path), description, version, text), end="")


if __name__ == "__main__":
    main()
