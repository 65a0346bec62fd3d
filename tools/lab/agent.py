# SPDX-License-Identifier: BSD-2-Clause
"""Run Headgate in the lab: the agent's process, headgatectl, pinned maps."""

import json
import os
import signal
import subprocess
import sys

from .system import TIME_SCALE, LabError, run, wait_until

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# The makefile builds into folder B.
BUILD = os.path.join(REPOSITORY, os.environ.get("B", "build"))


START_SECONDS = 60  # the kernel checks the program first; a busy machine is slow

# The seed of the flow hash that lab.steering computes with, and the nodes of a
# lab share.
SEED_FLAG = "--hash-seed-file"
SEED_LINE = "0x0000000000000000\n"

DELAY_FLAG, START_FLAG = "--shutdown-delay", "--start-max"


# Speakers of tests offer no hold time and send no keepalives, unless a test is
# about it. Peers of a prefix may do so with a key only.
NO_HOLD_TIME = "hold-time-zero"
ABOUT_HOLD_TIME = (NO_HOLD_TIME, "min-hold-time")


def with_hold_time(value):
    """Return the value of --neighbor, a prefix with the key."""
    target, *keys = value.split(",")
    about = any(key.split("=")[0] in ABOUT_HOLD_TIME for key in keys)
    host = target.endswith(("/32", "/128"))
    if about or host or "/" not in target:
        return value
    return f"{value},{NO_HOLD_TIME}"


def open_private(path, flags):
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


class Headgate:
    """An agent on a Headgate host; `arguments` are its flags."""

    def __init__(self, namespace, folder, arguments, name="headgate",
                 log_level="debug"):
        self.namespace = namespace
        self.socket = f"{folder}/{name}.sock"
        self.pins = f"{folder}/bpf/{name}"
        self.log_path = f"{folder}/{name}.log"
        self.seed_path = f"{folder}/hash-seed"
        self.arguments = self.with_seed([
            *self.with_hold_times(arguments), "--control-socket", self.socket,
            "--bpffs", self.pins, "--log-level", log_level])
        self.process = None
        self.program = f"{BUILD}/headgate"
        self.environment = {}  # more of it

    @staticmethod
    def with_hold_times(arguments):
        """Return the flags, with prefixes that accept tests' speakers."""
        return [with_hold_time(value) if flag == "--neighbor" else value
                for flag, value in zip(["", *arguments], arguments)]

    def with_seed(self, arguments):
        """Return the flags, with the lab's seed file unless they name one. The
        default file would be shared by all labs of this machine."""
        if SEED_FLAG in arguments:
            return list(arguments)
        return [*arguments, SEED_FLAG, self.seed_path]

    def without_delay(self):
        """Return the flags of the process. A start and an end take no time unless
        a test says how long."""
        if "--config" in self.arguments:
            return self.arguments
        return [*self.arguments, *(
            word for flag in (DELAY_FLAG, START_FLAG)
            if flag not in self.arguments for word in (flag, "0"))]

    def write_seed(self):
        """Write the lab's seed file, unless it is there."""
        if not os.path.exists(self.seed_path):
            with open(self.seed_path, "w", encoding="ascii",
                      opener=open_private) as file:
                file.write(SEED_LINE)

    def start(self):
        """Start the agent and wait until it answers."""
        self.write_seed()
        self.process = self.namespace.start(
            [self.program, *self.without_delay()], log=self.log_path,
            env={**os.environ, **self.environment})
        wait_until(self.answers, START_SECONDS, "headgate's control socket")

    def start_successor(self, *more, log=None):
        """Start an agent with --takeover beside this one; return its process."""
        return self.namespace.start(
            [self.program, *self.arguments, *more, "--takeover"],
            log=log or self.log_path)

    def hand_over(self, *more, seconds=8):
        """Have an agent with the same flags, and more, take over from this one,
        and wait until that is complete. Return the status this one ended
        with."""
        before = self.process
        self.process = self.start_successor(*more)
        wait_until(lambda: not before.alive() or not self.process.alive(),
                   seconds, "the end of the agent that hands over")
        wait_until(self.answers, 10, "the successor's control socket")
        return before.wait(10)

    def answers(self):
        if not self.process.alive():
            raise LabError(f"headgate ended with {self.process.returncode}:\n"
                           + self.log_tail())
        return self.ctl("show", "status").returncode == 0

    def stop(self):
        """End the agent by SIGTERM and return its exit status."""
        return self.process.end()

    def kill(self):
        self.process.end(signal.SIGKILL)

    def try_flags(self, *arguments):
        """Run a second agent, which must end by itself."""
        command = ["ip", "netns", "exec", self.namespace.name,
                   f"{BUILD}/headgate", *self.with_seed(arguments)]
        self.write_seed()
        try:
            return subprocess.run(command, capture_output=True, text=True,
                                  timeout=START_SECONDS * TIME_SCALE)
        except subprocess.TimeoutExpired as late:
            raise LabError("headgate still runs with: "
                           + " ".join(arguments)) from late

    def ctl(self, *arguments):
        return subprocess.run(
            [f"{BUILD}/headgatectl", "-s", self.socket, *arguments],
            capture_output=True, text=True, timeout=10 * TIME_SCALE)

    def show(self, what):
        """Return the list (or object) that `headgatectl -j show WHAT` prints."""
        done = self.ctl("-j", "show", what)
        if done.returncode != 0:
            raise LabError(f"headgatectl show {what}: {done.stderr.strip()}")
        return json.loads(done.stdout)[what]

    def nexthops(self):
        """Return address -> next hop of `show nexthops`."""
        return {n["address"]: n for n in self.show("nexthops")}

    def living(self):
        """Return the addresses of the next hops that carry traffic."""
        return {address for address, nexthop in self.nexthops().items()
                if nexthop["alive"] and nexthop["buckets"] > 0}

    def neighbor(self, address):
        """Return the neighbor from `show neighbors`, or None."""
        found = [n for n in self.show("neighbors") if n["address"] == address]
        return found[0] if found else None

    def outcomes(self):
        """Return outcome -> packets of `show counters`."""
        counters = self.show("counters")
        return {o["name"]: o["packets"] for o in counters["outcomes"]}

    def map_dump(self, name):
        """Return the entries of a pinned map, as bpftool formats them by BTF."""
        entries = json.loads(run("bpftool", "-j", "map", "dump", "pinned",
                                 f"{self.pins}/{name}", timeout=60))
        return [entry["formatted"] for entry in entries]

    def map_lookup(self, name, index):
        """Return one value of a pinned array, as bpftool formats it by BTF."""
        key = [str(byte) for byte in index.to_bytes(4, sys.byteorder)]
        entry = json.loads(run("bpftool", "-j", "map", "lookup", "pinned",
                               f"{self.pins}/{name}", "key", *key))
        return entry["formatted"]["value"]

    def program_ids(self):
        """Return interface -> id of the XDP program attached to it."""
        links = json.loads(self.namespace.run("ip", "-d", "-j", "link"))
        return {link["ifname"]: link["xdp"]["prog"]["id"] for link in links
                if "prog" in link.get("xdp", {})}

    def detach_programs(self):
        """Detach the program without the agent; the kernel gets every frame."""
        folder = f"{self.pins}/links"
        for name in os.listdir(folder):
            run("bpftool", "link", "detach", "pinned", f"{folder}/{name}")

    def log_tail(self, lines=30):
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
