# SPDX-License-Identifier: BSD-2-Clause
"""Commands, namespaces, processes and waiting.

Every long-running process of the lab lives in one of the lab's namespaces and
leads a session of its own. So the janitor finds it (janitor.py), and a Ctrl-C at
the terminal does not reach it.
"""

import os
import shutil
import signal
import subprocess
import time

PYTHON = "/usr/bin/python3"
# Factor for every time limit, for slow machines.
TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
# Tools such as ip and bpftool are in sbin, which PATH may lack.
os.environ["PATH"] += ":/usr/sbin:/sbin"


# Sysctls of a namespace that speaks IPv6.
IPV6_ON = ("net.ipv6.conf.all.disable_ipv6=0",
           "net.ipv6.conf.default.disable_ipv6=0",
           # An address can be used at once, not after a second.
           "net.ipv6.conf.all.accept_dad=0",
           "net.ipv6.conf.default.accept_dad=0",
           # FRR sends router advertisements: take no addresses from them.
           "net.ipv6.conf.all.accept_ra=0",
           "net.ipv6.conf.default.accept_ra=0")


class LabError(Exception):
    """An expected event did not happen in the lab; the text says which."""


def run(*command, timeout=20, check=True, text=None):
    """Run a command to its end and return its output."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          timeout=timeout * TIME_SCALE)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(command)}: exit {done.returncode}: "
                       f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def require(programs):
    """Raise LabError without root or if a program is missing."""
    if os.geteuid() != 0:
        raise LabError("network namespaces and XDP need root: run with sudo")
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise LabError("not installed or not built: " + ", ".join(missing))


def wait_until(condition, seconds, what, pause=0.05):
    """Poll until condition() is true and return its value; raise LabError
    after `seconds`."""
    seconds *= TIME_SCALE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Namespace:
    """A network namespace with the lab's sysctls."""

    def __init__(self, prefix, name, sysctls=()):
        self.short_name = name
        self.name = prefix + name
        run("ip", "netns", "add", self.name)
        # Answers return by another path than requests: no rp_filter. It is
        # set before the first interface, which inherits `default`.
        self.run("sysctl", "-q", "-w",
                 "net.ipv4.conf.all.rp_filter=0",
                 "net.ipv4.conf.default.rp_filter=0",
                 "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1", *sysctls)
        self.ip("link set lo up")

    def run(self, *command, **options):
        return run("ip", "netns", "exec", self.name, *command, **options)

    def ip(self, *lines):
        """Run lines of iproute2 in one batch, in order."""
        return run("ip", "-n", self.name, "-batch", "-",
                   text="".join(line + "\n" for line in lines))

    def start(self, command, log=None, **options):
        """Start a long-running process; `ip netns exec` becomes it."""
        output = open(log, "ab") if log else None
        try:
            return Process(
                ["ip", "netns", "exec", self.name, *command],
                start_new_session=True,
                **{"stdin": subprocess.DEVNULL, "stdout": output,
                   "stderr": output, **options})
        finally:
            if output:
                output.close()


class Process(subprocess.Popen):
    """A process of the lab, the leader of its own process group."""

    def alive(self):
        return self.poll() is None

    def signal_group(self, number):
        """Send a signal to the process and its children."""
        if self.alive():
            os.killpg(self.pid, number)

    def end(self, number=signal.SIGTERM, seconds=5):
        """End the group, by SIGKILL after `seconds`; return the exit status."""
        self.signal_group(number)
        seconds *= TIME_SCALE
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal_group(signal.SIGKILL)
            return self.wait(seconds)


def connect(a, a_interface, b, b_interface):
    """Lay a cable: a veth pair between two namespaces, both ends up.

    Checksum offload is off (tx off). With it, veth passes on partial checksums,
    and a frame that XDP forwards would reach the receiver with a wrong one.
    """
    a.ip(f"link add name {a_interface} type veth "
         f"peer name {b_interface} netns {b.name}",
         f"link set dev {a_interface} up")
    b.ip(f"link set dev {b_interface} up")
    for namespace, interface in ((a, a_interface), (b, b_interface)):
        namespace.run("ethtool", "-K", interface, "tx", "off")
