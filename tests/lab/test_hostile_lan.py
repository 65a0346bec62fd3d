# SPDX-License-Identifier: BSD-2-Clause
"""Attacks by clients and by strangers on the servers' LAN, and what holds them."""

import json
import os
import socket
import stat
import time

from lab_case import LabCase
from bfd_daemons import DETECTION_SECONDS, BirdBfd
from lab.steering import flow_hash
from lab.system import PYTHON, wait_until
from lab.topology import CLIENT_ADDRESS, HEADGATE_LAN, VIP
from raw_speaker import inside


FORGER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "bfd_forger.py")
UP_SECONDS = 10
FORGERIES = 200

ICMP_FORGER = FORGER.replace("bfd_forger", "icmp_forger")


class HashSeed(LabCase):
    """Clients do not know the seed of the flow hash, so they cannot aim flows
    at one server."""

    options = {"servers": 2}
    started = False

    def flags_with(self, path):
        flags = list(self.lab.headgate.arguments)
        flags[flags.index("--hash-seed-file") + 1] = path
        if "--affinity-window" not in flags:
            # The table alone decides where a flow goes.
            flags += ["--affinity-window", "0"]
        return flags

    def start_with(self, name):
        """Start the agent with this seed file, and return its path."""
        headgate = self.lab.headgate
        path = f"{self.lab.folder}/{name}/hash-seed"
        headgate.arguments = self.flags_with(path)
        headgate.start()
        self.addCleanup(headgate.stop)
        return path

    def digest(self):
        return self.lab.headgate.show("status")["hash_seed_digest"]

    def read(self, path):
        with open(path, encoding="ascii") as file:
            return file.read().strip()

    def test_the_first_start_makes_a_private_file(self):
        path = self.start_with("first")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(
            stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        self.assertRegex(self.read(path), "^0x[0-9a-f]{16}$")
        self.assertNotEqual(int(self.read(path), 16), 0)

    def test_a_restart_keeps_the_seed_and_a_new_file_has_another(self):
        headgate = self.lab.headgate
        path = self.start_with("kept")
        seed, digest = self.read(path), self.digest()
        headgate.stop()
        headgate.start()
        self.assertEqual(self.digest(), digest)
        headgate.stop()
        os.unlink(path)
        headgate.start()
        self.assertNotEqual(self.read(path), seed)
        self.assertNotEqual(self.digest(), digest)

    def test_the_program_hashes_with_the_seed_of_the_file(self):
        """`explain flow` asks the program in the kernel, too."""
        headgate = self.lab.headgate
        path = self.start_with("used")
        for server in self.lab.servers:
            server.start()
            self.addCleanup(server.bird.stop)
        wait_until(lambda: len(headgate.living()) == 2, 20, "two servers")
        key = int(self.read(path), 16)
        for port in range(20000, 20020):
            done = headgate.ctl("-j", "explain", "flow", CLIENT_ADDRESS,
                                str(port), VIP, "80", "tcp")
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(done.stdout)["explain"]
            hashed = flow_hash(CLIENT_ADDRESS, port, VIP, 80, key=key)
            self.assertEqual(int(said["hash"], 16), hashed)
            self.assertIs(said["agree"], True)

    def test_nothing_prints_the_seed(self):
        headgate = self.lab.headgate
        path = self.start_with("secret")
        digits = self.read(path)[2:]
        texts = [str(int(digits, 16)), digits.lstrip("0")]
        shown = "".join(
            headgate.ctl(*options, "show", what).stdout
            for options in ((), ("-j",))
            for what in ("status", "counters", "vips", "nexthops"))
        checked = headgate.try_flags(*headgate.arguments, "--check")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        shown += checked.stdout + checked.stderr + headgate.log_tail(1000)
        self.assertIn(self.digest(), shown)
        for text in texts:
            self.assertNotIn(text, shown.lower())

    def test_a_seed_on_the_command_line_is_refused(self):
        headgate = self.lab.headgate
        done = headgate.try_flags(*headgate.arguments, "--hash-seed", "4711")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the list of processes shows", done.stderr)
        self.assertIn("--hash-seed-file", done.stderr)
        self.assertNotIn("4711", done.stderr)

    def test_a_file_that_others_can_read_is_refused(self):
        headgate = self.lab.headgate
        path = f"{self.lab.folder}/public-seed"
        with open(path, "w", encoding="ascii") as file:
            file.write("0x0123456789abcdef\n")
        os.chmod(path, 0o644)
        for flags in ((), ("--check",)):
            done = headgate.try_flags(*self.flags_with(path), *flags)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(path, done.stderr)
            self.assertIn("run chmod 600", done.stderr)
        self.assertEqual(headgate.program_ids(), {})


class BfdLab(LabCase):
    """server1 is healthy and watched by BFD; server2 is the forger."""

    options = {"servers": 3}
    started = False
    keys = ""  # of --path
    daemon_options = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        cls.healthy, cls.forger = lab.servers[:2]
        lab.headgate.arguments += [
            "--path", f"192.0.2.9,via={cls.healthy.address},bfd"
            + cls.make_keys(lab.folder)]
        cls.daemon = BirdBfd(cls.healthy.namespace, f"{lab.folder}/bfd",
                             [(cls.healthy.address, HEADGATE_LAN)],
                             **cls.daemon_options)
        cls.daemon.start()
        lab.start()
        # Frames of the forger with the MAC of server1 must not draw its traffic
        # to the forger's port: that is no matter of BFD.
        lab.lan.run("bridge", "link", "set", "dev", cls.forger.name,
                    "learning", "off")
        cls.wait_up()

    @classmethod
    def make_keys(cls, folder):
        return ""

    @classmethod
    def session(cls):
        return cls.lab.headgate.nexthops()[cls.healthy.address]["bfd"]

    @classmethod
    def wait_up(cls):
        wait_until(lambda: cls.session()["state"] == "up", UP_SECONDS,
                   "BFD with server1")

    def counters(self):
        return self.lab.headgate.show("counters")["bfd"]

    def macs(self):
        server = json.loads(self.healthy.namespace.run(
            "ip", "-j", "link", "show", "eth0"))[0]["address"]
        headgate = json.loads(self.lab.host.run(
            "ip", "-j", "link", "show", "lan"))[0]["address"]
        return server, headgate

    def forge(self, fault, *macs, count=FORGERIES):
        self.forger.namespace.run(
            PYTHON, FORGER, fault, self.healthy.address, self.forger.address,
            HEADGATE_LAN, str(count), *macs)

    def assert_harmless(self, attack, counter):
        """Watch the traffic of all servers during the attack: no packet is
        lost, server1 keeps its share, its session stays up."""
        before, since = self.counters(), self.lab.download(20000, 200)
        session = self.session()
        attack()
        after = self.lab.download(20000, 200)
        wait_until(lambda: self.counters()[counter] >= before[counter]
                   + FORGERIES, 5, counter)
        time.sleep(DETECTION_SECONDS)
        attack()
        again = self.lab.download(20000, 200)
        for downloads in (since, after, again):
            self.assertEqual(downloads.failed(), [])
            self.assertEqual(downloads.servers(), since.servers())
        self.assertEqual(self.session()["state"], "up")
        self.assertEqual(self.session()["remote_state"], "up")
        self.assertEqual(session["state"], "up")
        self.assertNotIn(f"{self.healthy.address}: BFD is down",
                         self.lab.headgate.log_tail(1000))


class ForgedBfd(BfdLab):

    def test_down_from_another_mac_is_dropped(self):
        self.assert_harmless(lambda: self.forge("mac"), "wrong_mac")
        self.assertIn("BFD packets from", self.lab.headgate.log_tail(1000))

    def test_admin_down_from_another_mac_is_dropped(self):
        self.assert_harmless(lambda: self.forge("admin_down"), "wrong_mac")

    def test_down_of_a_perfect_forger_is_not_believed(self):
        self.assert_harmless(lambda: self.forge("mac", *self.macs()),
                             "unproven")

    def test_admin_down_of_a_perfect_forger_is_not_believed(self):
        self.assert_harmless(lambda: self.forge("admin_down", *self.macs()),
                             "unproven")

    def test_y_a_restarted_daemon_is_believed(self):
        self.daemon.kill()
        self.daemon.start()
        wait_until(lambda: "BFD is down" in self.lab.headgate.log_tail(1000),
                   UP_SECONDS, "the restart noticed")
        self.wait_up()

    def test_z_no_forger_hides_that_the_server_is_silent(self):
        macs = self.macs()
        self.daemon.freeze()
        start = time.monotonic()
        while self.session()["state"] == "up":
            self.forge("mac", *macs, count=5)
            self.assertLess(time.monotonic() - start,
                            DETECTION_SECONDS + 1)
        self.daemon.thaw()
        self.wait_up()


SECRET = "correct horse"


class SignedBfd(BfdLab):
    """The session has a key: what is not signed by it does not count."""

    daemon_options = {"authentication": f"""
        authentication meticulous keyed sha1;
        password "{SECRET}" {{ id 3; }};"""}

    @classmethod
    def make_keys(cls, folder):
        path = f"{folder}/bfd.key"
        with open(path, "w", encoding="ascii") as file:
            file.write(SECRET + "\n")
        os.chmod(path, 0o600)
        return f",bfd-key-file={path},bfd-key-id=3"

    def test_1_a_stock_daemon_with_the_key_is_up(self):
        self.assertEqual(self.session()["remote_state"], "up")
        self.assertEqual(self.counters()["wrong_key"], 0)

    def test_2_unsigned_packets_are_dropped(self):
        self.assert_harmless(lambda: self.forge("mac", *self.macs()),
                             "wrong_key")

    def test_3_a_restarted_daemon_comes_up_again(self):
        self.daemon.kill()
        wait_until(lambda: self.session()["state"] == "down", UP_SECONDS,
                   "the session down")
        self.daemon.start()
        self.wait_up()

    def test_4_a_daemon_without_the_key_stays_down_and_the_log_says_why(self):
        self.daemon.kill()
        wait_until(lambda: self.session()["state"] == "down", UP_SECONDS,
                   "the session down")
        self.daemon.authentication = ""
        self.daemon.start()
        before = self.counters()["wrong_key"]
        wait_until(lambda: self.counters()["wrong_key"] > before + 3,
                   UP_SECONDS, "its packets")
        self.assertEqual(self.session()["state"], "down")
        self.assertIn("BFD packets dropped: not signed",
                      self.lab.headgate.log_tail(1000))


class KeyedBfd(SignedBfd):
    """The same with the form whose numbers may repeat."""

    daemon_options = {"authentication": f"""
        authentication keyed sha1;
        password "{SECRET}" {{ id 3; }};"""}

    @classmethod
    def make_keys(cls, folder):
        return super().make_keys(folder) + ",bfd-auth=keyed-sha1"


class ForgedIcmp(LabCase):
    """A client forges ICMP errors for the VIP: path MTU discovery goes on."""

    options = {"servers": 2}
    rate = 50
    too_big = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.headgate.stop()
        cls.lab.headgate.arguments += ["--icmp-rate", str(cls.rate)]
        cls.lab.headgate.start()
        cls.lab.wait_ready()

    def open_sniffers(self):
        """Listen for ICMP at the far end, on every server."""
        sniffers = []
        for server in self.lab.servers:
            with inside(server.namespace):
                sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(0x0800))
            self.addCleanup(sniffer.close)
            sniffer.bind(("eth0", 0x0800))
            sniffer.setblocking(False)
            sniffers.append(sniffer)
        return sniffers

    def count(self, sniffers):
        """Return (other errors, packets too big) that have arrived."""
        arrived = {0: 0, 4: 0}
        for sniffer in sniffers:
            while True:
                try:
                    packet = sniffer.recv(2000)
                except BlockingIOError:
                    break
                if packet[9] == socket.IPPROTO_ICMP and packet[20] == 3:
                    arrived[packet[21]] += 1
        return arrived[0], arrived[4]

    def attack(self, forged):
        """Return what arrives of so many forged errors, then packets too big."""
        sniffers = self.open_sniffers()
        time.sleep(1.1)  # the rate is that of one second
        # One CPU, because each has a rate of its own.
        self.lab.client.run("taskset", "-c", "0", PYTHON, ICMP_FORGER,
                            CLIENT_ADDRESS, VIP, str(forged),
                            str(self.too_big))
        time.sleep(0.3)
        return self.count(sniffers)

    def test_packets_too_big_arrive_behind_a_flood_of_other_errors(self):
        before = self.lab.headgate.outcomes()
        others, too_big = self.attack(40 * self.rate)
        self.assertEqual(too_big, self.too_big)
        self.assertLess(others, 10 * self.rate)
        after = self.lab.headgate.outcomes()
        self.assertGreater(after["dropped_icmp_rate"],
                           before["dropped_icmp_rate"] + 10 * self.rate)

    def test_errors_within_the_rate_arrive(self):
        self.assertEqual(self.attack(self.rate), (self.rate, self.too_big))

    def test_downloads_do_not_notice(self):
        connections = self.lab.download(20000, 100)
        self.attack(40 * self.rate)
        again = self.lab.download(20000, 100)
        for downloads in (connections, again):
            self.assertEqual(downloads.failed(), [])
        self.assertEqual(again.servers(), connections.servers())
