#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Print how many lines of each room the unit tests have run.

    tools/coverage.py FOLDER [ROOM...]

FOLDER is where `make coverage` has built with --coverage and run the tests.
Rooms come with the share of their executable lines that ran; of the ROOMs named
on the command line (all, for `all`) every file is listed.
"""

import collections
import concurrent.futures
import gzip
import json
import os
import subprocess
import sys
import tempfile

SOURCES = ("agent/", "bpf/", "tools/")


def notes(folder):
    """Return the .gcno files: one for each object, whether it ran or not."""
    return [os.path.join(at, name) for at, _, names in os.walk(folder)
            for name in names if name.endswith(".gcno")]


def read_counts(note):
    """Yield (source, line, times) as gcov has them for one object."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["gcov", "--json-format", os.path.abspath(note)], cwd=place,
                       check=True, capture_output=True)
        for name in os.listdir(place):
            with gzip.open(os.path.join(place, name)) as file:
                for source in json.load(file)["files"]:
                    for line in source["lines"]:
                        yield source["file"], line["line_number"], line["count"]


def collect(folder):
    """Return source -> line -> how often it ran, over all objects. The folder
    may have objects of sources that are gone."""
    counts = collections.defaultdict(collections.Counter)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda note: list(read_counts(note)), notes(folder)):
            for source, line, times in found:
                source = os.path.normpath(source)
                if source.startswith(SOURCES) and os.path.exists(source):
                    counts[source][line] += times
    return counts


def print_row(name, lines):
    """Print one line of the table; `lines`: how often each line ran."""
    ran = sum(times > 0 for times in lines)
    print(f"  {name:<44}{ran:>7}{len(lines):>8}{100 * ran / len(lines):>8.1f} %")


def main():
    folder, *wanted = sys.argv[1:]
    rooms = collections.defaultdict(dict)
    for source, lines in collect(folder).items():
        rooms[os.path.dirname(source)][source] = list(lines.values())
    print(f"  {'room':<44}{'ran':>7}{'lines':>8}{'share':>10}")
    for room, files in sorted(rooms.items()):
        print_row(room, [times for lines in files.values() for times in lines])
        if room in wanted or "all" in wanted:
            for source, lines in sorted(files.items()):
                print_row("  " + source, lines)
    print_row("total", [times for files in rooms.values() for lines in files.values()
                        for times in lines])


if __name__ == "__main__":
    main()
