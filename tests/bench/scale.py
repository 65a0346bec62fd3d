#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Headgate at scale: many next hops times many VIPs, beside BIRD and the kernel.

    make bench-scale [SCENES=64x10000,2000x100] [ROUNDS=1] [SEED=1]

A scene NxV has N next hops, all of which announce all of V VIPs (scale_lab.py).
Its phases, one after the other:

    load      all sessions send; ends when the upstream has all VIPs, all next hops
              are alive and the tables lead to each of them
    rest      three seconds without a change
    death     one next hop stops to answer; ends when no table leads to it, as the
              agent says. The tables, which take a second or more to read, are
              read then: unless they agree, it ends when they do. The detection
              is reported apart: seconds count from there
    all dead  no next hop answers; ends when the upstream has no VIP
    return    all answer; ends as load does

The scene refused_1m has 4x100 at rest, while another neighbor announces a million
routes outside of --vip and loses its session. scale_bfd.py has scenes with BFD,
scale_death.py those of a death as the dead next hop sees it, scale_flood.py those of
one that floods the agent.

A false death is a line of the log that calls a next hop dead that answers. A stall
is the longest round trip of a request every 10 ms (heartbeat.py): on a busy host it
includes waits for a CPU, which are shown beside it. `turn` is the longest turn of the
loop since the start of the agent, and how many took more than 20 ms in the phase, as
the agent says. CPU seconds and memory are the agent's. A scene ends early when a phase takes longer than --limit.

