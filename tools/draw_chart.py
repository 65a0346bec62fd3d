#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draw the chart of broken flows from the table of the simulation of affinity.

    tools/draw_chart.py TABLE > CHART.svg

TABLE is what `LONG=1 build/tests/xdp/test_affinity_sim` prints. The axis is
logarithmic, as one contender breaks a thousand times what another does.
"""

import html
import math
import sys

SCENES = {"add": "a server is added", "drain": "a server drains",
          "death and return": "a server dies and is back",
          "rolling x8": "8 servers restart in turn",
          "four changes": "four changes overlap",
          "add, SYN flood": "one is added in a SYN flood"}
CONTENDERS = {"Maglev": "Maglev", "resilient": "resilient group of the kernel",
              "with LRU": "Maglev with a table of connections",
              "Headgate": "Headgate"}
# The last numbers of a line. "idle" are those of Headgate's that were silent for
# longer than the window.
COLUMNS = ("Headgate", "idle", "modulo", "Maglev", "with LRU", "resilient",
           "records", "M runs")
LEFT, WIDTH, BAR, GAP, TOP, MOST = 210, 470, 15, 14, 58, 30000

STYLE = """
    text { fill: #1f2328 } .small { font-size: 12px } .grid { stroke: #d0d7de }
    .c0 { fill: #8c959f } .c1 { fill: #bc6c25 } .c2 { fill: #6f42c1 } .c3 { fill: #1d4ed8 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .grid { stroke: #373e47 }
      .c0 { fill: #8b949e } .c1 { fill: #e0954a } .c2 { fill: #a78bfa } .c3 { fill: #60a5fa }
    }"""


def read_table(lines):
    """Return scene -> column -> number, of the scenes that are drawn."""
    table = {}
    for line in lines:
        name, *numbers = line.rsplit(None, len(COLUMNS))
        if name in SCENES:
            table[name] = dict(zip(COLUMNS, map(float, numbers)))
    return table


def place(number):
    return WIDTH * math.log10(number + 1) / math.log10(MOST + 1)


def draw(table):
    step = len(CONTENDERS) * BAR + GAP
    height = TOP + len(table) * step + 24
    bottom = TOP + len(table) * step - GAP
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" '
           'role="img" aria-label="Broken flows, by change of the servers and by '
           'load balancer" font-family="system-ui, sans-serif" font-size="14">',
           f"  <style>{STYLE}\n  </style>"]
    for i, text in enumerate(CONTENDERS.values()):
        x, y = 12 + 370 * (i % 2), 12 + 20 * (i // 2)
        out.append(f'  <rect class="c{i}" x="{x}" y="{y - 10}" width="12" height="12"/>'
                   f'<text class="small" x="{x + 18}" y="{y}">{text}</text>')
    for number in (1, 10, 100, 1000, 10000):
        x = LEFT + place(number)
        out.append(f'  <path class="grid" d="M{x:.0f} {TOP - 6}V{bottom + 4}"/>'
                   f'<text class="small" x="{x:.0f}" y="{bottom + 20}" '
                   f'text-anchor="middle">{number:,}</text>')
    for place_of_row, (scene, row) in enumerate(table.items()):
        top = TOP + place_of_row * step
        out.append(f'  <text x="{LEFT - 10}" y="{top + 2.4 * BAR:.0f}" '
                   f'text-anchor="end">{html.escape(SCENES[scene])}</text>')
        for i, contender in enumerate(CONTENDERS):
            number, y = int(row[contender]), top + i * BAR
            width = place(number)
            out.append(f'  <rect class="c{i}" x="{LEFT}" y="{y}" '
                       f'width="{width:.0f}" height="{BAR - 2}"/>'
                       f'<text class="small" x="{LEFT + width + 5:.0f}" '
                       f'y="{y + 11}">{number:,}</text>')
    return "\n".join([*out, "</svg>"])


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        print(draw(read_table(file)))


if __name__ == "__main__":
    main()
