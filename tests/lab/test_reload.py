# SPDX-License-Identifier: BSD-2-Clause
"""Check reloads: the answer in words, an agent that goes on as it was when a reload
is refused or only tried, and changes that count at once while sessions stay."""

import json
import os
import signal
import time

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from raw_lab import BACKEND_AS, NEXT_HOP, announcement
from raw_speaker import wait_for
from reload_lab import ReloadCase

EXIT_FAILED, EXIT_USAGE = 1, 2
CEASE, DECONFIGURED, CONFIG_CHANGE = 6, 3, 6
VIP, OTHER_VIP = "192.0.2.1/32", "203.0.113.1/32"
DIALLED, DIALLED_AS = "10.1.0.80", 65070


class DryRun(ReloadCase):
    """Nothing is changed by a dry run, nor by a configuration with errors."""

    def check_unchanged(self, before):
        self.assertEqual(self.shown_config(), before)
        self.check_bystanders()

    def test_a_configuration_that_is_the_same_changes_nothing(self):
        before = self.shown_config()
        self.assertEqual(self.reload("--dry-run"),
                         "the configuration has not changed\n")
        self.assertEqual(self.reload(), "the configuration has not changed\n")
        self.check_unchanged(before)

    def test_the_difference_is_told_in_words(self):
        before = self.shown_config()
        with self.edited(add=["table-size 1024", "vip 203.0.113.0/24"]):
            said = self.reload("--dry-run", code=EXIT_FAILED)
            self.assertIn("table-size 16384 -> 1024: needs a restart\n",
                          said.stdout)
            self.assertRegex(said.stdout, "vip 203.0.113.0/24 added: ")
            self.assertIn("needs a restart; nothing changed", said.stderr)
            self.check_unchanged(before)
            done = json.loads(self.reload("-j", "--dry-run",
                                          code=EXIT_FAILED).stdout)["reload"]
            self.assertEqual((done["dry_run"], done["applied"]), (True, False))
            change = next(c for c in done["changes"]
                          if c["flag"] == "table-size")
            self.assertEqual(change["effect"], "restart_needed")
            # Without --dry-run it is refused alike.
            said = self.reload(code=EXIT_FAILED)
            self.assertIn("needs a restart; nothing changed", said.stderr)
            self.check_unchanged(before)

    def test_all_errors_of_a_configuration_are_named(self):
        before = self.shown_config()
        with self.edited(add=["routr-id 10.0.0.9", "vip 203.0.113.1/24"]):
            said = self.reload(code=EXIT_FAILED)
            self.assertIn("unknown flag 'routr-id'", said.stderr)
            self.assertIn("203.0.113.0/24", said.stderr)
            self.assertIn("2 errors; nothing changed", said.stderr)
            self.assertEqual(said.stdout, "")
            self.check_unchanged(before)

    def test_a_configuration_that_has_gone_is_refused(self):
        before = self.shown_config()
        path = self.lab.config
        os.rename(path, f"{path}.away")
        try:
            self.assertIn("cannot be opened",
                          self.reload(code=EXIT_FAILED).stderr)
        finally:
            os.rename(f"{path}.away", path)
        self.check_unchanged(before)

    def test_a_signal_does_the_same(self):
        before = self.shown_config()
        with self.edited(add=["routr-id 10.0.0.9"]):
            self.lab.headgate.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "reload: refused: " in self.log()
                       and "unknown flag 'routr-id'" in self.log(), 10,
                       "the refusal in the log")
        self.check_unchanged(before)
        self.lab.headgate.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the configuration has not changed" in self.log(),
                   10, "the answer in the log")

    def test_signals_without_a_meaning_do_not_end_the_agent(self):
        before = self.shown_config()
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM,
                       signal.SIGPIPE):
            self.lab.headgate.process.send_signal(number)
        self.check_unchanged(before)

    def test_words_behind_it_are_refused(self):
        self.assertIn("takes no words",
                      self.reload("now", code=EXIT_USAGE).stderr)


