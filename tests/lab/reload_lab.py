# SPDX-License-Identifier: BSD-2-Clause
"""A RawLab whose agent has its configuration in a file, which tests edit."""

import contextlib

from lab_case import close_lab
from lab.agent import DELAY_FLAG, START_FLAG
from raw_lab import RawCase, RawLab


class ReloadLab(RawLab):
    """All flags but the interface are in a file. `lines`: more of them."""

    def __init__(self, lines=(), **options):
        self.lines = lines
        super().__init__(**options)

    def agent_flags(self):
        flags = super().agent_flags()
        pairs = list(zip(flags[::2], flags[1::2]))
        self.config = f"{self.folder}/headgate.conf"
        pairs += [(flag, "0") for flag in (DELAY_FLAG, START_FLAG)
                  if flag not in flags]
        self.write([f"{flag[2:]} {value}" for flag, value in pairs
                    if flag != "--interface"] + list(self.lines))
        return ["--interface", "lan", "--config", self.config]

    def build(self, servers):
        super().build(servers)
        arguments = self.headgate.arguments
        at = arguments.index("--log-level")
        self.write([*self.read(), f"log-level {arguments[at + 1]}"])
        del arguments[at:at + 2]

    def write(self, lines):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def read(self):
        with open(self.config, encoding="utf-8") as file:
            return file.read().splitlines()


class ReloadCase(RawCase):
    """A test class with a ReloadLab, and the bystanders of RawCase."""

    announce_as = "origin"

    @classmethod
    def setUpClass(cls):
        cls.lab = ReloadLab(**{
            **cls.options, "lines": (*cls.options.get("lines", ()),
                                     f"announce-as {cls.announce_as}")})
        cls.addClassCleanup(close_lab, cls.lab, cls.refused_calls)
        cls.speakers = []
        cls.addClassCleanup(cls.close_speakers)
        try:
            cls.before_start()
            cls.lab.start()
            cls.start_bystanders()
        except Exception:
            cls.show_log()
            raise

    def reload(self, *words, code=None):
        """Reload; return what headgatectl printed. With `code` it has to end
        with that, and all of its result is returned."""
        options = [word for word in words if word.startswith("-j")]
        rest = [word for word in words if word not in options]
        done = self.lab.headgate.ctl(*options, "reload", *rest)
        self.assertEqual(done.returncode, code or 0, done.stdout + done.stderr)
        return done.stdout if code is None else done

    @contextlib.contextmanager
    def edited(self, add=(), remove=()):
        """Edit the file inside of the block; at its end it is as before."""
        before = self.lab.read()
        for line in remove:
            self.assertIn(line, before)
        self.lab.write([line for line in before if line not in remove]
                       + list(add))
        try:
            yield
        finally:
            self.lab.write(before)

    def shown_config(self):
        return self.lab.headgate.ctl("show", "config").stdout

    def log(self):
        with open(self.lab.headgate.log_path, encoding="utf-8",
                  errors="replace") as log:
            return log.read()
