# SPDX-License-Identifier: BSD-2-Clause
"""Check that tables, settings, pins and kernel routes which another process has
changed are repaired within 15 seconds, and counted by kind."""

import json
import os
import subprocess
import unittest

from lab_case import LabCase
from lab.bpf import element_count, read_array, write_array
from lab.system import PYTHON, wait_until

METRICS = 9180
SECONDS = 15
WORD = 4      # bytes of a bucket
NEXTHOP = 64  # bytes of an entry of a next hop
OVERWRITTEN = 100
PREFIX_VIP = "198.18.0.0/24"


class AuditTables(LabCase):

    options = {"servers": 2, "ipv6": True}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.headgate = cls.lab.headgate
        cls.headgate.arguments += [
            "--audit-interval", "1", "--metrics", f"127.0.0.1:{METRICS}",
            "--vip", PREFIX_VIP, "--path", f"{PREFIX_VIP},via=10.1.0.11"]
        cls.lab.start()
        cls.ports = iter(range(20000, 60000, 100))

    def sync(self):
        return self.headgate.show("status")["sync"]

    def pin(self, name):
        return f"{self.headgate.pins}/{name}"

    def check_traffic(self):
        self.assertEqual(self.lab.download(next(self.ports), 20).failed(), [])

    def repaired(self, kind, change, count=None):
        """Change something and wait until it is repaired."""
        before = self.sync()["kinds"][kind]
        change()

        def is_repaired():
            status = self.headgate.show("status")
            now = status["sync"]["kinds"][kind]
            return (status["in_sync"] and status["sync"]["why"] is None
                    and now["repaired"] > before["repaired"])
        wait_until(is_repaired, SECONDS, f"a repair of a {kind}")
        now = self.sync()["kinds"][kind]
        if count is not None:
            self.assertEqual(now["repaired"] - before["repaired"], count)
        if kind != "pin":
            self.check_traffic()

    def table(self):
        """Return the first table in use as (offset, bytes), and its group."""
        group = self.headgate.show("groups")[0]["group"]
        size = self.headgate.show("status")["table_size"]
        words = read_array(self.pin("buckets"), group * size, size, "=I")
        return group * size * WORD, b"".join(
            word.to_bytes(WORD, "little") for word, in words)

    def test_buckets_are_written_again(self):
        offset, before = self.table()
        dead = (4000).to_bytes(WORD, "little") * OVERWRITTEN
        self.repaired("bucket", lambda: write_array(
            self.pin("buckets"), offset, dead), OVERWRITTEN)
        self.assertEqual(self.table(), (offset, before))
        self.assertIn("100 buckets had been changed",
                      self.headgate.log_tail(1000))

    def test_next_hops_are_written_again(self):
        entries = read_array(self.pin("nexthops"), 0, 16, "=64s")
        self.repaired("nexthop", lambda: write_array(
            self.pin("nexthops"), NEXTHOP, bytes(15 * NEXTHOP)))
        after = read_array(self.pin("nexthops"), 0, 16, "=64s")
        self.assertEqual([e[0][:20] for e in after],
                         [e[0][:20] for e in entries])

    def taken_place(self, name, layout):
        """Return the index of an entry of a VIP in its table."""
        entries = read_array(self.pin(name), 0,
                             element_count(self.pin(name)), layout)
        return next(i for i, fields in enumerate(entries) if any(fields[0]))

    def test_vips_that_are_deleted_come_back(self):
        for name, size in ("vip4", 8), ("vip6", 32):
            place = self.taken_place(name, f"={size}s")
            self.repaired("vip", lambda: write_array(
                self.pin(name), place * size, bytes(size)), 1)

    def test_a_vip_at_a_wrong_place_is_removed(self):
        place = self.taken_place("vip4", "=8s")
        entry, = read_array(self.pin("vip4"), place, 1, "=8s")[0]
        other = (place + 1000) % element_count(self.pin("vip4"))
        self.repaired("vip", lambda: write_array(
            self.pin("vip4"), other * 8, entry), 1)
        self.assertEqual(
            read_array(self.pin("vip4"), other, 1, "=8s")[0][0][:4], bytes(4))

    def trie(self, verb, prefix, *value):
        address, length = prefix.split("/")
        key = [length, "0", "0", "0", *address.split(".")]
        subprocess.run(["bpftool", "map", verb, "pinned",
                        self.pin("vip4_lpm"), "key", *key, *value], check=True)

    def test_prefixes_come_back_and_others_go(self):
        self.repaired("vip", lambda: self.trie("delete", PREFIX_VIP), 1)
        self.repaired("vip", lambda: self.trie(
            "update", "198.51.0.0/16", "value", "0", "0", "0", "0"), 1)
        prefixes = [e["key"] for e in self.headgate.map_dump("vip4_lpm")]
        self.assertEqual(len(prefixes), 1)

    def test_pins_come_back(self):
        self.repaired("pin", lambda: os.unlink(self.pin("nexthops")), 1)
        self.repaired("pin", lambda: os.unlink(self.pin("links/up")), 1)
        self.assertEqual(len(self.headgate.map_dump("nexthops")), 4096)

    def test_the_pin_of_another_map_is_replaced(self):
        def replace():
            os.unlink(self.pin("tx_ports"))
            subprocess.run(["bpftool", "map", "create", self.pin("tx_ports"),
                            "type", "devmap_hash", "key", "4", "value", "4",
                            "entries", "4", "name", "tx_ports"], check=True)
        self.repaired("pin", replace, 1)
        self.assertEqual(element_count(self.pin("tx_ports")), 16)

    def test_a_pin_that_cannot_be_replaced_withdraws_nothing(self):
        os.unlink(self.pin("captures"))
        subprocess.run(["bpftool", "map", "create", self.pin("captures"),
                        "type", "array", "key", "4", "value", "4",
                        "entries", "4", "name", "other"], check=True)
        wait_until(lambda: not self.headgate.show("status")["in_sync"],
                   SECONDS, "a difference that stays")
        rounds = self.sync()["audits"]
        wait_until(lambda: self.sync()["audits"] > rounds + 1, SECONDS,
                   "another audit")
        self.assertIn("not an object of headgate", self.sync()["why"])
        self.assertTrue(self.lab.router_route())
        os.unlink(self.pin("captures"))
        wait_until(lambda: self.headgate.show("status")["in_sync"], SECONDS,
                   "the pin")
        text = self.headgate.ctl("show", "status").stdout
        self.assertNotIn("DEGRADED", text)
        self.assertRegex(text, "audit +captures: pin had been removed or "
                         "replaced; pinned again")

    def test_ports_of_the_program_come_back(self):
        pins = os.listdir(self.headgate.pins)
        data = next(p for p in pins if p.endswith("_bss"))
        self.repaired("setting", lambda: write_array(self.pin(data), 0,
                                                     bytes(16)))

    def test_routes_come_back(self):
        def routes():
            text = self.lab.host.run("ip", "-j", "-d", "route", "show",
                                     "proto", "72")
            return sorted((route["type"], route["dst"], route["metric"])
                          for route in json.loads(text))
        before = routes()
        self.assertTrue(before)
        self.lab.host.ip(*(f"route del {kind} {prefix} metric {metric}"
                           for kind, prefix, metric in before))
        wait_until(lambda: routes() == before, SECONDS, "the kernel's routes")
        self.check_traffic()

    def test_metrics_count_by_kind(self):
        self.repaired("pin", lambda: os.unlink(self.pin("fragments")), 1)
        page = self.lab.host.run(
            PYTHON, "-c", "import urllib.request as u; print(u.urlopen("
            f"'http://127.0.0.1:{METRICS}/metrics').read().decode())")
        found = self.sync()["kinds"]["pin"]["differences"]
        self.assertIn(f'headgate_audit_findings_total{{kind="pin"}} {found}',
                      page)
        self.assertRegex(page, r"headgate_audits_total [1-9]")


if __name__ == "__main__":
    unittest.main()
