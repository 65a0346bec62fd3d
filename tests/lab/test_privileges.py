# SPDX-License-Identifier: BSD-2-Clause
"""The capabilities that the agent needs, one by one, and --user."""

import os
import pwd
import signal
import subprocess

from lab_case import LabCase
from lab.agent import BUILD, START_SECONDS
from lab.system import wait_until

EXIT_NOT_PERMITTED = 4
# capabilities(7): their bits.
NEEDED = {"net_bind_service": 10, "net_admin": 12, "net_raw": 13,
          "perfmon": 38, "bpf": 39}
USER = "nobody"
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly


class Missing(LabCase):
    """A capability that is missing is named, before anything is changed."""

    options = {"servers": 0}
    started = False

    def start_without(self, *names, flags=()):
        """Run the agent as root without these capabilities."""
        headgate = self.lab.headgate
        headgate.write_seed()
        # CAP_SYS_ADMIN stands for two of them.
        bounds = ",".join(f"-{name}" for name in (*names, "sys_admin"))
        return subprocess.run(
            ["ip", "netns", "exec", headgate.namespace.name, "setpriv",
             "--bounding-set", bounds, "timeout", "5",
             f"{BUILD}/headgate", *headgate.arguments, *flags],
            capture_output=True, text=True)

    def test_each_is_named(self):
        for name in NEEDED:
            with self.subTest(capability=name):
                done = self.start_without(name)
                self.assertEqual(done.returncode, EXIT_NOT_PERMITTED,
                                 done.stderr)
                named = {n for n in NEEDED
                         if f"CAP_{n.upper()} " in done.stderr}
                self.assertEqual(named, {name}, done.stderr)
                self.assertIn("run as root, or with these", done.stderr)
                self.assertEqual(self.lab.headgate.program_ids(), {})
                self.assertFalse(os.path.exists(
                    f"{self.lab.headgate.pins}/vip4"))

    def test_several_are_named_at_once(self):
        done = self.start_without("bpf", "net_raw")
        self.assertIn("CAP_BPF (", done.stderr)
        self.assertIn("CAP_NET_RAW (", done.stderr)

    def test_a_high_port_needs_no_capability(self):
        done = self.start_without("net_bind_service",
                                  flags=("--listen", "0.0.0.0:1790"))
        self.assertNotIn("CAP_", done.stderr)


class OtherUser(LabCase):
    """With --user the agent does all of its work as that user."""

    options = {"servers": 3}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        os.chmod(lab.folder, 0o755)
        cls.headgate = headgate = lab.headgate
        socket = f"{lab.folder}/run/headgate.sock"
        place = headgate.arguments.index("--control-socket") + 1
        headgate.arguments[place] = headgate.socket = socket
        headgate.arguments = [
            f"{value},check=tcp:80,check-interval=200"
            if "role=backend" in value else value
            for value in headgate.arguments] + ["--user", USER]
        lab.start()

    def agent_status(self):
        """Return the fields of /proc/PID/status."""
        pid = self.headgate.show("status")["pid"]
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file
                        if ":\t" in line)

    def test_1_it_has_five_capabilities_and_gains_none(self):
        status = self.agent_status()
        user = pwd.getpwnam(USER)
        self.assertEqual(set(status["Uid"].split()), {str(user.pw_uid)})
        self.assertEqual(set(status["Gid"].split()), {str(user.pw_gid)})
        self.assertEqual(status["NoNewPrivs"], "1")
        wanted = sum(1 << bit for bit in NEEDED.values())
        for field, value in (("CapEff", wanted), ("CapPrm", wanted),
                             ("CapInh", 0), ("CapBnd", 0), ("CapAmb", 0)):
            self.assertEqual(int(status[field], 16), value, field)

    def test_1_it_leaves_no_core_dump(self):
        """Files in /proc belong to root while a process cannot be dumped."""
        pid = self.headgate.show("status")["pid"]
        self.assertEqual(os.stat(f"/proc/{pid}/status").st_uid, 0)

    def test_2_traffic_flows(self):
        connections = self.lab.download(20000, 200)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(len(connections.servers()), 3)

    def test_3_a_dead_server_is_out_and_comes_back(self):
        dead, *others = self.lab.servers
        dead.cut_cable()
        self.lab.wait_living(others)
        self.assertEqual(self.lab.download(21000, 100).failed(), [])
        dead.plug_cable()
        self.lab.wait_living(self.lab.servers)

    def test_3_a_stopped_service_is_out_and_comes_back(self):
        server, *others = self.lab.servers
        server.web.process.end()
        self.lab.wait_living(others)
        server.web.start()
        self.lab.wait_living(self.lab.servers)

    def test_4_captures_and_explanations_work(self):
        done = self.headgate.ctl("-j", "explain", "flow", "198.51.100.2",
                                 "22000", "192.0.2.1", "80", "tcp")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"agree"', done.stdout)

    def test_5_another_agent_takes_over(self):
        flaps = self.flaps()
        self.assertEqual(self.headgate.hand_over(seconds=HANDED_OVER), 0)
        wait_until(lambda: "handover: complete" in self.headgate.log_tail(1000),
                   HANDED_OVER, "the rest")
        self.assertEqual(self.flaps(), flaps)
        self.assertEqual(self.lab.download(23000, 100).failed(), [])
        self.assertEqual(self.agent_status()["Uid"].split()[0],
                         str(pwd.getpwnam(USER).pw_uid))

    def flaps(self):
        """Return the state and the number of ended sessions of each neighbor."""
        return {n["address"]: (n["state"], n["flaps"])
                for n in self.headgate.show("neighbors")}

    def test_6_a_killed_agent_is_followed_by_one_that_takes_over(self):
        programs = self.headgate.program_ids()
        self.headgate.kill()
        self.assertEqual(self.headgate.program_ids(), programs)
        self.headgate.start()
        self.lab.wait_ready()
        self.assertEqual(self.lab.download(24000, 100).failed(), [])

    def test_7_it_leaves_nothing_behind(self):
        self.assertEqual(self.headgate.stop(), 0)
        self.assertEqual(self.headgate.program_ids(), {})
        self.assertFalse(os.path.exists(self.headgate.socket))
        wait_until(lambda: not os.path.exists(f"{self.headgate.pins}/vip4"),
                   5, "the maps unpinned")
        self.assertNotIn("72", self.lab.host.run("ip", "route", "show",
                                                 "proto", "72"))

    def test_8_an_unknown_user_is_refused(self):
        flags = [*self.headgate.arguments[:-1], "no-such-user"]
        done = self.headgate.try_flags(*flags)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("this host has no such user", done.stderr)
        self.assertEqual(self.headgate.program_ids(), {})

    def test_9_a_folder_that_the_user_cannot_write_is_named(self):
        flags = list(self.headgate.arguments)
        flags[flags.index("--control-socket") + 1] = \
            f"{self.lab.folder}/direct.sock"
        done = self.headgate.try_flags(*flags)
        self.assertEqual(done.returncode, EXIT_NOT_PERMITTED, done.stderr)
        self.assertIn(f"{self.lab.folder}: user {USER} cannot write there",
                      done.stderr)
        self.assertEqual(self.headgate.program_ids(), {})


