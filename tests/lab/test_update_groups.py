# SPDX-License-Identifier: BSD-2-Clause
"""Check announcements to several upstreams of stock daemons, equal and different.

All are on the servers' LAN, where Headgate has one address for all of them:

  bird1, bird2, gobgp, frr, sleeper   external, one path of each VIP
  paths                               the same with Add-Path
  inside                              in Headgate's AS

Two servers announce the usual VIP, and a farm in AS 65030 announces very many.
Socket buffers are small, so that an upstream that does not read soon blocks.

A second lab has the largest number of upstreams, with speakers of the test.
"""

import signal
import time

from lab_case import LabCase
from lab.bird import COMMON, SESSION, Bird
from lab.peers import bird, frr, gobgp
from lab.peers.peer import Route, Session
from lab.system import Namespace, wait_until
from lab.topology import HEADGATE_AS, HEADGATE_LAN, VIP, Lab
from raw_lab import BACKENDS, UPSTREAM, RawCase
from raw_speaker import wait_for

VIPS = 2000
FARM, FARM_AS = "10.1.0.30", 65030
SLEEPER, SLEEPER_AS = "10.1.0.47", 64547
LAST_VIP = "10.64.255.1/32"
LONG_HOLD_TIME = 90
MOST = 64  # upstreams, including the observer
MANY_AS = 64600
TOGGLES = 16
SMALL_BUFFERS = ["net.ipv4.tcp_wmem=4096 16384 16384",
                 "net.ipv4.tcp_rmem=4096 16384 16384"]


class InsideBird(bird.Bird):
    """An internal BIRD, which needs a route to the next hops it learns."""

    def start(self):
        path = self.write("bird.conf",
                          bird.configuration(self.session, self.log_path)
                          + 'protocol direct { ipv4; interface "eth0"; }\n')
        self.spawn("bird", "-f", "-c", path, "-s", f"{self.folder}/bird.ctl")


# name: daemon, address, AS, receives several paths
ROUTERS = {
    "bird1": (bird.Bird, "10.1.0.41", 64541, False),
    "bird2": (bird.Bird, "10.1.0.42", 64542, False),
    "gobgp": (gobgp.Gobgp, "10.1.0.43", 64543, False),
    "frr": (frr.Frr, "10.1.0.44", 64544, False),
    "paths": (bird.Bird, "10.1.0.45", 64545, True),
    "inside": (InsideBird, "10.1.0.46", HEADGATE_AS, False),
}
SINGLE = ("bird1", "bird2", "gobgp", "frr")

FARM_BIRD = COMMON + """\
protocol static many {{ ipv4; {many} }}
protocol static single {{ ipv4; route {last} unreachable; }}
""" + SESSION
LISTENING_BIRD = COMMON + SESSION


def vip(number):
    return f"10.64.{number // 250}.{number % 250 + 1}/32"


