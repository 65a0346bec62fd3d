# SPDX-License-Identifier: BSD-2-Clause
"""Check interfaces that go and come back while the agent runs."""

import os
import unittest

from raw_lab import RawCase
from raw_speaker import wait_for
from tap_device import open_tap

SECONDS = 10
EXIT_USAGE, EXIT_KERNEL = 2, 5


class DeletedInterface(RawCase):
    options = {"flags": ("--interface", "more")}

    @classmethod
    def before_start(cls):
        cls.make()

    @classmethod
    def make(cls):
        cls.tap = open_tap(cls.lab.host, "more")
        cls.lab.host.ip("link set more up")

    def log(self):
        return self.lab.headgate.log_tail(1000)

    def is_attached(self):
        return "xdp" in self.lab.host.run("ip", "link", "show", "more")

    def wait(self, condition, what):
        wait_for([self.observer, self.bystander], condition, SECONDS, what)

    def test_one_that_goes_is_told_once_and_attached_when_it_is_back(self):
        self.assertTrue(self.is_attached())
        os.close(self.tap)
        self.wait(lambda: "more: the interface has gone" in self.log(),
                  "the loss told")
        self.make()
        self.addCleanup(os.close, self.tap)
        self.wait(self.is_attached, "attached again")
        told = [line for line in self.log().splitlines()
                if "datapath: more: " in line]
        self.assertEqual(len(told), 3, told)
        for line, text in zip(told, ("attached, ", "the interface has gone",
                                     "attached, ")):
            self.assertIn(text, line)
        self.check_bystanders()


class LateInterface(RawCase):
    """An interface that is missing at the start."""

    options = {"flags": ("--interface", "more", "--wait-interfaces")}

    def test_it_is_waited_for_and_attached_when_it_appears(self):
        headgate = self.lab.headgate
        self.check_bystanders()
        self.assertIn("more: no such interface; its next hops are unreachable "
                      "until it appears", headgate.log_tail(1000))
        tap = open_tap(self.lab.host, "more")
        self.addCleanup(os.close, tap)
        self.lab.host.ip("link set more up")
        wait_for([self.observer, self.bystander],
                 lambda: set(headgate.program_ids()) == {"lan", "more"},
                 SECONDS, "the program on both")
        self.check_bystanders()

    def test_without_the_flag_it_is_an_error(self):
        flags = self.lab.agent_flags()
        flags[flags.index("more")] = "others"
        checked = self.lab.headgate.try_flags(*flags, "--check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        flags.remove("--wait-interfaces")
        checked = self.lab.headgate.try_flags(*flags, "--check")
        self.assertEqual(checked.returncode, EXIT_USAGE)
        self.assertIn("--interface others: this host has no such interface",
                      checked.stderr)

    def test_one_without_ethernet_is_refused_by_name(self):
        host, folder = self.lab.host, self.lab.folder
        host.ip("tuntap add mode tun tunnel")
        self.addCleanup(host.ip, "link del tunnel")
        for name in ("lo", "tunnel"):
            refused = self.lab.headgate.try_flags(
                "--as", "64512", "--router-id", "10.0.0.9", "--interface", name,
                "--listen", "127.0.0.1:0", "--vip", "203.0.113.0/24",
                "--neighbor", "10.1.0.250,as=65009,role=backend",
                "--instance", "2", "--bpffs", f"{self.lab.headgate.pins}-{name}",
                "--control-socket", f"{folder}/{name}.sock")
            self.assertEqual(refused.returncode, EXIT_KERNEL, refused.stderr)
            self.assertIn(f"{name}: has no MAC", refused.stderr)


if __name__ == "__main__":
    unittest.main()
