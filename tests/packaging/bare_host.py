# SPDX-License-Identifier: BSD-2-Clause
"""A host of the lab with a Debian of its own: a copy of this one's files, of which
nothing stays, with its own /run, in a network namespace."""

import os
import re
import subprocess

# The mounts are of this process: they go with it.
ROOT = r"""
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir="$1"/upper,workdir="$1"/work root
mount -t proc proc root/proc
mount -t sysfs sysfs root/sys
mount -t bpf bpf root/sys/fs/bpf
mount -t tmpfs tmpfs root/run
mount --rbind /dev root/dev
rm -rf root/etc/headgate root/var/lib/headgate  # of agents of this machine
echo ready
exec chroot root sleep infinity
"""


class BareHost:

    def __init__(self, namespace, folder):
        os.makedirs(folder)
        self.process = namespace.start(
            ["sh", "-c", ROOT, "sh", folder], stdout=subprocess.PIPE, text=True)
        with self.process.stdout as out:
            if out.readline() != "ready\n":
                raise AssertionError("no root file system")

    def enter(self, *command):
        """Return the command that runs another one there."""
        return ["nsenter", "--target", str(self.process.pid), "--mount", "--net",
                "--root", *command]

    def run(self, *command, check=True, **options):
        done = subprocess.run(self.enter(*command), capture_output=True,
                              text=True, timeout=120, **options)
        if check and done.returncode:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
        return done

    def read(self, path):
        return self.run("cat", path).stdout

    def write(self, path, text):
        self.run("tee", path, input=text)

    def start_service(self, name, log):
        """Do what systemd does with a unit: folders, user, capabilities, command.
        Return the process."""
        unit = self.read(f"/lib/systemd/system/{name}.service")

        def value(key):
            return re.search(rf"^{key}=(.*)$", unit, re.MULTILINE)[1]
        for place, key in (("/run", "RuntimeDirectory"),
                           ("/var/lib", "StateDirectory")):
            self.run("install", "-d", "-o", value("User"), "-g", value("Group"),
                     "-m", value(f"{key}Mode"), f"{place}/{value(key)}")
        capabilities = ",".join(
            "+" + capability.removeprefix("CAP_").lower() for capability
            in value("AmbientCapabilities").split())
        with open(log, "w", encoding="utf-8") as out:
            # pylint: disable=consider-using-with
            process = subprocess.Popen(self.enter(
                "setpriv", "--reuid", value("User"), "--regid", value("Group"),
                "--init-groups", "--inh-caps", f"-all,{capabilities}",
                "--ambient-caps", f"-all,{capabilities}", "--bounding-set",
                f"-all,{capabilities}", "--no-new-privs",
                *value("ExecStart").split()),
                stdout=out, stderr=subprocess.STDOUT)
        return process
