# SPDX-License-Identifier: BSD-2-Clause
"""A kernel that has no memory for the tables: the agent says so and changes nothing.
Its memory is limited by a control group, of either version."""

import os
import subprocess
import unittest
from contextlib import contextmanager

from lab_case import LabCase
from lab.agent import BUILD
from lab.topology import Lab

EXIT_REFUSED = 5
LIMIT = 64 << 20
V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


@contextmanager
def limited_group():
    """Give the folder of a control group with at most LIMIT bytes."""
    old = os.path.exists(f"{V1}/memory.limit_in_bytes")
    folder = f"{V1 if old else V2}/headgate-test-{os.getpid()}"
    if not old:
        write(f"{V2}/cgroup.subtree_control", "+memory")
    os.mkdir(folder)
    try:
        write(f"{folder}/{'memory.limit_in_bytes' if old else 'memory.max'}",
              str(LIMIT))
        yield folder
    finally:
        os.rmdir(folder)


class NoMemory(LabCase):

    options = {"servers": 0}
    started = False

    def pins(self):
        return f"{self.lab.folder}/bpf/none"

    def try_in(self, group, *flags):
        """Run an agent in the control group, which must end by itself."""
        agent = self.lab.headgate
        # The namespace has a /sys of its own, without control groups.
        command = ["sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"',
                   "sh", "ip", "netns", "exec", agent.namespace.name,
                   f"{BUILD}/headgate",
                   *agent.with_seed([
                       *Lab.agent_flags(self.lab), *flags, "--bpffs",
                       self.pins(), "--control-socket",
                       f"{self.lab.folder}/none.sock"])]
        agent.write_seed()
        return subprocess.run(command, capture_output=True, text=True,
                              timeout=20)

    def test_the_error_names_the_memory_and_what_to_lower(self):
        with limited_group() as group:
            done = self.try_in(group, "--groups", "4096", "--table-size",
                               "65536")
        self.assertEqual(done.returncode, EXIT_REFUSED, done.stderr)
        # 6 bytes a bucket: 2 of them for affinity windows.
        self.assertIn("no memory for it and its tables (buckets: 1536 MiB, "
                      "flows: 44 MiB); lower --groups or --table-size",
                      done.stderr)
        if os.path.exists(self.pins()):
            self.assertEqual(os.listdir(self.pins()), [])


if __name__ == "__main__":
    unittest.main()
