# SPDX-License-Identifier: BSD-2-Clause
"""Stock BIRD 2 as Headgate's backend and upstream, in all of peer_scenes."""

import peer_scenes
from lab.peers.bird import Bird


def load_tests(loader, _tests, _pattern):
    return peer_scenes.load_for(Bird, loader)
