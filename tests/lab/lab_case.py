# SPDX-License-Identifier: BSD-2-Clause
"""The base of the lab tests: a test class owns one lab and prints the agent's
log when one of its tests fails.

A test file runs alone with `tests/run.py --lab tests/lab --only NAME`.
"""

import os
import sys
import unittest

TOOLS = os.path.abspath(os.path.join(os.path.dirname(__file__),
                                     "..", "..", "tools"))
sys.path.insert(0, TOOLS)

from lab.topology import Lab  # noqa: E402 (the path comes first)


class LabCase(unittest.TestCase):
    """A test class with one lab for all its tests. Without root it fails."""

    lab_class = Lab
    options = {}  # arguments of lab_class
    started = True

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.lab_class(**cls.options)
        cls.addClassCleanup(cls.lab.close)
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
