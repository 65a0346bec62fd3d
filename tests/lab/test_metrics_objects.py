# SPDX-License-Identifier: BSD-2-Clause
"""Check the metrics of neighbors, VIPs and next hops: each follows what happens."""

import contextlib
import struct

import raw_bgp as bgp
from lab_case import LabCase
from lab.system import wait_until
from lab.topology import HEADGATE_AS
from metrics_page import WHERE, read_page
from raw_frames import mac_of, send_frames
from raw_lab import (BACKEND_AS, BACKENDS, OBSERVER, UPSTREAM, RawCase,
                     RawLab, announcement, withdrawal)

WEB = "10.1.0.12"  # the server with a name, a limit and a check
WEB_AS = BACKEND_AS + 1
NAMED = f"{WEB},as={WEB_AS},role=backend,passive,name=web,max-prefix=3"
CHECKED = "10.1.0.13"
CHECK = (f"{CHECKED},as=65003,role=backend,passive,check=tcp:80,"
         "check-interval=500,check-fall=1")
NEAR = "10.1.0.16"  # its next hops must be on its link
ON_LINK = f"{NEAR},as=65004,role=backend,passive,next-hop=on-link"
OTHERS = ("10.1.0.14", "10.1.0.15", "10.1.0.200")
VIP = "192.0.2.1/32"
SCARCE = "192.0.2.64/32"


class ObjectsCase(RawCase):

    options = {
        "neighbors": (BACKENDS, NAMED, CHECK, ON_LINK, UPSTREAM),
        "addresses": (WEB, CHECKED, NEAR, *OTHERS),
        "vips": ("192.0.2.0/24", f"{SCARCE},min-nexthops=2"),
        "flags": ("--metrics", WHERE, "--hold-down", "60",
                  "--affinity-window", "0"),
    }

    def get(self, name, /, **labels):
        return read_page(self.lab.host).get(name, **labels)

    def wait(self, value, name, /, **labels):
        """Wait until a sample has this value."""
        seen = []

        def reached():
            for speaker in self.speakers:
                while speaker.take_input():
                    pass
            seen.append(self.get(name, **labels))
            return seen[-1] == value
        try:
            wait_until(reached, 20, f"{name} {labels} {value}")
        except Exception as late:
            raise AssertionError(f"{name}{labels} was {seen[-1]}, "
                                 f"not {value}") from late

    def server(self, address, as_number, *prefixes, **options):
        """Establish a session that ends with the test, and announce."""
        speaker = self.lab.establish(address, as_number)
        self.addCleanup(speaker.close)
        for prefix in prefixes:
            speaker.send(announcement(prefix, as_number, next_hop=address,
                                      **options))
        return speaker


