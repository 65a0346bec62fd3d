# SPDX-License-Identifier: BSD-2-Clause
"""A session that is signed with TCP-MD5, with a plain peer, goes from one agent to
the next."""

import contextlib
import os
import select
import signal
import socket
import sys
import threading

import raw_bgp as bgp
from handover_scenes import HANDED_OVER, HandoverCase
from lab.system import wait_until
from raw_lab import HEADGATE, announcement, withdrawal
from raw_speaker import PORT, Speaker, inside, sign

SIGNED, SIGNED_AS, KEY = "10.1.0.150", 65050, b"one secret"
SIGNED_VIP, LATER_VIP = "192.0.2.50/32", "192.0.2.51/32"
VIPS, TOGETHER, MOST = 40, 8, 4000000
METRICS_PORT = 9179
FETCH = ("import urllib.request; print(urllib.request.urlopen("
         f"'http://127.0.0.1:{METRICS_PORT}/metrics').read().decode())")


def write_key(path, key):
    with open(path, "wb", opener=lambda name, flags: os.open(
            name, flags, 0o600)) as file:
        file.write(key + b"\n")


def send_all(sock, data):
    """Send all of it, however long the other end does not read."""
    while data:
        select.select([], [sock], [])
        with contextlib.suppress(BlockingIOError):
            data = data[sock.send(data):]


class Signed(HandoverCase):
    options = {"addresses": (SIGNED,)}

    @classmethod
    def before_start(cls):
        path = f"{cls.lab.folder}/key"
        write_key(path, KEY)
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

    def test_announcements_meanwhile_arrive(self):
        """It announces without a pause while one agent hands over to the next:
        more than the sockets hold."""
        signed = self.dial_signed()
        ended = threading.Event()
        announced = []

        def announce():
            while not ended.is_set() and len(announced) < MOST:
                vips = [f"192.0.2.{64 + (len(announced) + i) % VIPS}/32"
                        for i in range(TOGETHER)]
                send_all(signed.sock, announcement(vips, SIGNED_AS,
                                                   next_hop=SIGNED))
                announced.extend(vips)
        thread = threading.Thread(target=announce, daemon=True)
        thread.start()
        try:
            self.hand_over()
        finally:
            ended.set()
            thread.join(60)
        sent = len(announced) // TOGETHER
        self.assertGreater(sent, 0)
        signed.send(announcement(LATER_VIP, SIGNED_AS, next_hop=SIGNED))
        self.wait_announced(LATER_VIP, *set(announced))
        self.assertFalse(signed.closed, signed.notification)
        self.assertEqual(self.lab.headgate.neighbor(SIGNED)[
            "messages_received"]["update"], sent + 1)
        self.assertEqual(self.lab.headgate.neighbor(SIGNED)["flaps"], 0)
        self.assert_nothing_was_seen()

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

    def test_keys_of_a_successor_that_fails_do_not_count(self):
        """It has another key for the peer, and is killed with its rooms made."""
        headgate = self.lab.headgate
        write_key(f"{self.lab.folder}/other-key", b"another secret")
        log = f"{self.lab.folder}/successor.log"
        flags = headgate.arguments
        self.addCleanup(setattr, headgate, "arguments", flags)
        headgate.arguments = [flag.replace("/key", "/other-key")
                              for flag in flags]
        successor = headgate.start_successor(log=log)

        def said(text):
            with open(log, encoding="utf-8") as file:
                return text in file.read()
        wait_until(lambda: said("taking over from"), HANDED_OVER, "the begin")
        headgate.process.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: said("next-hop objects")
                       and self.is_waiting(successor), HANDED_OVER,
                       "the successor's rooms")
            successor.end(signal.SIGKILL)
        finally:
            headgate.process.send_signal(signal.SIGCONT)
        self.wait_for(lambda: "the other agent has gone" in self.log(),
                      "the end")
        self.dial_signed()

    @staticmethod
    def is_waiting(process):
        """Return true if it waits for a socket, as it does for records."""
        with open(f"/proc/{process.pid}/wchan", encoding="ascii") as file:
            return "poll" in file.read()

    def test_the_key_of_a_peer_that_is_gone_goes(self):
        """The last test: the peer is one of a prefix, without a key."""
        headgate = self.lab.headgate
        at = next(i for i, flag in enumerate(headgate.arguments)
                  if flag.startswith(f"{SIGNED},"))
        headgate.arguments[at] = f"{SIGNED},as={SIGNED_AS},role=backend,passive"
        self.hand_over()
        plain = self.keep(self.lab.establish(SIGNED, SIGNED_AS))
        self.addCleanup(plain.close)


del HandoverCase  # no scenes of its own
