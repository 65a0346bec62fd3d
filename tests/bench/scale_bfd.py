# SPDX-License-Identifier: BSD-2-Clause
"""The scenes bfd_1m and bfd_1m_vips of scale.py: 300 BFD sessions at 50 ms x 3,
while another neighbor announces a million routes, withdraws them, announces them
once more and loses its session. In the first scene the routes are outside of --vip;
in the second half of them are VIPs whose next hop does not answer.

300 addresses of the far end are the next hops of --path ...,bfd, and bfd_speakers
answers for all of them. `bfd_lost` is how often a session left Up in a phase, as
the speakers or the agent's log say.
"""

import json
import re
import subprocess
import time

from scale_lab import BUILD, HOST_IN_NEXT_HOPS, next_hop_address

BFD_SCENES = {"bfd_1m": (), "bfd_1m_vips": ("--vip", "10.128.0.0/9")}
SESSIONS, FIRST = 300, 1000
INTERVAL_MS, MULTIPLIER = 50, 3
GENERATOR_NEXT_HOP = "172.16.1.101"  # answers nothing
VIP = "198.19.255.1/32"
SPEAKERS = f"{BUILD}/tests/bench/bfd_speakers"
UP_S = 0.1
CALM_S, CALM_SHARE, RESTS = 0.3, 0.1, 7


def arguments(scene):
    """Return what the agent needs on its command line beyond other scenes."""
    if scene not in BFD_SCENES:
        return []
    paths = [word for i in range(FIRST, FIRST + SESSIONS)
             for word in ("--path", f"{VIP},via={next_hop_address(i)},bfd")]
    return [*BFD_SCENES[scene], "--bfd-interval", str(INTERVAL_MS),
            "--bfd-multiplier", str(MULTIPLIER), *paths]


class BfdSpeakers:
    """The far end of all sessions."""

    def __init__(self, lab, daemon):
        self.daemon = daemon
        self.offset = 0
        self.process = lab.peers.start(
            [SPEAKERS, "--local", next_hop_address(FIRST), "--remote",
             HOST_IN_NEXT_HOPS, "--link", "eth0", "--count", str(SESSIONS),
             "--interval", str(INTERVAL_MS), "--multiplier", str(MULTIPLIER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def period(self):
        """End a period and return its numbers."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        numbers = json.loads(self.process.stdout.readline())
        with open(self.daemon.daemon.log_path, encoding="utf-8") as file:
            file.seek(self.offset)
            text = file.read()
            self.offset = file.tell()
        down = len(re.findall("BFD is down", text))
        return {"bfd_up": numbers["up"],
                "bfd_lost": max(numbers["left_up"], down),
                "bfd_own_delay_ms": numbers["own_delay_ms"]}

    def all_up(self):
        return self.period()["bfd_up"] == SESSIONS

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)


def busy(run, seconds):
    """Return the share of a CPU that the agent uses in that time."""
    before = run.daemon.cpu_seconds()
    run.farm.pump(seconds)
    return (run.daemon.cpu_seconds() - before) / seconds


def run_bfd(run):
    """Do the phases of these scenes after `run` has loaded its VIPs."""
    speakers = BfdSpeakers(run.lab, run.daemon)
    run.dead = {GENERATOR_NEXT_HOP}
    try:
        run.phase("bfd up", lambda: run.wait(speakers.all_up, UP_S))
        speakers.period()
        run_changes(run, speakers)
    finally:
        speakers.end()


def run_changes(run, speakers):
    """Each phase ends when the agent is as busy as at rest with its sessions."""
    shares = []

    def phase(name, work):
        def measure():
            begin = time.monotonic()
            work()
            run.wait(lambda: busy(run, CALM_S) < max(shares) + CALM_SHARE)
            return {"seconds": time.monotonic() - begin - CALM_S,
                    **speakers.period()}
        run.phase(name, measure)

    run.phase("bfd rest", lambda: shares.extend(
        busy(run, CALM_S) for _ in range(RESTS)))
    with run.generator() as command:
        for name, line in (("1M come", "announce 0"),
                           ("1M withdrawn", "withdraw"),
                           ("1M again", "announce 1")):
            command(line, "ready")
            phase(name, lambda: command("go", "done"))
        phase("session lost", lambda: command("drop", "done"))
