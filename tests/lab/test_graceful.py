# SPDX-License-Identifier: BSD-2-Clause
"""Check graceful restart towards an upstream, byte by byte: which NOTIFICATIONs
are hard resets, and which are not (RFC 8538).
"""

import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import BACKENDS, UPSTREAM, UPSTREAM_AS, RawCase

RESTART_TIME = 120
NOTIFICATION_BIT = 0x4000
FORWARDING = 0x80
IPV4_UNICAST = bgp.u16(1) + bgp.u8(1)
GRACEFUL = "10.1.0.101"


def restart_capability(flags=0):
    """Return the capability of a peer that keeps its forwarding state for
    IPv4."""
    return bgp.capability(bgp.CAP_GRACEFUL_RESTART,
                          bgp.u16(flags | RESTART_TIME)
                          + IPV4_UNICAST + bgp.u8(FORWARDING))


class End(RawCase):
    """Each test ends its own agent."""

    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{GRACEFUL},as={UPSTREAM_AS},role=upstream,passive,"
                      "graceful-restart"),
        "addresses": (GRACEFUL,),
    }

    def setUp(self):
        if not self.lab.headgate.process.alive():
            self.lab.start()

    def establish(self, flags):
        return self.keep(self.lab.establish(
            GRACEFUL, UPSTREAM_AS,
            capabilities=(bgp.usual_capabilities(UPSTREAM_AS)
                          + restart_capability(flags))))

    def restart_flags(self, speaker):
        """Return flags and time of Headgate's capability, and the flags of
        IPv4."""
        body = speaker.received(bgp.OPEN)[0].body
        at = body.index(bgp.u8(bgp.CAP_GRACEFUL_RESTART, 10)) + 2
        self.assertEqual(body[at + 2:at + 5], IPV4_UNICAST)
        return int.from_bytes(body[at:at + 2], "big"), body[at + 5]

    def test_a_stopped_agent_is_gone_at_once(self):
        """Shutdown inside a hard reset: the upstream must drop the VIP."""
        speaker = self.establish(NOTIFICATION_BIT)
        self.lab.headgate.stop()
        code, subcode, data = speaker.wait_closed()
        self.assertEqual((code, subcode), (6, 9))
        self.assertEqual(data[:2], bgp.u8(6, 2))

    def test_a_peer_that_does_not_know_of_it_is_told_as_ever(self):
        speaker = self.establish(0)
        self.lab.headgate.stop()
        self.assertEqual(speaker.wait_closed()[:2], (6, 2))

    def test_an_error_is_no_hard_reset(self):
        """The upstream keeps the VIP, and Headgate still forwards."""
        speaker = self.establish(NOTIFICATION_BIT)
        speaker.send(bgp.update(bgp.attribute(99, flags=0)))
        self.assertEqual(speaker.wait_closed()[:2], (3, 2))

    def test_the_session_after_that_has_kept_its_forwarding_state(self):
        first = self.establish(NOTIFICATION_BIT)
        flags, ipv4 = self.restart_flags(first)
        self.assertTrue(flags & NOTIFICATION_BIT)
        first.reset()
        again = self.establish(NOTIFICATION_BIT)
        flags, ipv4 = self.restart_flags(again)
        self.assertEqual(ipv4, FORWARDING)
        again.close()


if __name__ == "__main__":
    unittest.main()
