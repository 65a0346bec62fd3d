# SPDX-License-Identifier: BSD-2-Clause
"""Check which servers are in the set and the share of each, with stock daemons
of one kind as servers, reflectors and upstream.

A scene defines the sessions (`sessions`) and the flags of one or several
Headgates (`flags`). Each test_choice_*.py loads all scenes for its daemon.
"""

import socket
import time
import unittest

from lab_case import LabCase, close_lab
from lab.farm import FAR, NEAR, SECOND, THIRD, Farm
from lab.peers.peer import Announcement
from lab.system import wait_until
from lab.topology import HEADGATE_AS, ROUTER_AS, ROUTER_UP, VIP
from raw_speaker import inside

VIP_ROUTE = f"{VIP}/32"
WEIGHED_VIP = "192.0.2.2"  # announced with link bandwidth
UNIT = 12_500_000          # --bandwidth-unit
UNITS = (1, 2, 4)          # bandwidth of the first servers
LEAST, RETURN = 3, 4       # living next hops
STILL_SECONDS = 0.5        # without a change

TOLERANCE = 0.02  # relative, for a server's share
FLOWS = 28_000
FIRST_PORT = 5_000
BURST, PAUSE = 64, 0.002  # fewer than the queue of a cable holds

NEAR_CLUSTER, FAR_CLUSTER = "10.9.0.1", "10.9.0.2"
CONFEDERATION = 65500
MEMBERS = (64513, 64514)  # besides Headgate's


def load_for(daemon, loader):
    """Return the scenes as a test suite for one daemon, a subclass of Peer."""
    Scene.daemon = daemon
    return unittest.TestSuite(
        loader.loadTestsFromTestCase(scene) for scene in
        (PrivateAses, Reflected, Confederation))


def setUpModule():
    """Build one lab for all scenes."""
    Scene.lab = Farm(Scene.daemon)
    unittest.addModuleCleanup(close_lab, Scene.lab)


class Scene(LabCase):

    daemon = lab = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.lab.play(cls.sessions(), cls.flags())
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def show_log(cls):
        for name, agent in cls.lab.agents.items():
            print(f"--- the end of the log of {name}\n"
                  + agent.log_tail(40) + "---", flush=True)
        for name, peer in cls.lab.peers.items():
            tail = "".join(peer.log().splitlines(keepends=True)[-8:])
            print(f"--- the end of {name}'s log\n{tail}", flush=True)

    @classmethod
    def sessions(cls):
        """Return name of a host -> Session of its daemon."""
        raise NotImplementedError

    @classmethod
    def flags(cls):
        """Return name of a host -> flags of its Headgate."""
        raise NotImplementedError

    def addresses(self, servers=None):
        return {s.address for s in servers or self.lab.servers}

    def check_reasons(self, reasons):
        """Wait until the paths at `second` have these reasons, in any order."""
        def said():
            return sorted(map(str, self.lab.reasons(VIP_ROUTE,
                                                    "second").values()))
        wait_until(lambda: said() == sorted(map(str, reasons)), 20,
                   f"the reasons {reasons}")


def neighbor(address, as_number, role, keys=""):
    return ["--neighbor", f"{address},as={as_number},role={role}{keys}"]


# ----------------------------------------------------- external servers

