# SPDX-License-Identifier: BSD-2-Clause
"""Read the sessions of the documents: blocks of commands behind a prompt, with what
they print. What a lab prints is compared by its shape: the words and the order of
columns, not the figures, addresses and times."""

import glob
import json
import os
import re
from collections import namedtuple

from lab.agent import REPOSITORY

DOCUMENTS = [f"{REPOSITORY}/README.md", *glob.glob(f"{REPOSITORY}/docs/*.md"),
             *glob.glob(f"{REPOSITORY}/docs/recipes/*.md")]
BY_HAND = "[by hand]"  # the first line of a block that no test runs
PROMPT = re.compile(r"^[$#] (.*)$")
CLASSES = (
    ("MAC", r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"),
    ("TIME", r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+0000)"),
    ("TAG", r"[0-9a-f]{16}"),
    ("SIZE", r"\d+B"),
    ("ADDRESS", r"\d+\.\d+\.\d+\.\d+(?:/\d+)?(?::\d+)?"),
    ("VERSION", r"\d+\.\d+\.\d+[\w.+-]*"),
    ("HEX", r"0x[0-9a-f]+(?:/0x[0-9a-f]+)?"),
    ("AGE", r"\d+(?:ms|[smhd])(?:\d\d[smh])?"),
    ("NUMBER", r"\d+(?:\.\d+)?%?"),
)
Session = namedtuple("Session", "document command output by_hand")


def indented_blocks(text):
    """Return the indented blocks of a document, as lists of lines."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.MULTILINE)
    return [[line[4:] for line in block.strip("\n").split("\n")]
            for block in found]


def sessions_of(path):
    with open(path, encoding="utf-8") as file:
        blocks = indented_blocks(file.read())
    for lines in blocks:
        by_hand = lines[0] == BY_HAND
        lines = lines[by_hand:]
        if not PROMPT.match(lines[0]):
            continue
        command, output = None, []
        for line in lines:
            prompt = PROMPT.match(line)
            if prompt and command:
                yield Session(os.path.relpath(path, REPOSITORY), command,
                              output, by_hand)
                output = []
            if prompt:
                command = prompt[1]
            else:
                output.append(line)
        yield Session(os.path.relpath(path, REPOSITORY), command, output,
                      by_hand)


def all_sessions():
    return [session for path in sorted(DOCUMENTS)
            for session in sessions_of(path)]


def keys_of(value):
    """Return the keys of a JSON value, all the way down."""
    if isinstance(value, dict):
        return {key: keys_of(inner) for key, inner in value.items()}
    return [keys_of(value[0])] if isinstance(value, list) and value else None


def shape(line):
    """Return a line without its figures."""
    if line.startswith("{"):
        return json.dumps(keys_of(json.loads(line)))
    words = []
    for word in line.split():
        for name, pattern in CLASSES:
            word = re.sub(rf"(?<![\w.]){pattern}(?![\w.:]*\w)", name, word)
        words.append(re.sub(r"NUMBER(?:[,+]NUMBER)+", "NUMBERS", word))
    return " ".join(words)


def missing(documented, printed):
    """Return the lines of a document whose shape is not in what is printed."""
    shapes = {shape(line) for line in printed.splitlines()}
    return [line for line in documented
            if line.strip() not in ("", "...") and shape(line) not in shapes]
