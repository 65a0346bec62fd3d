# SPDX-License-Identifier: BSD-2-Clause
"""Installation by `make install` and by the Debian package: files, the unit of systemd,
manual pages, and the configuration, which has to be edited first."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))

from first_steps import FirstSteps  # noqa: E402,F401 (a class of tests)

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(REPOSITORY, os.environ.get("B", "build"))
EXIT_USAGE = 2
MOST_EXPOSED = 25  # of 100, by systemd-analyze security
EDITS = {"as": "64512", "router-id": "10.0.0.1", "interface": "lo",
         "vip": "192.0.2.0/24",
         "neighbor": "10.1.0.0/24,as=65001-65099,role=backend"}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)

# Flags that make no sense in a file.
OF_COMMAND_LINE = {"config", "check", "version", "help", "takeover"}
MAPS = {"buckets", "previous", "nexthops", "tx_ports", "counters", "fragments",
        "captures", "flow_budgets", "icmp_budgets"}


def make(*words):
    done = run("make", *words, f"B={BUILD}", cwd=REPOSITORY)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout


def files_below(folder):
    return {os.path.relpath(os.path.join(path, name), folder)
            for path, _, names in os.walk(folder) for name in names}


class PackageCase(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="headgate-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def install(self, *variables):
        make("install", f"DESTDIR={self.folder}", *variables)

    def uninstall(self, *variables):
        make("uninstall", f"DESTDIR={self.folder}", *variables)

    def path(self, name):
        return os.path.join(self.folder, name)

    def check_config(self, path):
        return run(f"{BUILD}/headgate", "--check", "--config", path)


class Installed(PackageCase):

    def test_uninstall_leaves_nothing(self):
        for variables in ([], ["PREFIX=/usr", "UNITDIR=/lib/systemd/system"]):
            self.install(*variables)
            before = files_below(self.folder)
            self.assertIn("etc/headgate/headgate.conf", before)
            self.uninstall(*variables)
            self.assertEqual(files_below(self.folder), set())
            self.assertFalse(os.path.exists(self.path("etc/headgate")))

    def test_an_edited_configuration_stays(self):
        self.install()
        path = self.path("etc/headgate/headgate.conf")
        with open(path, "a", encoding="utf-8") as file:
            file.write("log-level debug\n")
        self.install()
        self.uninstall()
        self.assertEqual(files_below(self.folder),
                         {"etc/headgate/headgate.conf"})
        with open(path, encoding="utf-8") as file:
            self.assertIn("log-level debug\n", file.read())

    def test_programs_are_where_the_unit_looks_for_them(self):
        self.install("SBINDIR=/opt/sbin", "BINDIR=/opt/bin")
        with open(self.path("usr/local/lib/systemd/system/headgate.service"),
                  encoding="utf-8") as file:
            unit = file.read()
        for name in re.findall(r"^Exec\w+=(\S+)", unit, re.MULTILINE):
            self.assertTrue(os.access(self.folder + name, os.X_OK), name)
        self.assertIn("--config /etc/headgate/headgate.conf", unit)
        self.assertNotRegex(unit, "@[A-Z]+@")


class Configuration(PackageCase):
    """The file that is shipped."""

    def setUp(self):
        super().setUp()
        self.config = self.path("headgate.conf")
        shutil.copy(os.path.join(REPOSITORY, "packaging/headgate.conf"),
                    self.config)

    def read(self):
        with open(self.config, encoding="utf-8") as file:
            return file.read()

    def write(self, text):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def test_it_is_refused_and_each_line_to_edit_is_named(self):
        checked = self.check_config(self.config)
        self.assertEqual(checked.returncode, EXIT_USAGE)
        lines = self.read().splitlines()
        for flag in EDITS:
            number = lines.index(f"{flag} EDIT-ME") + 1
            self.assertIn(f"{self.config}:{number}: ", checked.stderr)
        self.assertEqual(len(re.findall("EDIT-ME:? ", checked.stderr)),
                         len(EDITS), checked.stderr)

    def test_one_that_is_edited_half_is_refused(self):
        for flag in EDITS:
            text = self.read()
            for other, value in EDITS.items():
                if other != flag:
                    text = text.replace(f"\n{other} EDIT-ME",
                                        f"\n{other} {value}")
            path = f"{self.config}.half"
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertEqual(self.check_config(path).returncode, EXIT_USAGE,
                             flag)

    def test_it_is_valid_when_it_is_edited(self):
        text = self.read()
        for flag, value in EDITS.items():
            text = text.replace(f"\n{flag} EDIT-ME", f"\n{flag} {value}")
        for line in ("#neighbor 10.0.255.1", "#wait-interfaces"):
            self.assertIn(f"\n{line}", text)
            text = text.replace(f"\n{line}", f"\n{line[1:]}")
        self.write(text)
        checked = self.check_config(self.config)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        # Warnings are about this host, which may have such an address.
        self.assertEqual([line for line in checked.stderr.splitlines()
                          if ": warning: " not in line], [])


class Unit(PackageCase):

    def setUp(self):
        super().setUp()
        self.install("PREFIX=/usr")
        self.unit = self.path("usr/lib/systemd/system/headgate.service")

    def test_systemd_finds_no_fault(self):
        """The programs of the unit are those that were installed."""
        with open(self.unit, encoding="utf-8") as file:
            text = file.read()
        unit = self.path("headgate.service")
        with open(unit, "w", encoding="utf-8") as file:
            file.write(re.sub(r"^(Exec\w+=)(?=/)", rf"\g<1>{self.folder}",
                              text, flags=re.MULTILINE))
        done = run("systemd-analyze", "verify", "--man=no",
                   "--recursive-errors=no", unit)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_is_hardly_exposed(self):
        done = run("systemd-analyze", "security", "--no-pager",
                   "--offline=true", f"--threshold={MOST_EXPOSED}", self.unit)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_has_the_five_capabilities_that_the_agent_checks(self):
        with open(self.unit, encoding="utf-8") as file:
            found = re.findall(r"^(?:Ambient|\w+Bounding)\w+=(.*)$",
                               file.read(), re.MULTILINE)
        self.assertEqual(len(found), 2)
        for capabilities in found:
            self.assertEqual(set(capabilities.split()), {
                "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE",
                "CAP_BPF", "CAP_PERFMON"})

    def test_user_and_groups_are_made(self):
        root = self.path("root")
        os.makedirs(f"{root}/etc")
        done = run("systemd-sysusers", f"--root={root}",
                   self.path("usr/lib/sysusers.d/headgate.conf"))
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(f"{root}/etc/group", encoding="utf-8") as file:
            groups = {line.split(":")[0] for line in file}
        self.assertLessEqual({"headgate", "headgate-admin"}, groups)


class Manual(PackageCase):

    def test_each_option_of_help_has_its_paragraph(self):
        make("man")
        for program, fewer in (("headgate", 10), ("headgatectl", 10),
                              ("headgate-replay", 6)):
            page = run("man", "--local-file", f"{BUILD}/{program}.8",
                       env={**os.environ, "MANWIDTH": "1000",
                            "LC_ALL": "C"}).stdout
            said = run(f"{BUILD}/{program}", "--help").stdout
            options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", said, re.MULTILINE)
            self.assertGreater(len(options), fewer, program)
            for option in options:
                self.assertRegex(page, rf"(?m)^ {{5}}(-\w, )?{option}\b")

    def test_the_page_of_the_file_has_each_flag_and_key(self):
        make("man")
        page = run("man", "--local-file", f"{BUILD}/headgate.conf.5",
                   env={**os.environ, "MANWIDTH": "1000",
                        "LC_ALL": "C"}).stdout
        said = run(f"{BUILD}/headgate", "--help").stdout
        flags = set(re.findall(r"^  --([a-z-]+)", said, re.MULTILINE))
        shown = set(re.findall(r"(?m)^ {5}([a-z][a-z-]+)", page))
        self.assertLessEqual(flags - OF_COMMAND_LINE, shown)
        # There is a key check=, too.
        self.assertEqual(OF_COMMAND_LINE & shown, {"check"})
        keys = set(re.findall(r"^  ([a-z][a-z-]+)", said, re.MULTILINE))
        self.assertGreater(len(keys), 50)
        self.assertLessEqual(keys, set(re.findall(r"(?m)^ +([a-z][a-z-]+)",
                                                  page)))

    def test_mandoc_has_nothing_to_say(self):
        make("man")
        pages = [path for number in (5, 7, 8)
                 for path in glob.glob(f"{BUILD}/*.{number}")]
        self.assertEqual(len(pages), 6)
        done = run("mandoc", "-Tlint", *pages)
        said = [line for line in done.stdout.splitlines()
                if not re.search("referenced manual not found: Xr headgate|"
                                 "Sh BGP instead of BUGS", line)]
        self.assertEqual(said, [])

    def test_pages_of_documents_have_what_these_have(self):
        make("man")
        for page, document in (("headgate-metrics.7", "metrics.md"),
                               ("headgate-maps.5", "architecture.md")):
            text = run("mandoc", "-Tascii", "-Owidth=1000",
                       f"{BUILD}/{page}").stdout
            with open(f"{REPOSITORY}/docs/{document}",
                      encoding="utf-8") as file:
                names = re.findall(r"^\| `(headgate_\w+|\w+)`", file.read(),
                                   re.MULTILINE)
            names = [name for name in names
                     if page.endswith(".7") or name in MAPS]
            self.assertGreater(len(names), 7)
            for name in names:
                self.assertIn(name, text)


class DebianPackage(PackageCase):

    @classmethod
    def setUpClass(cls):
        make("deb")
        cls.package, = glob.glob(f"{BUILD}/deb/headgate_*.deb")

    def test_lintian_finds_no_fault(self):
        done = run("lintian", "--allow-root", "--fail-on", "error,warning",
                   self.package)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_has_completions_manual_pages_and_examples(self):
        names = run("dpkg-deb", "--contents", self.package).stdout
        for name in ("bash-completion/completions/headgatectl",
                     "zsh/vendor-completions/_headgatectl",
                     "man/man5/headgate.conf.5.gz",
                     "man/man7/headgate-metrics.7.gz",
                     "doc/headgate/examples/alerts.yml"):
            self.assertIn(f"./usr/share/{name}", names)

    def test_its_programs_run(self):
        run("dpkg-deb", "--extract", self.package, self.folder, check=True)
        for name in ("usr/sbin/headgate", "usr/bin/headgatectl",
                     "usr/bin/headgate-replay"):
            done = run(self.path(name), "--version")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"^headgate(ctl|-replay)? \d+\.\d+")

    def test_it_depends_on_the_libraries_of_the_programs(self):
        depends = run("dpkg-deb", "--field", self.package, "Depends").stdout
        for library in ("libbpf1", "libevent", "libmnl0", "libjson-c5",
                        "libseccomp2", "libpcap0.8"):
            self.assertIn(library, depends)

    def test_an_upgrade_does_not_stop_the_agent_and_a_removal_does(self):
        scripts = self.path("control")
        run("dpkg-deb", "--control", self.package, scripts, check=True)
        self.assertFalse(os.path.exists(f"{scripts}/preinst"))
        with open(f"{scripts}/prerm", encoding="utf-8") as file:
            prerm = file.read()
        stops = re.findall(r"^if .*\"\$1\" = (\w+) .*\n.* stop ", prerm,
                           re.MULTILINE)
        self.assertEqual(stops, ["remove"], prerm)
        with open(f"{scripts}/conffiles", encoding="utf-8") as file:
            self.assertEqual(file.read(), "/etc/headgate/headgate.conf\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
