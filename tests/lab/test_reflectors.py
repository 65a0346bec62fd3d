# SPDX-License-Identifier: BSD-2-Clause
"""Servers inside our AS behind two reflectors, stock BIRD each, of which we
know the near one only:

  server1, server2 ------------- near ---- headgate
  server3, server4 ---- far ---- near

All are on the servers' LAN. The far reflector passes every path on to the near
one, which keeps the best for itself, but for Add-Path (RFC 7911).
"""

from lab_case import LabCase
from lab.bird import COMMON, Bird
from lab.system import Namespace, wait_until
from lab.topology import HEADGATE_AS, HEADGATE_LAN, VIP, Lab

NEAR, FAR = "10.1.0.21", "10.1.0.22"
CONNECTIONS = 200
FIRST_PORT = 20000

# The next hops of iBGP have to be known.
REFLECTOR = COMMON + """\
protocol direct ways {{ ipv4; interface "eth0"; }}
template bgp inside {{
    local {address} as {local_as};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    rr client;
    ipv4 {{ import all; export where source = RTS_BGP; add paths on; }};
}}
{clients}
"""

CLIENT = """\
protocol bgp inside{number} from inside {{ neighbor {address} as {client_as}; }}
"""


def reflector(lab, name, address, clients):
    """`clients`: the addresses of its sessions."""
    namespace = Namespace(lab.prefix, name)
    lab.plug_in(namespace, "eth0", name)
    namespace.ip(f"address add {address}/24 dev eth0")
    sessions = [CLIENT.format(number=number, address=client,
                              client_as=HEADGATE_AS)
                for number, client in enumerate(clients)]
    return Bird(namespace, f"{lab.folder}/{name}", REFLECTOR, address=address,
                local_as=HEADGATE_AS, clients="".join(sessions))


class ReflectedLab(Lab):

    def __init__(self, neighbor_keys="", flags=()):
        self.neighbor_keys = neighbor_keys
        self.flags = flags
        super().__init__()

    def build(self, servers):
        super().build(servers)
        near, far = self.servers[:2], self.servers[2:]
        self.reflectors = [
            reflector(self, "near", NEAR,
                      [HEADGATE_LAN, FAR, *(s.address for s in near)]),
            reflector(self, "far", FAR, [NEAR, *(s.address for s in far)])]
        for server, address in zip(self.servers, (NEAR, NEAR, FAR, FAR)):
            server.bird.session.update(local_as=HEADGATE_AS, neighbor=address,
                                       neighbor_as=HEADGATE_AS)

    def agent_flags(self):
        return [*super().agent_flags(), "--neighbor",
                f"{NEAR},as=internal,role=backend{self.neighbor_keys}",
                *self.flags]

    def start(self):
        """All paths are where they belong before the agent asks for them."""
        self.start_peers()
        for bird in self.reflectors:
            bird.start()
        wait_until(lambda: self.paths_of_near() == len(self.servers), 20,
                   "all paths at the near reflector")
        self.headgate.start()
        self.wait_announced(True)

    def paths_of_near(self):
        return self.reflectors[0].ask(f"show route {VIP}/32").count("[inside")

    def paths(self):
        """Next hop -> path, of those to the VIP."""
        return {p["next_hop"]: p for r in self.headgate.show("routes")
                if r["prefix"] == f"{VIP}/32" for p in r["paths"]}


class ReflectedCase(LabCase):

    @classmethod
    def setUpClass(cls):
        cls.lab = ReflectedLab(**cls.options)
        cls.addClassCleanup(cls.lab.close)
        try:
            cls.lab.start()
        except Exception:
            cls.show_log()
            raise

    def check_traffic(self, servers):
        """It is shared by these, all of them, and no others."""
        connections = self.lab.download(FIRST_PORT, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(set(connections.servers()), {s.name for s in servers})


class OnePath(ReflectedCase):

    def test_the_reflector_hides_all_servers_but_one(self):
        self.lab.wait_living(self.lab.servers[:1])
        self.assertEqual(list(self.lab.paths()), [self.lab.servers[0].address])
        self.check_traffic(self.lab.servers[:1])


class AddPath(ReflectedCase):

    options = {"neighbor_keys": ",add-path=receive"}

    def test_all_servers_are_in_the_set(self):
        self.lab.wait_living(self.lab.servers)
        paths = self.lab.paths()
        self.assertEqual({a for a, p in paths.items() if p["selected"]},
                         {s.address for s in self.lab.servers})
        self.assertEqual({p["neighbor"] for p in paths.values()}, {NEAR})
        self.check_traffic(self.lab.servers)

    def test_cluster_list_says_who_reflected(self):
        self.lab.wait_living(self.lab.servers)
        paths = self.lab.paths()
        for server, clusters in zip(self.lab.servers, ([NEAR], [NEAR],
                                    [NEAR, FAR], [NEAR, FAR])):
            value = paths[server.address]["attributes"]["CLUSTER_LIST (10)"]
            self.assertEqual(value.split(), clusters)


class ClusterLength(ReflectedCase):

    options = {"neighbor_keys": ",add-path=receive",
               "flags": ("--multipath-cluster-length",)}

    def test_servers_behind_two_reflectors_are_out(self):
        near, far = self.lab.servers[:2], self.lab.servers[2:]
        self.lab.wait_living(near)
        reasons = wait_until(self.reasons_of_all, 10, "all four paths")
        self.assertEqual(
            {a: r for a, r in reasons.items() if r == "cluster_length"},
            {s.address: "cluster_length" for s in far})
        self.check_traffic(near)

    def reasons_of_all(self):
        paths = self.lab.paths()
        return len(paths) == len(self.lab.servers) and {
            address: path.get("reason") for address, path in paths.items()}
