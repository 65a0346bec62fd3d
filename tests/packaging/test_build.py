# SPDX-License-Identifier: BSD-2-Clause
"""The build: hardened by default, with the flags that a packager gives, and
the same files wherever the source lies (https://reproducible-builds.org)."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.join(REPOSITORY, os.environ.get("B", "build"))
PROGRAMS = ("headgate", "headgatectl", "headgate-replay")
# The programs are built from these.
SOURCE = ("Makefile", "agent", "bpf", "include", "tools")


def read_elf(name, *options):
    return subprocess.run(["readelf", "--wide", *options,
                           os.path.join(BUILD, name)], check=True,
                          capture_output=True, text=True).stdout


def printed_commands(*variables):
    """The commands by which make would build all anew."""
    return subprocess.run(["make", "--always-make", "--dry-run", "V=1", "all",
                           *variables], cwd=REPOSITORY, check=True,
                          capture_output=True, text=True).stdout


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def digests(build):
    return {name: digest(os.path.join(build, name))
            for name in (*PROGRAMS, "bpf/headgate.bpf.o")}


class Hardening(unittest.TestCase):
    """The programs that the other tests run."""

    def test_position_independent(self):
        for name in PROGRAMS:
            self.assertIn("Type:                              DYN",
                          read_elf(name, "--file-header"))

    def test_relocations_are_read_only_from_the_start(self):
        for name in PROGRAMS:
            self.assertIn("GNU_RELRO", read_elf(name, "--program-headers"))
            self.assertIn("BIND_NOW", read_elf(name, "--dynamic"))

    def test_stack_is_not_executable(self):
        for name in PROGRAMS:
            line = [row for row in read_elf(name, "--program-headers")
                    .splitlines() if "GNU_STACK" in row]
            self.assertRegex(line[0], r" RW +0x")

    def test_stack_protector_and_fortify_are_used(self):
        for name in PROGRAMS:
            symbols = read_elf(name, "--dyn-syms")
            self.assertIn("__stack_chk_fail", symbols)
            self.assertIn("_chk@", symbols)

    @unittest.skipUnless(os.uname().machine == "x86_64", "CET is of x86-64")
    def test_control_flow_is_marked(self):
        """Our part has the mark; the C library's start files may lack it."""
        for name in ("agent/main.o", "tools/headgatectl.o"):
            self.assertIn("IBT, SHSTK", read_elf(name, "--notes"))


class Flags(unittest.TestCase):
    """The variables that a packager sets."""

    def test_flags_of_the_user_are_in_every_command(self):
        for line in printed_commands("CPPFLAGS=-DUSER_CPP",
                                     "CFLAGS=-O1 -DUSER_C").splitlines():
            if " -c -o " in line and ".bpf." not in line:
                self.assertIn("-DUSER_CPP", line)
                self.assertIn("-DUSER_C", line)

    def test_linker_flags_of_the_user_come_last(self):
        commands = printed_commands("LDFLAGS=-Wl,-z,user")
        for name in PROGRAMS:
            line = [row for row in commands.splitlines()
                    if f"/{name} " in row and "-Wl,-z,user" in row]
            self.assertTrue(line, name)
            self.assertLess(line[0].index("-Wl,-z,relro"),
                            line[0].index("-Wl,-z,user"))


class SameFiles(unittest.TestCase):
    """A copy of the source in a folder of another name and length."""

    def build(self, folder):
        os.mkdir(folder)
        for name in SOURCE:
            path = os.path.join(REPOSITORY, name)
            copy = shutil.copytree if os.path.isdir(path) else shutil.copy
            copy(path, os.path.join(folder, name))
        subprocess.run(["make", "-j2", "all", "B=build"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        return digests(os.path.join(folder, "build"))

    def test_two_folders_give_one_digest(self):
        with tempfile.TemporaryDirectory(prefix="headgate-test-") as top:
            copy = self.build(os.path.join(top, "copy"))
        self.assertEqual(digests(BUILD), copy)


if __name__ == "__main__":
    sys.exit(unittest.main())
