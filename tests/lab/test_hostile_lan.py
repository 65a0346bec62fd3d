# SPDX-License-Identifier: BSD-2-Clause
"""Attacks by clients and by strangers on the servers' LAN, and what holds them."""

import json
import os
import stat

from lab_case import LabCase
from lab.steering import flow_hash
from lab.system import wait_until
from lab.topology import CLIENT_ADDRESS, VIP


class HashSeed(LabCase):
    """Clients do not know the seed of the flow hash, so they cannot aim flows
    at one server."""

    options = {"servers": 2}
    started = False

    def flags_with(self, path):
        flags = list(self.lab.headgate.arguments)
        flags[flags.index("--hash-seed-file") + 1] = path
        return flags

    def start_with(self, name):
        """Start the agent with this seed file, and return its path."""
        headgate = self.lab.headgate
        path = f"{self.lab.folder}/{name}/hash-seed"
        headgate.arguments = self.flags_with(path)
        headgate.start()
        self.addCleanup(headgate.stop)
        return path

    def digest(self):
        return self.lab.headgate.show("status")["hash_seed_digest"]

    def read(self, path):
        with open(path, encoding="ascii") as file:
            return file.read().strip()

    def test_the_first_start_makes_a_private_file(self):
        path = self.start_with("first")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(
            stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        self.assertRegex(self.read(path), "^0x[0-9a-f]{16}$")
        self.assertNotEqual(int(self.read(path), 16), 0)

    def test_a_restart_keeps_the_seed_and_a_new_file_has_another(self):
        headgate = self.lab.headgate
        path = self.start_with("kept")
        seed, digest = self.read(path), self.digest()
        headgate.stop()
        headgate.start()
        self.assertEqual(self.digest(), digest)
        headgate.stop()
        os.unlink(path)
        headgate.start()
        self.assertNotEqual(self.read(path), seed)
        self.assertNotEqual(self.digest(), digest)

    def test_the_program_hashes_with_the_seed_of_the_file(self):
        """`explain flow` asks the program in the kernel, too."""
        headgate = self.lab.headgate
        path = self.start_with("used")
        for server in self.lab.servers:
            server.start()
            self.addCleanup(server.bird.stop)
        wait_until(lambda: len(headgate.living()) == 2, 20, "two servers")
        key = int(self.read(path), 16)
        for port in range(20000, 20020):
            done = headgate.ctl("-j", "explain", "flow", CLIENT_ADDRESS,
                                str(port), VIP, "80", "tcp")
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(done.stdout)["explain"]
            hashed = flow_hash(CLIENT_ADDRESS, port, VIP, 80, key=key)
            self.assertEqual(int(said["hash"], 16), hashed)
            self.assertIs(said["agree"], True)

    def test_nothing_prints_the_seed(self):
        headgate = self.lab.headgate
        path = self.start_with("secret")
        digits = self.read(path)[2:]
        texts = [str(int(digits, 16)), digits.lstrip("0")]
        shown = "".join(
            headgate.ctl(*options, "show", what).stdout
            for options in ((), ("-j",))
            for what in ("status", "counters", "vips", "nexthops"))
        checked = headgate.try_flags(*headgate.arguments, "--check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        shown += checked.stdout + checked.stderr + headgate.log_tail(1000)
        self.assertIn(self.digest(), shown)
        for text in texts:
            self.assertNotIn(text, shown.lower())

    def test_a_seed_on_the_command_line_is_refused(self):
        headgate = self.lab.headgate
        done = headgate.try_flags(*headgate.arguments, "--hash-seed", "4711")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the list of processes shows", done.stderr)
        self.assertIn("--hash-seed-file", done.stderr)
        self.assertNotIn("4711", done.stderr)

    def test_a_file_that_others_can_read_is_refused(self):
        headgate = self.lab.headgate
        path = f"{self.lab.folder}/public-seed"
        with open(path, "w", encoding="ascii") as file:
            file.write("0x0123456789abcdef\n")
        os.chmod(path, 0o644)
        for flags in ((), ("--check",)):
            done = headgate.try_flags(*self.flags_with(path), *flags)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(path, done.stderr)
            self.assertIn("run chmod 600", done.stderr)
        self.assertEqual(headgate.program_ids(), {})
