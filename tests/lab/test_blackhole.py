# SPDX-License-Identifier: BSD-2-Clause
"""Blackholes that neighbors ask for (RFC 7999): traffic to one VIP is dropped and
that to another goes on, until the neighbor, its session, a rule or a reload ends
it."""

import raw_bgp as bgp
from lab_case import LabCase, close_lab
from lab.control import Control
from lab.system import wait_until
from lab.topology import (CLIENT_ADDRESS, HEADGATE_LAN, VIP, VIP6, VIP6_PREFIX,
                          Lab)
from raw_lab import announcement, withdrawal
from raw_speaker import Speaker, dial

BLACKHOLE = (65535, 666)
TRUSTED, OTHER = "10.1.0.200", "10.1.0.201"  # with the key, without it
TRUSTED_AS, OTHER_AS = 64601, 64602
PORT, SIZE, DATAGRAMS = 7007, 100, 2
HOST = f"{VIP}/32"
MOST = 1000  # filters, of all VIPs together


def neighbor(address, number, keys=""):
    return f"neighbor {address},as={number},role=upstream,passive{keys}"


def ask_ipv6(*prefixes, tags=(BLACKHOLE,)):
    return bgp.update(
        bgp.origin(), bgp.as_path(TRUSTED_AS),
        *([bgp.communities(*tags)] if tags else []),
        bgp.mp_reach(bgp.ipv6("2001:db8:1::200"),
                     b"".join(bgp.prefix(p) for p in prefixes), bgp.IPV6))


def withdraw_ipv6(*prefixes):
    return bgp.update(bgp.mp_unreach(
        b"".join(bgp.prefix(p) for p in prefixes), bgp.IPV6))


