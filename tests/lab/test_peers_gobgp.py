# SPDX-License-Identifier: BSD-2-Clause
"""Stock GoBGP as Headgate's backend and upstream, in all of peer_scenes."""

import peer_scenes
from lab.peers.gobgp import Gobgp


def load_tests(loader, _tests, _pattern):
    return peer_scenes.load_for(Gobgp, loader)
