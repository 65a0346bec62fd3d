# SPDX-License-Identifier: BSD-2-Clause
"""Check BGP over TCP: messages cut and joined at any byte, and two connections of
the same two speakers at once.

LONG=1 tries every offset; otherwise the test tries every third.
"""

import contextlib
import os
import socket
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, HEADGATE_ID, NEXT_HOP,
                     UPSTREAM, RawCase, announcement, withdrawal)
from raw_speaker import Speaker, tcp_socket, wait_for

LONG = bool(os.environ.get("LONG"))
VIP = "192.0.2.1/32"
TAG = 65001


class Segments(RawCase):
    """TCP is a stream: the boundaries of segments have no meaning."""

    PAUSE = 0.0005  # seconds for the agent to read its input

    def hello(self):
        return (bgp.open_message(BACKEND_AS, NEXT_HOP) + bgp.keepalive()
                + announcement(VIP, BACKEND_AS, tags=[(TAG, 1)]))

    def check_announced(self, speaker, tag):
        wait_for([speaker, self.observer, self.bystander],
                 lambda: self.observer.has(VIP, (TAG, tag)), 5,
                 "the announcement")
        self.assertFalse(speaker.closed)

    def check_and_end(self, speaker):
        self.check_announced(speaker, 1)
        speaker.reset()
        wait_for([self.observer, self.bystander],
                 lambda: VIP not in self.observer.table, 5, "withdrawn")
        self.check_bystanders()

    def test_everything_in_one_segment(self):
        speaker = self.lab.dial(NEXT_HOP)
        speaker.send(self.hello())
        self.check_and_end(speaker)

    def test_one_byte_at_a_time(self):
        speaker = self.lab.dial(NEXT_HOP)
        for byte in self.hello():
            speaker.send(bytes([byte]))
            time.sleep(self.PAUSE)
        self.check_and_end(speaker)

    def test_the_greeting_split_at_every_offset(self):
        hello = self.hello()
        for offset in range(1, len(hello), 1 if LONG else 3):
            speaker = self.lab.dial(NEXT_HOP)
            speaker.send(hello[:offset])
            time.sleep(self.PAUSE)
            speaker.send(hello[offset:])
            self.check_and_end(speaker)

    def test_an_update_split_at_every_offset(self):
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        size = len(announcement(VIP, BACKEND_AS, tags=[(TAG, 2)]))
        for offset in range(1, size):
            update = announcement(VIP, BACKEND_AS, tags=[(TAG, offset)])
            speaker.send(update[:offset])
            time.sleep(self.PAUSE)
            speaker.send(update[offset:], bgp.keepalive())
            self.check_announced(speaker, offset)
        speaker.reset()

    def test_the_log_has_each_transition(self):
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        speaker.send(bgp.notification(6, 2))
        speaker.wait_closed()
        self.measure_update()
        lines = self.lab.headgate.log_tail(100).split("\n")
        transitions = [line for line in lines
                       if line.startswith(f"debug bgp: {NEXT_HOP}: ")]
        steps = ("Idle -> Active on passive start",
                 "Active -> OpenSent on TCP connected",
                 "OpenSent -> OpenConfirm on OPEN received",
                 "OpenConfirm -> Established on KEEPALIVE received",
                 "Established -> Idle on NOTIFICATION received")
        self.assertEqual(transitions[-len(steps):],
                         [f"debug bgp: {NEXT_HOP}: {step} (incoming connection)"
                          for step in steps])

    def test_a_thousand_messages_in_one_segment(self):
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        speaker.send(b"".join(announcement(VIP, BACKEND_AS, tags=[(TAG, n)])
                              + bgp.keepalive() for n in range(1000)))
        self.check_announced(speaker, 999)
        speaker.reset()

    def test_an_announcement_and_half_a_close(self):
        """The peer shuts down its direction and still reads."""
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        speaker.send(announcement(VIP, BACKEND_AS))
        speaker.sock.shutdown(socket.SHUT_WR)
        speaker.wait_closed()
        self.measure_update()
        self.assertIsNone(self.lab.path(VIP, NEXT_HOP))
        self.check_bystanders()

    def test_an_announcement_and_the_end_in_one_segment(self):
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        speaker.send(announcement(VIP, BACKEND_AS) + bgp.notification(6, 2)
                     + announcement(VIP, BACKEND_AS))
        self.assertIsNone(speaker.wait_closed())
        self.measure_update()
        self.assertIsNone(self.lab.path(VIP, NEXT_HOP))
        self.check_bystanders()


