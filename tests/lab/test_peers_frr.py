# SPDX-License-Identifier: BSD-2-Clause
"""Play peer_scenes with stock FRR as Headgate's backend and upstream."""

import peer_scenes
from lab.peers.frr import Frr


def load_tests(loader, _tests, _pattern):
    return peer_scenes.load_for(Frr, loader)
