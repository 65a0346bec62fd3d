#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""BGP load: Headgate beside stock BIRD, in one run and on the same stream.

    make bench-bgp [ROUNDS=3] [SEED=1]

One cable; the generator's speakers at one end, the daemon at the other:

    generator 172.16.0.11 .. .20, AS 65001 ..  ----  172.16.0.1 BIRD or Headgate
              172.16.0.64 .. .95, AS 65054 ..        (upstreams)

The daemons take turns. Time runs from the moment the generator may send until
the daemon's own counters, which are polled, show all routes. CPU seconds are
user and system time of the daemon until it is idle again; memory is the
resident memory then, without shared pages. The bench prints ratios and does not
judge them.

BIRD has no kernel protocol, keeps what it imports, exports nothing, and forms
no multipath set (it does so on export to a kernel only). Headgate keeps all
paths, but cannot reach their next hops, because it could not steer more VIPs
than its tables hold. rib_bench measures the cost of the decision when all sets
are computed, in a process of its own without sockets.

In the last scenes both announce the routes of one backend to one upstream and
to many, with themselves as the next hop. There the backend's next hop answers,
so that Headgate steers all VIPs, too. Time runs until the last upstream has
received everything. tests/bench/bgp.py --scene NAME runs one scene alone.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.abspath(os.path.join(
    os.path.dirname(__file__), "..", "..", "tools")))

from lab.agent import BUILD, Headgate  # noqa: E402 (the path comes first)
from lab.system import LabError, Namespace, connect, wait_until  # noqa: E402
from lab.topology import Lab  # noqa: E402
from passive_bird import EXPORTS, PassiveBird  # noqa: E402

DAEMON_ADDRESS = "172.16.0.1"
DAEMON_AS = 64512
FIRST_AS = 65001
MAX_PEERS = 10
FIRST_UPSTREAM, UPSTREAMS = 53, 32
ANNOUNCED_PREFIXES = 10000
HOST_IN_NEXT_HOPS, FIRST_NEXT_HOP = "172.16.1.254/24", "172.16.1.1/24"
LOAD_SECONDS = 120
PROGRAMS = f"{BUILD}/tests/bench"
PAGE = os.sysconf("SC_PAGESIZE")
NS_PER_S = 10 ** 9
IDLE_CPU_S = 0.005  # timers and probes in a fifth of a second
MIB = 1 << 20

CYCLES = 200
FLAPS = 100
STEADY_CYCLE = 5  # from here on memory should stay as it is

BIRD_IMPORTS = "import all; export none;"


def speaker_address(index):
    return f"172.16.0.{11 + index}"


def upstreams():
    return range(FIRST_UPSTREAM, FIRST_UPSTREAM + UPSTREAMS)


class BenchLab(Lab):
    """One cable, instead of the demo's lab."""

    def build(self, servers):
        self.make_folder()
        self.peers = Namespace(self.prefix, "peers")
        self.host = Namespace(self.prefix, "daemon")
        connect(self.peers, "eth0", self.host, "eth0")
        self.host.ip(f"address add {DAEMON_ADDRESS}/24 dev eth0")
        self.peers.ip(*(f"address add {speaker_address(i)}/24 dev eth0"
                        for i in (*range(MAX_PEERS), *upstreams())))


    def know_next_hop(self):
        """Make the first speaker's next hop answer."""
        self.host.ip(f"address replace {HOST_IN_NEXT_HOPS} dev eth0")
        self.peers.ip(f"address replace {FIRST_NEXT_HOP} dev eth0")

    def forget_next_hop(self):
        self.host.ip(f"address flush dev eth0 to {HOST_IN_NEXT_HOPS}")
        self.peers.ip(f"address flush dev eth0 to {FIRST_NEXT_HOP}")


class Daemon:
    """Base class of both daemons: a process, observed from outside."""

    def cpu_seconds(self):
        """Return the CPU time of its one thread, finer than the ticks of stat."""
        with open(f"/proc/{self.daemon.process.pid}/schedstat",
                  encoding="ascii") as file:
            return int(file.read().split()[0]) / NS_PER_S

    def resident(self):
        """Return the resident memory without shared pages: without libraries and
        Headgate's tables, which are memory of the kernel."""
        with open(f"/proc/{self.daemon.process.pid}/statm",
                  encoding="ascii") as file:
            _, resident, shared, *_ = file.read().split()
        return (int(resident) - int(shared)) * PAGE

    def wait_idle(self):
        before = -1
        while (now := self.cpu_seconds()) - before > IDLE_CPU_S:
            before = now
            time.sleep(0.2)

    def wait_accepted(self, expected):
        wait_until(lambda: self.accepted(len(expected)) == expected,
                   LOAD_SECONDS, f"{self.name}: the routes", pause=0.01)


