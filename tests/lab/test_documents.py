# SPDX-License-Identifier: BSD-2-Clause
"""Check that the documents name flags, configurations and make targets that
exist. `make lint` checks their links and paths."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

from lab_case import TOOLS
from lab.agent import BUILD
from lab.system import run

ROOT = os.path.dirname(TOOLS)
DOCUMENTS = [*glob.glob(f"{ROOT}/*.md"), *glob.glob(f"{ROOT}/docs/*.md"),
             *glob.glob(f"{ROOT}/docs/recipes/*.md"),
             f"{ROOT}/tests/README.md"]
# Flags of other programs, and of ours in tools/ and tests/.
OTHER_FLAGS = {"--no-verify", "--stdio", "--no-children", "--quiet", 
               "--only", "--lab", "--xdp", "--ipv6"}
BASE = """\
as 64512
router-id 10.0.0.1
interface lo
vip 192.0.2.0/24
neighbor 10.1.0.1,as=65001,role=backend
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def blocks(text, language):
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def without_blocks_of_others(text):
    """Return the text without fenced blocks of other programs."""
    return re.sub(r"^```(?!conf\n|sh\n)\w+\n.*?^```", "", text,
                  flags=re.M | re.S)


def named_tests():
    """Return the names of all functions in tests/unit and tests/lab, and those
    that CASES makes of tables."""
    sources = [*glob.glob(f"{ROOT}/tests/unit/**/*.c", recursive=True),
               *glob.glob(f"{ROOT}/tests/lab/*.py")]
    return {name for source in sources for name in re.findall(
        r"(?:def |static void |\bCASES\()([a-z0-9_]+)[(,]", read(source))}


class Documents(unittest.TestCase):

    def for_each(self, check):
        for path in DOCUMENTS:
            with self.subTest(document=os.path.relpath(path, ROOT)):
                check(read(path))

    def test_every_test_in_the_conformance_exists(self):
        rows = [line for line in read(
            f"{ROOT}/docs/conformance.md").splitlines()
            if line.startswith("| RFC")]
        cited = {name for row in rows for name in re.findall(
            r"`([a-z0-9_]+)`", row.split("|")[-2])}
        self.assertGreaterEqual(len(cited), len(rows))
        self.assertEqual(cited - named_tests(), set())

    def test_flags_exist(self):
        known = OTHER_FLAGS.union(*(
            re.findall(r"--[a-z][a-z0-9-]*", run(f"{BUILD}/{name}", "--help"))
            for name in ("headgate", "headgatectl", "headgate-replay")))

        def check(text):
            text = without_blocks_of_others(text)
            used = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9]", text))
            self.assertEqual(used - known, set())
        self.for_each(check)

    def test_configurations_are_valid(self):
        """A block of `conf` is a configuration, or extends BASE."""
        def check(text):
            for block in blocks(text, "conf"):
                block = block.replace("neighbor rack1,", "neighbor lo,")
                whole = (re.sub(r"interface (?:eth\d|up|lan|rack\d)\b", "interface lo", block)
                         if "router-id" in block else BASE + block)
                whole = "\n".join(dict.fromkeys(whole.splitlines())) + "\n"
                with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
                    file.write(whole)
                    file.flush()
                    done = subprocess.run(
                        [f"{BUILD}/headgate", "--config", file.name, "--check"],
                        capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, whole + done.stderr)
        self.for_each(check)

    def test_rules_of_the_policy_are_valid(self):
        text = read(f"{ROOT}/docs/policy.md")
        lines = re.findall(r"^    (rule .*|neighbor .*)$", text, re.M)
        self.assertGreater(len(lines), 10)
        for line in lines:
            with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
                file.write(BASE + line + "\n")
                file.flush()
                done = subprocess.run(
                    [f"{BUILD}/headgate", "--config", file.name, "--check"],
                    capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)

    def test_make_targets_exist(self):
        makefile = read(f"{ROOT}/Makefile")
        targets = set(re.findall(r"^([\w.-]+):", makefile, re.M))

        def check(text):
            used = set(re.findall(r"(?:`|^ +(?:sudo )?)(?:sudo )?make ([a-z][\w.-]*)",
                                  text, re.M))
            self.assertEqual(used - targets, set())
        self.for_each(check)

    def test_the_chart_is_that_of_its_table(self):
        images = f"{ROOT}/docs/images"
        self.assertEqual(run(f"{TOOLS}/draw_chart.py",
                             f"{images}/broken-flows.txt"),
                         read(f"{images}/broken-flows.svg"))
