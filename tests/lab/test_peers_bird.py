# SPDX-License-Identifier: BSD-2-Clause
"""Play peer_scenes with stock BIRD 2 as Headgate's backend and upstream."""

import peer_scenes
from lab.peers.bird import Bird


def load_tests(loader, _tests, _pattern):
    return peer_scenes.load_for(Bird, loader)
