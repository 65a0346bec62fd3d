# SPDX-License-Identifier: BSD-2-Clause
"""Check headgatectl dump: Debian's bgpdump reads what neighbors have sent."""

import collections
import os
import signal
import stat
import subprocess
import unittest

import raw_bgp as bgp
from lab_case import LabCase  # noqa: F401 (makes `lab` known)
from lab.agent import BUILD
from lab.system import run, wait_until
from lab.topology import HEADGATE_AS
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase,
                     announcement)

SEVERAL, SEVERAL_AS = "10.1.0.12", 65002
VIP6 = "2001:db8:f::1/128"
NEXT_HOP6 = "2001:db8:1::11"
STATIC = "192.0.2.200/32"
MANY = 3000
SEND = 2  # RFC 7911 4
EXIT_FAILED, EXIT_USAGE = 1, 2

# bgpdump passes over path identifiers, mrtparse reads them. It is a package of
# the system's Python.
SYSTEM_PYTHON = "/usr/bin/python3"
PATH_IDS = """
import sys, mrtparse
for reader in mrtparse.Reader(sys.argv[1]):
    rib = getattr(reader.mrt, "rib", None)
    assert not reader.mrt.err, reader.mrt.err_msg
    if rib and f"{rib.prefix}/{rib.plen}" == sys.argv[2]:
        for entry in rib.entry:
            print(entry.path_id)
"""

Path = collections.namedtuple(
    "Path", "peer peer_as prefix as_path origin next_hop med communities")


def opened(pid):
    """Return the paths of a process's descriptors, as one text."""
    folder = f"/proc/{pid}/fd"
    try:
        return " ".join(os.readlink(f"{folder}/{fd}")
                        for fd in os.listdir(folder))
    except OSError:  # one is closed meanwhile
        return ""


def many_prefixes():
    return [f"198.51.{i // 250}.{i % 250}/32" for i in range(MANY)]


