# SPDX-License-Identifier: BSD-2-Clause
"""Check what speakers in the field send: next hops of other forms, and what
they take from us."""

import json
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, UPSTREAM_AS,
                     RawCase)
from raw_speaker import read_all, wait_for

VIP6 = "2001:db8:f::1/128"
IPV4_NETWORK = "192.0.2.7/32"
GLOBAL, OURS6, OURS6_NEW = "2001:db8::11", "2001:db8::1", "2001:db8::2"
ROUTER, ROUTER_AS = "10.1.0.101", UPSTREAM_AS + 1
END_OF_RIB_SECONDS = 1.5
UPDATE_ERROR, OPTIONAL_ATTRIBUTE_ERROR = 3, 9  # RFC 4271 6.3


def reach(prefix, next_hop, afi=bgp.IPV6):
    return bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS),
                      bgp.mp_reach(next_hop, bgp.prefix(prefix), afi=afi))


class Field(RawCase):

    options = {"vips": ("192.0.2.0/24", "2001:db8:f::/64"),
               "addresses": (ROUTER,),
               "neighbors": (BACKENDS, UPSTREAM, f"{ROUTER},as={ROUTER_AS},"
                             "role=upstream,passive")}

    def session(self, address=NEXT_HOP, as_number=BACKEND_AS):
        speaker = self.lab.establish(
            address, as_number, capabilities=bgp.usual_capabilities(
                as_number, bgp.IPV4, bgp.IPV6))
        self.addCleanup(speaker.close)
        return speaker

    def wait_ended(self, speaker):
        wait_for([speaker], lambda: speaker.notification, 5, "NOTIFICATION")
        return speaker.notification

    def last_error(self):
        return self.lab.headgate.neighbor(NEXT_HOP)["last_error"]

    def test_an_ipv4_mapped_next_hop_is_that_ipv4_next_hop(self):
        speaker = self.session()
        speaker.send(reach(VIP6, bgp.ipv6("::ffff:" + NEXT_HOP)))
        wait_for([speaker], lambda: (self.lab.route(VIP6) or {}).get(
            "nexthops") == [NEXT_HOP], 5, "the route")
        self.assertTrue(self.lab.route(VIP6)["forwarding"])

    def test_a_bad_next_hop_is_returned_whole_and_named(self):
        speaker = self.session()
        speaker.send(reach(VIP6, bytes(4)))
        notification = self.wait_ended(speaker)
        self.assertEqual((notification.code, notification.subcode),
                         (UPDATE_ERROR, OPTIONAL_ATTRIBUTE_ERROR))
        value = bgp.mp_reach(bytes(4), bgp.prefix(VIP6), afi=bgp.IPV6)
        self.assertEqual(notification.data, value)
        self.assertIn("attribute 14, MP_REACH_NLRI", self.last_error())
        self.assertIn("bad length of the next hop", self.last_error())

    def test_an_unexpected_ipv6_next_hop_names_the_key_that_is_missing(self):
        speaker = self.session()
        speaker.send(reach(IPV4_NETWORK, bgp.ipv6(GLOBAL), afi=bgp.IPV4))
        wait_for([speaker], lambda: self.lab.headgate.neighbor(NEXT_HOP)[
            "families_disabled"] == ["ipv4 unicast"], 5, "IPv4 off the session")
        self.assertIn("extended-next-hop (RFC 8950)",
                      self.lab.headgate.neighbor(NEXT_HOP)["hint"])

    def announced_to_router(self):
        """Return whether `explain` says that the router gets the IPv6 VIP, and
        else why not."""
        explained = json.loads(
            self.lab.headgate.ctl("-j", "explain", VIP6).stdout)["explain"]
        row = next(r for r in explained["announcements"]
                   if r["neighbor"] == ROUTER)
        return row["announced"], row["cause"]

    def wait_reach(self, backend, router, next_hop):
        """Wait until the router has the IPv6 VIP with this next hop."""
        wait_for([backend, router], lambda: router.reaches
                 and bgp.ipv6(next_hop) in router.reaches[-1], 10,
                 f"the IPv6 VIP at the router, by way of {next_hop}")

    def test_an_ipv6_vip_over_ipv4_needs_an_ipv6_address_of_ours(self):
        backend = self.session()
        backend.send(reach(VIP6, bgp.ipv6("::ffff:" + NEXT_HOP)))
        router = self.session(ROUTER, ROUTER_AS)
        wait_for([backend, router], lambda: self.announced_to_router() ==
                 (False, "no_next_hop"), 5, "the reason in explain")
        self.assertEqual(router.reaches, [])
        self.assertIn(f"{ROUTER}: IPv6 VIPs are not announced",
                      self.lab.headgate.log_tail(400))
        host = self.lab.host
        host.run("sysctl", "-qw", "net.ipv6.conf.lan.disable_ipv6=0")
        host.ip(f"address add {OURS6}/64 dev lan nodad")
        self.wait_reach(backend, router, OURS6)
        self.assertIn(bgp.prefix(VIP6), router.reaches[-1])
        self.assertEqual(self.announced_to_router(), (True, None))
        # The session stays while addresses of ours come and go.
        host.ip(f"address add {OURS6_NEW}/64 dev lan nodad",
                f"address del {OURS6}/64 dev lan")
        self.wait_reach(backend, router, OURS6_NEW)
        host.run("sysctl", "-qw", "net.ipv6.conf.lan.disable_ipv6=1")
        wait_for([backend, router], lambda: router.unreaches, 10,
                 "the IPv6 VIP withdrawn")
        self.assertEqual(self.announced_to_router(), (False, "no_next_hop"))
        self.assertFalse(router.closed)

    def test_upstreams_get_end_of_rib_and_backends_do_not(self):
        backend = self.session()
        read_all([backend, self.observer, self.bystander], END_OF_RIB_SECONDS)
        self.assertEqual(backend.updates, 0)
        self.assertGreater(self.observer.updates, 0)


if __name__ == "__main__":
    unittest.main()