class PrivateAses(Scene):
    """Four servers, each in its own private AS. The first three announce a
    second VIP with their bandwidth."""

    @classmethod
    def flags(cls):
        servers = [word for server in cls.lab.servers for word in
                   neighbor(server.address, server.as_number, "backend")]
        return {
            "headgate": [*servers,
                         *neighbor(ROUTER_UP, ROUTER_AS, "upstream"),
                         "--vip", f"{VIP},min-nexthops={LEAST},"
                                  f"return-nexthops={RETURN}",
                         # Its UDP flows have no packet that begins them.
                         "--vip", f"{WEIGHED_VIP},affinity=0",
                         "--multipath-as-path", "relaxed",
                         "--bandwidth-unit", str(UNIT)],
            "second": [*servers, "--multipath-as-path", "exact"]}

    @classmethod
    def sessions(cls):
        announced = [(Announcement(VIP_ROUTE), Announcement(
            f"{WEIGHED_VIP}/32", bandwidth=units * UNIT)) for units in UNITS]
        announced.append((Announcement(VIP_ROUTE),))
        sessions = {server.name: cls.lab.session(
            server.name, server.as_number, announce=announce,
            others=(SECOND,))
            for server, announce in zip(cls.lab.servers, announced)}
        return {**sessions, "router": cls.lab.session("router", ROUTER_AS)}

    def setUp(self):
        self.lab.wait_selected(VIP_ROUTE, self.addresses())

    def test_relaxed_all_are_in_the_set(self):
        paths = self.lab.paths(VIP_ROUTE)
        self.assertEqual({p["as_path"] for p in paths.values()},
                         {str(s.as_number) for s in self.lab.servers})

    def weights(self):
        paths = self.lab.paths(f"{WEIGHED_VIP}/32")
        return {a: p["weight"] for a, p in paths.items() if p["selected"]}

    def wait_weights(self):
        expected = {s.address: units
                    for s, units in zip(self.lab.servers, UNITS)}
        wait_until(lambda: self.weights() == expected, 10,
                   f"the weights {expected}, not {self.weights()}")
        return expected

    def test_their_bandwidth_is_their_weight(self):
        self.wait_weights()

    def packets(self):
        return {a: n["packets"]
                for a, n in self.lab.headgate.nexthops().items()}

    def send_flows(self):
        """Send one datagram to each port."""
        with inside(self.lab.client):
            flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with flow:
            flow.bind(("", FIRST_PORT))
            for number in range(FLOWS):
                flow.sendto(b"x", (WEIGHED_VIP, FIRST_PORT + number))
                if number % BURST == 0:
                    time.sleep(PAUSE)

    def test_packet_counters_follow_the_weights(self):
        weights = self.wait_weights()
        before = self.packets()
        self.send_flows()

        def carried():
            return {a: n - before[a] for a, n in self.packets().items()}
        wait_until(lambda: sum(carried().values()) >= FLOWS, 5,
                   f"{FLOWS} packets counted")
        packets = carried()
        print(f"# packets of next hops: {packets}", flush=True)
        for address, weight in weights.items():
            share = FLOWS * weight / sum(UNITS)
            self.assertAlmostEqual(packets[address], share,
                                   delta=TOLERANCE * share)

    def test_below_the_minimum_the_upstream_loses_the_vip_until_above(self):
        first, second = (self.lab.peers[s.name] for s in self.lab.servers[:2])
        self.lab.wait_router(VIP_ROUTE, True)
        first.stop()
        self.lab.wait_selected(VIP_ROUTE,
                               self.addresses(self.lab.servers[1:]))
        time.sleep(STILL_SECONDS)
        self.lab.wait_router(VIP_ROUTE, True, 0)
        second.stop()
        self.lab.wait_router(VIP_ROUTE, False)
        second.start()
        self.lab.wait_selected(VIP_ROUTE,
                               self.addresses(self.lab.servers[1:]))
        time.sleep(STILL_SECONDS)
        self.lab.wait_router(VIP_ROUTE, False, 0)
        first.start()
        self.lab.wait_router(VIP_ROUTE, True)

    def test_exact_one_is_in_the_set_and_the_others_say_why_not(self):
        self.check_reasons([None] + ["as_path_content"] * 3)


# ----------------------------------------------------- internal servers

