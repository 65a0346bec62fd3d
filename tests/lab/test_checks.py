# SPDX-License-Identifier: BSD-2-Clause
"""Check check= of --neighbor and --path: a server gets no new flows of a VIP
whose service does not answer there, whatever its BGP daemon says."""

import itertools
import json
import os
import random
import signal
import subprocess
import time

from lab_case import LabCase
from lab.system import PYTHON, wait_until
from lab.topology import VIP, VIP6, VIP6_PREFIX, VIP_PREFIX
from lab.traffic import fates
from raw_lab import tell
from raw_speaker import wait_for
from set_lab import VIPS, SetLab

INTERVAL_MS, TIMEOUT_MS = 200, 400
TIMES = f"check-interval={INTERVAL_MS},check-timeout={TIMEOUT_MS}"
HEALTH = os.path.join(os.path.dirname(__file__), "health_server.py")
HEALTH_PORT = 8080
METRICS = 9180
LONG_PORT = 60000
PRESENT_S = 4  # a daemon is up so long before its service
MANY_SERVERS = 8
MANY_VIPS = 10000 if os.environ.get("LONG") == "1" else 500


class CheckCase(LabCase):

    keys = f"check=tcp:80,{TIMES}"
    started = False
    ports = itertools.count(20000, 100)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        headgate = cls.lab.headgate
        headgate.arguments = [
            f"{value},{cls.keys}" if "role=backend" in value else value
            for value in headgate.arguments]
        headgate.arguments += ["--metrics", f"127.0.0.1:{METRICS}"]
        cls.start_services()
        cls.lab.start()

    @classmethod
    def start_services(cls):
        """Start what the lab does not."""

    def vips(self):
        return [VIP, VIP6] if self.lab.ipv6 else [VIP]

    def path(self, vip, server):
        """Return the path of a server in `show routes`, or None."""
        route = self.explained(vip)
        address = server.address6 if ":" in vip else server.address
        found = [p for p in route["paths"] if p["next_hop"] == address]
        return found[0] if found else None

    def explained(self, vip):
        length = 128 if ":" in vip else 32
        done = self.lab.headgate.ctl("-j", "explain", f"{vip}/{length}")
        return json.loads(done.stdout)["explain"]

    def wait_reason(self, server, reason, vips=None, seconds=15):
        def paths():
            return [self.path(vip, server) for vip in vips or self.vips()]
        wait_until(lambda: all(p and p["reason"] == reason for p in paths()),
                   seconds, f"{server.name}: {reason}")
        return paths()

    def wait_all_in(self):
        self.lab.wait_ready()
        for server in self.lab.servers:
            self.wait_reason(server, None)

    def download(self, count=100, vip=VIP):
        """Return the servers of new flows; each has a port of its own."""
        connections = self.lab.download(next(self.ports), count, vip)
        self.assertEqual(connections.failed(), [])
        return set(connections.servers())

    def checks(self, server):
        return self.lab.headgate.nexthops()[server.address]["checks"]


