# SPDX-License-Identifier: BSD-2-Clause
"""Run the recipes of docs/recipes: their configurations forward, their commands do
what the text says."""

import re

from recipes import RecipeCase, blocks, section
from lab.system import wait_until
from lab.topology import VIP, Lab

ROUTER = "10.0.255.1"
CONNECTIONS = 60


class ArmsLab(Lab):
    """The agent has the configuration of the recipe."""

    def agent_flags(self):
        heading = "One arm" if self.one_arm else "Two arms"
        text, = re.findall(r"^```conf\n(.*?)^```", section("arms", heading),
                           re.M | re.S)
        return [word for line in text.splitlines()
                for word in (f"--{line.split()[0]}", line.split()[1])]


class TwoArms(RecipeCase):

    lab_class = ArmsLab
    options = {"servers": 2}

    def test_it_forwards(self):
        connections = self.lab.download(20000, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        printed, = self.run_all("arms")
        self.assertRegex(printed, r"(?m)^agree +yes$")
        redirected = self.lab.headgate.outcomes()["forwarded_redirect"]
        self.assertGreater(redirected, CONNECTIONS)


class OneArm(TwoArms):

    options = {"servers": 2, "one_arm": True}

    def test_it_forwards(self):
        connections = self.lab.download(20000, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        outcomes = self.lab.headgate.outcomes()
        self.assertGreater(outcomes["forwarded_tx"], CONNECTIONS)
        self.assertEqual(outcomes["forwarded_redirect"], 0)


class Maintenance(RecipeCase):

    options = {"servers": 2}

    def test_a_server_and_an_upstream_go_and_are_back(self):
        drain, undrain, shutdown, enable = blocks("maintenance", "sh")
        first = self.lab.servers[0]
        self.assertIn("new disks", self.run_block(drain))
        wait_until(lambda: self.lab.headgate.living()
                   == {self.lab.servers[1].address}, 20, "the drain")
        self.assertTrue(
            self.lab.headgate.nexthops()[first.address]["alive"])
        self.run_block(undrain)
        self.lab.wait_living(self.lab.servers)
        self.assertIn("router upgrade", self.run_block(shutdown))
        neighbor = self.lab.headgate.neighbor(ROUTER)
        self.assertNotEqual(neighbor["state"], "Established")
        wait_until(lambda: "router upgrade" in self.lab.router_bird.log(), 20,
                   "the reason at the router")
        self.run_block(enable)
        wait_until(lambda: self.lab.headgate.neighbor(ROUTER)["state"]
                   == "Established", 30, "the session")


class Canary(RecipeCase):

    options = {"servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (full,), (canary,) = (blocks("canary", f"bird {name}")
                              for name in ("full", "canary"))
        for server, line in zip(cls.lab.servers, (full, canary)):
            server.bird.session["export"] = (
                f"filter {{ {line.strip()} accept; }}")
        cls.lab.start()

    def test_it_gets_one_flow_of_a_hundred(self):
        def share():
            group, = self.lab.headgate.show("groups")
            return {member["address"]: member["share"]
                    for member in group["members"]}
        wait_until(lambda: len(share()) == 2 and min(share().values()) < 0.02,
                   20, "the shares")
        self.assertAlmostEqual(share()[self.lab.servers[1].address], 1 / 101,
                               places=3)
        self.run_all("canary")
        self.assertIn(f"{VIP}/32", {
            vip for group in self.lab.headgate.show("groups")
            for vip in group["vips"]})


del RecipeCase  # it has no tests of its own
