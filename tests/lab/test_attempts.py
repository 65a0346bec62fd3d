# SPDX-License-Identifier: BSD-2-Clause
"""Check hints about peers whose SYNs the kernel drops: each peer by its own
address, also one of a prefix that was never a neighbor."""

import os
import socket
import struct
import unittest

from raw_lab import (BACKEND_AS, BYSTANDER, HEADGATE, NEXT_HOP, OBSERVER, UPSTREAM_AS,
                     RawCase, memory_bound)
from raw_speaker import Speaker, inside, read_all, sign, wait_for

STATIC, WRONG, SIGNED = "10.1.0.100", "10.1.0.13", "10.1.0.14"
OURS, OTHER = b"one secret", b"another"
PORT = 179
SECONDS = 20  # SYNs are sent at 0, 1 and 3 s
FLOOD = 20000
ROWS = 64  # attempts that are kept


def forged_syn(source):
    """Return an IPv4 packet: a SYN from `source`, whose checksum nothing needs,
    as the filter looks before TCP does."""
    return (struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0x4000, 255,
                        socket.IPPROTO_TCP, 0, socket.inet_aton(source),
                        socket.inet_aton(HEADGATE))
            + struct.pack("!HHIIBBHHH", 40000, PORT, 1, 0, 0x50, 0x02, 65535,
                          0, 0))


class AttemptCase(RawCase):
    """A prefix with a key, one neighbor with the same key, and the observer
    without one."""

    announce_as = "origin"

    options = {"neighbors": (), "addresses": (WRONG, SIGNED)}

    @classmethod
    def before_start(cls):
        path = f"{cls.lab.folder}/key"
        with open(path, "wb", opener=lambda name, flags: os.open(
                name, flags, 0o600)) as file:
            file.write(OURS + b"\n")
        cls.lab.headgate.arguments += [
            "--neighbor", f"10.1.0.0/26,as=65001-65099,role=backend,"
                          f"hold-time-zero,password-file={path}",
            "--neighbor", f"{BYSTANDER},as=65099,role=backend,passive,"
                          f"password-file={path}",
            "--neighbor", f"{STATIC},as={UPSTREAM_AS},role=upstream,passive"]

    @classmethod
    def start_bystanders(cls):
        """There are none: each test has its own peers."""

    def row(self, address):
        return self.lab.headgate.neighbor(address)


class Attempts(AttemptCase):

    def attempt(self, source, key=None):
        """Begin to connect, signed or not; return the socket."""
        with inside(self.lab.peers):
            sock = socket.socket(socket.AF_INET,
                                 socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.addCleanup(sock.close)
        sock.bind((source, 0))
        if key:
            sign(sock, key, HEADGATE)
        sock.connect_ex((HEADGATE, PORT))
        return sock

    def wait_hint(self, address, text):
        wait_for([], lambda: text in ((self.row(address) or {}).get("hint")
                                      or ""), SECONDS, f"{address}: {text}")

    def test_each_peer_has_its_own_hint_and_the_others_none(self):
        self.attempt(NEXT_HOP)
        self.attempt(WRONG, OTHER)
        self.wait_hint(NEXT_HOP, "TCP-MD5 is not configured at its end")
        self.wait_hint(WRONG, "TCP-MD5 mismatch")
        self.assertIsNone(self.row(BYSTANDER)["hint"])
        self.assertIsNone(self.row(STATIC)["hint"])
        row = self.row(NEXT_HOP)
        self.assertEqual((row["state"], row["dynamic"], row["as"]),
                         ("Active", True, None))
        log = self.lab.headgate.log_tail(100)
        self.assertEqual(log.count(f"{WRONG}: does not connect: likely cause: "
                                   "TCP-MD5 mismatch"), 1)
        table = self.lab.headgate.ctl("show", "neighbors").stdout
        self.assertRegex(table, f"{NEXT_HOP} ")
        # A neighbor of its own: signed, without a key here.
        self.attempt(STATIC, OURS)
        self.wait_hint(STATIC, "TCP-MD5 is configured at its end only")
        self.attempt(BYSTANDER)
        self.wait_hint(BYSTANDER, "TCP-MD5 is not configured at its end")

    def test_a_connection_ends_the_hint(self):
        first = self.attempt(SIGNED, OTHER)
        self.wait_hint(SIGNED, "TCP-MD5 mismatch")
        first.close()
        with inside(self.lab.peers):
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.bind((SIGNED, 0))
        sign(sock, OURS, HEADGATE)
        sock.connect((HEADGATE, PORT))
        speaker = self.keep(Speaker(sock))
        speaker.establish(BACKEND_AS + 3, SIGNED)
        self.assertIsNone(self.row(SIGNED)["hint"])
        self.assertEqual(self.row(SIGNED)["state"], "Established")


class Flood(AttemptCase):

    def test_a_flood_of_forged_syns_is_bounded(self):
        speaker = self.lab.establish(OBSERVER, UPSTREAM_AS)
        self.addCleanup(speaker.close)
        before = self.lab.memory()
        with inside(self.lab.peers):
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                socket.IPPROTO_RAW)
        self.addCleanup(raw.close)
        for number in range(FLOOD):
            raw.sendto(forged_syn(f"10.1.0.{number % 63 + 1}"),
                       (HEADGATE, 0))
        rows = self.lab.headgate.show("neighbors")
        self.assertLessEqual(len(rows), ROWS + 3)
        self.assertLess(self.lab.memory() - before, memory_bound(2048))
        read_all([speaker], 0.1)
        self.assertFalse(speaker.closed)


if __name__ == "__main__":
    unittest.main()