BIRD has no next hops to probe: its sessions are lost instead. Its load ends when
it has been idle; then the kernel must have all paths of all routes. It can do
scenes of at most 64 next hops. The bench prints ratios and does not judge them.
"""

import argparse
import contextlib
import json
import os
import select
import signal
import statistics
import subprocess
import sys
import time

from name_list import names_of
from scale_bfd import BFD_SCENES, arguments, run_bfd
from scale_death import DEATH_SCENES, run_death, victim
from scale_flood import FLOOD_SCENES, flood_arguments, run_flood
from scale_lab import (BirdDaemon, Farm, HeadgateDaemon, MAX_SESSIONS, ScaleLab,
                       TABLE_SLOTS, next_hop_address)
from lab.agent import BUILD
from lab.system import LabError

SCENES = {"4x10000": (4, 10000), "64x10000": (64, 10000),
          "512x1000": (512, 1000), "2000x100": (2000, 100),
          f"{TABLE_SLOTS}x10": (TABLE_SLOTS, 10), "refused_1m": (4, 100),
          **DEATH_SCENES, **{name: (4, 100) for name in BFD_SCENES},
          **{name: (64, 1000) for name in FLOOD_SCENES}}
REFUSED = "refused_1m"
REFUSED_ROUTES, REFUSED_SPEAKER = 1000000, 100
REST_S = 3
DETECTION_S = 20
GENERATOR = f"{BUILD}/tests/bench/bgp_generator"
RESULT = f"{BUILD}/bench-scale.json"
MIB = 1 << 20
COLUMNS = (("seconds", "s", 1), ("detection_s", "detected", 1),
           ("cpu_s", "CPU s", 1), ("resident_bytes", "MiB", MIB),
           ("stall_ms", "stall ms", 1), ("cpu_wait_s", "waited s", 1),
           ("false_deaths", "false deaths", 1), ("bfd_lost", "BFD lost", 1),
           ("sessions_lost", "sessions lost", 1),
           ("withdrawn", "withdrawn", 1), ("last_ms", "last frame ms", 1),
           ("flow_lost", "flow lost", 1), ("units", "of the flood", 1),
           ("turn_ms", "turn ms", 1), ("long_turns", ">20 ms", 1))


class Late(Exception):
    """A phase did not end within the limit."""


class Run:
    """One scene with one daemon."""

    def __init__(self, lab, daemon, scene, options):
        next_hops, vips = SCENES[scene]
        self.lab = lab
        self.daemon = daemon
        self.limit = options.limit
        self.farm = Farm(lab, next_hops, vips, options)
        self.addresses = {next_hop_address(i) for i in range(next_hops)}
        self.dead = set()  # next hops that do not answer
        self.phases = {}

    def wait(self, condition, pause=0.02):
        """Send and read until condition() is true."""
        deadline = time.monotonic() + self.limit
        while not condition():
            if time.monotonic() > deadline:
                raise Late
            self.farm.pump(pause)

    def phase(self, name, work):
        """Run work(), which returns further numbers, and note what it took."""
        cpu, waited = self.daemon.schedstat()
        withdrawn = self.farm.upstream.withdrawn
        lost = self.farm.lost_sessions()
        begin = time.monotonic()
        self.begin_phase()
        try:
            more = work()
        except Late:
            more = {"seconds": None}
        numbers = {"seconds": time.monotonic() - begin, **(more or {})}
        after_cpu, after_waited = self.daemon.schedstat()
        self.phases[name] = {
            **numbers, "cpu_s": after_cpu - cpu,
            "cpu_wait_s": after_waited - waited,
            "resident_bytes": self.daemon.resident(),
            "sessions_lost": max(0, self.farm.lost_sessions() - lost),
            "withdrawn": self.farm.upstream.withdrawn - withdrawn,
            **self.end_phase()}
        if numbers["seconds"] is None:
            raise Late

    def begin_phase(self):
        """Start to observe what only one kind of daemon has."""

    def end_phase(self):
        return {}

    def run(self, scene):
        with (victim(self.lab) if scene in DEATH_SCENES
              else contextlib.nullcontext()):
            self.run_phases(scene)

    def run_phases(self, scene):
        self.daemon.start()
        try:
            self.farm.connect_upstream()
            self.farm.connect_backends()
            streams = self.farm.prepare()
            self.phase("load", lambda: self.load(streams))
            self.phase("rest", lambda: self.farm.pump(REST_S))
            if scene in BFD_SCENES:
                run_bfd(self)
            elif scene in DEATH_SCENES:
                run_death(self)
            elif scene in FLOOD_SCENES:
                run_flood(self, scene)
            elif scene == REFUSED:
                self.run_refused()
            else:
                self.run_changes()
        except Late:
            print(f"  {self.daemon.name}: not done within {self.limit} s: "
                  f"{self.describe()}", flush=True)
        finally:
            self.farm.close()
            self.daemon.stop()
            self.lab.answer_all()

    def describe(self):
        return (f"{len(self.farm.upstream.table)} of {len(self.farm.vips)} VIPs "
                "announced")

    def run_changes(self):
        self.phase("death", self.one_death)
        self.phase("all dead", self.all_dead)
        self.phase("return", self.all_return)

    # ----------------------------------------------------- refused routes

    @contextlib.contextmanager
    def generator(self):
        """Establish the session of the neighbor with many routes. Give a function
        that sends it a command and waits for the answer."""
        with self.lab.peers.start(
            [GENERATOR, "--target", "172.16.0.1", "--first",
             str(REFUSED_SPEAKER), "--prefixes", str(REFUSED_ROUTES)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            def command(line, answer):
                process.stdin.write(line + "\n")
                process.stdin.flush()
                self.expect(process, answer)

            try:
                self.expect(process, "established")
                yield command
            finally:
                process.end()

    def run_refused(self):
        with self.generator() as command:
            command("announce 0", "ready")
            self.phase("1M refused", lambda: self.until_idle(
                lambda: command("go", "done")))
            self.phase("session lost", lambda: self.until_idle(
                lambda: command("drop", "done")))

    def expect(self, process, word):
        self.wait(lambda: select.select([process.stdout], [], [], 0)[0])
        if process.stdout.readline() != word + "\n":
            raise LabError(f"generator: no answer '{word}'")

    def until_idle(self, work):
        begin = time.monotonic()
        work()
        return {"seconds": self.daemon.wait_idle(self.farm.pump, self.limit)
                - begin}


class HeadgateRun(Run):
    def begin_phase(self):
        self.daemon.deaths()
        self.daemon.heartbeat()
        self.turns = self.daemon.turns()

    def end_phase(self):
        beat = self.daemon.heartbeat()
        false = [a for a in self.daemon.deaths() if a not in self.dead]
        turns = self.daemon.turns()
        return {"stall_ms": beat["longest_ms"], "heartbeat": beat,
                "turn_ms": turns["longest_turn_us"] / 1000,
                "turn_cpu_ms": turns["longest_turn_cpu_us"] / 1000,
                "long_turns": turns["turns_above_20_ms"]
                - self.turns["turns_above_20_ms"],
                "false_deaths": len(false)}

    def describe(self):
        status = self.daemon.control.show("status")
        return (f"{super().describe()}, next hops {status['nexthops']}, groups "
                f"{status['groups']}")

    def converged(self):
        """True if all is announced, alive and steered, but for the dead."""
        living = self.addresses - self.dead
        return (self.farm.announced()
                and self.daemon.nexthops_alive() == len(living)
                and self.exact())

    def load(self, streams):
        self.farm.send(streams)
        self.wait(self.converged)

    def one_death(self):
        victim = next_hop_address(0)
        begin = time.monotonic()
        self.lab.silence(0)
        self.dead = {victim}
        self.wait(lambda: not self.daemon.is_alive(victim), 0.002)
        detected = time.monotonic()
        self.wait(lambda: self.daemon.has_left(victim), 0.002)
        left = time.monotonic()
        if not self.exact():
            self.wait(self.exact, 0.002)
            left = time.monotonic()
        return {"detection_s": detected - begin, "seconds": left - detected}

    def exact(self):
        return self.daemon.exact(len(self.farm.vips), self.addresses - self.dead)

    def all_dead(self):
        self.lab.silence_all()
        self.dead = self.addresses
        self.wait(lambda: self.farm.withdrawn()
                  and not self.daemon.nexthops_alive())

    def all_return(self):
        self.lab.answer_all()
        self.daemon.deaths()
        self.dead = set()
        self.wait(self.converged)


class BirdRun(Run):
    def settled(self, paths):
        """Wait until BIRD is idle and the kernel has these paths. Return the time
        since when it was idle."""
        deadline = time.monotonic() + self.limit
        while time.monotonic() < deadline:
            since = self.daemon.wait_idle(self.farm.pump, self.limit)
            if self.daemon.kernel_paths() == paths:
                return since
        raise Late

    def load(self, streams):
        begin = time.monotonic()
        self.farm.send(streams)
        self.wait(self.farm.announced)
        return {"seconds": self.settled(len(self.addresses)
                                        * len(self.farm.vips)) - begin}

    def one_death(self):
        begin = time.monotonic()
        self.farm.lose(self.farm.backends[:1])
        return {"seconds": self.settled((len(self.addresses) - 1)
                                        * len(self.farm.vips)) - begin}

    def all_dead(self):
        begin = time.monotonic()
        self.farm.lose(self.farm.backends)
        self.wait(self.farm.withdrawn)
        return {"seconds": self.settled(0) - begin}

    def all_return(self):
        self.farm.connect_backends()
        return self.load(self.farm.prepare())


# ------------------------------------------------------------- results

def run_all(lab, options):
    """Return scene -> daemon -> phase -> list of numbers, one for each round."""
    results = {}
    for number in range(options.rounds):
        for scene in options.scenes:
            runs = [(HeadgateRun, HeadgateDaemon(
                lab, arguments(scene) + flood_arguments(scene)))]
            if (SCENES[scene][0] <= MAX_SESSIONS and not options.no_bird
                    and scene not in (*BFD_SCENES, *DEATH_SCENES, *FLOOD_SCENES)):
                runs.append((BirdRun, BirdDaemon(lab)))
            if number % 2:
                runs.reverse()
            for kind, daemon in runs:
                print(f"round {number + 1} of {options.rounds}: {scene}, "
                      f"{daemon.name}", flush=True)
                phases = run_one(kind(lab, daemon, scene, options), scene)
                row = results.setdefault(scene, {}).setdefault(daemon.name, {})
                for phase, numbers in phases.items():
                    row.setdefault(phase, []).append(numbers)
    return results


def run_one(run, scene):
    """Return the phases, up to the one that failed."""
    try:
        run.run(scene)
    except LabError as error:
        print(f"  {run.daemon.name}: {error}", flush=True)
    return run.phases


def median(rounds, key):
    """Return the median; None if a round has no number: it was not done."""
    found = [numbers.get(key) for numbers in rounds]
    return None if None in found else statistics.median(found)


def ratio(row, phase, key):
    """Return Headgate's median over BIRD's, or None."""
    ours = median(row.get("headgate", {}).get(phase, [{}]), key)
    theirs = median(row.get("bird", {}).get(phase, [{}]), key)
    return ours / theirs if ours is not None and theirs else None


def compared(row):
    """Return the phases in which both daemons do the same."""
    return [phase for phase in row.get("bird", {}) if phase != "rest"]


def show(value, unit):
    if value is None:
        return "-"
    value /= unit
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def print_table(results):
    line = "{:12}{:10}{:14}" + "{:>14}" * len(COLUMNS)
    print("\n" + line.format("median", "", "", *(c[1] for c in COLUMNS)))
    for scene, row in results.items():
        for daemon, phases in row.items():
            for phase, rounds in phases.items():
                print(line.format(scene, daemon, phase, *(
                    show(median(rounds, key), unit)
                    for key, _, unit in COLUMNS)))
        for phase in compared(row):
            found = {key: ratio(row, phase, key)
                     for key in ("seconds", "cpu_s", "resident_bytes")}
            print(line.format(scene, "ratio", phase, *(
                show(found.get(key), 1) for key, *_ in COLUMNS)))


def write_json(results, options):
    """Replace the file as a whole, because two benches may run at once."""
    for row in results.values():
        row["ratio"] = {phase: {key: ratio(row, phase, key) for key in (
            "seconds", "cpu_s", "resident_bytes")}
                        for phase in compared(row)}
    with open(f"{RESULT}.{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump({"seed": options.seed, "order": options.order,
                   "cpus": os.cpu_count(), "load": os.getloadavg(),
                   "scenes": results}, file, indent=1)
    os.replace(file.name, RESULT)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenes", type=names_of(SCENES), default=list(SCENES))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60,
                        help="seconds of each phase")
    parser.add_argument("--order", choices=("own", "same"), default="own",
                        help="of the VIPs in the UPDATEs of each session")
    parser.add_argument("--no-bird", action="store_true")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    print(f"seed {options.seed}")
    try:
        with ScaleLab() as lab:
            results = run_all(lab, options)
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print_table(results)
    write_json(results, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
