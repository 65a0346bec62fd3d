# SPDX-License-Identifier: BSD-2-Clause
"""Reload many times in a row under load, with random valid changes, and come to
the state of a fresh start with the last configuration."""

import json
import os
import random
import time

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import Lab, ROUTER_UP, VIP
from lab.traffic import LongDownloads, fates

RELOADS = 200 if os.environ.get("LONG") else 20
FLOWS, FIRST_PORT = 40, 30000
GROWTH_KB = 3072  # of memory, between the first half of the reloads and the end
QUARANTINE_KB = 256 << 10  # what AddressSanitizer keeps
ROUTE_FIELDS = ("neighbor", "next_hop", "selected", "reason", "cause", "weight",
                "med", "local_pref")

# Each is there or not; "N" is a number of the range behind it.
LINES = (
    ("vip 203.0.113.0/24,min-nexthops=N", 1, 3),
    ("vip 198.51.100.0/25", 0, 0),
    ("rule continue from neighbor 10.1.0.11 set weight N", 1, 4),
    ("rule deny from any prefix 203.0.113.0/24 or-longer", 0, 0),
    ("rule continue to any set med N", 1, 9),
    ("rule continue from as 65002-65003 set community add 65000:N", 1, 9),
    ("path 192.0.2.50,via=10.1.0.12,weight=N", 1, 3),
    ("path 192.0.2.51,via=10.1.0.13,distance=N", 1, 9),
    ("aggregate 192.0.2.0/25", 0, 0),
    ("neighbor 10.1.0.77,as=65077,role=backend,max-prefix=N", 1, 9),
    ("hold-down N", 0, 1),
    ("probe-interval N", 200, 400),
    ("probe-count N", 3, 6),
    ("shutdown-delay N", 0, 1),
    ("announce-bandwidth", 0, 0),
    ("default-weight N", 1, 3),
    ("min-nexthops N", 1, 2),
    ("maximum-paths N", 4, 9),
    ("always-compare-med never", 0, 0),
)


class FileLab(Lab):
    """The flags of the agent are in a file."""

    def agent_flags(self):
        flags = super().agent_flags()
        self.config = f"{self.folder}/headgate.conf"
        self.base = [f"{flag[2:]} {value}"
                     for flag, value in zip(flags[::2], flags[1::2])
                     if flag != "--interface"] + ["affinity-window 5"]
        self.write([])
        return [*(word for name in self.agent_interfaces()
                  for word in ("--interface", name)), "--config", self.config]

    def write(self, more):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join([*self.base, *more]) + "\n")


class ManyReloads(LabCase):

    lab_class = FileLab
    options = {"servers": 4}

    def test_reloads_come_to_the_state_of_a_fresh_start(self):
        seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
        print(f"# SEED={seed}, {RELOADS} reloads", flush=True)
        chance = random.Random(seed)
        flows = LongDownloads(self.lab.client, VIP, FIRST_PORT, FLOWS,
                              seconds=1800)
        self.addCleanup(flows.close)
        before = flows.wait_running(60)
        sessions = self.sessions()
        memory = []
        for _ in range(RELOADS):
            self.reload(chance)
            memory.append(self.memory())
        self.check_flows(flows, before)
        self.assertEqual(self.sessions(), sessions)
        self.check_memory(memory)
        flows.close()
        self.check_fresh_start()

    def reload(self, chance):
        lines = [line.replace("=N", f"={chance.randint(low, high)}")
                 .replace(" N", f" {chance.randint(low, high)}")
                 .replace(":N", f":{chance.randint(low, high)}")
                 for line, low, high in LINES if chance.random() < 0.5]
        # A server that goes drains for so long: not for an hour.
        self.lab.write([*lines, f"drain-max {chance.randint(2, 9)}"])
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def sessions(self):
        """Return address -> state and number of sessions that ended."""
        return {n["address"]: (n["state"], n["flaps"])
                for n in self.lab.headgate.show("neighbors")
                if n["address"] != "10.1.0.77"}

    def memory(self):
        with open(f"/proc/{self.lab.headgate.process.pid}/status",
                  encoding="ascii") as status:
            return int(next(line for line in status
                            if line.startswith("VmRSS")).split()[1])

    def check_flows(self, flows, before):
        """Check that every download goes on."""
        now = flows.report()
        counted = {r["port"]: r["bytes"] for r in now.results}

        def all_went_on():
            later = flows.report()
            return all(r["error"] or r["bytes"] > counted[r["port"]]
                       for r in later.results) and later
        later = wait_until(all_went_on, 60, "every download goes on")
        self.assertEqual(set(fates(before, now, later).values()), {"went on"})

    def check_memory(self, memory):
        half = max(memory[:len(memory) // 2])
        print(f"# memory: {memory[0]} kB first, {half} kB most in the first "
              f"half, {memory[-1]} kB last", flush=True)
        spare = QUARANTINE_KB if "san" in os.environ.get("B", "") else 0
        self.assertLess(memory[-1], half + GROWTH_KB + spare)

    def check_fresh_start(self):
        reloaded = self.settled()
        config = self.lab.headgate.ctl("show", "config").stdout
        self.lab.headgate.stop()
        self.lab.headgate.start()
        wait_until(lambda: self.state()["announced"] == reloaded["announced"],
                   60, "the announcements of before")
        wait_until(lambda: self.settled() == reloaded, 60,
                   f"the state of before: {reloaded}, now {self.settled()}")
        self.assertEqual(self.lab.headgate.ctl("show", "config").stdout, config)

    def settled(self):
        """Return the state when no bucket moves, no flow is remembered, and no
        VIP drains that has gone."""
        def still():
            state = self.state()
            return not state.pop("busy") and state
        return wait_until(still, 120, "no bucket moves", pause=0.5)

    def state(self):
        """Return the tables, the paths and the announcements to the router: none
        if it has no session."""
        headgate = self.lab.headgate
        groups, routes = headgate.show("groups"), headgate.show("routes")
        vips = {r["prefix"] for r in routes}
        told = json.loads(headgate.ctl("-j", "show", "routes", "to",
                                       ROUTER_UP).stdout)
        return {
            "busy": any(g["moving_buckets"] or g["tracked_buckets"]
                        or not vips.issuperset(g["vips"]) for g in groups),
            "tables": sorted((g["digest"], g["vips"]) for g in groups),
            "paths": sorted((r["prefix"], *(path[f] for f in ROUTE_FIELDS))
                            for r in routes for path in r["paths"]),
            "announced": sorted(
                (row["prefix"], json.dumps(strip(row["paths"]),
                                           sort_keys=True))
                for row in next((v for v in told.values()
                                 if isinstance(v, list)), ()))}


def strip(paths):
    """Leave out what depends on the time and the order of events."""
    return [{k: v for k, v in path.items() if k not in ("path_id", "pending")}
            for path in paths]
