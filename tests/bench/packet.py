#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The cost of the packet path: Headgate beside its lower bound and the kernel.

    make bench [ROUNDS=9] [SEED=1] [SCENES=vips_10k,ipv6]

packet_bench sends bursts of live frames, made inside the kernel, through an
empty XDP program, Headgate's program and the kernel's ECMP forwarding, in turns
and all on one CPU. This script makes a table and build/bench.json of them.

A rate includes everything that a frame goes through: generator, two crossings of
a veth pair, the contender, sink. A run's nanoseconds are the program's alone, by
the kernel's statistics. They include reading the clock around each run, so those
of the empty program are subtracted. A ratio is the median of the ratios of all
rounds, because a disturbance affects a whole round; the best round follows in
brackets. The bench does not judge a build: it prints which targets are missed,
and the exit code is 0.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

BUILD = os.environ.get("B", "build")
PROGRAM = f"{BUILD}/tests/bench/packet_bench"
RESULT = f"{BUILD}/bench.json"
MITIGATIONS = ("spec_rstack_overflow", "spectre_v2", "retbleed")

CONTENDERS = {
    "empty": "empty XDP_TX program",
    "flows_65k": "Headgate",
    "kernel": "kernel, ECMP route",
}
LOADS = {
    "flows_1k": "1,024 flows",
    "flows_65k": "65,536 flows",
    "flows_1m": "1,048,576 flows",
    "nexthops_2": "2 next hops",
    "nexthops_512": "512 next hops",
    "vips_10k_one_used": "10,000 VIPs, one gets all packets",
    "vips_10k": "10,000 VIPs, used evenly, of one group",
    "vips_10k_scattered": "10,000 VIPs, scattered among 65,536 addresses",
    "vips_10k_64_groups": "10,000 VIPs, used evenly, of 64 groups",
}
FEATURES = {
    "redirect": "out of another port",
    "backup": "the backup takes over",
    "tag_in": "VLAN tag in, none out",
    "tag_out": "no VLAN tag in, one out",
    "tag_in_out": "VLAN tag in, another one out",
    "ipip": "behind a router, IP in IP",
    "gue": "behind a router, GUE",
    "ipv6": "IPv6",
    "prefix": "the VIP is in a prefix",
    "first_fragment": "first fragment, 1,024 packets",
    "later_fragment": "later fragment, 1,024 packets",
    "lost_fragment": "later fragment without a first one",
    "icmp_error": "ICMP error",
    "flow_miss": "tracked bucket, flow not recorded",
    "flow_hit": "moving bucket, 65,536 recorded flows",
    "flow_hit_1m": "moving bucket, 1,048,576 recorded flows",
    "flow_record": "moving bucket, each frame a new flow",
    "flow_unknown": "moving bucket, each frame an unknown flow",
    "not_vip": "not for a VIP: passed",
    "not_vip_prefix": "not for a VIP, with VIPs that are prefixes",
}
SCENES = {**CONTENDERS, **LOADS, **FEATURES}
ALWAYS = ("empty", "flows_65k")  # the others are compared with these


class Samples:
    """The measurements of packet_bench: scene -> round -> value."""

    def __init__(self):
        self.program = {}
        self.rates = {}  # frames a second, in millions
        self.runs = {}  # nanoseconds

    def add(self, line):
        if "program" in line:
            self.program = line["program"]
        elif line["runs"]:
            self.runs.setdefault(line["scene"], {})[line["round"]] = \
                line["run_ns"] / line["runs"]
        else:
            self.rates.setdefault(line["scene"], {})[line["round"]] = \
                line["received"] / line["seconds"] / 1e6

    def above_empty(self, scene):
        return {number: ns - self.runs["empty"][number]
                for number, ns in self.runs[scene].items()}


def median(values):
    return statistics.median(values.values())


def ratios(ours, theirs):
    return {number: ours[number] / theirs[number] for number in ours}


class Target:
    """A target: at least (">=") or at most ("<=") `bound`."""

    def __init__(self, name, sign, bound, scenes, measure):
        self.name = name
        self.scenes = scenes
        self.sign = sign
        self.bound = bound
        self.measure = measure  # of samples and scenes: round -> value

    def judge(self, samples):
        values = self.measure(samples, *self.scenes)
        value = median(values)
        least = self.sign == ">="
        return {"name": self.name, "value": round(value, 3),
                "best": round((max if least else min)(values.values()), 3),
                "sign": self.sign, "target": self.bound,
                "holds": value >= self.bound if least else
                value <= self.bound}


def rate_ratio(samples, ours, theirs):
    return ratios(samples.rates[ours], samples.rates[theirs])


def cost(samples, scene):
    return samples.above_empty(scene)


def cost_ratio(samples, more, less):
    return ratios(cost(samples, more), cost(samples, less))


def cost_above(samples, more, less):
    """Return the difference in each round."""
    return {number: ns - cost(samples, less)[number]
            for number, ns in cost(samples, more).items()}