# A library that makes a call outside of the list when the test says so.
STRANGER = """
#include <signal.h>
#include <sys/stat.h>
static void misbehave(int number)
{
    (void)number;
    mkdir(PLACE, 0700);
}
__attribute__((constructor)) static void load(void)
{
    signal(SIGRTMIN, misbehave);
}
"""


class SystemCalls(LabCase):
    """A call that the agent does not need fails, is named and ends nothing."""

    options = {"servers": 2}
    started = False
    refused_calls = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.lab.folder
        cls.place = f"{folder}/stranger"
        library = f"{folder}/stranger.so"
        subprocess.run(["gcc", "-shared", "-fPIC", f'-DPLACE="{cls.place}"',
                        "-o", library, "-x", "c", "-"],
                       input=STRANGER, text=True, check=True)
        cls.headgate = headgate = cls.lab.headgate

        def start():
            headgate.write_seed()
            # The address sanitizer wants to be the first library.
            headgate.process = headgate.namespace.start(
                ["env", f"LD_PRELOAD={library}",
                 "ASAN_OPTIONS=verify_asan_link_order=0",
                 f"{BUILD}/headgate", *headgate.arguments],
                log=headgate.log_path)
            wait_until(headgate.answers, START_SECONDS,
                       "headgate's control socket")
        headgate.start = start
        cls.lab.start()

    def seccomp(self):
        """Return the flag as the agent shows it, and the kernel's mode."""
        status = self.headgate.show("status")
        with open(f"/proc/{status['pid']}/status", encoding="ascii") as file:
            mode = next(line for line in file if line.startswith("Seccomp:"))
        return status["seccomp"], int(mode.split()[1])

    def misbehave(self):
        os.kill(self.headgate.show("status")["pid"], signal.SIGRTMIN)

    def test_1_it_is_refused_and_the_agent_goes_on(self):
        self.assertEqual(self.seccomp(), ("on", 2))
        self.misbehave()
        wait_until(lambda: "system call mkdir: refused, as the agent does not "
                   "need it" in self.headgate.log_tail(), 5, "the log")
        self.assertFalse(os.path.exists(self.place))
        self.assertEqual(self.lab.download(20000, 100).failed(), [])

    def test_2_an_operator_can_let_it_pass(self):
        for mode, kernel in (("log", 2), ("off", 0)):
            with self.subTest(mode=mode):
                self.assertEqual(self.headgate.stop(), 0)
                arguments = self.headgate.arguments
                self.headgate.arguments = [*arguments, "--seccomp", mode]
                self.headgate.start()
                self.headgate.arguments = arguments
                self.assertEqual(self.seccomp(), (mode, kernel))
                self.misbehave()
                wait_until(lambda: os.path.exists(self.place), 5, "the call")
                os.rmdir(self.place)
