# SPDX-License-Identifier: BSD-2-Clause
"""Many VIPs on many sets of servers, and what the program's tables hold of them.

The servers are addresses of one namespace (raw_lab.py), server i is
10.1.0.(11+i) in AS 65001+i with a session of its own. VIP v is the address v of
198.18.0.0/15. A model is VIP -> set of servers. Two VIPs, the keepers, are announced
from the start, each by half of the servers. They keep all next hops resolved, so
that each announcement that follows changes a set at once.
"""

import collections
import select
import time

from lab.control import Control
from lab.steering import (owner, read_group_buckets, read_groups,
                          read_nexthops)
from lab_case import LabCase
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, OBSERVER, UPSTREAM,
                     UPSTREAM_AS, RawLab, announcement, withdrawal)
from raw_speaker import Speaker, dial, read_all, wait_for

VIPS = "198.18.0.0/15"
FIRST_SERVER = 11
MAX_SERVERS = 48
TABLE_SIZE = 1024
KEEPERS = ((1 << 17) - 2, (1 << 17) - 1)


def vip_address(number):
    return f"198.{18 + (number >> 16)}.{number >> 8 & 0xff}.{number & 0xff}"


def vip_prefix(number):
    return vip_address(number) + "/32"


def server_address(index):
    return f"10.1.0.{FIRST_SERVER + index}"


class Upstream(Speaker):
    """Keeps the prefixes that were ever withdrawn."""

    def __init__(self, sock):
        super().__init__(sock)
        self.withdrawn = set()

    def take_update(self, update):
        self.withdrawn.update(update.withdrawn)
        super().take_update(update)


class SetLab(RawLab):
    """RawLab with `servers` backends, which are connected by connect(); `keys` are
    more keys of all neighbors."""

    def __init__(self, servers, flags=(), keys=()):
        self.servers = range(servers)
        super().__init__(
            neighbors=[",".join([neighbor, *keys])
                       for neighbor in (BACKENDS, UPSTREAM)], vips=(VIPS,),
            addresses=[server_address(i) for i in self.servers[1:]],
            # Windows need groups of their own, for as long as they are open.
            flags=["--table-size", str(TABLE_SIZE), "--affinity-window", "0",
                   *flags])
        self.control = Control(self.headgate.socket)

    def connect(self, keepers=True):
        """Establish all sessions and, with keepers, resolve all next hops."""
        self.upstream = Upstream(dial(self.peers, OBSERVER, HEADGATE))
        self.upstream.establish(UPSTREAM_AS, OBSERVER)
        self.sessions = [self.establish(server_address(i), BACKEND_AS + i)
                         for i in self.servers]
        self.speakers = [self.upstream, *self.sessions]
        if not keepers:
            return
        for server, session in enumerate(self.sessions):
            session.send(self.announce(server, KEEPERS[server % 2]))
        wait_for(self.speakers, self.all_alive, 10, "all next hops alive")

    def all_alive(self):
        return self.status()["nexthops"] == {"total": len(self.servers),
                                             "alive": len(self.servers)}

    def model(self, sets):
        """Return the model with these sets of VIP 0 and the following ones, and
        the keepers."""
        return {KEEPERS[0]: set(self.servers[::2]),
                KEEPERS[1]: set(self.servers[1::2]),
                **dict(enumerate(map(set, sets)))}

    # ----------------------------------------------------- announcements

    def announce(self, server, vip):
        return announcement(vip_prefix(vip), BACKEND_AS + server,
                            next_hop=server_address(server))

    def send_interleaved(self, queues, pause=0.001):
        """Send messages by all servers, one by each in turn. `queues` is server
        -> messages. The pause lets the agent decide between two turns."""
        left = {self.sessions[server]: collections.deque(messages)
                for server, messages in queues.items() if messages}
        while left:
            by_socket = {speaker.sock: speaker for speaker in left}
            for sock in select.select([], list(by_socket), [], 30)[1]:
                queue = left[by_socket[sock]]
                message = queue.popleft()
                sent = sock.send(message)
                if sent < len(message):
                    queue.appendleft(message[sent:])
            left = {speaker: queue for speaker, queue in left.items() if queue}
            time.sleep(pause)
            read_all(self.speakers, 0)

    def announce_interleaved(self, model, random, pause=0.001):
        """Announce all VIPs of the model, one UPDATE a VIP, in an order of its
        own by each server."""
        queues = {}
        for server in self.servers:
            vips = [vip for vip, servers in model.items() if server in servers]
            random.shuffle(vips)
            queues[server] = [self.announce(server, vip) for vip in vips]
        self.send_interleaved(queues, pause)

    @staticmethod
    def withdraw(*vips):
        return withdrawal(*map(vip_prefix, vips))

    def silence(self, server):
        """End the server's answers to ARP; its session stays."""
        self.peers.ip(f"address del {server_address(server)}/24 dev lan")

    # ----------------------------------------------------- the agent's state

    def announced(self):
        """Return the prefixes that the upstream has now."""
        return set(self.upstream.table)

    def status(self):
        return self.control.show("status")

    def waiting(self):
        """Return the number of VIPs that wait for a group."""
        return self.status()["groups"]["waiting"]

    def steering_of(self, vip):
        """Return how the VIP is steered: {"state": a word, "why": text}."""
        return self.control.explain(vip_prefix(vip))["explain"]["steering"]

    def tables(self):
        """Return VIP address -> servers that its table leads to now. A bucket
        that leads to none counts as None."""
        pins = self.headgate.pins
        groups = read_groups(pins)
        nexthops = read_nexthops(pins)
        servers = {group: {owner(nexthops, bucket) for bucket
                           in read_group_buckets(pins, group, TABLE_SIZE)}
                   for group in set(groups.values())}
        return {vip: servers[group] for vip, group in groups.items()}

    def late(self, model):
        """Return the VIPs of the model that are not steered to all their
        servers and to no other."""
        tables = self.tables()
        return {vip for vip, servers in model.items()
                if tables.get(vip_address(vip), set())
                != set(map(server_address, servers))}

    def differences(self, model):
        """Return VIP -> (servers of its table or None, its set), of those that
        differ."""
        tables = self.tables()
        wanted = {vip_address(vip): set(map(server_address, servers))
                  for vip, servers in model.items() if servers}
        return {vip: (tables.get(vip), wanted.get(vip))
                for vip in tables.keys() | wanted.keys()
                if tables.get(vip) != wanted.get(vip)}


