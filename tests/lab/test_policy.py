# SPDX-License-Identifier: BSD-2-Clause
"""Check the routing policy with stock BIRD at both ends: rules that prefer and
refuse servers, rules that change announcements to the upstream, max-prefix."""

import time

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import VIP

RULES = (
    "allow from role backend community 65000:100 set localpref 200 weight 3",
    'deny from role backend as-path matches "* 64666 *"',
    f"allow to role upstream prefix {VIP}/32 set prepend self 2 "
    "community add 64512:7",
)
MAX_PREFIX = 5
MORE_VIPS = 10
HELD_SECONDS = 4


def export_filter(change):
    """Return the BIRD filter of a server that changes its announcement."""
    return ("filter { if net != " + VIP + "/32 then reject; " + change
            + " accept; }")


class PolicyCase(LabCase):
    """A lab with rules, or with other keys of --neighbor."""

    options = {"servers": 3}
    started = False
    rules = ()
    flags = ()
    keys = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        arguments = cls.lab.headgate.arguments
        arguments += cls.flags
        for rule in cls.rules:
            arguments += ["--rule", rule]
        backends = arguments.index("--neighbor") + 1
        arguments[backends] += cls.keys
        cls.prepare()
        cls.lab.start_peers()
        cls.lab.headgate.start()
        cls.lab.wait_announced(True)

    @classmethod
    def prepare(cls):
        """Change the peers before they start."""

    def path(self, server):
        """Return the server's path to the VIP, or None."""
        found = [path for route in self.lab.headgate.show("routes")
                 if route["prefix"] == f"{VIP}/32"
                 for path in route["paths"]
                 if path["neighbor"] == server.address]
        return found[0] if found else None

    def wait_path(self, server, **fields):
        def is_so():
            path = self.path(server)
            return path and all(path[k] == v for k, v in fields.items())
        wait_until(is_so, 15, f"{server.name}: {fields}")

    def neighbor(self, server):
        return self.lab.headgate.neighbor(server.address)


