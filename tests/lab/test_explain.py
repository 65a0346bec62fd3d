# SPDX-License-Identifier: BSD-2-Clause
"""Check explain and capture: headgatectl's answers against the servers that the
downloads really reached."""

import json
import os
import platform
import re
import signal
import struct
import subprocess
import unittest

from lab_case import LabCase
from lab.agent import BUILD
from lab.system import wait_until
from lab.topology import CLIENT_ADDRESS, ROUTER_UP, VIP

EXIT_FAILED = 1
EXIT_USAGE = 2
CONNECTIONS = 40
FIRST_PORT = 23000
SECTION_HEADER, INTERFACE, PACKET = 0x0a0d0d0a, 1, 6
OPTION_COMMENT = 1


def blocks(path):
    """Return (type, body) of each block of a pcapng file."""
    if not os.path.exists(path):
        return
    with open(path, "rb") as file:
        data = file.read()
    while data:
        kind, length = struct.unpack_from("<II", data)
        yield kind, data[8:length - 4]
        data = data[length:]


def packets(path):
    """Return (frame, comment) of each packet of a pcapng file."""
    for kind, body in blocks(path):
        if kind != PACKET:
            continue
        size = struct.unpack_from("<I", body, 12)[0]
        options = body[20 + (size + 3) // 4 * 4:]
        code, length = struct.unpack_from("<HH", options)
        assert code == OPTION_COMMENT
        yield body[20:20 + size], options[4:4 + length].decode()


class ExplainPrefix(LabCase):

    options = {"servers": 3}

    def explain(self, *words):
        done = self.lab.headgate.ctl("-j", "explain", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["explain"]

    def test_paths_in_the_set_and_who_is_told(self):
        said = self.explain(f"{VIP}/32")
        self.assertEqual(said["selected"], len(self.lab.servers))
        self.assertEqual([p["best"] for p in said["paths"]].count(True), 1)
        self.assertEqual({p["why"].split(":")[0] for p in said["paths"]},
                         {"best", "as good as the best path"})
        self.assertEqual(said["announcements"],
                         [{"neighbor": ROUTER_UP, "announced": True,
                           "cause": None}])

    def test_tables_for_people(self):
        done = self.lab.headgate.ctl("explain", VIP)
        self.assertEqual(done.returncode, 0, done.stderr)
        marks = [line.split()[0] for line in done.stdout.splitlines()
                 if line.split()[1:2] and line.split()[1] in
                 {s.address for s in self.lab.servers}]
        self.assertEqual(sorted(marks), ["*=", "=", "="])
        self.assertIn("best: the lowest BGP identifier", done.stdout)
        self.assertIn(ROUTER_UP, done.stdout)


# Before 5.15 the kernel cannot test-run the program.
RELEASE = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
ASKED = RELEASE >= (5, 15)
asks_the_program = unittest.skipUnless(ASKED, "needs Linux 5.15")


class ExplainFlow(LabCase):
    """Without affinity, the table alone decides."""

    options = {"servers": 3}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.headgate.arguments += ["--affinity-window", "0"]
        cls.lab.start()

    def explain(self, *words):
        done = self.lab.headgate.ctl("-j", "explain", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["explain"]

    @asks_the_program
    def test_each_download_went_where_both_answers_say(self):
        names = {s.address: s.name for s in self.lab.servers}
        went = self.lab.download(FIRST_PORT, CONNECTIONS).server_of_port()
        self.assertEqual(len(went), CONNECTIONS)
        for port, server in went.items():
            said = self.explain("flow", CLIENT_ADDRESS, str(port), VIP, "80",
                                "tcp")
            self.assertEqual(names[said["table"]["next_hop"]], server)
            self.assertEqual(names[said["program"]["next_hop"]], server)
            self.assertEqual(said["program"]["outcome"], "forwarded_redirect")
            self.assertEqual(said["program"]["action"], "XDP_REDIRECT")
            self.assertIs(said["agree"], True)
            self.assertEqual(said["vip"], f"{VIP}/32")

    @asks_the_program
    def test_a_flow_for_nobody(self):
        said = self.explain("flow", CLIENT_ADDRESS, "1", "203.0.113.1", "80",
                            "udp")
        self.assertEqual(said["table"]["outcome"], "not a vip")
        self.assertEqual(said["program"]["outcome"], "passed_not_vip")
        self.assertIs(said["agree"], True)

    def test_tables_for_people(self):
        done = self.lab.headgate.ctl("explain", "flow", CLIENT_ADDRESS, "7",
                                     VIP, "0", "icmp")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = dict(line.split(None, 1) for line in done.stdout.splitlines())
        if ASKED:
            self.assertEqual(lines["agree"], "yes")
            self.assertIn("forwarded_redirect", lines["program"])
        else:
            self.assertNotIn("agree", lines)
            self.assertIn("not asked: this kernel", lines["program"])
        self.assertIn("owner, next hop 10.1.0.", lines["table"])

    def test_what_is_no_flow_is_said_so(self):
        for words, complaint in (
                (["1.2.3", "1", VIP, "80", "tcp"], "not an address"),
                ([CLIENT_ADDRESS, "65536", VIP, "80", "tcp"], "65535"),
                ([CLIENT_ADDRESS, "1", VIP, "80", "sctp"], "tcp, udp, icmp"),
                (["2001:db8::1", "1", VIP, "80", "tcp"], "one address family")):
            done = self.lab.headgate.ctl("explain", "flow", *words)
            self.assertEqual(done.returncode, EXIT_FAILED)
            self.assertIn(complaint, done.stderr)
        done = self.lab.headgate.ctl("explain", "flow", CLIENT_ADDRESS)
        self.assertEqual(done.returncode, EXIT_USAGE)


class HashFieldsOfAVip(LabCase):

    options = {"servers": 3}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.headgate.arguments += ["--vip", f"{VIP},hash-fields=src,affinity=0"]
        cls.lab.start()

    def test_all_connections_of_a_client_reach_one_server(self):
        went = self.lab.download(FIRST_PORT, CONNECTIONS).server_of_port()
        self.assertEqual(len(went), CONNECTIONS)
        self.assertEqual(len(set(went.values())), 1)
        done = self.lab.headgate.ctl("-j", "explain", "flow", CLIENT_ADDRESS,
                                     "1", VIP, "80", "tcp")
        said = json.loads(done.stdout)["explain"]
        self.assertEqual(said["hash_fields"], "src")
        self.assertIs(said.get("agree", not ASKED), True)
        names = {s.address: s.name for s in self.lab.servers}
        self.assertEqual({names[said["table"]["next_hop"]]},
                         set(went.values()))


class Capture(LabCase):

    options = {"servers": 3}

    def capture(self, *words):
        """Capture during some downloads; return the file, and headgatectl's
        output."""
        lab = self.lab
        path = f"{lab.folder}/capture.pcapng"
        if os.path.exists(path):
            os.unlink(path)
        process = subprocess.Popen(
            [f"{BUILD}/headgatectl", "-s", lab.headgate.socket, "capture",
             *words, path], stderr=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: any(kind == INTERFACE for kind, _ in
                                   blocks(path)), 5, "the capture to begin")
            second = lab.headgate.ctl("capture", os.devnull)
            self.went = lab.download(FIRST_PORT, CONNECTIONS)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=10)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(process.returncode, 0, said)
        self.assertEqual(self.went.failed(), [])
        self.assertEqual(second.returncode, EXIT_FAILED)
        self.assertIn("another client", second.stderr)
        return path, said

    def test_every_frame_with_its_outcome_and_next_hop(self):
        names = {s.address: s.name for s in self.lab.servers}
        path, said = self.capture()
        seen = list(packets(path))
        self.assertRegex(said, rf"^{len(seen)} packets captured, 0 lost")
        servers = self.went.server_of_port()
        ports = set()
        for frame, comment in seen:
            port = int.from_bytes(frame[34:36], "big")
            next_hop = comment.split("next hop ")[1].split(",")[0]
            self.assertTrue(comment.startswith("forwarded_redirect"), comment)
            self.assertEqual(names[next_hop], servers[port])
            ports.add(port)
        self.assertEqual(ports, set(servers))

    @asks_the_program
    def test_each_packet_of_a_capture_is_explained(self):
        path, _ = self.capture()
        done = self.lab.headgate.ctl("-j", "explain", "flow", "--pcap", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = [json.loads(line)["explain"]
                for line in done.stdout.splitlines()]
        self.assertEqual(len(said), len(list(packets(path))))
        for answer in said:
            self.assertIs(answer["agree"], True, answer)

    def test_packets_that_cannot_be_explained_do_not_end_the_list(self):
        """One of 13 bytes, and one of 60,000 as GRO merges them."""
        frame = next(packets(self.capture()[0]))[0]
        merged = bytearray(frame + bytes(60000))
        struct.pack_into(">H", merged, 16, len(merged) - 14)  # total length
        path = f"{self.lab.folder}/odd.pcap"
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0,
                                   65535, 1))
            for odd in (frame, frame[:13], merged, frame):
                file.write(struct.pack("<IIII", 0, 0, len(odd), len(odd)))
                file.write(odd)
        done = self.lab.headgate.ctl("-j", "explain", "flow", "--pcap", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("frame: must be from 14 to", done.stderr)
        first, short, merged, last = map(json.loads, done.stdout.splitlines())
        self.assertEqual(first, last)
        self.assertIn("error", short)
        merged = merged["explain"]
        self.assertIn("merged", merged["program_error"])
        self.assertEqual(merged["table"], first["explain"]["table"])
        done = self.lab.headgate.ctl("explain", "flow", "--pcap", path)
        self.assertEqual([line.split()[0] for line in
                          done.stdout.splitlines()],
                         ["PACKET", "1", "2", "3", "4"])

    def test_one_of_many(self):
        some = len(list(packets(self.capture("--rate", "10")[0])))
        everything = len(list(packets(self.capture()[0])))
        self.assertGreater(some, 0)
        self.assertLess(some, everything / 2)

    def test_another_vip_has_no_frames(self):
        path, said = self.capture("--vip", "192.0.2.99")
        self.assertEqual(list(packets(path)), [])
        self.assertIn("0 packets captured", said)


if __name__ == "__main__":
    unittest.main()
