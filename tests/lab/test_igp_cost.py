# SPDX-License-Identifier: BSD-2-Clause
"""Check that the kernel's metric is the cost to a next hop: RFC 4271 9.1.2.2 e,
--skip-igp-cost, AIGP.

    headgate --- lan --- 10.1.0.11  172.16.0.1 behind it
                         10.1.0.12  172.16.0.2 behind it
"""

import struct
import unittest

import lab_case
import raw_bgp as bgp
from lab.topology import HEADGATE_AS
from raw_lab import BACKEND_AS, NEXT_HOP, UPSTREAM, RawLab
from raw_speaker import wait_for

VIP = "192.0.2.1/32"
SECOND = "10.1.0.12"
NEAR, FAR = "172.16.0.1", "172.16.0.2"  # behind the two gateways
GATEWAYS = {NEAR: NEXT_HOP, FAR: SECOND}
NEAR_METRIC, FAR_METRIC, NEAREST_METRIC = 10, 20, 5
LOCAL_PREF = bgp.attribute(bgp.LOCAL_PREF, bgp.u32(100))
AIGP_TLV, AIGP_TLV_SIZE = 1, 11  # RFC 7311 3


def aigp(metric):
    return bgp.attribute(bgp.AIGP, struct.pack(
        "!BHQ", AIGP_TLV, AIGP_TLV_SIZE, metric))


class IgpCost(lab_case.LabCase):
    """Each test has a lab of its own, for its flags."""

    @classmethod
    def setUpClass(cls):
        pass

    def start(self, *flags, external=False):
        role = ",role=backend,next-hop=any"
        as_numbers = ((BACKEND_AS, BACKEND_AS + 1) if external
                      else (HEADGATE_AS, HEADGATE_AS))
        lab = type(self).lab = RawLab(
            neighbors=[UPSTREAM, *(
                f"{gateway},as={number}{role},passive"
                + (",aigp" if external else "")
                for gateway, number in zip(GATEWAYS.values(), as_numbers))],
            addresses=(SECOND,), flags=flags)
        self.addCleanup(lab_case.close_lab, lab)
        for hop, gateway in GATEWAYS.items():
            self.lab.peers.ip(f"address add {hop}/32 dev lan")
            self.set_metric(hop, FAR_METRIC if hop == FAR else NEAR_METRIC)
        self.lab.start()
        self.speakers = {
            hop: self.lab.establish(gateway, number)
            for (hop, gateway), number in zip(GATEWAYS.items(), as_numbers)}
        self.as_numbers = dict(zip(GATEWAYS, as_numbers))
        for speaker in self.speakers.values():
            self.addCleanup(speaker.close)

    def set_metric(self, hop, metric, before=None):
        """Give the route to a next hop a metric, in place of `before`."""
        self.lab.host.ip(
            f"route add {hop}/32 via {GATEWAYS[hop]} metric {metric}")
        if before is not None:
            self.lab.host.ip(f"route del {hop}/32 metric {before}")

    def announce(self, hop, *more):
        number = self.as_numbers[hop]
        kind = ([bgp.as_path(), LOCAL_PREF] if number == HEADGATE_AS
                else [bgp.as_path(number)])
        self.speakers[hop].send(bgp.update(
            bgp.origin(), *kind, bgp.next_hop(hop), *more,
            nlri=bgp.prefix(VIP)))

    def paths(self):
        route = self.lab.route(VIP)
        return {p["next_hop"]: p for p in route["paths"]} if route else {}

    def wait_selected(self, *hops):
        """Wait until just these next hops are in the set of living ones."""
        def selected():
            return {hop for hop, p in self.paths().items() if p["selected"]}
        wait_for(list(self.speakers.values()),
                 lambda: len(self.paths()) == 2 and selected() == set(hops)
                 and not {p["reason"] for p in self.paths().values()}
                 & {"next_hop_unresolved"},
                 5, f"the set {hops}, not {self.paths()}")

    def test_internal_paths_with_the_nearest_next_hop_make_the_set(self):
        self.start()
        for hop in GATEWAYS:
            self.announce(hop)
        self.wait_selected(NEAR)
        paths = self.paths()
        self.assertEqual(paths[FAR]["reason"], "igp_cost")
        self.assertEqual([paths[hop]["igp_cost"] for hop in (NEAR, FAR)],
                         [NEAR_METRIC, FAR_METRIC])
        text = self.lab.headgate.ctl("explain", VIP).stdout
        self.assertIn(f"IGP cost {FAR_METRIC}", text)

    def test_a_changed_metric_changes_the_set_at_once(self):
        self.start()
        for hop in GATEWAYS:
            self.announce(hop)
        self.wait_selected(NEAR)
        self.set_metric(FAR, NEAREST_METRIC, before=FAR_METRIC)
        self.wait_selected(FAR)
        self.set_metric(FAR, NEAR_METRIC, before=NEAREST_METRIC)
        self.wait_selected(NEAR, FAR)

    def test_external_paths_compare_the_cost_too(self):
        self.start(external=True)
        for hop in GATEWAYS:
            self.announce(hop)
        self.wait_selected(NEAR)

    def test_skip_igp_cost_leaves_both_in_the_set(self):
        self.start("--skip-igp-cost")
        for hop in GATEWAYS:
            self.announce(hop)
        self.wait_selected(NEAR, FAR)

    def test_a_next_hop_on_link_costs_nothing(self):
        self.start()
        self.announce(NEAR)
        self.speakers[FAR].send(bgp.update(
            bgp.origin(), bgp.as_path(), bgp.next_hop(SECOND),
            LOCAL_PREF, nlri=bgp.prefix(VIP)))
        self.wait_selected(SECOND)

    def test_aigp_adds_the_cost_to_the_next_hop(self):
        self.start("--aigp", external=True)
        self.announce(NEAR, aigp(100))
        self.announce(FAR, aigp(100 + NEAR_METRIC - FAR_METRIC - 1))
        self.wait_selected(FAR)
        self.assertEqual(self.paths()[NEAR]["reason"], "aigp")
        # The sums are equal now, and step e decides.
        self.announce(FAR, aigp(100 + NEAR_METRIC - FAR_METRIC))
        self.wait_selected(NEAR)
        self.assertEqual(self.paths()[FAR]["reason"], "igp_cost")


if __name__ == "__main__":
    unittest.main()
