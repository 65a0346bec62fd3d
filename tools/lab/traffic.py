# SPDX-License-Identifier: BSD-2-Clause
"""Run client.py and sum up its reports."""

import collections
import json
import os
import subprocess

from .system import PYTHON, TIME_SCALE, LabError, wait_until
from .web import SHORT_BYTES

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "client.py")


class Connections:
    """The results of a run of client.py, a dict for each connection."""

    def __init__(self, results):
        self.results = results

    def complete(self):
        return [r for r in self.results if r["done"]]

    def failed(self):
        """Return the downloads that ended without all their bytes."""
        return [r for r in self.results if r["error"]]

    def servers(self):
        """Return server name -> number of its complete downloads."""
        return collections.Counter(r["server"] for r in self.complete())

    def server_of_port(self):
        return {r["port"]: r["server"] for r in self.results}


def command(mode, vip, first_port, count, seconds):
    return [PYTHON, PROGRAM, mode, vip, str(first_port), str(count),
            str(seconds * TIME_SCALE)]


def short_downloads(namespace, vip, first_port, count, seconds=30):
    """Download /short from `count` source ports and wait for the end."""
    output = namespace.run(*command("short", vip, first_port, count, seconds),
                           timeout=seconds + 10)
    connections = Connections(json.loads(output))
    for result in connections.complete():
        if result["bytes"] != SHORT_BYTES:
            raise LabError(f"download has the wrong size: {result}")
    return connections


class LongDownloads:
    """Slow downloads that run until close(), at most for `seconds`; with the mode
    "idle" connections that are kept alive."""

    def __init__(self, namespace, vip, first_port, count, seconds=90,
                 mode="long"):
        self.count = count
        self.process = namespace.start(
            command(mode, vip, first_port, count, seconds),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def report(self):
        """Return the state of every download."""
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise LabError("the client of the long downloads has ended")
        return Connections(json.loads(line))

    def wait_running(self, seconds=15):
        """Wait until every download has its first bytes; return the report."""
        def running():
            report = self.report()
            got = sum(r["bytes"] > 0 for r in report.results)
            return report if got == self.count else None
        return wait_until(running, seconds,
                          f"{self.count} long downloads running", pause=0.2)

    def close(self):
        if self.process.stdin:
            self.process.stdin.close()
            self.process.stdout.close()
        self.process.end()


def fates(before, now, later):
    """Return port -> "went on", "stalled" or the error, for each download that
    ran in the report `before`.

    A download went on if it grew between the reports `now` and `later`, which
    should be some seconds apart: nginx sends a slow download in bursts.
    """
    bytes_now = {r["port"]: r["bytes"] for r in now.results}
    alive = {r["port"] for r in before.results if not r["error"]}
    return {r["port"]: fate(r, bytes_now[r["port"]])
            for r in later.results if r["port"] in alive}


def fate(result, bytes_before):
    if result["error"]:
        return result["error"]
    return "went on" if result["bytes"] > bytes_before else "stalled"
