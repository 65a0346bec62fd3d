# SPDX-License-Identifier: BSD-2-Clause
"""Send the seeds of the fuzz targets over a live session. The decoders survive
them alone; here the whole agent must, with its rib, its upstream and its log. It
is the build with sanitizers, if there is one (`make SAN=1 B=build/san`, or the
folder SAN_BUILD).
"""

import glob
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

import raw_bgp as bgp  # noqa: E402 (the path comes first)
from raw_lab import (BACKEND_AS, NEXT_HOP, RawCase,  # noqa: E402
                     announcement)
from raw_speaker import wait_for  # noqa: E402
from lab import agent  # noqa: E402

CORPUS = os.path.join(agent.REPOSITORY, "tests", "fuzz", "corpus")
SANITIZED = os.path.join(agent.REPOSITORY,
                         os.environ.get("SAN_BUILD", "build/san"))
FENCE = "192.0.2.250/32"
REPORTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


def seeds(target):
    return sorted(glob.glob(f"{CORPUS}/{target}/*"))


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Corpus(RawCase):

    @classmethod
    def setUpClass(cls):
        usual = agent.BUILD
        if os.path.exists(f"{SANITIZED}/headgate"):
            agent.BUILD = SANITIZED
        cls.addClassCleanup(setattr, agent, "BUILD", usual)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        """End the agent, which reports leaks then, and check its exit status."""
        status = cls.lab.headgate.stop()
        if status or cls.reports():
            cls.show_log()
            raise AssertionError(f"the agent ended with {status}; "
                                 f"reported: {cls.reports()}")

    @classmethod
    def reports(cls):
        """Return the reports of the sanitizers, or ""."""
        log = cls.lab.headgate.log_tail(10 ** 6)
        return [report for report in REPORTS if report in log]

    def replay(self, path, data, established):
        """Send a seed within a session or in place of an OPEN; then check a good
        session."""
        with self.subTest(os.path.relpath(path, CORPUS)):
            if established:
                speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
            else:
                speaker = self.lab.dial(NEXT_HOP)
            speaker.send(data)
            speaker.send(bgp.notification(6, 2))
            speaker.wait_closed()
            self.check_alive()

    def check_alive(self):
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        speaker.send(announcement(FENCE, BACKEND_AS))
        wait_for([speaker, self.observer, self.bystander],
                 lambda: FENCE in self.observer.table, 5, "an announcement")
        speaker.send(bgp.notification(6, 2))
        speaker.wait_closed()
        wait_for([self.observer, self.bystander],
                 lambda: FENCE not in self.observer.table, 5, "its end")
        self.lab.headgate.show("routes")
        self.lab.headgate.show("neighbors")
        self.check_bystanders()
        self.assertEqual(self.reports(), [])

    def test_streams(self):
        for path in seeds("message"):
            self.replay(path, read(path), established=False)
            self.replay(path, read(path), established=True)

    def test_opens(self):
        for path in seeds("open"):
            self.replay(path, bgp.message(bgp.OPEN, read(path))
                        + bgp.keepalive(), established=False)

    def test_updates(self):
        for path in seeds("update"):
            body = read(path)[:bgp.MAX_MESSAGE - bgp.HEADER_SIZE]
            self.replay(path, bgp.message(bgp.UPDATE, body), established=True)

    def test_there_is_a_corpus(self):
        """Otherwise the tests above would prove nothing."""
        for target in ("message", "open", "update"):
            self.assertNotEqual(seeds(target), [])


if __name__ == "__main__":
    unittest.main()
