# SPDX-License-Identifier: BSD-2-Clause
"""Flow Specifications of neighbors (RFC 8955, 8956, 9117): rules of raw speakers,
of stock BIRD and of stock GoBGP drop an attack on one VIP. The other VIP and the
downloads of the attacked one do not notice. Rules end with their withdrawal, their
session or their key."""

import threading

import raw_bgp as bgp
from flow_rules import (FLOWSPEC, LENGTH, MARK, PORT, PROTOCOL, RATE_BYTES, RATE_PACKETS,
                        REDIRECT, TRAFFIC, action, announce, capabilities,
                        destination, equals, last_byte, rate, rule, source,
                        withdraw)
from lab_case import LabCase, close_lab
from lab.bird import Bird
from lab.control import Control
from lab.system import wait_until
from lab.topology import (CLIENT_ADDRESS, HEADGATE_AS, HEADGATE_LAN, VIP, VIP6,
                          VIP6_PREFIX, Lab)
from raw_frames import frame, ipv4, mac_of, send_frames, udp
from raw_lab import announcement, withdrawal
from raw_speaker import Speaker, dial

UDP = 17
TRUSTED, OTHER = "10.1.0.200", "10.1.0.201"
SERVER, CROWD = "10.1.0.204", "10.1.0.205"
TRUSTED_AS, OTHER_AS, SERVER_AS, CROWD_AS = 64601, 64602, 64605, 64606
BIRD, BIRD_AS = "10.1.0.202", 64603
GOBGP, GOBGP_AS = "10.1.0.203", 64604
ATTACKED, QUIET = 7007, 7009  # ports
SIZE, DATAGRAMS = 100, 1
HOST, HOST6 = f"{VIP}/32", f"{VIP6}/128"
OTHER_VIP = "192.0.2.77/32"
ATTACK = rule(destination(HOST), equals(PROTOCOL, UDP), equals(PORT, ATTACKED))
ATTACK_WORDS = f"vip {HOST} protocol udp port {ATTACKED}"
MOST, MOST_OF_VIP = 1000, 256  # rules

BIRD_CONF = """\
log "{folder}/bird.log" all;
router id {address};
flow4 table flows4;
flow6 table flows6;
protocol device {{ }}
protocol static attack4 {{
    disabled;
    flow4 {{ table flows4; }};
    route flow4 {{ dst {host}; proto = 17; port = {port}; }}
        {{ bgp_ext_community.add((generic, 0x80060000, 0x0)); }};
}}
protocol static attack6 {{
    disabled;
    flow6 {{ table flows6; }};
    route flow6 {{ dst {host6}; next header = 17; port = {port}; }}
        {{ bgp_ext_community.add((generic, 0x80060000, 0x0)); }};
}}
protocol bgp headgate {{
    local {address} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    hold time {hold_time};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    flow4 {{ table flows4; import none; export all; }};
    flow6 {{ table flows6; import none; export all; }};
}}
"""

GOBGP_CONF = """\
[global.config]
as = {as_number}
router-id = "{address}"
[[neighbors]]
[neighbors.config]
neighbor-address = "{neighbor}"
peer-as = {neighbor_as}
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-flowspec"
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv6-flowspec"
"""


def neighbor(address, number, keys="", role="upstream"):
    return f"neighbor {address},as={number},role={role},passive{keys}"


