# SPDX-License-Identifier: BSD-2-Clause
"""Flow maps that are too small: the log says so before flows break."""

import json

from affinity_scenes import AffinityCase, AffinityLab
from lab.system import PYTHON, TIME_SCALE, wait_until
from lab.topology import VIP

ECHO_PORT, FIRST_PORT = 7000, 20000
ROOM, SOME, MANY = 1024, 1200, 3000
# Sends two datagrams from each of COUNT ports, the second one when the first was
# answered, and prints how many were.
SEND = """
import json, socket, sys
address, port, first, count = sys.argv[1], *map(int, sys.argv[2:])
answered = 0
for source in range(first, first + count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", source))
        sock.connect((address, port))
        sock.settimeout(1)
        for _ in range(2):
            sock.send(b"x")
            try:
                answered += bool(sock.recv(100))
            except OSError:
                pass
print(json.dumps(answered))
"""


class SmallMapsLab(AffinityLab):
    flags = (*AffinityLab.flags, "--affinity-flows", str(ROOM))


class MapsFill(AffinityCase):
    """Half of all buckets move, and all UDP flows in them are recorded."""

    lab_class = SmallMapsLab
    options = {"servers": 2}

    def setUp(self):
        self.victim, *self.others = self.servers = self.lab.servers
        for server in self.servers:
            self.addCleanup(server.start_echo(VIP, ECHO_PORT).end)
        self.wait_steady()

    def send(self, first, count):
        answered = self.lab.client.run(
            PYTHON, "-c", SEND, VIP, *map(str, (ECHO_PORT, first, count)),
            timeout=60 * TIME_SCALE)
        self.assertGreater(json.loads(answered), 1.9 * count)

    def maps(self):
        return {row["map"]: row
                for row in self.lab.headgate.show("status")["flow_maps"]}

    def log(self):
        return self.lab.headgate.log_tail(10000)

    def test_the_log_says_so_before_and_when_records_are_lost(self):
        self.assertEqual({name: row["room"] for name, row in
                          self.maps().items()},
                         {"new": ROOM // 2, "probation": ROOM // 2,
                          "pinned": ROOM})
        self.withdraw()
        wait_until(lambda: self.lab.headgate.nexthops()[self.victim.address][
            "draining"], 10, "the drain")
        self.send(FIRST_PORT, SOME)
        wait_until(lambda: self.maps()["pinned"]["records"] > SOME / 4, 30,
                   "a look at the maps")
        pinned = self.maps()["pinned"]
        self.assertEqual(pinned["evicted"], 0)
        self.assertLess(pinned["records"], ROOM)
        self.assertEqual(pinned["records"], self.lab.headgate.nexthops()[
            self.victim.address]["flows_recorded"])
        self.assertRegex(self.log(), r"flow records: \d+ of 1024 are in use, "
                         ".*raise --affinity-flows")
        self.assertNotIn("were lost", self.log())
        self.send(FIRST_PORT + SOME, MANY)
        wait_until(lambda: self.maps()["pinned"]["evicted"], 30,
                   "records that were pushed out")
        pinned = self.maps()["pinned"]
        self.assertGreater(pinned["records"], 0.7 * ROOM)
        self.assertLessEqual(pinned["records"], ROOM)
        # Each flow of the victim is recorded, pushed out, or forgotten by both.
        self.assertLess(pinned["evicted"], SOME + MANY - pinned["records"])
        self.assertRegex(self.log(), r"flow records: \d+ were lost to others .*"
                         "raise --affinity-flows")


del AffinityCase  # no scenes of its own