class Collision(RawCase):
    """Both sides dial at once (RFC 4271 6.8, RFC 6286 2.3). The connection that
    the side with the higher identifier opened stays."""

    # Address -> identifier and AS number. Headgate's: 10.0.0.1, AS 64512.
    PEERS = {"10.1.0.101": ("1.1.1.1", 65001),
             "10.1.0.102": ("200.0.0.1", 65001),
             "10.1.0.103": (HEADGATE_ID, 64000),
             "10.1.0.104": (HEADGATE_ID, 65001),
             "10.1.0.105": ("200.0.0.2", 65001),
             "10.1.0.106": ("1.1.1.2", 65001)}
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      *(f"{address},as={peer[1]},role=backend"
                        for address, peer in PEERS.items())),
        "addresses": tuple(PEERS),
    }

    @classmethod
    def before_start(cls):
        cls.listeners = {address: cls.keep(cls.lab.listen(address))
                         for address in cls.PEERS}

    def connections(self, address):
        """Return the connection that the agent dialled, and one dialled by the
        test meanwhile. The agent has both when it has sent an OPEN on both: it
        refuses a connection that it sees after the session is up."""
        theirs = self.keep(self.listeners[address].accept())
        ours = self.keep(self.lab.dial(address))
        for connection in (theirs, ours):
            connection.wait_for_message(bgp.OPEN)
        return theirs, ours

    def hello(self, address):
        identifier, as_number = self.PEERS[address]
        return bgp.open_message(as_number, identifier)

    def collide(self, address, first, second, survivor, loser):
        """Send OPENs on both, in this order, before any KEEPALIVE, and check
        the answers: the survivor's OPEN is answered in any case."""
        first.send(self.hello(address))
        second.send(self.hello(address))
        survivor.wait_for_message(bgp.KEEPALIVE)
        survivor.send(bgp.keepalive())
        self.assertEqual(loser.wait_closed(), (6, 7, b""))
        self.check_survivor(address, survivor)

    def check_survivor(self, address, survivor):
        """Check that the survivor is established and announces, and the agent
        knows one neighbor."""
        _, as_number = self.PEERS[address]
        survivor.send(announcement(VIP, as_number, next_hop=address))
        wait_for([survivor, self.observer, self.bystander],
                 lambda: VIP in self.observer.table, 5, "announced")
        self.assertFalse(survivor.closed)
        shown = [n for n in self.lab.headgate.show("neighbors")
                 if n["address"] == address]
        self.assertEqual([n["state"] for n in shown], ["Established"])
        survivor.send(withdrawal(VIP))
        wait_for([survivor, self.observer, self.bystander],
                 lambda: VIP not in self.observer.table, 5, "withdrawn")
        self.check_bystanders()

    def test_our_higher_identifier_keeps_what_we_dialled(self):
        theirs, ours = self.connections("10.1.0.101")
        self.collide("10.1.0.101", theirs, ours, theirs, ours)

    def test_the_peers_higher_identifier_keeps_what_it_dialled(self):
        theirs, ours = self.connections("10.1.0.102")
        self.collide("10.1.0.102", ours, theirs, ours, theirs)

    def test_equal_identifiers_and_our_higher_as(self):
        theirs, ours = self.connections("10.1.0.103")
        self.collide("10.1.0.103", ours, theirs, theirs, ours)

    def test_equal_identifiers_and_the_peers_higher_as(self):
        theirs, ours = self.connections("10.1.0.104")
        self.collide("10.1.0.104", theirs, ours, ours, theirs)

    def test_an_open_that_loses_is_not_answered(self):
        """A KEEPALIVE would establish the session at the peer for a moment."""
        theirs, ours = self.connections("10.1.0.101")
        theirs.send(self.hello("10.1.0.101"))
        theirs.wait_for_message(bgp.KEEPALIVE)
        ours.send(self.hello("10.1.0.101"))
        self.assertEqual(ours.wait_closed(), (6, 7, b""))
        self.assertEqual(ours.received(bgp.KEEPALIVE), [])
        theirs.reset()

    def test_the_loser_lives_on_if_the_survivor_does_not(self):
        """The peer refuses the survivor in favour of the loser."""
        theirs, ours = self.connections("10.1.0.102")
        theirs.send(self.hello("10.1.0.102"), bgp.keepalive())
        theirs.wait_for_message(bgp.KEEPALIVE)
        ours.send(self.hello("10.1.0.102"))
        ours.wait_for_message(bgp.KEEPALIVE)
        ours.send(bgp.notification(6, 7))
        self.check_survivor("10.1.0.102", theirs)
        theirs.reset()

    def test_an_established_session_is_not_disturbed(self):
        address = "10.1.0.106"
        theirs, ours = self.connections(address)
        theirs.send(self.hello(address), bgp.keepalive())
        theirs.wait_for_message(bgp.KEEPALIVE)
        self.check_survivor(address, theirs)
        self.assertEqual(ours.wait_closed(), (6, 7, b""))
        self.assertEqual(self.lab.headgate.neighbor(address)["collisions"], 1)
        third = self.keep(self.lab.dial(address))
        self.assertEqual(third.wait_closed(), (6, 7, b""))
        self.assertEqual(third.received(bgp.OPEN), [])
        self.check_survivor(address, theirs)

    def test_a_session_moves_to_the_connection_that_the_peer_prefers(self):
        """The peer dialled it before, and may have closed the other."""
        address = "10.1.0.105"
        theirs, ours = self.connections(address)
        theirs.send(self.hello(address), bgp.keepalive())
        theirs.wait_for_message(bgp.KEEPALIVE)
        self.check_survivor(address, theirs)
        ours.send(self.hello(address), bgp.keepalive())
        self.assertEqual(theirs.wait_closed(), (6, 7, b""))
        self.check_survivor(address, ours)


