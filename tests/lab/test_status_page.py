# SPDX-License-Identifier: BSD-2-Clause
"""Check the status page: its tables have the figures of headgatectl, with and without
its script, in a real browser; nothing that a neighbor says becomes markup."""

import html.parser
import json
import os
import struct
import subprocess

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from metrics_page import PORT, WHERE, fetch, headers_of
from raw_lab import BYSTANDER, OBSERVER, RawCase, announcement
from raw_speaker import wait_for
from set_lab import SetCase, SetLab, vip_prefix

EVIL = ("<script>document.title='owned'</script>"
        "<img src=x onerror=\"document.title='owned'\">\"'&")
URL = f"http://127.0.0.1:{PORT}/"
# Milliseconds of the page's own time: one update.
BUDGET = 3000
BROWSER_S = 120


class Tables(html.parser.HTMLParser):
    """The cells of the tables of a page, by the id of their bodies."""

    def __init__(self, text):
        super().__init__()
        self.rows = {}
        self.tags = []
        self.body = self.cell = self.title = None
        self.attributes = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.attributes.setdefault(tag, attributes)
        if tag == "tbody":
            self.body = self.rows.setdefault(attributes["id"], [])
        elif tag == "tr" and self.body is not None:
            self.body.append([])
        elif tag in ("td", "th") and self.body is not None:
            self.body[-1].append("")
            self.cell = self.body[-1]

    def handle_endtag(self, tag):
        if tag == "tbody":
            self.body = None
        elif tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.tags and self.tags[-1] == "title" and data.strip():
            self.title = data
        if self.cell is not None and data.strip():
            self.cell[-1] = f"{self.cell[-1]} {data.strip()}".strip()


def shown(value):
    """Return a value of JSON as the page shows it."""
    if value is None:
        return "\u2013"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(
        value, bool) else str(value)


class StatusPage(RawCase):

    options = {"flags": ("--metrics", WHERE, "--affinity-window", "0")}

    def page(self, path="/"):
        reply = fetch(self.lab.host, path)
        self.assertEqual(reply.status, 200)
        return Tables(reply.body)

    def browse(self, *options):
        """Run the browser on the page; return what it prints."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.lab.host.name, "timeout",
             str(BROWSER_S), "chromium", "--headless=new", "--no-sandbox",
             "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={self.lab.folder}/browser",
             f"--virtual-time-budget={BUDGET}", *options, URL],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertNotIn("Refused to", done.stderr)
        self.assertNotIn("Uncaught", done.stderr)
        return done.stdout

    def check_figures(self, tables):
        """Compare the page's tables with headgatectl -j."""
        agent = self.lab.headgate
        self.assertEqual(
            [row[:5] for row in tables.rows["vips"]],
            [[vip["prefix"], shown(vip["forwarding"]),
              shown(vip["announced_to"]), shown(vip["nexthops"]),
              shown(vip["min_nexthops"])] for vip in agent.show("vips")])
        fields = ("address", "name", "role", "as", "state")
        counts = ("prefixes_accepted", "max_prefix", "prefixes_announced",
                  "flaps", "last_error")
        self.assertEqual(
            [row[:5] + row[6:] for row in tables.rows["neighbors"]],
            [[shown(neighbor[field]) for field in (*fields, *counts)]
             for neighbor in agent.show("neighbors")])
        self.assertEqual(
            [row[:3] + row[5:8] for row in tables.rows["nexthops"]],
            [[shown(hop[field]) for field in (
                "address", "state", "alive", "interface", "mac", "buckets")]
             for hop in agent.show("nexthops")])
        self.assertEqual(
            [row[0] for row in tables.rows["outcomes"]],
            [row["name"] for row in agent.show("counters")["outcomes"]])
        events = [(event["time"], event["text"])
                  for event in agent.show("events")]
        on_page = [(row[0], row[3]) for row in tables.rows["events"]]
        self.assertLessEqual(len(on_page), 50)
        self.assertEqual(on_page, events[events.index(on_page[0]):][
            :len(on_page)])

    def check_page(self, get):
        """Check the figures of the page that get() returns. Between the page and
        headgatectl they may change: then try again."""
        for left in (2, 1, 0):
            tables = get()
            try:
                self.check_figures(tables)
                return tables
            except AssertionError:
                if not left:
                    raise

    def test_without_its_script_the_tables_are_whole(self):
        tables = self.check_page(self.page)
        status = self.lab.headgate.show("status")
        self.assertIn(f'<span class="verdict {status["verdict"]}">',
                      fetch(self.lab.host, "/").body)
        vip = tables.rows["vips"][0]
        self.assertEqual(vip[5], f"{BYSTANDER} 100.0\xa0% of 100.0\xa0%")

    def test_in_a_browser_it_updates_itself_and_has_the_figures(self):
        tables = self.check_page(lambda: Tables(self.browse("--dump-dom")))
        self.assertGreaterEqual(
            int(tables.attributes["body"]["data-updates"]), 1)
        self.assertIn("/s,", tables.rows["outcomes"][0][1])

    def test_it_is_drawn_at_three_widths(self):
        for width in (360, 800, 1400):
            path = f"{self.lab.folder}/page-{width}.png"
            self.browse(f"--window-size={width},900", f"--screenshot={path}")
            with open(path, "rb") as file:
                head = file.read(24)
            self.assertEqual(struct.unpack("!II", head[16:]), (width, 900))
            self.assertGreater(os.path.getsize(path), 10000)

    def test_nothing_that_a_neighbor_says_is_markup(self):
        evil = self.lab.establish("10.1.0.11", 65001)
        text = EVIL.encode()
        evil.send(bgp.notification(6, 2, bytes([len(text)]) + text))
        wait_until(lambda: "owned" in (self.lab.headgate.neighbor(
            "10.1.0.11")["last_error"] or ""), 10, "the last error")
        body = fetch(self.lab.host, "/").body
        self.assertIn("&lt;script&gt;document.title=&#39;owned", body)
        tables = Tables(body)
        self.assertEqual(tables.tags.count("script"), 1)
        self.assertNotIn("img", tables.tags)
        self.check_page(self.page)
        seen = Tables(self.browse("--dump-dom"))
        self.assertEqual(seen.tags.count("script"), 1)
        self.assertNotIn("img", seen.tags)
        self.assertEqual(seen.title, "Headgate")
        asked = fetch(self.lab.host, "/?q=%22%3E%3Cscript%3E").body
        self.assertIn('value="&quot;&gt;&lt;script&gt;"', asked)

    def test_the_policy_allows_nothing_but_the_page_itself(self):
        headers = headers_of(self.lab.host, "/")
        policy = dict(part.split(" ", 1) for part in
                      headers["Content-Security-Policy"].split("; "))
        self.assertEqual(policy["default-src"], "'none'")
        self.assertEqual(policy["connect-src"], "'self'")
        for kind in ("style-src", "script-src"):
            self.assertRegex(policy[kind], r"^'sha256-[A-Za-z0-9+/=]+'$")
        for kind in ("base-uri", "frame-ancestors"):
            self.assertEqual(policy[kind], "'none'")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_json_is_what_headgatectl_prints(self):
        for what in ("vips", "groups", "drains"):
            with self.subTest(what):
                reply = fetch(self.lab.host, f"/api/v1/{what}")
                self.assertEqual(reply.type,
                                 "application/json; charset=utf-8")
                self.assertEqual(json.loads(reply.body)[what],
                                 self.lab.headgate.show(what))
        neighbor = json.loads(fetch(
            self.lab.host, f"/api/v1/neighbor?neighbor={OBSERVER}").body)
        self.assertEqual(neighbor["neighbor"]["address"], OBSERVER)
        events = json.loads(fetch(
            self.lab.host, "/api/v1/events?event=neighbor_up").body)["events"]
        self.assertEqual({event["event"] for event in events}, {"neighbor_up"})
        for path in ("config", "nonsense", "neighbor", "", "capture",
                     "../metrics"):
            reply = fetch(self.lab.host, f"/api/v1/{path}")
            self.assertEqual(reply.status, 404, path)
            self.assertIn("error", json.loads(reply.body))
        self.assertEqual(fetch(self.lab.host, "/api/v1/vips", "HEAD").body, "")
        self.assertEqual(fetch(self.lab.host, "/", "HEAD").body, "")


