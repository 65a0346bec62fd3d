# SPDX-License-Identifier: BSD-2-Clause
"""Check the lab's flow hash and table comparison, on which other tests rely."""

import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.steering import Table, flow_hash

# The 5-tuple vectors of tests/unit/core/test_flow_hash.c.
FLOW = ("10.0.0.1", 12345, "192.0.2.1", 443)
GOLDEN = {0: 0x79d703670cf000df, 0x0123456789abcdef: 0xa850af303c653771}


class Steering(unittest.TestCase):

    def test_flow_hash_agrees_with_the_frozen_values(self):
        for key, value in GOLDEN.items():
            self.assertEqual(flow_hash(*FLOW, key=key), value)

    def test_moved_buckets_are_those_of_others(self):
        before = Table(["a", "b", "c", "c"])
        self.assertEqual(before.moved(Table(["b", "b", "c", "b"]), "a"), {3})
        self.assertEqual(before.moved(before, "a"), set())