class GroupsLab(Lab):

    def __init__(self):
        super().__init__(servers=2)

    def build(self, servers):
        super().build(servers)
        self.host.run("sysctl", "-q", "-w", *SMALL_BUFFERS)
        self.farm = Bird(
            self.on_lan("farm", FARM), f"{self.folder}/farm", FARM_BIRD,
            address=FARM, local_as=FARM_AS, neighbor=HEADGATE_LAN,
            neighbor_as=HEADGATE_AS, import_="none", export="all",
            last=LAST_VIP, many="\n".join(f"route {vip(number)} unreachable;"
                                         for number in range(VIPS)))
        self.sleeper = Bird(
            self.on_lan("sleeper", SLEEPER), f"{self.folder}/sleeper",
            LISTENING_BIRD, address=SLEEPER, local_as=SLEEPER_AS,
            neighbor=HEADGATE_LAN, neighbor_as=HEADGATE_AS, import_="all",
            export="none", hold_time=LONG_HOLD_TIME)
        self.routers = {name: self.make_router(name, *router)
                        for name, router in ROUTERS.items()}

    def on_lan(self, name, address):
        namespace = Namespace(self.prefix, name, SMALL_BUFFERS)
        self.plug_in(namespace, "eth0", name)
        namespace.ip(f"address add {address}/24 dev eth0")
        return namespace

    def make_router(self, name, daemon, address, as_number, several):
        session = Session(address=address, as_number=as_number,
                          neighbor=HEADGATE_LAN, neighbor_as=HEADGATE_AS,
                          identifier=address, add_path=several)
        return daemon(self.on_lan(name, address), f"{self.folder}/{name}",
                      session)

    def agent_flags(self):
        flags = [*super().agent_flags(), "--announce-as", "path",
                 "--vip", "10.64.0.0/16",
                 "--neighbor", f"{SLEEPER},as={SLEEPER_AS},role=upstream,"
                               f"hold-time={LONG_HOLD_TIME}"]
        backends = flags.index("--neighbor") + 1
        flags[backends] += f",max-prefix={2 * VIPS}"
        for _, address, as_number, several in ROUTERS.values():
            add_path = ",add-path=send" if several else ""
            flags += ["--neighbor", f"{address},as={as_number},role=upstream"
                                    + add_path]
        return flags

    def start_peers(self):
        super().start_peers()
        for router in (*self.routers.values(), self.sleeper):
            router.start()

    def start(self):
        """Start the lab without waiting for the farm."""
        super().start()
        self.farm.start()
        for router in (*self.routers.values(), self.sleeper):
            router.wait_established()

    def close(self):
        for router in getattr(self, "routers", {}).values():
            router.kill()
        super().close()

    # ----------------------------------------------------- observing

    def held(self, name):
        """Return how many prefixes a router has from Headgate."""
        return len({r.prefix for r in self.routers[name].routes_received()})

    def sleeper_held(self):
        shown = self.sleeper.ask("show route count protocol headgate")
        return int(shown.split()[0]) if shown[:1].isdigit() else -1

    def neighbors(self):
        return {n["address"]: n for n in self.headgate.show("neighbors")}

    def sent(self, address):
        return self.neighbors()[address]["messages_sent"]["update"]

    def group(self, name):
        address = SLEEPER if name == "sleeper" else ROUTERS[name][1]
        return self.neighbors()[address]["update_group"]

    def encoded(self):
        return self.headgate.show("status")["neighbors"]["updates_encoded"]

    def accepted(self):
        neighbor = self.headgate.neighbor(FARM)
        return neighbor["prefixes_accepted"] if neighbor else 0

    def wait_all_announced(self, address, count, seconds=20):
        wait_until(lambda: self.neighbors()[address]["prefixes_announced"]
                   == count, seconds, f"{count} prefixes announced to {address}")


