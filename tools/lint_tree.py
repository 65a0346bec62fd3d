# SPDX-License-Identifier: BSD-2-Clause
"""Check the agent's sources as a whole: circles of includes, and function names
that are defined more than once."""

import collections
import os
import re

DEFINITION = re.compile(r"^([a-z_][\w \t*]*[ *])(\w+)\([^;{}]*\)\n\{", re.M)
# A static function's name may stand in this many files.
MOST_FILES_PER_NAME = 4


def circles(graph):
    """Return the sets of two and more nodes that reach each other (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def module_of(path):
    """Return what x.c, x.h and x_internal.h have in common."""
    return os.path.splitext(path)[0].removesuffix("_internal")


def include_circles(includes, room_of):
    """Return the circles between headers, between rooms, and between the
    modules of the agent itself. `includes`: file -> set of files of ours."""
    headers = {path: others for path, others in includes.items() if path.endswith(".h")}
    rooms, modules = collections.defaultdict(set), collections.defaultdict(set)
    for path, others in includes.items():
        for other in others:
            if room_of(path) != room_of(other):
                rooms[room_of(path)].add(room_of(other))
            elif room_of(path) == "agent" and module_of(path) != module_of(other):
                modules[module_of(path)].add(module_of(other))
    return circles(headers) + circles(rooms) + circles(modules)


def definitions(path, text):
    """Yield (line, name, is static) for each function that a file defines."""
    for match in DEFINITION.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[2], match[1].startswith("static")


def repeated_names(sources):
    """Return (path, line, text) for each name that stands too often.
    `sources`: path -> text of each .c file."""
    places = collections.defaultdict(list)
    for path, text in sorted(sources.items()):
        for line, name, is_static in definitions(path, text):
            places[name].append((path, line, is_static))
    found = []
    for name, known in sorted(places.items()):
        others = ", ".join(path for path, _, _ in known[1:])
        path, line, _ = known[0]
        if len(known) > 1 and not all(is_static for _, _, is_static in known):
            found.append((path, line, f"{name}() is defined in {others}, too"))
        elif len(known) > MOST_FILES_PER_NAME:
            found.append((path, line, f"{name}() stands in {len(known)} files: give it a "
                          f"name that one can search for ({others})"))
    return found
