# SPDX-License-Identifier: BSD-2-Clause
"""Check what the agent refuses and how it reports that, and when it
announces."""

import os

from lab_case import LabCase
from lab.steering import GROUPS
from lab.system import wait_until

EXIT_USAGE = 2
EXIT_NO_AGENT = 3
EXIT_REFUSED = 5

WRONG_AS = 65200  # outside the range of the lab's --neighbor


class Peers(LabCase):

    options = {"servers": 2}

    def test_wrong_as_is_told_to_both_sides(self):
        """NOTIFICATION 2/2, Bad Peer AS (RFC 4271 6.2)."""
        server = self.lab.servers[1]
        server.bird.stop()
        server.bird.start(local_as=WRONG_AS)
        wait_until(lambda: "Bad peer AS" in
                   server.bird.ask("show protocols all headgate"), 10,
                   "BIRD's report of a bad peer AS")
        neighbor = self.lab.headgate.neighbor(server.address)
        self.assertIsNotNone(neighbor)
        self.assertNotEqual(neighbor["state"], "Established")
        self.assertIn(str(WRONG_AS), neighbor["last_error"])
        server.bird.stop()
        server.bird.start()
        self.lab.wait_ready()

    def test_vip_is_withdrawn_with_the_last_server_and_returns(self):
        for server in self.lab.servers:
            self.lab.wait_announced(True)
            server.bird.stop()
        self.lab.wait_announced(False)
        self.lab.servers[0].bird.start()
        self.lab.wait_announced(True)
        self.lab.servers[1].bird.start()
        self.lab.wait_ready()

    def test_neighbors_are_shown_established_with_their_prefixes(self):
        for server in self.lab.servers:
            neighbor = self.lab.headgate.neighbor(server.address)
            self.assertEqual(neighbor["as"], server.as_number)
            self.assertEqual(neighbor["role"], "backend")
            self.assertEqual(neighbor["state"], "Established")
            self.assertEqual(neighbor["prefixes_accepted"], 1)


class SecondAgent(LabCase):
    """A second agent ends before it touches anything of the first."""

    options = {"servers": 2}

    def check_refused(self, **paths):
        headgate = self.lab.headgate
        programs = headgate.program_ids()
        flags = [*self.lab.agent_flags(),
                 "--listen", "127.0.0.1:1790",
                 "--control-socket",
                 paths.get("socket", f"{self.lab.folder}/second.sock"),
                 "--bpffs", paths.get("pins", f"{headgate.pins}-second")]
        second = headgate.try_flags(*flags)
        self.assertEqual(second.returncode, EXIT_REFUSED, second.stderr)
        self.assertNotEqual(second.stderr.strip(), "")
        self.assertEqual(len(programs), 2)
        self.assertEqual(headgate.program_ids(), programs)
        connections = self.lab.download(20000, 100)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(headgate.ctl("show", "status").returncode, 0)

    def test_on_the_same_control_socket(self):
        self.check_refused(socket=self.lab.headgate.socket)

    def test_on_the_same_pins(self):
        self.check_refused(pins=self.lab.headgate.pins)

    def test_on_the_same_interfaces(self):
        self.check_refused()


class BadInput(LabCase):
    """Exit status 2, every error reported with its place, nothing attached."""

    options = {"servers": 0}
    started = False

    def refuse(self, *flags):
        """Run the agent with the lab's flags and these; return its stderr."""
        headgate = self.lab.headgate
        done = headgate.try_flags(*headgate.arguments, *flags)
        self.assertEqual(done.returncode, EXIT_USAGE, done.stderr)
        self.assertEqual(headgate.program_ids(), {})
        self.assertFalse(os.path.exists(headgate.pins))
        self.assertFalse(os.path.exists(headgate.socket))
        return done.stderr

    def write_file(self, text):
        path = f"{self.lab.folder}/headgate.flags"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_unknown_flag_names_the_nearest(self):
        errors = self.refuse("--neigbor", "10.1.0.9,as=65009,role=backend")
        self.assertIn("neigbor", errors)
        self.assertIn("did you mean", errors)
        self.assertIn("neighbor", errors.replace("neigbor", ""))

    def test_bad_prefix(self):
        self.assertIn("192.0.2.0/33", self.refuse("--vip", "192.0.2.0/33"))

    def test_vip_with_host_bits_suggests_the_network(self):
        errors = self.refuse("--vip", "203.0.113.7/24")
        self.assertIn("203.0.113.7/24", errors)
        self.assertIn("203.0.113.0/24", errors)

    def test_missing_interface(self):
        self.assertIn("lann", self.refuse("--interface", "lann"))

    def test_two_errors_in_a_file_are_both_named_with_their_lines(self):
        path = self.write_file("# a comment\n"
                               "vip 203.0.113.0/24\n"
                               "vip 203.0.113.7/24\n"
                               "\n"
                               "routr-id 10.0.0.1\n")
        errors = self.refuse("--config", path)
        self.assertIn(f"{path}:3:", errors)
        self.assertIn("203.0.113.0/24", errors)
        self.assertIn(f"{path}:5:", errors)
        self.assertIn("router-id", errors)

    def test_check_prints_what_parses_back_to_itself(self):
        headgate = self.lab.headgate
        first = headgate.try_flags(*headgate.arguments, "--check")
        self.assertEqual(first.returncode, 0, first.stderr)
        again = headgate.try_flags("--config", self.write_file(first.stdout),
                                   "--check")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(first.stdout, again.stdout)
        self.assertEqual(first.stdout.splitlines()[-2:],
                         [f"# memory of all buckets: 96 MiB, {GROUPS} groups "
                          "of 16384",
                          "# memory of flow records: 44 MiB, 262144 flows"])
        self.assertEqual(headgate.program_ids(), {})


class Headgatectl(LabCase):

    options = {"servers": 0}
    started = False

    def test_says_that_there_is_no_agent(self):
        done = self.lab.headgate.ctl("show", "status")
        self.assertEqual(done.returncode, EXIT_NO_AGENT)
        self.assertIn(self.lab.headgate.socket, done.stderr)
