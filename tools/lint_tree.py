# SPDX-License-Identifier: BSD-2-Clause
"""Check the agent's sources as a whole: circles of includes, and function names
that are defined more than once."""

import collections
import os
import re

DEFINITION = re.compile(r"^[a-z_][\w \t*]*[ *](\w+)\([^;{}]*\)\n\{", re.M)


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
    """Yield (line, name) for each function that a file defines."""
    for match in DEFINITION.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1]


def repeated_names(sources):
    """Return (path, line, text) for each name that is defined twice.
    `sources`: path -> text of each .c file."""
    places = collections.defaultdict(list)
    for path, text in sorted(sources.items()):
        for line, name in definitions(path, text):
            places[name].append((path, line))
    found = []
    for name, known in sorted(places.items()):
        others = ", ".join(path for path, _ in known[1:])
        path, line = known[0]
        if len(known) > 1:
            found.append((path, line, f"{name}() is defined in {others}, too: choose a name "
                          "that one can search for"))
    return found
