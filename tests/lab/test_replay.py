# SPDX-License-Identifier: BSD-2-Clause
"""Check headgate-replay: a file of --mrt, sent to an agent that has just started, gives
the routes and the errors that the recorded speakers gave."""

import os
import signal
import struct
import subprocess
import time
import unittest

import raw_bgp as bgp
from lab_case import LabCase  # noqa: F401 (makes `lab` known)
from lab.agent import BUILD
from lab.system import run, wait_until
from mrt_lab import MrtCase, add_path
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, OBSERVER, UPSTREAM,
                     announcement, withdrawal)
from raw_speaker import read_all

SEVERAL, SEVERAL_AS = "10.1.0.12", 65002
GONE, GONE_AS = "10.1.0.13", 65003
VIP6 = "2001:db8:f::1/128"
NEXT_HOP6 = "2001:db8:1::11"
MANY = 3000
RECEIVED = ("neighbor", "next_hop", "cause", "as_path", "origin", "med",
            "local_pref", "path_id", "attributes")
INCOMPLETE, USAGE = 1, 2


def several_paths(*numbers):
    return bgp.update(
        bgp.origin(), bgp.as_path(SEVERAL_AS), bgp.next_hop(SEVERAL),
        nlri=b"".join(bgp.u32(i) + bgp.prefix("192.0.2.9/32")
                      for i in numbers))


