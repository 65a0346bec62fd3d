# SPDX-License-Identifier: BSD-2-Clause
"""Run the sessions of README.md and docs/ in a lab, and compare what they print with
what the documents have."""

import shlex
import subprocess
import unittest

import raw_bgp as bgp
from lab_case import LabCase
from lab.agent import BUILD
from lab.system import wait_until
from lab.topology import VIP, Lab
from raw_lab import BACKEND_AS, UPSTREAM, announcement
from reload_lab import ReloadCase
from sessions import all_sessions, missing

class SessionLab(Lab):
    """The demo's lab, with a server that has a name and an upstream that is away."""

    def agent_flags(self):
        return [*super().agent_flags(), "--neighbor",
                "10.1.0.12,as=65002,role=backend,name=rack1,max-prefix=10,"
                "passive", "--neighbor",
                "10.1.0.253,as=64500,role=upstream,name=core-2"]

    def build(self, servers):
        super().build(servers)
        self.lan.ip("address add 10.1.0.253/24 dev br0")  # without BGP


class SessionCase(unittest.TestCase):

    ran = set()

    def session(self, document, start):
        """Return the session of a document whose command begins so."""
        found = [session for session in all_sessions()
                 if session.document == document
                 and session.command.startswith(start)
                 and not session.by_hand]
        self.assertTrue(found, start)
        self.ran.update((s.document, s.command) for s in found)
        return found

    def compare(self, session, printed):
        with self.subTest(session.command):
            self.assertEqual(missing(session.output, printed), [], printed)

    def check(self, document, start, place=0):
        """Run a command of headgatectl and compare."""
        session = self.session(document, start)[place]
        program, *words = shlex.split(session.command)
        self.assertEqual(program, "headgatectl")
        done = self.lab.headgate.ctl(*words)
        self.compare(session, done.stdout)

    def check_shell(self, document, start, **replace):
        """Run a command of the host and compare."""
        session, = self.session(document, start)
        replace = {"/sys/fs/bpf/headgate": self.lab.headgate.pins,
                   "ip netns exec ${HG_NS}headgate": "", "-m 14": "",
                   "build/": f"{BUILD}/", **replace}
        command = f"HG_LAB={self.lab.folder} HG_NS={self.lab.prefix}; "
        command += session.command
        for old, new in replace.items():
            command = command.replace(old, new)
        self.compare(session, self.lab.host.run("sh", "-c", command, timeout=60))


class Documented(SessionCase, LabCase):

    lab_class = SessionLab
    options = {"servers": 4}

    def test_1_all_is_well(self):
        operating = "docs/operating.md"
        headgate = self.lab.headgate
        headgate.ctl("neighbor", "rack1", "clear")
        wait_until(lambda: headgate.neighbor("10.1.0.12")["state"]
                   == "Established", 30, "rack1")
        wait_until(lambda: headgate.neighbor("10.1.0.253")["last_error"], 30,
                   "core-2")
        self.lab.wait_living(self.lab.servers)
        self.check("README.md", "headgatectl explain flow")
        self.check(operating, "headgatectl show neighbors")
        self.check(operating, "headgatectl drain")
        headgate.ctl("undrain", "10.1.0.11")
        self.lab.wait_living(self.lab.servers)
        self.check(operating, "headgatectl health")
        for start in ("ip rule show", "ip route show table",
                      "bpftool -j map dump pinned /sys/fs/bpf/headgate/vip4",
                      "bpftool -j map lookup pinned /sys/fs/bpf/headgate/buckets",
                      "bpftool -j map dump pinned /sys/fs/bpf/headgate/nexthops",
                      "bpftool -j map dump pinned /sys/fs/bpf/headgate/counters"):
            self.check_shell(operating, start)

    def test_4_debugging(self):
        debugging = "docs/debugging.md"
        program = {"445": str(self.lab.headgate.program_ids()["lan"])}
        for start in ("grep -m 14", "ip netns exec",
                      "bpftool prog show id 445", "bpftool -j map lookup"):
            self.check_shell(debugging, start, **program)

    def test_5_the_doctor_without_an_agent(self):
        session, = self.session("docs/operating.md", "headgatectl doctor")
        self.lab.host.run("sysctl", "-qw", "net.ipv4.conf.lan.rp_filter=1")
        words = shlex.split(session.command.replace("eth0", "lan"))[1:]
        printed = self.lab.host.run(
            f"{BUILD}/headgatectl", "-s", f"{self.lab.folder}/no.sock", *words,
            check=False)
        self.compare(session, printed.replace("lan", "eth0"))

    def test_2_files(self):
        operating, ctl = "docs/operating.md", f"{BUILD}/headgatectl"
        dump, = self.session(operating, "headgatectl dump")
        capture, = self.session(operating, "headgatectl -n 3 capture")
        pcap, = self.session(operating, "headgatectl explain flow --pcap")

        def run(session):
            words = shlex.split(session.command)[1:]
            return subprocess.Popen([ctl, "-s", self.lab.headgate.socket, *words],
                                    cwd=self.lab.folder, text=True,
                                    stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT)
        with run(dump) as done:
            self.compare(dump, done.communicate(timeout=60)[0])
        with run(capture) as done:
            while done.poll() is None:
                self.lab.download(20000, 20)
            self.compare(capture, done.communicate(timeout=60)[0])
        with run(pcap) as done:
            self.compare(pcap, done.communicate(timeout=60)[0])

    def test_3_two_servers_fail(self):
        """Server 1 is off, and the cable of server 2 is cut."""
        first, second = self.lab.servers[:2]
        first.bird.stop()
        self.lab.wait_living(self.lab.servers[1:])
        second.cut_power()
        wait_until(lambda: not self.lab.headgate.nexthops()[
            second.address]["alive"], 20, "the death of server 2")
        self.check("README.md", "headgatectl show nexthops")
        self.check("README.md", "headgatectl show routes")
        self.check("docs/operating.md", "headgatectl explain 192.0.2.1")
        self.check_shell("docs/operating.md", "ip route show proto 72")
        session, = self.session("docs/operating.md", "headgatectl events -n 3")
        self.compare(session, self.lab.headgate.ctl("events").stdout)


