# SPDX-License-Identifier: BSD-2-Clause
"""Check that a reload changes where the agent listens and the keys of sessions
while sessions go on, and that a refused one leaves all as it was."""

import os
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import PYTHON, wait_until
from metrics_page import fetch_at
from raw_lab import BACKEND_AS, HEADGATE, NEXT_HOP, announcement
from raw_speaker import set_md5_key
from reload_lab import ReloadCase

EXIT_FAILED = 1
OTHER_PORT, METRICS, OTHER_METRICS, TAKEN = 1790, 9180, 9181, 9182
SIGNED, SIGNED_AS = "10.1.0.81", 65071
OTHER, OTHER_AS = "10.1.0.21", 65021
FETCH = ("import urllib.request as u; print(u.urlopen("
         "'http://127.0.0.1:{}/metrics').read().decode())")
TAKE = ("import socket, time; s = socket.create_server(('127.0.0.1', {})); "
        "print('here', flush=True); time.sleep(600)")


class Sockets(ReloadCase):

    options = {"addresses": (SIGNED, OTHER)}

    def setUp(self):
        self.server = self.lab.establish(NEXT_HOP, BACKEND_AS)
        self.addCleanup(self.server.close)
        self.addCleanup(self.lab.headgate.ctl, "reload")

    def tearDown(self):
        self.check_bystanders()

    def check_server(self):
        while self.server.take_input():
            pass
        self.assertFalse(self.server.closed, self.server.notification)

    def fetch(self, port):
        return self.lab.host.run(PYTHON, "-c", FETCH.format(port))

    def test_listen_moves_and_sessions_stay(self):
        with self.edited(add=[f"listen 0.0.0.0:{OTHER_PORT}"]):
            self.assertEqual(
                self.reload(),
                f"listen [::]:179 -> 0.0.0.0:{OTHER_PORT}: counts at once\n")
            with self.assertRaises(ConnectionRefusedError):
                self.lab.dial(OTHER)
            other = self.lab.dial(OTHER, port=OTHER_PORT)
            other.wait(lambda: other.received(bgp.OPEN), 10, "OPEN")
            other.close()
            self.check_server()
        self.reload()
        again = self.lab.establish(OTHER, OTHER_AS)
        again.close()
        self.check_server()

    def test_metrics_move_to_a_unix_socket_and_back(self):
        path = f"{self.lab.folder}/metrics.sock"
        for _ in range(2):  # the file of the first time stays
            with self.edited(add=[f"metrics unix:{path}"]):
                self.assertIn("counts at once", self.reload())
                self.assertIn("headgate_in_sync 1", fetch_at(path).body)
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
            self.reload()
            with self.assertRaises(ConnectionRefusedError):
                fetch_at(path)
        self.check_server()

    def test_a_file_that_is_no_socket_stays(self):
        path = f"{self.lab.folder}/file"
        with open(path, "w", encoding="ascii") as file:
            file.write("mine")
        with self.edited(add=[f"metrics unix:{path}"]):
            done = self.lab.headgate.ctl("reload")
            self.assertEqual(done.returncode, EXIT_FAILED)
            self.assertIn(f"--metrics unix:{path}: File exists; give a path "
                          "at which nothing stands", done.stdout + done.stderr)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")

    def test_metrics_come_move_and_go(self):
        with self.edited(add=[f"metrics 127.0.0.1:{METRICS}"]):
            self.assertIn("counts at once", self.reload())
            self.assertIn("headgate_in_sync 1", self.fetch(METRICS))
        with self.edited(add=[f"metrics 0.0.0.0:{METRICS}"]):
            self.reload()
            self.assertIn("headgate_in_sync 1", self.fetch(METRICS))
        with self.edited(add=[f"metrics 127.0.0.1:{OTHER_METRICS}"]):
            self.reload()
            self.assertIn("headgate_in_sync 1", self.fetch(OTHER_METRICS))
        self.reload()
        for port in METRICS, OTHER_METRICS:
            with self.assertRaises(Exception):
                self.fetch(port)

    def test_a_port_that_is_taken_refuses_all_of_it(self):
        log = f"{self.lab.folder}/taker.log"
        taker = self.lab.host.start([PYTHON, "-c", TAKE.format(TAKEN)], log)
        self.addCleanup(taker.end)
        wait_until(lambda: "here" in open(log, encoding="ascii").read(), 20,
                   "a port that is taken")
        with self.edited(add=[f"metrics 127.0.0.1:{METRICS}"]):
            self.reload()
        before = self.shown_config()
        for line in (f"metrics 127.0.0.1:{TAKEN}",
                     f"listen 127.0.0.1:{TAKEN}"):
            extra = [] if line.startswith("m") else [
                f"metrics 127.0.0.1:{OTHER_METRICS}"]
            with self.edited(add=[line, *extra, "rule deny from any",
                                  "drain-max 7", "vip 203.0.113.0/24"]):
                said = self.reload(code=EXIT_FAILED)
                self.assertIn("Address already in use", said.stderr)
            self.assertEqual(self.shown_config(), before)
            self.assertIn("headgate_in_sync 1", self.fetch(METRICS))
            with self.assertRaises(Exception):
                self.fetch(OTHER_METRICS)
            again = self.lab.establish(OTHER, OTHER_AS)
            again.close()
            self.check_server()

    def write_key(self, key):
        path = f"{self.lab.folder}/password"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                  "w", encoding="ascii") as file:
            file.write(key)
        return path

    def test_a_key_is_replaced_on_a_session_that_goes_on(self):
        path = self.write_key("battery")
        line = (f"neighbor {SIGNED},as={SIGNED_AS},role=backend,passive,"
                f"password-file={path}")
        with self.edited(add=[line]):
            self.reload()
            peer = self.lab.dial(SIGNED, key="battery")
            self.addCleanup(peer.close)
            peer.establish(SIGNED_AS, SIGNED)
            wait_until(lambda: self.lab.state(SIGNED) == "Established", 20,
                       "the session")
            self.write_key("staple")
            self.assertIn("counts at once", self.reload())
            set_md5_key(peer.sock, HEADGATE, "staple")
            peer.send(announcement("192.0.2.77/32", SIGNED_AS,
                                   next_hop=SIGNED))
            wait_until(lambda: self.lab.route("192.0.2.77/32"), 20,
                       "a route by the new key")
            self.assertFalse(peer.closed, peer.notification)
            with self.assertRaises(TimeoutError):
                self.lab.dial(SIGNED, key="battery")
        self.check_server()


if __name__ == "__main__":
    unittest.main()
