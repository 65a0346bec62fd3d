# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on over a kill of the agent inside an affinity window."""

from takeover_scenes import TakeoverCase  # first: finds the lab
from affinity_scenes import AffinityLab, WINDOW
from lab.system import wait_until


class KilledInAWindow(TakeoverCase):
    """A server joins, and the agent is killed while flows are on the servers that
    their buckets were on before."""

    started = False

    def test_flows_on_their_previous_server_go_on(self):
        *first, last = self.servers
        self.lab.router_bird.start()
        for server in first:
            server.start()
        last.web.start()
        self.lab.headgate.start()
        self.lab.wait_living(first)
        self.lab.wait_announced(True)
        self.start_flows()
        last.bird.start()
        self.lab.wait_living(self.servers)
        wait_until(self.moving, 10, "the window")
        before = self.moving()
        self.restart()
        self.wait_taken_over()
        self.lab.wait_living(self.servers)
        self.assertGreater(self.moving(), 0)
        self.assertLessEqual(self.moving(), before)
        self.assertIn(last.name, self.new_servers())
        self.assert_all_go_on()
        self.restart()
        self.wait_taken_over()
        self.assert_all_go_on()


class ShortWindows(AffinityLab):
    flags = ("--affinity-window", "2")


class LargerTables(TakeoverCase):
    """The next agent has more buckets: half of the flows hash to other servers, and
    go through a window."""

    lab_class = ShortWindows
    SIZE = 65536

    def digests(self):
        return {group["digest"] for group in self.lab.headgate.show("groups")}

    def test_all_flows_go_on(self):
        headgate = self.lab.headgate
        self.wait_steady()
        before = self.digests()
        self.start_flows()
        at = headgate.arguments.index("--affinity-window")
        headgate.arguments[at + 1:at + 2] = [str(WINDOW), "--table-size",
                                             str(self.SIZE)]
        self.restart()
        self.wait_taken_over()
        self.assertIn(f"--table-size is {self.SIZE} and was 16384",
                      headgate.log_tail(100000))
        wait_until(self.moving, 10, "the window")
        self.lab.wait_living(self.servers)
        self.assertGreater(self.moving(), self.SIZE // 4)
        self.assertEqual(self.new_servers(), {s.name for s in self.servers})
        self.assert_all_go_on()
        # The table is the one of a start from nothing.
        grown = self.digests()
        self.assertNotEqual(grown, before)
        self.assertEqual(headgate.stop(), 0)
        headgate.start()
        self.lab.wait_living(self.servers)
        wait_until(lambda: self.digests() == grown, 20, f"digest {grown}")


del TakeoverCase  # no scenes of its own
