# SPDX-License-Identifier: BSD-2-Clause
"""Lists of names on the command line of a bench, such as SCENES=add_4,roll."""

import argparse


def names_of(known):
    """Return a type for argparse: names from `known`, separated by commas."""
    def parse(text):
        names = text.split(",")
        unknown = set(names) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(
                f"unknown {', '.join(unknown)}; there are {', '.join(known)}")
        return names
    return parse
