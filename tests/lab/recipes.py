# SPDX-License-Identifier: BSD-2-Clause
"""Read the recipes of docs/recipes, and run their commands."""

import os
import re
import shlex

from lab_case import LabCase
from lab.agent import REPOSITORY

FOLDER = os.path.join(REPOSITORY, "docs", "recipes")


def recipe(name):
    with open(f"{FOLDER}/{name}.md", encoding="utf-8") as file:
        return file.read()


def blocks(name, language):
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", recipe(name), re.M | re.S)


def section(name, heading):
    """Return what stands below a heading."""
    return recipe(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]


class RecipeCase(LabCase):

    def run_block(self, text):
        """Run the commands of a block of sh; return what they print."""
        printed = ""
        for line in text.splitlines():
            program, *words = shlex.split(line)
            self.assertEqual(program, "headgatectl")
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, 0, f"{line}: {done.stderr}")
            printed += done.stdout
        return printed

    def run_all(self, name):
        return [self.run_block(block) for block in blocks(name, "sh")]
