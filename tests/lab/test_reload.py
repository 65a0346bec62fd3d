# SPDX-License-Identifier: BSD-2-Clause
"""Check reloads: the answer in words, and an agent that goes on as it was when a
reload is refused or only tried."""

import json
import os
import signal

import lab_case  # noqa: F401 (finds the lab)
from lab.system import wait_until
from reload_lab import ReloadCase

EXIT_FAILED, EXIT_USAGE = 1, 2


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

    def test_words_behind_it_are_refused(self):
        self.assertIn("takes no words",
                      self.reload("now", code=EXIT_USAGE).stderr)
