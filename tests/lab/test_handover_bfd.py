# SPDX-License-Identifier: BSD-2-Clause
"""A handover while BFD runs with stock BIRDs: no session of BFD or BGP goes down.

server1 and server2 have BFD with BGP, server3 with a key besides, and server4 BFD
for a static path, without BGP.
"""

import os

from lab_case import LabCase
from bfd_daemons import INTERVAL_MS, MULTIPLIER, BirdBfd
from handover_client import HandoverClient
from lab.system import wait_until
from lab.topology import HEADGATE6_LAN, HEADGATE_LAN

UP_SECONDS = 20
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly
SECRET = "correct horse"
KEYED = f'authentication meticulous keyed sha1; password "{SECRET}" {{{{ id 3; }}}};'
STATIC_VIP, STATIC_VIP6 = "192.0.2.9", "2001:db8:f::9"


def with_bfd(template, more=""):
    return (f"protocol bfd watch {{{{ interface \"eth0\" {{{{ interval "
            f"{INTERVAL_MS} ms; multiplier {MULTIPLIER}; {more} }}}}; }}}}\n"
            + template.replace("    hold time", "    bfd on;\n    hold time"))


class HandoverWithBfd(LabCase):

    options = {"servers": 4, "ipv6": True}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        *cls.servers, cls.static = lab.servers
        cls.key = f"{lab.folder}/bfd.key"
        with open(cls.key, "w", encoding="ascii") as file:
            file.write(SECRET + "\n")
        os.chmod(cls.key, 0o600)
        for server in cls.servers:
            keyed = server is cls.servers[2]
            server.bird.template = with_bfd(server.bird.template,
                                            KEYED if keyed else "")
        cls.daemon = BirdBfd(
            cls.static.namespace, f"{lab.folder}/bfd",
            [(cls.static.address, HEADGATE_LAN),
             (cls.static.address6, HEADGATE6_LAN)])
        lab.headgate.arguments = cls.arguments(lab.headgate.arguments)
        try:
            lab.router_bird.start()
            for server in cls.servers:
                server.start()
            cls.daemon.start()
            lab.headgate.start()
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def arguments(cls, arguments, bfd=",bfd"):
        """Return the flags with BFD, whose neighbors are single addresses."""
        keyed = cls.servers[2]
        flags, more = [], []
        for flag, value in zip(arguments[::2], arguments[1::2]):
            flags += [flag, value + bfd if "role=backend" in value else value]
        for address in (keyed.address, keyed.address6):
            more += ["--neighbor",
                     f"{address},as={keyed.as_number},role=backend,bfd,"
                     f"bfd-key-file={cls.key},bfd-key-id=3"]
        for vip, address in ((STATIC_VIP, cls.static.address),
                             (STATIC_VIP6, cls.static.address6)):
            more += ["--path", f"{vip},via={address},bfd"]
        return more + flags

    def setUp(self):
        self.headgate = self.lab.headgate
        wait_until(self.all_up, UP_SECONDS, "BGP and BFD with all servers")

    def bfd_states(self):
        """Return address -> BFD state, of BGP neighbors and next hops."""
        return {hop["address"]: hop["bfd"]["state"]
                for hop in self.headgate.show("nexthops") if hop.get("bfd")}

    def all_up(self):
        return (list(self.bfd_states().values()) == ["up"] * 8
                and all(line.split()[2] == "Up"
                        for lines in self.seen().values()
                        for line in lines if "eth0" in line.split()[1:2]))

    def birds(self):
        return {**{s.name: s.bird.ask for s in self.servers},
                self.static.name: self.ask_daemon}

    def ask_daemon(self, request):
        bird = self.servers[0].bird.__class__
        return bird.ask(self.daemon, request)

    def seen(self):
        """Return what each BIRD says of its sessions, with their begin."""
        def told(ask):
            return ([" ".join(line.split()[:4]) for line in
                     ask("show bfd sessions").splitlines()
                     if "eth0" in line]
                    + [line for line in ask("show protocols").splitlines()
                       if "BGP" in line])
        return {name: told(ask) for name, ask in self.birds().items()}

    def down_lines(self):
        return self.headgate.log_tail(100000).count("BFD is down")

    def complete(self):
        return self.headgate.log_tail(100000).count("handover: complete")

    def hand_over(self):
        done = self.complete()
        self.assertEqual(self.headgate.hand_over(seconds=HANDED_OVER), 0)
        wait_until(lambda: self.complete() > done, HANDED_OVER, "the rest")

    def assert_nothing_was_seen(self, before, downs):
        self.assertEqual(self.seen(), before)
        self.assertEqual(self.down_lines(), downs)
        self.assertEqual(set(self.bfd_states().values()), {"up"})

    def test_sessions_go_on(self):
        before, downs = self.seen(), self.down_lines()
        self.hand_over()
        self.assert_nothing_was_seen(before, downs)

    def test_sessions_go_on_when_the_successor_fails(self):
        before, downs = self.seen(), self.down_lines()
        gone = self.headgate.log_tail(10000).count("the other agent has gone")
        client = HandoverClient(self.headgate.socket)
        self.addCleanup(client.close)
        self.assertIsNotNone(client.read_all())
        client.close()
        wait_until(lambda: self.headgate.log_tail(10000).count(
            "the other agent has gone") > gone, HANDED_OVER, "the end")
        accepted = self.accepted()
        wait_until(lambda: self.accepted() >= accepted + 8 * MULTIPLIER,
                   UP_SECONDS, "packets")
        self.assert_nothing_was_seen(before, downs)

    def accepted(self):
        """Return how many BFD packets have been accepted."""
        return self.headgate.show("counters")["bfd"]["accepted"]

    def test_sessions_without_heir_end(self):
        """The last test: the successor has no BFD for the static paths."""
        self.headgate.arguments = [
            value.removesuffix(",bfd") if value.startswith(
                (f"{STATIC_VIP},", f"{STATIC_VIP6},")) else value
            for value in self.headgate.arguments]
        before = self.seen()
        self.hand_over()
        self.assertEqual(self.headgate.log_tail(10000).count(
            "BFD ends: not configured any more"), 2)
        wait_until(lambda: all(line.split()[2] == "Down" for line in
                               self.seen()[self.static.name]), UP_SECONDS,
                   "the end")
        self.assertEqual({**self.seen(), self.static.name: None},
                         {**before, self.static.name: None})
