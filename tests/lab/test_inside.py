# SPDX-License-Identifier: BSD-2-Clause
"""Check neighbors inside Headgate's AS and confederation, with stock BIRD: route
reflection in both directions, and the paths that members and outsiders receive.

  server ---- 10.3.1.0/24 ---- headgate ---- 10.3.2.0/24 ---- inner
    |                             |                            |
    |                             +--- 10.3.3.0/24 ---- outer  |
    +------------------ 10.4.0.0/24 ---------------------------+

Headgate is .1 on its cables, the other end .2. On the cable between them the
server is .1 and `inner` .2.
"""

import re

from lab_case import LabCase, close_lab
from lab.agent import Headgate
from lab.bird import Bird
from lab.system import Namespace, connect, require, wait_until
from lab.topology import PROGRAMS, Lab

VIP = "192.0.2.1/32"
OUR_AS, OUTER_AS = 64512, 64500
MEMBER_AS, CONFEDERATION = 64513, 65500
NAMES = ("server", "inner", "outer")
SERVER, INNER, OUTER = (f"10.3.{i}.2" for i in (1, 2, 3))
HEADGATE = {name: f"10.3.{i + 1}.1" for i, name in enumerate(NAMES)}
ROUTER_ID = "10.0.0.1"

HEAD = """\
log "{folder}/bird.log" all;
router id {{address}};
protocol device {{{{ scan time 2; }}}}
"""

# iBGP needs a route to resolve its next hops.
WAYS = """\
protocol static ways {{{{ ipv4;
    route 10.3.1.0/24 via {way};
}}}}
"""

ANNOUNCE = """\
protocol static announced {{ ipv4; route 192.0.2.1/32 unreachable; }}
"""

SESSION = """\
protocol bgp {name} {{{{
    local {local} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    {options}
    ipv4 {{{{ import all; export {export}; }}}};
}}}}
"""

FROM_SERVER = ('filter { if proto != "announced" then reject; '
               f"bgp_next_hop = {SERVER}; bgp_local_pref = 150; accept; }}")


def session(name, local, local_as, neighbor, neighbor_as, export="none",
            options=""):
    """Return a session of BIRD, with doubled braces for str.format()."""
    return SESSION.format(name=name, local=local, local_as=local_as,
                          neighbor=neighbor, neighbor_as=neighbor_as,
                          export=export.replace("{", "{{").replace("}", "}}"),
                          options=options)


class Cables(Lab):

    def __init__(self):
        require(PROGRAMS)
        self.birds = {}
        self.headgate = None
        super().__init__(servers=0)

    def build(self, _servers):
        self.make_folder()
        self.host = Namespace(self.prefix, "headgate")
        self.namespaces = {name: Namespace(self.prefix, name)
                           for name in NAMES}
        for name, far in zip(NAMES, (SERVER, INNER, OUTER)):
            namespace = self.namespaces[name]
            connect(namespace, "eth0", self.host, name)
            self.accept_xdp_frames(namespace, "eth0")
            namespace.ip(f"address add {far}/24 dev eth0")
            self.host.ip(f"address add {HEADGATE[name]}/24 dev {name}")
        server, inner = self.namespaces["server"], self.namespaces["inner"]
        connect(server, "eth1", inner, "eth1")
        server.ip("address add 10.4.0.1/24 dev eth1")
        inner.ip("address add 10.4.0.2/24 dev eth1")

    def play(self, flags, configurations):
        """Start the BIRDs and Headgate. `configurations`: name -> the rest of its
        bird.conf."""
        for name, text in configurations.items():
            folder = f"{self.folder}/{name}"
            far = {"server": SERVER, "inner": INNER, "outer": OUTER}[name]
            self.birds[name] = Bird(self.namespaces[name], folder,
                                    HEAD.format(folder=folder) + text,
                                    address=far)
            self.birds[name].start()
        self.headgate = Headgate(
            self.host, self.folder,
            ["--router-id", ROUTER_ID, "--vip", "192.0.2.0/24",
             *(word for name in NAMES for word in ("--interface", name)),
             *flags])
        self.headgate.start()

    def route(self, name):
        """Return the attributes of a BIRD's route to the VIP, name -> value."""
        shown = self.birds[name].ask(f"show route {VIP} all")
        return dict(re.findall(r"BGP\.(\w+): ?(.*)", shown))

    def wait_route(self, name):
        return wait_until(lambda: self.route(name), 20,
                          f"a route to {VIP} at {name}")

    def wait_path(self):
        """Wait for Headgate's path to the VIP and return it."""
        def selected():
            return [p for r in self.headgate.show("routes")
                    for p in r["paths"] if p["selected"]]
        return wait_until(selected, 20, f"a path to {VIP}")[0]


class InsideCase(LabCase):

    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.lab = Cables()
        cls.addClassCleanup(close_lab, cls.lab)
        try:
            cls.lab.play(cls.flags, cls.configurations())
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def show_log(cls):
        if cls.lab.headgate:
            super().show_log()
        for name, bird in cls.lab.birds.items():
            print(f"--- {name}: {bird.ask('show protocols')}", flush=True)


