# SPDX-License-Identifier: BSD-2-Clause
"""Validate what `headgatectl -j` prints by docs/json-schema.json: with servers that
live and one that is gone, with and without orders to drain."""

import datetime
import json
import os
import unittest

import jsonschema

from lab_case import LabCase
from lab.agent import REPOSITORY
from lab.system import wait_until
from lab.topology import VIP

SCHEMA = os.path.join(REPOSITORY, "docs", "json-schema.json")
DOCUMENT = os.path.join(REPOSITORY, "docs", "json.md")


# An age, and the key of its time.
TIMES = {"age_s": "time", "since_s": "since", "changed_s": "changed_at",
         "last_error_s": "last_error_at", "gone_s": "gone_at"}
# A wait, and the key of its end.
ENDS = {"until_s": "until", "flows_stay_s": "flows_stay_until",
        "next_attempt_s": "next_attempt_at", "joins_in_s": "joins_at",
        "held_s": "held_until", "window_left_s": "window_ends_at"}
TOLERANCE_S = 10


def ages(value, times):
    """Return (age, time) of each age in a reply; without a time it is missing."""
    if isinstance(value, dict):
        for age, time in times.items():
            if age in value:
                yield value[age], value.get(time, "missing")
        for inner in value.values():
            yield from ages(inner, times)
    elif isinstance(value, list):
        for inner in value:
            yield from ages(inner, times)


class Replies(LabCase):

    options = {"servers": 3}

    @classmethod
    def setUpClass(cls):
        with open(SCHEMA, encoding="utf-8") as file:
            cls.schema = json.load(file)
        super().setUpClass()

    def validator(self, name):
        return jsonschema.Draft202012Validator({
            **self.schema, "$ref": f"#/$defs/{name}"})

    def validate(self, name, *words):
        done = self.lab.headgate.ctl("-j", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        with self.subTest(command=" ".join(words)):
            reply = json.loads(done.stdout)
            self.validator(name).validate(reply)
            self.check_times(reply)

    def check_times(self, reply):
        """Each age has the time that it began beside it, each wait the time that
        it ends, or both are null."""
        now = datetime.datetime.now(datetime.timezone.utc)
        for sign, times in ((1, TIMES), (-1, ENDS)):
            for age, time in ages(reply, times):
                self.assertEqual(age is None, time is None, time)
                if time:
                    then = datetime.datetime.fromisoformat(time)
                    self.assertAlmostEqual(
                        sign * (now - then).total_seconds(), age,
                        delta=TOLERANCE_S)

    def validate_all(self, neighbor):
        for what in ("status", "host", "neighbors", "routes", "nexthops", "groups",
                     "drains", "filters", "flows", "counters", "events", "config"):
            self.validate(what, "show", what)
        self.validate("neighbor", "show", "neighbor", neighbor)
        self.validate("routes_from", "show", "routes", "from", neighbor)
        self.validate("routes_to", "show", "routes", "to", "10.0.255.1")
        self.validate("route", "show", "route", VIP)
        self.validate("explain", "explain", VIP)
        self.validate("reload", "reload", "--dry-run")

    def test_1_replies_are_as_the_schema_says(self):
        self.lab.download(20000, 10)
        self.validate_all(self.lab.servers[0].address)

    def test_2_also_while_a_server_drains(self):
        server = self.lab.servers[1].address
        self.validate("drain", "drain", server, "--for", "10m", "--reason", "it")
        self.validate_all(server)
        self.validate("undrain", "undrain", server)

    def test_3_and_after_one_is_gone(self):
        server = self.lab.servers[0]
        server.cut_cable()
        wait_until(lambda: self.lab.headgate.neighbor(server.address)["state"]
                   != "Established", 60, "the end of its session")
        self.validate_all(self.lab.servers[2].address)
        self.validate("neighbor", "show", "neighbor", server.address)

    def test_what_lacks_a_key_is_not_valid(self):
        with self.assertRaises(jsonschema.ValidationError):
            self.validator("status").validate({"status": {}, "schema": 1})

    def test_the_document_names_each_schema(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            text = file.read()
        for name in self.schema["$defs"]:
            self.assertIn(f"`{name}`", text)


if __name__ == "__main__":
    unittest.main()