class BirdDaemon(Daemon):
    name = "bird"

    def __init__(self, lab):
        self.host = lab.host
        self.daemon = PassiveBird(
            lab.host, f"{lab.folder}/bird", DAEMON_ADDRESS, DAEMON_AS,
            [(f"peer{i}", speaker_address(i), FIRST_AS + i,
              BIRD_IMPORTS if i < MAX_PEERS else EXPORTS)
             for i in (*range(MAX_PEERS), *upstreams())])

    def start(self):
        # BIRD refuses routes whose next hop is not on link.
        self.host.ip(f"address replace {HOST_IN_NEXT_HOPS} dev eth0")
        self.daemon.start()

    def stop(self):
        self.daemon.stop()
        self.host.ip(f"address flush dev eth0 to {HOST_IN_NEXT_HOPS}")

    def accepted(self, peers):
        """Return the accepted prefixes of each peer; -1 while BIRD cleans up."""
        text = self.daemon.ask("show protocols all")
        return [self.count(section)
                for section in text.split("\npeer")[1:peers + 1]]

    @staticmethod
    def count(section):
        imported = re.search(r"Routes: +(\d+) imported", section)
        if imported:
            return int(imported[1])
        return 0 if re.match(r"\d+ +BGP +\S+ +start", section) else -1


class HeadgateDaemon(Daemon):
    name = "headgate"

    def __init__(self, lab):
        self.daemon = Headgate(lab.host, lab.folder, [
            "--as", str(DAEMON_AS), "--router-id", DAEMON_ADDRESS,
            "--interface", "eth0", "--vip", "10.0.0.0/8",
            "--neighbor", f"172.16.0.0/24,as={FIRST_AS}-"
            f"{FIRST_AS + MAX_PEERS - 1},role=backend,next-hop=any,"
            "max-prefix=10000000",
            "--neighbor", f"{speaker_address(FIRST_UPSTREAM)}/27,"
            f"as={FIRST_AS + FIRST_UPSTREAM}-"
            f"{FIRST_AS + FIRST_UPSTREAM + UPSTREAMS - 1},role=upstream"],
            log_level="info")  # debug lines cost as much as the work

    def start(self):
        self.daemon.start()

    def stop(self):
        self.daemon.stop()

    def accepted(self, peers):
        counts = {neighbor["address"]: neighbor["prefixes_accepted"]
                  for neighbor in self.daemon.show("neighbors")}
        return [counts.get(speaker_address(i), 0) for i in range(peers)]


