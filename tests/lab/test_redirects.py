# SPDX-License-Identifier: BSD-2-Clause
"""Check an interface that takes no frames from native XDP of another one: a veth.
Its peer has no program, and GRO is off there. The kernel forwards its frames, or
the VIPs are withdrawn."""

import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import Lab

FIRST_PORT, CONNECTIONS = 24000, 20


class RedirectCase(LabCase):

    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.headgate = cls.lab.headgate
        cls.headgate.arguments += ["--audit-interval", "5",
                                   "--affinity-window", "0"]
        cls.lab.start()

    def status(self):
        return self.headgate.show("status")

    def takes(self):
        return {i["name"]: i["takes_redirects"]
                for i in self.status()["interfaces"]}["lan"]

    def far_end(self, takes):
        """Change what the other end of the cable to the servers needs."""
        if takes:
            self.lab.accept_xdp_frames(self.lab.lan, "headgate")
        else:
            self.lab.lan.ip("link set dev headgate xdpdrv off")
        self.wait_takes(takes)

    def wait_takes(self, takes):
        wait_until(lambda: self.takes() == takes, 30,
                   f"lan takes redirects: {takes}")


class Forwarding(RedirectCase):

    options = {"servers": 2, "forwarding": True}

    def download(self, port):
        """Return the outcomes of connections, none of which fails."""
        before = self.headgate.outcomes()
        connections = self.lab.download(port, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(len(connections.servers()), 2)
        after = self.headgate.outcomes()
        return {name: after[name] - before[name] for name in after}

    def finding(self):
        found = [f for f in self.headgate.show("host")["findings"]
                 if (f["check"], f["interface"]) == ("redirect", "lan")]
        return found[0] if found else {"level": None}

    def wait_audits(self, count):
        before = self.status()["sync"]["audits"]
        wait_until(lambda: self.status()["sync"]["audits"] >= before + count,
                   60, f"{count} audits")

    def wait_level(self, level):
        wait_until(lambda: self.finding()["level"] == level, 30,
                   f"the check: {level}")

    def test_the_kernel_forwards_meanwhile_to_the_same_servers(self):
        self.wait_takes(True)
        counts = self.download(FIRST_PORT)
        self.assertGreater(counts["forwarded_redirect"], 3 * CONNECTIONS)
        self.assertEqual(counts["passed_no_nexthop"], 0)
        servers = self.lab.download(FIRST_PORT, CONNECTIONS).server_of_port()

        self.far_end(takes=False)
        self.wait_level("warning")
        counts = self.download(FIRST_PORT + 100)
        self.assertEqual(counts["forwarded_redirect"], 0)
        self.assertGreater(counts["passed_no_nexthop"], 3 * CONNECTIONS)
        self.assertEqual(
            self.lab.download(FIRST_PORT, CONNECTIONS).server_of_port(), servers)
        self.assertTrue(self.status()["in_sync"])
        self.wait_audits(2)
        counts = self.download(FIRST_PORT + 300)
        self.assertEqual(counts["forwarded_redirect"], 0)
        self.assertIsNone(self.status()["sync"]["last"])

        self.lab.lan.run("ethtool", "-K", "headgate", "gro", "on")
        self.wait_takes(True)
        self.wait_level("ok")
        counts = self.download(FIRST_PORT + 200)
        self.assertEqual(counts["passed_no_nexthop"], 0)


class NotForwarding(RedirectCase):

    options = {"servers": 1}

    def test_nothing_is_announced_until_frames_arrive_again(self):
        self.lab.wait_announced(True)
        self.far_end(takes=False)
        self.lab.wait_announced(False)
        wait_until(lambda: "takes no frames"
                   in (self.status()["sync"]["why"] or ""), 30, "the reason")
        self.assertEqual(self.status()["verdict"], "degraded")
        self.far_end(takes=True)
        self.lab.wait_announced(True)
        self.assertEqual(
            self.lab.download(FIRST_PORT, CONNECTIONS).failed(), [])


class Generic(RedirectCase):
    """The kernel queues frames of generic mode like any other."""

    options = {"servers": 1}

    @classmethod
    def setUpClass(cls):
        cls.lab_class = GenericLab
        super().setUpClass()

    def test_generic_mode_needs_nothing_there(self):
        self.lab.lan.ip("link set dev headgate xdpdrv off")
        self.assertEqual(
            self.lab.download(FIRST_PORT, CONNECTIONS).failed(), [])
        self.assertTrue(self.takes())


class GenericLab(Lab):

    def agent_flags(self):
        return [*super().agent_flags(), "--xdp-mode", "generic"]


if __name__ == "__main__":
    unittest.main()
