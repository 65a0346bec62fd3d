# SPDX-License-Identifier: BSD-2-Clause
"""Read docs/servers.md: the configurations that the tests run, and the table of
what each speaker sends."""

import os
import re

from lab_case import TOOLS

PATH = f"{os.path.dirname(TOOLS)}/docs/servers.md"
TABLE = "What each sends"
INTRODUCTION = ""  # its section has no title


def sections():
    """Return title -> text of each section."""
    with open(PATH, encoding="utf-8") as file:
        parts = re.split(r"^## (.*)\n", file.read(), flags=re.M)
    return dict(zip([INTRODUCTION, *parts[1::2]], parts[::2]))


def block(title, language):
    """Return the one fenced block of a language in a section."""
    found = re.findall(rf"^```{language}\n(.*?)^```", sections()[title],
                       re.M | re.S)
    if len(found) != 1:
        raise ValueError(f"{title}: {len(found)} blocks of {language}")
    return found[0]


def settings(title):
    """Return key -> value of the section's YAML; the first of equal keys."""
    pairs = re.findall(r"^[ -]*(\w+): (\S+)$", block(title, "yaml"), re.M)
    return dict(reversed(pairs))


def sent():
    """Return the rows of the table: speaker -> the cells behind it."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in sections()[TABLE].splitlines()
            if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:]}
