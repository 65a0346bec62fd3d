# SPDX-License-Identifier: BSD-2-Clause
"""Check what the interfaces themselves may spoil: a mix of XDP modes, and ICMP
redirects of the kernel."""

import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import HEADGATE_LAN, Lab

FIRST_PORT, CONNECTIONS = 23000, 20


class BridgeLab(Lab):
    """Headgate's address on the LAN is on a bridge above `lan`. A bridge has no
    native XDP, and takes no frame from a native program."""

    def lay_cables(self):
        super().lay_cables()
        self.host.ip("address flush dev lan",
                     "link add brlan type bridge", "link set lan master brlan",
                     "link set brlan up",
                     f"address add {HEADGATE_LAN}/24 dev brlan")

    def agent_interfaces(self):
        return ["up", "brlan"]


class OneMode(LabCase):

    lab_class = BridgeLab
    options = {"servers": 2}

    def modes(self):
        return {i["name"]: i["mode"]
                for i in self.lab.headgate.show("status")["interfaces"]}

    def warnings(self):
        return [line for line in self.lab.headgate.log_tail(1000).splitlines()
                if "changes to generic mode" in line]

    def check(self):
        wait_until(lambda: self.modes() == {"up": "generic",
                                            "brlan": "generic"}, 40,
                   "both interfaces in generic mode")
        connections = self.lab.download(FIRST_PORT, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        forwarded = self.lab.headgate.outcomes()["forwarded_redirect"]
        self.assertGreaterEqual(forwarded, 4 * CONNECTIONS)

    def test_all_are_generic_if_one_has_to_be(self):
        self.check()
        self.assertEqual(len(self.warnings()), 1)
        self.assertIn("up: changes", self.warnings()[0])

    def test_also_after_a_restart(self):
        self.lab.headgate.kill()
        self.lab.headgate.start()
        self.lab.wait_ready()
        self.check()


class Redirects(LabCase):
    """`lan` may send redirects, and only with forwarding are there any."""

    options = {"servers": 1, "forwarding": True}
    started = False

    def lines(self):
        return [line for line in self.lab.headgate.log_tail(1000).splitlines()
                if "send_redirects" in line]

    def test_a_warning_names_the_switches_of_each_interface(self):
        switch = "net.ipv4.conf.{}.send_redirects"
        self.lab.host.run("sysctl", "-qw", switch.format("all") + "=0",
                          switch.format("up") + "=0",
                          switch.format("lan") + "=1")
        self.lab.start()
        lines = wait_until(self.lines, 20, "the warning")
        self.assertEqual(len(lines), 1, lines)
        for name in ("all", "lan"):
            self.assertIn(switch.format(name), lines[0])


if __name__ == "__main__":
    unittest.main()