class UpdateGroups(LabCase):

    lab_class = GroupsLab

    def wait_held(self, count):
        for name in ROUTERS:
            wait_until(lambda n=name: self.lab.held(n) == count, 20,
                       f"{name}: {count} prefixes", pause=0.2)
        wait_until(lambda: self.lab.sleeper_held() == count, 20,
                   f"the sleeper: {count} prefixes", pause=0.2)

    def setUp(self):
        self.wait_held(VIPS + 2)

    def toggle(self, protocol, on, count):
        self.lab.farm.ask(f"{'enable' if on else 'disable'} {protocol}")
        wait_until(lambda: self.lab.accepted() == count, 20,
                   f"{count} prefixes of the farm")

    def test_who_is_to_be_told_the_same_is_in_one_group(self):
        group = self.lab.group
        self.assertEqual(group("bird1"), group("bird2"))
        self.assertEqual(group("bird1"), group("sleeper"))
        self.assertNotIn(group("bird1"), (group("paths"), group("inside")))
        self.assertNotEqual(group("paths"), group("inside"))
        self.assertIsNone(self.lab.neighbors()[FARM]["update_group"])

    def test_everybody_holds_what_he_should(self):
        one = vip(VIPS - 1)
        outside = Route(one, HEADGATE_LAN, f"{HEADGATE_AS} {FARM_AS}")
        for name in (*SINGLE, "paths"):
            self.assertEqual(self.lab.routers[name].route(one), [outside],
                             name)
        self.assertEqual(self.lab.routers["inside"].route(one),
                         [Route(one, HEADGATE_LAN, f"{FARM_AS}")])
        for name in (*SINGLE, "inside"):
            self.assertEqual(len(self.lab.routers[name].route(f"{VIP}/32")),
                             1, name)
        self.assertEqual(
            sorted(r.as_path for r in
                   self.lab.routers["paths"].route(f"{VIP}/32")),
            [f"{HEADGATE_AS} {s.as_number}" for s in self.lab.servers])

    def test_a_change_is_encoded_once_for_each_group(self):
        addresses = [router[1] for router in ROUTERS.values()] + [SLEEPER]
        before = {a: self.lab.sent(a) for a in addresses}
        encoded = self.lab.encoded()
        groups = {n["update_group"] for n in self.lab.neighbors().values()
                  if n["update_group"]}
        self.toggle("single", False, VIPS)
        self.wait_held(VIPS + 1)
        for address in addresses:
            self.assertEqual(self.lab.sent(address), before[address] + 1)
        self.assertEqual(self.lab.encoded(), encoded + len(groups))
        self.assertLess(len(groups), len(addresses))
        self.toggle("single", True, VIPS + 1)

    def test_who_comes_late_or_again_gets_all(self):
        sent = self.lab.sent(ROUTERS["bird1"][1])
        for name in ("bird2", "gobgp"):
            self.lab.routers[name].kill()
            self.lab.routers[name].start()
        wait_until(lambda: self.lab.held("bird2") == VIPS + 2, 30, "bird2")
        self.lab.routers["bird2"].refresh()
        self.wait_held(VIPS + 2)
        self.assertEqual(self.lab.sent(ROUTERS["bird1"][1]), sent)
        self.assertEqual(self.lab.group("bird1"), self.lab.group("bird2"))

    def test_who_does_not_read_gets_the_newest_state_once(self):
        awake = ROUTERS["bird1"][1]
        before = {a: self.lab.sent(a) for a in (awake, SLEEPER)}
        self.lab.sleeper.process.signal_group(signal.SIGSTOP)
        try:
            for number in range(TOGGLES):
                on = bool(number % 2)
                self.toggle("many", on, VIPS + 1 if on else 1)
                self.lab.wait_all_announced(awake, VIPS + 2 if on else 2)
            self.toggle("single", False, VIPS)
            self.lab.wait_all_announced(awake, VIPS + 1)
        finally:
            self.lab.sleeper.process.signal_group(signal.SIGCONT)
        start = time.monotonic()
        self.wait_held(VIPS + 1)
        self.assertLess(time.monotonic() - start, 10)
        told = {a: self.lab.sent(a) - before[a] for a in (awake, SLEEPER)}
        self.assertLess(told[SLEEPER], told[awake] * 0.8, told)
        self.toggle("single", True, VIPS + 1)


class Most(RawCase):

    addresses = [f"10.1.0.{number}" for number in range(129, 129 + MOST)]
    options = {"neighbors": (BACKENDS, UPSTREAM,
                             f"10.1.0.128/25,as={MANY_AS},role=upstream"),
               "addresses": addresses}

    def encoded(self):
        return self.lab.headgate.show("status")["neighbors"]["updates_encoded"]

    def test_as_many_as_there_can_be_are_told_and_one_more_is_refused(self):
        *known, late = self.addresses
        others = [self.keep(self.lab.establish(address, MANY_AS))
                  for address in known]
        speakers = [*others, self.observer, self.bystander]
        wait_for(speakers, lambda: all(self.BYSTANDER_VIP in other.table
                                       for other in others),
                 10, "the VIP told to all")
        heard = [other.updates for other in others]
        encoded = self.encoded()
        self.measure_update(others)
        wait_for(speakers, lambda: [other.updates for other in others]
                 == [count + 1 for count in heard], 5, "the change")
        self.assertEqual(self.encoded(), encoded + 1)
        refused = self.lab.establish(late, MANY_AS)
        self.assertEqual(refused.wait_closed()[:2], (6, 8))
        self.assertIn(f"limit of {MOST} neighbors to announce to reached",
                      self.lab.headgate.neighbor(late)["last_error"])
        others[0].close()
        wait_for(speakers[1:], lambda: self.lab.state(known[0])
                 != "established", 5, "one gone")
        self.keep(self.lab.establish(late, MANY_AS)).wait(
            lambda: self.BYSTANDER_VIP in self.speakers[-1].table, 5,
            "the VIP told to who came in his place")
        self.check_bystanders()
