# SPDX-License-Identifier: BSD-2-Clause
"""Check where the running agent has its keys: in memory that is never swapped out
nor dumped, and in no copy elsewhere."""

import os
import re
import unittest

from lab_case import LabCase
from lab.agent import BUILD
from lab.system import wait_until

PASSWORD = "password-of-one-neighbor-4711"
BFD_KEY = "bfd-key-of-server-1"
LOCKED, NOT_DUMPED = "lo", "dd"
# A sanitizer turns mlock(2) into nothing, and keeps what was freed.
NEEDED = {NOT_DUMPED} if BUILD.endswith("/san") else {LOCKED, NOT_DUMPED}
KERNEL_MEMORY = "anon_inode:bpf-map"  # the program's own: not ours to swap
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)")


def mappings(pid):
    """Return (first, end, name, flags) of all mappings that can be read."""
    found = []
    with open(f"/proc/{pid}/smaps", encoding="ascii") as smaps:
        for line in smaps:
            if head := MAPPING.match(line):
                found.append([int(head[1], 16), int(head[2], 16), head[4],
                              set(), head[3]])
            elif line.startswith("VmFlags:"):
                found[-1][3] = set(line.split()[1:])
    return [one[:4] for one in found if one[4].startswith("r")]


def memory_with(pid, secret):
    """Return the mappings whose memory has these bytes."""
    found = []
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for first, end, name, flags in mappings(pid):
            try:
                memory.seek(first)
                text = memory.read(end - first)
            except (OSError, ValueError, OverflowError):
                continue  # [vvar]
            if secret in text:
                found.append((name, flags))
    return found


@unittest.skipIf(BUILD.endswith("/san"),
                 "AddressSanitizer keeps what is freed, and terabytes of shadow")
class Secrets(LabCase):
    """server1 is watched by BFD with a key, another neighbor has a password."""

    options = {"servers": 1}
    started = False

    @classmethod
    def write(cls, name, text):
        path = f"{cls.lab.folder}/{name}"
        with open(path, "w", encoding="ascii") as file:
            file.write(text + "\n")
        os.chmod(path, 0o600)
        return path

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        server = lab.servers[0]
        lab.headgate.arguments += [
            "--neighbor", "10.1.0.77,as=65077,role=backend,passive,"
            f"password-file={cls.write('password', PASSWORD)}",
            "--path", f"192.0.2.9,via={server.address},bfd,"
            f"bfd-key-file={cls.write('bfd-key', BFD_KEY)}"]
        # The lab's seed is 0, which is in all memory; the agent draws this one.
        cls.seed = f"{lab.folder}/drawn/hash-seed"
        flags = lab.headgate.arguments
        flags[flags.index("--hash-seed-file") + 1] = cls.seed
        lab.start_peers()
        lab.headgate.start()
        wait_until(lambda: lab.headgate.nexthops()[server.address]["bfd"], 10,
                   "a BFD session, whose packets are signed")

    def assert_kept(self, secret):
        places = [place for place in
                  memory_with(self.lab.headgate.process.pid, secret)
                  if place[0] != KERNEL_MEMORY]
        self.assertTrue(places, "not found: the test cannot see it")
        for name, flags in places:
            self.assertLessEqual(NEEDED, flags, f"a copy in {name or 'memory'}")

    def test_the_password_of_a_neighbor(self):
        self.assert_kept(PASSWORD.encode())

    def test_the_key_of_a_bfd_session(self):
        self.assert_kept(BFD_KEY.encode())

    def test_the_seed_of_the_flow_hash(self):
        with open(self.seed, encoding="ascii") as file:
            seed = file.read().strip()
        self.lab.headgate.show("status")  # has a digest of it
        self.assert_kept(int(seed, 16).to_bytes(8, "little"))
        self.assertEqual(memory_with(self.lab.headgate.process.pid,
                                     seed[2:].encode()), [])