class Replay(MrtCase):

    options = {
        "addresses": (SEVERAL, GONE),
        "vips": ("192.0.2.0/24", "198.51.0.0/16", "2001:db8:f::/64"),
        "neighbors": (f"{BACKENDS},add-path=receive,next-hop=any", UPSTREAM)}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.send_everything()
        cls.recorded = cls.settled_routes()
        cls.errors = cls.update_errors()
        cls.close_speakers()
        cls.speakers.clear()
        cls.lab.headgate.stop()
        cls.file = f"{cls.lab.folder}/recorded.mrt"
        os.rename(cls.lab.mrt, cls.file)
        cls.cut_end(cls.file)

    @classmethod
    def send_everything(cls):
        """Have three servers announce, withdraw, damage and end."""
        server = cls.keep(cls.lab.establish(
            NEXT_HOP, BACKEND_AS, capabilities=(
                bgp.usual_capabilities(BACKEND_AS)
                + bgp.multiprotocol(bgp.IPV6))))
        many = [f"198.51.{i // 250}.{i % 250}/32" for i in range(MANY)]
        server.send(
            *(announcement(many[at:at + 500], BACKEND_AS)
              for at in range(0, MANY, 500)),
            announcement(["192.0.2.1/32", "192.0.2.2/32"], BACKEND_AS,
                         tags=[(65001, 5)]),
            withdrawal("192.0.2.2/32"),
            bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS), bgp.mp_reach(
                bgp.ipv6(NEXT_HOP6), bgp.prefix(VIP6), bgp.IPV6)),
            bgp.update(bgp.origin(7), bgp.as_path(BACKEND_AS),
                       bgp.next_hop(NEXT_HOP),
                       nlri=bgp.prefix("192.0.2.3/32")))
        several = cls.keep(cls.lab.establish(
            SEVERAL, SEVERAL_AS, capabilities=(
                bgp.usual_capabilities(SEVERAL_AS) + add_path())))
        several.send(several_paths(4, 7, 9), bgp.update(
            withdrawn=bgp.u32(7) + bgp.prefix("192.0.2.9/32")))
        gone = cls.lab.establish(GONE, GONE_AS)
        gone.send(announcement("192.0.2.4/32", GONE_AS))
        wait_until(lambda: cls.lab.route("192.0.2.4/32"), 10, "route")
        gone.close()

    @classmethod
    def settled_routes(cls):
        """Return the routes when the last ones have come and gone."""
        def settled():
            read_all(cls.speakers, 0)
            found = {r["prefix"]: r for r in cls.lab.headgate.show("routes")}
            return (len(found) == MANY + 4 and VIP6 in found
                    and len(found["192.0.2.9/32"]["paths"]) == 2)
        wait_until(settled, 20, "all routes")
        return cls.paths()

    @classmethod
    def paths(cls):
        """Return prefix -> its paths, as far as neighbors decide about them."""
        return {r["prefix"]: sorted(
            str({key: path[key] for key in RECEIVED})
            for path in r["paths"]) for r in cls.lab.headgate.show("routes")}

    @classmethod
    def update_errors(cls):
        return {n["address"]: n["update_errors"]
                for n in cls.lab.headgate.show("neighbors")
                if n["address"] == NEXT_HOP}

    @classmethod
    def cut_end(cls, path):
        """Remove the ends of the sessions that were up to the last."""
        with open(path, "rb") as file:
            data = file.read()
        kept, at, left = b"", 0, {OBSERVER, cls.BYSTANDER_ADDRESS, NEXT_HOP,
                                  SEVERAL}
        peers = {bgp.ipv4(address) for address in left}
        while at < len(data):
            _, _, subtype, size = struct.unpack_from("!IHHI", data, at)
            end = at + 12 + size
            states = data[end - 4:end]
            ends = (subtype == 5 and states[:2] == bgp.u16(6)
                    and data[at + 28:at + 32] in peers)
            if not ends:
                kept += data[at:end]
            at = end
        with open(path, "wb") as file:
            file.write(kept)

    def setUp(self):
        self.lab.headgate.start()
        self.addCleanup(self.lab.headgate.stop)

    def replay(self, *options, file=None):
        """Return the process that replays."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.lab.peers.name,
             f"{BUILD}/headgate-replay", *options, file or self.file],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process):
        """End the replay and return its exit code and what it printed."""
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=20)
        return process.returncode, out, errors

    def test_the_same_routes_and_errors(self):
        process = self.replay()
        self.addCleanup(process.kill)
        wait_until(lambda: self.paths() == self.recorded, 30,
                   "the recorded routes")
        self.assertEqual(self.update_errors(), self.errors)
        code, out, errors = self.end(process)
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(out, r"^\d+ messages of 5 peers sent, 0 not sent\n$")

    def test_end_and_speed(self):
        began = time.monotonic()
        code = self.replay("--end", "--speed", "1000000").wait(30)
        self.assertEqual(code, 0)
        fast = time.monotonic() - began
        self.assertLess(fast, 30)
        # The pause in the file is in the replay, too.
        slow = self.with_pause(3)
        began = time.monotonic()
        self.assertEqual(self.replay("--end", "--speed", "1",
                                     file=slow).wait(60), 0)
        self.assertGreaterEqual(time.monotonic() - began, 3)

    def with_pause(self, seconds):
        """Return a file with the first OPEN, and again so much later."""
        with open(self.file, "rb") as file:
            data = file.read()
        at = 0
        while True:
            second, _, subtype, size = struct.unpack_from("!IHHI", data, at)
            end = at + 12 + size
            if subtype == 4:
                break
            at = end
        record = data[at:end]
        path = f"{self.lab.folder}/pause.mrt"
        with open(path, "wb") as file:
            file.write(record + bgp.u32(second + seconds) + record[4:])
        return path

    def test_errors_say_what_to_do(self):
        def fail(code, why, *options, file=None, namespace=self.lab.peers):
            done = subprocess.run(
                ["ip", "netns", "exec", namespace.name,
                 f"{BUILD}/headgate-replay", "--end", *options,
                 *([file] if file else [])],
                capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(why, done.stderr)
        folder = self.lab.folder
        with open(self.file, "rb") as file:
            data = file.read()
        for name, content in (("cut", data[:-1]), ("empty", b"")):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        fail(USAGE, "give one file")
        fail(USAGE, "not a value", "--port", "0", file=self.file)
        fail(USAGE, "not a value", "--to", "10.1.0", file=self.file)
        fail(INCOMPLETE, "No such file", file=f"{folder}/none")
        fail(INCOMPLETE, "empty", file=f"{folder}/empty")
        fail(INCOMPLETE, "ends within a record", file=f"{folder}/cut")
        fail(INCOMPLETE, "not an address of this host", file=self.file,
             namespace=self.lab.host)
        run("ip", "netns", "exec", self.lab.peers.name, "true")


if __name__ == "__main__":
    unittest.main()
