# SPDX-License-Identifier: BSD-2-Clause
"""Remove a lab when its owner has ended, for whatever reason.

    janitor.py PREFIX FOLDER

The lab starts this program before it makes anything and holds the other end of
its standard input. When that closes (the lab is done, was interrupted, crashed
or was killed) the janitor ends every process in the namespaces whose names
begin with PREFIX, deletes those namespaces, unmounts and removes FOLDER. It
needs no list of what to remove: names carry the process id of the lab, and every
process of the lab lives in one of its namespaces.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

NETNS = "/run/netns"


def namespaces(prefix):
    names = os.listdir(NETNS) if os.path.isdir(NETNS) else []
    return [name for name in names if name.startswith(prefix)]


def inode(path):
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def processes_in(names):
    inodes = {inode(f"{NETNS}/{name}") for name in names} - {None}
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if inode(f"/proc/{pid}/ns/net") in inodes]


def end_processes(names):
    """Kill all processes of the namespaces; return True if there was none."""
    pids = processes_in(names)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return not pids


def quietly(*command):
    subprocess.run(command, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=10)


def unmount_below(folder):
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        points = [line.split()[1] for line in mounts]
    mine = [point for point in points if point.startswith(folder + "/")]
    for point in reversed(mine):
        quietly("umount", "--lazy", point)
    return not mine


def clean_once(prefix, folder):
    """Do one round; return True if nothing was left to do."""
    names = namespaces(prefix)
    if not end_processes(names):
        return False
    for name in names:
        quietly("ip", "netns", "delete", name)
    unmounted = unmount_below(folder)
    exists = os.path.isdir(folder)
    if exists and unmounted:
        shutil.rmtree(folder, ignore_errors=True)
    return not names and unmounted and not exists


def clean(prefix, folder, seconds=20):
    """Clean until two rounds in a row find nothing: a command of the dying
    owner may still be running. Return True if that happened in time."""
    deadline = time.monotonic() + seconds
    empty_rounds = 0
    while empty_rounds < 2 and time.monotonic() < deadline:
        empty_rounds = empty_rounds + 1 if clean_once(prefix, folder) else 0
        time.sleep(0.05)
    return empty_rounds == 2


def main():
    prefix, folder = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.read(sys.stdin.fileno(), 1)
    if clean(prefix, folder):
        return 0
    print(f"lab: could not remove everything named {prefix}* or below "
          f"{folder}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