class Tcp(CheckCase):
    """Servers with both families whose nginx is stopped and started."""

    options = {"servers": 3, "ipv6": True}

    def tearDown(self):
        for server in self.lab.servers:
            if not server.web.process.alive():
                server.web.start()
            if not server.bird.process.alive():
                server.bird.start()
        self.wait_all_in()

    def test_a_stopped_service_gets_no_new_flows_and_comes_back(self):
        first, *others = self.lab.servers
        self.wait_all_in()
        for vip in self.vips():
            self.assertIn(first.name, self.download(vip=vip))
        self.assertEqual(self.checks(first),
                         {"pending": 0, "passing": 1, "failing": 0})
        first.web.process.end()
        for path in self.wait_reason(first, "check_failed"):
            self.assertRegex(path["why"], r"check failed: connection refused "
                             r"([3-9]|\d\d+) times")
            self.assertEqual(path["check"]["state"], "failing")
            self.assertEqual(path["check"]["last_result"], "refused")
        # The server lives and its session, too: it leaves for the service alone.
        self.assertTrue(self.lab.headgate.nexthops()[first.address]["alive"])
        self.assertIsNotNone(self.lab.headgate.neighbor(first.address))
        self.assertEqual(self.checks(first),
                         {"pending": 0, "passing": 0, "failing": 1})
        for vip in self.vips():
            self.assertEqual(self.download(vip=vip),
                             {server.name for server in others})
        first.web.start()
        self.wait_reason(first, None)
        for vip in self.vips():
            self.assertIn(first.name, self.download(vip=vip))
        self.assertIn(f"{first.address} gets no new flows: check failed: conn",
                      self.lab.headgate.log_tail(2000))
        self.assertIn(f"{first.address} may get flows again: check passes",
                      self.lab.headgate.log_tail(2000))

    def test_a_daemon_that_is_up_before_its_service_gets_nothing(self):
        late, *others = self.lab.servers
        late.bird.stop()
        late.web.process.end()
        self.lab.wait_living(others)
        late.bird.start()
        self.wait_reason(late, "check_failed")
        end = time.monotonic() + PRESENT_S
        while time.monotonic() < end:
            self.assertEqual(self.download(),
                             {server.name for server in others})
        late.web.start()
        self.wait_reason(late, None)
        self.assertIn(late.name, self.download())

    def test_a_vip_without_a_service_is_withdrawn(self):
        for server in self.lab.servers:
            server.web.process.end()
        self.lab.wait_announced(False)
        for server in self.lab.servers:
            self.wait_reason(server, "check_failed")
        self.assertFalse(self.explained(VIP)["forwarding"])
        self.lab.servers[1].web.start()
        self.lab.wait_announced(True)
        self.assertEqual(self.download(), {self.lab.servers[1].name})

    def test_results_are_counted(self):
        url = f"http://127.0.0.1:{METRICS}/metrics"
        text = self.lab.host.run(
            PYTHON, "-c", "import urllib.request as u; print(u.urlopen("
            f"'{url}').read().decode())")
        # Three servers, two VIPs.
        self.assertIn('headgate_checks{state="passing"} 6', text)
        self.assertRegex(text, r'check_results_total{result="passed"} [1-9]')
        status = self.lab.headgate.show("status")["checks"]
        self.assertEqual((status["passing"], status["refused"]), (6, 0))
        self.assertGreaterEqual(status["limit"], 10000 * 8)

    def test_the_routes_of_the_host_do_not_matter(self):
        """Answers of a VIP are martians to rp_filter, and not to a check."""
        self.lab.host.run("sysctl", "-q", "-w", "net.ipv4.conf.lan.rp_filter=1",
                          "net.ipv4.conf.all.rp_filter=1")
        self.lab.host.ip(f"route add blackhole {VIP_PREFIX} metric 7",
                         f"route add blackhole {VIP6_PREFIX} metric 7")
        try:
            first = self.lab.servers[0]
            first.web.process.end()
            self.wait_reason(first, "check_failed")
            first.web.start()
            self.wait_reason(first, None)
        finally:
            self.lab.host.ip(f"route del blackhole {VIP_PREFIX} metric 7",
                             f"route del blackhole {VIP6_PREFIX} metric 7")
            self.lab.host.run("sysctl", "-q", "-w",
                              "net.ipv4.conf.lan.rp_filter=0",
                              "net.ipv4.conf.all.rp_filter=0")


class Http(CheckCase):
    """Another process than the one that serves says how it is."""

    keys = (f"check=http:{HEALTH_PORT}/health?deep,{TIMES},check-rise=3,"
            "check-fall=2")
    options = {"servers": 2, "ipv6": True}

    @classmethod
    def start_services(cls):
        for server in cls.lab.servers:
            cls.set_status(server, 200)
            server.health = server.namespace.start(
                [PYTHON, HEALTH, cls.status_file(server), str(HEALTH_PORT),
                 VIP, VIP6], log=cls.health_log(server))
            wait_until(lambda: "ready" in cls.log_of(server), 10, "health")

    @classmethod
    def status_file(cls, server):
        return f"{cls.lab.folder}/{server.name}.status"

    @classmethod
    def health_log(cls, server):
        return f"{cls.lab.folder}/{server.name}.health"

    @classmethod
    def log_of(cls, server):
        with open(cls.health_log(server), encoding="utf-8") as file:
            return file.read()

    @classmethod
    def set_status(cls, server, status):
        with open(f"{cls.status_file(server)}.new", "w",
                  encoding="ascii") as file:
            file.write(str(status))
        os.rename(f"{cls.status_file(server)}.new", cls.status_file(server))

    def test_an_error_drains_the_server(self):
        """Its flows stay and grow; new ones go to the other."""
        first, second = self.lab.servers
        self.wait_all_in()
        downloads = self.lab.start_long_downloads(LONG_PORT, 20)
        self.addCleanup(downloads.close)
        before = downloads.wait_running()
        self.assertEqual(set(before.servers() or
                             {r["server"] for r in before.results}),
                         {first.name, second.name})
        self.set_status(first, 503)
        for path in self.wait_reason(first, "check_failed"):
            self.assertRegex(path["why"],
                             r"check failed: HTTP status 503, \d+ times")
            self.assertEqual(path["check"]["http_status"], 503)
        self.assertEqual(self.download(), {second.name})
        now = downloads.report()
        time.sleep(4)  # nginx sends a slow download in bursts
        later = downloads.report()
        self.assertEqual(set(fates(before, now, later).values()), {"went on"})
        self.set_status(first, 302)
        passed = self.wait_reason(first, None)
        self.assertGreaterEqual(passed[0]["check"]["passes"], 3)
        self.assertIn(first.name, self.download())

    def test_the_service_sees_an_ordinary_request(self):
        server = self.lab.servers[1]
        wait_until(lambda: self.log_of(server).count("request") > 10, 10,
                   "requests")
        lines = set(self.log_of(server).splitlines())
        self.assertLessEqual(
            {f"request /health?deep {VIP}:{HEALTH_PORT}",
             f"request /health?deep [{VIP6}]:{HEALTH_PORT}"}, lines)
        self.assertEqual([l for l in lines if l.startswith("error")], [])

    def test_an_answer_that_is_not_http_fails(self):
        server = self.lab.servers[0]
        self.wait_all_in()
        server.health.end()
        program = ("import socket\ns = socket.create_server(('%s', %d))\n"
                   "while True:\n c = s.accept()[0]\n c.recv(999)\n"
                   " c.send(b'220 mail')\n c.close()\n" % (VIP, HEALTH_PORT))
        mail = server.namespace.start([PYTHON, "-c", program])
        try:
            wait_until(lambda: "is not HTTP" in
                       self.path(VIP, server)["why"], 15, "another protocol")
        finally:
            mail.end()
            self.start_services()
        self.wait_reason(server, None)


    def test_a_service_that_hangs_is_silent(self):
        server = self.lab.servers[0]
        self.wait_all_in()
        server.health.signal_group(signal.SIGSTOP)
        try:
            for path in self.wait_reason(server, "check_failed"):
                self.assertRegex(path["why"],
                                 r"check failed: no answer \d+ times")
        finally:
            server.health.signal_group(signal.SIGCONT)
        self.wait_reason(server, None)