TARGETS = (
    Target("forwarding rate, of an empty XDP_TX program", ">=", 0.8,
           ("flows_65k", "empty"), rate_ratio),
    Target("forwarding rate, of the kernel's", ">=", 2.5,
           ("flows_65k", "kernel"), rate_ratio),
    Target("ns above an empty program, 65,536 flows", "<=", 50,
           ("flows_65k",), cost),
    Target("cost of 1,048,576 flows, of that of 1,024", "<=", 1.2,
           ("flows_1m", "flows_1k"), cost_ratio),
    Target("cost of 10,000 VIPs, of that of one", "<=", 1.2,
           ("vips_10k", "flows_65k"), cost_ratio),
    Target("cost of 10,000 VIPs that are scattered", "<=", 1.2,
           ("vips_10k_scattered", "flows_65k"), cost_ratio),
    Target("cost of 512 next hops, of that of 2", "<=", 1.2,
           ("nexthops_512", "nexthops_2"), cost_ratio),
    Target("ns of IP in IP, above plain", "<=", 25,
           ("ipip", "flows_65k"), cost_above),
    Target("ns of GUE, above plain", "<=", 30, ("gue", "flows_65k"),
           cost_above),
)


# ------------------------------------------------------------- surroundings

def read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def cpu_model():
    for line in read("/proc/cpuinfo").split("\n"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def surroundings(options):
    vulnerabilities = "/sys/devices/system/cpu/vulnerabilities"
    return {
        "kernel": platform.release(),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "mitigations": {name: read(f"{vulnerabilities}/{name}")
                        for name in MITIGATIONS},
        "bpf_jit_enable": read("/proc/sys/net/core/bpf_jit_enable"),
        # Statistics switched on elsewhere slow down the bursts without them.
        "bpf_stats_enabled": read("/proc/sys/kernel/bpf_stats_enabled"),
        "load_average": os.getloadavg()[0],
        "rounds": options.rounds,
        "seed": options.seed,
        "burst_ms": options.burst_ms,
    }


def print_surroundings(where):
    print(f"Linux {where['kernel']}, {where['cpu']}, {where['cores']} cores, "
          f"load {where['load_average']:.1f}; "
          + "; ".join(f"{name}: {text}"
                      for name, text in where["mitigations"].items())
          + f"; {where['rounds']} rounds, seed {where['seed']}")


# ------------------------------------------------------------- the tables

LINE = "{:44}{:>16}{:>16}{:>16}"


def digits(value):
    """Format a number with three significant digits."""
    before = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return f"{value:.{max(3 - before, 0)}f}"


def show(middle, best):
    return f"{digits(middle)} ({digits(best)})"


def row(scene, name, samples):
    rates = samples.rates[scene]
    rate = run = above = "-"
    if max(rates.values()):
        rate = show(median(rates), max(rates.values()))
    if scene != "kernel":
        runs = samples.runs[scene]
        run = show(median(runs), min(runs.values()))
    if scene not in ("kernel", "empty"):
        nanoseconds = samples.above_empty(scene)
        above = show(median(nanoseconds), min(nanoseconds.values()))
    return LINE.format(name, rate, run, above)


def print_rows(title, scenes, samples):
    measured = [scene for scene in scenes if scene in samples.rates]
    if not measured:
        return
    print("\n" + LINE.format(title, "Mpps", "ns a run", "above empty"))
    for scene in measured:
        print(row(scene, scenes[scene], samples))


def print_targets(judged):
    print("\ntargets")
    for target in judged:
        print(LINE.format(
            target["name"], show(target["value"], target["best"]),
            f"{target['sign']} {target['target']:g}",
            "holds" if target["holds"] else "misses"))


def print_program(program):
    print("\nprogram: {instructions} instructions, {verified_instructions} "
          "verified; {xlated_bytes} bytes, {jited_bytes} as machine code; "
          "{stack_bytes} bytes of stack in all functions together".format(
              **program))


def print_all(samples, judged):
    print("\nmedian (best) of all rounds; one arm, 1 VIP, 16 next hops, 65,536 "
          "flows, unless stated otherwise")
    print_rows("contenders", CONTENDERS, samples)
    print_rows("Headgate under load", LOADS, samples)
    print_rows("work that a packet can need", FEATURES, samples)
    print_targets(judged)
    print_program(samples.program)


def write_json(where, samples, judged):
    scenes = {scene: {"mpps": list(rates.values()),
                      "run_ns": list(samples.runs[scene].values())}
              for scene, rates in samples.rates.items()}
    if "kernel" in scenes:
        del scenes["kernel"]["run_ns"]  # these are of the program in front of it
    with open(RESULT, "w", encoding="utf-8") as file:
        json.dump({"environment": where, "program": samples.program,
                   "scenes": scenes, "targets": judged}, file, indent=1)


def measure(options):
    """Return the samples, or None if packet_bench failed, and its exit code."""
    samples = Samples()
    command = [PROGRAM, "--rounds", str(options.rounds), "--seed",
               str(options.seed), "--burst-ms", str(options.burst_ms)]
    if options.scenes:
        command += ["--scenes", ",".join([*ALWAYS, *options.scenes])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        for line in bench.stdout:
            samples.add(json.loads(line))
    return samples if bench.returncode == 0 else None, bench.returncode


def scene_names(text):
    names = text.split(",")
    for name in names:
        if name not in SCENES:
            raise argparse.ArgumentTypeError(
                f"scene '{name}': unknown; one of "
                + ", ".join(SCENES))
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--burst-ms", type=int, default=100)
    parser.add_argument("--scenes", type=scene_names)
    options = parser.parse_args()
    where = surroundings(options)
    print_surroundings(where)
    sys.stdout.flush()
    samples, code = measure(options)
    if not samples:
        return code
    judged = [target.judge(samples) for target in TARGETS
              if samples.rates.keys() >= set(target.scenes)]
    print_all(samples, judged)
    write_json(where, samples, judged)
    return 0


if __name__ == "__main__":
    sys.exit(main())
