# SPDX-License-Identifier: BSD-2-Clause
"""Play choice_scenes with stock FRR as server, reflector and upstream."""

import choice_scenes
from lab.peers.frr import Frr


def load_tests(loader, _tests, _pattern):
    return choice_scenes.load_for(Frr, loader)
