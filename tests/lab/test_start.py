# SPDX-License-Identifier: BSD-2-Clause
"""Check the first announcements of an agent that starts: with all backends that the
configuration names, or after --start-max."""

import time

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import BACKEND_AS, UPSTREAM, RawCase, announcement
from raw_speaker import read_all, wait_for

FIRST, SECOND = "10.1.0.11", "10.1.0.12"
VIP = "192.0.2.1/32"
LIMIT_S = 10
QUIET_S = 2  # of a session that does not promise End-of-RIB
LONG_S = 100  # longer than a test
END_OF_RIB = bgp.update()
NAMED = tuple(f"{address},as={BACKEND_AS},role=backend,passive"
              for address in (FIRST, SECOND))


class StartCase(RawCase):
    """The agent of each test is new; no bystander speaks to it."""

    options = {"neighbors": (*NAMED, UPSTREAM), "addresses": (SECOND,),
               "flags": ("--start-max", str(LONG_S))}

    @classmethod
    def start_bystanders(cls):
        pass

    def setUp(self):
        if not self.lab.headgate.process.alive():
            self.lab.start()
        self.addCleanup(self.lab.headgate.stop)
        self.upstream = self.lab.observe()
        self.addCleanup(self.upstream.close)
        self.servers = []

    def serve(self, address, *messages, **options):
        """Announce the VIP from a server."""
        server = self.lab.establish(address, BACKEND_AS, **options)
        self.addCleanup(server.close)
        server.send(announcement(VIP, BACKEND_AS, next_hop=address), *messages)
        self.servers.append(server)
        return server

    def wait(self, condition, what):
        wait_for([self.upstream, *self.servers], condition, LIMIT_S, what)

    def wait_living(self, addresses):
        self.wait(lambda: self.lab.headgate.living() == addresses,
                  f"buckets of {addresses}")

    def wait_announced(self):
        self.wait(lambda: VIP in self.upstream.table, "the VIP at the upstream")

    def is_announced(self):
        read_all([self.upstream, *self.servers], 0.1)
        return VIP in self.upstream.table

    def log(self):
        return self.lab.headgate.log_tail(1000)


class Start(StartCase):

    def test_with_one_of_two_servers_nothing_is_announced(self):
        """The second one comes when the first is long complete."""
        self.serve(FIRST, END_OF_RIB)
        self.wait_living({FIRST})
        explained = self.lab.headgate.ctl("explain", VIP).stdout
        self.assertIn("starting", explained)
        time.sleep(QUIET_S + 0.5)
        self.assertFalse(self.is_announced())
        self.assertEqual(self.upstream.updates, 0)  # no End-of-RIB, either
        self.serve(SECOND, END_OF_RIB)
        self.wait_announced()
        self.assertEqual(self.lab.headgate.living(), {FIRST, SECOND})
        self.assertIn("all backends that are configured by name", self.log())
        self.wait(lambda: self.upstream.updates > 1, "End-of-RIB behind it")

    def test_a_session_without_end_of_rib_has_two_seconds(self):
        for address in (FIRST, SECOND):
            self.serve(address)
        self.wait_announced()
        self.assertEqual(self.lab.headgate.living(), {FIRST, SECOND})

    def test_a_server_that_will_send_end_of_rib_has_more(self):
        """With the capability of graceful restart it says so: RFC 4724 3."""
        capable = {"capabilities": bgp.usual_capabilities(BACKEND_AS)
                   + bgp.capability(bgp.CAP_GRACEFUL_RESTART, bgp.u16(0))}
        self.serve(FIRST, END_OF_RIB)
        second = self.lab.establish(SECOND, BACKEND_AS, **capable)
        self.addCleanup(second.close)
        self.servers.append(second)
        time.sleep(QUIET_S + 0.5)
        self.assertFalse(self.is_announced())
        second.send(announcement(VIP, BACKEND_AS, next_hop=SECOND), END_OF_RIB)
        self.wait_announced()
        self.assertEqual(self.lab.headgate.living(), {FIRST, SECOND})

    def test_a_server_that_is_shut_down_is_not_waited_for(self):
        self.lab.headgate.ctl("neighbor", SECOND, "shutdown")
        self.serve(FIRST, END_OF_RIB)
        self.wait_announced()

    def test_later_changes_are_announced_at_once(self):
        for address in (FIRST, SECOND):
            self.serve(address, END_OF_RIB)
        self.wait_announced()
        for server in self.servers:
            server.close()
        self.servers.clear()
        self.wait(lambda: VIP not in self.upstream.table, "the withdrawal")
        self.serve(FIRST)
        self.wait_announced()


class Bounded(StartCase):

    options = {**StartCase.options, "flags": ("--start-max", "2")}

    def test_after_the_bound_it_is_announced_with_those_that_came(self):
        self.serve(FIRST, END_OF_RIB)
        self.wait_announced()
        self.assertEqual(self.lab.headgate.living(), {FIRST})
        # On a slow host, the first one may be late as well.
        self.assertRegex(self.log(), "VIPs are announced without [12] backends, "
                         "which did not announce theirs within 2 s")


class NotAtAll(StartCase):

    options = {**StartCase.options, "flags": ("--start-max", "0")}

    def test_the_first_server_is_announced_at_once(self):
        self.serve(FIRST)
        self.wait_announced()
        self.assertNotIn("starting",
                         self.lab.headgate.ctl("explain", VIP).stdout)


del StartCase  # no scenes of its own