class Rules(PolicyCase):

    rules = RULES
    flags = ("--announce-as", "path")

    @classmethod
    def prepare(cls):
        preferred, _, refused = cls.lab.servers
        preferred.bird.session["export"] = export_filter(
            "bgp_community.add((65000, 100));")
        refused.bird.session["export"] = export_filter(
            "bgp_path.prepend(64666);")

    def test_a_rule_on_a_community_prefers_one_backend(self):
        preferred, other, _ = self.lab.servers
        self.wait_path(preferred, selected=True, local_pref=200, weight=3,
                       rule=1)
        self.wait_path(other, selected=False, reason="local_pref", rule=0)
        self.lab.wait_living([preferred])

    def test_the_other_backend_takes_over_and_gives_back(self):
        preferred, other, _ = self.lab.servers
        self.lab.wait_living([preferred])
        preferred.bird.stop()
        self.lab.wait_living([other])
        preferred.bird.start()
        self.lab.wait_living([preferred])

    def test_a_backend_is_denied_by_its_as_path(self):
        refused = self.lab.servers[2]
        self.wait_path(refused, selected=False, reason="filtered",
                       cause="denied_by_rule", rule=2)
        neighbor = self.neighbor(refused)
        self.assertEqual(neighbor["prefixes_accepted"], 0)
        self.assertEqual(neighbor["refused"]["denied_by_rule"], 1)
        self.assertEqual(neighbor["state"], "Established")

    def test_the_upstream_sees_what_an_out_rule_has_set(self):
        preferred = self.lab.servers[0]
        self.lab.wait_living([preferred])

        def told():
            shown = self.lab.router_bird.ask("show route all")
            return (f"BGP.as_path: 64512 64512 64512 {preferred.as_number}"
                    in shown and "(64512,7)" in shown
                    and "(65000,100)" in shown)
        wait_until(told, 15, "the path and the community at the router")

    def test_the_rules_are_printed_as_they_were_given(self):
        done = self.lab.headgate.try_flags("--check",
                                           *self.lab.headgate.arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        for rule in RULES:
            self.assertIn(f"\nrule {rule}\n", done.stdout)

    def test_a_bad_rule_is_refused_with_a_suggestion(self):
        done = self.lab.headgate.try_flags(
            *self.lab.headgate.arguments, "--rule",
            "allow from role bakend")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean 'backend'?", done.stderr)


class OwnCommunities(PolicyCase):
    """A rule marks the paths of one server; the other server sends the same
    values itself. A VIP is announced as originated by us."""

    options = {"servers": 2}
    rules = ("continue from role backend community 65000:100 "
             "set community add 64512:1 large-community add 64512:1:1",)
    OURS = "(64512,1)", "(64512, 1, 1)"

    @classmethod
    def prepare(cls):
        marked, other = cls.lab.servers
        marked.bird.session["export"] = export_filter(
            "bgp_community.add((65000, 100));")
        other.bird.session["export"] = export_filter(
            "bgp_community.add((64512, 1)); "
            "bgp_large_community.add((64512, 1, 1));")

    def told(self, ours):
        shown = self.lab.router_bird.ask(f"show route all {VIP}/32")
        return ("BGP.as_path: 64512" in shown and "(65000,100)" not in shown
                and all((text in shown) == ours for text in self.OURS))

    def test_what_a_rule_adds_is_announced_and_what_a_server_sends_is_not(self):
        marked, other = self.lab.servers
        self.lab.wait_living([marked, other])
        wait_until(lambda: self.told(True), 10, "our communities")
        marked.bird.stop()
        self.lab.wait_living([other])
        wait_until(lambda: self.told(False), 10, "no communities")


class MaxPrefix(PolicyCase):
    """The first server exceeds its max-prefix."""

    options = {"servers": 2}

    @classmethod
    def prepare(cls):
        for server in cls.lab.servers:
            server.bird.session["export"] = "where net ~ [ 192.0.2.0/24+ ]"

    def change_addresses(self, server, verb):
        server.namespace.ip(*(f"address {verb} 192.0.2.{host}/32 dev lo"
                              for host in range(101, 101 + MORE_VIPS)))

    def setUp(self):
        self.server, self.other = self.lab.servers
        self.lab.wait_living(self.lab.servers)
        self.change_addresses(self.server, "add")
        self.addCleanup(self.change_addresses, self.server, "del")


class Restart(MaxPrefix):
    """The other VIPs of the first server may keep their table of that server for
    old flows, if they had one, so the members of the first VIP are asked for."""

    keys = (f",max-prefix={MAX_PREFIX},max-prefix-action=restart,"
            f"max-prefix-restart={HELD_SECONDS}")

    def members(self):
        """Return the next hops of the first VIP."""
        return {m["address"] for group in self.lab.headgate.show("groups")
                for m in group["members"] if f"{VIP}/32" in group["vips"]}

    def test_the_session_ends_and_comes_back_after_its_time(self):
        wait_until(lambda: self.neighbor(self.server)["state"] == "Idle", 15,
                   "the session to end")
        ended = time.monotonic()
        neighbor = self.neighbor(self.server)
        self.assertIn("6/1", neighbor["last_error"])
        self.assertIn(f"max-prefix={MAX_PREFIX}", neighbor["last_error"])
        self.assertIn("down for", neighbor["hint"])
        self.assertIn("Maximum number of prefixes reached",
                      self.server.bird.log())
        wait_until(lambda: self.members() == {self.other.address}, 20,
                   "the other server alone to have the VIP")
        both = {self.server.address, self.other.address}
        self.change_addresses(self.server, "del")
        try:
            wait_until(lambda: self.members() == both, 20, "both servers")
            self.assertGreater(time.monotonic() - ended, HELD_SECONDS - 1)
        finally:
            self.change_addresses(self.server, "add")
        self.assertEqual(self.neighbor(self.other)["state"], "Established")


class Block(MaxPrefix):

    keys = f",max-prefix={MAX_PREFIX}"

    def test_what_is_too_much_is_refused_and_the_session_stays(self):
        wait_until(lambda: self.neighbor(self.server)["refused"]["max_prefix"]
                   == MORE_VIPS + 1 - MAX_PREFIX, 15, "refused prefixes")
        neighbor = self.neighbor(self.server)
        self.assertEqual(neighbor["state"], "Established")
        self.assertEqual(neighbor["prefixes_accepted"], MAX_PREFIX)
        self.assertEqual(neighbor["prefixes_received"], MORE_VIPS + 1)
        self.lab.wait_living(self.lab.servers)
        log = self.lab.headgate.log_tail(500)
        self.assertEqual(log.count("are near max-prefix"), 1)
        self.assertEqual(log.count("more are refused"), 1)
