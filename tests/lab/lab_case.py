# SPDX-License-Identifier: BSD-2-Clause
"""The base of the lab tests: a test class owns one lab and prints the agent's
log when one of its tests fails.

A test file runs alone with `tests/run.py --lab tests/lab --only NAME`.
"""

import glob
import os
import re
import sys
import unittest

TOOLS = os.path.abspath(os.path.join(os.path.dirname(__file__),
                                     "..", "..", "tools"))
sys.path.insert(0, TOOLS)

from lab.topology import Lab  # noqa: E402 (the path comes first)


REFUSED_CALL = re.compile(r"^.* system call .*: refused, .*$", re.MULTILINE)


def close_lab(lab, refused_calls=0):
    """Close the lab. Its agents may have missed no other system call."""
    found = []
    for path in glob.glob(f"{lab.folder}/*.log"):
        with open(path, encoding="utf-8", errors="replace") as log:
            found += REFUSED_CALL.findall(log.read())
    lab.close()
    if len(found) != refused_calls:
        raise AssertionError("system calls refused:\n" + "\n".join(found))


class LabCase(unittest.TestCase):
    """A test class with one lab for all its tests. Without root it fails."""

    lab_class = Lab
    options = {}  # arguments of lab_class
    started = True
    refused_calls = 0  # system calls that an agent needs and may not make

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.lab_class(**cls.options)
        cls.addClassCleanup(close_lab, cls.lab, cls.refused_calls)
        if cls.started:
            try:
                cls.lab.start()
            except Exception:
                cls.show_log()
                raise

    @classmethod
    def show_log(cls):
        print("--- the end of headgate's log\n"
              + cls.lab.headgate.log_tail(40) + "---", flush=True)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self.show_log()
        return result