class Reflected(Scene):
    """Two reflectors; Headgate has a session with the near one only:

      server1, server2 ------------- near ---- headgate, second, third
      server3, server4 ---- far ---- near

    The far one sends every path to the near one, which sends them all to
    neighbors with Add-Path (RFC 7911): all but `third`.
    """

    @classmethod
    def flags(cls):
        all_paths = neighbor(NEAR, "internal", "backend", ",add-path=receive")
        return {"headgate": all_paths,
                "second": [*all_paths, "--multipath-cluster-length"],
                "third": neighbor(NEAR, "internal", "backend")}

    @classmethod
    def sessions(cls):
        servers = {server.name: cls.lab.session(
            server.name, HEADGATE_AS, neighbor=reflector,
            announce=(Announcement(VIP_ROUTE),))
            for server, reflector in zip(cls.lab.servers,
                                         (NEAR, NEAR, FAR, FAR))}
        one, two, three, four = (s.address for s in cls.lab.servers)
        near = cls.lab.session("near", HEADGATE_AS, add_path=True,
                               others=(SECOND, THIRD, FAR, one, two),
                               cluster_id=NEAR_CLUSTER)
        far = cls.lab.session("far", HEADGATE_AS, neighbor=NEAR,
                              others=(three, four), add_path=True,
                              cluster_id=FAR_CLUSTER)
        return {**servers, "near": near, "far": far}

    def setUp(self):
        self.lab.wait_paths(VIP_ROUTE, self.addresses())

    def test_with_add_path_all_servers_are_in_the_set(self):
        self.lab.wait_selected(VIP_ROUTE, self.addresses())
        self.assertEqual({p["neighbor"] for p
                          in self.lab.paths(VIP_ROUTE).values()}, {NEAR})

    def test_without_it_the_reflector_hides_all_but_one(self):
        wait_until(lambda: self.lab.selected(VIP_ROUTE, "third"), 20,
                   "a living server")
        self.assertEqual(len(self.lab.paths(VIP_ROUTE, "third")), 1)

    def test_cluster_list_says_who_reflected(self):
        paths = self.lab.paths(VIP_ROUTE)
        clusters = [paths[s.address]["attributes"]["CLUSTER_LIST (10)"]
                    for s in self.lab.servers]
        self.assertEqual(clusters, [NEAR_CLUSTER] * 2
                         + [f"{NEAR_CLUSTER} {FAR_CLUSTER}"] * 2)

    def test_originator_is_the_server(self):
        for address, path in self.lab.paths(VIP_ROUTE).items():
            self.assertEqual(path["attributes"]["ORIGINATOR_ID (9)"], address)

    def test_by_cluster_length_servers_behind_two_reflectors_are_out(self):
        self.check_reasons([None] * 2 + ["cluster_length"] * 2)
        self.lab.wait_selected(VIP_ROUTE,
                               self.addresses(self.lab.servers[:2]), "second")


# ----------------------------------------------------- confederation

class Confederation(Scene):
    """Two servers in other members (RFC 5065), `near` in Headgate's, the router
    outside."""

    @classmethod
    def flags(cls):
        members = ["--confederation", str(CONFEDERATION),
                   "--confederation-member", ",".join(map(str, MEMBERS)),
                   *(word for server, member in zip(cls.lab.servers, MEMBERS)
                     for word in neighbor(server.address, member, "backend"))]
        return {
            "headgate": [*members, *neighbor(NEAR, "internal", "upstream"),
                         *neighbor(ROUTER_UP, ROUTER_AS, "upstream")],
            "second": [*members, "--multipath-confederation",
                       "same-member-as"]}

    @classmethod
    def sessions(cls):
        sessions = {server.name: cls.lab.session(
            server.name, member, confederation=CONFEDERATION,
            announce=(Announcement(VIP_ROUTE),), others=(SECOND,))
            for server, member in zip(cls.lab.servers, MEMBERS)}
        near = cls.lab.session("near", HEADGATE_AS,
                               confederation=CONFEDERATION)
        router = cls.lab.session("router", ROUTER_AS,
                                 neighbor_as=CONFEDERATION)
        return {**sessions, "near": near, "router": router}

    def servers(self):
        return self.addresses(self.lab.servers[:len(MEMBERS)])

    def setUp(self):
        self.lab.wait_selected(VIP_ROUTE, self.servers())

    def route_at(self, name):
        """Return the daemon's route to the VIP, learned from Headgate."""
        return wait_until(lambda: self.lab.peers[name].route(VIP_ROUTE), 20,
                          f"a route to {VIP} at {name}")[0]

    def test_servers_of_several_members_share_the_set(self):
        self.assertEqual({p["as_path"] for p
                          in self.lab.paths(VIP_ROUTE).values()},
                         {f"({member})" for member in MEMBERS})

    def test_one_member_only_the_other_server_says_why_it_is_out(self):
        self.check_reasons([None, "as_path_content"])

    def test_our_own_member_sees_the_other(self):
        self.assertIn(self.route_at("near").as_path,
                      [f"({member})" for member in MEMBERS])

    def test_those_outside_see_the_confederation_only(self):
        self.assertEqual(self.route_at("router").as_path, str(CONFEDERATION))
