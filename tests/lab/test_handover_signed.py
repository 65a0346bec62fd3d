# SPDX-License-Identifier: BSD-2-Clause
"""A session that is signed with TCP-MD5, with a plain peer, goes from one agent to
the next."""

import os
import socket
import sys

import raw_bgp as bgp
from handover_scenes import HandoverCase
from raw_lab import HEADGATE, announcement, withdrawal
from raw_speaker import PORT, Speaker, inside, sign

SIGNED, SIGNED_AS, KEY = "10.1.0.150", 65050, b"one secret"
SIGNED_VIP, LATER_VIP = "192.0.2.50/32", "192.0.2.51/32"
METRICS_PORT = 9179
FETCH = ("import urllib.request; print(urllib.request.urlopen("
         f"'http://127.0.0.1:{METRICS_PORT}/metrics').read().decode())")


class Signed(HandoverCase):
    options = {"addresses": (SIGNED,)}

    @classmethod
    def before_start(cls):
        path = f"{cls.lab.folder}/key"
        with open(path, "wb", opener=lambda name, flags: os.open(
                name, flags, 0o600)) as file:
            file.write(KEY + b"\n")
        cls.lab.headgate.arguments += [
            "--neighbor", f"{SIGNED},as={SIGNED_AS},role=backend,passive,"
                          f"password-file={path}",
            "--metrics", f"127.0.0.1:{METRICS_PORT}"]

    def dial_signed(self):
        """Return a session without route refresh, and with it nothing but IPv4
        and AS numbers of four bytes."""
        with inside(self.lab.peers):
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sign(sock, KEY, HEADGATE)
        sock.bind((SIGNED, 0))
        sock.settimeout(5)
        sock.connect((HEADGATE, PORT))
        speaker = self.keep(Speaker(sock))
        self.addCleanup(speaker.close)
        speaker.establish(SIGNED_AS, SIGNED, capabilities=(
            bgp.multiprotocol(bgp.IPV4) + bgp.as4_capability(SIGNED_AS)))
        return speaker

    def test_it_goes_on_and_the_listener_has_the_key(self):
        signed = self.dial_signed()
        signed.send(announcement(SIGNED_VIP, SIGNED_AS, next_hop=SIGNED))
        self.wait_announced(SIGNED_VIP)
        self.hand_over()
        self.assert_nothing_was_seen()
        self.assertFalse(signed.closed, signed.notification)
        for speaker in (signed, *self.all_speakers()):
            self.assertEqual(speaker.received(bgp.ROUTE_REFRESH), [])
        self.assertIn("headgate_", self.lab.host.run(
            sys.executable, "-c", FETCH))
        signed.send(withdrawal(SIGNED_VIP))
        self.wait_withdrawn(SIGNED_VIP)
        signed.close()
        again = self.dial_signed()
        again.send(announcement(LATER_VIP, SIGNED_AS, next_hop=SIGNED))
        self.wait_announced(LATER_VIP)


del HandoverCase  # no scenes of its own
