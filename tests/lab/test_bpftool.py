# SPDX-License-Identifier: BSD-2-Clause
"""bpftool reads every pinned map with the names of its fields."""

import os

from lab_case import LabCase

# Map -> the fields of a value; None for a plain number.
FIELDS = {
    "vip4": {"group", "counter", "hash_fields"},
    "groups": {"first_bucket", "mask"},
    "buckets": {"current", "backup", "previous", "flags"},
    "nexthops": {"destination_mac", "source_mac", "ifindex", "mtu", "vlan",
                 "alive", "draining", "incarnation", "address"},
    "tx_ports": None,
    "vip_counters": {"packets", "bytes"},
    "nh_counters": {"packets", "bytes"},
    "outcomes": {"packets", "bytes"},
}


class Bpftool(LabCase):

    options = {"servers": 2}

    def test_every_map_is_pinned_by_its_name(self):
        pinned = set(os.listdir(self.lab.headgate.pins))
        self.assertLessEqual(set(FIELDS), pinned)

    def test_values_have_named_fields(self):
        for name, fields in FIELDS.items():
            with self.subTest(map=name):
                value = self.first_value(name)
                self.assertIsInstance(value, dict if fields else int)
                self.assertLessEqual(fields or set(), set(value or {}))

    def first_value(self, name):
        entry = self.lab.headgate.map_dump(name)[0]
        if "values" in entry:  # one for each CPU
            return entry["values"][0]["value"]
        return entry["value"]
