# SPDX-License-Identifier: BSD-2-Clause
"""Check the log as systemd reads it: priorities in front of lines, and entries of
the journal with fields, from an agent whose stderr is the journal's."""

import os
import socket
import threading
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.agent import BUILD, START_SECONDS
from lab.system import wait_until
from raw_lab import BACKEND_AS, BACKENDS, UPSTREAM, RawCase

SECOND = "10.1.0.12"
NAMED = f"{SECOND},as={BACKEND_AS},role=backend,passive,name=rack1"
# The journal's socket has a fixed path. The agent gets a /run of its own, with the
# lab's folder in it.
WITH_JOURNAL = """
mount --rbind "$0" /mnt && mount -t tmpfs tmpfs /run &&
mkdir -p /run/systemd/journal "$0" && mount --rbind /mnt "$0" &&
mount --bind "$0/journal" /run/systemd/journal && exec "$@"
"""


class Priority(RawCase):
    options = {"neighbors": (BACKENDS, UPSTREAM, NAMED), "addresses": (SECOND,),
               "flags": ("--log-format", "priority")}

    def log(self):
        return self.lab.headgate.log_tail(1000).splitlines()

    def test_each_line_has_its_priority(self):
        self.lab.establish(SECOND, BACKEND_AS).close()
        wait_until(lambda: any(
            line.startswith(f"<4>warning bgp: {SECOND} rack1: session down")
            for line in self.log()), 10, "the warning")
        self.assertTrue(any(line.startswith("<6>info agent: headgate ")
                            for line in self.log()), self.log())
        self.assertEqual([line for line in self.log()
                          if line[:3] not in ("<3>", "<4>", "<6>", "<7>")], [])


class Journal(RawCase):
    options = {"neighbors": (BACKENDS, UPSTREAM, NAMED), "addresses": (SECOND,)}

    @classmethod
    def before_start(cls):
        cls.folder = os.path.join(cls.lab.folder, "journal")
        os.mkdir(cls.folder)
        cls.path = os.path.join(cls.folder, "socket")
        cls.listen()
        headgate = cls.lab.headgate
        at = headgate.arguments.index("--log-level") + 1
        headgate.arguments[at] = "info"
        headgate.start = lambda: cls.start(headgate)

    @classmethod
    def listen(cls):
        """Read entries as a thread: the kernel keeps a few for a socket."""
        cls.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        cls.journal.bind(cls.path)
        cls.entries = []
        cls.reader = threading.Thread(target=cls.read, daemon=True)
        cls.reader.start()

    @classmethod
    def read(cls):
        while data := cls.journal.recv(1 << 16):
            cls.entries.append(dict(line.split("=", 1) for line
                                    in data.decode().splitlines()))

    @classmethod
    def hang_up(cls):
        os.unlink(cls.path)
        cls.journal.shutdown(socket.SHUT_RD)
        cls.reader.join()
        cls.journal.close()

    @classmethod
    def start(cls, headgate):
        """Start the agent with a journal, whose stream its log file is."""
        headgate.write_seed()
        with open(headgate.log_path, "wb") as log:
            about = os.fstat(log.fileno())
        headgate.process = headgate.namespace.start(
            ["unshare", "--mount", "sh", "-c", WITH_JOURNAL, cls.lab.folder,
             f"{BUILD}/headgate", *headgate.without_delay()],
            log=headgate.log_path, env={
                **os.environ,
                "JOURNAL_STREAM": f"{about.st_dev}:{about.st_ino}"})
        wait_until(headgate.answers, START_SECONDS, "headgate's control socket")

    def flap(self, there):
        """Bring a session up and down until the warning is there: an entry that
        the journal does not take at once is a line on stderr."""
        def try_once():
            self.lab.establish(SECOND, BACKEND_AS).close()
            for _ in range(20):
                if found := there():
                    return found
                time.sleep(0.05)
            return None
        return wait_until(try_once, 20, "the end of the session")

    def entry(self):
        return [entry for entry in list(self.entries)
                if entry.get("EVENT") == "neighbor_down"
                and entry.get("NEIGHBOR") == SECOND]

    def test_entries_have_fields_and_lines_follow_when_it_is_gone(self):
        entry = self.flap(self.entry)[0]
        self.assertEqual(entry["PRIORITY"], "4")
        self.assertEqual(entry["NAME"], "rack1")
        self.assertEqual(entry["SYSLOG_IDENTIFIER"], "headgate")
        line = f"warning bgp: {SECOND} rack1: session down: "
        self.assertTrue(entry["MESSAGE"].startswith(line), entry)
        self.hang_up()
        self.flap(lambda: f"<4>{line}" in self.lab.headgate.log_tail())
        self.listen()
        self.flap(self.entry)
        self.hang_up()


if __name__ == "__main__":
    unittest.main()