class Dump(RawCase):

    options = {
        "addresses": (SEVERAL,),
        "vips": ("192.0.2.0/24", "2001:db8:f::/64"),
        "neighbors": (f"{BACKENDS},add-path=receive,next-hop=any", UPSTREAM),
        "flags": ("--path", f"{STATIC},via={NEXT_HOP}",
                  "--rule", "allow from neighbor any prefix 192.0.2.1/32 "
                            "set med 7 community add 65000:99")}

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.server = cls.keep(cls.lab.establish(
            NEXT_HOP, BACKEND_AS, capabilities=(
                bgp.usual_capabilities(BACKEND_AS)
                + bgp.multiprotocol(bgp.IPV6))))
        family = bgp.u16(bgp.IPV4) + bgp.u8(bgp.UNICAST, SEND)
        cls.several = cls.keep(cls.lab.establish(
            SEVERAL, SEVERAL_AS, capabilities=(
                bgp.usual_capabilities(SEVERAL_AS)
                + bgp.capability(bgp.CAP_ADD_PATH, family))))

    def dump(self, name="routes.mrt"):
        path = os.path.join(self.lab.folder, name)
        done = self.lab.headgate.ctl("dump", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path, done.stderr

    def read(self, path):
        """Return the rows of `bgpdump -m`: type, time, B, peer, AS, prefix, AS
        path, origin, next hop, local preference, MED, communities."""
        rows = set()
        for line in run("bgpdump", "-m", path).splitlines():
            fields = line.split("|")
            rows.add(Path(*fields[3:9], *fields[10:12]))
        return rows

    def test_one_that_is_interrupted_leaves_nothing(self):
        folder = os.path.join(self.lab.folder, "interrupted")
        os.mkdir(folder)
        agent = self.lab.headgate.process
        agent.send_signal(signal.SIGSTOP)
        self.addCleanup(agent.send_signal, signal.SIGCONT)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with subprocess.Popen(
                    [f"{BUILD}/headgatectl", "-s", self.lab.headgate.socket,
                     "dump", f"{folder}/routes.mrt"]) as dump:
                wait_until(lambda d=dump: folder in opened(d.pid), 20,
                           "the file opened")
                dump.send_signal(number)
                self.assertEqual(dump.wait(20), -number)
            self.assertEqual(os.listdir(folder), [])

    def test_paths_are_as_they_came(self):
        self.server.send(announcement("192.0.2.1/32", BACKEND_AS,
                                      tags=[(65001, 5)]),
                         announcement("203.0.113.1/32", BACKEND_AS))
        wait_until(lambda: self.lab.route("203.0.113.1/32"), 10, "route")
        path, _ = self.dump()
        rows = self.read(path)
        # Neither what a rule says nor that one is refused makes a difference.
        self.assertIn(Path(NEXT_HOP, str(BACKEND_AS), "192.0.2.1/32",
                           str(BACKEND_AS), "IGP", NEXT_HOP, "0", "65001:5"),
                      rows)
        self.assertIn("203.0.113.1/32", {row.prefix for row in rows})
        self.assertIn(Path("0.0.0.0", str(HEADGATE_AS), STATIC, "", "IGP", NEXT_HOP,
                           "0", ""), rows)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o22, 0)

    def test_ipv6_next_hops(self):
        self.server.send(bgp.update(
            bgp.origin(), bgp.as_path(BACKEND_AS),
            bgp.mp_reach(
                bgp.ipv6(NEXT_HOP6), bgp.prefix(VIP6), bgp.IPV6)))
        wait_until(lambda: self.lab.route(VIP6), 10, "route")
        rows = {row.prefix: row for row in self.read(self.dump()[0])}
        self.assertEqual(rows[VIP6].next_hop, NEXT_HOP6)

    def test_path_identifiers(self):
        self.several.send(bgp.update(
            bgp.origin(), bgp.as_path(SEVERAL_AS), bgp.next_hop(SEVERAL),
            nlri=b"".join(bgp.u32(i) + bgp.prefix("192.0.2.9/32")
                          for i in (4, 7))))
        wait_until(lambda: len((self.lab.route("192.0.2.9/32")
                                or {"paths": []})["paths"]) == 2, 10, "paths")
        path, _ = self.dump()
        self.assertIn((SEVERAL, "192.0.2.9/32"),
                      {(row.peer, row.prefix) for row in self.read(path)})
        self.assertEqual(run(SYSTEM_PYTHON, "-c", PATH_IDS, path,
                             "192.0.2.9/32").split(), ["4", "7"])

    def test_the_counts_are_those_of_the_agent(self):
        self.server.send(*(announcement(many_prefixes()[at:at + 500], BACKEND_AS)
                           for at in range(0, MANY, 500)))
        wait_until(lambda: len(self.lab.headgate.show("routes")) > MANY, 20,
                   "routes")
        path, said = self.dump()
        routes = self.lab.headgate.show("routes")
        self.assertEqual(said, f"{len(routes)} prefixes, "
                         f"{sum(len(r['paths']) for r in routes)} paths; "
                         "0 paths left out\n")
        self.assertEqual({row.prefix for row in self.read(path)},
                         {r["prefix"] for r in routes})

    def test_a_file_is_whole_or_not_there(self):
        done = self.lab.headgate.ctl("dump", f"{self.lab.folder}/none/x")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("No such file", done.stderr)
        self.assertEqual(self.lab.headgate.ctl("dump").returncode, EXIT_USAGE)
        link = f"{self.lab.folder}/link"
        os.symlink("nowhere", link)
        for path, why in ((link, "exists"), (self.lab.folder, "directory")):
            done = self.lab.headgate.ctl("dump", path)
            self.assertEqual(done.returncode, EXIT_FAILED)
            self.assertIn(why, done.stderr)
        self.assertTrue(os.path.islink(link))
        self.dump("whole")
        self.dump("whole")
        self.assertEqual({name for name in os.listdir(self.lab.folder)
                          if name.startswith(("whole", "link"))},
                         {"link", "whole"})

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [f"{BUILD}/headgatectl", "-s", self.lab.headgate.socket, "dump", "-"], stdout=full,
                stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("No space left", done.stderr)


if __name__ == "__main__":
    unittest.main()
