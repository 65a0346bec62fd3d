#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Flows that break while servers come, go and change weight.

    make bench-affinity [SCENES=add_4,roll] [ROUNDS=1]

Real TCP flows to one VIP of stock BIRD servers with nginx: half of them slow downloads,
half connections that are kept alive with a request every 1 to 10 seconds. Each scene opens
new flows, changes the servers and counts the flows that were reset or stand still. The
same scenes run with Headgate and with both kinds of balancing that a Linux router has:
ECMP by hash threshold, and a resilient next-hop group (affinity_lab.py).

`new` is the share of connections opened afterwards that reach the server that was added:
1/5 and 1/9 would be even.

The flows of a server whose BGP daemon alone is lost count like all others: its host and its
service still run.

Prints a table and writes build/bench-affinity.json.
"""

import argparse
import json
import os
import signal
import sys
import time

from affinity_lab import BALANCERS, FarmLab
from lab.system import LabError
from lab.traffic import LongDownloads
from lab.topology import VIP
from name_list import names_of

BUILD = os.environ.get("B", "build")
RESULT = f"{BUILD}/bench-affinity.json"
FIRST_PORT = 20000
OPEN_S, SETTLE_S, WATCH_S = 60, 3, 8
DAEMON_AWAY_S = 1
NEW_PORT, NEW_FLOWS = 40000, 450
ADDED = {"add_4": 4, "add_8": 8}  # index of the server


class Scene:
    """The servers and the balancer while flows run."""

    def __init__(self, lab, balancer):
        self.lab = lab
        self.servers = lab.servers
        self.balancer = balancer

    def add(self, server):
        server.bird.start()
        self.wait_with(server)

    def remove(self, server):
        """Withdraw the VIP; the session stays."""
        server.bird.ask("disable vip")
        self.wait_without(server)

    def bring_back(self, server):
        server.bird.ask("enable vip")
        self.wait_with(server)

    def kill_daemon(self, server):
        server.bird.kill()
        self.wait_without(server)

    def wait_with(self, server):
        members = self.balancer.members() | {server.address}
        self.balancer.wait_members([s for s in self.servers
                                    if s.address in members])

    def wait_without(self, server):
        members = self.balancer.members() - {server.address}
        self.balancer.wait_members([s for s in self.servers
                                    if s.address in members])


def add_4(scene):
    scene.add(scene.servers[4])


def add_8(scene):
    scene.add(scene.servers[8])


def drain(scene):
    scene.remove(scene.servers[2])


def reweight(scene):
    scene.balancer.reweight(scene.servers[0], 2)


def restart(scene):
    scene.kill_daemon(scene.servers[1])
    time.sleep(DAEMON_AWAY_S)
    scene.add(scene.servers[1])


def roll(scene):
    for server in scene.servers[:8]:
        scene.kill_daemon(server)
        time.sleep(DAEMON_AWAY_S)
        scene.add(server)


def four_changes(scene):
    scene.remove(scene.servers[3])
    scene.remove(scene.servers[5])
    scene.bring_back(scene.servers[3])
    scene.bring_back(scene.servers[5])


# name: what is shown, number of servers at first, what happens
SCENES = {
    "add_4": ("a server is added, 4 to 5", 4, add_4),
    "add_8": ("a server is added, 8 to 9", 8, add_8),
    "drain": ("a server withdraws the VIP", 8, drain),
    "reweight": ("bandwidth of a server 1 to 2", 8, reweight),
    "restart": ("BGP daemon killed and started", 8, restart),
    "roll": ("the same on 8 servers in turn", 8, roll),
    "four_changes": ("two withdraw and come back", 8, four_changes),
}


def reports(downloads):
    return [result for part in downloads for result in part.report().results]


def count_broken(before, now, later):
    """Return (reset, silent): flows that ran in `before`."""
    ran = {r["port"] for r in before if r["bytes"] and not r["error"]}
    had = {r["port"]: r["bytes"] for r in now}
    reset = [r for r in later if r["port"] in ran and r["error"]]
    silent = [r for r in later if r["port"] in ran and not r["error"]
              and r["bytes"] == had[r["port"]]]
    return len(reset), len(silent)


def share_of_new(lab, name):
    if name not in ADDED:
        return {}
    reached = lab.download(NEW_PORT, NEW_FLOWS).servers()
    return {"new": reached[lab.servers[ADDED[name]].name] / NEW_FLOWS}


def cell(rounds):
    """Show the worst round."""
    text = str(max(r["reset"] + r["silent"] for r in rounds))
    shares = [r["new"] for r in rounds if "new" in r]
    return f"{text} ({min(shares):.2f})" if shares else text


def run_scene(lab, kind, name, flows):
    """Return the result of one scene with one balancer."""
    _, count, change = SCENES[name]
    balancer = BALANCERS[kind](lab)
    parts = []
    try:
        lab.start_with(balancer, count)
        for index, mode in enumerate(("long", "idle")):
            parts.append(LongDownloads(
                lab.client, VIP, FIRST_PORT + index * (flows // 2), flows // 2,
                300, mode))
        for part in parts:
            part.wait_running(OPEN_S)
        before = reports(parts)
        change(Scene(lab, balancer))
        time.sleep(SETTLE_S)
        now = reports(parts)
        time.sleep(WATCH_S + SETTLE_S)
        reset, silent = count_broken(before, now, reports(parts))
        return {"flows": len(before), "reset": reset, "silent": silent,
                **share_of_new(lab, name)}
    finally:
        for part in parts:
            part.close()
        balancer.stop()
        for server in lab.servers:
            server.web.kill()
            if server.bird.process:
                server.bird.kill()
        lab.router_bird.stop()


def run_all(options):
    results = {}
    for number in range(options.rounds):
        for name in options.scenes:
            for kind in options.balancers:
                print(f"round {number + 1}: {name}, {kind}", flush=True)
                with FarmLab() as lab:
                    result = run_scene(lab, kind, name, options.flows)
                print(f"  {result}", flush=True)
                results.setdefault(name, {}).setdefault(kind, []).append(result)
    return results


def print_table(results, options):
    line = "{:34}" + "{:>12}" * len(options.balancers)
    print("\n" + line.format(f"broken of {options.flows} flows (new)",
                             *options.balancers))
    for name, row in results.items():
        print(line.format(SCENES[name][0], *(
            cell(row[kind]) for kind in options.balancers)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenes", type=names_of(SCENES),
                        default=list(SCENES))
    parser.add_argument("--balancers", type=names_of(BALANCERS),
                        default=list(BALANCERS))
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1,
                        help="ignored: source ports are the same in each run")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    try:
        results = run_all(options)
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print_table(results, options)
    with open(f"{RESULT}.{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump({"flows": options.flows, "cpus": os.cpu_count(),
                   "load": os.getloadavg(), "scenes": results}, file, indent=1)
    os.replace(file.name, RESULT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
