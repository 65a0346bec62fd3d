# SPDX-License-Identifier: BSD-2-Clause
"""Stock BIRD 2 as server, reflector and upstream, in all of choice_scenes."""

import choice_scenes
from lab.peers.bird import Bird


def load_tests(loader, _tests, _pattern):
    return choice_scenes.load_for(Bird, loader)
