#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""From the loss of a server to the last packet that goes there.

    make bench-failover [SCENES=silence,reset] [ROUNDS=1]

Four stock BIRD servers announce 1, 100 or 10,000 VIPs; a generator sends numbered packets
of the flows that one server has, in turns for all VIPs, and receives what arrives at every
server. Then that server is lost in one of these ways:

  carrier  Headgate's own port to it loses its carrier (the server has a cable of its own)
  reset    its BGP daemon is killed (without affinity, that is a death)
  bfd      its host goes silent, and BFD watches it: 3 packets, 100 ms apart
  silence  its host goes silent, and nothing watches it but Headgate's probes
  stop     its BGP daemon hangs (SIGSTOP); the host answers

`loss_ms` is the time from the loss to the sending of the last packet that reached no other
server. For Headgate `store_ms` is the part after the alive bit was cleared; detection is
what remains. BIRD with the kernel's ECMP route runs in the same lab; it has BFD where
Headgate has it.

Prints a table and writes build/bench-failover.json.
"""

import argparse
import json
import os
import signal
import statistics
import sys

from failover_lab import DAEMONS, EVENTS, FailoverLab, LabError, measure
from name_list import names_of

BUILD = os.environ.get("B", "build")
RESULT = f"{BUILD}/bench-failover.json"
VIP_COUNTS = (1, 100, 10000)
LINE = "{:10}{:>7}  {:10}{:>12}{:>14}{:>12}"


def run_all(options):
    rows = []
    for _ in range(options.rounds):
        for event in options.scenes:
            for vips in options.vips:
                for daemon in options.daemons:
                    with FailoverLab(event, vips) as lab:
                        result = measure(lab, daemon, event)
                    rows.append({"event": event, "vips": vips,
                                 "daemon": daemon, **result})
                    print(json.dumps(rows[-1]), flush=True)
    return rows


def show(rows, key):
    found = [row[key] for row in rows if row.get(key) is not None]
    return f"{statistics.median(found):.1f}" if found else "-"


def print_table(rows):
    print("\n" + LINE.format("lost by", "VIPs", "", "loss ms", "detection ms",
                             "store ms"))
    for event, vips, daemon in dict.fromkeys(
            (r["event"], r["vips"], r["daemon"]) for r in rows):
        found = [r for r in rows
                 if (r["event"], r["vips"], r["daemon"]) == (event, vips, daemon)]
        print(LINE.format(event, vips, daemon, show(found, "loss_ms"),
                          show(found, "detection_ms"),
                          show(found, "store_ms")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenes", type=names_of(EVENTS),
                        default=list(EVENTS))
    parser.add_argument("--daemons", type=names_of(DAEMONS),
                        default=list(DAEMONS))
    parser.add_argument("--vips", type=lambda text: list(map(int, text.split(","))),
                        default=VIP_COUNTS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1,
                        help="ignored: source ports are the same in each run")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    try:
        rows = run_all(options)
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print_table(rows)
    with open(f"{RESULT}.{os.getpid()}", "w", encoding="utf-8") as file:
        json.dump({"cpus": os.cpu_count(), "load": os.getloadavg(),
                   "rows": rows}, file, indent=1)
    os.replace(file.name, RESULT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