class Changes(ReloadCase):
    """A change changes nothing else: no session ends, and no server is asked for
    its routes again."""

    options = {"addresses": (DIALLED,)}

    @classmethod
    def before_start(cls):
        cls.listener = cls.lab.listen(DIALLED)
        cls.addClassCleanup(cls.listener.close)

    def setUp(self):
        self.server = self.lab.establish(NEXT_HOP, BACKEND_AS)
        self.addCleanup(self.server.close)
        self.addCleanup(self.lab.headgate.ctl, "reload")

    def tearDown(self):
        self.check_bystanders()
        for speaker in (self.observer, self.bystander):
            self.assertEqual(speaker.received(bgp.ROUTE_REFRESH), [])

    def check_server(self):
        """Check that its session is the same, and that it was not asked."""
        while self.server.take_input():
            pass
        self.assertFalse(self.server.closed, self.server.notification)
        self.assertEqual(self.server.received(bgp.ROUTE_REFRESH), [])

    def wait_announced(self, prefix, wanted):
        wait_for([self.observer, self.bystander, self.server],
                 lambda: (prefix in self.observer.table) == wanted, 20,
                 f"{prefix} announced: {wanted}")

    def test_vips_come_and_go(self):
        self.server.send(announcement([VIP, OTHER_VIP], BACKEND_AS))
        self.wait_announced(VIP, True)
        path = self.lab.path(OTHER_VIP, NEXT_HOP)
        self.assertEqual(path["cause"], "outside_vip")
        with self.edited(add=["vip 203.0.113.0/24,min-nexthops=1"]):
            self.assertRegex(self.reload(), "^vip 203.0.113.0/24 added: "
                             r"\d+ routes are judged again\n$")
            self.wait_announced(OTHER_VIP, True)
            self.assertIn("203.0.113.0/24", self.kernel_routes())
            with self.edited(add=["vip 203.0.113.0/24,min-nexthops=2"],
                             remove=["vip 203.0.113.0/24,min-nexthops=1"]):
                self.assertIn("min-nexthops 1 -> 2: ", self.reload())
                self.wait_announced(OTHER_VIP, False)
            self.reload()
            self.wait_announced(OTHER_VIP, True)
        self.assertIn("vip 203.0.113.0/24 removed", self.reload())
        self.wait_announced(OTHER_VIP, False)
        self.assertIn(VIP, self.observer.table)
        wait_until(lambda: "203.0.113" not in self.kernel_routes(), 20,
                   "the kernel's routes to the VIP gone")
        self.check_server()

    def kernel_routes(self):
        return self.lab.host.run("ip", "route", "show", "table", "all")

    def test_rules_are_applied_to_what_is_held(self):
        self.server.send(announcement(VIP, BACKEND_AS))
        self.wait_announced(VIP, True)
        deny = f"rule deny from neighbor {NEXT_HOP}"
        with self.edited(add=[deny]):
            self.assertIn("rule 1 added: ", self.reload())
            self.wait_announced(VIP, False)
            self.assertEqual(self.lab.path(VIP, NEXT_HOP)["cause"],
                             "denied_by_rule")
        weight = "rule continue from any set weight 7"
        with self.edited(add=[weight]):
            self.assertIn("rule 1 removed", self.reload())
            self.wait_announced(VIP, True)
            self.assertEqual(self.weight(), 7)
        self.reload()
        wait_until(lambda: self.weight() == 1, 20, "the usual weight")
        self.check_server()

    def weight(self):
        return self.lab.path(VIP, NEXT_HOP)["weight"]

    def test_what_is_announced_follows_rules_and_aggregates(self):
        self.server.send(announcement(VIP, BACKEND_AS))
        self.wait_announced(VIP, True)
        with self.edited(add=["rule deny to any prefix 192.0.2.1/32",
                              "aggregate 192.0.2.0/26"]):
            self.reload()
            self.wait_announced(VIP, False)
            self.wait_announced("192.0.2.0/26", True)
        self.reload()
        self.wait_announced(VIP, True)
        self.wait_announced("192.0.2.0/26", False)
        self.check_server()

    def test_servers_without_bgp_come_and_go(self):
        with self.edited(add=[f"path 192.0.2.9,via={NEXT_HOP}"]):
            self.assertIn(f"path 192.0.2.9/32,via={NEXT_HOP} added",
                          self.reload())
            wait_until(lambda: self.lab.route("192.0.2.9/32"), 20,
                       "the route")
            with self.edited(add=[f"path 192.0.2.9,via={NEXT_HOP},weight=3"],
                             remove=[f"path 192.0.2.9,via={NEXT_HOP}"]):
                self.assertIn("weight 1 -> 3", self.reload())
                self.assertTrue(self.lab.route("192.0.2.9/32"))
        self.reload()
        wait_until(lambda: not self.lab.route("192.0.2.9/32"), 20,
                   "the route gone")
        self.check_server()

    def test_neighbors_come_and_go(self):
        line = f"neighbor {DIALLED},as={DIALLED_AS},role=backend"
        with self.edited(add=[line]):
            self.assertEqual(self.reload(),
                             f"neighbor {DIALLED} added: counts at once\n")
            peer = self.listener.accept(20)
            peer.establish(DIALLED_AS, DIALLED)
            wait_until(lambda: self.lab.state(DIALLED) == "Established", 20,
                       "the session")
        self.assertEqual(self.reload(),
                         f"neighbor {DIALLED} removed: session is reset\n")
        said = peer.wait_closed(20)
        self.assertEqual((said.code, said.subcode), (CEASE, DECONFIGURED))
        self.assertIsNone(self.lab.headgate.neighbor(DIALLED))
        self.check_server()

    def test_a_hold_time_resets_its_own_session_only(self):
        line = f"neighbor {DIALLED},as={DIALLED_AS},role=backend"
        with self.edited(add=[line]):
            self.reload()
            first = self.listener.accept(20)
            first.establish(DIALLED_AS, DIALLED)
            wait_until(lambda: self.lab.state(DIALLED) == "Established", 20,
                       "the session")
            with self.edited(add=[f"{line},hold-time=30,name=web"],
                             remove=[line]):
                self.assertEqual(
                    self.reload(),
                    f"neighbor {DIALLED}: name default -> web: "
                    "counts at once\n"
                    f"neighbor {DIALLED}: hold-time 9 -> 30: "
                    "session is reset\n")
                said = first.wait_closed(20)
                self.assertEqual((said.code, said.subcode),
                                 (CEASE, CONFIG_CHANGE))
                second = self.listener.accept(20)
                second.establish(DIALLED_AS, DIALLED)
                opened = second.received(bgp.OPEN)[0]
                self.assertEqual(opened.body[3:5], bgp.u16(30))
                second.close()
        self.reload()
        self.check_server()

    def test_an_as_that_is_still_allowed_keeps_its_session(self):
        before = next(line for line in self.lab.read()
                      if line.startswith("neighbor 10.1.0.0/26,"))
        after = before.replace("as=65001-65099", "as=65001-65199")
        with self.edited(add=[after], remove=[before]):
            self.assertIn("as 65001-65099 -> 65001-65199: counts at once",
                          self.reload())
            self.check_server()
        narrow = before.replace("as=65001-65099", "as=65002-65099")
        with self.edited(add=[narrow], remove=[before]):
            self.reload()
            said = self.server.wait_closed(20)
            self.assertEqual((said.code, said.subcode), (CEASE, CONFIG_CHANGE))
        self.reload()

    def test_limits_and_the_log_level_count_at_once(self):
        before = next(line for line in self.lab.read()
                      if line.startswith("neighbor 10.1.0.0/26,"))
        few = before.replace("max-prefix=1000000", "max-prefix=1")
        with self.edited(add=[few], remove=[before]):
            self.reload()
            self.server.send(announcement(VIP, BACKEND_AS),
                             announcement("192.0.2.2/32", BACKEND_AS))
            self.wait_announced(VIP, True)
            wait_until(lambda: "more ipv4 unicast prefixes than max-prefix=1"
                       in self.log(), 20, "the limit in the log")
            self.check_server()
        self.reload()
        # It is asked for what it could not announce before.
        self.server.wait_for_message(bgp.ROUTE_REFRESH, seconds=20)
        level = next(line for line in self.lab.read()
                     if line.startswith("log-level"))
        with self.edited(add=["log-level warning"], remove=[level]):
            self.assertIn("log-level debug -> warning", self.reload())
            told = len(self.log())
            self.reload()
            self.assertEqual(self.log()[told:], "")
        self.assertIn("log-level warning -> debug", self.reload())


