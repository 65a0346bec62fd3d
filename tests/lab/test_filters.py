# SPDX-License-Identifier: BSD-2-Clause
"""Filters of VIPs: rules of the configuration, sources, rates, and what is shown
of them, while real downloads of the same VIP go on."""

import os
import socket
import struct

from lab_case import LabCase, close_lab
from lab.control import Control
from lab.system import wait_until
from lab.topology import CLIENT6_ADDRESS, CLIENT_ADDRESS, VIP, VIP6, Lab
from raw_frames import frame, ipv4, ipv6, mac_of, send_frames, udp

SYN, ACK = 0x02, 0x10
DNS = f"vip {VIP}/32 protocol udp port 53 drop"
MANY = 257  # one more than fit for a VIP


def tcp(flags, port=80):
    return struct.pack("!HHIIBBHHH", 40000, port, 1, 1, 5 << 4, flags, 1024,
                       0, 0)


class Filters(LabCase):
    """The agent has a configuration in a file, which the tests edit."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(servers=2, ipv6=True)
        cls.addClassCleanup(close_lab, cls.lab, 0)
        cls.config = f"{cls.lab.folder}/extra.conf"
        cls.metrics = f"{cls.lab.folder}/metrics"
        cls.write([])
        cls.lab.headgate.arguments += [
            "--config", cls.config, "--metrics", f"unix:{cls.metrics}"]
        cls.lab.start()

    @classmethod
    def write(cls, lines):
        with open(cls.config, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in [
                "shutdown-delay 0", "start-max 0", *lines])

    def configure(self, *lines):
        self.write(lines)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def rows(self):
        return self.lab.headgate.show("filters")

    def count(self, outcome):
        return self.lab.headgate.outcomes()[outcome]

    def send(self, packets):
        mac = mac_of(self.lab.host, "up")
        send_frames(self.lab.router, "up", [frame(mac, p) for p in packets])

    def send_until_dropped(self, packets, outcome):
        """Send; wait until all of them have this outcome."""
        before = self.count(outcome)
        self.send(packets)
        wait_until(lambda: self.count(outcome) - before >= len(packets), 20,
                   f"{len(packets)} packets with {outcome}")

    def explain(self, *flow):
        keys = ("source", "source_port", "destination", "destination_port",
                "protocol")
        with_flow = Control(self.lab.headgate.socket).ask(
            request="explain", flow=dict(zip(keys, flow)))
        return with_flow["explain"]["program"]

    def tearDown(self):
        self.configure()

    def test_a_filter_drops_what_it_matches_and_nothing_else(self):
        self.configure(f"filter {DNS}",
                       f"filter vip {VIP6} protocol udp drop")
        dns = ipv4(CLIENT_ADDRESS, VIP, udp(4000, 53))
        self.send_until_dropped([dns] * 3, "dropped_filter")
        self.send_until_dropped([ipv6(CLIENT6_ADDRESS, VIP6, udp(4000, 9))],
                                "dropped_filter")
        first, second = self.rows()
        self.assertEqual(
            [first[k] for k in ("origin", "match", "action", "in_force",
                                "packets", "dropped_packets", "reason")],
            ["local", DNS.removesuffix(" drop"), "drop", True, 3, 3, None])
        self.assertLessEqual(first["last_hit_s"], 20)
        self.assertEqual(second["packets"], 1)
        told = self.explain(CLIENT_ADDRESS, "4000", VIP, "53", "udp")
        self.assertEqual((told["outcome"], told["filter"]["match"]),
                         ("dropped_filter", first["match"]))
        told = self.explain(CLIENT_ADDRESS, "4000", VIP, "80", "tcp")
        self.assertIsNone(told["filter"])
        self.assertEqual(self.rows()[0]["packets"], 3)
        done = self.lab.headgate.ctl("show", "filters")
        self.assertIn("protocol udp port 53", done.stdout)
        self.assertIn('headgate_filters{state="in_force"} 2', self.page())
        self.assertEqual(self.lab.download(21000, 10).failed(), [])

    def page(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.metrics)
            sock.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            with sock.makefile(encoding="utf-8") as answer:
                return answer.read()

    def test_a_rate_limits_new_connections_and_not_those_that_are_there(self):
        downloads = self.lab.start_long_downloads(22000, 10)
        try:
            before = downloads.wait_running()
            self.configure(f"filter vip {VIP} tcp-flags syn&!ack rate 5pps")
            # More than the burst: the first of them pass.
            flood = [ipv4(CLIENT_ADDRESS, VIP, tcp(SYN), socket.IPPROTO_TCP)]
            dropped = self.count("dropped_rate")
            self.send(flood * 2000)
            wait_until(lambda: self.count("dropped_rate") - dropped > 1000,
                       20, "packets above the rate")
            self.send([ipv4(CLIENT_ADDRESS, VIP, tcp(SYN | ACK),
                            socket.IPPROTO_TCP)] * 100)
            now = downloads.report()
            wait_until(lambda: all(
                later["bytes"] > was["bytes"] for later, was in
                zip(downloads.report().results, now.results)), 30,
                "all downloads going on")
            self.assertEqual([r["error"] for r in before.results
                              if r["error"]], [])
            row, = self.rows()
            self.assertGreaterEqual(row["packets"], 2000)
            self.assertLess(row["packets"] - row["dropped_packets"], 1000)
        finally:
            downloads.close()

    def test_sources_are_taken_from_a_list_and_from_a_file(self):
        stranger = ipv4("203.0.113.7", VIP, udp(4000, 9))
        self.configure(f"vip {VIP}/32,sources=198.51.100.0/24+10.9.0.0/16")
        self.send_until_dropped([stranger] * 2, "dropped_source")
        self.assertEqual(self.lab.download(23000, 10).failed(), [])
        row, = self.rows()
        self.assertEqual((row["origin"], row["packets"]), ("sources", 2))
        self.assertEqual(
            self.explain("203.0.113.7", "4000", VIP, "9",
                         "udp")["filter"]["origin"], "sources")
        path = f"{self.lab.folder}/sources"
        with open(path, "w", encoding="utf-8") as file:
            file.write("# sources\n203.0.113.0/24\n\n198.51.100.2 # client\n")
        self.configure(f"vip {VIP}/32,sources={path}")
        before = self.count("dropped_source")
        self.send([stranger])
        self.assertEqual(self.lab.download(23100, 10).failed(), [])
        self.send_until_dropped([ipv4("203.0.114.1", VIP, udp(4000, 9))],
                                "dropped_source")
        self.assertEqual(self.count("dropped_source"), before + 1)
        os.unlink(path)

    def test_more_than_fits_is_refused_and_what_was_in_force_stays(self):
        self.configure(f"filter {DNS}")
        self.write([f"filter vip {VIP} port {1000 + i} drop"
                    for i in range(MANY)])
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 1)
        self.assertIn("256 for a VIP", done.stdout + done.stderr)
        self.assertEqual([row["match"] for row in self.rows()],
                         [DNS.removesuffix(" drop")])
        self.send_until_dropped([ipv4(CLIENT_ADDRESS, VIP, udp(1, 53))],
                                "dropped_filter")

    def test_mistakes_are_told(self):
        for line, words in (
                ("filter vip 203.0.113.1 drop", "not inside a --vip"),
                (f"filter vip {VIP} prot udp drop", "'prot' is no word"),
                (f"vip {VIP}/32,sources=::/0", "not of the VIP's family"),
                (f"vip {VIP}/32,sources=/nowhere", "No such file")):
            self.write([line])
            done = self.lab.headgate.ctl("reload")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stdout + done.stderr)

    def test_the_next_agent_goes_on_with_counters(self):
        self.configure(f"filter {DNS}")
        packet = ipv4(CLIENT_ADDRESS, VIP, udp(4000, 53))
        self.send_until_dropped([packet] * 3, "dropped_filter")
        self.assertEqual(self.lab.headgate.hand_over(seconds=30), 0)
        self.assertEqual(self.rows()[0]["packets"], 3)
        self.lab.headgate.kill()
        self.send([packet] * 2)
        self.lab.headgate.start()
        wait_until(lambda: self.rows()[0]["packets"] == 5, 20,
                   "the counters of the agent before")
