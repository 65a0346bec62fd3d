# SPDX-License-Identifier: BSD-2-Clause
"""Check Headgate with one interface: frames leave by the port they came in."""

from lab_case import LabCase

CONNECTIONS = 300


class OneArm(LabCase):

    options = {"one_arm": True}

    def test_connections_turn_around_on_one_port(self):
        before = self.lab.headgate.outcomes()
        connections = self.lab.download(20000, CONNECTIONS)
        after = self.lab.headgate.outcomes()
        self.assertEqual(connections.failed(), [])
        self.assertEqual(set(connections.servers()),
                         {s.name for s in self.lab.servers})
        self.assertGreater(after["forwarded_tx"] - before["forwarded_tx"],
                           3 * CONNECTIONS)
        self.assertEqual(after["forwarded_redirect"], 0)