class Confirmation(ReloadCase):
    """A reload that is not confirmed undoes itself."""

    def test_without_a_confirmation_it_is_undone(self):
        self.lab.headgate.ctl("confirm")
        before = self.shown_config()
        with self.edited(add=["rule deny from any", "drain-max 7"]):
            self.reload("--confirm", "6")
            self.assertIn("drain-max 7\n", self.shown_config())
            said = self.reload(code=EXIT_FAILED)
            self.assertIn("waits for a confirmation", said.stderr)
            wait_for([self.observer, self.bystander],
                     lambda: self.BYSTANDER_VIP not in self.observer.table, 20,
                     "the VIP denied")
            wait_for([self.observer, self.bystander],
                     lambda: self.BYSTANDER_VIP in self.observer.table, 60,
                     "the VIP back, undone")
        self.assertEqual(self.shown_config(), before)
        self.assertIn("not confirmed", self.log())
        self.check_bystanders()

    def test_with_a_confirmation_it_stays(self):
        with self.edited(add=["drain-max 9"]):
            self.reload("--confirm", "3")
            done = self.lab.headgate.ctl("confirm")
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            time.sleep(4)
            self.assertIn("drain-max 9\n", self.shown_config())
            done = self.lab.headgate.ctl("confirm")
            self.assertEqual(done.returncode, EXIT_FAILED)
            self.assertIn("no reload waits", done.stderr)
        self.reload()
        self.check_bystanders()

    def test_a_time_that_is_none_is_refused(self):
        done = self.lab.headgate.ctl("reload", "--confirm", "soon")
        self.assertEqual(done.returncode, EXIT_USAGE)
