# SPDX-License-Identifier: BSD-2-Clause
"""Check that a server which dies behind a router is found, although the router
goes on answering for it: by check=, through the tunnel."""

from far_lab import FarCase, FarLab, FarServer
from lab.system import wait_until
from lab.topology import VIP, VIP6

SECONDS = 20
HOLD_TIME = 240  # longer than any test: sessions say nothing
TIMES = "check-interval=200,check-timeout=400,check-fall=2"


class PatientServer(FarServer):
    """Its session stays while it is dead."""

    def make_bird(self, lab, folder):
        speaker = super().make_bird(lab, folder)
        speaker.session["hold_time"] = HOLD_TIME
        return speaker

    def die(self):
        """Take nothing any more. The router, which drops it, says nothing."""
        self.change_rules("add")

    def live(self):
        self.change_rules("del")

    def change_rules(self, verb):
        for family, network in (("-4", f"{self.network}.0/24"),
                                ("-6", f"{self.network6}::/64")):
            self.rack.run("ip", family, "rule", verb, "pref", "10", "to",
                          network, "blackhole")


class CheckLab(FarLab):

    def server_class(self, lab, number):
        return (super().server_class(lab, number) if number <= self.near else
                PatientServer(lab, number))

    def agent_flags(self):
        flags = super().agent_flags()
        networks = "10.7.", "2001:db8:7:"
        return [f"{flag},check=tcp:80,{TIMES},hold-time={HOLD_TIME}"
                if flag.startswith(networks) else flag for flag in flags]


class FarChecks(FarCase):

    lab_class = CheckLab
    options = {**FarCase.options, "servers": 3, "encaps": ("gre", "gue")}

    def checks(self, server):
        hops = self.lab.headgate.nexthops()
        return [hops[address]["checks"]
                for address in (server.address, server.address6)]

    def test_a_server_that_dies_behind_its_router_is_found(self):
        near, first, second = self.lab.servers
        for server in first, second:
            for checks in self.checks(server):
                self.assertEqual((checks["passing"], checks["failing"]),
                                 (1, 0))
        second.die()
        wait_until(lambda: [c["failing"] for c in self.checks(second)]
                   == [1, 1], SECONDS, "failing checks of both families")
        self.lab.wait_living([near, first])
        # Nothing else has told: the router answers, the session is up.
        hop = self.lab.headgate.nexthops()[second.address]
        self.assertTrue(hop["alive"])
        self.assertEqual(self.lab.headgate.neighbor(second.address)["state"],
                         "Established")
        for vip in VIP, VIP6:
            connections = self.lab.download(20000, 40, vip)
            self.assertEqual(connections.failed(), [])
            self.assertEqual(set(connections.servers()),
                             {near.name, first.name})
        second.live()
        self.lab.wait_living([near, first, second])

    def test_a_service_that_ends_is_found(self):
        near, first, second = self.lab.servers
        first.web.process.end()
        self.addCleanup(self.lab.wait_ready)
        self.addCleanup(first.web.start)
        self.lab.wait_living([near, second])