class SecondSpeaker(RawCase):
    """Another BGP daemon on the server of a session, such as MetalLB beside
    Calico: it gets no session, and a hint says so."""

    options = {"neighbors": (BACKENDS, UPSTREAM)}

    def neighbor(self):
        return self.lab.headgate.neighbor(NEXT_HOP)

    def row(self):
        """Return the neighbor's line of `headgatectl show neighbors`."""
        return next(line for line in self.lab.headgate.ctl(
            "show", "neighbors").stdout.splitlines()
            if line.startswith(NEXT_HOP + " "))

    def refuse(self, count):
        """Let the second speaker connect `count` times."""
        for _ in range(count):
            second = self.lab.dial(NEXT_HOP)
            second.send(bgp.open_message(BACKEND_AS, NEXT_HOP))
            self.assertEqual(second.wait_closed(), (6, 7, b""))

    def test_refused_connections_are_counted_told_and_logged(self):
        first = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.assertEqual((self.neighbor()["connections_refused"],
                          self.neighbor()["hint"]), (0, None))
        self.refuse(30)
        neighbor = self.neighbor()
        self.assertEqual(neighbor["connections_refused"], 30)
        self.assertRegex(neighbor["hint"], "30 connections refused, the last "
                         "[0-9]+ s ago: .*second BGP speaker")
        self.assertIn("30 connections refused", self.row())
        with open(self.lab.headgate.log_path, encoding="utf-8") as log:
            lines = [line for line in log if "connection refused" in line]
        self.assertIn("second BGP speaker", lines[0])
        self.assertLess(len(lines), 20)
        self.assertFalse(first.closed)
        first.reset()

    def test_the_last_error_has_its_age_until_a_session_follows(self):
        first = self.lab.establish(NEXT_HOP, BACKEND_AS)
        first.send(bgp.notification(6, 4))
        first.wait_closed()
        self.assertRegex(self.row(), "Administrative Reset.*, [0-9]+s ago")
        self.assertLessEqual(self.neighbor()["last_error_s"], 5)
        self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.assertNotIn("Administrative Reset", self.row())
        self.assertIn("Administrative Reset", self.neighbor()["last_error"])


