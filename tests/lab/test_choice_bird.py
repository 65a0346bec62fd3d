# SPDX-License-Identifier: BSD-2-Clause
"""Play choice_scenes with stock BIRD 2 as server, reflector and upstream."""

import choice_scenes
from lab.peers.bird import Bird


def load_tests(loader, _tests, _pattern):
    return choice_scenes.load_for(Bird, loader)
