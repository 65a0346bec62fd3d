# SPDX-License-Identifier: BSD-2-Clause
"""Check --on-exit keep: after SIGTERM packets are forwarded as before, and the next
start adopts the tables."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

import raw_bgp as bgp  # noqa: E402 (finds the lab)
from bystander_traffic import Traffic  # noqa: E402
from lab import bpf, traffic  # noqa: E402
from lab.system import wait_until  # noqa: E402
from lab.topology import VIP, Lab  # noqa: E402
from lab_case import LabCase  # noqa: E402
from raw_lab import BACKENDS, UPSTREAM, UPSTREAM_AS, RawCase  # noqa: E402

CEASE, SHUTDOWN, RESET = 6, 2, 4
HOLDER, OLD_HOLDER = "10.1.0.101", "10.1.0.102"  # of routes
NOTIFICATION_BIT, RESTART_TIME, FORWARDING = 0x4000, 120, 0x80
DOWNLOADS, LONG_PORT = 20, 30000
LIMIT_S = 20


def graceful(address):
    return (f"{address},as={UPSTREAM_AS},role=upstream,passive,"
            "graceful-restart")


class Keep(RawCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM, graceful(HOLDER),
                      graceful(OLD_HOLDER)),
        "addresses": (HOLDER, OLD_HOLDER),
        "flags": ("--on-exit", "keep", "--shutdown-delay", "100"),
    }

    @property
    def vip(self):
        return self.BYSTANDER_VIP.split("/")[0]

    def setUp(self):
        if not self.lab.headgate.process.alive():
            self.lab.start()
            self.start_bystanders()

    def hold(self, address, flags):
        """Establish a session with graceful restart."""
        capability = bgp.capability(
            bgp.CAP_GRACEFUL_RESTART, bgp.u16(flags | RESTART_TIME)
            + bgp.u16(1) + bgp.u8(1) + bgp.u8(FORWARDING))
        return self.keep(self.lab.establish(
            address, UPSTREAM_AS,
            capabilities=bgp.usual_capabilities(UPSTREAM_AS) + capability))

    def tables(self):
        return [bpf.read_bytes(f"{self.lab.headgate.pins}/{name}")
                for name in ("vip4", "buckets", "nexthops")]

    def kernel_routes(self):
        return self.lab.host.run("ip", "route", "show", "proto", "72")

    def test_all_that_forwards_stays_and_the_next_start_adopts_it(self):
        headgate = self.lab.headgate
        before, routes = self.tables(), self.kernel_routes()
        program = headgate.program_ids()
        self.assertIn(self.vip, routes)
        with Traffic(self.lab, self.vip) as stream:
            self.assertEqual(headgate.stop(), 0)
            self.assertFalse(os.path.exists(headgate.socket))
            self.assertEqual(headgate.program_ids(), program)
            self.assertTrue(self.tables() == before)
            self.assertEqual(self.kernel_routes(), routes)
            log = headgate.log_tail(1000)
            headgate.start()
            self.start_bystanders()
        self.assertGreater(stream.sent, 0)
        self.assertEqual(stream.lost, 0)
        self.assertIn("the program goes on forwarding", log)
        self.assertIn("taken over from the previous run after",
                      headgate.log_tail(1000))
        self.assertNotEqual(headgate.program_ids(), program)

    def test_neighbors_that_can_keep_our_routes_may_do_so(self):
        holder = self.hold(HOLDER, NOTIFICATION_BIT)
        old_holder = self.hold(OLD_HOLDER, 0)
        self.assertEqual(self.lab.headgate.stop(), 0)
        self.assertEqual(holder.wait_closed()[:2], (CEASE, RESET))
        self.assertIsNone(old_holder.wait_closed())
        for neighbor in (self.observer, self.bystander):
            self.assertEqual(neighbor.wait_closed()[:2], (CEASE, SHUTDOWN))


class KeepWhereALostSessionIsADeath(Keep):
    """The sessions of all servers end, and no server is dead for that."""

    options = {**Keep.options,
               "flags": (*Keep.options["flags"], "--session-loss", "death")}


class HoldingLab(Lab):
    """The router is BIRD, which keeps routes by graceful restart."""

    def agent_flags(self):
        flags = [flag + ",graceful-restart" if "role=upstream" in flag else flag
                 for flag in super().agent_flags()]
        return [*flags, "--on-exit", "keep"]


class Maintenance(LabCase):
    """A client downloads over the router all the time."""

    lab_class = HoldingLab
    options = {"servers": 2}

    def test_no_connection_breaks_while_there_is_no_agent(self):
        lab, headgate = self.lab, self.lab.headgate
        downloads = lab.start_long_downloads(LONG_PORT, DOWNLOADS)
        running = downloads.wait_running()
        self.assertEqual(headgate.stop(), 0)
        self.assertTrue(lab.router_route(VIP))
        self.assertEqual(lab.download(20000, 100).failed(), [])
        headgate.start()
        lab.wait_ready()
        self.assertEqual(lab.download(21000, 100).failed(), [])
        now = downloads.report()
        wait_until(lambda: set(traffic.fates(
            running, now, downloads.report()).values()) == {"went on"},
            LIMIT_S, "all downloads to go on")
        downloads.close()