class Generator:
    """The speakers, with their sessions established."""

    def __init__(self, lab, peers, prefixes, seed, first=0):
        self.process = lab.peers.start(
            [f"{PROGRAMS}/bgp_generator", "--target", DAEMON_ADDRESS,
             "--first", str(first), "--peers", str(peers),
             "--prefixes", str(prefixes), "--seed", str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect("established")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)

    def expect(self, word):
        if self.process.stdout.readline() != word + "\n":
            raise LabError(f"generator: no answer '{word}'")

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def prepare(self, line):
        self.send(line)
        self.expect("ready")


class Bench:
    """Rows of measurements: row -> daemon -> one for each round."""

    def __init__(self, lab, options):
        self.lab = lab
        self.rounds = options.rounds
        self.seed = options.seed
        self.scene = options.scene
        self.rows = {}
        self.latencies = {}  # row, direction -> microseconds of each flap

    def note(self, row, name, **measured):
        self.rows.setdefault(row, {}).setdefault(name, []).append(measured)

    def measure(self, row, daemon, generator, line, expected):
        """Measure from the generator's `line` until `daemon` has `expected` routes."""
        cpu = daemon.cpu_seconds()
        begin = time.monotonic()
        generator.send(line)
        daemon.wait_accepted(expected)
        seconds = time.monotonic() - begin
        generator.expect("done")
        daemon.wait_idle()
        self.note(row, daemon.name, seconds=seconds,
                  cpu_s=daemon.cpu_seconds() - cpu,
                  resident_bytes=daemon.resident())

    def one_peer(self, daemon):
        with Generator(self.lab, 1, 1000000, self.seed) as generator:
            generator.prepare("announce 0")
            self.measure("1M routes from one peer", daemon, generator, "go",
                         [1000000])
            generator.prepare("withdraw")
            self.measure("1M routes withdrawn", daemon, generator, "go", [0])

    def ten_peers(self, daemon):
        with Generator(self.lab, 10, 100000, self.seed) as generator:
            generator.prepare("announce 0")
            self.measure("100k routes from each of 10 peers", daemon,
                         generator, "go", [100000] * 10)
            self.measure("one of 10 sessions with 100k lost", daemon,
                         generator, "drop", [0] + [100000] * 9)

    def cycles(self, daemon):
        """Announce and withdraw, each time with new communities."""
        with Generator(self.lab, 1, 10000, self.seed) as generator:
            begin, cpu = time.monotonic(), daemon.cpu_seconds()
            for cycle in range(1, CYCLES + 1):
                for line, count in ((f"announce {cycle}", 10000),
                                    ("withdraw", 0)):
                    generator.prepare(line)
                    generator.send("go")
                    generator.expect("done")
                    daemon.wait_accepted([count])
                if cycle == STEADY_CYCLE:
                    early = daemon.resident()
            self.note(f"{CYCLES} cycles of 10k routes", daemon.name,
                      seconds=time.monotonic() - begin,
                      cpu_s=daemon.cpu_seconds() - cpu,
                      resident_bytes=daemon.resident(),
                      early_resident_bytes=early)

    def told_to_one(self, daemon):
        self.announce_to(daemon, 1)

    def told_to_many(self, daemon):
        self.announce_to(daemon, UPSTREAMS)

    def announce_to(self, daemon, count):
        """Announce one backend's routes to `count` upstreams."""
        self.lab.know_next_hop()
        with Generator(self.lab, 1, ANNOUNCED_PREFIXES, self.seed) as backend, \
                Generator(self.lab, count, 0, self.seed,
                          first=FIRST_UPSTREAM) as receivers:
            self.measure_receivers(f"10k VIPs told to {count}", daemon, backend, receivers,
                                   "announce 0", ANNOUNCED_PREFIXES)
            self.measure_receivers(f"10k VIPs withdrawn from {count}", daemon, backend,
                                   receivers, "withdraw", 0)
        self.lab.forget_next_hop()

    def measure_receivers(self, row, daemon, backend, receivers, line, expected):
        """Measure from the backend's `line` until all receivers have `expected` routes."""
        backend.prepare(line)
        daemon.wait_idle()
        cpu = daemon.cpu_seconds()
        begin = time.monotonic()
        backend.send("go")
        receivers.send(f"receive {expected}")
        backend.expect("done")
        receivers.expect("done")
        seconds = time.monotonic() - begin
        daemon.wait_idle()
        self.note(row, daemon.name, seconds=seconds,
                  cpu_s=daemon.cpu_seconds() - cpu,
                  resident_bytes=daemon.resident())

    def flaps(self, row, headgate, speakers):
        """Flap one VIP by one speaker; all announce another VIP all the time."""
        with Generator(self.lab, speakers, 2, self.seed) as generator:
            generator.prepare("announce 0")
            generator.send("go")
            generator.expect("done")
            wait_until(lambda: len(headgate.daemon.living()) == speakers, 10,
                       "the next hops")
            generator.send(f"flap {FLAPS} {headgate.daemon.pins}/vip4")
            answer = generator.process.stdout.readline()
        if not answer:
            raise LabError("generator: no answer to flap")
        for direction, times in json.loads(answer).items():
            self.latencies.setdefault((row, direction), []).extend(
                nanoseconds / 1e3 for nanoseconds in times)

    def one_vip(self, headgate):
        """Measure the flaps of one VIP; the next hops of two speakers answer."""
        hosts = {self.lab.host: (254,), self.lab.peers: (1, 2)}
        for host, numbers in hosts.items():
            host.ip(*(f"address replace 172.16.1.{number}/24 dev eth0"
                      for number in numbers))
        headgate.start()
        self.flaps("one VIP, of a set that there is", headgate, 1)
        self.flaps("one VIP, of a new set of one", headgate, 2)
        headgate.stop()
        for host in hosts:
            host.ip("address flush dev eth0 to 172.16.1.0/24")

    def run_daemons(self, daemons):
        for scenario in (self.one_peer, self.ten_peers, self.cycles,
                         self.told_to_one, self.told_to_many):
            if self.scene not in ("all", scenario.__name__):
                continue
            for daemon in daemons:
                daemon.start()
                scenario(daemon)
                daemon.stop()

    def run_rib(self, peers, prefixes, row, lost=None):
        done = subprocess.run(
            [f"{PROGRAMS}/rib_bench", "--peers", str(peers),
             "--prefixes", str(prefixes), "--seed", str(self.seed)],
            check=True, capture_output=True, text=True)
        measured = json.loads(done.stdout)
        self.note(row, "rib", cpu_s=measured["load_cpu_s"],
                  resident_bytes=measured["load_bytes"])
        if lost:
            self.note(lost, "rib", cpu_s=measured["loss_cpu_s"])

    def run(self):
        headgate = HeadgateDaemon(self.lab)
        daemons = [BirdDaemon(self.lab), headgate]
        for number in range(self.rounds):
            print(f"round {number + 1} of {self.rounds}", flush=True)
            self.run_daemons(daemons)
            daemons.reverse()
            if self.scene in ("all", "one_vip"):
                self.one_vip(headgate)
            if self.scene != "all":
                continue
            self.run_rib(1, 1000000, "1M routes from one peer")
            self.run_rib(10, 100000, "100k routes from each of 10 peers",
                         "one of 10 sessions with 100k lost")


def values(measurements, name):
    return [m[name] for m in measurements if name in m]


def show(measurements, name, unit=1):
    """Format median and least, or a dash."""
    found = values(measurements, name)
    if not found:
        return "-"
    return f"{statistics.median(found) / unit:.2f} ({min(found) / unit:.2f})"


def ratio(row, name):
    """Return Headgate's median over BIRD's."""
    ours = values(row.get("headgate", []), name)
    theirs = values(row.get("bird", []), name)
    if not ours or not theirs or not statistics.median(theirs):
        return None
    return statistics.median(ours) / statistics.median(theirs)


def print_table(rows):
    line = "{:36}{:10}{:>16}{:>16}{:>18}"
    print("\n" + line.format("median (least)", "", "seconds", "CPU seconds",
                             "MiB"))
    for name, row in rows.items():
        for daemon, measured in row.items():
            print(line.format(name, daemon, show(measured, "seconds"),
                              show(measured, "cpu_s"),
                              show(measured, "resident_bytes", MIB)))
            if values(measured, "early_resident_bytes"):
                print(line.format(f"  after cycle {STEADY_CYCLE}", daemon, "",
                                  "", show(measured, "early_resident_bytes",
                                           MIB)))
            name = ""
        found = [ratio(row, key)
                 for key in ("seconds", "cpu_s", "resident_bytes")]
        print(line.format("", "ratio", *("-" if r is None else f"{r:.2f}"
                                         for r in found)))


def print_latencies(latencies):
    if not latencies:
        return
    print("\nmicroseconds from the UPDATE to the maps, median (lowest tenth)")
    for (row, direction), times in latencies.items():
        tenth = statistics.quantiles(times, n=10)[0]
        print(f"{row:36}{direction:12}{statistics.median(times):10.0f} "
              f"({tenth:.0f})")


def write_json(bench, seed):
    rows = bench.rows
    for row in rows.values():
        row["ratio"] = {key: ratio(row, key)
                        for key in ("seconds", "cpu_s", "resident_bytes")}
    with open(f"{BUILD}/bench-bgp.json", "w", encoding="utf-8") as file:
        json.dump({"seed": seed, "rows": rows,
                   "latencies_us": [{"row": row, "direction": direction,
                                     "times": times} for (row, direction), times
                                    in bench.latencies.items()]},
                  file, indent=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", default="all",
                        choices=("all", "one_peer", "ten_peers", "cycles",
                                 "told_to_one", "told_to_many", "one_vip"))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    try:
        with BenchLab() as lab:
            bench = Bench(lab, options)
            bench.run()
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print_table(bench.rows)
    print_latencies(bench.latencies)
    write_json(bench, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