class Blackholes(LabCase):
    """Two neighbors that tell the agent what to drop, at addresses of the router.
    The agent heeds one of them."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(servers=2, ipv6=True)
        cls.addClassCleanup(close_lab, cls.lab, 0)
        cls.config = f"{cls.lab.folder}/extra.conf"
        cls.write(",blackhole")
        cls.lab.headgate.arguments += ["--config", cls.config,
                                       "--affinity-window", "0"]
        cls.lab.router.ip(*(f"address add {address}/24 dev lan"
                            for address in (TRUSTED, OTHER)))
        cls.lab.start()
        for server in cls.lab.servers:
            for vip in (VIP, VIP6):
                process = server.start_echo(vip, PORT)
                cls.addClassCleanup(process.stdout.close)
                cls.addClassCleanup(process.end)

    @classmethod
    def write(cls, keys, *lines):
        with open(cls.config, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in [
                "shutdown-delay 0", "start-max 0",
                neighbor(TRUSTED, TRUSTED_AS, keys),
                neighbor(OTHER, OTHER_AS), *lines])

    def configure(self, keys, *lines):
        self.write(keys, *lines)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def speaker(self, address, number):
        speaker = Speaker(dial(self.lab.router, address, HEADGATE_LAN))
        self.addCleanup(speaker.reset)
        return speaker.establish(number, address, capabilities=(
            bgp.usual_capabilities(number, bgp.IPV4, bgp.IPV6)))

    def setUp(self):
        self.wait_filters()
        self.trusted = self.speaker(TRUSTED, TRUSTED_AS)

    def tearDown(self):
        self.configure(",blackhole")

    def rows(self):
        return self.lab.headgate.show("filters")

    def wait_filters(self, *matches):
        """Wait until these blackholes are in force, and no others."""
        wait_until(lambda: sorted(r["match"] for r in self.rows()
                                  if r["in_force"]) == sorted(matches),
                   20, f"filters {matches}")

    def answers(self, vip):
        """Return how many datagrams the servers of the VIP have answered."""
        replies = self.lab.probe("datagrams", vip, PORT, SIZE, 42000,
                                 DATAGRAMS)
        return sum(reply is not None for reply in replies)

    def check_answers(self, ipv4, ipv6):
        self.assertEqual([self.answers(VIP), self.answers(VIP6)],
                         [DATAGRAMS * ipv4, DATAGRAMS * ipv6])

    def dropped(self):
        return self.lab.headgate.outcomes()["dropped_blackhole"]

    def refused(self, address):
        return self.lab.headgate.neighbor(address)["refused"]

    def explain(self):
        answer = Control(self.lab.headgate.socket).ask(
            request="explain", flow={
                "source": CLIENT_ADDRESS, "source_port": "42000",
                "destination": VIP, "destination_port": str(PORT),
                "protocol": "udp"})
        return answer["explain"]["program"]

    def test_one_vip_is_dropped_and_another_goes_on(self):
        self.check_answers(True, True)
        before = self.dropped()
        self.trusted.send(announcement(HOST, TRUSTED_AS, tags=[BLACKHOLE]))
        self.wait_filters(f"vip {HOST}")
        self.check_answers(False, True)
        row, = self.rows()
        self.assertEqual(
            [row[k] for k in ("origin", "neighbor", "action", "packets",
                              "dropped_packets", "reason")],
            ["blackhole", TRUSTED, "drop", DATAGRAMS, DATAGRAMS, None])
        self.assertEqual(self.dropped() - before, DATAGRAMS)
        self.assertEqual(self.refused(TRUSTED)["blackhole"], 1)
        told = self.explain()
        self.assertEqual(
            (told["outcome"], told["filter"]["origin"],
             told["filter"]["neighbor"]),
            ("dropped_blackhole", "blackhole", TRUSTED))
        self.trusted.send(withdrawal(HOST))
        self.wait_filters()
        self.check_answers(True, True)

    def test_a_prefix_of_ipv6_ends_when_it_comes_without_the_community(self):
        self.trusted.send(ask_ipv6(VIP6_PREFIX))
        self.wait_filters(f"vip {VIP6_PREFIX}")
        self.check_answers(True, False)
        self.trusted.send(ask_ipv6(VIP6_PREFIX, tags=()))
        self.wait_filters()
        self.check_answers(True, True)

    def test_a_neighbor_without_the_key_changes_nothing(self):
        other = self.speaker(OTHER, OTHER_AS)
        other.send(announcement(HOST, OTHER_AS, tags=[BLACKHOLE]))
        wait_until(lambda: self.refused(OTHER)["no_policy"] == 1, 20,
                   "the path refused")
        self.assertEqual(self.rows(), [])
        self.check_answers(True, True)

    def test_a_lost_session_ends_it(self):
        self.trusted.send(announcement(HOST, TRUSTED_AS, tags=[BLACKHOLE]))
        self.wait_filters(f"vip {HOST}")
        self.trusted.reset()
        self.wait_filters()
        self.check_answers(True, True)

    def test_the_next_agent_goes_on_with_it(self):
        self.trusted.send(announcement(HOST, TRUSTED_AS, tags=[BLACKHOLE]))
        self.wait_filters(f"vip {HOST}")
        self.assertEqual(self.lab.headgate.hand_over(seconds=30), 0)
        self.wait_filters(f"vip {HOST}")
        self.assertEqual(self.explain()["outcome"], "dropped_blackhole")

    def test_rules_and_the_key_decide_at_a_reload(self):
        self.trusted.send(announcement(HOST, TRUSTED_AS, tags=[BLACKHOLE]))
        self.wait_filters(f"vip {HOST}")
        for keys, line in (
                ("", ""), (",blackhole", f"rule deny from neighbor {TRUSTED}"),
                (",blackhole,vips=192.0.2.128/25", "")):
            self.configure(keys, line)
            self.wait_filters()
            self.configure(",blackhole,max-prefix-length=24")
            self.wait_filters(f"vip {HOST}")
        # A rule of the configuration comes first.
        self.configure(",blackhole", f"filter vip {HOST} protocol udp accept")
        self.check_answers(True, True)
        self.configure(",blackhole")
        self.check_answers(False, True)

    def test_it_has_to_be_inside_vip(self):
        self.trusted.send(announcement(["203.0.113.1/32", HOST], TRUSTED_AS,
                                       tags=[BLACKHOLE]))
        self.wait_filters(f"vip {HOST}")
        self.assertEqual(self.refused(TRUSTED)["outside_vip"], 1)

    def test_what_does_not_fit_is_refused_and_told(self):
        prefixes = [f"2001:db8:f::{n:x}/128" for n in range(2, MOST + 3)]
        self.configure(",blackhole",
                       f"filter vip {VIP}/32 protocol udp port 53 drop")
        self.trusted.send(*(ask_ipv6(*prefixes[at:at + 100])
                            for at in range(0, len(prefixes), 100)))
        wait_until(lambda: len(self.rows()) == MOST + 1, 30, "all filters")
        wait_until(lambda: sum(r["in_force"] for r in self.rows()) == MOST, 30,
                   f"{MOST} filters in force")
        left_out, = (r for r in self.rows() if not r["in_force"])
        self.assertEqual((left_out["origin"], left_out["reason"]),
                         ("blackhole", "more filters than fit"))
        log = self.lab.headgate.log_tail(100)
        self.assertIn(f"blackhole {prefixes[-1]} refused", log)
        self.assertIn("1 blackholes do not fit", log)
        # There is room for the one that was left out, and for the last one.
        self.trusted.send(withdraw_ipv6(*prefixes[:2]), ask_ipv6(prefixes[-1]))
        wait_until(lambda: [r["in_force"] for r in self.rows()]
                   == [True] * MOST, 30, "room for all")
        self.check_answers(True, True)
