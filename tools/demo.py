#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Show Headgate at work in a lab on this machine; `make demo` runs it.

Builds the lab of tools/lab, sends 1,000 real connections through it, cuts the
power of one server during 200 downloads, and shows which downloads noticed. Then
it adds a server, drains one, kills the agent and upgrades it, each under 200
downloads, and says how many of them broke. With --web the lab stays, with the
status page for a browser, until a key is pressed. Each step starts with the seconds since the start. The last line is the verdict;
the exit status agrees with it. The demo removes the lab in any case, also after
Ctrl-C or another signal.
"""

import collections
import contextlib
import os
import select
import signal
import sys
import termios
import time
import tty

from lab import topology, traffic
from lab.door import Door
from lab.steering import read_table
from lab.system import LabError, wait_until

CONNECTIONS = 1000
DOWNLOADS = 200
# Fixed source ports, so that every run sends the same flows.
FIRST_PORT, FAILED_PORT, RETURNED_PORT = 20000, 22000, 24000
LONG_PORT, CHANGES_PORT, WEB_PORT = 30000, 32000, 34000
VICTIM = 1  # index of the server that loses power
DRAINED = 2  # of the one that is drained
PAGE_PORT = 9472
WATCH_SECONDS = 4  # a slow download grows about every second
MOST_MOVED = 0.005  # share of the buckets that may move between survivors
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_OUTAGE = 12  # seconds: the hold time, 9 s, and some reserve


def say(text):
    """Print one line. A closed pipe (`make demo | head`) ends the demo."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python flushes stdout once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)


class Story:
    """Print the steps and collect the failed checks."""

    def __init__(self):
        self.start = time.monotonic()
        self.failures = []

    def step(self, text):
        elapsed = time.monotonic() - self.start
        say(f"[{elapsed:5.1f} s] {text}")

    def detail(self, text):
        for line in text.splitlines():
            say(f"          {line}")

    def expect(self, true, text):
        self.detail(("ok      " if true else "FAILED  ") + text)
        if not true:
            self.failures.append(text)

    def verdict(self):
        elapsed = time.monotonic() - self.start
        if self.failures:
            say(f"VERDICT: failed after {elapsed:.0f} s: "
                + "; ".join(self.failures))
            return 1
        say(f"VERDICT: ok, every check passed, in {elapsed:.0f} s")
        return 0


def tell_tables(story, lab, *names):
    for name in names:
        story.detail(f"$ headgatectl show {name}")
        story.detail(lab.headgate.ctl("show", name).stdout.rstrip())


def tell_route(story, lab):
    lab.router_bird.wait_established()
    story.detail(lab.router_bird.ask(f"show route for {topology.VIP} all"))
    story.detail(f"in its kernel: {lab.router_route()}")


def packets_by_server(lab):
    """Return server name -> packets that XDP has sent to it."""
    nexthops = lab.headgate.nexthops()
    return {server.name: nexthops[server.address]["packets"]
            if server.address in nexthops else 0 for server in lab.servers}


def connect(story, lab, first_port):
    """Make CONNECTIONS short downloads, print their table, return server name ->
    connections."""
    before = packets_by_server(lab)
    connections = lab.download(first_port, CONNECTIONS)
    after = packets_by_server(lab)
    counts = connections.servers()
    story.detail("server    connections   share   packets by XDP")
    for server in lab.servers:
        name = server.name
        share = 100 * counts[name] / CONNECTIONS
        story.detail(f"{name:<10}{counts[name]:>11}{share:>7.1f}%"
                     f"{max(0, after[name] - before[name]):>17}")
    story.expect(counts.total() == CONNECTIONS,
                 f"{counts.total()} of {CONNECTIONS} downloads complete")
    return counts


def spread_evenly(counts, servers):
    """Return True if each server is within 5 points of an even share."""
    even = CONNECTIONS / len(servers)
    return all(abs(counts[server.name] - even) <= 0.05 * CONNECTIONS
               for server in servers)


