#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write docs/messages.md from the catalogue of events (agent/core/event.c) and the
calls of log_event(): each kind with its level, its meaning and its texts.

    tools/messages.py           write the document
    tools/messages.py --check   fail if it is not what this would write
"""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = os.path.join(ROOT, "docs", "messages.md")
CATALOGUE = os.path.join(ROOT, "agent", "core", "event.c")

STRING = r'"(?:[^"\\]|\\.)*"'
ROW = re.compile(r"\[(EVENT_(?!KIND_COUNT)\w+)\] = \{(.*?)\},\n", re.DOTALL)
CALL = re.compile(r"\blog_event\(")
CONVERSION = re.compile(r"%[-0-9.*]*(?:ll|l|z)?[a-zA-Z]")
LEVELS = {"LOG_LEVEL_ERROR": "error", "LOG_LEVEL_WARNING": "warning",
          "LOG_LEVEL_INFO": "info"}

HEAD = """# Messages

Each message of the agent is one line of its log, and one event of `headgatectl events`, which keeps the last 4,096. This
page has the kinds of events; `make messages` writes it from the catalogue in `agent/core/event.c` and from the calls
that log. In the texts, `...` stands for what differs. The object that a line begins with, a VIP, a neighbor, a next hop
or an interface, is left out.
"""


def literals(text):
    """Return the C string literals of a text as one string. Names of formats
    between them stand for a conversion."""
    parts = re.findall(rf"{STRING}|\bPRI\w+", text)
    return "".join("u" if part.startswith("PRI") else
                   part[1:-1].replace('\\"', '"').replace("\\n", " ")
                   for part in parts)


def split_arguments(text):
    """Return the arguments at the beginning of a text, up to its bracket."""
    depth, start, found, place = 0, 0, [], 0
    while place < len(text):
        string = re.match(STRING, text[place:])
        if string:
            place += string.end()
            continue
        char = text[place]
        if char in "({[":
            depth += 1
        elif char in ")}]" and depth:
            depth -= 1
        elif char == ")" or (char == "," and not depth):
            found.append(text[start:place].strip())
            start = place + 1
            if char == ")":
                return found
        place += 1
    raise SystemExit("messages.py: call without an end: " + text[:60])


def catalogue():
    """Return kind -> name, subsystem, level, meaning, action."""
    with open(CATALOGUE, encoding="utf-8") as file:
        text = file.read()
    kinds = {}
    for kind, body in ROW.findall(text):
        name, subsystem, level, meaning, action = split_arguments(body + ")")[:5]
        kinds[kind] = (literals(name), literals(subsystem),
                       LEVELS[level], literals(meaning), literals(action))
    return kinds


def texts(kinds):
    """Return kind -> the texts of its calls."""
    found = {kind: [] for kind in kinds}
    for path in sorted(glob.glob(f"{ROOT}/agent/**/*.c", recursive=True)):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for call in CALL.finditer(source):
            if path.endswith("core/log.c"):
                continue
            which, _, message = split_arguments(source[call.end():])[:3]
            shown = CONVERSION.sub("...", literals(message)).replace("%%", "%")
            shown = re.sub(r"\.{6,}", "...", shown)
            for kind in re.findall(r"EVENT_\w+", which):
                if shown not in found[kind]:
                    found[kind].append(shown)
    return found


def document():
    kinds = catalogue()
    parts = [HEAD]
    subsystems = sorted({row[1] for row in kinds.values()})
    called = texts(kinds)
    for subsystem in subsystems:
        parts.append(f"\n## {subsystem}\n")
        for kind, (name, of, level, meaning, action) in kinds.items():
            if of != subsystem:
                continue
            parts.append(f"\n### {name}\n\n{level}: {meaning}"
                         + (f" {action}" if action else "") + "\n")
            shown = [f"- `{text}`\n" if "`" not in text else f"- ``{text}``\n"
                     for text in called[kind] if text.strip(". ")]
            if shown:
                parts.append("\n" + "".join(shown))
    return "".join(parts)


def uncalled():
    """Return the kinds that no call logs."""
    kinds = catalogue()
    found = texts(kinds)
    return [kind for kind in kinds
            if kind != "EVENT_OTHER" and not found[kind]]


def main():
    text = document()
    if "--check" not in sys.argv[1:]:
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    with open(DOCUMENT, encoding="utf-8") as file:
        same = file.read() == text
    if not same:
        print("docs/messages.md: not what the sources say; run: make messages")
    unused = uncalled()
    for kind in unused:
        print(f"agent/core/event.c: {kind}: no call logs it")
    return 0 if same and not unused else 1


if __name__ == "__main__":
    sys.exit(main())