class Distance(RawCase):
    """TTL security (RFC 5082): the agent reads no byte of a peer that is too far
    away, not even bytes sent before it accepts the connection."""

    STATIC, DYNAMIC = "10.1.0.101", "10.1.0.129"
    TTL = {"near": 255, "far": 254, "usual": 64}
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{STATIC},as=65001,role=backend,passive,ttl-security",
                      "10.1.0.128/28,as=65001,role=backend,ttl-security"),
        "addresses": (STATIC, DYNAMIC),
    }

    def dial(self, source, ttl):
        """Connect and send OPEN and KEEPALIVE at once. The reset of a refused
        connection may come before connect() returns."""
        sock = tcp_socket(self.lab.peers, source)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, self.TTL[ttl])
        sock.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            sock.connect((HEADGATE, 179))
        speaker = self.keep(Speaker(sock))
        speaker.send(bgp.open_message(BACKEND_AS, source), bgp.keepalive())
        return speaker

    def check_not_heard(self, source, ttl):
        speaker = self.dial(source, ttl)
        self.assertIsNone(speaker.wait_closed())
        self.assertEqual(speaker.messages, [])
        neighbor = self.lab.headgate.neighbor(source)
        self.assertNotEqual((neighbor or {}).get("state"), "Established")
        self.check_bystanders()

    def check_heard(self, source):
        speaker = self.dial(source, "near")
        speaker.wait_for_message(bgp.KEEPALIVE)
        self.assertEqual(self.lab.state(source), "Established")
        speaker.close()

    def test_static_neighbor_one_hop_too_far(self):
        self.check_not_heard(self.STATIC, "far")

    def test_static_neighbor_with_a_usual_ttl(self):
        self.check_not_heard(self.STATIC, "usual")

    def test_dynamic_neighbor_one_hop_too_far(self):
        self.check_not_heard(self.DYNAMIC, "far")
        self.assertIn("ttl-security", self.lab.headgate.log_tail(10))

    def test_neighbors_on_the_link(self):
        self.check_heard(self.STATIC)
        self.check_heard(self.DYNAMIC)


class Dialling(RawCase):
    """A peer that dials us has time to become a session before we dial too. A peer
    that keeps our routes over a restart may take our connection for another one
    (RFC 4724 4.2) and drop them."""

    PEER = "10.1.0.107"
    options = {"neighbors": (BACKENDS, UPSTREAM,
                             f"{PEER},as=65001,role=backend"),
               "addresses": (PEER,)}

    def next_attempt(self):
        return self.lab.headgate.neighbor(self.PEER)["next_attempt_s"]

    def test_our_dial_is_put_off_while_the_peer_dials(self):
        wait_for([self.observer, self.bystander],
                 lambda: self.next_attempt() in (0, 1), 40,
                 "our next attempt within two seconds")
        speaker = self.keep(self.lab.dial(self.PEER))
        speaker.wait_for_message(bgp.OPEN)
        self.assertGreaterEqual(self.next_attempt(), 3)
        speaker.send(bgp.open_message(65001, self.PEER), bgp.keepalive())
        wait_for([speaker, self.observer, self.bystander],
                 lambda: self.lab.state(self.PEER) == "Established", 5,
                 "the session")
        self.assertIsNone(self.next_attempt())
        self.check_bystanders()


if __name__ == "__main__":
    unittest.main()
