#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run tests of all kinds, show their progress and count them.

    tests/run.py [--unit BINARY...] [--san BINARY...]
                 [--xdp BINARY...] [--lab FOLDER|FILE...]
                 [--only TEXT]

The binaries are cmocka programs, the folder has test_*.py for unittest. Each
runs as a process, with a time limit, and reports in TAP. Programs of one kind run
side by side: as many as there are CPUs, and of the lab, which mostly waits, LAB_JOBS
(two more than CPUs). The output of each program with a failing test is printed at the
end. The exit status is 1 if any test failed or did not run. --only chooses the
programs whose name contains TEXT. TIME_SCALE, a factor, lengthens the time limits
for a slow machine.
"""

import argparse
import contextlib
import glob
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

# Kind -> time limit of one program, in seconds.
TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
LAB_SECONDS = 1800 if os.environ.get("LONG") else 360
TIME_LIMIT = {kind: seconds * TIME_SCALE for kind, seconds in
              {"unit": 120, "san": 180, "xdp": 180, "lab": LAB_SECONDS}.items()}
CPUS = os.cpu_count() or 1
JOBS = {"unit": CPUS, "san": CPUS, "xdp": CPUS,
        "lab": int(os.environ.get("LAB_JOBS", CPUS + 2))}
END_SECONDS = 10  # given a program to clean up after SIGTERM

PLAN = re.compile(r"1\.\.(\d+)$")
# cmocka 1.1.5 reports a skipped test as "not ok N # SKIP name".
RESULT = re.compile(r"(ok|not ok) \d+ (?:- )?(# SKIP )?(.*)$")


class Count:
    """The results of one program, or of one kind, in numbers."""

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
        """Count one line of TAP; return the result in words, or None."""
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
    """A test program: run it, read its TAP, end it at its time limit."""

    def __init__(self, kind, path):
        self.kind = kind
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.command = ([sys.executable, os.path.abspath(__file__), "--tap",
                         path] if kind == "lab" else [path])
        self.count = Count()
        self.output = []
        self.results = []  # a line for each test, in words
        self.late = self.ending = False
        self.process = None
        self.starting = threading.Lock()

    def run(self):
        """Run the program and read its output until the last process that may
        write has ended. So an interrupt waits for the removal of a lab."""
        start = time.monotonic()
        if not self.start():
            return
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

    def start(self):
        """Start the process; False if the program was ended before."""
        environment = {**os.environ, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
        with self.starting:
            if self.ending:
                return False
            self.process = subprocess.Popen(
                self.command, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="replace", start_new_session=True)
        return True

    def read(self, line):
        self.output.append(line)
        if words := self.count.take(line):
            self.results.append(words)

    def end_late(self):
        self.late = True
        self.end()

    def end(self):
        """End the program and its children, by SIGTERM, then SIGKILL. It may be
        called from any thread, and before the start."""
        with self.starting:
            self.ending = True
        if not self.process:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)

    def judge(self):
        """Count the failures that the TAP output does not report."""
        if self.late:
            self.fail(f"time limit of {TIME_LIMIT[self.kind]} s reached")
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
        if self.kind == "lab":
            for words in self.results:
                print(f"         {words}")
        print(f"  {self.kind:<6} {self.name:<28} {count.passed:>4} passed"
              + (f", {count.failed} FAILED" if count.failed else "")
              + (f", {count.skipped} skipped" if count.skipped else "")
              + f"  {count.seconds:.1f} s", flush=True)

    def tell_output(self):
        print(f"\n  {self.kind:<6} {self.name}:")
        print("\n".join("    | " + line for line in self.output), flush=True)


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
    """Return the file, or the test files of a folder."""
    files = ([name] if os.path.isfile(name)
             else sorted(glob.glob(f"{name}/test_*.py")))
    if not files:
        sys.exit(f"{name}: no such file, or no test_*.py in it")
    return files


def programs(arguments):
    """Return the chosen programs, kind by kind."""
    files = {"unit": arguments.unit, "san": arguments.san, "xdp": arguments.xdp,
             "lab": [path for name in arguments.lab
                     for path in lab_files(name)]}
    return [Program(kind, path) for kind, paths in files.items()
            for path in paths if arguments.only in os.path.basename(path)]


class SideBySide:
    """Run programs in threads, a few at once, and hand out each that has ended.
    What still runs when the block is left is ended, and waited for."""

    def __init__(self, chosen, jobs):
        self.count = len(chosen)
        self.waiting = list(chosen)
        self.running = set()
        self.ended = queue.SimpleQueue()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.work)
                        for _ in range(min(jobs, self.count))]

    def work(self):
        while program := self.next():
            try:
                program.run()
            except OSError as error:
                program.fail(str(error))
            with self.lock:
                self.running.discard(program)
            self.ended.put(program)

    def next(self):
        """Take the next program that waits; None at the end."""
        with self.lock:
            if not self.waiting:
                return None
            program = self.waiting.pop(0)
            self.running.add(program)
            return program

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return (self.ended.get() for _ in range(self.count))

    def __exit__(self, *_):
        with self.lock:
            self.waiting.clear()
            left = list(self.running)
        for program in left:
            program.end()
        for thread in self.threads:
            thread.join()


def run_all(chosen):
    """Run the programs kind by kind; return the counts of each kind."""
    counts = {}
    for kind, jobs in JOBS.items():
        waiting = [program for program in chosen if program.kind == kind]
        start = time.monotonic()
        with SideBySide(waiting, jobs) as ended:
            for program in ended:
                program.tell()
                counts.setdefault(kind, Count()).add(program.count)
        if waiting:
            counts[kind].seconds = time.monotonic() - start
    for program in chosen:
        if program.count.failed:
            program.tell_output()
    return counts


class TapResult(unittest.TestResult):
    """Print the results of unittest as TAP."""

    number = 0

    def line(self, word, name, text=""):
        self.number += 1
        print(f"{word} {self.number} {name}")
        for each in text.splitlines():
            print(f"# {each}")
        sys.stdout.flush()

    @staticmethod
    def name(test):
        """Return Class.method, or unittest's name for the set-up of a class."""
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
    """Run one file of unittest; the process of each lab program."""
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