class ClientOfBird(InsideCase):
    """`inner` reflects the server's route; Headgate announces it to `outer`."""

    flags = ("--as", str(OUR_AS),
             "--neighbor", f"{INNER},as=internal,role=backend",
             "--neighbor", f"{OUTER},as={OUTER_AS},role=upstream")

    @classmethod
    def configurations(cls):
        return {
            "server": ANNOUNCE + session("inner", "10.4.0.1", OUR_AS,
                                         "10.4.0.2", OUR_AS, FROM_SERVER),
            "inner": WAYS.format(way="10.4.0.1")
            + session("server", "10.4.0.2", OUR_AS, "10.4.0.1", OUR_AS,
                      options="rr client;")
            + session("headgate", INNER, OUR_AS, HEADGATE["inner"], OUR_AS,
                      "all", "rr client;"),
            "outer": session("headgate", OUTER, OUTER_AS, HEADGATE["outer"],
                             OUR_AS),
        }

    def test_a_reflected_route_is_steered_to_its_server(self):
        path = self.lab.wait_path()
        self.assertEqual(path["next_hop"], SERVER)
        self.assertEqual(path["neighbor"], INNER)
        self.assertEqual(path["local_pref"], 150)
        self.assertEqual(path["attributes"]["ORIGINATOR_ID (9)"], SERVER)

    def test_nothing_of_the_reflection_leaves_our_as(self):
        route = self.lab.wait_route("outer")
        self.assertEqual(route["as_path"], str(OUR_AS))
        self.assertEqual(route["next_hop"], HEADGATE["outer"])
        self.assertNotIn("originator_id", route)
        self.assertNotIn("cluster_list", route)


class ReflectorForBird(InsideCase):
    """The server and `inner` are clients of Headgate."""

    flags = ("--as", str(OUR_AS), "--cluster-id", "10.0.0.99",
             "--neighbor",
             f"{SERVER},as=internal,role=peer,route-reflector-client",
             "--neighbor",
             f"{INNER},as=internal,role=peer,route-reflector-client")

    @classmethod
    def configurations(cls):
        return {
            "server": ANNOUNCE + session("headgate", SERVER, OUR_AS,
                                         HEADGATE["server"], OUR_AS,
                                         FROM_SERVER),
            "inner": WAYS.format(way=HEADGATE["inner"])
            + session("headgate", INNER, OUR_AS, HEADGATE["inner"], OUR_AS),
        }

    def test_a_client_has_the_route_of_the_other_as_it_was(self):
        route = self.lab.wait_route("inner")
        self.assertEqual(route["next_hop"], SERVER)
        self.assertEqual(route["local_pref"], "150")
        self.assertEqual(route["as_path"], "")
        self.assertEqual(route["originator_id"], SERVER)
        self.assertEqual(route["cluster_list"], "10.0.0.99")

    def test_it_is_steered_here_as_well(self):
        self.assertEqual(self.lab.wait_path()["next_hop"], SERVER)


class Confederation(InsideCase):
    """The server is in another member, `inner` in Headgate's, `outer`
    outside."""

    flags = ("--as", str(OUR_AS), "--confederation", str(CONFEDERATION),
             "--confederation-member", str(MEMBER_AS),
             "--neighbor", f"{SERVER},as={MEMBER_AS},role=backend",
             "--neighbor", f"{INNER},as=internal,role=upstream",
             "--neighbor", f"{OUTER},as={OUTER_AS},role=upstream")

    @classmethod
    def configurations(cls):
        member = f"confederation {CONFEDERATION}; confederation member yes;"
        return {
            "server": ANNOUNCE + session("headgate", SERVER, MEMBER_AS,
                                         HEADGATE["server"], OUR_AS,
                                         FROM_SERVER, member),
            "inner": session("headgate", INNER, OUR_AS, HEADGATE["inner"],
                             OUR_AS, options=member),
            "outer": session("headgate", OUTER, OUTER_AS, HEADGATE["outer"],
                             CONFEDERATION),
        }

    def test_a_member_sends_its_as_as_one_and_its_preference(self):
        path = self.lab.wait_path()
        self.assertEqual(path["as_path"], f"({MEMBER_AS})")
        self.assertEqual(path["local_pref"], 150)

    def test_our_own_member_has_it_as_it_came(self):
        route = self.lab.wait_route("inner")
        self.assertEqual(route["as_path"], f"({MEMBER_AS})")
        self.assertEqual(route["local_pref"], "150")

    def test_those_outside_see_the_confederation_only(self):
        route = self.lab.wait_route("outer")
        self.assertEqual(route["as_path"], str(CONFEDERATION))
        self.assertNotEqual(route.get("local_pref"), "150")


class TowardsAnotherMember(InsideCase):
    """The server is outside, `inner` in another member of the
    confederation."""

    flags = ("--as", str(OUR_AS), "--confederation", str(CONFEDERATION),
             "--confederation-member", str(MEMBER_AS),
             "--neighbor", f"{SERVER},as={OUTER_AS},role=backend",
             "--neighbor", f"{INNER},as={MEMBER_AS},role=upstream")

    @classmethod
    def configurations(cls):
        member = f"confederation {CONFEDERATION}; confederation member yes;"
        return {
            "server": ANNOUNCE + session("headgate", SERVER, OUTER_AS,
                                         HEADGATE["server"], CONFEDERATION,
                                         FROM_SERVER),
            "inner": session("headgate", INNER, MEMBER_AS, HEADGATE["inner"],
                             OUR_AS, options=member),
        }

    def test_the_other_member_finds_us_among_the_members(self):
        route = self.lab.wait_route("inner")
        self.assertEqual(route["as_path"], f"({OUR_AS}) {OUTER_AS}")
        self.assertEqual(route["next_hop"], HEADGATE["inner"])
        self.assertEqual(route["local_pref"], "100")
