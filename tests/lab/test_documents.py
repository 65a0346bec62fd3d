# SPDX-License-Identifier: BSD-2-Clause
"""Check that the documents name flags, configurations and make targets that
exist. `make lint` checks their links and paths."""

import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from lab_case import TOOLS
from lab.agent import BUILD
from lab.system import run
from sessions import BY_HAND, PROMPT, indented_blocks

ROOT = os.path.dirname(TOOLS)
DOCUMENTS = [*glob.glob(f"{ROOT}/*.md"), *glob.glob(f"{ROOT}/docs/*.md"),
             *glob.glob(f"{ROOT}/docs/recipes/*.md"),
             f"{ROOT}/tests/README.md"]
# Flags of other programs, and of ours in tools/ and tests/.
OTHER_FLAGS = {"--no-verify", "--now", "--stdio", "--no-children", "--quiet", 
               "--only", "--lab", "--xdp", "--ipv6"}
CONFIG_LINE = re.compile(r"(?:--)?(?:neighbor|path|rule|vip|filter) ")
MESSAGE = re.compile(r"(?:error|warning|info) \w+: ")
COMMAND = re.compile(r"^headgate --(?:.*\\\n)*.*$", re.M)
MESSAGE_LEAST = 8  # letters; shorter texts would match anything
BASE = """\
as 64512
router-id 10.0.0.1
interface lo
vip 192.0.2.0/24
neighbor 10.1.0.1,as=65001,role=backend
"""
# Blocks that are no commands, configurations or messages, by their beginning.
DRAWINGS = ("bytes from peers ->", "forwarded_*", "ACTION from|to")
# Blocks that these files run or compare, by their beginning.
TRIED_ELSEWHERE = {
    "sudo make demo": "tests/lab/test_demo.py",
    "[  2.3 s]": "tests/lab/test_demo.py",
    "interface \"eth0\" {": "tests/lab/bfd_daemons.py",
    "ip link add tunnel": "tests/lab/decapsulator.py",
    "outer    inside gue": "tests/lab/test_far.py",
    "ExecReload=": "packaging/systemd/headgate.service.in",
    "export HG_LAB=": "tests/lab/test_sessions.py",
}
BY_HAND_TOO = ("(gdb)", "ip route replace default")


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


def plain_blocks(text):
    """Return the indented blocks that are no sessions, as lists of lines."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    alone = "\n".join(re.findall(r"(?<=\n)\n(?:    .*\n|\n(?=    ))+", text))
    return [block for block in indented_blocks(alone)
            if block[0] != BY_HAND and not PROMPT.match(block[0])]


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

    def check_config(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            done = subprocess.run(
                [f"{BUILD}/headgate", "--config", file.name, "--check"],
                capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, text + done.stderr)

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
                self.check_config(whole)
        self.for_each(check)

    def test_rules_of_the_policy_are_valid(self):
        text = read(f"{ROOT}/docs/policy.md")
        lines = re.findall(r"^    (rule .*|neighbor .*)$", text, re.M)
        self.assertGreater(len(lines), 10)
        for line in lines:
            self.check_config(BASE + line + "\n")

    def test_other_lines_of_configurations_are_valid(self):
        """Lines that begin with a flag, with dashes or without."""
        def check(text):
            for block in plain_blocks(text):
                for line in filter(CONFIG_LINE.match, block):
                    self.check_config(BASE + line.lstrip("-") + "\n")
        self.for_each(check)

    def test_commands_of_the_agent_are_valid(self):
        """They are, but for the interfaces, which this host does not have."""
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(BASE)
            file.flush()
            for path in DOCUMENTS:
                for block in plain_blocks(read(path)):
                    for command in COMMAND.findall("\n".join(block)):
                        command = (command.replace("/etc/headgate.conf", file.name)
                                   .replace("--interface eth0", "--interface lo")
                                   .replace("--interface eth1", ""))
                        words = shlex.split(command.replace("\\\n", ""))
                        done = subprocess.run(
                            [f"{BUILD}/{words[0]}", *words[1:], "--check"],
                            capture_output=True, text=True)
                        self.assertEqual(done.returncode, 0,
                                         f"{command}\n{done.stderr}")

    def test_messages_are_those_of_the_agent(self):
        texts = [re.compile(r"[\w:./ -]*" + re.escape(text).replace(
            r"\.\.\.", ".*") + "$") for text in re.findall(
                r"^- ``?(.+?)``?$", read(f"{ROOT}/docs/messages.md"), re.M)
            if len(text.replace(".", "")) > MESSAGE_LEAST]

        def check(text):
            for block in plain_blocks(text):
                for line in filter(MESSAGE.match, block):
                    self.assertTrue(any(known.match(line) for known in texts),
                                    line)
        self.for_each(check)

    def test_a_configuration_of_prometheus_is_valid(self):
        folder = tempfile.mkdtemp(prefix="headgate-test-")
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(f"{ROOT}/contrib/prometheus/alerts.yml", folder)
        found = [block for path in DOCUMENTS for block in plain_blocks(read(path))
                 if block[0] == "scrape_configs:"]
        self.assertEqual(len(found), 1)
        with open(f"{folder}/prometheus.yml", "w", encoding="ascii") as file:
            file.write("\n".join(found[0]) + "\n")
        run("promtool", "check", "config", f"{folder}/prometheus.yml")

    def test_queries_are_valid(self):
        folder = tempfile.mkdtemp(prefix="headgate-test-")
        self.addCleanup(shutil.rmtree, folder)
        found = [line for path in DOCUMENTS for block in plain_blocks(read(path))
                 for line in block if line.startswith("headgate_")]
        self.assertTrue(found)
        rules = [{"record": f"query{n}", "expr": line}
                 for n, line in enumerate(found)]
        with open(f"{folder}/rules.yml", "w", encoding="ascii") as file:
            json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)
        run("promtool", "check", "rules", f"{folder}/rules.yml")

    def test_each_block_is_tried(self):
        """A block is a session (test_sessions.py), or one of the tests above reads
        each of its lines, or it is named here."""
        def is_tried(line):
            paths = [word for word in line.split("#")[0].split() if "/" in word]
            return (not line or CONFIG_LINE.match(line) or MESSAGE.match(line)
                    or re.match(r"(?:sudo )?make |headgate --|headgate_\w", line)
                    or (paths and all(os.path.exists(f"{ROOT}/{path}")
                                      for path in paths)))

        def check(text):
            for block in plain_blocks(text):
                start = block[0]
                if start.startswith((*DRAWINGS, *BY_HAND_TOO, *TRIED_ELSEWHERE,
                                     "scrape_configs:")):
                    continue
                if COMMAND.match("\n".join(block)):
                    continue
                self.assertEqual([line for line in block if not is_tried(line)],
                                 [])
        self.for_each(check)

    def test_the_other_files_try_what_is_said(self):
        for start, path in TRIED_ELSEWHERE.items():
            with self.subTest(start):
                self.assertTrue(os.path.exists(f"{ROOT}/{path}"))

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
