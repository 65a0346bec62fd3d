# SPDX-License-Identifier: BSD-2-Clause
"""Headgate itself in the lab: the agent's process, headgatectl, pinned maps."""

import json
import os
import signal
import subprocess
import sys

from .system import TIME_SCALE, LabError, run, wait_until

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# B is the makefile's word for where it builds.
BUILD = os.path.join(REPOSITORY, os.environ.get("B", "build"))


class Headgate:
    """The agent on a Headgate host, with `arguments` as its flags."""

    def __init__(self, namespace, folder, arguments, name="headgate"):
        self.namespace = namespace
        self.socket = f"{folder}/{name}.sock"
        self.pins = f"{folder}/bpf/{name}"
        self.log_path = f"{folder}/{name}.log"
        self.arguments = [*arguments, "--control-socket", self.socket,
                          "--bpffs", self.pins, "--log-level", "debug"]
        self.process = None

    def start(self):
        """Starts the agent and waits until it answers."""
        self.process = self.namespace.start(
            [f"{BUILD}/headgate", *self.arguments], log=self.log_path)
        wait_until(self.answers, 10, "headgate's control socket")

    def answers(self):
        if not self.process.alive():
            raise LabError(f"headgate ended with {self.process.returncode}:\n"
                           + self.log_tail())
        return self.ctl("show", "status").returncode == 0

    def stop(self):
        """SIGTERM; returns the exit status."""
        return self.process.end()

    def kill(self):
        self.process.end(signal.SIGKILL)

    def try_flags(self, *arguments):
        """Runs a second agent that is expected to end by itself."""
        command = ["ip", "netns", "exec", self.namespace.name,
                   f"{BUILD}/headgate", *arguments]
        try:
            return subprocess.run(command, capture_output=True, text=True,
                                  timeout=10 * TIME_SCALE)
        except subprocess.TimeoutExpired as late:
            raise LabError("headgate went on with: "
                           + " ".join(arguments)) from late

    def ctl(self, *arguments):
        return subprocess.run(
            [f"{BUILD}/headgatectl", "-s", self.socket, *arguments],
            capture_output=True, text=True, timeout=10 * TIME_SCALE)

    def show(self, what):
        """The list (or object) that `headgatectl -j show WHAT` prints."""
        done = self.ctl("-j", "show", what)
        if done.returncode != 0:
            raise LabError(f"headgatectl show {what}: {done.stderr.strip()}")
        return json.loads(done.stdout)[what]

    def nexthops(self):
        """Address -> next hop, as `show nexthops` has it."""
        return {n["address"]: n for n in self.show("nexthops")}

    def living(self):
        """Addresses of the next hops that carry traffic."""
        return {address for address, nexthop in self.nexthops().items()
                if nexthop["alive"] and nexthop["buckets"] > 0}

    def neighbor(self, address):
        """The neighbor as `show neighbors` has it, or None."""
        found = [n for n in self.show("neighbors") if n["address"] == address]
        return found[0] if found else None

    def outcomes(self):
        """Outcome -> packets, as `show counters` has them."""
        counters = self.show("counters")
        return {o["name"]: o["packets"] for o in counters["outcomes"]}

    def map_dump(self, name):
        """A pinned map as bpftool reads it: a list of entries by BTF."""
        entries = json.loads(run("bpftool", "-j", "map", "dump", "pinned",
                                 f"{self.pins}/{name}", timeout=60))
        return [entry["formatted"] for entry in entries]

    def map_lookup(self, name, index):
        """One value of a pinned array, as bpftool reads it."""
        key = [str(byte) for byte in index.to_bytes(4, sys.byteorder)]
        entry = json.loads(run("bpftool", "-j", "map", "lookup", "pinned",
                               f"{self.pins}/{name}", "key", *key))
        return entry["formatted"]["value"]

    def program_ids(self):
        """Interface -> id of the XDP program attached to it."""
        links = json.loads(self.namespace.run("ip", "-d", "-j", "link"))
        return {link["ifname"]: link["xdp"]["prog"]["id"] for link in links
                if "prog" in link.get("xdp", {})}

    def detach_programs(self):
        """Behind the agent's back: the kernel gets every frame."""
        folder = f"{self.pins}/links"
        for name in os.listdir(folder):
            run("bpftool", "link", "detach", "pinned", f"{folder}/{name}")

    def log_tail(self, lines=30):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