class Neighbors(ObjectsCase):

    def test_a_session_that_ends_leaves_a_0_behind(self):
        address, peer = OTHERS[0], {"neighbor": OTHERS[0]}
        before = read_page(self.lab.host)
        self.assertIsNone(before.get("neighbor_up", **peer))
        speaker = self.server(address, 65004, VIP)
        self.wait(1, "neighbor_prefixes_accepted", **peer)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("neighbor_up", **peer), 1)
        self.assertEqual(page.get("neighbor_expected", **peer), 1)
        self.assertEqual(
            page.get("neighbor_state", state="Established", **peer), 1)
        self.assertEqual(page.get("neighbor_state", state="Idle", **peer), 0)
        self.assertEqual(page.get("neighbor_prefixes_received", **peer), 1)
        self.assertEqual(page.get("neighbor_info", name="", role="backend",
                                  **{"as": "65004"}, **peer), 1)
        self.assertEqual(page.get("neighbor_messages_received_total",
                                  type="update", **peer), 1)
        self.assertEqual(page.get("neighbor_messages_sent_total", type="open",
                                  **peer), 1)
        self.assertEqual(
            page.get("table_used", table="dynamic_neighbors")
            - before.get("table_used", table="dynamic_neighbors"), 1)
        speaker.close()
        self.wait(0, "neighbor_up", **peer)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("neighbor_flaps_total", **peer), 1)
        self.assertEqual(page.get("neighbor_prefixes_accepted", **peer), 0)
        self.assertEqual(
            page.get("neighbor_state", state="Established", **peer), 0)
        self.assertEqual(page.get("neighbor_uptime_seconds", **peer), 0)

    def test_the_uptime_grows(self):
        first = self.get("neighbor_uptime_seconds", neighbor=OBSERVER)
        wait_until(lambda: self.get("neighbor_uptime_seconds",
                                    neighbor=OBSERVER) > first, 10, "a second")

    def test_a_limit_and_what_waits_for_it_are_shown(self):
        peer = {"neighbor": WEB}
        self.assertEqual(self.get("neighbor_info", name="web", role="backend",
                                  **{"as": str(WEB_AS)}, **peer), 1)
        self.assertEqual(self.get("neighbor_up", **peer), 0)
        self.server(WEB, WEB_AS, *(f"192.0.2.{n}/32" for n in range(10, 15)))
        self.wait(2, "neighbor_prefixes_waiting", **peer)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("neighbor_prefix_limit", **peer), 3)
        self.assertEqual(page.get("neighbor_prefixes_accepted", **peer), 3)

    def test_refused_paths_are_counted_by_cause(self):
        peer = {"neighbor": NEAR}
        self.lab.host.ip(f"route add 203.0.113.0/24 via {WEB}")
        self.addCleanup(self.lab.host.ip, "route del 203.0.113.0/24")
        speaker = self.server(NEAR, 65004, VIP)
        self.wait(1, "neighbor_prefixes_accepted", **peer)
        for cause in ("prefix", "next_hop", "loop", "limit"):
            self.assertEqual(self.get("neighbor_paths_refused", cause=cause,
                                      **peer), 0)
        for number, (cause, sent) in enumerate((
                ("prefix", announcement("198.51.100.1/32", 65004,
                                        next_hop=NEAR)),
                ("next_hop", announcement("192.0.2.77/32", 65004,
                                          next_hop="203.0.113.9")),
                ("loop", announcement("192.0.2.78/32", 65004, next_hop=NEAR,
                                      path=(65004, HEADGATE_AS))))):
            with self.subTest(cause):
                speaker.send(sent)
                self.wait(1, "neighbor_paths_refused", cause=cause, **peer)
                self.assertEqual(self.get("neighbor_prefixes_received", **peer),
                                 2 + number)

    def test_errors_that_leave_the_session_up_are_counted(self):
        peer = {"neighbor": OTHERS[1]}
        speaker = self.server(OTHERS[1], 65005)
        speaker.send(bgp.update(
            bgp.origin(7), bgp.as_path(65005), bgp.next_hop(OTHERS[1]),
            nlri=bgp.prefix(VIP)))
        self.wait(1, "neighbor_update_errors_total",
                  action="treat_as_withdraw", **peer)
        speaker.send(bgp.update(
            bgp.origin(), bgp.as_path(65005), bgp.next_hop(OTHERS[1]),
            bgp.attribute(bgp.AGGREGATOR, bytes(5)), nlri=bgp.prefix(VIP)))
        self.wait(1, "neighbor_update_errors_total",
                  action="attribute_discard", **peer)
        self.assertEqual(self.get("neighbor_up", **peer), 1)

    def test_an_order_and_refused_connections_are_seen(self):
        peer = {"neighbor": OTHERS[1]}
        first = self.server(OTHERS[1], 65005)
        self.wait(1, "neighbor_up", **peer)
        second = self.lab.dial(OTHERS[1])
        second.send(bgp.open_message(65005, OTHERS[1]))
        self.wait(1, "neighbor_connections_refused_total", **peer)
        second.close()
        before = self.get("connections_refused_total")
        with contextlib.suppress(ConnectionResetError):
            self.lab.dial(OTHERS[2]).close()
        self.wait(before + 1, "connections_refused_total")
        self.assertEqual(self.get("neighbor_shut_down", **peer), 0)
        self.lab.headgate.ctl("neighbor", OTHERS[1], "shutdown")
        self.addCleanup(self.lab.headgate.ctl, "neighbor", OTHERS[1], "enable")
        self.wait(1, "neighbor_shut_down", **peer)
        self.assertEqual(self.get("neighbor_expected", **peer), 0)
        first.wait_closed()


class Vips(ObjectsCase):

    def test_a_vip_that_is_gone_stays_at_0(self):
        vip = {"prefix": "192.0.2.9/32"}
        told = self.get("neighbor_prefixes_announced", neighbor=OBSERVER)
        encoded = self.get("updates_encoded_total")
        server = self.server(OTHERS[0], 65004, vip["prefix"])
        self.wait(1, "vip_announced", neighbor=OBSERVER, **vip)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("vip_forwarding", **vip), 1)
        self.assertEqual(page.get("vip_nexthops", **vip), 1)
        self.assertEqual(page.get("vip_paths", state="used", **vip), 1)
        self.assertEqual(page.get("neighbor_prefixes_announced",
                                  neighbor=OBSERVER), told + 1)
        self.assertGreater(page.get("updates_encoded_total"), encoded)
        self.assertEqual(page.get("vips_announced"), page.get("vips_learned"))
        self.assertEqual(page.get("vips_forwarding"),
                         page.get("vips_steered", state="exact"))
        server.send(withdrawal(vip["prefix"]))
        self.wait(0, "vip_announced", neighbor=OBSERVER, **vip)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("vip_nexthops", **vip), 0)
        self.assertEqual(page.get("vip_forwarding", **vip), 0)
        self.assertEqual(page.get("neighbor_prefixes_announced",
                                  neighbor=OBSERVER), told)

    def test_the_minimum_is_that_of_the_vip(self):
        first = {"prefix": SCARCE}
        self.server(OTHERS[0], 65004, SCARCE, VIP)
        self.wait(1, "vip_nexthops", **first)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("vip_nexthops_minimum", **first), 2)
        self.assertEqual(page.get("vip_nexthops_minimum", prefix=VIP), 1)
        self.assertIsNone(page.get("vip_announced", neighbor=OBSERVER,
                                   **first))
        self.server(OTHERS[1], 65005, SCARCE)
        self.wait(1, "vip_announced", neighbor=OBSERVER, **first)

    def test_paths_that_are_not_used_say_why(self):
        vip = {"prefix": VIP}
        self.server(OTHERS[0], 65004, VIP)
        self.server(OTHERS[1], 65005, VIP, path=[65005, 65005])
        self.server(WEB, WEB_AS, VIP)
        self.server(CHECKED, 65003, VIP)
        self.wait(2, "vip_paths", state="used", **vip)
        self.assertEqual(self.get("vip_paths", state="other", **vip), 1)
        self.wait(1, "vip_paths", state="failing", **vip)
        self.wait(1, "checks", state="failing")
        page = read_page(self.lab.host)
        self.assertEqual(page.get("table_used", table="checks"), 1)
        self.assertGreater(sum(
            value for (name, _), value in page.samples.items()
            if name == "headgate_check_results_total"), 0)
        self.lab.headgate.ctl("drain", WEB)
        self.addCleanup(self.lab.headgate.ctl, "undrain", WEB)
        self.wait(1, "vip_paths", state="draining", **vip)
        self.assertEqual(self.get("vip_nexthops", **vip), 1)


