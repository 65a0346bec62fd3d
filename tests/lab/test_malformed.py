# SPDX-License-Identifier: BSD-2-Clause
"""Send every case of malformed_*.py to the live agent. One neighbor misbehaves, an
upstream receives the announcements, and a third neighbor must not notice.

Each case of an UPDATE sends a good announcement with its own tag, until the
upstream has it; then the bytes of the case; then an announcement of another
prefix, the fence. When the upstream has the fence, the agent has processed the
case, so no test has to wait for time to pass.
"""

import itertools
import unittest

import malformed_families as families
import malformed_session as session
import malformed_update as updates
import raw_bgp as bgp
from lab.system import LabError
from malformed_update import VIP
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, NEXT_HOP, UPSTREAM,
                     RawCase, announcement, withdrawal)
from raw_speaker import wait_for

FENCE = "192.0.2.250/32"
SETTLE_SECONDS = 2
TAG = 65001  # high half of the communities that identify announcements

INTERNAL = f"{session.INTERNAL[0]},as=internal,role=backend,passive"
WIDE = (f"{session.WIDE[0]},as={session.WIDE[1]},role=backend,"
        "passive,hold-time=90")


class MalformedCase(RawCase):
    """The base of both kinds of cases."""

    options = {"neighbors": (BACKENDS, UPSTREAM, INTERNAL, WIDE),
               "addresses": (session.INTERNAL[0], session.WIDE[0])}
    numbers = itertools.count(1)

    def see(self, speaker, condition, what):
        """Wait until condition() is true; raise LabError if the speaker's
        session ends."""
        wait_for([self.observer, self.bystander, speaker],
                 lambda: speaker.closed or condition(), SETTLE_SECONDS, what)
        if speaker.closed and not condition():
            raise LabError(f"the session ended before {what}: "
                           f"{speaker.notification}")

    def announce(self, speaker, prefix, as_number, path=None, pack=bgp.u32):
        """Send a good announcement, wait until the upstream has it, and return
        its tag."""
        tag = (TAG, next(self.numbers) % 0xffff)
        speaker.send(announcement(prefix, as_number, tags=[tag], path=path,
                                  pack=pack))
        self.see(speaker, lambda: self.observer.has(prefix, tag),
                 f"{prefix} announced")
        return tag

    def check_refused(self, speaker, code, subcode, data):
        """Check the NOTIFICATION, to the byte, and the end of the
        connection."""
        told = speaker.wait_closed()
        self.assertIsNotNone(told, "closed without a NOTIFICATION")
        self.assertEqual((told.code, told.subcode), (code, subcode),
                         f"data {told.data.hex()}")
        if data is not None:
            self.assertEqual(told.data.hex(), data.hex())