class StaticPaths(LabCase):
    """Servers without BGP: the check alone says that they serve."""

    options = {"servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        for server in lab.servers:
            lab.headgate.arguments += [
                "--path", f"{VIP}/32,via={server.address},check=tcp:80,"
                f"{TIMES},check-fall=1"]
        lab.router_bird.start()
        for server in lab.servers:
            server.web.start()
        lab.headgate.start()
        lab.wait_ready()

    def test_a_stopped_service_is_out(self):
        first, second = self.lab.servers
        first.web.process.end()
        self.lab.wait_living([second])
        connections = self.lab.download(20000, 100)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(set(connections.servers()), {second.name})
        second.web.process.end()
        self.lab.wait_announced(False)
        for server in self.lab.servers:
            server.web.start()
        self.lab.wait_ready()

    def test_keys_need_a_check(self):
        done = self.lab.headgate.try_flags(
            "--as", "64512", "--router-id", "10.0.0.1", "--interface", "lan",
            "--vip", VIP_PREFIX, "--path",
            f"{VIP}/32,via=10.1.0.11,check-fall=1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("check-fall is for check; give that, too", done.stderr)


class Many(LabCase):
    """Many VIPs on each server: their checks take turns."""

    lab_class = SetLab
    options = {"servers": MANY_SERVERS,
               "keys": ("check=tcp:80", TIMES),
               "flags": ("--metrics", f"127.0.0.1:{METRICS}")}

    def start_service(self):
        program = ("import socket\ns = socket.create_server(('', 80), "
                   "backlog=4096)\nprint('ready', flush=True)\n"
                   "while True: s.accept()")
        service = self.lab.peers.start([PYTHON, "-c", program],
                                       stdout=subprocess.PIPE, text=True)
        self.assertEqual(service.stdout.readline(), "ready\n")
        service.stdout.close()
        return service

    def wait_checks(self, state, seconds):
        wait_for(self.lab.speakers,
                 lambda: self.lab.status()["checks"][state] ==
                 MANY_VIPS * MANY_SERVERS, seconds, f"all {state}")

    def cpu_seconds(self):
        with open(f"/proc/{self.lab.headgate.process.pid}/stat",
                  encoding="ascii") as stat:
            fields = stat.read().split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def test_all_pass_and_all_fail(self):
        lab = self.lab
        lab.peers.ip(f"route add local {VIPS} dev lo")
        service = self.start_service()
        lab.connect(keepers=False)
        before = lab.memory()
        model = {vip: set(lab.servers) for vip in range(MANY_VIPS)}
        lab.announce_interleaved(model, random.Random(1), pause=0)
        patience = 30 + 3 * MANY_VIPS * MANY_SERVERS // 2000
        self.wait_checks("passing", patience)
        wait_for(lab.speakers, lambda: len(lab.announced()) == MANY_VIPS, 30,
                 "all VIPs announced")
        tell(f"{lab.memory() - before} kB of memory for "
             f"{MANY_VIPS * MANY_SERVERS} checks and paths")
        start, cpu = time.monotonic(), self.cpu_seconds()
        wait_for(lab.speakers, lambda: time.monotonic() > start + 5, 10, "5 s")
        share = (self.cpu_seconds() - cpu) / (time.monotonic() - start)
        status = lab.status()
        tell(f"{share:.3f} of a CPU, {status['checks']}, {status['loop']}")
        self.assertEqual(status["checks"]["refused"], 0)
        self.assertGreaterEqual(status["checks"]["least_interval_ms"],
                                MANY_VIPS * MANY_SERVERS // 2)
        self.assertIn("each comes every", lab.headgate.log_tail(200000))
        service.end()
        self.wait_checks("failing", 3 * patience)
        wait_for(lab.speakers, lambda: not lab.announced(), 30, "none announced")
