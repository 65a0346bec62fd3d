# SPDX-License-Identifier: BSD-2-Clause
"""Check that check= of neighbors and servers comes, changes and goes by a reload,
while sessions stay and the agent may make no new system calls."""

import json
import os
import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import VIP

TIMES = "check-interval=200,check-timeout=400"
PASSES, FAILS = f"check=tcp:80,{TIMES}", f"check=tcp:81,{TIMES}"
STATIC_VIP = "192.0.2.99"


class ReloadChecks(LabCase):

    options = {"servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        headgate = cls.lab.headgate
        flags = headgate.arguments
        at = next(i for i, flag in enumerate(flags) if "role=backend" in flag)
        cls.neighbor = flags[at]
        folder = f"{cls.lab.folder}/conf.d"
        os.mkdir(folder)
        cls.config = f"{folder}/50-checks.conf"
        cls.write("", None)
        headgate.arguments = [*flags[:at - 1], *flags[at + 1:],
                              "--config", folder]
        cls.lab.start()

    @classmethod
    def write(cls, keys, static_keys):
        """Write the keys of the neighbors and of a server without BGP."""
        first = cls.lab.servers[0].address
        lines = [f"neighbor {cls.neighbor}{keys}"]
        if static_keys is not None:
            lines.append(f"path {STATIC_VIP},via={first}{static_keys}")
        with open(cls.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def reload(self, keys="", static_keys=None):
        self.write(f",{keys}" if keys else "",
                   f",{static_keys}" if static_keys else static_keys)
        done = self.lab.headgate.ctl("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def paths(self, vip):
        done = self.lab.headgate.ctl("-j", "explain", f"{vip}/32")
        return json.loads(done.stdout)["explain"]["paths"]

    def wait_reasons(self, vip, reason):
        wait_until(lambda: {p["reason"] for p in self.paths(vip)} == {reason},
                   20, f"{vip}: {reason}")

    def checks(self):
        return self.lab.headgate.show("status")["checks"]

    def test_checks_come_change_and_go(self):
        before = self.lab.headgate.show("neighbors")
        self.assertIsNone(self.checks())
        self.assertIn("check default -> tcp:80: 2 routes are decided again",
                      self.reload(PASSES))
        wait_until(lambda: {p["check"]["last_result"]
                            for p in self.paths(VIP)} == {"passed"}, 20,
                   "both pass")
        since = self.lab.headgate.log_tail(10000).split("check-fall ")[-1]
        self.assertIn("decided: 2 in the set", since)
        self.assertNotIn("decided: 0 in the set", since)
        self.lab.wait_announced(True)
        self.reload(FAILS)
        self.wait_reasons(VIP, "check_failed")
        self.lab.wait_announced(False)
        self.reload(PASSES, "")
        self.wait_reasons(STATIC_VIP, None)
        self.reload(PASSES, FAILS)
        self.wait_reasons(VIP, None)
        self.wait_reasons(STATIC_VIP, "check_failed")
        self.lab.wait_announced(True)
        self.reload("", "")
        self.wait_reasons(STATIC_VIP, None)
        wait_until(lambda: self.checks()["passing"] == 0 and
                   self.checks()["failing"] == 0, 20, "no check")
        self.reload()
        self.assertEqual(self.lab.download(20000, 50).failed(), [])
        after = self.lab.headgate.show("neighbors")
        self.assertEqual([n["flaps"] for n in after],
                         [n["flaps"] for n in before])


if __name__ == "__main__":
    unittest.main()