class Gone(SessionCase, ReloadCase):

    RULE = "rule allow from role backend"
    FIRST, SECOND = "10.1.0.11", "10.1.0.12"
    options = {
        "neighbors": (UPSTREAM, "10.1.0.60,as=65099,role=backend,passive",
                      *(f"{address},as={BACKEND_AS + i},role=backend,passive,"
                        "hold-time=9" for i, address
                        in enumerate((FIRST, SECOND)))),
        "addresses": (SECOND,),
        "lines": ("rule allow from role peer", "rule allow from role upstream",
                  RULE),
    }

    def test_1_reload(self):
        second = self.lab.establish(self.SECOND, BACKEND_AS + 1)
        for vip in ("192.0.2.5/32", "192.0.2.6/32"):
            second.send(announcement(vip, BACKEND_AS + 1, next_hop=self.SECOND))
            wait_until(lambda v=vip: self.lab.route(v), 20, vip)
        self.addCleanup(second.close)
        with self.edited(remove=(self.RULE, f"neighbor {self.SECOND},as=65002,"
                                 "role=backend,passive,hold-time=9"),
                         add=(f"neighbor {self.SECOND},as=65002,role=backend,"
                              "passive,hold-time=3",)):
            self.check("docs/reload.md", "headgatectl reload --dry-run")

    def test_2_a_vip_that_is_gone(self):
        second = self.lab.establish(self.SECOND, BACKEND_AS + 1)
        second.send(announcement(f"{VIP}/32", BACKEND_AS + 1,
                                 next_hop=self.SECOND))
        wait_until(lambda: self.lab.route(f"{VIP}/32"), 20, "the VIP")
        second.send(bgp.notification(6, 2))
        second.close()
        wait_until(lambda: not self.lab.path(f"{VIP}/32", self.SECOND), 20,
                   "its end")
        first = self.keep(self.lab.establish(self.FIRST, BACKEND_AS))
        first.send(announcement(f"{VIP}/32", BACKEND_AS, next_hop=self.FIRST))
        wait_until(lambda: self.lab.path(f"{VIP}/32", self.FIRST), 20,
                   "the path")
        first.send(bgp.update(bgp.origin(9), bgp.as_path(BACKEND_AS),
                              bgp.next_hop(self.FIRST),
                              nlri=bgp.prefix(f"{VIP}/32")))
        wait_until(lambda: not self.lab.path(f"{VIP}/32", self.FIRST), 20,
                   "its end")
        self.check("docs/operating.md", "headgatectl explain 192.0.2.1", 1)

    def test_3_a_configuration_with_errors(self):
        session, = self.session("docs/configuration.md", "headgate --config")
        path = f"{self.lab.folder}/headgate.conf.wrong"
        with open(path, "w", encoding="ascii") as file:
            file.write("as 64512\nroutr-id 10.0.0.1\nvip 192.0.2.10/24\n"
                       "interface lan\n")
        done = subprocess.run([f"{BUILD}/headgate", "--config", path],
                              capture_output=True, text=True)
        self.compare(session, done.stderr.replace(path, "headgate.conf"))


class Z(SessionCase):
    """Comes last."""

    def test_each_session_is_run_or_marked(self):
        self.assertEqual([(session.document, session.command)
                          for session in all_sessions()
                          if not session.by_hand
                          and (session.document, session.command)
                          not in self.ran], [])


del SessionCase, ReloadCase, LabCase  # they have no tests of their own

if __name__ == "__main__":
    unittest.main()
