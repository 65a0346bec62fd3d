# SPDX-License-Identifier: BSD-2-Clause
"""Check that bpftool prints every pinned map with the names of its fields."""

import os

from lab_case import LabCase
from lab.bpf import element_count
from lab.steering import BUCKETS_PER_ELEMENT, GROUPS

# Map -> the fields of a value. tx_ports and captures are missing: the kernel
# accepts no type information for these. fragments, flows and the prefixes are
# empty. buckets is not dumped but looked up: it has millions of elements, for all
# groups.
FIELDS = {
    "vip4": {"address", "vip"},
    "vip6": {"address", "vip"},
    "nexthops": {"destination_mac", "source_mac", "ifindex", "mtu", "alive",
                 "draining", "tags", "incarnation", "address"},
    "counters": {"outcomes", "events", "nexthops", "vips"},
    "icmp_budgets": {"since_ns", "used"},
    "flow_budgets": {"used_until_ns"},
}
OTHERS = {"buckets", "previous", "flows_new", "flows_probation",
          "flows_pinned", "tx_ports", "captures", "fragments", "vip4_lpm",
          "vip6_lpm"}
VIP_FIELDS = {"group", "counter", "hash_fields", "used", "further"}
BUCKET_FIELDS = {"current", "backup", "moving", "tracked"}
TABLE_SIZE = 16384  # the agent's default


class Bpftool(LabCase):

    options = {"servers": 2}

    def test_every_map_is_pinned_by_its_name(self):
        pinned = set(os.listdir(self.lab.headgate.pins))
        self.assertLessEqual({*FIELDS, *OTHERS}, pinned)

    def test_dumped_values_have_named_fields(self):
        for name, fields in FIELDS.items():
            with self.subTest(map=name):
                entry = self.lab.headgate.map_dump(name)[0]
                value = (entry["values"][0]["value"]  # a value for each CPU
                         if "values" in entry else entry["value"])
                self.assertLessEqual(fields, set(value))

    def test_vips_have_named_fields(self):
        entry = self.lab.headgate.map_dump("vip4")[0]["value"]
        self.assertLessEqual(VIP_FIELDS, set(entry["vip"]))

    def test_buckets_have_named_fields(self):
        pair = self.lab.headgate.map_lookup("buckets", 0)["buckets"]
        self.assertEqual(len(pair), 2)
        for bucket in pair:
            self.assertLessEqual(BUCKET_FIELDS, set(bucket))
            self.assertNotEqual(int(str(bucket["current"]), 0), 0)

    def test_buckets_have_room_for_all_groups(self):
        elements = element_count(f"{self.lab.headgate.pins}/buckets")
        self.assertEqual(elements * BUCKETS_PER_ELEMENT, GROUPS * TABLE_SIZE)
