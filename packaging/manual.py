#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write manual pages in mdoc(7).

    manual.py program BINARY DESCRIPTION
    manual.py config BINARY DESCRIPTION
    manual.py document FILE NAME SECTION DESCRIPTION [HEADING]

The first two come out of --help, which comes from the same tables as the options.
--help is paragraphs. One may begin with a heading, a line that a colon ends. Lines with
an indent of two are options; what explains them follows behind two spaces, or on the
next lines with a larger indent. A long option without a letter is indented by six.
`config` is the page of the configuration file: a line of it is a flag without dashes.

`document` is a page out of Markdown, or the part of it below one heading: paragraphs,
tables, lists, indented examples and headings.
"""

import os
import re
import subprocess
import sys
import textwrap

ROW = re.compile(r"^  (?:    (?=--))?(\S.*)$")
NAME_AND_TEXT = re.compile(r"^(.*\S)\s{2,}(\S.*)$")
EXIT_CODES = "Exit codes: "
SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z0-9(\-])")
LINE = 76
PAGES = (("headgate", 8), ("headgate.conf", 5), ("headgate-maps", 5),
         ("headgate-metrics", 7), ("headgate-replay", 8), ("headgatectl", 8))
COMMAND_LINE = {"--config", "--check", "--version", "--help", "--takeover"}
FILE_INTRODUCTION = """\
Each line of the file is a flag of headgate without its dashes, and the value behind a
blank. Lines that begin with # are comments. --config names the file or a directory,
whose files *.conf are read by name. A flag on the command line wins over files; flags
that are repeatable add up. headgate --check prints the configuration in its canonical
form, headgatectl reload reads it again."""


def escape(text):
    """Return text that roff takes as it is."""
    text = text.rstrip().replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def fill(text):
    """Return lines of text, each sentence on lines of its own."""
    return [escape(line) for sentence in SENTENCE.split(" ".join(text.split()))
            for line in textwrap.wrap(sentence, LINE, break_long_words=False,
                                      break_on_hyphens=False)]


def literal(lines):
    return [".Bd -literal", *map(escape, lines), ".Ed"]


def tagged(pairs):
    """Return a list of names, each with what explains it."""
    out = [".Bl -tag -width Ds"]
    for name, text in pairs:
        out += [f".It {escape(name)}", *fill(text)]
    return [*out, ".El"]


# ------------------------------------------------------------- --help


def split_row(text):
    """Return the option and the first line of what explains it, or none."""
    found = NAME_AND_TEXT.match(text)
    name, explained = found.groups() if found else (text, "")
    return [re.sub(r"\s+", " ", name), explained]


def rows(lines):
    """Return the options of a paragraph, each with what explains it."""
    found = []
    for line in lines:
        row = ROW.match(line)
        if row:
            found.append(split_row(row[1]))
        else:
            found[-1][1] = f"{found[-1][1]} {line.strip()}".lstrip()
    return found


def paragraph(lines):
    """Return a paragraph of --help in mdoc."""
    first, *rest = lines
    if first.startswith(EXIT_CODES):
        return [".Sh EXIT STATUS",
                *fill(" ".join([first[len(EXIT_CODES):], *rest]))]
    if first.startswith(" "):
        return tagged(rows(lines))
    if first.endswith(":"):
        return [f".Sh {escape(first[:-1].upper())}", *tagged(rows(rest))]
    title, _, words = first.partition(": ")
    if words:
        return [f".Sh {escape(title.upper())}", *literal([words, *rest])]
    return fill(" ".join(lines))


def help_of(program):
    text = subprocess.run([program, "--help"], check=True,
                          capture_output=True, text=True).stdout
    return [part.splitlines() for part in text.strip().split("\n\n")]


def program_page(binary, description):
    usage, *paragraphs = help_of(binary)
    out = [".Sh SYNOPSIS", *literal(line[len("Usage: "):] for line in usage),
           ".Sh DESCRIPTION"]
    for lines in paragraphs:
        out += paragraph(lines)
    return page(os.path.basename(binary), 8, description, out)


def in_file(lines):
    """Return the paragraph as it is about lines of a file."""
    first, *rest = lines
    if not first.endswith(":") or not rest or "--" not in rest[0][:8]:
        return paragraph(lines)
    flags = [[name[len("--"):], text] for name, text in rows(rest)
             if name.split("[")[0].split()[0] not in COMMAND_LINE]
    return [f".Sh {escape(first[:-1].upper())}",
            *tagged(flags)] if flags else []


def config_page(binary, description):
    out = [".Sh DESCRIPTION", *fill(FILE_INTRODUCTION)]
    for lines in help_of(binary)[1:]:
        if lines[0].endswith(":") or ": " in lines[0]:
            if not lines[0].startswith(EXIT_CODES):
                out += in_file(lines)
    return page("headgate.conf", 5, description, out)


# ------------------------------------------------------------- Markdown


def plain(text):
    """Return Markdown without its marks."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("`", "").replace("**", "")


def table(lines):
    """Return the rows of a table: the first cell, and the others by their heads."""
    cells = [[plain(cell.strip()) for cell in line.strip("|").split("|")]
             for line in lines]
    heads = cells[0][1:]
    return tagged((row[0], " ".join(
        cell + ("" if cell.endswith(".") else ".") if number == len(row) - 2
        and len(row) == 2 else f"{head}: {cell}."
        for number, (head, cell) in enumerate(zip(heads, row[1:])) if cell))
        for row in cells[2:])


def block(lines):
    """Return a block of Markdown in mdoc."""
    first = lines[0]
    if first.startswith("# "):
        return []
    if first.startswith("#"):
        return [f".Sh {escape(plain(first.lstrip('# ')).upper())}"]
    if first.startswith("|"):
        return table(lines)
    if first.startswith("    "):
        return literal(line[4:] for line in lines)
    if first.startswith("- "):
        items = re.split(r"^- ", "\n".join(lines), flags=re.MULTILINE)[1:]
        out = [".Bl -bullet"]
        for item in items:
            out += [".It", *fill(plain(item))]
        return [*out, ".El"]
    return [".Pp", *fill(plain(" ".join(lines)))]


def part_of(text, heading):
    """Return what stands below a heading, up to the next one like it."""
    _, _, text = text.partition(f"\n## {heading}\n")
    return text.partition("\n## ")[0]


def document_page(path, name, section, description, heading=None):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if heading:
        text = part_of(text, heading)
    out = [".Sh DESCRIPTION"]
    for part in text.strip().split("\n\n"):
        out += block(part.splitlines())
    # A paragraph needs no mark behind a heading.
    out = [line for number, line in enumerate(out) if line != ".Pp"
           or not out[number - 1].startswith((".Sh", ".Ed"))]
    return page(name, int(section), description, out)


# ------------------------------------------------------------- the page


def page(name, section, description, body):
    others = [(other, number) for other, number in PAGES if other != name]
    others.sort(key=lambda other: (other[1], other[0]))
    lines = [f".Xr {other} {number} ," for other, number in others]
    lines[-1] = lines[-1].removesuffix(" ,")
    return "\n".join([
        ".Dd $Mdocdate$", f".Dt {name.upper()} {section}", ".Os",
        ".Sh NAME", f".Nm {name}", f".Nd {description}", *body,
        ".Sh SEE ALSO", *lines]) + "\n"


def main():
    kind, *arguments = sys.argv[1:]
    make = {"program": program_page, "config": config_page,
            "document": document_page}[kind]
    print(make(*arguments), end="")


if __name__ == "__main__":
    main()