class Sessions(MalformedCase):
    """The cases of headers, OPENs and states."""

    def start(self, case):
        """Return a connection in the state of the case."""
        address, as_number = case.who
        if case.state == session.ESTABLISHED:
            return self.lab.establish(address, as_number)
        speaker = self.lab.dial(address)
        speaker.wait_for_message(bgp.OPEN)
        if case.state == session.OPEN_CONFIRM:
            speaker.send(session.opening(case.who))
            speaker.wait_for_message(bgp.KEEPALIVE)
        return speaker

    def check_up(self, speaker, case):
        """Check that the session comes or stays up, and that a route is learned
        from it."""
        address, as_number = case.who
        if case.state == session.OPEN_SENT:
            speaker.wait_for_message(bgp.KEEPALIVE)
            speaker.send(bgp.keepalive())
        as4 = (case.state != session.OPEN_SENT
               or bgp.as4_capability(as_number) in case.bytes)
        self.announce(speaker, FENCE, as_number,
                      pack=bgp.u32 if as4 else bgp.u16)
        neighbor = self.lab.headgate.neighbor(address)
        self.assertEqual(neighbor["state"], "Established")
        self.assertEqual(neighbor["as"], as_number)

    def check_no_crash(self, speaker):
        speaker.wait(lambda: speaker.closed or
                     speaker.received(bgp.KEEPALIVE), 5, "an answer")
        if speaker.closed:
            self.assertEqual(speaker.notification.code, 2)

    def check(self, case, speaker):
        if case.expected == session.UP:
            self.check_up(speaker, case)
        elif case.expected == session.NO_CRASH:
            self.check_no_crash(speaker)
        elif case.expected == session.SILENCE:
            self.assertIsNone(speaker.wait_closed())
        else:
            self.check_refused(speaker, *case.expected)

    def speak(self, case):
        speaker = self.start(case)
        try:
            speaker.send(case.bytes)
            self.check(case, speaker)
        finally:
            speaker.reset()
        self.check_bystanders()

    def speak_all(self, cases):
        for case in cases:
            with self.subTest(case.name):
                self.speak(case)

    def test_headers(self):
        self.speak_all(session.HEADERS)

    def test_fixed_part_of_open(self):
        self.speak_all(session.FIXED_PART)

    def test_parameters_of_open(self):
        self.speak_all(session.PARAMETERS)

    def test_capabilities(self):
        self.speak_all(session.CAPABILITY_LIST)

    def test_capabilities_of_every_short_length(self):
        self.speak_all(session.CAPABILITY_LENGTHS)

    def test_messages_in_the_wrong_state(self):
        self.speak_all(session.STATES)

    def test_route_refreshes(self):
        self.speak_all(session.REFRESHES)

    def test_notifications_are_shown_safely(self):
        for name, data, text in session.SHUTDOWNS:
            with self.subTest(name):
                speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
                speaker.send(data)
                self.assertIsNone(speaker.wait_closed())
                shown = self.lab.headgate.neighbor(NEXT_HOP)["last_error"]
                self.assertIn(text, shown)
                self.assertTrue(shown.isprintable(), repr(shown))
                self.check_bystanders()