def cut_power(story, lab, victim):
    """Cut the victim's power and print how long it still got traffic."""
    victim.cut_power()
    start = time.monotonic()
    survivors = [server for server in lab.servers if server is not victim]
    try:
        wait_until(lambda: victim.address not in lab.headgate.living(),
                   LONGEST_OUTAGE, "next hop out", pause=0.02)
        story.detail(f"out of every bucket after "
                     f"{time.monotonic() - start:.2f} s")
        lab.wait_living(survivors)
    except LabError as error:
        story.expect(False, str(error))


def tell_buckets(story, lab, table, victim):
    """Return the buckets that moved between survivors, which keeps the table even
    to one bucket."""
    after = read_table(lab.headgate.pins, topology.VIP)
    moved = table.moved(after, victim.address)
    size = len(table.owners)
    story.expect(victim.address not in after.owners,
                 f"0 of {size} buckets lead to {victim.name}")
    story.expect(len(moved) <= MOST_MOVED * size,
                 f"{len(moved)} buckets ({100 * len(moved) / size:.2f} %) "
                 "moved between the survivors, to keep their shares even")
    return moved


def tell_downloads(story, victim, running, fates, may_break):
    """Sort the downloads into the victim's, those whose bucket moved, and the
    rest, which must go on."""
    server = running.server_of_port()
    lost = {port for port in fates if server[port] == victim.name}
    others = set(fates) - lost
    moved = others & may_break
    rest = collections.Counter(fates[port] for port in others - moved)
    story.detail(f"{len(lost)} downloads from {victim.name} died")
    story.detail(f"{len(moved)} downloads from the survivors were in a bucket "
                 "that moved")
    story.expect(rest["went on"] == rest.total(),
                 f"{rest['went on']} of {rest.total()} other downloads went "
                 "on")
    if rest["went on"] != rest.total():
        story.detail(f"their fates: {dict(rest)}")


def fail(story, lab, downloads):
    """Play the middle of the story: one server loses its power."""
    victim = lab.servers[VICTIM]
    running = downloads.wait_running()
    table = read_table(lab.headgate.pins, topology.VIP)
    story.step(f"{DOWNLOADS} long downloads run. {victim.name} loses power: "
               "cable cut, all processes killed, no FIN")
    cut_power(story, lab, victim)

    story.step(f"{CONNECTIONS} new connections without {victim.name}")
    counts = connect(story, lab, FAILED_PORT)
    story.expect(counts[victim.name] == 0, "all on the other three")

    story.step(f"The long downloads, watched for {WATCH_SECONDS} s")
    now = downloads.report()
    time.sleep(WATCH_SECONDS)
    fates = traffic.fates(running, now, downloads.report())
    moved = tell_buckets(story, lab, table, victim)
    may_break = {port for port in fates
                 if table.bucket_of(topology.CLIENT_ADDRESS, port,
                                    topology.VIP) in moved}
    tell_downloads(story, victim, running, fates, may_break)
    return victim


def add(lab):
    lab.servers[VICTIM].restore_power()
    lab.wait_living(lab.servers)


def drain(lab):
    server = lab.servers[DRAINED]
    lab.headgate.ctl("drain", server.address, "--reason", "new disks")
    lab.wait_living([other for other in lab.servers if other is not server])


def undrain(lab):
    lab.headgate.ctl("undrain", lab.servers[DRAINED].address)
    lab.wait_living(lab.servers)


def restart(lab):
    lab.headgate.kill()
    lab.headgate.start()
    lab.wait_ready()


def upgrade(lab):
    lab.headgate.hand_over()
    lab.wait_living(lab.servers)


CHANGES = (
    (f"server{VICTIM + 1} has power again: a server is added", add),
    (f"headgatectl drain: server{DRAINED + 1} is drained", drain),
    ("headgatectl undrain: it is back", undrain),
    ("kill -9 of the agent, and a new one starts", restart),
    ("headgate --takeover: another agent takes over, as in an upgrade", upgrade),
)


