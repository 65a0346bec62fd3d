# SPDX-License-Identifier: BSD-2-Clause
"""Check the completion of headgatectl and headgate in bash and zsh, with a live
agent."""

import os
import shlex
import subprocess

import lab_case  # noqa: F401 (finds the lab)
from lab.agent import BUILD, REPOSITORY
from raw_lab import BYSTANDER, OBSERVER, RawCase

FOLDER = f"{REPOSITORY}/packaging/completion"
BASH = """
. /usr/share/bash-completion/bash_completion
. {folder}/{program}.bash
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_LINE="${{COMP_WORDS[*]}}"
COMP_POINT=${{#COMP_LINE}}
_{program}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
# Outside of the line editor, compadd has to be replaced. It matches there.
ZSH = """
fpath=({folder} $fpath)
autoload -Uz _{program}
compadd() {{ shift; print -rl -- "${{(M)@:#${{words[CURRENT]}}*}}" }}
_files() {{ print -r -- FILES }}
words=({words})
CURRENT=${{#words}}
_{program}
"""


class Completion(RawCase):

    options = {"vips": ("192.0.2.0/24", "2001:db8::/64")}

    def complete(self, shell, *words, program="headgatectl"):
        """Return the completions of the last word."""
        template, command = {"bash": (BASH, ["bash", "--norc", "-c"]),
                             "zsh": (ZSH, ["zsh", "-f", "-c"])}[shell]
        script = template.format(
            folder=FOLDER, program=program,
            words=" ".join(map(shlex.quote, [program, *words])))
        done = subprocess.run(
            [*command, script], capture_output=True, text=True, timeout=60,
            env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})
        self.assertEqual(done.stderr, "")
        return {line for line in done.stdout.splitlines() if line}

    def check(self, wanted, *words):
        for shell in ("bash", "zsh"):
            with self.subTest(shell, words=words):
                self.assertEqual(
                    self.complete(shell, "-s", self.lab.headgate.socket,
                                  *words), wanted)

    def commands(self):
        """Return the commands of --help."""
        said = subprocess.run([f"{BUILD}/headgatectl", "--help"],
                              capture_output=True, text=True).stdout
        lines = said.split("Commands:\n")[1].split("\n\n")[0].splitlines()
        return {line.split()[0] for line in lines if line[2] != " "}

    def test_commands_and_options_are_those_of_help(self):
        self.check(self.commands(), "")
        self.check({"explain"}, "expl")
        for shell in ("bash", "zsh"):
            self.assertLessEqual(
                {"--json", "--socket", "--watch", "--help"},
                self.complete(shell, "--"))
            self.assertLessEqual({"neighbors", "routes", "status"},
                                 self.complete(shell, "show", ""))

    def test_neighbors_vips_and_next_hops_are_those_of_the_agent(self):
        neighbors = {BYSTANDER, OBSERVER}
        self.check(neighbors, "neighbor", "")
        self.check({BYSTANDER}, "neighbor", BYSTANDER[:-1])
        self.check(neighbors, "show", "routes", "from", "")
        self.check({self.BYSTANDER_VIP}, "show", "route", "")
        self.check({"flow", self.BYSTANDER_VIP}, "explain", "")
        self.check(neighbors, "drain", "--for", "5m", "")
        self.check({self.BYSTANDER_VIP}, "capture", "--vip", "")
        self.check({BYSTANDER}, "show", "flows", "--nexthop", "")
        self.check({"error", "warning", "info"}, "events", "--severity", "")

    def test_words_behind_a_neighbor(self):
        self.check({"shutdown", "enable", "restart", "clear", "refresh"},
                   "neighbor", BYSTANDER, "")
        self.check({"in", "out"}, "neighbor", BYSTANDER, "refresh", "")
        self.check({"from", "to"}, "show", "routes", "")

    def test_without_an_agent_there_are_no_names(self):
        for shell in ("bash", "zsh"):
            self.assertEqual(self.complete(
                shell, "-s", "/nonexistent", "neighbor", ""), set())

    def test_flags_of_the_agent_are_those_of_help(self):
        for shell in ("bash", "zsh"):
            self.assertEqual(self.complete(shell, "--hold-d",
                                           program="headgate"),
                             {"--hold-down"})
            self.assertIn("lo", self.complete(shell, "--interface", "",
                                              program="headgate"))


del RawCase  # it has no tests of its own