class Flowspecs(LabCase):
    """Neighbors that tell the agent what to filter, at addresses of the router,
    and BIRD and GoBGP as hosts on the LAN. The servers answer datagrams on two
    ports of each VIP."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(servers=2, ipv6=True)
        cls.addClassCleanup(close_lab, cls.lab, 0)
        cls.config = f"{cls.lab.folder}/extra.conf"
        cls.write(",flowspec")
        cls.lab.headgate.arguments += ["--config", cls.config,
                                       "--affinity-window", "0"]
        cls.lab.router.ip(*(f"address add {address}/24 dev lan"
                            for address in (TRUSTED, OTHER, SERVER,
                                            CROWD)))
        cls.make_bird()
        cls.make_gobgp()
        cls.lab.start()
        for server in cls.lab.servers:
            for vip in (VIP, VIP6):
                for port in (ATTACKED, QUIET):
                    process = server.start_echo(vip, port)
                    cls.addClassCleanup(process.stdout.close)
                    cls.addClassCleanup(process.end)

    @classmethod
    def make_bird(cls):
        node = cls.lab.add_node("fbird", BIRD)
        cls.bird = Bird(node, f"{cls.lab.folder}/fbird", BIRD_CONF,
                        address=BIRD, local_as=BIRD_AS, neighbor=HEADGATE_LAN,
                        neighbor_as=HEADGATE_AS, host=HOST, host6=HOST6,
                        port=ATTACKED)
        cls.bird.start()

    @classmethod
    def make_gobgp(cls):
        cls.gobgp = cls.lab.add_node("fgobgp", GOBGP)
        config = f"{cls.lab.folder}/fgobgp.toml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(GOBGP_CONF.format(
                as_number=GOBGP_AS, address=GOBGP, neighbor=HEADGATE_LAN,
                neighbor_as=HEADGATE_AS))
        cls.gobgp.ip("link set lo up")
        cls.gobgp.start(["gobgpd", "-f", config, "--log-plain",
                         "--pprof-disable", "--api-hosts", "127.0.0.1:50051"],
                        log=f"{cls.lab.folder}/fgobgp.out")

    @classmethod
    def write(cls, keys, *lines):
        with open(cls.config, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in [
                "shutdown-delay 0", "start-max 0",
                neighbor(TRUSTED, TRUSTED_AS, keys),
                neighbor(OTHER, OTHER_AS, ",flowspec,vips=192.0.2.64/26"),
                neighbor(BIRD, BIRD_AS, ",flowspec"),
                neighbor(CROWD, CROWD_AS, ",flowspec"),
                neighbor(GOBGP, GOBGP_AS, ",flowspec"),
                neighbor(SERVER, SERVER_AS, ",flowspec", "backend"), *lines])

    def configure(self, keys, *lines):
        self.write(keys, *lines)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)

    def rows(self):
        return self.lab.headgate.show("filters")

    def in_force(self):
        return sorted(r["match"] for r in self.rows() if r["in_force"])

    def wait_filters(self, *matches):
        """Wait until these filters are in force, and no others."""
        wait_until(lambda: self.in_force() == sorted(matches), 30,
                   f"filters {matches}")

    def answers(self, vip, port=ATTACKED):
        """Return how many datagrams the servers of the VIP have answered."""
        replies = self.lab.probe("datagrams", vip, port, SIZE, 42000,
                                 DATAGRAMS)
        return sum(reply is not None for reply in replies)

    def check_attack(self, ipv4, ipv6):
        """Check whether the attacked port of each VIP answers; the other does."""
        self.assertEqual(
            [self.answers(VIP), self.answers(VIP6), self.answers(VIP, QUIET),
             self.answers(VIP6, QUIET)],
            [DATAGRAMS * n for n in (ipv4, ipv6, 1, 1)])


    def speaker(self, address, number):
        speaker = Speaker(dial(self.lab.router, address, HEADGATE_LAN))
        self.addCleanup(speaker.reset)
        return speaker.establish(number, address,
                                 capabilities=capabilities(number))

    def setUp(self):
        self.wait_filters()
        self.trusted = self.speaker(TRUSTED, TRUSTED_AS)

    def announce(self, *rules, actions=(), afi=bgp.IPV4):
        self.trusted.send(announce(TRUSTED_AS, rules, *actions, afi=afi))

    def wait_refused(self, words, reason):
        """Wait until the rule with these words is refused for this reason."""
        wait_until(lambda: [r["reason"] for r in self.rows()
                            if r["match"] == words] == [reason], 30,
                   f"{words} refused: {reason}")
        row = next(r for r in self.rows() if r["match"] == words)
        self.assertEqual((row["origin"], row["in_force"]),
                         ("flowspec", False))

    def explain(self):
        answer = Control(self.lab.headgate.socket).ask(
            request="explain", flow={
                "source": CLIENT_ADDRESS, "source_port": "42000",
                "destination": VIP, "destination_port": str(ATTACKED),
                "protocol": "udp"})
        return answer["explain"]["program"]

    def events(self, kind):
        return [e["text"] for e in self.lab.headgate.show("events")
                if e["event"] == kind]

    def test_a_rule_drops_until_it_is_withdrawn(self):
        self.check_attack(True, True)
        self.announce(ATTACK, actions=[rate(0)])
        self.wait_filters(ATTACK_WORDS)
        self.check_attack(False, True)
        row, = self.rows()
        self.assertEqual(
            [row[k] for k in ("origin", "neighbor", "action", "packets",
                              "dropped_packets", "reason")],
            ["flowspec", TRUSTED, "drop", DATAGRAMS, DATAGRAMS, None])
        self.assertLessEqual(row["last_hit_s"], 60)
        told = self.explain()
        self.assertEqual(
            (told["outcome"], told["filter"]["origin"],
             told["filter"]["neighbor"]), ("dropped_filter", "flowspec",
                                           TRUSTED))
        shown = self.lab.headgate.neighbor(TRUSTED)
        self.assertEqual(shown["flowspec"], {
            "families": ["ipv4 flowspec", "ipv6 flowspec"], "rules": 1})
        self.trusted.send(withdraw([ATTACK]))
        self.wait_filters()
        self.check_attack(True, True)
        self.assertIn(f"{ATTACK_WORDS}: drop",
                      self.events("filter_in_force"))
        self.assertIn(f"{ATTACK_WORDS}: withdrawn",
                      self.events("filter_ended"))

    def test_a_rule_takes_other_actions_and_ends_with_an_error(self):
        self.announce(ATTACK, actions=[rate(0)])
        self.wait_filters(ATTACK_WORDS)
        actions = {
            "rate 1000pps": [rate(1000, RATE_PACKETS)],
            "rate 8000bps": [rate(1000, RATE_BYTES)],
            "dscp-mark 46 sample continue": [last_byte(MARK, 46),
                                             last_byte(TRAFFIC, 3)],
            "accept": [],
        }
        for words, communities in actions.items():
            self.announce(ATTACK, actions=communities)
            wait_until(lambda words=words: [
                r["action"] for r in self.rows()] == [words], 30, words)
        self.check_attack(True, True)
        # The AS_PATH begins with another AS: RFC 7606 treats it as withdrawn.
        self.trusted.send(announce(TRUSTED_AS, [ATTACK], rate(0),
                                   path=[OTHER_AS]))
        self.wait_filters()
        self.assertEqual(self.rows(), [])

    def test_rules_are_tried_in_the_order_of_the_standard(self):
        """The rule with the longer destination comes first, whatever came
        first."""
        wide = rule(destination("192.0.2.0/28"), equals(PROTOCOL, UDP))
        self.announce(wide, actions=[rate(0)])
        self.announce(ATTACK)  # accepts
        self.wait_filters(ATTACK_WORDS, "vip 192.0.2.0/28 protocol udp")
        self.assertEqual([r["match"] for r in self.rows()],
                         [ATTACK_WORDS, "vip 192.0.2.0/28 protocol udp"])
        self.assertEqual([self.answers(VIP), self.answers(VIP, QUIET)],
                         [DATAGRAMS, 0])
        # A terminal action that is not set lets the next rule be tried.
        self.announce(ATTACK, actions=[last_byte(TRAFFIC, 1)])
        wait_until(lambda: self.rows()[0]["action"] == "continue", 30,
                   "the other action")
        self.assertEqual(self.answers(VIP), 0)

    def test_what_may_not_be_is_refused_with_the_reason(self):
        wide = rule(source("198.51.100.0/24"))
        outside = rule(destination("203.0.113.1/32"))
        moved = rule(destination(HOST), equals(LENGTH, 77))
        numbers = rule(destination(HOST),
                       equals(PORT, *range(1000, 1020, 2)))
        self.announce(wide, outside, numbers, actions=[rate(0)])
        self.announce(moved, actions=[action(REDIRECT, bytes(6))])
        self.wait_refused("source 198.51.100.0/24",
                          "no destination prefix (RFC 9117 4.1 a)")
        self.wait_refused("vip 203.0.113.1/32",
                          "destination is not inside --vip")
        self.wait_refused(f"vip {HOST} length 77",
                          "redirect is not supported (RFC 8955 7.4)")
        ports = "|".join(map(str, range(1000, 1020, 2)))
        self.wait_refused(f"vip {HOST} port {ports}",
                          "more ranges of numbers than the program has room "
                          "for")
        self.assertIn("source 198.51.100.0/24: refused: no destination "
                      "prefix (RFC 9117 4.1 a)",
                      self.events("filter_refused"))
        # A reload that lets the destination in judges again.
        self.configure(",flowspec", "vip 203.0.113.0/24")
        self.wait_filters("vip 203.0.113.1/32")
        self.configure(",flowspec")
        self.wait_filters()

    def test_a_malformed_rule_costs_itself_alone(self):
        backwards = rule(equals(PORT, 53), destination(HOST))
        self.announce(backwards, ATTACK, actions=[rate(0)])
        self.wait_filters(ATTACK_WORDS)
        self.assertEqual(len(self.rows()), 1)
        self.assertIn("(RFC 8955 10)", self.events("filter_refused")[-1])

    def test_vips_bounds_the_destinations(self):
        other = self.speaker(OTHER, OTHER_AS)
        other.send(announce(OTHER_AS, [ATTACK, rule(destination(OTHER_VIP))],
                            rate(0)))
        self.wait_filters(f"vip {OTHER_VIP}")
        self.wait_refused(ATTACK_WORDS,
                          "destination is not inside vips= of the neighbor")

    def test_the_same_rule_of_two_neighbors_counts_once(self):
        other = self.speaker(OTHER, OTHER_AS)
        same = rule(destination(OTHER_VIP))
        other.send(announce(OTHER_AS, [same], rate(0)))
        self.wait_filters(f"vip {OTHER_VIP}")
        self.announce(same, actions=[rate(0)])
        wait_until(lambda: [r["reason"] for r in self.rows()] == [
            None, "the same rule of another neighbor is in force"], 30,
            "one of both")
        self.trusted.send(withdraw([same]))
        wait_until(lambda: [(r["neighbor"], r["in_force"]) for r in self.rows()
                            ] == [(OTHER, True)], 30, "the other one")

    def test_a_backend_speaks_for_what_it_announces(self):
        server = self.speaker(SERVER, SERVER_AS)
        own = rule(destination(OTHER_VIP))
        server.send(announce(SERVER_AS, [own, ATTACK], rate(0)))
        self.wait_refused(f"vip {OTHER_VIP}", "no unicast route covers the "
                          "destination (RFC 9117 4.1 b)")
        self.wait_refused(ATTACK_WORDS, "the unicast route of the destination "
                          "has another originator (RFC 9117 4.1 b.1)")
        server.send(announcement(OTHER_VIP, SERVER_AS, next_hop=SERVER))
        self.wait_filters(f"vip {OTHER_VIP}")
        server.send(withdrawal(OTHER_VIP))
        self.wait_filters()

    def test_a_lost_session_and_the_key_end_it(self):
        six = rule(destination(VIP6_PREFIX), equals(PROTOCOL, UDP))
        self.announce(six, actions=[rate(0)], afi=bgp.IPV6)
        self.wait_filters(f"vip {VIP6_PREFIX} protocol udp")
        self.assertEqual([self.answers(VIP6), self.answers(VIP)],
                         [0, DATAGRAMS])
        self.trusted.reset()
        self.wait_filters()
        self.check_attack(True, True)
        self.assertIn("all 1 of the neighbor: its session has ended", self.events("filter_ended"))
        trusted = self.speaker(TRUSTED, TRUSTED_AS)
        trusted.send(announce(TRUSTED_AS, [ATTACK], rate(0)))
        self.wait_filters(ATTACK_WORDS)
        self.configure("")  # ends the session
        self.wait_filters()
        # Without the key its rules are of a family that the session has not.
        trusted = self.speaker(TRUSTED, TRUSTED_AS)
        trusted.send(announce(TRUSTED_AS, [ATTACK], rate(0)),
                     announcement(OTHER_VIP, TRUSTED_AS))
        wait_until(lambda: "family_ignored" in {
            e["event"] for e in self.lab.headgate.show("events")}, 30,
            "the family ignored")
        self.assertEqual(self.rows(), [])
        self.configure(",flowspec")

    def test_the_next_agent_goes_on_with_it(self):
        self.announce(ATTACK, actions=[rate(0)])
        self.announce(rule(destination(HOST), equals(LENGTH, 77)),
                      actions=[action(REDIRECT, bytes(6))])
        self.wait_filters(ATTACK_WORDS)
        before = self.rows()
        stop, sent = threading.Event(), []
        flood = threading.Thread(target=self.flood, args=(stop, sent))
        flood.start()
        try:
            self.assertEqual(self.lab.headgate.hand_over(seconds=30), 0)
        finally:
            stop.set()
            flood.join()
        self.wait_filters(ATTACK_WORDS)
        self.assertEqual([[r[k] for k in ("match", "action", "reason")]
                          for r in self.rows()],
                         [[r[k] for k in ("match", "action", "reason")]
                          for r in before])
        # The rule is in force all the time.
        wait_until(lambda: self.rows()[0]["dropped_packets"] == sum(sent), 30,
                   f"all of {sum(sent)} dropped")
        self.check_attack(False, True)
        self.trusted.send(withdraw([ATTACK]))
        self.wait_filters()

    def flood(self, stop, sent):
        """Send packets that the rule drops, and count them."""
        mac = mac_of(self.lab.host, "up")
        packet = frame(mac, ipv4(CLIENT_ADDRESS, VIP, udp(4000, ATTACKED)))
        while not stop.wait(0.002):
            send_frames(self.lab.router, "up", [packet] * 10)
            sent.append(10)

    def test_what_does_not_fit_is_refused_and_has_room_later(self):
        rules = [rule(destination(HOST), equals(LENGTH, n))
                 for n in range(1000, 1000 + MOST_OF_VIP + 1)]
        rules += [rule(destination(f"192.0.2.{64 + n // 100}/32"),
                       equals(LENGTH, n))
                  for n in range(MOST - len(rules) + 1)]
        crowd = self.speaker(CROWD, CROWD_AS)
        crowd.send(*(announce(CROWD_AS, rules[at:at + 100], rate(0))
                     for at in range(0, len(rules), 100)))
        wait_until(lambda: len(self.rows()) == MOST, 30, "the rules kept")
        last = rules[-1]
        wait_until(lambda: sum(r["in_force"] for r in self.rows())
                   == MOST - 1, 30, "all but one in force")
        left_out, = (r for r in self.rows() if not r["in_force"])
        self.assertEqual((left_out["match"], left_out["reason"]),
                         (f"vip {HOST} length {1000 + MOST_OF_VIP}",
                          "more filters than fit"))
        self.assertTrue(any("has 1000 rules already" in text for text in
                            self.events("filter_refused")))
        # Room for one of the VIP, and for the one that was not kept, which the
        # agent asks for.
        crowd.send(withdraw(rules[:1]))
        wait_until(lambda: [r["in_force"] for r in self.rows()]
                   == [True] * (MOST - 1), 30, "room for the one left out")
        asked = crowd.wait_for_message(bgp.ROUTE_REFRESH, 2, 30)
        self.assertEqual(asked.body, bgp.u16(bgp.IPV6) + bgp.u8(0, FLOWSPEC))
        crowd.send(announce(CROWD_AS, [last], rate(0)))
        wait_until(lambda: len(self.in_force()) == MOST, 30, "room for all")

    def wait_session(self, address):
        wait_until(lambda: self.lab.headgate.neighbor(address)["state"]
                   == "Established", 60, f"the session of {address}")

    def check_rules(self, words, put, take, six=False):
        """Let a neighbor announce rules and withdraw them, while downloads of the
        attacked VIP go on."""
        downloads = self.lab.start_long_downloads(23000, 10)
        try:
            downloads.wait_running()
            self.check_attack(True, True)
            put()
            self.wait_filters(*words)
            self.check_attack(False, not six)
            now = downloads.report()
            wait_until(lambda: all(
                later["bytes"] > was["bytes"] for later, was in
                zip(downloads.report().results, now.results)), 30,
                "all downloads going on")
            take()
            self.wait_filters()
            self.check_attack(True, True)
            self.assertEqual([r["error"] for r in downloads.report().results
                              if r["error"]], [])
        finally:
            downloads.close()

    def test_bird_drops_an_attack(self):
        self.wait_session(BIRD)

        def order(verb):
            for name in ("attack4", "attack6"):
                self.bird.ask(f"{verb} {name}")

        self.check_rules([ATTACK_WORDS, ATTACK_WORDS.replace(HOST, HOST6)],
                         lambda: order("enable"), lambda: order("disable"),
                         six=True)

    def test_gobgp_drops_an_attack(self):
        self.wait_session(GOBGP)
        words = ["-a", "ipv4-flowspec", "match", "destination", HOST,
                 "protocol", "==udp", "port", f"=={ATTACKED}",
                 "then", "discard"]
        self.check_rules(
            [ATTACK_WORDS],
            lambda: self.gobgp.run("gobgp", "global", "rib", "add", *words),
            lambda: self.gobgp.run("gobgp", "global", "rib", "del", *words))