class NextHops(ObjectsCase):

    def test_a_next_hop_that_dies_and_is_back_is_held(self):
        address = OTHERS[0]
        hop = {"address": address}
        self.server(address, 65004, VIP)
        self.wait(1, "nexthop_alive", **hop)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("nexthop_state", state="resolved", **hop), 1)
        before = page.get("nexthop_probes_lost_total", **hop)
        used = page.get("table_used", table="nexthops")
        self.assertEqual(page.get("nexthop_held", **hop), 0)
        self.lab.peers.ip(f"address del {address}/24 dev lan")
        self.wait(0, "nexthop_alive", **hop)
        self.wait(1, "vip_paths", state="dead", prefix=VIP)
        page = read_page(self.lab.host)
        self.assertEqual(page.get("nexthop_state", state="failed", **hop), 1)
        self.assertGreaterEqual(page.get("nexthop_probes_lost_total", **hop),
                                before + 4)
        self.assertLess(page.get("table_used", table="nexthops"), used)
        self.lab.peers.ip(f"address add {address}/24 dev lan")
        self.wait(1, "nexthop_held", **hop)
        self.assertEqual(self.get("nexthop_alive", **hop), 1)

    def test_answers_of_another_mac_are_counted(self):
        hop = {"address": OTHERS[1]}
        self.server(OTHERS[1], 65005, VIP)
        self.wait(1, "nexthop_alive", **hop)
        ours = mac_of(self.lab.host, "lan")
        forged = bytes.fromhex("020000000099")
        reply = struct.pack(
            "!6s6sHHHBBH6s4s6s4s", ours, forged, 0x0806, 1, 0x0800, 6, 4, 2,
            forged, bgp.ipv4(OTHERS[1]), ours, bgp.ipv4("10.1.0.1"))

        def forge():
            send_frames(self.lab.peers, "lan", [reply] * 10)
            return self.get("nexthop_mac_conflicts_total", **hop) > 0
        self.assertEqual(self.get("nexthop_mac_conflicts_total", **hop), 0)
        wait_until(forge, 20, "a conflict")
        self.assertEqual(self.get("nexthop_alive", **hop), 1)


class Groups(LabCase):
    """Servers without BGP, tables of 1,024 buckets, and windows. No upstream has a
    session: it would have the MAC of the servers."""

    MANY = 65  # next hops with fewer than 16 buckets each
    lab_class = RawLab
    options = {
        "neighbors": (BACKENDS,),
        "addresses": tuple(f"10.1.0.{i}" for i in range(101, 101 + MANY)),
        "flags": ("--metrics", WHERE, "--table-size", "1024",
                  "--affinity-window", "60",
                  "--path", f"{VIP},via=10.1.0.101,weight=1",
                  "--path", f"{VIP},via=10.1.0.102,weight=100000",
                  *(word for i in range(101, 101 + MANY) for word in
                    ("--path", f"192.0.2.2/32,via=10.1.0.{i}"))),
    }

    def wait(self, name, condition):
        wait_until(lambda: condition(read_page(self.lab.host).get(name)), 30,
                   name)

    def test_windows_and_tables_that_fit_badly_are_counted(self):
        self.wait("groups_light", lambda count: count == 1)
        self.wait("groups_crowded", lambda count: count == 1)
        self.wait("groups_moving", lambda count: count == 0)
        self.assertEqual(self.lab.headgate.ctl("drain", "10.1.0.110").returncode,
                         0)
        self.wait("groups_moving", lambda count: count == 1)
        self.lab.peers.ip("address del 10.1.0.102/24 dev lan",
                          "address del 10.1.0.103/24 dev lan")
        self.wait("groups_light", lambda count: count == 0)
        self.wait("groups_crowded", lambda count: count == 0)


del RawCase, LabCase, ObjectsCase  # they have no tests of their own
