# SPDX-License-Identifier: BSD-2-Clause
"""Check --audit-interval and --withdraw-on-desync: a program that another process
detaches or replaces is put back, and VIPs are withdrawn where that fails."""

import subprocess

from lab_case import LabCase
from lab.system import PYTHON, wait_until

METRICS = 9180
PASS = "xdpdrv pinned {}/bpf/pass"


class AuditCase(LabCase):

    options = {"servers": 2}
    started = False
    flags = ("--audit-interval", "1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.headgate = cls.lab.headgate
        cls.headgate.arguments += [*cls.flags, "--metrics",
                                   f"127.0.0.1:{METRICS}"]
        cls.before_start()
        cls.lab.start()

    @classmethod
    def before_start(cls):
        """Change the flags of the agent."""

    def status(self):
        return self.headgate.show("status")

    def forwarded(self):
        """Return the frames that the program has sent to servers."""
        return sum(hop["packets"] for hop in self.headgate.show("nexthops"))

    def wait_attached(self):
        wait_until(lambda: set(self.headgate.program_ids()) == {"up", "lan"}
                   and self.status()["in_sync"], 15, "both programs")

    def occupy(self, interface):
        """Replace the program of an interface by another one. The agent may
        have taken its pin away at a try before."""
        links = f"{self.headgate.pins}/links"
        subprocess.run(["bpftool", "link", "detach", "pinned",
                        f"{links}/{interface}"], check=False)
        subprocess.run(
            ["ip", "-n", self.lab.host.name, "link", "set", "dev", interface,
             *PASS.format(self.lab.folder).split()], check=False)

    def free(self, interface):
        self.lab.host.ip(f"link set dev {interface} xdpdrv off")


class Audit(AuditCase):

    def test_a_detached_program_is_attached_again(self):
        before = self.status()["sync"]
        self.headgate.detach_programs()
        self.wait_attached()
        sync = self.status()["sync"]
        self.assertEqual(sync["differences"] - before["differences"], 2)
        self.assertEqual(sync["repaired"] - before["repaired"], 2)
        self.assertIsNone(sync["why"])
        self.assertIn("another process had detached or replaced the program",
                      self.headgate.log_tail(1000))
        frames = self.forwarded()
        connections = self.lab.download(20000, 100)
        self.assertEqual(connections.failed(), [])
        self.assertGreater(self.forwarded(), frames + 100)

    def test_an_interface_that_is_taken_has_the_vips_withdrawn(self):
        while set(self.headgate.program_ids().values()) == \
                {self.status()["interfaces"][0]["program_id"]}:
            self.occupy("up")
        try:
            self.lab.wait_announced(False)
            status = self.status()
            self.assertFalse(status["in_sync"])
            self.assertIn("has another XDP program", status["sync"]["why"])
            text = self.headgate.ctl("show", "status").stdout
            self.assertRegex(text, "DEGRADED +up: has another XDP program")
            explained = self.headgate.ctl("-j", "explain", "192.0.2.1").stdout
            self.assertIn("program_detached", explained)
            page = self.lab.host.run(
                PYTHON, "-c", "import urllib.request as u; print(u.urlopen("
                f"'http://127.0.0.1:{METRICS}/metrics').read().decode())")
            self.assertIn("headgate_in_sync 0", page)
        finally:
            self.free("up")
        self.lab.wait_announced(True)
        self.wait_attached()
        self.assertEqual(self.lab.download(21000, 100).failed(), [])


class Announced(AuditCase):

    flags = ("--audit-interval", "1", "--withdraw-on-desync", "no")

    def test_vips_stay_announced(self):
        while self.status()["in_sync"]:
            self.occupy("up")
        try:
            audits = self.status()["sync"]["audits"]
            wait_until(lambda: self.status()["sync"]["audits"] > audits + 1, 15,
                       "another audit")
            self.assertTrue(self.lab.router_route())
        finally:
            self.free("up")
        self.wait_attached()


class Never(AuditCase):

    flags = ("--audit-interval", "0")

    def test_nothing_is_compared(self):
        self.assertEqual(self.status()["sync"]["audits"], 0)


class Reloaded(AuditCase):
    """Both flags are in a file, and count as soon as it is read again."""

    @classmethod
    def setUpClass(cls):
        cls.flags = ("--config", "/dev/null")
        super().setUpClass()

    @classmethod
    def before_start(cls):
        cls.config = f"{cls.lab.folder}/audit.conf"
        cls.write("audit-interval 0")
        at = cls.headgate.arguments.index("/dev/null")
        cls.headgate.arguments[at] = cls.config

    @classmethod
    def write(cls, *lines):
        with open(cls.config, "w", encoding="utf-8") as file:
            file.write("\n".join(["shutdown-delay 0", "start-max 0", *lines])
                       + "\n")

    def reload(self, *lines):
        self.write(*lines)
        done = self.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("restart", done.stdout)

    def test_the_flags_count_at_once(self):
        self.assertEqual(self.status()["sync"]["audits"], 0)
        self.occupy("up")
        self.reload("audit-interval 1")
        while self.status()["in_sync"]:
            self.occupy("up")
        self.lab.wait_announced(False)
        self.reload("audit-interval 1", "withdraw-on-desync no")
        self.lab.wait_announced(True)
        self.reload("audit-interval 1")
        self.lab.wait_announced(False)
        self.reload("audit-interval 0")
        self.lab.wait_announced(True)
        audits = self.status()["sync"]["audits"]
        self.free("up")
        self.reload("audit-interval 1")
        self.wait_attached()
        self.assertGreater(self.status()["sync"]["audits"], audits)
