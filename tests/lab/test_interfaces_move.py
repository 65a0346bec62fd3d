# SPDX-License-Identifier: BSD-2-Clause
"""Check interfaces that get another name or go to another network namespace while
traffic uses them, and that the status shows what the kernel has."""

import unittest

from lab_case import LabCase
from lab.system import LabError, Namespace, run, wait_until
from lab.topology import HEADGATE_LAN

FIRST_PORT, CONNECTIONS = 25000, 20


class MovingCase(LabCase):

    started = False
    options = {"servers": 2, "forwarding": True}
    flags = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.headgate = cls.lab.headgate
        cls.headgate.arguments += ["--affinity-window", "0", *cls.flags]
        cls.lab.start()

    def interface(self, name="lan"):
        return {i["name"]: i
                for i in self.headgate.show("status")["interfaces"]}[name]

    def events(self, kind):
        return [e["text"] for e in self.headgate.show("events")
                if e["event"] == kind]

    def check_traffic(self, first_port):
        before = self.headgate.outcomes()["forwarded_redirect"]
        connections = self.lab.download(first_port, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(len(connections.servers()), 2)
        after = self.headgate.outcomes()["forwarded_redirect"]
        self.assertGreater(after - before, 3 * CONNECTIONS)


class Renamed(MovingCase):

    def rename(self, old, new):
        """Linux before 6.2 renames no interface that is up."""
        line = f"link set dev {old} name {new}"
        try:
            self.lab.host.ip(line)
        except LabError:
            self.lab.host.ip(f"link set dev {old} down", line,
                             f"link set dev {new} up")

    def test_a_renamed_interface_is_used_on(self):
        self.check_traffic(FIRST_PORT)
        self.rename("lan", "core0")
        wait_until(lambda: self.events("interface_renamed"), 20, "the event")
        self.lab.wait_ready(30)
        found = self.interface()
        self.assertEqual((found["device"], found["up"], found["mode"]),
                         ("core0", True, "native"))
        self.assertEqual(found["program_id"],
                         self.headgate.program_ids()["core0"])
        self.assertNotIn("interfaces down", " ".join(
            self.headgate.show("status")["reasons"]))
        self.check_traffic(FIRST_PORT + 100)
        # Its next hops are found again, and one with its old name is none.
        self.lab.host.ip("link add lan type bridge", "link set lan up")
        server = self.lab.servers[0]
        server.bird.stop()
        self.lab.wait_living(self.lab.servers[1:], 30)
        server.bird.start()
        self.lab.wait_ready(30)
        self.assertNotIn("lan", self.headgate.program_ids())
        self.check_traffic(FIRST_PORT + 200)
        self.lab.host.ip("link delete lan")
        self.rename("core0", "lan")
        wait_until(lambda: self.interface()["device"] == "lan", 20, "its name")
        self.lab.wait_ready(30)
        self.assertEqual(len(self.events("interface_renamed")), 2)
        self.check_traffic(FIRST_PORT + 300)


class Moved(MovingCase):

    def test_one_that_comes_back_from_another_namespace_is_attached(self):
        away = Namespace(self.lab.prefix, "away")
        try:
            self.lab.host.ip(f"link set lan netns {away.name}")
            wait_until(lambda: self.events("interface_lost"), 20, "the loss")
            self.assertIsNone(self.interface()["ifindex"])
            away.ip(f"link set lan netns {self.lab.host.name}")
        finally:
            run("ip", "netns", "delete", away.name)
        self.lab.host.ip(f"address add {HEADGATE_LAN}/24 dev lan",
                         "link set lan up")
        wait_until(lambda: "lan" in self.headgate.program_ids(), 20,
                   "the program")
        self.lab.wait_ready(60)
        self.assertEqual(self.interface()["program_id"],
                         self.headgate.program_ids()["lan"])
        self.check_traffic(FIRST_PORT)


class Detached(MovingCase):
    """Without audits nothing puts the program back."""

    options = {"servers": 1, "forwarding": True}
    flags = ("--audit-interval", "0")

    def test_the_status_shows_that_it_is_gone(self):
        found = self.interface()
        self.assertEqual((found["mode"], found["program_id"]),
                         ("native", self.headgate.program_ids()["lan"]))
        self.headgate.detach_programs()
        found = self.interface()
        self.assertEqual((found["mode"], found["program_id"]), ("auto", None))


if __name__ == "__main__":
    unittest.main()
