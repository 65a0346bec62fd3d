# SPDX-License-Identifier: BSD-2-Clause
"""Check when the agent dials and when it sends its OPEN: connect retry, idle hold
and DelayOpen (RFC 4271 8, 10). Time limits have room for a busy machine."""

import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import BACKEND_AS, BACKENDS, UPSTREAM, RawCase
from raw_speaker import read_all

LEAST_JITTER = 0.75  # factor of each time
LATE = 0.5
CONNECT_RETRY = 5
DELAY_OPEN = 2


class Timers(RawCase):

    RETRIED, REFUSED, HELD, DELAYED, HURRIED = (
        f"10.1.0.{host}" for host in range(101, 106))
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      *(f"{address},as={BACKEND_AS},role=backend"
                        for address in (RETRIED, REFUSED, HELD)),
                      *(f"{address},as={BACKEND_AS},role=backend,passive,"
                        f"delay-open={DELAY_OPEN}"
                        for address in (DELAYED, HURRIED))),
        "addresses": (RETRIED, REFUSED, HELD, DELAYED, HURRIED),
    }

    @classmethod
    def before_start(cls):
        cls.listeners = {address: cls.keep(cls.lab.listen(address))
                         for address in (cls.RETRIED, cls.REFUSED, cls.HELD)}

    def check_wait(self, seconds, wanted):
        self.assertGreaterEqual(seconds, LEAST_JITTER * wanted - 0.05)
        self.assertLess(seconds, wanted + LATE)

    def refuse(self, address):
        """Accept the agent's connection and end it with a NOTIFICATION; return
        the time."""
        speaker = self.listeners[address].accept(8)
        speaker.wait_for_message(bgp.OPEN)
        speaker.send(bgp.notification(6, 5))
        speaker.wait_closed()
        return time.monotonic()

    def test_a_connection_that_breaks_is_tried_again(self):
        speaker = self.listeners[self.RETRIED].accept()
        speaker.wait_for_message(bgp.OPEN)  # before, it would be a refusal
        speaker.reset()
        broken = time.monotonic()
        self.keep(self.listeners[self.RETRIED].accept(8))
        self.check_wait(time.monotonic() - broken, CONNECT_RETRY)

    def test_the_wait_doubles_with_every_refusal(self):
        refused = self.refuse(self.REFUSED)
        for wanted in (1, 2, 4):
            again = self.refuse(self.REFUSED)
            self.check_wait(again - refused, wanted)
            refused = again

    def test_who_is_waited_for_may_come_by_itself(self):
        """Idle hold keeps the agent from dialling, but accepts the peer."""
        for _ in range(3):
            self.refuse(self.HELD)
        start = time.monotonic()
        speaker = self.keep(self.lab.establish(self.HELD, BACKEND_AS))
        self.assertLess(time.monotonic() - start, LATE)
        self.assertEqual(self.lab.state(self.HELD), "Established")
        speaker.close()

    def test_our_open_waits_for_the_peers(self):
        speaker = self.keep(self.lab.dial(self.DELAYED))
        start = time.monotonic()
        speaker.wait_for_message(bgp.OPEN)
        waited = time.monotonic() - start
        self.assertGreaterEqual(waited, DELAY_OPEN - 0.05)
        self.assertLess(waited, DELAY_OPEN + LATE)

    def test_the_peers_open_ends_the_wait(self):
        speaker = self.keep(self.lab.dial(self.HURRIED))
        read_all([speaker], LATE)
        self.assertEqual(speaker.messages, [])
        start = time.monotonic()
        speaker.establish(BACKEND_AS, self.HURRIED)
        self.assertLess(time.monotonic() - start, LATE)


if __name__ == "__main__":
    unittest.main()
