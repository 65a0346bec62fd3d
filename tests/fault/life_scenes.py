# SPDX-License-Identifier: BSD-2-Clause
"""The lab of the tests of the agent's life under load: TCP flows and steady frames
to stock BIRD servers, half of them with BIRD's own timers. The upstream has no
graceful restart."""

import collections
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from lab_case import LabCase  # noqa: E402
from lab import traffic  # noqa: E402
from lab.system import PYTHON, TIME_SCALE, LabError, wait_until  # noqa: E402
from lab.topology import VIP, Lab  # noqa: E402

LONG = bool(os.environ.get("LONG"))
SERVERS, FLOWS, RATE = (8, 600, 3000) if LONG else (4, 160, 3000)
FRAME_VIP, FRAME_PORT, FRAME_FLOWS = "192.0.2.2", 9, 256
ENOUGH_FRAMES = 2 * RATE  # that arrive during each change and after it
FIRST_PORT = 30000
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly
WATCH_SECONDS = 40  # for all to grow: each does so about every second
SENDER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "frame_sender.py")
SINK = ("import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); "
        f"s.bind(('{FRAME_VIP}', {FRAME_PORT})); print('ready', flush=True); "
        "time.sleep(3600)")


def with_own_timers(template):
    """Return the configuration with BIRD's default timers."""
    return re.sub(r"    (hold|connect delay|connect retry|error wait) time.*\n",
                  "", template)


class FrameLoad:
    """Frames to a VIP from now on, and how many of them were lost."""

    def __init__(self, lab):
        self.counts = [s.count_frames(FRAME_VIP) for s in lab.servers]
        self.process = lab.client.start(
            [PYTHON, SENDER, FRAME_VIP, str(FRAME_PORT), str(FRAME_FLOWS),
             str(RATE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)

    def received(self):
        return sum(count.read() for count in self.counts)

    def end(self):
        """Return (sent, lost)."""
        sent = int(self.process.communicate("end\n")[0])
        try:
            wait_until(lambda: self.received() >= sent, 5, "all frames")
        except LabError:  # lost ones never come
            pass
        lost = sent - self.received()
        for count in self.counts:
            count.close()
        return sent, lost


class LifeCase(LabCase):
    options = {"servers": SERVERS}
    flags = ("--affinity-window", "5")
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        for number, server in enumerate(lab.servers):
            server.namespace.ip(f"address add {FRAME_VIP}/32 dev lo")
            server.bird.session["export"] = (
                f"where net = {VIP}/32 || net = {FRAME_VIP}/32")
            if number % 2:
                server.bird.template = with_own_timers(server.bird.template)
            sink = server.namespace.start(
                [PYTHON, "-c", SINK], stdout=subprocess.PIPE, text=True)
            sink.stdout.readline()
            cls.addClassCleanup(sink.stdout.close)
            cls.addClassCleanup(sink.end)
        cls.config = f"{lab.folder}/more.conf"
        cls.write_config([])
        lab.headgate.arguments += [*cls.flags, "--config", cls.config]
        try:
            lab.start()
        except Exception:
            cls.show_log()
            raise

    def setUp(self):
        self.headgate = self.lab.headgate
        self.lab.wait_living(self.lab.servers)
        wait_until(lambda: not self.headgate.show("status")["groups"][
            "buckets_moving"], 60, "the end of all windows")
        wait_until(lambda: all(self.session_ages()), 60, "each BIRD's session")
        self.flows = traffic.LongDownloads(
            self.lab.client, VIP, FIRST_PORT, FLOWS,
            seconds=300 * TIME_SCALE)
        self.addCleanup(self.flows.close)
        self.begun = self.flows.wait_running(60)
        self.ages, self.withdrawals = self.session_ages(), self.withdrawn()
        self.load = FrameLoad(self.lab)

    @classmethod
    def write_config(cls, lines):
        more = ["shutdown-delay 0", "start-max 0"]
        with open(cls.config, "w", encoding="utf-8") as file:
            file.write("\n".join([*more, *lines]) + "\n")

    def reload(self, lines):
        self.write_config(lines)
        done = self.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def birds(self):
        return [self.lab.router_bird, *(s.bird for s in self.lab.servers)]

    def session_ages(self):
        """Return since when each BIRD's session is up, as it says."""
        return [re.findall(r"headgate +BGP +\S+ +up +(\S+)",
                           bird.ask("show protocols"))
                for bird in self.birds()]

    def withdrawn(self):
        """Return how many withdrawals the upstream has received."""
        told = self.lab.router_bird.ask("show protocols all headgate")
        found = re.search(r"Import withdraws: +(\d+)", told)
        return int(found.group(1)) if found else None

    def log(self):
        return self.headgate.log_tail(100000)

    def broken(self):
        """Return the number of flows that do not go on. TCP tries again seconds
        after packets were lost."""
        now = self.flows.report()

        def fallen():
            fates = traffic.fates(self.begun, now, self.flows.report())
            return collections.Counter(
                fate for fate in fates.values() if fate != "went on")
        try:
            wait_until(lambda: not fallen(), WATCH_SECONDS, "all flows go on",
                       pause=1)
        except LabError:
            print(f"# flows that do not go on: {dict(fallen())}", flush=True)
        return sum(fallen().values())

    def judge(self, what, resets=0, withdrawals=0, lost=0, broken=0):
        """Print and check what the change has cost."""
        wait_until(lambda: self.load.received() >= ENOUGH_FRAMES, 60,
                   "frames")
        sent, gone = self.load.end()
        fell = self.broken()
        reset = sum(before != after for before, after in
                    zip(self.ages, self.session_ages()))
        withdrawn = self.withdrawn() - self.withdrawals
        print(f"# {what}: {gone} of {sent} frames lost, {fell} of {FLOWS} "
              f"flows broken, {reset} sessions reset, {withdrawn} withdrawals",
              flush=True)
        self.assertGreater(sent, 0)
        for found, most in ((gone, lost), (fell, broken), (reset, resets),
                            (withdrawn, withdrawals)):
            if most is not None:
                self.assertLessEqual(found, most, what)

    def hand_over(self, *more):
        done = self.log().count("handover: complete")
        self.assertEqual(self.headgate.hand_over(
            *more, seconds=HANDED_OVER), 0)
        wait_until(lambda: self.log().count("handover: complete") > done,
                   HANDED_OVER, "the rest")
