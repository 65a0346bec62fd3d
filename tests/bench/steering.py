#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The cost of a change of a set until the last bucket is written.

    make bench-steering [ROUNDS=51] [SEED=1]

steering_bench has the steering room write into tables in memory. This script
makes a table and build/bench-steering.json of its rounds. All numbers are
microseconds of CPU time: the median of the rounds, and the least, which other
load on the machine disturbs least. One member of the set is removed, added
again, and has its weight doubled; `full` is a VIP that had no set before.
`owners` and `with_backups` are the assignment alone, which all others include.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

BUILD = os.environ.get("B", "build")
PROGRAM = f"{BUILD}/tests/bench/steering_bench"
RESULT = f"{BUILD}/bench-steering.json"

STEPS = ("owners", "with_backups", "full", "removed", "added", "reweighted")
LINE = "{:>8}{:>8}{:>7}" + "{:>16}" * len(STEPS)


def show(rounds):
    return f"{statistics.median(rounds):.0f} ({min(rounds):.0f})"


def print_case(case):
    weights = "mixed" if case["mixed_weights"] else "equal"
    print(LINE.format(case["size"], case["members"], weights,
                      *(show(case[step]) for step in STEPS)), flush=True)


def measure(options):
    """Run the program. Returns its cases and its exit code."""
    command = [PROGRAM, "--rounds", str(options.rounds), "--seed",
               str(options.seed)]
    cases = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        for line in bench.stdout:
            cases.append(json.loads(line))
            print_case(cases[-1])
    return cases, bench.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"seed {options.seed}; microseconds, median (least) of "
          f"{options.rounds} rounds")
    print(LINE.format("buckets", "members", "weight", *STEPS))
    cases, code = measure(options)
    if code:
        return code
    with open(RESULT, "w", encoding="utf-8") as file:
        json.dump({"seed": options.seed, "cases": cases}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
