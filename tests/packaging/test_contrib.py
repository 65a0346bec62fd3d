# SPDX-License-Identifier: BSD-2-Clause
"""Read what contrib/ has for containers: the image has the packages that the build and
the programs need, and the manifest has a valid configuration, the capabilities of the
unit of systemd, and probes of pages that exist."""

import os
import re
import subprocess
import tempfile
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
UNNEEDED = {"debhelper-compat", "dh-sequence-installsysusers", "python3:any"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def output(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


def capabilities():
    """Return those of the unit of systemd, without CAP_."""
    words = re.search(r"^CapabilityBoundingSet=(.*)$", read(
        "packaging/systemd/headgate.service.in"), re.M)[1].split()
    return {word.removeprefix("CAP_") for word in words}


class Image(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.text = read("contrib/Containerfile")
        cls.stages = [set(part.split()) for part in re.findall(
            r"--no-install-recommends ((?:.*\\\n)*.*)", cls.text)]

    def test_it_is_built_with_the_packages_of_the_debian_package(self):
        needed = re.search(r"^Build-Depends: (.*?)\n\S", read(
            "packaging/debian/control"), re.M | re.S)[1]
        packages = {word.split()[0] for word in needed.split(",")}
        self.assertEqual(packages - UNNEEDED - self.stages[0], set())

    def test_it_has_the_libraries_of_the_programs(self):
        paths = set()
        for program in ("headgate", "headgatectl"):
            needed = re.findall(r"NEEDED +(\S+)", output(
                "objdump", "-p", f"{BUILD}/{program}"))
            paths.update(path for name, path in re.findall(
                r"(\S+) => (/\S+)", output("ldd", f"{BUILD}/{program}"))
                if name in needed)
        # Debian has /lib in /usr, and packages with files in either.
        places = {place for path in paths for place in
                  (path, path.removeprefix("/usr"), "/usr" + path)}
        done = subprocess.run(["dpkg", "-S", *places], text=True,
                              capture_output=True)
        owners = set(re.findall(r"^([\w.+-]+)", done.stdout, re.M))
        owners = {name.removesuffix("t64") for name in owners}
        self.assertGreater(len(owners), 5)
        self.assertEqual(owners - {"libc6"} - self.stages[1], set())

    def test_its_command_has_the_capabilities_of_the_unit(self):
        self.assertEqual(set(re.search(
            r"--cap-add (\S+)", self.text)[1].split(",")), capabilities())


class Manifest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.config, cls.daemons = yaml.safe_load_all(
            read("contrib/kubernetes/daemonset.yml"))
        cls.pod = cls.daemons["spec"]["template"]["spec"]
        cls.container, = cls.pod["containers"]

    def test_its_configuration_is_valid(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(self.config["data"]["headgate.conf"])
            file.flush()
            done = subprocess.run(
                [f"{BUILD}/headgate", "--config", file.name,
                 "--check=syntax"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_has_the_capabilities_of_the_unit(self):
        has = self.container["securityContext"]["capabilities"]
        self.assertEqual(set(has["add"]), capabilities())
        self.assertEqual(has["drop"], ["ALL"])

    def test_names_fit_together(self):
        template = self.daemons["spec"]["template"]
        self.assertEqual(self.daemons["spec"]["selector"]["matchLabels"],
                         template["metadata"]["labels"])
        self.assertEqual(
            {mount["name"] for mount in self.container["volumeMounts"]},
            {volume["name"] for volume in self.pod["volumes"]})
        self.assertTrue(self.pod["hostNetwork"])
        port = int(re.search(r"^metrics .*:(\d+)$", self.config["data"][
            "headgate.conf"], re.M)[1])
        for probe, page in (("livenessProbe", "/livez"),
                            ("readinessProbe", "/readyz")):
            asked = self.container[probe]["httpGet"]
            self.assertEqual((asked["port"], asked["path"]), (port, page))


if __name__ == "__main__":
    unittest.main()
