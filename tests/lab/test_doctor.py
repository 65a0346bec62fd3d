# SPDX-License-Identifier: BSD-2-Clause
"""Check `headgatectl doctor`: each setting of the host that it complains of is
right before, wrong in between, and mended by the very command that it prints; with
an agent that runs, and without one."""

import json
import os
import subprocess
import unittest

from lab_case import LabCase
from lab.agent import BUILD, REPOSITORY
from lab.system import PYTHON, wait_until

OK, DEGRADED, NOT_FORWARDING, UNKNOWN = range(4)
NO_SOCKET = "/nonexistent/headgate.sock"


class DoctorCase(LabCase):

    options = {"servers": 1, "forwarding": True}
    arguments = ()

    def doctor(self, *arguments):
        """Run the doctor; return its exit code and check -> finding by name and
        interface."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.lab.host.name,
             f"{BUILD}/headgatectl", "-j", *self.arguments, "doctor",
             *arguments], capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, (OK, DEGRADED, NOT_FORWARDING),
                      done.stderr)
        findings = json.loads(done.stdout)["host"]["findings"]
        return done.returncode, {(f["check"], f["interface"]): f
                                 for f in findings}

    def finding(self, check, interface, *arguments):
        return self.doctor(*arguments)[1].get((check, interface))

    def wait_level(self, level, check, interface, *arguments):
        def found():
            finding = self.finding(check, interface, *arguments)
            return finding if finding and finding["level"] == level else None
        return wait_until(found, 30, f"{check} of {interface}: {level}", 0.2)

    def mend(self, command):
        self.lab.host.run("sh", "-c", command)

    def check(self, check, spoil, interface=None, level="warning",
              arguments=()):
        """Spoil a setting, and mend it by the command of the finding."""
        with self.subTest(check=check, interface=interface):
            self.wait_level("ok", check, interface, *arguments)
            for command in spoil:
                self.mend(command)
            finding = self.wait_level(level, check, interface, *arguments)
            self.assertTrue(finding["harm"])
            self.mend(finding["command"])
            finding = self.wait_level("ok", check, interface, *arguments)
            self.assertIsNone(finding["harm"])
            self.assertIsNone(finding["command"])


class Running(DoctorCase):
    """The agent checks, at the pace of its audits."""

    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        headgate = cls.lab.headgate
        headgate.arguments += ["--audit-interval", "1"]
        cls.arguments = ("-s", headgate.socket)
        cls.lab.host.run("sysctl", "-qw", "net.ipv4.conf.all.send_redirects=0",
                         "net.ipv4.conf.lan.send_redirects=0",
                         "net.ipv4.conf.up.send_redirects=0")
        cls.lab.start()

    def events(self, kind):
        return [e["text"] for e in self.lab.headgate.show("events")
                if e["event"] == kind]

    def test_1_switches_of_the_kernel(self):
        self.check("ip_forward", ["sysctl -w net.ipv4.ip_forward=0"])
        self.check("rp_filter", ["sysctl -w net.ipv4.conf.lan.rp_filter=1"],
                   "lan")
        self.check("send_redirects",
                   ["sysctl -w net.ipv4.conf.up.send_redirects=1"], "up")

    def test_2_a_complaint_is_an_event_when_it_begins_and_when_it_ends(self):
        wait_until(lambda: self.events("host_mended"), 20, "the last event")
        begun = [text for text in self.events("host_complaint")
                 if "rp_filter" in text]
        self.assertEqual(len(begun), 1, begun)
        self.assertIn("run `sysctl -w net.ipv4.conf.lan.rp_filter=2`",
                      begun[0])
        self.assertIn("rp_filter is 2",
                      " ".join(self.events("host_mended")))

    def test_3_the_status_has_the_complaints_alone(self):
        self.mend("sysctl -w net.ipv4.conf.lan.rp_filter=1")
        self.wait_level("warning", "rp_filter", "lan")
        status = self.lab.headgate.show("status")
        found = [f for f in status["host"]["findings"]
                 if f["check"] == "rp_filter"]
        self.assertEqual([f["interface"] for f in found], ["lan"])
        self.assertGreater(status["host"]["checks"],
                           len(status["host"]["findings"]))
        self.assertNotIn("rp_filter", " ".join(status["reasons"]))
        text = self.lab.headgate.ctl("show", "status").stdout
        self.assertIn("sysctl -w net.ipv4.conf.lan.rp_filter=2", text)
        self.mend("sysctl -w net.ipv4.conf.lan.rp_filter=2")
        self.wait_level("ok", "rp_filter", "lan")

    def test_4_the_text_names_the_command(self):
        self.mend("sysctl -w net.ipv4.conf.lan.rp_filter=1")
        self.wait_level("warning", "rp_filter", "lan")
        done = self.lab.headgate.ctl("doctor")
        self.assertEqual(done.returncode, DEGRADED)
        self.assertIn("WARN  rp_filter: lan: rp_filter is 1\n", done.stdout)
        self.assertIn("      run: sysctl -w net.ipv4.conf.lan.rp_filter=2\n",
                      done.stdout)
        self.mend("sysctl -w net.ipv4.conf.lan.rp_filter=0")
        self.wait_level("ok", "rp_filter", "lan")


class Generic(DoctorCase):
    """Merged packets reach a program in generic mode."""

    started = False

    def test_gro_is_a_complaint_below_generic_mode_alone(self):
        headgate = self.lab.headgate
        type(self).arguments = ("-s", headgate.socket)
        headgate.arguments += ["--audit-interval", "1",
                               "--xdp-mode", "generic"]
        self.lab.host.run("ethtool", "-K", "lan", "gro", "off")
        headgate.start()
        self.check("gro", ["ethtool -K lan gro on"], "lan")
        headgate.stop()


class Stopped(DoctorCase):
    """No agent runs: the doctor looks for itself."""

    started = False
    arguments = ("-s", NO_SOCKET)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.host.ip("link add one numrxqueues 2 numtxqueues 2 type veth "
                        "peer name two numrxqueues 2 numtxqueues 2",
                        "link set one up", "link set two up")

    def check_port(self, check, *spoil, level="warning"):
        self.check(check, spoil, "one", level, ("--interface", "lo,one"))

    def test_a_missing_interface(self):
        found = self.finding("interface", "gone", "--interface", "gone")
        self.assertEqual(found["level"], "failure")
        found = self.finding("interface", "lo", "--interface", "lo")
        self.assertEqual(found["found"], "has no MAC")

    def test_an_interface_that_is_down(self):
        self.check_port("interface", "ip link set one down", level="failure")

    def test_a_mtu_above_what_native_xdp_takes(self):
        self.check_port("mtu", "ip link set one mtu 3499")

    def test_checksums_that_the_peer_of_a_veth_leaves_out(self):
        self.mend("ethtool -K two tx off")
        self.check_port("veth_tx", "ethtool -K two tx on", level="failure")

    def test_cpus_without_a_queue(self):
        self.check_port("queues", "ethtool -L two tx 1",
                        "ethtool -L one rx 1")

    def test_programs_of_others(self):
        program = f"pinned {self.lab.folder}/bpf/pass"
        for mode in ("xdpdrv", "xdpgeneric"):
            self.check_port("foreign_xdp",
                            f"ip link set dev one {mode} {program}",
                            level="failure")

    def test_a_pin_directory_that_is_none(self):
        folder = f"{self.lab.folder}/none"
        pins = f"{folder}/headgate"
        # A mount of one `ip netns exec` is not seen by the next one.
        script = (f"mkdir -p {folder}; headgatectl() {{ {BUILD}/headgatectl -s "
                  f"{NO_SOCKET} -j doctor --bpffs {pins}; }}; "
                  f"headgatectl; mount -t bpf bpf {folder}; headgatectl; true")
        before, after = (
            {f["check"]: f for f in json.loads(line)["host"]["findings"]}
            for line in self.lab.host.run("sh", "-c", script).splitlines())
        self.assertEqual(before["bpffs"]["level"], "failure")
        self.assertEqual(before["bpffs"]["command"],
                         f"mount -t bpf bpf {folder}")
        self.assertEqual(after["bpffs"]["level"], "ok")

    def test_capabilities_that_are_missing(self):
        done = self.lab.host.run(
            "setpriv", "--bounding-set", "-bpf,-net_raw", "--inh-caps",
            "-bpf,-net_raw", "sh", "-c",
            f"{BUILD}/headgatectl -s {NO_SOCKET} doctor; echo $?")
        self.assertIn("FAIL  capabilities: missing: CAP_NET_RAW CAP_BPF\n",
                      done)
        self.assertEqual(done.splitlines()[-1], str(NOT_FORWARDING))

    def test_a_wrong_word_is_no_verdict(self):
        for words in (["doctor", "now"], ["doctor", "--interface", "x" * 16]):
            done = self.lab.host.run(
                "sh", "-c", " ".join([f"{BUILD}/headgatectl -s "
                                      f"{NO_SOCKET}", *words,
                                      "2>&1; echo $?"]))
            self.assertEqual(done.splitlines()[-1], str(UNKNOWN))


class BesideAnAgent(DoctorCase):
    """The doctor asks for another agent than the one that runs."""

    arguments = ("-s", NO_SOCKET)

    def test_1_an_agent_with_the_same_tables_is_named_and_ended(self):
        pins = ("--bpffs", self.lab.headgate.pins)
        finding = self.wait_level("failure", "second_agent", None, *pins)
        self.assertEqual(self.finding("pins", None, *pins)["level"], "ok")
        self.assertEqual(finding["command"],
                         f"kill {self.lab.headgate.process.pid}")
        self.mend(finding["command"])
        self.lab.headgate.process.wait(60)
        self.wait_level("ok", "second_agent", None, *pins)

    def test_2_what_a_killed_agent_leaves_is_told_and_removed(self):
        headgate = self.lab.headgate
        pins = ("--bpffs", headgate.pins, "--interface", "lan")
        headgate.start()
        wait_until(lambda: "lan" in headgate.program_ids(), 30, "the program")
        headgate.kill()
        self.assertEqual(self.finding("foreign_xdp", "lan", *pins)["level"],
                         "ok")
        finding = self.wait_level("warning", "pins", None, *pins)
        self.mend(finding["command"])
        self.wait_level("ok", "pins", None, *pins)
        wait_until(lambda: not headgate.program_ids(), 30, "no program")

    def test_3_a_link_of_another_program_is_named_by_its_id(self):
        holder = self.lab.host.start(
            [PYTHON, "-c", "import signal, socket; from lab import bpf; "
             f"bpf.link_program('{self.lab.folder}/bpf/pass', "
             "socket.if_nametoindex('lan')); signal.pause()"],
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY}/tools"})
        try:
            finding = self.wait_level("failure", "foreign_xdp", "lan",
                                      "--interface", "lan")
            self.assertIn("bpftool link detach id", finding["command"])
            self.mend(finding["command"])
            self.wait_level("ok", "foreign_xdp", "lan", "--interface", "lan")
        finally:
            holder.end()


if __name__ == "__main__":
    unittest.main()
