# SPDX-License-Identifier: BSD-2-Clause
"""Send frames of VLANs that have no device on Headgate's interface."""

from contextlib import ExitStack, closing

from lab_case import LabCase, close_lab
from lab.system import wait_until
from lab.topology import CLIENT_ADDRESS, VIP, Lab
from raw_frames import frame, ipv4, mac_of, send_frames, udp


class FileLab(Lab):
    """Its interface `up` is in a file, which the tests edit."""

    def agent_flags(self):
        flags = super().agent_flags()
        at = flags.index("up") - 1
        self.config = f"{self.folder}/up.conf"
        return [*flags[:at], *flags[at + 2:], "--config", self.config]

    def configure_up(self, value):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"interface {value}\n")


class VlansTaken(LabCase):

    @classmethod
    def setUpClass(cls):
        cls.lab = FileLab(servers=2)
        cls.addClassCleanup(close_lab, cls.lab, 0)
        cls.lab.configure_up("up")
        cls.lab.router.run("ethtool", "-K", "up", "tx-vlan-offload", "off")
        cls.lab.start()

    def configure(self, value):
        self.lab.configure_up(value)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.lab.headgate.ctl, "reload")
        self.addCleanup(self.lab.configure_up, "up")

    def is_forwarded(self, *tags):
        """Send a frame; return whether a server gets it. Else it must have gone
        to the kernel for its VLAN."""
        packet = ipv4(CLIENT_ADDRESS, VIP, udp(4000, 9))
        mac = mac_of(self.lab.host, "up")
        before = self.lab.headgate.outcomes()["passed_other_vlan"]

        def passed():
            return self.lab.headgate.outcomes()["passed_other_vlan"] - before
        with ExitStack() as stack:
            counts = [stack.enter_context(closing(s.count_frames()))
                      for s in self.lab.servers]
            send_frames(self.lab.router, "up", [frame(mac, packet, tags)])
            wait_until(lambda: sum(c.read() for c in counts) + passed(),
                       20, "the end of the frame")
            return not passed()

    def test_a_vlan_without_a_device_goes_to_the_kernel(self):
        self.assertTrue(self.is_forwarded())
        self.assertTrue(self.is_forwarded(0))  # a priority tag
        self.assertFalse(self.is_forwarded(666))
        self.assertFalse(self.is_forwarded(666, 10))
        self.assertFalse(self.is_forwarded(0, 666))

    def test_vlans_of_the_list_are_taken(self):
        self.configure("up,vlans=native+100-199")
        self.assertTrue(self.is_forwarded())
        self.assertTrue(self.is_forwarded(100))
        self.assertTrue(self.is_forwarded(199))
        self.assertTrue(self.is_forwarded(150, 7))
        self.assertFalse(self.is_forwarded(99))
        self.assertFalse(self.is_forwarded(200))
        self.configure("up")
        self.assertFalse(self.is_forwarded(100))

    def test_untagged_frames_are_not_taken_without_native(self):
        self.configure("up,vlans=100")
        self.assertFalse(self.is_forwarded())
        self.assertFalse(self.is_forwarded(0))
        self.assertTrue(self.is_forwarded(100))