class Updates(MalformedCase):
    """The cases of UPDATEs, on one session for as long as it is up."""

    PEERS = {  # kind -> speaker, families, 4-byte AS numbers
        updates.EXTERNAL: (session.BACKEND, (bgp.IPV4,), True),
        updates.OLD: (session.BACKEND, (bgp.IPV4,), False),
        updates.INTERNAL: (session.INTERNAL, (bgp.IPV4,), True),
        updates.DUAL: (session.BACKEND, (bgp.IPV4, bgp.IPV6), True),
    }

    @classmethod
    def setUpClass(cls):
        cls.speaker = None
        cls.kind = None
        super().setUpClass()

    @classmethod
    def close_speakers(cls):
        cls.hang_up()
        super().close_speakers()

    @classmethod
    def hang_up(cls):
        if cls.speaker:
            cls.speaker.reset()
        cls.speaker = None

    def session_of(self, kind):
        """Return a session of that kind with its good announcements."""
        cls = type(self)
        if not cls.speaker or cls.speaker.closed or cls.kind != kind:
            cls.hang_up()
            cls.kind = kind
            cls.speaker = self.connect(kind)
            self.announce_well(FENCE)  # keeps its next hop in use
        return cls.speaker

    def connect(self, kind):
        (address, as_number), families, as4 = self.PEERS[kind]
        capabilities = b"".join(bgp.multiprotocol(f) for f in families)
        if as4:
            capabilities += bgp.as4_capability(as_number)
        return self.lab.establish(address, as_number,
                                  capabilities=capabilities)

    def announce_well(self, prefix):
        """Announce the prefix from the current speaker; return the tag."""
        _, as_number = self.PEERS[self.kind][0]
        return self.announce(
            self.speaker, prefix, as_number,
            path=[] if self.kind == updates.INTERNAL else None,
            pack=bgp.u16 if self.kind == updates.OLD else bgp.u32)

    # ----------------------------------------------------- one case

    def speak(self, case):
        speaker = self.session_of(case.who)
        tag = self.announce_well(VIP)
        if case.who == updates.DUAL:
            self.announce_ipv6()
        speaker.send(case.bytes)
        if isinstance(case.expected, updates.Reset):
            self.check_reset(case.expected)
        else:
            self.announce_well(FENCE)
            self.check(case, tag)
        self.check_bystanders()

    def announce_ipv6(self):
        self.speaker.send(families.v6())
        wait_for([self.observer, self.speaker], self.ipv6_path,
                 SETTLE_SECONDS, "an IPv6 path taken")

    def ipv6_path(self):
        return self.lab.path(families.V6_VIP, self.PEERS[self.kind][0][0])

    def check_reset(self, expected):
        self.check_refused(self.speaker, expected.code, expected.subcode,
                           expected.data)
        self.wait_withdrawn()
        self.assertIsNone(self.path())

    def check(self, case, tag):
        expected = case.expected
        if isinstance(expected, updates.Seen):
            self.check_seen(expected.attributes, tag)
        elif isinstance(expected, updates.PassedOrDropped):
            self.check_seen({}, tag)
            _, value = self.observer.table[VIP].get(expected.kind,
                                                    (0, expected.value))
            self.assertEqual(value.hex(), expected.value.hex())
        elif expected == updates.UNCHANGED:
            self.assertTrue(self.observer.has(VIP, tag))
            self.assertTrue(self.path()["selected"])
        elif expected in (updates.HAS, updates.HAS_NOT):
            self.assertEqual(bool(self.ipv6_path()), expected == updates.HAS)
        elif expected == updates.DISABLED:
            self.check_disabled(tag)
        else:
            self.check_gone(expected)

    def check_disabled(self, tag):
        """Check that IPv6 is off the session, IPv4 is not, and a new session
        has both."""
        address = self.PEERS[self.kind][0][0]
        self.assertIsNone(self.ipv6_path())
        self.assertTrue(self.observer.has(VIP, tag))
        self.speaker.send(families.v6())
        self.announce_well(FENCE)
        self.assertIsNone(self.ipv6_path())
        shown = self.lab.headgate.neighbor(address)
        self.assertEqual((shown["families"], shown["families_disabled"]),
                         (["ipv4 unicast"], ["ipv6 unicast"]))
        self.assertIn("ipv6 unicast ignored since an error", shown["hint"])
        self.hang_up()

    def check_gone(self, expected):
        """Check that the upstream has no route, and that the path is gone or
        unused."""
        self.wait_withdrawn()
        path = self.path()
        if expected == updates.WITHDRAWN:
            self.assertIsNone(path)
        elif expected == updates.UNUSED:
            self.assertFalse(path and path["selected"], path)
        else:
            self.assertTrue(path and path["selected"], path)

    def check_seen(self, wanted, tag):
        self.see(self.speaker, lambda: VIP in self.observer.table
                 and not self.observer.has(VIP, tag),
                 "the new announcement at the upstream")
        seen = self.observer.table[VIP]
        for kind, value in wanted.items():
            self.check_attribute(kind, seen.get(kind), value)
        path = self.path()
        self.assertTrue(path["selected"], path)

    def check_attribute(self, kind, seen, wanted):
        name = f"attribute {kind}"
        if wanted is None:
            self.assertIsNone(seen, name)
            return
        self.assertIsNotNone(seen, f"{name} is missing")
        if isinstance(wanted, list):
            segments = bgp.path_segments(seen[1])
            self.assertEqual([n for _, numbers in segments for n in numbers],
                             wanted, name)
        elif isinstance(wanted, tuple):
            self.assertEqual(seen, wanted, name)
        else:
            self.assertEqual(seen[1].hex(), wanted.hex(), name)

    def wait_withdrawn(self):
        wait_for([self.observer, self.bystander],
                 lambda: VIP not in self.observer.table, SETTLE_SECONDS,
                 "the route withdrawn from the upstream: it is stale")

    def path(self):
        return self.lab.path(VIP, self.PEERS[self.kind][0][0])

    def speak_all(self, cases):
        for case in cases:
            with self.subTest(case.name):
                try:
                    self.speak(case)
                except BaseException:
                    self.hang_up()
                    raise

    # ----------------------------------------------------- the tables

    def test_framing(self):
        self.speak_all(updates.FRAMING)

    def test_list_of_attributes(self):
        self.speak_all(updates.LIST)

    def test_flags(self):
        self.speak_all(updates.FLAGS)

    def test_lengths(self):
        self.speak_all(updates.LENGTHS)

    def test_paths(self):
        self.speak_all(updates.PATHS)

    def test_old_speakers(self):
        self.speak_all(updates.OLD_SPEAKERS)

    def test_attributes(self):
        self.speak_all(updates.ATTRIBUTES)

    def test_policy(self):
        self.speak_all(updates.POLICY)

    def test_multiprotocol(self):
        self.speak_all(families.MULTIPROTOCOL)

    def test_ipv6(self):
        self.speak_all(families.IPV6_ROUTES)

    def test_foreign_prefixes_are_ignored(self):
        for prefix in updates.FOREIGN_PREFIXES:
            with self.subTest(prefix):
                speaker = self.session_of(updates.EXTERNAL)
                tag = self.announce_well(VIP)
                speaker.send(announcement(prefix, BACKEND_AS))
                self.announce_well(FENCE)
                path = self.lab.path(prefix, NEXT_HOP)
                self.assertFalse(path and path["selected"], path)
                self.assertNotIn(prefix, self.observer.table)
                self.assertTrue(self.observer.has(VIP, tag))
                speaker.send(withdrawal(prefix))
        self.check_bystanders()

    def test_our_own_address_is_no_next_hop(self):
        """RFC 4271 6.3, 5.1.3: the route is not used, the session stays."""
        speaker = self.session_of(updates.EXTERNAL)
        speaker.send(announcement(VIP, BACKEND_AS, next_hop=HEADGATE))
        self.announce_well(FENCE)
        path = self.lab.path(VIP, NEXT_HOP)
        self.assertEqual((path["selected"], path["reason"]),
                         (False, "next_hop_unresolved"))
        self.assertFalse(speaker.closed)
        self.assertNotIn(VIP, self.observer.table)

    def test_a_hint_names_extended_next_hop(self):
        """IPv4 with an IPv6 next hop was not agreed: IPv4 is off the session,
        IPv6 stays."""
        speaker = self.session_of(updates.DUAL)
        address = self.PEERS[updates.DUAL][0][0]
        self.announce_well(VIP)
        self.announce_ipv6()
        speaker.send(bgp.update(
            bgp.mp_reach(families.V6_HOP, bgp.prefix(VIP), bgp.IPV4),
            bgp.origin(), updates.PATH))
        self.see(speaker, lambda: self.lab.headgate.neighbor(address)[
            "families_disabled"] == ["ipv4 unicast"], "IPv4 off the session")
        shown = self.lab.headgate.neighbor(address)
        self.assertIn("ipv4 unicast ignored since an error: IPv6 next hop of "
                      "IPv4 routes, which needs extended-next-hop",
                      shown["hint"])
        text = self.lab.headgate.ctl("show", "neighbor", address).stdout
        self.assertIn("ipv4 unicast ignored since an error\n", text)
        self.assertIn("verdict: disable; ipv4 unicast ignored until a new "
                      "session", self.lab.headgate.log_tail(100))
        self.assertIsNone(self.lab.path(VIP, address))
        self.assertIsNotNone(self.ipv6_path())
        speaker.send(bgp.update(bgp.origin(), updates.PATH,
                                bgp.next_hop(address), nlri=bgp.prefix(VIP)))
        self.announce_ipv6()
        self.assertIsNone(self.lab.path(VIP, address))
        self.hang_up()

    def test_host_bits_are_cleared(self):
        speaker = self.session_of(updates.EXTERNAL)
        speaker.send(updates.good_but(nlri=bgp.u8(25)
                                      + bgp.ipv4("192.0.2.255")))
        self.announce_well(FENCE)
        self.assertIsNotNone(self.lab.path("192.0.2.128/25", NEXT_HOP))
        speaker.send(bgp.update(withdrawn=bgp.u8(25)
                                + bgp.ipv4("192.0.2.129")))
        self.announce_well(FENCE)
        self.assertIsNone(self.lab.path("192.0.2.128/25", NEXT_HOP))


if __name__ == "__main__":
    unittest.main()
