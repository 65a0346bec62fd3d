# SPDX-License-Identifier: BSD-2-Clause
"""Check that no fault is silent: each has an event with its object, and its line is in
the log. Faults of servers, of neighbors, of the link and of other processes."""

import contextlib
import os
import signal
import socket
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from raw_lab import (BACKEND_AS, RawCase, UPSTREAM, announcement)

SECOND, THIRD, STRANGER = "10.1.0.12", "10.1.0.13", "10.1.0.77"
FOURTH = "10.1.0.14"
LIMITED = ("10.1.0.0/26,as=65001-65099,role=backend,max-prefix=4,"
           "pass-attributes,hold-time-zero")
NAMED = f"{THIRD},as={BACKEND_AS + 2},role=backend,passive,name=rack2"
CLIENTS = 70  # more than the control socket serves
VIP_EVENTS_WINDOW_S = 1


class Faults(RawCase):
    options = {"neighbors": (LIMITED, UPSTREAM, NAMED),
               "addresses": (SECOND, THIRD, FOURTH, STRANGER),
               "flags": ("--audit-interval", "1", "--affinity-window", "0")}

    @classmethod
    def before_start(cls):
        cls.lab.host.ip("address add 192.0.2.41/32 dev lo")

    def wait_event(self, kind, **fields):
        """Wait for an event of this kind whose fields are these or begin so."""
        def has_come():
            return [event for event in self.lab.headgate.show("events")
                    if event["event"] == kind and all(
                        str(event[name]).startswith(text)
                        for name, text in fields.items())]
        event = wait_until(has_come, 20, f"{kind} {fields}")[-1]
        start = f"{event['severity']} {event['subsystem']}: "
        if event["object"]:
            start += event["object"] + ": "
        with open(self.lab.headgate.log_path, encoding="utf-8") as log:
            self.assertIn(start + event["text"], log.read())
        return event

    def server(self, number=1, address=SECOND):
        speaker = self.lab.establish(address, BACKEND_AS + number)
        self.addCleanup(speaker.close)
        return speaker

    def test_a_stranger_is_refused(self):
        with contextlib.suppress(ConnectionResetError):  # by a quick agent
            self.lab.dial(STRANGER).close()
        self.wait_event("connection_refused", neighbor=STRANGER)

    def test_a_wrong_as_is_named(self):
        speaker = self.lab.dial(THIRD)
        self.addCleanup(speaker.close)
        speaker.send(bgp.open_message(BACKEND_AS + 50, THIRD))
        self.wait_event("neighbor_error", neighbor=THIRD, name="rack2")

    def test_an_update_with_an_error_is_named(self):
        self.server().send(bgp.update(
            bgp.origin(), bgp.as_path(BACKEND_AS + 1),
            nlri=bgp.prefix("192.0.2.9/32")))
        self.assertIn("NEXT_HOP", self.wait_event(
            "update_malformed", neighbor=SECOND)["text"])

    def test_more_prefixes_than_allowed_are_named(self):
        speaker = self.server()
        for i in range(10, 17):
            speaker.send(announcement(f"192.0.2.{i}/32", BACKEND_AS + 1,
                                      next_hop=SECOND))
        self.wait_event("max_prefix_near", neighbor=SECOND)
        self.wait_event("max_prefix_reached", neighbor=SECOND)

    def test_prefixes_that_may_not_be_vips_are_named(self):
        speaker = self.server(2, THIRD)
        for prefix in ("198.51.100.1/32", "10.1.0.1/32", "0.0.0.0/0",
                       "10.1.0.0/25"):
            speaker.send(announcement(prefix, BACKEND_AS + 2, next_hop=THIRD))
        for prefix, cause in (("198.51.100.1/32", "outside_vip"),
                              ("10.1.0.1/32", "own_address"),
                              ("0.0.0.0/0", "default_route"),
                              ("10.1.0.0/25", "next_hop_subnet")):
            event = self.wait_event("path_refused", neighbor=THIRD,
                                    name="rack2", text=prefix)
            self.assertIn(f"({cause})", event["text"])
            self.assertEqual(event["severity"], "warning")

    def test_a_vip_is_lost_to_the_host_and_back(self):
        """An address of the host is no VIP, and a network of its links neither,
        whichever is there first, the route or the address."""
        speaker = self.server(3, FOURTH)
        for vip, address in (("192.0.2.40/32", "192.0.2.40/32"),
                             ("192.0.2.64/27", "192.0.2.65/26")):
            cause = ("own_address" if vip == address else "next_hop_subnet")
            with self.subTest(vip):
                speaker.send(announcement(vip, BACKEND_AS + 3,
                                          next_hop=FOURTH))
                self.wait_cause(vip, None)
                self.lab.host.ip(f"address add {address} dev lo")
                self.wait_cause(vip, cause)
                self.wait_event("path_refused", neighbor=FOURTH, text=vip)
                self.lab.host.ip(f"address del {address} dev lo")
                self.wait_cause(vip, None)

        speaker.send(announcement("192.0.2.41/32", BACKEND_AS + 3,
                                  next_hop=FOURTH))
        self.wait_cause("192.0.2.41/32", "own_address")
        self.lab.host.ip("address del 192.0.2.41/32 dev lo")
        self.wait_cause("192.0.2.41/32", None)
        # These changes were all that have an event of their own in a second.
        time.sleep(VIP_EVENTS_WINDOW_S)

    def wait_cause(self, vip, cause):
        """Wait until the path is used, or refused for the cause."""
        def is_so():
            path = self.lab.path(vip, FOURTH)
            return path and (path["selected"], path.get("cause")) == (
                cause is None, cause)
        wait_until(is_so, 10, f"{vip}: {cause}")

    def test_a_next_hop_out_of_reach_is_named(self):
        self.server().send(announcement("192.0.2.20/32", BACKEND_AS + 1,
                                        next_hop="198.51.100.9"))
        self.wait_event("nexthop_unreachable", nexthop="198.51.100.9")

    def test_a_program_that_is_detached_is_named(self):
        self.lab.headgate.detach_programs()
        self.wait_event("audit_repaired")

    def test_an_order_and_a_drain_are_named(self):
        speaker = self.server(2, THIRD)
        speaker.send(announcement("192.0.2.30/32", BACKEND_AS + 2,
                                  next_hop=THIRD))
        self.wait_event("nexthop_alive", nexthop=THIRD)
        for words in (("drain", THIRD), ("undrain", THIRD),
                      ("neighbor", THIRD, "shutdown", "--reason", "a test")):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.wait_event("drain_begun", nexthop=THIRD)
        self.wait_event("drain_ended", nexthop=THIRD)
        order = self.wait_event("neighbor_order", neighbor=THIRD)
        self.assertIn("a test", order["text"])
        self.wait_event("vip_servers", vip="192.0.2.30/32", text="0 of 0 ")
        self.lab.headgate.ctl("neighbor", THIRD, "enable")

    def test_too_many_clients_are_named(self):
        clients = []
        for _ in range(CLIENTS):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            clients.append(client)
            client.connect(self.lab.headgate.socket)
        for client in clients:
            client.close()
        # It refuses this one until it knows that they are gone.
        wait_until(lambda: not self.lab.headgate.ctl("show", "events").returncode,
                   20, "room for a client")
        self.wait_event("clients_refused", text="control socket")

    def test_kernel_routes_that_others_remove_are_named(self):
        speaker = self.server()
        speaker.send(announcement("192.0.2.40/32", BACKEND_AS + 1,
                                  next_hop=SECOND))
        wait_until(lambda: "192.0.2.40" in self.lab.host.run(
            "ip", "route", "show", "proto", "72"), 20, "the route")
        self.lab.host.run("ip", "route", "del", "192.0.2.40/32", "proto", "72")
        self.wait_event("routes_removed")

    def test_z_a_reload_is_named(self):
        os.kill(self.lab.headgate.process.pid, signal.SIGHUP)
        self.wait_event("reload_unchanged")


if __name__ == "__main__":
    unittest.main()