def change(story, lab):
    """Play the changes that break nothing, under long downloads."""
    downloads = lab.start_long_downloads(CHANGES_PORT, DOWNLOADS)
    running = downloads.wait_running()
    for text, make in CHANGES:
        story.step(f"Under {DOWNLOADS} downloads: {text}")
        make(lab)
        now = downloads.report()
        time.sleep(WATCH_SECONDS)
        fates = traffic.fates(running, now, downloads.report())
        count = collections.Counter(fates.values())
        story.expect(count["went on"] == DOWNLOADS,
                     f"{DOWNLOADS - count['went on']} of {DOWNLOADS} downloads "
                     "broke")
    downloads.close()


def tell(story, lab):
    """Play the whole story in a lab that is built."""
    lab.start_peers()
    lab.headgate.start()
    story.step("BIRD, nginx and headgate run; waiting for BGP")
    lab.wait_ready()
    story.step("The sessions are up and the next hops answer ARP:")
    tell_tables(story, lab, "neighbors", "nexthops")
    story.step("The router has learned the VIP from headgate alone:")
    tell_route(story, lab)

    story.step(f"{CONNECTIONS} connections, each downloads 64 KiB")
    counts = connect(story, lab, FIRST_PORT)
    story.expect(spread_evenly(counts, lab.servers),
                 "every server within 25 +- 5 %")

    downloads = lab.start_long_downloads(LONG_PORT, DOWNLOADS)
    victim = fail(story, lab, downloads)
    downloads.close()

    change(story, lab)
    story.step(f"{CONNECTIONS} new connections")
    counts = connect(story, lab, RETURNED_PORT)
    story.expect(spread_evenly(counts, lab.servers),
                 f"{victim.name} carries its share again")


def tell_or_explain(story, lab):
    """Play the story; where it breaks off, print the end of the agent's log."""
    try:
        tell(story, lab)
    except (LabError, OSError) as error:
        story.expect(False, str(error))
        story.detail("the end of headgate's log:")
        story.detail(lab.headgate.log_tail())


def wait_for_a_key():
    """Wait for a key of the terminal, or for a line or the end of stdin."""
    if not sys.stdin.isatty():
        sys.stdin.readline()
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        select.select([sys.stdin], [], [])
        os.read(sys.stdin.fileno(), 1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def show_page(story, lab, path):
    """Leave the lab running, with traffic, and its status page for a browser."""
    downloads = lab.start_long_downloads(WEB_PORT, DOWNLOADS)
    try:
        door = Door(path, PAGE_PORT)
    except OSError:  # the port is used
        door = Door(path)
    with door:
        story.step(f"The status page is at {door.url}; press a key to end")
        wait_for_a_key()
    downloads.close()


class DemoLab(topology.Lab):
    """The lab, with the pages of /metrics on a Unix socket, and a router that keeps
    routes while the agent is away."""

    @property
    def page_path(self):
        return f"{self.folder}/metrics.sock"

    def agent_flags(self):
        return [*(flag + ",graceful-restart" if "role=upstream" in flag else flag
                  for flag in super().agent_flags()),
                "--metrics", f"unix:{self.page_path}"]


def interrupted(number, _frame):
    """End the demo at the first signal and ignore the next ones."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    # Not print(): the signal may have interrupted one.
    text = f"\n{signal.Signals(number).name}: removing the lab\n"
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), text.encode())
    sys.exit(128 + number)


def main():
    for number in SIGNALS:
        signal.signal(number, interrupted)
    story = Story()
    say(topology.DRAWING
        + "  The kernel of the headgate host does not forward.\n")
    try:
        story.step("Building the lab: 8 network namespaces")
        with DemoLab() as lab:
            tell_or_explain(story, lab)
            if "--web" in sys.argv[1:] and not story.failures:
                show_page(story, lab, lab.page_path)
            story.step("Removing the lab")
    except LabError as error:
        story.expect(False, str(error))
    return story.verdict()


if __name__ == "__main__":
    sys.exit(main())
