# SPDX-License-Identifier: BSD-2-Clause
"""What the lab asks of the host: commands, namespaces, processes, waiting.

Every long-running process of the lab lives in one of the lab's namespaces and
leads a session of its own, so that whoever removes the lab finds it without a
register (see janitor.py), and a Ctrl-C at the terminal does not reach it.
"""

import os
import shutil
import signal
import subprocess
import time

PYTHON = "/usr/bin/python3"
# By how much the lab is to be more patient than usual, on a slow machine.
TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
# The console tools stand in sbin, which is not in everybody's PATH.
os.environ["PATH"] += ":/usr/sbin:/sbin"


# For a Namespace that is to speak IPv6.
IPV6_ON = ("net.ipv6.conf.all.disable_ipv6=0",
           "net.ipv6.conf.default.disable_ipv6=0",
           # An address can be used at once, not after a second.
           "net.ipv6.conf.all.accept_dad=0",
           "net.ipv6.conf.default.accept_dad=0",
           # FRR advertises itself as a router: no addresses from there.
           "net.ipv6.conf.all.accept_ra=0",
           "net.ipv6.conf.default.accept_ra=0")


class LabError(Exception):
    """Something in the lab did not happen; the text says what."""


def run(*command, timeout=20, check=True, text=None):
    """Runs a command to its end and returns what it printed."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          timeout=timeout * TIME_SCALE)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(command)}: exit {done.returncode}: "
                       f"{(done.stderr or done.stdout).strip()}")
    return done.stdout


def require(programs):
    """Refuses to begin without root or one of the programs, naming it."""
    if os.geteuid() != 0:
        raise LabError("network namespaces and XDP need root: run with sudo")
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise LabError("not installed or not built: " + ", ".join(missing))


def wait_until(condition, seconds, what, pause=0.05):
    """Polls until condition() is true; returns its value. LabError if late."""
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
    """A network namespace with the sysctls the lab needs."""

    def __init__(self, prefix, name, sysctls=()):
        self.short_name = name
        self.name = prefix + name
        run("ip", "netns", "add", self.name)
        # Asymmetric return paths are the point of this lab: no rp_filter.
        # Set before the first interface, which inherits `default`.
        self.run("sysctl", "-q", "-w",
                 "net.ipv4.conf.all.rp_filter=0",
                 "net.ipv4.conf.default.rp_filter=0",
                 "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1", *sysctls)
        self.ip("link set lo up")

    def run(self, *command, **options):
        return run("ip", "netns", "exec", self.name, *command, **options)

    def ip(self, *lines):
        """Runs lines of iproute2 in one batch, in order."""
        return run("ip", "-n", self.name, "-batch", "-",
                   text="".join(line + "\n" for line in lines))

    def start(self, command, log=None, **options):
        """Starts a process that stays; `ip netns exec` becomes it."""
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
    """A process of the lab; it leads its own process group."""

    def alive(self):
        return self.poll() is None

    def signal_group(self, number):
        """Signals the process and its children, all at once."""
        if self.alive():
            os.killpg(self.pid, number)

    def end(self, number=signal.SIGTERM, seconds=5):
        """Ends the group and returns the exit status; SIGKILL when late."""
        self.signal_group(number)
        seconds *= TIME_SCALE
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal_group(signal.SIGKILL)
            return self.wait(seconds)


def connect(a, a_interface, b, b_interface):
    """A cable: a veth pair made inside the two namespaces, both ends up.

    Both ends compute their checksums themselves (tx off): veth hands partial
    checksums on, and a frame that XDP forwards keeps them as they are, so that
    the receiver would see garbage.
    """
    a.ip(f"link add name {a_interface} type veth "
         f"peer name {b_interface} netns {b.name}",
         f"link set dev {a_interface} up")
    b.ip(f"link set dev {b_interface} up")
    for namespace, interface in ((a, a_interface), (b, b_interface)):
        namespace.run("ethtool", "-K", interface, "tx", "off")
