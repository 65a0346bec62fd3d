# SPDX-License-Identifier: BSD-2-Clause
"""Send packets for VIPs from addresses that send nothing."""

from contextlib import ExitStack, closing

from lab_case import LabCase, close_lab
from lab.system import wait_until
from lab.topology import CLIENT6_ADDRESS, CLIENT_ADDRESS, VIP, VIP6, Lab
from raw_frames import frame, ipv4, ipv6, mac_of, send_frames, udp

MARTIANS = ("127.0.0.1", "0.1.2.3", "224.0.0.5", "255.255.255.255", VIP)
MARTIANS6 = ("::1", "ff02::1", "fe80::5", VIP6)
ALL = len(MARTIANS) + len(MARTIANS6)


class Martians(LabCase):
    """The agent has a configuration in a file, which the tests edit."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(servers=2, ipv6=True)
        cls.addClassCleanup(close_lab, cls.lab, 0)
        cls.config = f"{cls.lab.folder}/extra.conf"
        cls.write("")
        cls.lab.headgate.arguments += ["--config", cls.config]
        cls.lab.start()

    @classmethod
    def write(cls, text):
        with open(cls.config, "w", encoding="utf-8") as file:
            file.write(text)

    def configure(self, text):
        self.write(text)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def send(self, sources, sources6):
        """Return how many of the packets the servers get, and how many are
        dropped as martians, when one of these has happened to each."""
        mac = mac_of(self.lab.host, "up")
        frames = [frame(mac, ipv4(s, VIP, udp(4000, 9))) for s in sources]
        frames += [frame(mac, ipv6(s, VIP6, udp(4000, 9))) for s in sources6]
        before = self.lab.headgate.outcomes()["dropped_martian"]

        def dropped():
            return self.lab.headgate.outcomes()["dropped_martian"] - before
        with ExitStack() as stack:
            counts = [stack.enter_context(closing(s.count_frames(vip)))
                      for s in self.lab.servers for vip in (VIP, VIP6)]
            send_frames(self.lab.router, "up", frames)
            wait_until(lambda: sum(c.read() for c in counts) + dropped()
                       >= len(frames), 20, "an end of all packets")
            return sum(count.total for count in counts), dropped()

    def test_they_are_dropped_and_counted(self):
        self.assertEqual(self.send(MARTIANS, MARTIANS6), (0, ALL))
        self.assertEqual(self.send([CLIENT_ADDRESS], [CLIENT6_ADDRESS]),
                         (2, 0))

    def test_they_are_forwarded_while_the_configuration_says_so(self):
        self.configure("accept-martians\n")
        self.assertEqual(self.send(MARTIANS, MARTIANS6), (ALL, 0))
        self.configure("")
        self.assertEqual(self.send(MARTIANS, MARTIANS6), (0, ALL))
