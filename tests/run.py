#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs tests of all kinds, shows their progress and counts them.

    tests/run.py [--unit BINARY...] [--san BINARY...]
                 [--xdp BINARY...] [--lab FOLDER|FILE...]
                 [--only TEXT]

The binaries are cmocka programs, the folder holds test_*.py for unittest; each
runs as a process of its own, with a time limit, and reports in TAP. What a
program with a failing test printed is shown. The exit status is 1 if any test
failed or did not run. --only picks the programs whose name contains TEXT. On
a slow machine TIME_SCALE says by how much time limits are longer.
"""

import argparse
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

# Kind -> seconds that one program may take.
TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
TIME_LIMIT = {kind: seconds * TIME_SCALE for kind, seconds in
              {"unit": 120, "san": 180, "xdp": 120, "lab": 180}.items()}
END_SECONDS = 10  # for a program to clean up after SIGTERM

PLAN = re.compile(r"1\.\.(\d+)$")
# cmocka 1.1.5 reports a skipped test as "not ok N # SKIP name".
RESULT = re.compile(r"(ok|not ok) \d+ (?:- )?(# SKIP )?(.*)$")


class Count:
    """How the tests of one program, or of one kind, came out."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.planned = 0
        self.seconds = 0.0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.seconds += other.seconds

    def seen(self):
        return self.passed + self.failed + self.skipped

    def take(self, line):
        """Counts one line of TAP; returns the result's words, or None."""
        if plan := PLAN.match(line):
            self.planned += int(plan[1])
        result = RESULT.match(line)
        if not result:
            return None
        if result[2]:
            self.skipped += 1
            return f"skipped {result[3]}"
        if result[1] == "ok":
            self.passed += 1
            return f"ok      {result[3]}"
        self.failed += 1
        return f"FAILED  {result[3]}"


class Program:
    """One test program: runs it, reads its TAP, ends it when it is late."""

    def __init__(self, kind, path):
        self.kind = kind
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.command = ([sys.executable, os.path.abspath(__file__), "--tap",
                         path] if kind == "lab" else [path])
        self.count = Count()
        self.output = []
        self.late = False
        self.process = None

    def run(self):
        """Reads until the last process that may still write has ended, also
        when interrupted: a lab that is being removed is waited for."""
        start = time.monotonic()
        environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
        self.process = subprocess.Popen(
            self.command, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", start_new_session=True)
        limit = threading.Timer(TIME_LIMIT[self.kind], self.end_late)
        limit.start()
        try:
            for line in self.process.stdout:
                self.read(line.rstrip("\n"))
            self.process.wait()
        finally:
            limit.cancel()
            self.end()
            self.process.stdout.read()
        self.count.seconds = time.monotonic() - start
        self.judge()

    def read(self, line):
        self.output.append(line)
        words = self.count.take(line)
        if words and self.kind == "lab":
            print(f"         {words}", flush=True)

    def end_late(self):
        self.late = True
        self.end()

    def end(self):
        """SIGTERM, then SIGKILL, for the program and its children."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            os.killpg(self.process.pid, number)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                pass

    def judge(self):
        """What the lines of TAP do not tell."""
        if self.late:
            self.fail(f"not done after {TIME_LIMIT[self.kind]} s")
        elif self.process.returncode != 0 and not self.count.failed:
            self.fail(f"exit status {self.process.returncode}")
        missing = self.count.planned - self.count.seen()
        if missing > 0:
            self.output.append(f"{missing} tests did not run")
            self.count.failed += missing
        if self.count.seen() == 0:
            self.fail("no test ran")

    def fail(self, reason):
        self.output.append(reason)
        self.count.failed += 1

    def tell(self):
        count = self.count
        print(f"  {self.kind:<6} {self.name:<28} {count.passed:>4} passed"
              + (f", {count.failed} FAILED" if count.failed else "")
              + (f", {count.skipped} skipped" if count.skipped else "")
              + f"  {count.seconds:.1f} s", flush=True)
        if count.failed:
            print("\n".join("    | " + line for line in self.output),
                  flush=True)


def print_table(counts):
    total = Count()
    print(f"\n{'kind':<8}{'passed':>8}{'failed':>8}{'skipped':>9}{'time':>10}")
    for kind, count in counts.items():
        total.add(count)
        print_row(kind, count)
    print_row("total", total)
    return total


def print_row(name, count):
    print(f"{name:<8}{count.passed:>8}{count.failed:>8}{count.skipped:>9}"
          f"{count.seconds:>8.1f} s")


def lab_files(name):
    """A file alone, or all of a folder."""
    return ([name] if os.path.isfile(name)
            else sorted(glob.glob(f"{name}/test_*.py")))


def programs(arguments):
    """Every program asked for, kind by kind."""
    files = {"unit": arguments.unit, "san": arguments.san, "xdp": arguments.xdp,
             "lab": [path for name in arguments.lab
                     for path in lab_files(name)]}
    return [Program(kind, path) for kind, paths in files.items()
            for path in paths if arguments.only in os.path.basename(path)]


def run_all(chosen):
    counts = {}
    for program in chosen:
        if program.kind == "lab":
            print(f"  lab    {program.name} ...", flush=True)
        program.run()
        program.tell()
        counts.setdefault(program.kind, Count()).add(program.count)
    return counts


class TapResult(unittest.TestResult):
    """What unittest finds, as TAP on standard output."""

    number = 0

    def line(self, word, name, text=""):
        self.number += 1
        print(f"{word} {self.number} {name}")
        for each in text.splitlines():
            print(f"# {each}")
        sys.stdout.flush()

    @staticmethod
    def name(test):
        """Class.method, or what unittest calls the set-up of a class."""
        return ".".join(test.id().split(".")[-2:])

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", "- " + self.name(test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("ok", f"# SKIP {self.name(test)}: {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", "- " + self.name(test), self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", "- " + self.name(test), self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            text = "".join(self._exc_info_to_string(err, subtest))
            self.line("not ok", f"- {self.name(test)} "
                      + subtest._subDescription(), text)


def run_as_tap(path):
    """The process behind each file of a --lab folder."""
    folder, file = os.path.split(os.path.abspath(path))
    sys.path.insert(0, folder)
    suite = unittest.defaultTestLoader.loadTestsFromName(
        os.path.splitext(file)[0])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = TapResult()
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


def interrupted(number, _frame):
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unit", nargs="*", default=[], metavar="BINARY")
    parser.add_argument("--san", nargs="*", default=[], metavar="BINARY",
                        help="unit tests built with sanitizers")
    parser.add_argument("--xdp", nargs="*", default=[], metavar="BINARY")
    parser.add_argument("--lab", metavar="PATH", nargs="+", default=[])
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--tap", metavar="FILE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.tap:
        return run_as_tap(arguments.tap)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    counts = run_all(programs(arguments))
    if not counts:
        print("no tests given")
        return 1
    total = print_table(counts)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