def distinct_sets(servers, count, random, largest=None):
    """Return `count` sets of servers, no two equal and each of two or more."""
    found = {}
    while len(found) < count:
        size = random.randint(2, largest or servers - 1)
        found[frozenset(random.sample(range(servers), size))] = True
    return list(found)


class SetCase(LabCase):
    """A test class with a SetLab and all its sessions."""

    lab_class = SetLab
    keepers = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.connect(cls.keepers)

    def wait_announced(self, vips, seconds):
        """Wait until the upstream has exactly these VIPs."""
        wanted = set(map(vip_prefix, vips))

        def describe():
            have = self.lab.announced()
            status = self.lab.status()
            return (f"{len(have & wanted)} of {len(wanted)} VIPs announced, "
                    f"{len(have - wanted)} others; {status['vips']}, "
                    f"groups {status['groups']}")
        self.wait_or_fail(lambda: self.lab.announced() == wanted, seconds,
                          describe)

    def wait_exact(self, model, seconds):
        """Wait until each VIP of the model is steered to all its servers, and
        no table more is in use than it has sets."""
        sets = {frozenset(servers) for servers in model.values() if servers}

        def exact():
            return (not self.lab.differences(model)
                    and self.lab.status()["groups"]["used"] == len(sets))

        def describe():
            differ = self.lab.differences(model)
            return (f"{len(differ)} of {len(model)} VIPs are not steered to "
                    f"their sets, such as {list(differ.items())[:2]}; groups "
                    f"{self.lab.status()['groups']}, {len(sets)} sets")
        self.wait_or_fail(exact, seconds, describe)

    def wait_or_fail(self, condition, seconds, describe):
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > seconds:
                self.fail(f"after {seconds} s: {describe()}")
            read_all(self.lab.speakers, 0.05)
