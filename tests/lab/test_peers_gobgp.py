# SPDX-License-Identifier: BSD-2-Clause
"""Play peer_scenes with stock GoBGP as Headgate's backend and upstream."""

import peer_scenes
from lab.peers.gobgp import Gobgp


def load_tests(loader, _tests, _pattern):
    return peer_scenes.load_for(Gobgp, loader)
