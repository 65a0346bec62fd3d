# SPDX-License-Identifier: BSD-2-Clause
"""Check --link-speed-weight: two servers share VIPs, one of them behind an
interface whose speed changes.

    headgate
      lan  (veth, 10 Gbit/s) ---- 10.1.0.11
      slow (tap, ethtool -s) ---- 10.2.0.12, whose ARP the test itself answers
"""

import os
import struct
import threading
import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.control import Control
from raw_lab import BACKEND_AS, NEXT_HOP, UPSTREAM, RawCase, announcement
from raw_speaker import wait_for
from tap_device import open_tap

VIP, LESS, FULL = "192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"
SPEAKER, SERVER, OWN = "10.1.0.12", "10.2.0.12", "10.2.0.1"
BACKENDS = ("10.1.0.0/26,as=65001-65099,role=backend,next-hop=any,"
            "pass-attributes,hold-time-zero")
BUCKETS = 16384
SECONDS = 15  # for a speed that is read every 5 s

SERVER_MAC = bytes.fromhex("020000000012")
ARP_TYPE, ARP_REPLY = 0x0806, 2
ARP_HEADER = struct.pack("!HHBB", 1, 0x0800, 6, 4)
FRAME_SIZE = 2048


def answer_arp(tap, address):
    """Read frames of the tap device; answer requests for the address until the
    device is closed."""
    wanted = bytes(int(part) for part in address.split("."))
    while True:
        try:
            frame = os.read(tap, FRAME_SIZE)
        except OSError:
            return
        if frame[12:14] != struct.pack("!H", ARP_TYPE):
            continue
        sender, target = frame[22:32], frame[38:42]
        if target == wanted:
            os.write(tap, sender[:6] + SERVER_MAC + frame[12:14] + ARP_HEADER
                     + struct.pack("!H", ARP_REPLY) + SERVER_MAC + wanted
                     + sender)


class LinkSpeed(RawCase):
    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SPEAKER,),
               "vips": ("192.0.2.0/24", f"{LESS},link-speed-weight=5000",
                        f"{FULL},link-speed-weight=0"),
               "flags": ("--interface", "slow",
                         "--link-speed-weight", "10000")}

    @classmethod
    def before_start(cls):
        cls.tap = open_tap(cls.lab.host, "slow")
        cls.addClassCleanup(os.close, cls.tap)
        cls.lab.host.ip("link set slow up", f"address add {OWN}/24 dev slow")
        cls.set_speed(10000)
        threading.Thread(target=answer_arp, args=(cls.tap, SERVER),
                         daemon=True).start()

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        vips = [VIP, LESS, FULL]
        cls.first = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        cls.second = cls.keep(cls.lab.establish(SPEAKER, BACKEND_AS + 1))
        cls.first.send(announcement(vips, BACKEND_AS))
        cls.second.send(announcement(vips, BACKEND_AS + 1, next_hop=SERVER))

    @classmethod
    def set_speed(cls, mbit):
        cls.lab.host.run("ethtool", "-s", "slow", "speed", str(mbit))

    def share(self, vip):
        """Return the buckets of the server behind the tap device."""
        found = [m["buckets"] for group in self.lab.headgate.show("groups")
                 for m in group["members"]
                 if vip in group["vips"] and m["address"] == SERVER]
        return found[0] if found else None

    def wait_shares(self, **expected):
        vips = {"vip": VIP, "less": LESS, "full": FULL}
        wait_for([self.observer, self.bystander, self.first, self.second],
                 lambda: all(self.share(vips[name]) == buckets
                             for name, buckets in expected.items()),
                 SECONDS, f"{expected}")

    def said(self, vip):
        return Control(self.lab.headgate.socket).explain(vip)["explain"]

    def test_the_weight_follows_the_speed(self):
        half = BUCKETS // 2
        self.wait_shares(vip=half, less=half, full=half)
        self.assertEqual({p["weight"] for p in self.said(VIP)["paths"]}, {1})
        # 60 to 100; from 5 Gbit/s on, LESS asks for no more.
        self.set_speed(6000)
        self.wait_shares(vip=BUCKETS * 60 // 160, less=half, full=half)
        # A third to a whole; a half of that for LESS.
        self.set_speed(2500)
        self.wait_shares(vip=round(BUCKETS * 25 / 125),
                         less=round(BUCKETS * 50 / 150), full=half)
        said = self.said(VIP)
        self.assertEqual(said["multipath"]["link_speed_weight"], 10000)
        self.assertEqual({p["next_hop"]: (p["weight"], p["link_percent"])
                          for p in said["paths"]},
                         {NEXT_HOP: (100, 100), SERVER: (25, 25)})
        self.assertNotIn("link_speed_weight", self.said(FULL)["multipath"])
        self.assertEqual(
            self.lab.headgate.nexthops()[SERVER]["link_speed_mbit"], 2500)
        self.assertIn("weights are whole from 10000 Mbit/s on",
                      self.lab.headgate.ctl("explain", VIP).stdout)
        self.assertIn("slow: link speed 2500 Mbit/s, before 6000",
                      self.lab.headgate.log_tail(40))
        # It is what it was once the link is.
        self.set_speed(10000)
        self.wait_shares(vip=half, less=half, full=half)
        self.check_bystanders()


if __name__ == "__main__":
    unittest.main()
