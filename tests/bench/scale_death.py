# SPDX-License-Identifier: BSD-2-Clause
"""The scenes seen_64x1 and seen_64x10000 of scale.py: one death among 64 next hops as
the dead one sees it, with one VIP and with 10,000.

The first next hop has a MAC of its own (macvlan) and stands in a namespace, where
death_watch.py sends packets for VIPs and receives those that Headgate forwards to it.
Then it ends to answer ARP, and the watch reports the frames that still came after the
agent had cleared its alive bit. `exact_s` is the time from there until no table
leads to it; the watch takes a CPU of the host meanwhile.
"""

import contextlib
import json
import select
import subprocess
import time

from lab.system import PYTHON, LabError
from scale_lab import BENCH, next_hop_address

DEATH_SCENES = {"seen_64x1": (64, 1), "seen_64x10000": (64, 10000)}
VICTIM = next_hop_address(0)


@contextlib.contextmanager
def victim(lab):
    """Put the first next hop into a namespace of its own."""
    lab.accept_xdp_frames(lab.peers, "eth0")
    lab.silence(0)
    lab.peers.ip("link add link eth0 name hop type macvlan mode private",
                 f"link set hop netns {lab.hop.name}")
    lab.hop.ip("link set hop up", f"address add {VICTIM}/16 dev hop")
    try:
        yield
    finally:
        lab.hop.ip("link del hop")
        lab.peers.ip("link set dev eth0 xdpdrv off")


def start_watch(run):
    lab, daemon = run.lab, run.daemon
    mac = lab.host.run("cat", "/sys/class/net/eth0/address").strip()
    return lab.hop.start(
        [PYTHON, f"{BENCH}/death_watch.py", "hop", mac,
         f"{daemon.daemon.pins}/nexthops", VICTIM, str(len(run.farm.vips))],
        stdout=subprocess.PIPE, text=True)


def read_line(run, process, seconds):
    deadline = time.monotonic() + seconds
    while not select.select([process.stdout], [], [], 0)[0]:
        if time.monotonic() > deadline:
            raise LabError("death_watch: no answer")
        run.farm.pump(0.002)
    return process.stdout.readline()


def seen_death(run):
    """Kill the victim and return what it saw."""
    living = run.addresses - {VICTIM}
    process = start_watch(run)
    try:
        if read_line(run, process, 10) != "ready\n":
            raise LabError("death_watch: no frame came back")
        run.farm.pump(0.5)
        begin = time.monotonic()
        run.lab.hop.ip("link set hop arp off")
        run.dead = {VICTIM}
        run.wait(lambda: not run.daemon.is_alive(VICTIM), 0.002)
        detected = time.monotonic()
        run.wait(lambda: run.daemon.exact(len(run.farm.vips), living), 0.002)
        exact = time.monotonic()
        seen = json.loads(read_line(run, process, 10))
    finally:
        process.end()
    return {"detection_s": detected - begin, "seconds": exact - detected,
            "exact_s": exact - detected, **seen}


def run_death(run):
    run.phase("seen death", lambda: seen_death(run))