class ManyVips(SetCase):
    """10,000 VIPs in pages, with a filter."""

    COUNT = 10000

    lab_class = SetLab
    options = {"servers": 2, "flags": ("--metrics", WHERE)}

    def test_they_are_shown_in_pages(self):
        session = self.lab.sessions[0]
        for first in range(0, self.COUNT, 200):
            session.send(announcement(
                [vip_prefix(v) for v in range(first, first + 200)], 65001))
        wait_for(self.lab.speakers,
                 lambda: self.lab.status()["vips"]["learned"]
                 == self.COUNT + 2, 60, "all VIPs")
        reply = fetch(self.lab.host, "/")
        tables = Tables(reply.body)
        self.assertEqual(len(tables.rows["vips"]), 100)
        self.assertLess(len(reply.body), 300000)
        self.assertIn(f"1 to 100 of {self.COUNT + 2}", reply.body)
        self.assertIn('<a href="/?q=&amp;from=100">next</a>', reply.body)
        last = fetch(self.lab.host, "/?from=10000")
        self.assertEqual(len(Tables(last.body).rows["vips"]), 2)
        self.assertIn(f"10001 to {self.COUNT + 2} of", last.body)
        self.assertIn('from=9900">previous</a>', last.body)
        some = Tables(fetch(self.lab.host, "/?q=198.18.7.25").body)
        self.assertEqual([row[0] for row in some.rows["vips"]],
                         [f"198.18.7.{end}/32" for end in
                          (25, *range(250, 256))])
        none = fetch(self.lab.host, "/?q=203.0.113.1").body
        self.assertIn("no VIP", none)
        few = json.loads(fetch(
            self.lab.host, "/api/v1/vips?filter=198.18.1.&from=3&limit=2"
        ).body)["vips"]
        self.assertEqual([vip["prefix"] for vip in few],
                         ["198.18.1.3/32", "198.18.1.4/32"])


del RawCase, SetCase  # they have no tests of their own
