# SPDX-License-Identifier: BSD-2-Clause
"""Run the recipe of two nodes behind ECMP."""

import signal

from recipes import RecipeCase, blocks
from test_two_nodes import NodesLab

CONNECTIONS = 60


class RecipeNodesLab(NodesLab):
    """Two agents with the configuration of the recipe, and its router."""

    def agent_flags(self):
        text, = blocks("two-nodes", "conf")
        flags = [word for line in text.splitlines()
                 for word in (f"--{line.split()[0]}", line.split()[1])]
        return [*flags, "--affinity-window", "0"]

    def make_router_bird(self):
        router = super().make_router_bird()
        kernel, = blocks("two-nodes", "bird router")
        at = router.template.index("protocol kernel")
        end = router.template.index("protocol bgp", at)
        router.template = (router.template[:at] + kernel.replace(
            "{", "{{").replace("}", "}}") + router.template[end:])
        return router


class TwoNodesOfARecipe(RecipeCase):

    lab_class = RecipeNodesLab
    options = {"servers": 2, "one_arm": True}

    def test_both_forward_and_decide_alike(self):
        connections = self.lab.download(20000, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        for agent in (self.lab.headgate, self.lab.second):
            self.assertGreater(agent.outcomes()["forwarded_tx"], CONNECTIONS)
        self.run_all("two-nodes")
        first, second = ([(group["vips"], group["digest"])
                          for group in agent.show("groups")]
                         for agent in (self.lab.headgate, self.lab.second))
        self.assertEqual(first, second)
        digests = {agent.show("status")["hash_seed_digest"]
                   for agent in (self.lab.headgate, self.lab.second)}
        self.assertEqual(len(digests), 1)
        # maintenance.md, "A node": no download notices.
        self.lab.second.process.send_signal(signal.SIGTERM)
        while self.lab.second.process.alive():
            self.assertEqual(self.lab.download(21000, CONNECTIONS).failed(), [])
        self.lab.wait_nodes(1)
        again = self.lab.download(20000, CONNECTIONS)
        self.assertEqual(again.servers(), connections.servers())


del RecipeCase  # it has no tests of its own
